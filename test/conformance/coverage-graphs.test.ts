/** Golden numbers of the courses, rows B1–B5 and C5: computational graphs, backpropagation by hand, initial losses. Tolerance: the printed digits. */

import { describe, expect, test } from "vitest";
import {
  add, binaryCrossEntropyWithLogits, crossEntropy, exp, grad, leakyRelu, logisticLoss, matmul, mseLoss, mul, neg, reciprocal, relu,
  reshape, sigmoid, slice, softmax, square, sub, sum, tanh, tensor, type Tensor, zeros,
} from "../../src/index.js";

const value = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64", requiresGrad: true });

/** The numbers of `t`, each rounded to `digits` decimals. */
async function rounded(t: Tensor | null, digits: number): Promise<number[]> {
  if (t === null) throw new Error("no gradient arrived");
  return [...(await t.data())].map((v) => Number(v.toFixed(digits)) + 0);
}

describe("B1: scalar graphs, with the value and gradient of every edge", () => {
  test("f = (x + y)·z at (1, −3, 4)", async () => {
    const [x, y, z] = [value(1), value(-3), value(4)];
    const f = mul(add(x, y), z);
    f.backward();
    expect(await f.item()).toBe(-8);
    expect([await x.grad!.item(), await y.grad!.item(), await z.grad!.item()]).toEqual([4, 4, -2]);
  });

  test("σ(w0·x0 + w1·x1 + b), taken apart", async () => {
    const [w, x, b] = [value([2, -3]), value([-1, -2]), value(-3)];
    const score = add(sum(mul(w, x)), b);
    const minus = neg(score);
    const power = exp(minus);
    const denominator = add(power, 1);
    const f = reciprocal(denominator);
    const edges = grad(f, [denominator, power, minus, score]);
    const two = async (t: Tensor): Promise<number> => (await rounded(t, 2))[0];
    expect([await two(f), await two(power), await two(denominator)]).toEqual([0.73, 0.37, 1.37]);
    expect(await Promise.all(edges.map((t) => two(t)))).toEqual([-0.53, -0.53, -0.2, 0.2]);
    expect(await two(sigmoid(score))).toBe(0.73);
  });
});

test("B2: reverse mode over a batch, L = Σ(XW)²", async () => {
  const [x, w] = [value([[0, 1], [2, 3]]), value([[1, 1], [1, 1]])];
  const y = matmul(x, w);
  const loss = sum(square(y));
  expect(await loss.item()).toBe(52);
  const [dy, dx, dw] = grad(loss, [y, x, w]);
  expect(await dy.array()).toEqual([[2, 2], [10, 10]]);
  expect(await dx.array()).toEqual([[4, 4], [20, 20]]);
  expect(await dw.array()).toEqual([[20, 20], [32, 32]]);
});

test("B3: two-layer ReLU regression", async () => {
  const [w1, w2] = [value(1 / 3), value(2)];
  const loss = square(sub(mul(w2, relu(mul(w1, 1))), 0));
  loss.backward();
  expect(await loss.item()).toBeCloseTo(4 / 9, 14);
  expect(await w1.grad!.item()).toBeCloseTo(8 / 3, 14);
  expect(await w2.grad!.item()).toBeCloseTo(4 / 9, 14);
});

