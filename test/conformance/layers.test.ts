/**
 * Every layer, by one table: gradients of inputs and parameters agree with central differences in training and in evaluation, a layer keeps the type
 * it was made with and that it is converted to, its state fits another of its kind, and evaluation gives the same every time.
 */

import { describe, expect, test } from "vitest";
import type { FloatDType } from "../../src/base/dtype.js";
import { Generator } from "../../src/base/generator.js";
import { sizeOf } from "../../src/base/shape.js";
import { gradcheck, NablaError, nn, noGrad, tensor, type Tensor } from "../../src/index.js";
import { tensorsIn } from "../../src/tensor/nested.js";

type Ints = { readonly shape: readonly number[]; readonly ints: readonly number[] };
type Input = readonly number[] | Ints;

interface Case {
  readonly make: (dtype: FloatDType) => nn.AnyModule;
  /** Shapes of float inputs, or int32 tensors. */
  readonly inputs: readonly Input[];
}

const plain = (make: () => nn.AnyModule, ...inputs: readonly Input[]): Case => ({ make, inputs });
const typed = (make: (options: { readonly dtype: FloatDType }) => nn.AnyModule, ...inputs: readonly Input[]): Case => ({
  make: (dtype) => make({ dtype }),
  inputs,
});
const ints = (shape: readonly number[], values: readonly number[]): Ints => ({ shape, ints: values });

const [vector, sequence, image, volume] = [[3, 4], [2, 4, 6], [2, 4, 4, 4], [1, 2, 4, 4, 4]];
const small = { dimFeedforward: 5, dropout: 0.2, batchFirst: true } as const;

