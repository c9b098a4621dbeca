import { describe, expect, test } from "vitest";
import { convnet } from "../models/convnet.js";
import { mlp } from "../models/mlp.js";
import type { Shape } from "../base/shape.js";
import { relu } from "../ops/activations.js";
import { add, mul } from "../ops/arithmetic.js";
import { indexSelect } from "../ops/indexing.js";
import { reshape, unsqueeze } from "../ops/views.js";
import { rand } from "../ops/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { ReLU } from "./activation.js";
import { BatchNorm2d } from "./batchNorm.js";
import { AdaptiveAvgPool2d, GlobalAvgPool2d } from "./adaptivePool.js";
import { Conv1d, Conv2d, Conv3d } from "./conv.js";
import { ConvTranspose2d } from "./convTranspose.js";
import type { Costed } from "./cost.js";
import { Linear } from "./linear.js";
import { type AnyModule, Module, parameter } from "./module.js";
import { AvgPool3d, MaxPool1d, MaxPool2d } from "./pool.js";
import { SeparableConv2d } from "./separableConv.js";
import { Sequential } from "./sequential.js";
import { formatSummary, summary } from "./summary.js";
import { Upsample } from "./upsample.js";

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
      outputBytes: 4 * 32 * 32 * 32,
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

describe("receptive fields", () => {
  const field = (model: AnyModule, input: number[]) => summary(model, input).layers.at(-1)?.receptiveField;

  test("of sequences and volumes", () => {
    expect(field(new Sequential(new Conv1d(1, 1, 3, { dilation: 2 }), new Conv1d(1, 1, 3, { stride: 2 }), new MaxPool1d(2)), [1, 40])).toEqual([9]);
    expect(field(new Sequential(new Conv3d(1, 1, [1, 3, 5]), new AvgPool3d(2)), [1, 4, 8, 8])).toEqual([2, 4, 6]);
  });

  test("through what enlarges", () => {
    // A pixel of the transposed convolution sees ⌈4/2⌉ = 2 pixels of the 3 × 3 windows, which are 1 apart; the last window sees 2 halves more.
    const up = new Sequential(new Conv2d(1, 1, 3), new ConvTranspose2d(1, 1, 4, { stride: 2 }), new Conv2d(1, 1, 3));
    expect(field(up, [1, 8, 8])).toEqual([5, 5]);
    expect(field(new Sequential(new Upsample({ scaleFactor: 2, mode: "bilinear" }), new Conv2d(1, 1, 3)), [1, 4, 4])).toEqual([3, 3]);
  });

  test("adaptive pooling sees its largest window, global pooling all", () => {
    expect(field(new AdaptiveAvgPool2d([3, 4]), [1, 8, 8])).toEqual([3, 2]);
    expect(field(new GlobalAvgPool2d(), [1, 8, 6])).toEqual([8, 6]);
  });

  test("of branches the widest counts, and functions between layers are seen through", () => {
    class Residual extends Module {
      readonly wide = new Sequential(new Conv2d(2, 2, 3, { padding: 1 }), new Conv2d(2, 2, 3, { padding: 1 }));
      readonly shortcut = new Conv2d(2, 2, 1);
      readonly after = new Conv2d(2, 2, 3);
      forward(x: Tensor): Tensor {
        return this.after.forward(relu(add(this.wide.forward(x), this.shortcut.forward(x))));
      }
    }
    expect(summary(new Residual(), [2, 8, 8]).layers.map(({ name, receptiveField }) => [name, receptiveField?.[0]])).toEqual([
      ["wide.0", 3], ["wide.1", 5], ["shortcut", 1], ["after", 7],
    ]);
  });

  test("along a chain of thousands of operations", () => {
    class Long extends Module {
      readonly first = new Conv2d(1, 1, 3);
      readonly last = new Conv2d(1, 1, 3);
      forward(x: Tensor): Tensor {
        let y = this.first.forward(x);
        for (let i = 0; i < 20_000; i++) y = relu(y);
        return this.last.forward(y);
      }
    }
    expect(field(new Long(), [1, 5, 5])).toEqual([5, 5]);
  });

  test("of frozen models, and of those in float64", () => {
    expect(field(new Sequential(new Conv2d(1, 1, 3), new Conv2d(1, 1, 3)).freeze().to("float64"), [1, 8, 8])).toEqual([5, 5]);
  });
});

