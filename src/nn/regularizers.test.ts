import { describe, expect, test } from "vitest";
import { nn, optim, sum, tensor, zeros } from "../index.js";

const theta1 = tensor([0, 0.75, 0]);
const theta2 = tensor([0.25, 0.5, 0.25]);

test("coverage C4: of two solutions, L2 prefers the spread one and L1 the sparse one", async () => {
  expect(await nn.l2Penalty(theta1).item()).toBeCloseTo(0.5625, 6);
  expect(await nn.l2Penalty(theta2).item()).toBeCloseTo(0.375, 6);
  expect(await nn.l1Penalty(theta1).item()).toBeCloseTo(0.75, 6);
  expect(await nn.l1Penalty(theta2).item()).toBeCloseTo(1, 6);
});

test("penalties run over all parameters, and their gradients are those of |θ| and θ²", async () => {
  const layer = new nn.Linear(2, 1);
  layer.weight.copyFrom(tensor([[2, -3]]));
  layer.bias!.copyFrom(tensor([0.5]));
  const penalty = nn.elasticNet(layer, { l1: 0.1, l2: 0.01 });
  expect(await penalty.item()).toBeCloseTo(0.55 + 0.1325, 6);
  penalty.backward();
  const gradient = await layer.weight.grad!.data();
  expect(gradient[0]).toBeCloseTo(0.1 + 0.04, 6);
  expect(gradient[1]).toBeCloseTo(-0.1 - 0.06, 6);
});

test("an L2 penalty of w/2 is weight decay w of plain SGD, and differs from it in AdamW", async () => {
  const run = async (Optimizer: typeof optim.SGD | typeof optim.AdamW, decay: boolean): Promise<number> => {
    const w = nn.parameter(tensor([2]));
    const optimizer = new Optimizer([w], { lr: 0.1, weightDecay: decay ? 0.5 : 0 });
    for (let i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      const loss = sum(w.mul(w.sub(1)));
      (decay ? loss : loss.add(nn.l2Penalty(w).mul(0.25))).backward();
      optimizer.step();
    }
    return w.item();
  };
  expect(await run(optim.SGD, true)).toBeCloseTo(await run(optim.SGD, false), 6);
  expect(Math.abs((await run(optim.AdamW, true)) - (await run(optim.AdamW, false)))).toBeGreaterThan(0.01);
});

describe("maxNorm", () => {
  test("limits each unit's incoming weights, and lets small ones and zeros be", async () => {
    const weight = nn.parameter(tensor([[3, 4], [0.3, 0.4], [0, 0]], { dtype: "float64" }));
    nn.maxNorm(weight, 1);
    const values = await weight.data();
    [0.6, 0.8, 0.3, 0.4, 0, 0].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 12));
  });

  test("filters of a convolution are rows, vectors are one row, biases of a module are left alone", async () => {
    const model = new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.Flatten(), new nn.Linear(12, 2));
    const [filters, bias] = model.parameters();
    filters.copyFrom(filters.mul(100));
    bias.copyFrom(tensor([5, 6, 7]));
    nn.maxNorm(model, 0.5);
    const norms = await sum(filters.square(), { axis: [1, 2, 3] }).sqrt().data();
    for (const norm of norms) expect(norm).toBeCloseTo(0.5, 5);
    expect(await bias.array()).toEqual([5, 6, 7]);
    const vector = nn.parameter(tensor([3, 4]));
    nn.maxNorm([vector], 5.5);
    expect(await vector.array()).toEqual([3, 4]);
    nn.maxNorm([vector], 2.5);
    expect(await vector.array()).toEqual([1.5, 2]);
  });
});

test("wrong input is named", () => {
  expect(() => nn.l2Penalty([])).toThrow(/l2Penalty: there are no parameters/);
  expect(() => nn.l1Penalty(3 as never)).toThrow(/l1Penalty: expected a module or its parameters, got number/);
  expect(() => nn.l1Penalty(zeros([2], { dtype: "int32" }))).toThrow(/expected float32 or float64 parameters, got int32/);
  expect(() => nn.elasticNet(theta1, { l1: -1, l2: 0 })).toThrow(/both at least 0, got \{ l1: -1, l2: 0 \}/);
  expect(() => nn.elasticNet(theta1, undefined as never)).toThrow(/got \{ l1: undefined/);
  expect(() => nn.maxNorm(theta1, 0)).toThrow(/the limit must be above 0, got 0/);
});
