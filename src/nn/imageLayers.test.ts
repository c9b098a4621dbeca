import { describe, expect, test } from "vitest";
import { noGrad } from "../tensor/tape.js";
import { zeros } from "../ops/create.js";
import { manualSeed, rand } from "../ops/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { ReLU } from "./activation.js";
import { AdaptiveAvgPool2d, AdaptiveMaxPool1d, GlobalMaxPool2d } from "./adaptivePool.js";
import { Conv1d, Conv2d, Conv3d } from "./conv.js";
import { ConvTranspose2d } from "./convTranspose.js";
import { LocalResponseNorm } from "./localResponseNorm.js";
import { Module } from "./module.js";
import { AvgPool2d, LPPool2d, MaxPool1d, MaxPool2d } from "./pool.js";
import { SeparableConv2d } from "./separableConv.js";
import { Sequential } from "./sequential.js";
import { MaxUnpool2d } from "./unpool.js";
import { PixelShuffle, Upsample } from "./upsample.js";

test("layers show their options", () => {
  expect([
    new Conv1d(2, 4, 3, { padding: "same", dilation: 2 }), new Conv2d(2, 4, [3, 5], { stride: 2, padding: [1, 2], groups: 2, bias: false }),
    new Conv2d(1, 1, 2, { padding: "same", paddingMode: "reflect" }), new Conv3d(1, 2, 3), new ConvTranspose2d(4, 2, 2, { stride: 2, outputPadding: 1 }),
    new MaxPool1d(2), new AvgPool2d([2, 3], { padding: 1, ceilMode: true }), new LPPool2d(2, 3), new MaxUnpool2d(2), new AdaptiveAvgPool2d([7, null]),
    new AdaptiveMaxPool1d(1), new Upsample({ scaleFactor: 2 }), new Upsample({ size: [4, 5], mode: "bicubic", alignCorners: true }), new PixelShuffle(2),
    new LocalResponseNorm(5, { k: 2 }),
  ].map(String)).toEqual([
    "Conv1d(2, 4, kernel=3, padding=2, dilation=2)", "Conv2d(2, 4, kernel=[3, 5], stride=2, padding=[1, 2], groups=2, bias=false)",
    `Conv2d(1, 1, kernel=2, padding="same", paddingMode="reflect")`, "Conv3d(1, 2, kernel=3)", "ConvTranspose2d(4, 2, kernel=2, stride=2, outputPadding=1)",
    "MaxPool1d(2, stride=2)", "AvgPool2d([2, 3], stride=[2, 3], padding=1, ceilMode=true)", "LPPool2d(2, 3, stride=3)", "MaxUnpool2d(2, stride=2)",
    "AdaptiveAvgPool2d([7, null])", "AdaptiveMaxPool1d(1)", `Upsample(scaleFactor=2, mode="nearest")`,
    `Upsample(size=[4, 5], mode="bicubic", alignCorners=true)`, "PixelShuffle(2)", "LocalResponseNorm(5, alpha=0.0001, beta=0.75, k=2)",
  ]);
});

test("parameters have PyTorch's names and layouts", () => {
  const shapes = (module: Module): unknown[] => Array.from(module.stateDict(), ([name, t]) => [name, [...t.shape]]);
  expect(shapes(new Conv1d(4, 6, 3, { groups: 2 }))).toEqual([["weight", [6, 2, 3]], ["bias", [6]]]);
  expect(shapes(new ConvTranspose2d(4, 6, [2, 3], { groups: 2 }))).toEqual([["weight", [4, 3, 2, 3]], ["bias", [6]]]);
  expect(shapes(new SeparableConv2d(3, 8, 5, { multiplier: 2 }))).toEqual([["depthwise.weight", [6, 1, 5, 5]], ["pointwise.weight", [8, 6, 1, 1]], ["pointwise.bias", [8]]]);
});

test("initial weights of transposed convolutions are uniform in ±1/√fan-in", async () => {
  manualSeed(0);
  const weight = await new ConvTranspose2d(50, 4, 5).weight.data();
  const bound = 1 / Math.sqrt(4 * 25);
  expect(Math.max(...weight)).toBeGreaterThan(0.98 * bound);
  expect(Math.max(...weight.map(Math.abs))).toBeLessThanOrEqual(bound);
});