describe("B4: the exam networks", () => {
  test("(a) leaky ReLU, MSE, one step", async () => {
    const [w, b] = [value([[-0.5, 1, 2], [-1, 0.5, 1.5]]), value([0.5, 0, -1])];
    const [v, c] = [value([[1, -0.5], [-0.5, 2], [-1, 1]]), value([-1, 2])];
    const output = add(matmul(leakyRelu(add(matmul(value([[1, -2]]), w), b), 0.5), v), c);
    expect(await output.array()).toEqual([[2, 0]]);
    const loss = mseLoss(output, tensor([[1, 1]], { dtype: "float64" }));
    expect(await loss.item()).toBe(1);
    loss.backward();
    const slope = await slice(w.grad!, 0, 0).item();
    expect(slope).toBe(1.5);
    expect((await slice(w, 0, 0).item()) - 0.1 * slope).toBeCloseTo(-0.65, 14);
  });

  test("(b) two units a layer, ReLU, MSE, one step", async () => {
    const [hidden, out] = [value([[1, -0.5], [0.5, -1]]), value([[0.5, -1], [-0.5, 1]])];
    const activation = relu(add(matmul(value([[2, -1]]), hidden), value([0.5, -0.5])));
    const output = add(matmul(activation, out), value([-1, 0.5]));
    expect(await output.array()).toEqual([[0, -1.5]]);
    const loss = mseLoss(output, tensor([[1, 0.5]], { dtype: "float64" }));
    expect(await loss.item()).toBe(2.5);
    loss.backward();
    const slope = await slice(hidden.grad!, 1, 0).item();
    expect(slope).toBe(-1.5);
    expect((await slice(hidden, 1, 0).item()) - 0.1 * slope).toBeCloseTo(0.65, 14);
  });

  test("(c) affine layer backward", async () => {
    const [w, b] = [value([[1], [2]]), value([2])];
    const out = add(matmul(tensor([[1, 1], [0, -1]], { dtype: "float64" }), w), b);
    sum(mul(out, tensor([[0], [0.25]], { dtype: "float64" }))).backward();
    expect(await w.grad!.array()).toEqual([[0], [-0.25]]);
    expect(await b.grad!.array()).toEqual([0.25]);
  });

  test("(d) σ′ = y(1 − y), and the Jacobian of softmax is ŷi(δij − ŷj)", async () => {
    const x = value([-2, -0.5, 0, 1.5]);
    const y = sigmoid(x);
    const [slope] = grad(sum(y), [x]);
    const expected = [...(await y.data())].map((v) => v * (1 - v));
    [...(await slope.data())].forEach((s, i) => expect(s).toBeCloseTo(expected[i], 12));

    const p = [...(await softmax(x).data())];
    for (let i = 0; i < p.length; i++) {
      const [row] = grad(slice(softmax(x), i), [x]);
      [...(await row.data())].forEach((d, j) => expect(d).toBeCloseTo(p[i] * ((i === j ? 1 : 0) - p[j]), 12));
    }
  });

  test("(e) a residual connection adds one to the derivative: H = x + R, H′ = 1 + r", async () => {
    const x = value([-1, 0.3, 2]);
    const residual = (t: Tensor): Tensor => tanh(mul(t, 0.7));
    const [r] = grad(sum(residual(x)), [x]);
    const [h] = grad(sum(add(x, residual(x))), [x]);
    const expected = [...(await r.data())].map((d) => 1 + d);
    [...(await h.data())].forEach((d, i) => expect(d).toBeCloseTo(expected[i], 14));
  });
});

describe("B5: logistic loss of a two-layer ReLU net", () => {
  const target = tensor([1], { dtype: "float64" });
  const net = () => ({
    wi: value([[0.6324, 0.5469], [0.0975, 0.9575], [0.2785, 0.9649]]), bi: value([0.1576, 0.9706, 0.9572]),
    wo: value([0.4854, 0.8003, 0.1419]), bo: value([0.4218]),
  });
  type Net = ReturnType<typeof net>;
  const loss = ({ wi, bi, wo, bo }: Net): Tensor => {
    const x = tensor([[0.127], [0.9134]], { dtype: "float64" });
    const hidden = relu(add(reshape(matmul(wi, x), [3]), bi));
    return logisticLoss(add(sum(mul(wo, hidden)), bo), target);
  };

  test("gradients", async () => {
    const parameters = net();
    loss(parameters).backward();
    const { wi, bi, wo, bo } = parameters;
    expect(await rounded(wi.grad, 4)).toEqual([-0.0045, -0.0326, -0.0075, -0.0538, -0.0013, -0.0095]);
    expect(await rounded(bi.grad, 4)).toEqual([-0.0357, -0.0589, -0.0104]);
    expect(await rounded(wo.grad, 4)).toEqual([-0.0543, -0.1368, -0.138]);
    expect(await rounded(bo.grad, 4)).toEqual([-0.0736]);
  });

  test("finite differences with δ = 1e−4 agree", async () => {
    const parameters = net();
    loss(parameters).backward();
    const delta = 1e-4;
    for (const p of Object.values(parameters)) {
      const [values, analytic] = [await p.data(), await p.grad!.data()];
      for (let i = 0; i < values.length; i++) {
        const at = async (shift: number): Promise<number> => {
          p.copyFrom(values.map((v, j) => (j === i ? v + shift : v)));
          return loss(parameters).item();
        };
        const numeric = ((await at(delta)) - (await at(-delta))) / (2 * delta);
        expect(Math.abs(numeric - analytic[i]) / Math.abs(analytic[i])).toBeLessThan(1e-6);
      }
      p.copyFrom(values);
    }
  });
});

describe("C5: the loss before training says whether the last layer and the loss fit", () => {
  test("cross-entropy over 10 classes is log 10 = 2.303", async () => {
    const loss = crossEntropy(zeros([4, 10]), tensor([0, 3, 7, 9], { dtype: "int32" }));
    expect(await rounded(loss, 3)).toEqual([2.303]);
    expect(await loss.item()).toBeCloseTo(Math.log(10), 6);
  });

  test("binary cross-entropy is log 2", async () => {
    const loss = binaryCrossEntropyWithLogits(zeros([4, 1], { dtype: "float64" }), tensor([[0], [1], [1], [0]], { dtype: "float64" }));
    expect(await loss.item()).toBeCloseTo(Math.log(2), 14);
  });
});
