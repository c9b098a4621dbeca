/** Mistakes that a course warns of: each is told once with its remedy, and a program without it hears nothing (coverage E3). */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  binaryCrossEntropy, binaryCrossEntropyWithLogits, checkParameters, crossEntropy, evaluate, focalLoss, klDiv, logSoftmax, mseLoss, nllLoss, nn, noGrad,
  onWarning, optim, permute, relu, sigmoid, silenceWarnings, softmax, step, tensor, type Tensor, Trainer, type WarningCode, zeros,
} from "../src/index.js";
import { prelude } from "./docs/prelude.js";

let heard: [code: WarningCode, message: string][];
beforeEach(() => {
  heard = [];
  onWarning((code, message) => void heard.push([code, message]));
});
afterEach(() => onWarning());

const z = (...shape: number[]): Tensor => zeros(shape, { requiresGrad: true });
const labels = tensor([0, 2], { dtype: "int32" });
const targets = tensor([[0, 1, 0], [1, 0, 0]]);

describe("probabilities where logits are wanted", () => {
  test.each<[string, () => Tensor, RegExp]>([
    ["crossEntropy after softmax", () => crossEntropy(softmax(z(2, 3)), labels), /crossEntropy wants logits, but got the output of softmax.*Leave the softmax out/],
    ["the same through layers", () => new nn.CrossEntropyLoss().forward(new nn.Sequential(new nn.Linear(4, 3), new nn.Softmax()).forward(zeros([2, 4])), labels), /Leave the softmax out/],
    ["and seen through changes of shape", () => crossEntropy(softmax(z(1, 2, 3)).reshape(2, 3), labels), /softmax/],
    ["of images", () => crossEntropy(softmax(z(1, 3, 1, 2), 1), tensor([[[0, 2]]], { dtype: "int32" })), /softmax/],
    ["crossEntropy after sigmoid", () => crossEntropy(sigmoid(z(2, 3)), labels), /output of sigmoid/],
    ["binary cross-entropy after sigmoid", () => binaryCrossEntropyWithLogits(sigmoid(z(2, 3)), targets), /binaryCrossEntropyWithLogits wants logits.*use binaryCrossEntropy, which takes probabilities/],
    ["focal loss after sigmoid", () => focalLoss(sigmoid(z(2, 3)), targets), /focalLoss wants logits/],
  ])("%s", (_, loss, message) => {
    loss();
    expect(heard.map(([code]) => code)).toEqual(["probabilitiesAsLogits"]);
    expect(heard[0][1]).toMatch(message);
    loss();
    expect(heard).toHaveLength(1);
  });
});

test.each<[string, () => Tensor]>([
  ["nllLoss", () => nllLoss(softmax(z(2, 3)), labels)],
  ["klDiv", () => klDiv(softmax(z(2, 3)), targets)],
])("%s of probabilities instead of their logarithms", (name, loss) => {
  loss();
  expect(heard.map(([code]) => code)).toEqual(["probabilitiesAsLogProbabilities"]);
  expect(heard[0][1]).toMatch(new RegExp(`${name} wants log-probabilities, but got the output of softmax. Use logSoftmax instead`));
});

test.each<[string, () => Tensor]>([
  ["binary cross-entropy", () => binaryCrossEntropy(sigmoid(relu(z(2, 3))), targets)],
  ["squared error", () => mseLoss(sigmoid(relu(z(6)).reshape(2, 3)), targets)],
  ["binary cross-entropy with logits", () => binaryCrossEntropyWithLogits(relu(z(2, 3)), targets)],
])("σ(ReLU(z)) as an output, in the %s", (_, loss) => {
  loss();
  expect(heard.map(([code]) => code)).toEqual(["sigmoidOfRelu"]);
  expect(heard[0][1]).toMatch(/0\.5\. Leave the relu out/);
});

test("what is right is silent", () => {
  crossEntropy(z(2, 3), labels);
  crossEntropy(logSoftmax(z(2, 3)), labels);
  crossEntropy(relu(z(2, 3)), labels);
  crossEntropy(noGrad(() => softmax(z(2, 3))), labels);
  crossEntropy(permute(z(3, 2), [1, 0]), labels);
  nllLoss(logSoftmax(z(2, 3)), labels);
  klDiv(logSoftmax(z(2, 3)), softmax(z(2, 3)));
  binaryCrossEntropy(sigmoid(z(2, 3)), targets);
  binaryCrossEntropyWithLogits(z(2, 3), targets);
  mseLoss(relu(z(2, 3)), targets);
  expect(heard).toEqual([]);
});

test("a warning can be silenced by its code", () => {
  silenceWarnings("probabilitiesAsLogits");
  crossEntropy(softmax(z(2, 3)), labels);
  expect(heard).toEqual([]);
});

describe("parameters that are not trained", () => {
  const head = (): nn.Linear => new nn.Linear(3, 2);

  test("those that no optimiser holds are named in the first step", async () => {
    const { model, loader } = prelude();
    const all = model.parameters();
    const optimizer = new optim.SGD(all.slice(0, 2), { lr: 0.1 });
    await new Trainer({ model, optimizer, loss: crossEntropy }).fit(loader, null, { epochs: 2 });
    expect(heard.map(([code]) => code)).toEqual(["parameterWithoutOptimizer"]);
    const names = Array.from(model.namedParameters(), ([name]) => name).slice(2);
    expect(heard[0][1]).toContain(`the optimiser does not hold parameters ${names.join(", ")}`);
    expect(heard[0][1]).toMatch(/Build it from model.parameters\(\), after the model is complete/);
  });

  test("those that the loss does not depend on, too", () => {
    class Net extends nn.Module {
      readonly used = head();
      readonly extra = head();

      forward(x: Tensor): Tensor {
        return this.used.forward(x);
      }
    }
    const model = new Net();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    step(() => {
      crossEntropy(model.forward(zeros([2, 3])), tensor([0, 1], { dtype: "int32" })).backward();
      checkParameters(model, optimizer);
      optimizer.step();
    });
    expect(heard.map(([code]) => code)).toEqual(["parameterWithoutGradient"]);
    expect(heard[0][1]).toContain("the loss does not depend on parameters extra.weight, extra.bias, so that training does not change them");
  });

  test("frozen ones are meant to be left alone", () => {
    const model = new nn.Sequential(head(), head());
    for (const p of model.parameters().slice(2)) p.requiresGrad = false;
    const optimizer = new optim.SGD(model.parameters().slice(0, 2), { lr: 0.1 });
    mseLoss(model.parameters()[0].sum(), zeros([])).backward();
    model.parameters()[1].grad = zeros([2]);
    checkParameters(model, optimizer);
    expect(heard).toEqual([]);
  });
});

test("the five-line loop, Trainer and evaluate are silent, dropout and batch norm included", async () => {
  const { loader, validationLoader } = prelude();
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(64, 8), new nn.BatchNorm1d(8), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(8, 3));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  for await (const { x, y } of loader.epoch(0)) {
    step(() => {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    });
  }
  await new Trainer({ model, optimizer, loss: crossEntropy }).fit(loader, validationLoader, { epochs: 2 });
  await evaluate(model, crossEntropy, validationLoader);
  expect(heard).toEqual([]);
});
