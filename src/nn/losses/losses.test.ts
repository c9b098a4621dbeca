import { describe, expect, test } from "vitest";
import { crossEntropy, eye, gradcheck, grad, manualSeed, nn, randn, sigmoid, softmax, sum, tensor, type Tensor, zeros, logSoftmax, NablaError } from "../../index.js";
import * as nabla from "../../index.js";

const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const float64 = { dtype: "float64" } as const;

describe("coverage C3: the course's scores", () => {
  const scores = tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], float64);
  const target = labels(0, 1, 2);

  test("cross-entropy and hinge loss, each and the mean", async () => {
    const none = { reduction: "none" } as const;
    const [a, b, c] = await crossEntropy(scores, target, none).data();
    expect(a).toBeCloseTo(2.04, 2);
    expect(b).toBeCloseTo(0.079, 3);
    expect(c).toBeCloseTo(6.156, 3);
    expect(await crossEntropy(scores, target).item()).toBeCloseTo(2.76, 2);
    const hinge = await nabla.multiclassHingeLoss(scores, target, none).data();
    [2.9, 0, 12.9].forEach((value, i) => expect(hinge[i]).toBeCloseTo(value, 10));
    expect(await nabla.multiclassHingeLoss(scores, target).item()).toBeCloseTo(5.27, 2);
    expect(await nabla.multiMarginLoss(scores, target).item()).toBeCloseTo(15.8 / 9, 10);
  });

  test("large scores", async () => {
    const large = tensor([[5, -3, 2], [5, 10, 10], [5, -20, -20]], float64);
    const hinge = await nabla.multiclassHingeLoss(large, labels(0, 0, 0), { reduction: "none" }).array();
    expect(hinge).toEqual([0, 12, 0]);
    const [a, b, c] = await crossEntropy(large, labels(0, 0, 0), { reduction: "none" }).data();
    expect(a).toBeCloseTo(0.049, 3);
    expect(b).toBeCloseTo(5.697, 3);
    expect(c / 2.8e-11).toBeCloseTo(1, 1);
  });
});

test("coverage C5: untrained losses are log C and log 2", async () => {
  expect(await crossEntropy(zeros([4, 10]), labels(0, 3, 9, 5)).item()).toBeCloseTo(2.303, 3);
  expect(await nabla.binaryCrossEntropyWithLogits(zeros([4, 1]), tensor([[0], [1], [1], [0]])).item()).toBeCloseTo(Math.LN2, 6);
});

describe("values at the edges", () => {
  test("binary cross-entropy of certainties is finite, and so is its gradient", async () => {
    const p = tensor([0, 1, 0, 1], { requiresGrad: true });
    const losses = nabla.binaryCrossEntropy(p, tensor([0, 1, 1, 0]), { reduction: "none" });
    (await losses.data()).forEach((value, i) => expect(value).toBeCloseTo([0, 0, 100, 100][i]));
    sum(losses).backward();
    for (const value of await p.grad!.data()) expect(Number.isFinite(value)).toBe(true);
  });

  test("the likelihood of a class of probability 0 does not spoil the others", async () => {
    expect(await nabla.nllLoss(tensor([[-Infinity, 0]]), labels(1)).item()).toBe(0);
    expect(await nabla.klDiv(tensor([[-Infinity, 0]]), tensor([[0, 1]])).item()).toBe(0);
  });

  test("rows to ignore count neither in the loss nor in the mean, by default those of label −100", async () => {
    const x = tensor([[1, 2], [3, 5], [0, 0]]);
    const kept = await crossEntropy(tensor([[1, 2], [0, 0]]), labels(0, 1)).item();
    expect(await crossEntropy(x, labels(0, -100, 1)).item()).toBeCloseTo(kept, 6);
    expect(await nabla.nllLoss(logSoftmax(x), labels(0, -100, 1)).item()).toBeCloseTo(kept, 6);
  });

  test("a class may be the one to ignore", async () => {
    const x = tensor([[1, 2], [3, 5]], { requiresGrad: true });
    const loss = crossEntropy(x, labels(0, 1), { ignoreIndex: 1, weight: tensor([2, 3]) });
    expect(await loss.item()).toBeCloseTo(await crossEntropy(tensor([[1, 2]]), labels(0)).item(), 6);
    loss.backward();
    expect((await x.grad!.data()).slice(2)).toEqual(Float32Array.of(0, 0));
  });
});

const x = (...shape: number[]): Tensor => {
  const t = randn(shape, float64);
  t.requiresGrad = true;
  return t;
};

