/** RNN, LSTM and GRU against PyTorch: layers, directions, initial states, sequences of different lengths; cells; the course's examples. */

import { describe, expect, test } from "vitest";
import { add, grad, matmul, mul, nn, relu, rnn, tensor, transpose, zeros, type Tensor } from "../../src/index.js";
import { floatTypes, golden } from "../golden/golden.js";
import { checkLayer, type LayerCase } from "../golden/layerCase.js";

const { cases } = golden<{ cases: LayerCase[] }>("recurrent.json");

describe.each(floatTypes)("%s", (dtype) => {
  test.each(cases)("$layer $options", async (item) => {
    await checkLayer<nn.RNN | nn.LSTM | nn.RNNCell | nn.LSTMCell>(item, dtype, (layer, { x, h, c, lengths }) => {
      if (layer instanceof nn.LSTM) {
        const [y, state] = layer.forward(x, h && [h, c], { lengths });
        return [y, ...state];
      }
      if (layer instanceof nn.LSTMCell) return layer.forward(x, [h, c]);
      const y = layer instanceof nn.RNNCell ? layer.forward(x, h) : layer.forward(x, h, { lengths });
      return Array.isArray(y) ? y : [y];
    });
  });
});

// Coverage K1.
describe("the course's examples", () => {
  test("a cell of 3 inputs and 5 units has 45 parameters: W, V and one bias", () => {
    class Cell extends nn.Module {
      readonly input = new nn.Linear(3, 5);
      readonly hidden = new nn.Linear(5, 5, { bias: false });
      forward(x: Tensor, h: Tensor): Tensor {
        return add(this.input.forward(x), this.hidden.forward(h)).tanh();
      }
    }
    expect(new Cell().numParameters()).toBe(45);
    expect(new nn.RNNCell(3, 5).numParameters()).toBe(50);
  });

  test("ReLU network with V = −3 and W = 3", async () => {
    const layer = new nn.RNN(1, 1, { nonlinearity: "relu", bias: false });
    layer.loadStateDict(new Map([["weight_ih_l0", tensor([[3]])], ["weight_hh_l0", tensor([[-3]])]]));
    const [h] = layer.forward(tensor([[[2]], [[3]], [[1]]]));
    expect(await h.data()).toEqual(Float32Array.of(6, 0, 3));
  });

  test("its gradient through time, as a layer and by hand", async () => {
    const leaf = (value: number): Tensor => tensor([[value]], { requiresGrad: true });
    const [v, w, h0] = [leaf(-2), leaf(1), tensor([[2]])];
    const x = [2, 1.5, 4].map(leaf);
    const step = (h: Tensor, xt: Tensor): Tensor => relu(add(matmul(h, v), matmul(xt, w)));
    const byHand = x.reduce(step, h0);
    const gates = mul(tensor([[[2]], [[1.5]], [[4]]], { requiresGrad: true }), w);
    const [, asLayer] = rnn(gates, v, h0, { nonlinearity: "relu" });
    for (const h3 of [byHand, asLayer]) {
      expect(await h3.item()).toBe(1);
      const [dv, dw] = grad(h3, [v, w], { retainGraph: true });
      expect([await dv.item(), await dw.item()]).toEqual([1.5, 1]);
    }
    expect(await grad(byHand, [x[0]])[0].item()).toBe(0);
  });
});

describe("sequences of different lengths", () => {
  const lengths = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

  test("padding changes nothing, whatever it holds", async () => {
    const layer = new nn.LSTM(2, 3, { bidirectional: true, numLayers: 2 });
    const short = tensor(Array.from({ length: 8 }, (_, i) => Math.sin(i)), { shape: [4, 1, 2] });
    const padded = tensor([...(await short.data()), NaN, Infinity, 7, 7], { shape: [6, 1, 2] });
    const [expected, [h]] = layer.forward(short);
    const [output, [paddedH]] = layer.forward(padded, null, { lengths: lengths(4) });
    const values = await output.data();
    expect(values.slice(0, 24)).toEqual(await expected.data());
    expect(values.slice(24).every((v) => v === 0)).toBe(true);
    expect(await paddedH.data()).toEqual(await h.data());
    output.sum().backward();
    for (const t of layer.parameters()) expect((await t.grad!.data()).every(Number.isFinite)).toBe(true);
  });

  test("lengths that cannot be are refused", () => {
    const layer = new nn.GRU(2, 3);
    const x = zeros([4, 2, 2]);
    expect(() => layer.forward(x, null, { lengths: lengths(5, 1) })).toThrow("GRU: every length must be from 1 to 4, the number of steps");
    expect(() => layer.forward(x, null, { lengths: lengths(1) })).toThrow("GRU: lengths must be [2], one for each sequence, got [1]");
    expect(() => layer.forward(x, null, { lengths: tensor([1, 2]) })).toThrow("GRU: lengths must be an int32 tensor [N], got float32");
  });
});

