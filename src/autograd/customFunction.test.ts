import { describe, expect, test } from "vitest";
import { NablaError, ShapeError, ValueError } from "../base/errors.js";
import {
  add, argmax, customFunction, div, exp, grad, gradcheck, jvp, log1p, mul, neg, noGrad, ones, sigmoid, square, sum, tensor, type Tensor,
} from "../index.js";

const leaf = (...values: number[]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });

/** log(1 + eˣ), with its derivative from the saved eˣ. */
const saving = customFunction({
  name: "logOnePlusExp",
  forward: ([x], save) => {
    const e = exp(x);
    save(e);
    return log1p(e);
  },
  backward: (dy, { saved: [e] }) => [mul(dy, div(e, add(e, 1)))],
});

/** The same with a derivative of the input alone. */
const recorded = customFunction({
  name: "softplusOfInput",
  forward: ([x]) => log1p(exp(x)),
  backward: (dy, { inputs: [x] }) => [mul(dy, sigmoid(x))],
});

describe("a function of one's own", () => {
  test("has the derivative that it says", async () => {
    const x = leaf(0.3, -1);
    await gradcheck(([t]) => saving(t), [x]);
    await gradcheck(([t]) => recorded(t), [x]);
  });

  test("has second derivatives where backward uses inputs, and refuses them through saved values", async () => {
    const x = leaf(0.3, -1);
    const slope = (f: (t: Tensor) => Tensor) => (t: Tensor): Tensor => grad(sum(f(t)), [t], { createGraph: true })[0];
    await gradcheck(([t]) => slope(recorded)(t), [x]);
    expect(() => grad(sum(slope(saving)(x)), [x])).toThrow(NablaError);
    expect(() => grad(sum(slope(saving)(x)), [x])).toThrow("gradients of gradients of logOnePlusExp would need the derivative of a value that its forward saved");
    const [, tangent] = jvp(saving, x.detach(), ones([2], { dtype: "float64" })); // linear in its vector: no need of it
    expect(await tangent.array()).toEqual(await sigmoid(x).array());
  });

  test("of several inputs, some without a gradient, broadcasts and passes its input on", async () => {
    const scaled = customFunction({
      name: "scaledReverse",
      forward: ([x]) => x,
      backward: (dy, { inputs: [, factor] }) => [mul(neg(dy), factor), null],
    });
    const [x, factor] = [leaf(1, 2), leaf(3, 4)];
    sum(square(scaled(x, factor))).backward();
    expect(await x.grad!.array()).toEqual([-6, -16]);
    expect(factor.grad).toBeNull();
    const row = customFunction({ name: "row", forward: ([a, b]) => add(a, b), backward: (dy) => [dy, dy] });
    const [wide, narrow] = [tensor([[1, 2], [3, 4]], { requiresGrad: true }), tensor([0, 0], { requiresGrad: true })];
    sum(row(wide, narrow)).backward();
    expect(await narrow.grad!.array()).toEqual([2, 2]);
  });

  test("needs no tape inside noGrad, for constants, and for integer results", () => {
    expect(noGrad(() => recorded(leaf(1))).requiresGrad).toBe(false);
    expect(recorded(tensor([1])).requiresGrad).toBe(false);
    const best = customFunction({ name: "best", forward: ([x]) => argmax(x), backward: () => [null] });
    expect(best(leaf(1, 2)).requiresGrad).toBe(false);
  });

  test("is named where it is wrong", () => {
    const run = (backward: unknown): (() => void) => () => {
      const f = customFunction({ name: "mine", forward: ([a, b]) => mul(a, b), backward: backward as () => [] });
      sum(f(leaf(1, 2), leaf(3, 4))).backward();
    };
    expect(run((dy: Tensor) => [dy])).toThrow("backward: mine must give an array of 2 gradients, one for each input (null where there is none), got an array of 1");
    expect(run((dy: Tensor) => dy)).toThrow("got a tensor");
    expect(run(() => [leaf(1), null])).toThrow(ShapeError);
    expect(run(() => [leaf(1), null])).toThrow("backward: mine must give its input 0 a gradient of shape [2] and type float64, got [1]");
    expect(run(() => [tensor([1, 2]), null])).toThrow('got float32; convert it with to("float64")');
    expect(run(() => [3, null])).toThrow("got number");
    const async = customFunction({ name: "later", forward: (async ([x]: Tensor[]) => x) as never, backward: () => [] });
    expect(() => async(leaf(1))).toThrow("later: forward must return a tensor, got a promise; it must be synchronous");
    expect(() => recorded(3 as never)).toThrow("softplusOfInput: input 0 must be a tensor, got number; what is no tensor, forward can close over.");
    expect(() => customFunction({ name: "half", forward: ([x]: Tensor[]) => x } as never)).toThrow(ValueError);
  });
});