const cases: Readonly<Record<string, Case>> = {
  Sequential: typed((o) => new nn.Sequential(new nn.Linear(4, 3, o), new nn.Tanh(), new nn.Linear(3, 2, o)), vector),
  Linear: typed((o) => new nn.Linear(4, 3, o), [2, 3, 4]),
  Bilinear: typed((o) => new nn.Bilinear(4, 3, 2, o), [2, 4], [2, 3]),
  Identity: plain(() => new nn.Identity(), vector),
  Flatten: plain(() => new nn.Flatten(), image),
  Unflatten: plain(() => new nn.Unflatten(1, [2, -1]), vector),
  Embedding: typed((o) => new nn.Embedding(5, 3, o), ints([2, 3], [0, 4, 2, 2, 1, 0])),
  EmbeddingBag: typed((o) => new nn.EmbeddingBag(5, 3, o), ints([2, 3], [0, 4, 2, 2, 1, 0])),
  Maxout: typed((o) => new nn.Maxout(4, 2, 3, o), vector),
  PReLU: typed((o) => new nn.PReLU(4, o), image),

  ReLU: plain(() => new nn.ReLU(), vector),
  ReLU6: plain(() => new nn.ReLU6(), vector),
  LeakyReLU: plain(() => new nn.LeakyReLU(0.2), vector),
  ELU: plain(() => new nn.ELU(0.7), vector),
  SELU: plain(() => new nn.SELU(), vector),
  CELU: plain(() => new nn.CELU(0.7), vector),
  GELU: plain(() => new nn.GELU({ approximate: "tanh" }), vector),
  GLU: plain(() => new nn.GLU(), vector),
  SiLU: plain(() => new nn.SiLU(), vector),
  Mish: plain(() => new nn.Mish(), vector),
  Sigmoid: plain(() => new nn.Sigmoid(), vector),
  LogSigmoid: plain(() => new nn.LogSigmoid(), vector),
  Tanh: plain(() => new nn.Tanh(), vector),
  Tanhshrink: plain(() => new nn.Tanhshrink(), vector),
  Softplus: plain(() => new nn.Softplus(), vector),
  Softsign: plain(() => new nn.Softsign(), vector),
  Softmax: plain(() => new nn.Softmax(1), sequence),
  LogSoftmax: plain(() => new nn.LogSoftmax(), vector),
  Hardtanh: plain(() => new nn.Hardtanh({ low: -0.5 }), vector),
  Hardsigmoid: plain(() => new nn.Hardsigmoid(), vector),
  Hardswish: plain(() => new nn.Hardswish(), vector),
  Hardshrink: plain(() => new nn.Hardshrink(), vector),
  Softshrink: plain(() => new nn.Softshrink(), vector),
  Threshold: plain(() => new nn.Threshold(0.1, 3), vector),

  Dropout: plain(() => new nn.Dropout(0.4), vector),
  Dropout1d: plain(() => new nn.Dropout1d(0.4), sequence),
  Dropout2d: plain(() => new nn.Dropout2d(0.4), image),
  Dropout3d: plain(() => new nn.Dropout3d(0.4), volume),
  AlphaDropout: plain(() => new nn.AlphaDropout(0.4), vector),
  GaussianNoise: plain(() => new nn.GaussianNoise(0.4), vector),

  BatchNorm1d: typed((o) => new nn.BatchNorm1d(4, o), sequence),
  BatchNorm2d: typed((o) => new nn.BatchNorm2d(4, { ...o, momentum: null }), image),
  BatchNorm3d: typed((o) => new nn.BatchNorm3d(2, { ...o, affine: false }), volume),
  InstanceNorm1d: typed((o) => new nn.InstanceNorm1d(4, { ...o, affine: true }), sequence),
  InstanceNorm2d: typed((o) => new nn.InstanceNorm2d(4, { ...o, trackRunningStats: true }), image),
  InstanceNorm3d: typed((o) => new nn.InstanceNorm3d(2, o), volume),
  GroupNorm: typed((o) => new nn.GroupNorm(2, 4, o), image),
  LayerNorm: typed((o) => new nn.LayerNorm([4, 6], o), sequence),
  RMSNorm: typed((o) => new nn.RMSNorm(6, o), sequence),
  LocalResponseNorm: plain(() => new nn.LocalResponseNorm(3), image),

  Conv1d: typed((o) => new nn.Conv1d(4, 3, 3, { ...o, stride: 2, padding: 1 }), sequence),
  Conv2d: typed((o) => new nn.Conv2d(4, 2, 3, { ...o, groups: 2, dilation: [1, 2], padding: "same" }), image),
  Conv3d: typed((o) => new nn.Conv3d(2, 2, [1, 2, 3], o), volume),
  ConvTranspose1d: typed((o) => new nn.ConvTranspose1d(4, 2, 3, { ...o, stride: 2 }), sequence),
  ConvTranspose2d: typed((o) => new nn.ConvTranspose2d(4, 2, 2, { ...o, stride: 2 }), image),
  ConvTranspose3d: typed((o) => new nn.ConvTranspose3d(2, 1, 2, o), volume),
  SeparableConv2d: typed((o) => new nn.SeparableConv2d(4, 3, 3, o), image),
  MaxPool1d: plain(() => new nn.MaxPool1d(2), sequence),
  MaxPool2d: plain(() => new nn.MaxPool2d(3, { stride: 1, padding: 1 }), image),
  MaxPool3d: plain(() => new nn.MaxPool3d(2), volume),
  AvgPool1d: plain(() => new nn.AvgPool1d(2), sequence),
  AvgPool2d: plain(() => new nn.AvgPool2d(3, { stride: 1, padding: 1 }), image),
  AvgPool3d: plain(() => new nn.AvgPool3d(2), volume),
  LPPool1d: plain(() => new nn.LPPool1d(2, 2), sequence),
  LPPool2d: plain(() => new nn.LPPool2d(2, 2), image),
  AdaptiveAvgPool1d: plain(() => new nn.AdaptiveAvgPool1d(4), sequence),
  AdaptiveAvgPool2d: plain(() => new nn.AdaptiveAvgPool2d(3), image),
  AdaptiveAvgPool3d: plain(() => new nn.AdaptiveAvgPool3d([1, 2, 3]), volume),
  AdaptiveMaxPool1d: plain(() => new nn.AdaptiveMaxPool1d(4), sequence),
  AdaptiveMaxPool2d: plain(() => new nn.AdaptiveMaxPool2d(3), image),
  AdaptiveMaxPool3d: plain(() => new nn.AdaptiveMaxPool3d([1, 2, 3]), volume),
  GlobalAvgPool1d: plain(() => new nn.GlobalAvgPool1d(), sequence),
  GlobalAvgPool2d: plain(() => new nn.GlobalAvgPool2d(), image),
  GlobalAvgPool3d: plain(() => new nn.GlobalAvgPool3d(), volume),
  GlobalMaxPool1d: plain(() => new nn.GlobalMaxPool1d(), sequence),
  GlobalMaxPool2d: plain(() => new nn.GlobalMaxPool2d(), image),
  GlobalMaxPool3d: plain(() => new nn.GlobalMaxPool3d(), volume),
  MaxUnpool1d: plain(() => new nn.MaxUnpool1d(2), [1, 1, 2], ints([1, 1, 2], [1, 2])),
  MaxUnpool2d: plain(() => new nn.MaxUnpool2d(2), [1, 1, 1, 2], ints([1, 1, 1, 2], [5, 2])),
  MaxUnpool3d: plain(() => new nn.MaxUnpool3d(2), [1, 1, 1, 1, 2], ints([1, 1, 1, 1, 2], [5, 2])),
  Upsample: plain(() => new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }), image),
  PixelShuffle: plain(() => new nn.PixelShuffle(2), image),
  PixelUnshuffle: plain(() => new nn.PixelUnshuffle(2), image),

  RNN: typed((o) => new nn.RNN(6, 3, { ...o, bidirectional: true, numLayers: 2, dropout: 0.3 }), sequence),
  GRU: typed((o) => new nn.GRU(6, 3, { ...o, batchFirst: true }), sequence),
  LSTM: typed((o) => new nn.LSTM(6, 3, { ...o, bidirectional: true }), sequence),
  RNNCell: typed((o) => new nn.RNNCell(4, 3, o), vector, [3, 3]),
  GRUCell: typed((o) => new nn.GRUCell(4, 3, o), vector, [3, 3]),
  LSTMCell: typed((o) => new nn.LSTMCell(4, 3, o), vector),
  ConvLSTMCell: typed((o) => new nn.ConvLSTMCell(4, 2, 3, o), image),
  ConvLSTM: typed((o) => new nn.ConvLSTM(2, 2, 3, o), [2, 1, 2, 3, 4]),
  MultiheadAttention: typed((o) => new nn.MultiheadAttention(6, 2, { ...o, batchFirst: true, dropout: 0.2 }), [2, 3, 6], sequence, sequence),
  TransformerEncoderLayer: typed((o) => new nn.TransformerEncoderLayer(6, 2, { ...o, ...small }), sequence),
  TransformerDecoderLayer: typed((o) => new nn.TransformerDecoderLayer(6, 2, { ...o, ...small, normFirst: true }), [2, 2, 6], sequence),
  TransformerEncoder: typed((o) => new nn.TransformerEncoder(6, 2, 1, { ...o, ...small, norm: true }), [1, 3, 6]),
  TransformerDecoder: typed((o) => new nn.TransformerDecoder(6, 2, 1, { ...o, ...small }), [1, 2, 6], [1, 3, 6]),
  Transformer: typed((o) => new nn.Transformer({ ...o, ...small, dModel: 4, heads: 2, encoderLayers: 1, decoderLayers: 1 }), [1, 3, 4], [1, 2, 4]),
  PositionalEncoding: plain(() => new nn.PositionalEncoding(6), sequence),
  LearnedPositionalEncoding: typed((o) => new nn.LearnedPositionalEncoding(5, 6, o), sequence),
};