describe("costs that layers tell", () => {
  test("transposed and separable convolution, sequences, volumes", () => {
    expect(multiplyAddsOf(new ConvTranspose2d(4, 6, 3, { stride: 2, groups: 2 }), [4, 5, 5])).toBe(100 * 3 * 9);
    expect(multiplyAddsOf(new SeparableConv2d(3, 256, 5), [3, 12, 12])).toBe(4_800 + 49_152);
    expect(multiplyAddsOf(new Conv1d(2, 3, 5), [2, 10])).toBe(3 * 6 * 2 * 5);
    expect(multiplyAddsOf(new Conv3d(2, 3, 2), [2, 4, 4, 4])).toBe(3 * 27 * 2 * 8);
  });

  test("a layer of one's own, and one that is free", () => {
    class Outer extends Module implements Costed {
      forward(x: Tensor): Tensor {
        return mul(unsqueeze(x, 2), unsqueeze(x, 1));
      }
      multiplyAdds([input]: readonly Shape[]): number {
        return input[1] ** 2;
      }
    }
    expect(summary(new Sequential(new Outer(), new ReLU()), [7]).layers.map((layer) => layer.multiplyAdds)).toEqual([49, 0]);
  });

  test("memory of outputs and parameters", () => {
    const { layers, totals } = summary(new Sequential(new Conv2d(1, 2, 3, { dtype: "float64" }), new ReLU()), [1, 5, 5]);
    expect(layers.map((layer) => layer.outputBytes)).toEqual([144, 144]);
    expect(totals).toMatchObject({ parameterBytes: 160, outputBytes: 288 });
  });
});

test("layers that do not run count with their parameters", () => {
  class Head extends Module {
    readonly used = new Linear(3, 2);
    readonly auxiliary = new Linear(3, 5);
    forward(x: Tensor): Tensor {
      return this.used.forward(x);
    }
  }
  const { layers, totals } = summary(new Head(), [3]);
  expect(layers.map(({ name, parameters, outputShape }) => [name, parameters, outputShape])).toEqual([["used", 8, [2]], ["auxiliary", 20, []]]);
  expect(totals).toMatchObject({ parameters: 28, parameterBytes: 112 });
});

// Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks", tables 1 and 2.
test("receptive fields of published networks: 195 for AlexNet's last pool, 212 for VGG-16's", () => {
  const conv = (kernel: number, stride = 1): Conv2d => new Conv2d(1, 1, kernel, { stride, padding: Math.floor(kernel / 2) });
  const alexnet = [conv(11, 4), new MaxPool2d(3, { stride: 2 }), conv(5), new MaxPool2d(3, { stride: 2 }), conv(3), conv(3), conv(3), new MaxPool2d(3, { stride: 2 })];
  expect(summary(new Sequential(...alexnet), [1, 224, 224]).layers.at(-1)?.receptiveField).toEqual([195, 195]);
  const vgg = [2, 2, 3, 3, 3].flatMap((count) => [...Array.from({ length: count }, () => conv(3)), new MaxPool2d(2)]);
  expect(summary(new Sequential(...vgg), [1, 64, 64]).layers.at(-1)?.receptiveField).toEqual([212, 212]);
});

test("several inputs, and inputs of whole numbers", () => {
  class Picked extends Module {
    readonly rows = parameter(rand([10, 4]));
    readonly body = new Linear(4, 2);
    forward(index: Tensor): Tensor {
      return this.body.forward(indexSelect(this.rows, 0, reshape(index, [index.size])));
    }
  }
  expect(summary(new Picked(), [3], { dtype: "int32" }).layers.map(({ name, parameters }) => [name, parameters])).toEqual([["body", 10], ["", 40]]);

  class Both extends Module {
    readonly left = new Linear(3, 2);
    readonly right = new Linear(5, 2);
    forward(a: Tensor, b: Tensor): Tensor {
      return add(this.left.forward(a), this.right.forward(b));
    }
  }
  expect(summary(new Both(), [[3], [5]]).totals.multiplyAdds).toBe(6 + 10);
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
  expect(twice.totals).toEqual({ parameters: 12, multiplyAdds: 18, parameterBytes: 48, outputBytes: 36 });

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
      "name   layer                   output     parameters  multiply-adds  memory  receptive field",
      "────────────────────────────────────────────────────────────────────────────────────────────",
      "0      Conv2d(1, 2, kernel=3)  2 × 2 × 3          20            108    48 B            3 × 3",
      "1      ReLU                    2 × 2 × 3           0              0    48 B            3 × 3",
      "────────────────────────────────────────────────────────────────────────────────────────────",
      "total                                             20            108    96 B",
    ].join("\n"),
  );
});
