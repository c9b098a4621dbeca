/** Embeddings, learned slopes, bilinear forms against PyTorch; dropout in its forms, noise, Monte Carlo predictions, and the warning for evaluating in training mode. */

import { afterEach, describe, expect, test } from "vitest";
import {
  Generator, manualSeed, max, mean, nn, noGrad, ones, onWarning, randn, std, tensor, zeros, type Tensor,
} from "../../src/index.js";
import { floatTypes, golden } from "../golden/golden.js";
import { checkLayer, type LayerCase } from "../golden/layerCase.js";

const { cases } = golden<{ cases: LayerCase[] }>("layers.json");

describe.each(floatTypes)("%s", (dtype) => {
  test.each(cases)("$layer $args $options", async (item) => {
    await checkLayer<nn.Bilinear | nn.TensorModule>(item, dtype, (layer, { x, a, b }) => [layer instanceof nn.Bilinear ? layer.forward(a, b) : layer.forward(x)]);
  });
});

describe("embeddings", () => {
  const index = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

  test("indices that cannot be are refused", () => {
    const layer = new nn.Embedding(5, 2);
    expect(() => layer.forward(index(1, 5))).toThrow("Embedding: index number 1 is not in 0…4; there are 5 embeddings");
    expect(() => layer.forward(tensor([1]))).toThrow("Embedding: indices must be an int32 tensor, got float32");
    expect(() => new nn.Embedding(5, 2, { paddingIdx: 5 })).toThrow("Embedding: paddingIdx must be an index of the 5 embeddings, got 5");
    expect(new nn.Embedding(5, 2, { paddingIdx: -1 }).paddingIdx).toBe(4);
    expect(() => new nn.EmbeddingBag(5, 2).forward(index(1))).toThrow("EmbeddingBag: indices must be [N, L] with L ≥ 1, one bag a row, got [1]");
  });

  test("a bag of padding gives zeros and finite gradients", async () => {
    for (const mode of ["sum", "mean", "max"] as const) {
      const layer = new nn.EmbeddingBag(3, 2, { mode, paddingIdx: 0 });
      const y = layer.forward(tensor([[0, 0], [1, 0]], { dtype: "int32" }));
      expect(await y.slice(0).array()).toEqual([0, 0]);
      y.sum().backward();
      expect((await layer.weight.grad!.data()).every(Number.isFinite)).toBe(true);
    }
  });

  test("indices of any shape, also none", () => {
    const layer = new nn.Embedding(5, 2);
    expect(layer.forward(tensor(3, { dtype: "int32" })).shape).toEqual([2]);
    expect(layer.forward(tensor([[], []], { dtype: "int32" })).shape).toEqual([2, 0, 2]);
  });
});

describe("dropout", () => {
  /** Share of elements that are not 0. */
  const kept = async (y: Tensor): Promise<number> => Array.from(await y.data()).filter((v) => v !== 0).length / y.size;

  // Coverage G1.
  test("two dropouts p and q keep (1 − p)(1 − q), and the mean", async () => {
    const [p, q, n] = [0.3, 0.5, 200_000];
    const net = new nn.Sequential(new nn.Dropout(p), new nn.Dropout(q));
    const y = net.forward(ones([n]));
    const share = (1 - p) * (1 - q);
    const deviation = Math.sqrt((share * (1 - share)) / n);
    expect(Math.abs((await kept(y)) - share)).toBeLessThan(4 * deviation);
    expect(await max(y).item()).toBeCloseTo(1 / share, 5);
    expect(Math.abs((await mean(y).item()) - 1)).toBeLessThan((4 * deviation) / share);
  });

  test("the original form: values as they are while training, weights scaled at test", async () => {
    const layer = new nn.Dropout(0.25, { scaledIn: "evaluation" });
    const y = layer.forward(ones([10_000]));
    expect(await max(y).item()).toBe(1);
    expect(Math.abs((await kept(y)) - 0.75)).toBeLessThan(0.02);
    expect(await layer.eval().forward(ones([3])).data()).toEqual(Float32Array.of(0.75, 0.75, 0.75));
  });

  test("spatial dropout drops whole channels of single samples", async () => {
    for (const [layer, shape] of [
      [new nn.Dropout1d(0.5), [20, 30, 4]], [new nn.Dropout2d(0.5), [20, 30, 2, 2]], [new nn.Dropout3d(0.5), [20, 30, 2, 1, 2]],
    ] as const) {
      const y = await layer.forward(ones(shape)).reshape(600, 4).data();
      const channels = Array.from({ length: 600 }, (_, i) => y.slice(4 * i, 4 * i + 4));
      expect(channels.every((c) => c.every((v) => v === c[0] && (v === 0 || v === 2)))).toBe(true);
      expect(Math.abs(channels.filter((c) => c[0] === 0).length / 600 - 0.5)).toBeLessThan(0.1);
      expect(() => layer.forward(ones([3]))).toThrow(`${layer.constructor.name}: expected ${shape.length} axes [N, C, …], got [3]`);
    }
  });

  test("alpha dropout keeps mean 0 and variance 1, and has SELU's lowest value", async () => {
    const x = randn([100_000], { generator: new Generator(3), dtype: "float64" });
    const y = new nn.AlphaDropout(0.2).forward(x);
    expect(Math.abs(await mean(y).item())).toBeLessThan(0.02);
    expect(Math.abs((await std(y).item()) - 1)).toBeLessThan(0.02);
  });

  test("noise has the deviation it was given, in training only", async () => {
    const layer = new nn.GaussianNoise(0.5);
    expect(Math.abs((await std(layer.forward(zeros([50_000]))).item()) - 0.5)).toBeLessThan(0.01);
    expect(await layer.eval().forward(ones([2])).data()).toEqual(Float32Array.of(1, 1));
    expect(() => new nn.GaussianNoise(-1)).toThrow("GaussianNoise: the deviation must be 0 or more, got -1");
  });
});