test("inputs and states that do not fit are refused", () => {
  const layer = new nn.LSTM(2, 3, { batchFirst: true, numLayers: 2 });
  expect(() => layer.forward(zeros([1, 4, 3]))).toThrow("LSTM: expected an input [N, T, 2] with T ≥ 1, got [1, 4, 3]");
  expect(() => layer.forward(zeros([1, 0, 2]))).toThrow("with T ≥ 1, got [1, 0, 2]");
  const state = zeros([1, 1, 3]);
  expect(() => layer.forward(zeros([1, 4, 2]), [state, state])).toThrow("the initial state must be [2, 1, 3] [layers · directions, N, hiddenSize], got [1, 1, 3]");
  expect(() => new nn.GRUCell(2, 3).forward(zeros([1, 2]), zeros([2, 3]))).toThrow("GRUCell: the state must be [1, 3], got [2, 3]");
  expect(() => new nn.RNN(2, 0)).toThrow("RNN: hiddenSize must be a whole number of at least 1, got 0");
  expect(() => new nn.RNN(2, 2, { nonlinearity: "sigmoid" as "tanh" })).toThrow('RNN: nonlinearity must be "tanh" or "relu", got "sigmoid"');
});

test("dropout between layers acts in training only, and not after the last layer", async () => {
  const layer = new nn.GRU(2, 4, { numLayers: 2, dropout: 0.5 });
  const x = transpose(tensor([[[1, 2], [3, 4]]]), 0, 1);
  const first = await layer.forward(x)[0].data();
  expect(await layer.forward(x)[0].data()).not.toEqual(first);
  layer.eval();
  const calm = await layer.forward(x)[0].data();
  expect(await layer.forward(x)[0].data()).toEqual(calm);
  expect(calm.every((v) => v !== 0)).toBe(true);
});

describe("ConvLSTM", () => {
  test("on images of one pixel it is an LSTM", async () => {
    const lstm = new nn.LSTM(2, 3, { dtype: "float64", batchFirst: true });
    const conv = new nn.ConvLSTM(2, 3, 1, { dtype: "float64", batchFirst: true });
    const [inputWeight, hiddenWeight, inputBias, hiddenBias] = lstm.parameters();
    conv.loadStateDict(
      new Map([
        ["cell.input.weight", inputWeight.reshape(12, 2, 1, 1)],
        ["cell.input.bias", add(inputBias, hiddenBias)],
        ["cell.hidden.weight", hiddenWeight.reshape(12, 3, 1, 1)],
      ]),
    );
    const x = tensor(Array.from({ length: 16 }, (_, i) => Math.cos(i)), { shape: [2, 4, 2], dtype: "float64" });
    const [expected, [, c]] = lstm.forward(x);
    const [output, [, convC]] = conv.forward(x.reshape(2, 4, 2, 1, 1));
    expect(output.shape).toEqual([2, 4, 3, 1, 1]);
    const [a, b] = [await output.data(), await expected.data()];
    a.forEach((v, i) => expect(v).toBeCloseTo(b[i], 12));
    expect(await convC.sum().item()).toBeCloseTo(await c.sum().item(), 12);
  });

  test("options and inputs that do not fit are refused", () => {
    expect(() => new nn.ConvLSTM(2, 3, 2)).toThrow("ConvLSTMCell: the kernel must be odd, so that images keep their size, got 2");
    expect(() => new nn.ConvLSTM(2, 3, 3).forward(zeros([2, 1, 4, 4]))).toThrow("ConvLSTM: expected an input [T, N, 2, H, W] with T ≥ 1, got [2, 1, 4, 4]");
    const image = zeros([1, 3, 4, 4]);
    expect(() => new nn.ConvLSTMCell(2, 3, 3).forward(zeros([1, 2, 4, 5]), [image, image])).toThrow("the state must be [h, c], [1, 3, 4, 5] each, got [1, 3, 4, 4]");
  });
});