/** The same numbers for every layer of a name, without two of a kind, so that maxima are where they are. */
function inputsOf(name: string, { inputs }: Case, dtype: FloatDType, requiresGrad = false): Tensor[] {
  const random = new Generator(1).fork(name);
  return inputs.map((input) =>
    "ints" in input
      ? tensor(input.ints, { shape: input.shape, dtype: "int32" })
      : tensor(Float64Array.from({ length: sizeOf(input) }, () => 1.5 * random.normal()), { shape: input, dtype, requiresGrad }),
  );
}

const run = (layer: nn.AnyModule, inputs: readonly Tensor[]): Tensor[] => tensorsIn(layer.forward(...(inputs as never[])));
const values = (tensors: readonly Tensor[]): Promise<ArrayLike<number>[]> => Promise.all(tensors.map((t) => t.data()));

test("every layer is in the table", () => {
  const layers = Object.entries(nn).flatMap(([name, value]) =>
    typeof value === "function" && value.prototype instanceof nn.Module && !name.endsWith("Loss") ? [name] : [],
  );
  expect(layers.filter((name) => !(name in cases))).toEqual([]);
});

describe.each(Object.entries(cases))("%s", (name, item) => {
  test.each(["training", "evaluation"] as const)("gradients in %s", async (mode) => {
    const layer = item.make("float64").to("float64").train(mode === "training");
    // Steps away from the initial zeros and ones, where symmetric errors would hide.
    const random = new Generator(2).fork(name);
    for (const t of layer.parameters()) t.copyFrom((await t.data()).map((v) => v + 0.1 * random.normal()));
    await gradcheck(layer, inputsOf(name, item, "float64", true), { elements: 40 });
  });

  test.each(["float32", "float64"] as const)("%s in, the same out", (dtype) => {
    const inputs = inputsOf(name, item, dtype);
    for (const layer of [item.make(dtype), item.make("float32").to(dtype)]) {
      expect(run(layer, inputs).map((t) => t.dtype)).toEqual(run(layer, inputs).map(() => dtype));
      expect([...layer.namedParameters()].every(([, t]) => t.dtype === dtype)).toBe(true);
    }
  });

  test("its state fits another of its kind, which then gives the same in evaluation, every time", async () => {
    const inputs = inputsOf(name, item, "float32");
    const [from, to] = [item.make("float32"), item.make("float32")];
    run(from, inputs);
    to.loadStateDict(from.stateDict());
    const expected = await values(noGrad(() => run(from.eval(), inputs)));
    for (let i = 0; i < 2; i++) expect(await values(noGrad(() => run(to.eval(), inputs)))).toEqual(expected);
  });

  test("refuses what is no tensor", () => {
    const wrong = item.inputs.map(() => "image.png" as never);
    if (name !== "Identity") expect(() => item.make("float32").forward(...wrong)).toThrow(NablaError);
  });

  test("shows itself by name", () => {
    expect(item.make("float32").describe()).toMatch(new RegExp(`^${name}(\\(.*\\))?$`));
  });
});
