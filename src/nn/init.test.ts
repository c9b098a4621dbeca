import { describe, expect, test } from "vitest";
import { eye, Generator, linalg, manualSeed, matmul, mean, nn, randn, std, sub, tensor, zeros, type Tensor } from "../index.js";

const { init } = nn;
const generator = (): Generator => new Generator(11);

// Coverage H1.
describe("variances", () => {
  test.each([
    ["LeCun, 1/n (the course's Xavier)", init.lecunNormal, 1 / 150],
    ["LeCun, uniform in ±√(3/n)", init.lecunUniform, 1 / 150],
    ["Xavier, 2/(in + out)", init.xavierNormal, 2 / 350],
    ["Xavier, uniform", init.xavierUniform, 2 / 350],
    ["Kaiming, 2/n", init.kaimingNormal, 2 / 150],
    ["Kaiming, uniform", init.kaimingUniform, 2 / 150],
    ["Kaiming by fan out", (t: Tensor) => init.kaimingNormal(t, { mode: "fanOut" }), 2 / 200],
    ["Kaiming for leaky ReLU", (t: Tensor) => init.kaimingUniform(t, { gain: init.gain("leakyRelu", 0.5) }), 1.6 / 150],
  ] as const)("%s", async (_name, fill, variance) => {
    const t = fill(zeros([200, 150]), { generator: generator() });
    expect((await std(t).item()) / Math.sqrt(variance)).toBeCloseTo(1, 1);
    expect(Math.abs(await mean(t).item())).toBeLessThan(0.02 * Math.sqrt(variance) * 3);
  });

  test("uniform α = √(3/n) is the bound", async () => {
    const bound = Math.sqrt(3 / 150);
    const largest = await init.lecunUniform(zeros([200, 150])).abs().max().item();
    expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(largest).toBeGreaterThan(0.99 * bound);
  });
});

describe("ten layers of 200 units", () => {
  /** Deviation of the last layer's activations. */
  async function last(fill: (t: Tensor) => Tensor, activation: () => nn.TensorModule): Promise<number> {
    manualSeed(2);
    const layers = Array.from({ length: 10 }, () => [new nn.Linear(200, 200, { bias: false }), activation()]).flat();
    const model = new nn.Sequential(...layers).apply((m) => m instanceof nn.Linear && fill(m.weight));
    return std(model.forward(randn([64, 200]))).item();
  }

  test("small weights vanish, large ones saturate, LeCun's keep tanh alive", async () => {
    const tanh = (): nn.Tanh => new nn.Tanh();
    expect(await last((t) => init.normalInit(t, 0, 0.01), tanh)).toBeLessThan(1e-6);
    expect(await last((t) => init.normalInit(t, 0, 1), tanh)).toBeGreaterThan(0.9);
    const alive = await last(init.lecunNormal, tanh);
    expect(alive).toBeGreaterThan(0.1);
    expect(alive).toBeLessThan(0.7);
  });

  test("ReLU needs Kaiming's factor 2", async () => {
    const relu = (): nn.ReLU => new nn.ReLU();
    expect(await last(init.lecunNormal, relu)).toBeLessThan(0.05);
    expect(await last(init.kaimingNormal, relu)).toBeGreaterThan(0.3);
  });
});

describe("orthogonal", () => {
  test.each([[[6, 4]], [[4, 6]], [[5, 5]], [[3, 2, 2, 2]]])("%j has orthonormal rows or columns, times the gain", async (shape) => {
    const t = init.orthogonal(zeros(shape, { dtype: "float64" }), { gain: 3 }).reshape(shape[0], -1);
    const [rows, columns] = t.shape;
    const product = rows <= columns ? matmul(t, t.transpose()) : matmul(t.transpose(), t);
    expect(await sub(product.div(9), eye(Math.min(rows, columns), { dtype: "float64" })).abs().max().item()).toBeLessThan(1e-12);
  });

  test("turns and mirrors are equally likely", async () => {
    let mirrors = 0;
    for (let i = 0; i < 60; i++) mirrors += Number((await linalg.det(init.orthogonal(zeros([3, 3]))).item()) < 0);
    expect(mirrors).toBeGreaterThan(15);
    expect(mirrors).toBeLessThan(45);
  });
});

describe("structured", () => {
  test("dirac filters pass each group's channels through", async () => {
    const conv = new nn.Conv2d(4, 4, [3, 5], { padding: [1, 2], groups: 2, bias: false });
    init.dirac(conv.weight, { groups: 2 });
    const x = randn([1, 4, 5, 6]);
    expect(await sub(conv.forward(x), x).abs().max().item()).toBe(0);
    expect(await init.dirac(zeros([3, 2, 3])).sum().item()).toBe(2);
    expect(() => init.dirac(zeros([3, 2, 3]), { groups: 2 })).toThrow("init.dirac: 2 groups do not divide 3 outputs");
  });

  test("truncated normal stays in its bounds, sparse has its zeros, identity is one", async () => {
    const t = init.truncatedNormal(zeros([50, 50]), { mean: 1, std: 2, low: 0, high: 2 });
    expect(await t.min().item()).toBeGreaterThanOrEqual(0);
    expect(await t.max().item()).toBeLessThanOrEqual(2);
    const columns = await init.sparse(zeros([10, 5]), { sparsity: 0.25 }).transpose().array();
    for (const column of columns as number[][]) expect(column.filter((v) => v === 0)).toHaveLength(3);
    expect(await init.identity(zeros([3, 2])).array()).toEqual([[1, 0], [0, 1], [0, 0]]);
    expect(() => init.identity(zeros([2, 2, 1]))).toThrow("init.identity: expected a matrix [out, in], got [2, 2, 1]");
    expect(() => init.gain("mish" as "relu")).toThrow('gain: expected linear, sigmoid, tanh, relu, leakyRelu, selu, got "mish"');
  });

  test("integers and the backward pass are none of its business: a parameter keeps its requiresGrad", () => {
    const layer = new nn.Linear(3, 3);
    init.orthogonal(layer.weight);
    expect([layer.weight.requiresGrad, layer.weight.node]).toEqual([true, null]);
  });
});

describe("LSUV", () => {
  test("every layer's output has variance 1 on the batch, and the modes come back", async () => {
    const model = new nn.Sequential(
      new nn.Conv2d(1, 8, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(8 * 36, 20), new nn.Dropout(0.5), new nn.Tanh(), new nn.Linear(20, 5),
    );
    model.layers[4].eval();
    const layers = await nn.lsuv(model, randn([32, 1, 8, 8]).mul(7));
    expect(layers.map(({ name }) => name)).toEqual(["0", "3", "6"]);
    for (const { variance } of layers) expect(Math.abs(variance - 1)).toBeLessThan(0.01);
    expect([model.training, model.layers[0].training, model.layers[4].training]).toEqual([true, true, false]);
  });

  test("what cannot be normalised is refused", async () => {
    await expect(nn.lsuv(new nn.Sequential(new nn.ReLU()), zeros([2, 3]))).rejects.toThrow("lsuv: the model has no linear or convolution layer");
    const model = new nn.Sequential(new nn.Linear(3, 2, { bias: false }));
    await expect(nn.lsuv(model, zeros([2, 3]))).rejects.toThrow("lsuv: the output of 0 has variance 0 on this batch");
    await expect(nn.lsuv(model, tensor([[1, 2, 3]]), { tolerance: 0 })).rejects.toThrow("tolerance must be a number above 0");
  });
});