describe("fusion", () => {
  const observed = (model: Sequential, x: Tensor): Tensor => model.withForwardHook(() => undefined, () => model.forward(x));

  test.each<[string, Conv2d, MaxPool2d]>([
    ["an even filter with padding same", new Conv2d(2, 3, 4, { padding: "same" }), new MaxPool2d(2)],
    ["padding of the image's own values", new Conv2d(2, 3, 3, { padding: 1, paddingMode: "circular" }), new MaxPool2d(2)],
    ["a pool that rounds up", new Conv2d(2, 3, 3), new MaxPool2d(2, { ceilMode: true })],
    ["a dilated pool", new Conv2d(2, 3, 3), new MaxPool2d(2, { dilation: 2 })],
    ["a pool that overlaps", new Conv2d(2, 3, 3), new MaxPool2d(2, { stride: 1 })],
  ])("%s: as layer by layer", async (_what, conv, pool) => {
    const model = new Sequential(conv, new ReLU(), pool);
    const x = rand([2, 2, 7, 9]);
    const [together, apart] = noGrad(() => [model.forward(x), observed(model, x)]);
    expect(together.shape).toEqual(apart.shape);
    expect(await together.data()).toEqual(await apart.data());
  });
});

describe("mistakes in options are errors when the layer is made", () => {
  test.each<[() => unknown, RegExp]>([
    [() => new Conv2d(3, 8, 0), /Conv2d: kernel must be a whole number of at least 1, or 2 of them \[height, width\], got 0/],
    [() => new Conv2d(0, 8, 3), /Conv2d: inChannels must be a whole number of at least 1, got 0/],
    [() => new Conv1d(3, 8, 3, { stride: -1 }), /Conv1d: stride must be a whole number of at least 1, got -1/],
    [() => new Conv3d(3, 8, 3, { groups: 2 }), /Conv3d: 2 groups do not divide 3 input and 8 output channels/],
    [() => new Conv2d(3, 8, 3, { paddingMode: "mirror" as "reflect" }), /Conv2d: unknown padding mode "mirror"; choose reflect, replicate, circular/],
    [() => new Conv2d(3, 8, 3, { padding: "same", stride: 2 }), /Conv2d: padding "same" needs stride 1/],
    [() => new ConvTranspose2d(3, 8, 3, { outputPadding: 1 }), /ConvTranspose2d: outputPadding 1 must be smaller than stride 1 or dilation 1/],
    [() => new MaxPool2d(2, { padding: 2 }), /MaxPool2d: padding 2 is more than half of the window 2/],
    [() => new AvgPool2d(undefined as unknown as number), /AvgPool2d: kernel must be .* got undefined/],
    [() => new LPPool2d(0, 2), /LPPool2d: p must be a number above 0, got 0/],
    [() => new AdaptiveAvgPool2d([1, 2, 3]), /AdaptiveAvgPool2d: size must be a whole number of at least 1, or 2 of them/],
    [() => new AdaptiveAvgPool2d(null as unknown as number), /AdaptiveAvgPool2d: size must be .* got null/],
    [() => new MaxUnpool2d(0), /MaxUnpool2d: kernel must be/],
    [() => new Upsample({}), /Upsample: give either size or scaleFactor/],
    [() => new Upsample({ size: 2, mode: "cubic" as "bicubic" }), /Upsample: unknown mode "cubic"/],
    [() => new PixelShuffle(1.5), /PixelShuffle: factor must be a whole number/],
    [() => new SeparableConv2d(3, 8, 3, { multiplier: 0 }), /SeparableConv2d: multiplier must be/],
    [() => new LocalResponseNorm(0), /LocalResponseNorm: size must be/],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});

test("errors name the layer's path", () => {
  class Net extends Module {
    readonly features = new Sequential(new Conv2d(3, 8, 3), new ReLU(), new MaxPool2d(2), new Sequential(new Conv2d(4, 8, 3), new ReLU()));
    readonly pool = new GlobalMaxPool2d();
    forward(x: Tensor): Tensor {
      return this.pool.forward(this.features.forward(x));
    }
  }
  expect(() => new Net().forward(zeros([1, 3, 16, 16]))).toThrow(/^at features\.3\.0 \(Conv2d\): conv2d: input \[1, 8, 7, 7\] has 8 channels, but weight \[8, 4, 3, 3\]/);
  expect(() => new Net().forward(zeros([1, 3, 3, 2]))).toThrow(/^at features\.0 \(Conv2d\): conv2d: width of input \[1, 3, 3, 2\]: a window of 3/);
});