test.each<[string, (inputs: readonly Tensor[]) => Tensor, () => Tensor[]]>([
  ["crossEntropy of images, weighted, smoothed", ([s]) => crossEntropy(s, tensor([[[0, 1]], [[2, 1]]], { dtype: "int32" }), { weight: tensor([1, 2, 3]), labelSmoothing: 0.1 }), () => [x(2, 3, 1, 2)]],
  ["crossEntropy of images", ([s]) => crossEntropy(s, tensor([[[0, 1]], [[2, -100]]], { dtype: "int32" })), () => [x(2, 3, 1, 2)]],
  ["crossEntropy of probabilities", ([s, t]) => crossEntropy(s, softmax(t), { labelSmoothing: 0.1 }), () => [x(3, 4), x(3, 4)]],
  ["nllLoss", ([s]) => nabla.nllLoss(logSoftmax(s), labels(0, 2, 1)), () => [x(3, 4)]],
  ["binaryCrossEntropy", ([s]) => nabla.binaryCrossEntropy(sigmoid(s), tensor([0, 1, 0.3])), () => [x(3)]],
  ["binaryCrossEntropyWithLogits", ([s]) => nabla.binaryCrossEntropyWithLogits(s, tensor([0, 1, 0.3]), { posWeight: tensor(2), weight: tensor([1, 2, 3]) }), () => [x(3)]],
  ["focalLoss", ([s]) => nabla.focalLoss(s, tensor([0, 1, 1])), () => [x(3)]],
  ["mseLoss", ([a, b]) => nabla.mseLoss(a, b), () => [x(3), x(3)]],
  ["huberLoss", ([a, b]) => nabla.huberLoss(a, b, { delta: 0.7 }), () => [x(6), x(6)]],
  ["smoothL1Loss", ([a, b]) => nabla.smoothL1Loss(a, b, { beta: 0.7 }), () => [x(6), x(6)]],
  ["multiclassHingeLoss", ([s]) => nabla.multiclassHingeLoss(s, labels(0, 2, 1), { p: 2 }), () => [x(3, 4)]],
  ["klDiv", ([q, p]) => nabla.klDiv(logSoftmax(q), softmax(p)), () => [x(2, 3), x(2, 3)]],
  ["diceLoss", ([s]) => nabla.diceLoss(s, eye(3).reshape(1, 3, 3), { activation: "softmax" }), () => [x(1, 3, 3)]],
  ["tripletMarginLoss", ([a, b, c]) => nabla.tripletMarginLoss(a, b, c, { margin: 5, swap: true }), () => [x(3, 2), x(3, 2), x(3, 2)]],
  ["cosineEmbeddingLoss", ([a, b]) => nabla.cosineEmbeddingLoss(a, b, tensor([1, -1]), { margin: -1 }), () => [x(2, 3), x(2, 3)]],
  ["contrastiveLoss", ([a, b]) => nabla.contrastiveLoss(a, b, tensor([1, 0]), { margin: 9 }), () => [x(2, 3), x(2, 3)]],
  ["ntXentLoss", ([a, b]) => nabla.ntXentLoss(a, b), () => [x(3, 2), x(3, 2)]],
  ["gaussianNllLoss", ([m, t, v]) => nabla.gaussianNllLoss(m, t, v.square().add(0.5), { full: true }), () => [x(3, 2), x(3, 2), x(3, 1)]],
  ["poissonNllLoss", ([s]) => nabla.poissonNllLoss(s, tensor([0, 2, 3]), { full: true }), () => [x(3)]],
])("first and second derivatives of %s", async (_, f, inputs) => {
  manualSeed(3);
  await gradcheck(f, inputs());
  const again = inputs();
  const slope = (xs: readonly Tensor[]): Tensor => {
    const [first] = grad(f(xs), [xs[0]], { createGraph: true });
    return sum(first.mul(first));
  };
  await gradcheck(slope, again, { tolerance: 1e-5 });
});

