import { describe, expect, test } from "vitest";
import { convnet } from "../models/convnet.js";
import { mlp } from "../models/mlp.js";
import { mul } from "../ops/arithmetic.js";
import { rand } from "../ops/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { ReLU } from "./activation.js";
import { BatchNorm2d } from "./batchNorm.js";
import { Conv2d } from "./conv.js";
import { Linear } from "./linear.js";
import { Module, parameter } from "./module.js";
import { MaxPool2d } from "./pool.js";
import { Sequential } from "./sequential.js";
import { formatSummary, summary } from "./summary.js";

const parametersOf = (model: Module, input: number[]) => summary(model, input).totals.parameters;
const multiplyAddsOf = (model: Module, input: number[]) => summary(model, input).totals.multiplyAdds;

// Numbers worked out by hand in the course notes.
describe("known costs", () => {
  test("the course ConvNet", () => {
    const { layers, totals } = summary(convnet(), [3, 32, 32]);
    expect(layers.map((l) => l.parameters).filter((n) => n > 0)).toEqual([2432, 51264, 102464, 1025000, 10010]);
    expect(totals.parameters).toBe(1191170);
    expect(layers[0]).toEqual({
      name: "0",
      layer: "Conv2d(3, 32, kernel=5, padding=2)",
      type: "Conv2d",
      outputShape: [32, 32, 32],
      parameters: 2432,
      multiplyAdds: 32 * 32 * 32 * 75,
      receptiveField: [5, 5],
    });
    expect(totals.multiplyAdds).toBe(32 * 32 * 32 * 75 + 64 * 16 * 16 * 800 + 64 * 8 * 8 * 1600 + 1024 * 1000 + 1000 * 10);
    expect(layers.map((l) => l.receptiveField?.[0])).toEqual([5, 5, 6, 14, 14, 16, 32, 32, 36, 36, 36, 36, 36]);
  });

  test("parameters of single layers", () => {
    expect(parametersOf(new Conv2d(3, 10, 5), [3, 32, 32])).toBe(760);
    expect(parametersOf(new Conv2d(3, 8, 3), [3, 8, 8])).toBe(224);
    expect(parametersOf(new Conv2d(3, 5, 4), [3, 8, 8])).toBe(245);
    expect(parametersOf(new Conv2d(32, 1, 1), [32, 8, 8])).toBe(33);
    expect(parametersOf(new BatchNorm2d(8), [8, 4, 4])).toBe(16);
    expect(parametersOf(mlp({ input: [64], hidden: [10, 5], classes: 3 }), [64])).toBe(723);
  });

  test("multiplications: 1×1 convolutions and depthwise separation save most", () => {
    const direct = new Conv2d(200, 92, 5, { padding: 2 });
    const squeezed = new Sequential(new Conv2d(200, 16, 1), new Conv2d(16, 92, 5, { padding: 2 }));
    expect(multiplyAddsOf(direct, [200, 32, 32])).toBe(471_040_000);
    expect(multiplyAddsOf(squeezed, [200, 32, 32])).toBe(32 * 32 * 16 * 200 + 32 * 32 * 92 * 25 * 16);
    expect(multiplyAddsOf(new Conv2d(3, 256, 5), [3, 12, 12])).toBe(1_228_800);
    const separable = new Sequential(new Conv2d(3, 3, 5, { groups: 3 }), new Conv2d(3, 256, 1));
    expect(summary(separable, [3, 12, 12]).layers.map((l) => l.multiplyAdds)).toEqual([4800, 49152]);
  });

  test("receptive fields", () => {
    const field = (model: Module) => summary(model, [1, 32, 32]).layers.at(-1)?.receptiveField;
    expect(field(new Sequential(new Conv2d(1, 1, 3), new Conv2d(1, 1, 3), new Conv2d(1, 1, 3)))).toEqual([7, 7]);
    expect(field(new Sequential(new Conv2d(1, 1, 4, { stride: 2 }), new MaxPool2d(2)))).toEqual([6, 6]);
    expect(field(new Conv2d(1, 1, [3, 5], { dilation: [2, 1] }))).toEqual([5, 5]);
  });
});

test("without images there is no receptive field", () => {
  const { layers } = summary(mlp({ input: [4], hidden: [3] }), [4]);
  expect(layers.every((l) => l.receptiveField === null)).toBe(true);
  expect(layers.map((l) => l.outputShape)).toEqual([[4], [3], [3], [10]]);
});

test("a single layer, a layer used twice, and parameters outside of layers", () => {
  expect(summary(new Linear(3, 2), [3]).layers).toMatchObject([{ name: "", type: "Linear", parameters: 8, multiplyAdds: 6 }]);

  const shared = new Linear(3, 3);
  const twice = summary(new Sequential(shared, new ReLU(), shared), [3]);
  expect(twice.layers.map((l) => l.parameters)).toEqual([12, 0, 0]);
  expect(twice.totals).toEqual({ parameters: 12, multiplyAdds: 18 });

  class Scaled extends Module {
    readonly inner = new Sequential(new Linear(3, 3));
    readonly scale = parameter(rand([3]));
    forward(x: Tensor): Tensor {
      return mul(this.inner.forward(x), this.scale);
    }
  }
  const scaled = summary(new Scaled(), [3]);
  expect(scaled.layers.map(({ name, type, parameters }) => [name, type, parameters])).toEqual([
    ["inner.0", "Linear", 12],
    ["", "Scaled", 3],
  ]);
});

test("layers that a model calls by itself are seen, one inside another too", () => {
  class Net extends Module {
    readonly body = new Sequential(new Linear(3, 4), new ReLU());
    readonly head = new Linear(4, 2);
    forward(x: Tensor): Tensor {
      return this.head.forward(this.body.forward(x));
    }
  }
  const net = new Net();
  expect(summary(net, [3]).layers.map(({ name }) => name)).toEqual(["body.0", "body.1", "head"]);
  expect(Object.hasOwn(net, "forward") || Object.hasOwn(net.head, "forward")).toBe(false);
});

test("the model stays as it was", async () => {
  const norm = new BatchNorm2d(1);
  const model = new Sequential(new Conv2d(1, 1, 3), norm);
  summary(model, [1, 5, 5]);
  expect(model.training && norm.training).toBe(true);
  expect(await norm.runningVariance.data()).toEqual(Float32Array.of(1));
});

test("an input that does not fit is an error that says so", () => {
  expect(() => summary(convnet(), [1, 32, 32])).toThrow(/summary: an input of \[1, 32, 32\] does not fit the model/);
});

test("as a table", () => {
  expect(formatSummary(summary(new Sequential(new Conv2d(1, 2, 3), new ReLU()), [1, 4, 5]))).toBe(
    [
      "name   layer                   output     parameters  multiply-adds  receptive field",
      "────────────────────────────────────────────────────────────────────────────────────",
      "0      Conv2d(1, 2, kernel=3)  2 × 2 × 3          20            108            3 × 3",
      "1      ReLU                    2 × 2 × 3           0              0            3 × 3",
      "────────────────────────────────────────────────────────────────────────────────────",
      "total                                             20            108",
    ].join("\n"),
  );
});