describe("Monte Carlo dropout", () => {
  test("mean and deviation of the predictions; modes and statistics stay as they were", async () => {
    manualSeed(5);
    const norm = new nn.BatchNorm1d(3);
    const model = new nn.Sequential(norm, new nn.Dropout(0.4));
    model.layers[1].eval();
    const { mean: average, std: deviation } = nn.mcDropout(model, ones([1, 3]), { passes: 4000 });
    // x/(1 − p) with probability 1 − p, else 0: mean x, deviation x·√(p/(1 − p)); batch norm in evaluation leaves 1 almost as it is.
    for (const v of await average.data()) expect(v).toBeCloseTo(1, 1);
    for (const v of await deviation.data()) expect(Math.abs(v - Math.sqrt(0.4 / 0.6))).toBeLessThan(0.05);
    expect([model.training, norm.training, model.layers[1].training]).toEqual([true, true, false]);
    expect(await norm.runningMean.data()).toEqual(Float32Array.of(0, 0, 0));
  });

  test("what cannot work is refused", () => {
    expect(() => nn.mcDropout(new nn.Sequential(new nn.ReLU()), ones([1]))).toThrow("mcDropout: the model has no dropout");
    expect(() => nn.mcDropout(new nn.Sequential(new nn.Dropout()), ones([1]), { passes: 1 })).toThrow("passes must be a whole number of at least 2, got 1");
  });
});

describe("evaluating in training mode", () => {
  afterEach(() => onWarning());

  const heard = (body: () => unknown): string[] => {
    const messages: string[] = [];
    onWarning((code, message) => messages.push(`${code}: ${message}`));
    body();
    return messages;
  };

  test.each([
    ["Dropout(0.5)", new nn.Dropout(), [2, 3]],
    ["BatchNorm1d(3)", new nn.BatchNorm1d(3), [2, 3]],
    ["GRU(3, 2, numLayers=2, dropout=0.5)", new nn.GRU(3, 2, { numLayers: 2, dropout: 0.5 }), [2, 1, 3]],
  ] as const)("%s in training mode without gradients is warned of, with the remedy", (name, layer, shape) => {
    const messages = heard(() => noGrad(() => layer.forward(zeros(shape))));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/^evaluationInTrainingMode: /);
    expect(messages[0]).toContain(`${name} is in training mode inside noGrad()`);
    expect(messages[0]).toMatch(/model\.eval\(\).*mcDropout/);
  });

  test("what is meant is not warned of", () => {
    const model = new nn.Sequential(new nn.Dropout(), new nn.BatchNorm1d(3));
    expect(
      heard(() => {
        model.forward(ones([2, 3]));
        nn.mcDropout(model, ones([2, 3]));
        noGrad(() => model.eval().forward(ones([2, 3])));
        noGrad(() => new nn.Dropout(0).forward(ones([2])));
      }),
    ).toEqual([]);
  });
});
