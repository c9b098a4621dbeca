/** Attention and Transformer layers against PyTorch: masks of every kind, cross-attention, other widths; generating step by step; what is hidden. */

import { describe, expect, test } from "vitest";
import { attentionWeights, gradcheck, nn, noGrad, randn, rotaryEmbedding, sinusoidalPositions, sub, tensor, where, zeros, type Tensor } from "../../src/index.js";
import { floatTypes, golden } from "../golden/golden.js";
import { checkLayer, type LayerCase } from "../golden/layerCase.js";

const { cases } = golden<{ cases: (LayerCase & { readonly needWeights?: boolean })[] }>("attention.json");

type Attention =
  | nn.MultiheadAttention | nn.TransformerEncoderLayer | nn.TransformerDecoderLayer | nn.Transformer;

describe.each(floatTypes)("%s", (dtype) => {
  test.each(cases)("$layer $options", async (item) => {
    await checkLayer<Attention>(item, dtype, (layer, { q, k = q, v = k, x, memory, source, target, ...masks }) => {
      if (layer instanceof nn.MultiheadAttention) {
        const [y, weights] = layer.forward(q, k, v, { ...masks, needWeights: item.needWeights });
        return weights === null ? [y] : [y, weights];
      }
      if (layer instanceof nn.Transformer) return [layer.forward(source, target, masks)];
      return [layer instanceof nn.TransformerDecoderLayer ? layer.forward(x, memory, masks) : layer.forward(x, masks)];
    });
  });
});

const batchFirst = { batchFirst: true } as const;
const largest = async (a: Tensor, b: Tensor): Promise<number> => sub(a, b).abs().max().item();

describe("masks", () => {
  const hidden = tensor([[true, true, true], [false, true, true], [false, false, true]]);

  test("a query that may see nothing gives the last bias, and gradients without NaN", async () => {
    const layer = new nn.MultiheadAttention(4, 2, { ...batchFirst, dtype: "float64" });
    layer.out_proj.bias!.copyFrom(Float64Array.of(1, 2, 3, 4));
    const x = randn([1, 3, 4], { dtype: "float64", requiresGrad: true });
    for (const attnMask of [hidden, where(hidden, tensor(-Infinity, { dtype: "float64" }), 0)]) {
      const [y, weights] = layer.forward(x, x, x, { attnMask, needWeights: true });
      expect(await y.slice(0, 0).array()).toEqual([1, 2, 3, 4]);
      expect(await weights!.slice(0, 0).array()).toEqual([0, 0, 0]);
      y.sum().backward();
      expect((await x.grad!.data()).every(Number.isFinite)).toBe(true);
    }
    await gradcheck(([t]) => layer.forward(t, t, t, { attnMask: hidden })[0], [x]);
  });

  test("causal is the mask above the diagonal", async () => {
    const layer = new nn.MultiheadAttention(4, 2, batchFirst);
    const x = randn([2, 3, 4]);
    const above = tensor([[false, true, true], [false, false, true], [false, false, false]]);
    expect(await largest(layer.forward(x, x, x, { causal: true })[0], layer.forward(x, x, x, { attnMask: above })[0])).toBeLessThan(1e-6);
  });

  test("masks and inputs that do not fit are refused", () => {
    const layer = new nn.MultiheadAttention(4, 2, batchFirst);
    const x = zeros([2, 3, 4]);
    expect(() => layer.forward(x, zeros([2, 3, 5]), x)).toThrow("MultiheadAttention: expected q [N, T, 4], k [N, S, 4] and v [N, S, 4], got [2, 3, 4], [2, 3, 5], [2, 3, 4]");
    expect(() => layer.forward(x, x, x, { attnMask: zeros([3, 2]) })).toThrow("attnMask must be [T, S] or [N·heads, T, S], here [3, 3] or [4, 3, 3], got [3, 2]");
    expect(() => layer.forward(x, x, x, { attnMask: tensor([[0, 0, 0], [0, 0, 0], [0, 0, 0]], { dtype: "int32" }) })).toThrow("attnMask must be bool or float32, got int32");
    expect(() => layer.forward(x, x, x, { keyPaddingMask: zeros([2, 3]) })).toThrow("keyPaddingMask must be bool [2, 3] (N, S), got float32 [2, 3]");
    expect(() => new nn.MultiheadAttention(6, 4)).toThrow("MultiheadAttention: 4 heads do not divide 6 features");
    expect(() => new nn.TransformerEncoderLayer(4, 2, { activation: "tanh" as "relu" })).toThrow('activation must be "relu" or "gelu", got "tanh"');
  });
});