describe("wrong input is named", () => {
  const s = zeros([2, 3]);
  const y = labels(0, 1);
  test.each<[string, () => unknown, RegExp]>([
    ["empty batch", () => crossEntropy(zeros([0, 3]), labels()), /crossEntropy: the batch is empty; there is no loss of no samples/],
    ["empty batch", () => nabla.mseLoss(zeros([0]), zeros([0])), /mseLoss: the batch is empty/],
    ["empty batch", () => nabla.multiMarginLoss(zeros([0, 3]), labels()), /multiMarginLoss: the batch is empty/],
    ["labels out of range", () => crossEntropy(s, labels(0, 3)), /crossEntropy: the label of row 1 is not in 0…2 for 3 classes; check the labels/],
    ["labels out of range", () => nabla.nllLoss(s, labels(-1, 0)), /nllLoss: the label of row 0 is not in 0…2/],
    ["labels out of range", () => nabla.multiclassHingeLoss(s, labels(0, -1)), /multiclassHingeLoss: the label of row 1 is not in 0…2/],
    ["labels out of range, weighted", () => crossEntropy(s, labels(0, 3), { weight: tensor([1, 1, 1]) }), /crossEntropy: the label of row 1/],
    ["labels out of range in images", () => crossEntropy(zeros([1, 3, 1, 2]), tensor([[[0, 5]]], { dtype: "int32" })), /the label of row 1 is not in 0…2/],
    ["float labels", () => crossEntropy(s, tensor([0, 1])), /crossEntropy: the target holds class indices and must be int32, but is float32/],
    ["float labels", () => nabla.multiclassHingeLoss(s, tensor([0, 1])), /multiclassHingeLoss: the target holds class indices and must be int32/],
    ["labels of another shape", () => crossEntropy(s, labels(0, 1, 2)), /crossEntropy: expected logits \[N, C\] and target \[N\], got \[2, 3\] and \[3\]/],
    ["labels as a column", () => crossEntropy(s, tensor([[0], [1]], { dtype: "int32" })), /crossEntropy: probabilities must have the shape of the logits, \[2, 3\], got \[2, 1\]/],
    ["one-hot integers", () => crossEntropy(s, tensor([[0, 1, 0], [1, 0, 0]], { dtype: "int32" })), /holds probabilities and must be float, but is int32/],
    ["logits of one sample", () => crossEntropy(zeros([3]), labels(0)), /crossEntropy: expected logits \[N, C\] and target \[N\], got \[3\] and \[1\]/],
    ["integer prediction", () => nabla.mseLoss(y, y), /mseLoss: expected a float32 or float64 prediction, got int32/],
    ["other shapes", () => nabla.huberLoss(s, zeros([3])), /huberLoss: prediction \[2, 3\] and target \[3\] must have the same shape/],
    ["a weight a class too few", () => crossEntropy(s, y, { weight: tensor([1, 2]) }), /expected a weight for each of the 3 classes, \[3\], got \[2\]/],
    ["a weight that enlarges", () => nabla.binaryCrossEntropy(zeros([2, 1]), zeros([2, 1]), { weight: zeros([2, 3]) }), /weight \[2, 3\] does not broadcast to \[2, 1\]/],
    ["one view", () => nabla.ntXentLoss(zeros([1, 4]), zeros([1, 4])), /at least 2 samples/],
    ["no pixels", () => nabla.diceLoss(s, s), /diceLoss: expected \[N, C, …\]/],
    ["vectors of two lengths", () => nabla.tripletMarginLoss(s, s, zeros([2, 2])), /expected vectors \[..., D\] of one shape, got \[2, 3\], \[2, 3\], \[2, 2\]/],
    ["labels of vectors", () => nabla.cosineEmbeddingLoss(s, s, zeros([3])), /expected a label for each vector, \[2\], got \[3\]/],
    ["variances", () => nabla.gaussianNllLoss(s, s, zeros([3])), /expected a variance for each number of \[2, 3\]/],
    ["no tensor", () => nabla.mseLoss(s, 3 as never), /mseLoss: operand 1 must be a tensor, got number/],
    ["no target", () => crossEntropy(s, undefined as never), /crossEntropy: operand 1 must be a tensor, got undefined/],
    ["a number for options", () => crossEntropy(s, y, 0.1 as never), /crossEntropy: expected options such as \{ reduction: "sum" \}, got 0.1/],
    ["an unknown reduction", () => nabla.klDiv(s, s, { reduction: "avg" as never }), /klDiv: reduction must be "mean", "batchMean", "sum" or "none", got "avg"/],
    ["smoothing", () => crossEntropy(s, y, { labelSmoothing: 1.5 }), /labelSmoothing must be from 0 to 1, got 1.5/],
  ])("%s", (_, body, message) => {
    expect(body).toThrow(message);
    expect(body).toThrow(NablaError);
  });

  test.each<[string, () => unknown, RegExp]>([
    ["HuberLoss", () => new nn.HuberLoss({ delta: 0 }), /huberLoss: delta must be above 0, got 0/],
    ["SmoothL1Loss", () => new nn.SmoothL1Loss({ beta: -1 }), /smoothL1Loss: beta must be at least 0, got -1/],
    ["MultiMarginLoss", () => new nn.MultiMarginLoss({ p: 3 as never }), /multiMarginLoss: p must be 1 or 2, got 3/],
    ["TripletMarginLoss", () => new nn.TripletMarginLoss({ margin: NaN }), /tripletMarginLoss: margin must be a number, got NaN/],
    ["NTXentLoss", () => new nn.NTXentLoss({ temperature: 0 }), /ntXentLoss: temperature must be above 0, got 0/],
    ["DiceLoss", () => new nn.DiceLoss({ activation: "relu" as never }), /activation must be "sigmoid", "softmax" or "none", got "relu"/],
    ["MSELoss", () => new nn.MSELoss({ reduction: "max" as never }), /mseLoss: reduction must be "mean", "sum" or "none", got "max"/],
    ["FocalLoss", () => new nn.FocalLoss({ alpha: 2 }), /focalLoss: alpha must be from 0 to 1, got 2/],
  ])("%s when it is made", (_, make, message) => expect(make).toThrow(message));
});

test("a loss layer tells its options and keeps its weights", () => {
  const weight = tensor([1, 2]);
  const loss = new nn.CrossEntropyLoss({ labelSmoothing: 0.1, weight });
  expect(loss.describe()).toBe("CrossEntropyLoss(ignoreIndex=-100, labelSmoothing=0.1)");
  expect(loss.stateDict().get("weight")).toBe(weight);
});
