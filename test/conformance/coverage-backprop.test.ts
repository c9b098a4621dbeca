/** Coverage B6–B8: derivatives checked by differences, second derivatives, and backpropagation as a student writes it, beside autograd. */

import { describe, expect, test, vi } from "vitest";
import {
  binaryCrossEntropy, crossEntropy, Generator, grad, gradcheck, hessian, jacobian, l1Loss, mseLoss, mul, nn, randn, relu, sigmoid, softmax,
  sub, sum, tanh, tensor, type Tensor, valueAndGrad,
} from "../../src/index.js";
import { affine, bce, l1, lstmStep, mse, reluPair, sigmoidPair, softmaxCrossEntropy, tanhPair } from "../../examples/manual-backprop/pairs.ts";

const generator = new Generator(8);
const draw = (...shape: number[]): Tensor => randn(shape, { dtype: "float64", requiresGrad: true, generator });
const labels = tensor([1, 0, 2, 1, 1], { dtype: "int32" });

async function expectEqual(byHand: Record<string, Tensor>, byAutograd: readonly Tensor[]): Promise<void> {
  for (const [i, [name, t]] of Object.entries(byHand).entries()) {
    expect(t.shape, name).toEqual(byAutograd[i].shape);
    const expected = await byAutograd[i].data();
    for (const [k, value] of (await t.data()).entries()) expect(Math.abs(value - expected[k]), `${name}, element ${k}`).toBeLessThan(1e-6);
  }
}

describe("B6: gradcheck of users' own functions and modules, relative error below 1e−6", () => {
  test("a function", async () => {
    const { error } = await gradcheck(([x, w]) => sum(mul(softmax(mul(x, w)), tanh(x))), [draw(4, 3), draw(3)]);
    expect(error).toBeLessThan(1e-6);
  });

  test("a network with its loss", async () => {
    class Net extends nn.Module {
      readonly body = new nn.Sequential(new nn.Linear(4, 6), new nn.Tanh(), new nn.Linear(6, 3));
      forward(x: Tensor): Tensor {
        return crossEntropy(this.body.forward(x), labels);
      }
    }
    const { error } = await gradcheck(new Net().to("float64"), [draw(5, 4)]);
    expect(error).toBeLessThan(1e-6);
  });
});

describe("B7: gradient, Jacobian, Hessian", () => {
  test("Newton's method on x² reaches 0 from 5 in one step; gradient descent with lr 1 oscillates", async () => {
    const square = (x: Tensor): Tensor => mul(x, x);
    const x = tensor(5, { dtype: "float64" });
    const [, slope] = valueAndGrad(square)(x);
    expect(await sub(x, slope.div(hessian(square, x))).item()).toBe(0);
    expect(await sub(x, slope).item()).toBe(-5);
  });

  test("the Jacobian of softmax is ŷi(δij − ŷj)", async () => {
    const y = await softmax(tensor([0.2, -1, 0.7], { dtype: "float64" })).data();
    const j = await jacobian((x) => softmax(x), tensor([0.2, -1, 0.7], { dtype: "float64" })).data();
    for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) expect(j[3 * a + b]).toBeCloseTo(y[a] * ((a === b ? 1 : 0) - y[b]), 14);
  });
});

describe("B8: forward and backward by hand equal autograd to 1e−6", () => {
  const pull = (y: Tensor, dy: Tensor, inputs: readonly Tensor[]): Tensor[] => grad(y, inputs, { gradient: dy });

  test("affine", async () => {
    const [x, w, b] = [draw(5, 3), draw(3, 4), draw(4)];
    const dy = draw(5, 4).detach();
    await expectEqual(affine.backward(dy, { x, w }), pull(affine.forward(x, w, b).y, dy, [x, w, b]));
  });

  test.each([
    ["ReLU", reluPair, relu],
    ["sigmoid", sigmoidPair, sigmoid],
    ["tanh", tanhPair, tanh],
  ] as const)("%s", async (_, pair, reference) => {
    const [x, dy] = [draw(4, 3), draw(4, 3).detach()];
    const { y, cache } = pair.forward(x);
    await expectEqual({ y, dx: pair.backward(dy, cache) }, [reference(x), ...pull(reference(x), dy, [x])]);
  });

  test.each([
    ["L1", l1, l1Loss],
    ["MSE", mse, mseLoss],
  ] as const)("%s", async (_, pair, reference) => {
    const [p, t] = [draw(4, 3), draw(4, 3).detach()];
    const { loss, cache } = pair.forward(p, t);
    await expectEqual({ loss, dp: pair.backward(cache) }, [reference(p, t), ...grad(reference(p, t), [p])]);
  });

  test("BCE", async () => {
    const [p, t] = [sigmoid(draw(4, 3)), sigmoid(draw(4, 3)).detach()];
    const { loss, cache } = bce.forward(p, t);
    await expectEqual({ loss, dp: bce.backward(cache) }, [binaryCrossEntropy(p, t), ...grad(binaryCrossEntropy(p, t), [p])]);
  });

  test("softmax and cross-entropy", async () => {
    const scores = draw(5, 3);
    const { loss, cache } = softmaxCrossEntropy.forward(scores, labels);
    await expectEqual({ loss, d: softmaxCrossEntropy.backward(cache) }, [crossEntropy(scores, labels), ...grad(crossEntropy(scores, labels), [scores])]);
  });

  test("LSTM step", async () => {
    const inputs = [draw(5, 3), draw(5, 4), draw(5, 4), draw(3, 16), draw(4, 16), draw(16)] as const;
    const [dh, dc] = [draw(5, 4).detach(), draw(5, 4).detach()];
    const { h, c, cache } = lstmStep.forward(...inputs);
    await expectEqual(lstmStep.backward(dh, dc, cache), grad(sum(mul(h, dh)).add(sum(mul(c, dc))), inputs));
  });

  test("training a two-layer tanh network with softmax", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const { largest, losses } = await import("../../examples/manual-backprop/train.ts");
    log.mockRestore();
    expect(largest).toBeLessThan(1e-6);
    expect(losses[99]).toBeLessThan(0.3 * losses[0]);
  });
});