describe("generating step by step", () => {
  const options = { dimFeedforward: 8, normFirst: true, ...batchFirst } as const;

  test("a decoder with caches gives what it gives at once", async () => {
    const decoder = new nn.TransformerDecoder(8, 2, 2, options).eval();
    const [x, memory] = [randn([2, 4, 8]), randn([2, 5, 8])];
    const whole = decoder.forward(x, memory, { causal: true });
    const cache = decoder.makeCache(4, 5);
    for (let t = 0; t < 4; t++) {
      const range = { start: t, end: t + 1 };
      const y = noGrad(() => decoder.forward(x.slice(null, range), memory, { causal: true, cache }));
      expect(await largest(y, whole.slice(null, range))).toBeLessThan(1e-5);
    }
    expect(cache.map(({ length }) => length)).toEqual([4, 5, 4, 5]);
    expect(() => noGrad(() => decoder.forward(x, memory, { causal: true, cache }))).toThrow("KeyValueCache: 4 steps are stored, and 4 more exceed the maxLength of 4");
    for (const one of cache) one.clear();
    expect(await largest(noGrad(() => decoder.forward(x, memory, { causal: true, cache })), whole)).toBeLessThan(1e-5);
  });

  test("a cache is for evaluation, one batch at a time", () => {
    const encoder = new nn.TransformerEncoder(8, 2, 1, options).eval();
    const cache = encoder.makeCache(4);
    expect(() => encoder.forward(randn([1, 1, 8]), { cache })).toThrow("KeyValueCache: what is stored has no gradient; generate inside noGrad(…)");
    noGrad(() => encoder.forward(randn([1, 1, 8]), { cache }));
    expect(() => noGrad(() => encoder.forward(randn([2, 1, 8]), { cache }))).toThrow("clear() before another batch");
    expect(() => encoder.forward(randn([1, 1, 8]), { cache: [] })).toThrow("TransformerEncoder: expected 1 caches, got 0; make them with makeCache()");
  });
});

test("attention weights sum to 1", async () => {
  const rows = attentionWeights(randn([2, 3, 4, 5]), randn([2, 3, 6, 5])).sum({ axis: -1 });
  expect(await largest(rows, rows.div(rows))).toBeLessThan(1e-6);
});

describe("positions", () => {
  test("sines and cosines of the paper", async () => {
    const table = await sinusoidalPositions(50, 6, { dtype: "float64" }).data();
    for (const [pos, i] of [[0, 0], [7, 1], [49, 2]]) {
      expect(table[6 * pos + 2 * i]).toBeCloseTo(Math.sin(pos / 10000 ** ((2 * i) / 6)), 12);
      expect(table[6 * pos + 2 * i + 1]).toBeCloseTo(Math.cos(pos / 10000 ** ((2 * i) / 6)), 12);
    }
  });

  test("turned queries and keys: their products depend on the distance only, lengths stay, gradients check", async () => {
    const [q, k] = [randn([1, 6], { dtype: "float64" }), randn([1, 6], { dtype: "float64" })];
    const product = (a: number, b: number): Promise<number> => rotaryEmbedding(q, { offset: a }).mul(rotaryEmbedding(k, { offset: b })).sum().item();
    expect(await product(11, 4)).toBeCloseTo(await product(107, 100), 10);
    const x = randn([2, 3, 4], { dtype: "float64", requiresGrad: true });
    expect(await rotaryEmbedding(x).square().sum().item()).toBeCloseTo(await x.square().sum().item(), 10);
    await gradcheck(([t]) => rotaryEmbedding(t, { offset: 3 }), [x]);
  });

  test("odd widths and negative offsets are refused", () => {
    expect(() => new nn.PositionalEncoding(3)).toThrow("the number of features must be even and at least 2, got 3");
    expect(() => rotaryEmbedding(zeros([2, 4]), { offset: -1 })).toThrow("offset must be a whole number of at least 0, got -1");
    expect(() => new nn.PositionalEncoding(4).forward(zeros([2, 4]))).toThrow("PositionalEncoding: expected an input [T, N, 4], got [2, 4]");
  });
});
