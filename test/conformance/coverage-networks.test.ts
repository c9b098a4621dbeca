/** Golden numbers of the courses, rows I2, I3 and I5: size arithmetic, parameters, multiply-adds, receptive fields, the course ConvNet. */

import { describe, expect, test } from "vitest";
import { crossEntropy, manualSeed, models, nn, randn, softmax, tensor, zeros } from "../../src/index.js";
import { strictWindowOutput, windowOutput } from "../../src/base/shape.js";
import { summary } from "../../src/nn/summary.js";

const window = (kernel: number, stride: number, padding = 0) => ({ kernel, stride, padding, dilation: 1 });
const parameters = (module: nn.Module): number => module.parameters().reduce((count, p) => count + p.size, 0);

describe("I2: size arithmetic", () => {
  test("7, kernel 3: stride 1 gives 5, stride 3 does not fit by the strict rule", () => {
    expect(strictWindowOutput("conv", 7, window(3, 1))).toBe(5);
    expect(() => strictWindowOutput("conv", 7, window(3, 3))).toThrow(/do(es)? not fit.*left over/);
  });

  test("64, kernel 3, stride 2, padding 1: 32 by the floor rule, does not fit by the strict one", () => {
    expect(windowOutput("conv", 64, window(3, 2, 1))).toBe(32);
    expect(() => strictWindowOutput("conv", 64, window(3, 2, 1))).toThrow(/do(es)? not fit/);
  });

  test.each([
    { size: 26, kernel: 7, stride: 3, padding: 1, filters: 5, out: 8 },
    { size: 32, kernel: 6, stride: 2, padding: 1, filters: 8, out: 15 },
    { size: 28, kernel: 5, stride: 3, padding: 2, filters: 6, out: 10 },
  ])("$size, kernel $kernel, stride $stride, padding $padding, $filters filters → $out × $out × $filters", ({ size, kernel, stride, padding, filters, out }) => {
    expect(strictWindowOutput("conv", size, window(kernel, stride, padding))).toBe(out);
    const layer = new nn.Conv2d(3, filters, kernel, { stride, padding });
    expect([...layer.forward(zeros([1, 3, size, size])).shape]).toEqual([1, filters, out, out]);
  });

  test("a window larger than its input is explained", () => {
    expect(() => new nn.Conv2d(1, 1, 5).forward(zeros([1, 1, 3, 3]))).toThrow(/window of 5.*does not fit into 3/);
  });
});

describe("I3: parameters", () => {
  test.each([
    { layer: () => new nn.Conv2d(3, 10, 5), count: 760, what: "10 filters 5×5×3" },
    { layer: () => new nn.Conv2d(3, 8, 3), count: 224, what: "Conv(3, 8, 3)" },
    { layer: () => new nn.Conv2d(3, 5, 4), count: 245, what: "Conv(3, 5, 4)" },
    { layer: () => new nn.Conv2d(32, 1, 1), count: 33, what: "1×1 over 32 channels" },
  ])("$what: $count", ({ layer, count }) => {
    expect(parameters(layer())).toBe(count);
  });

  test("C1: a 64-10-5-3 net has 723", () => {
    expect(parameters(models.mlp({ input: [64], hidden: [10, 5], classes: 3 }))).toBe(723);
  });

  test("G2: three batch norms over 8, 16 and 32 channels have 112", () => {
    expect(parameters(new nn.Sequential(new nn.BatchNorm2d(8), new nn.BatchNorm2d(16), new nn.BatchNorm2d(32)))).toBe(112);
  });
});

describe("I3: multiplications and receptive fields", () => {
  const cost = (model: nn.Module, input: number[]): number => summary(model, input).totals.multiplyAdds;

  test("5×5 convolution of 32×32×200 to 92 filters: 471.04 M, by 1×1×16 first 40.96 M", () => {
    expect(cost(new nn.Conv2d(200, 92, 5, { padding: 2 }), [200, 32, 32])).toBe(471_040_000);
    const bottleneck = new nn.Sequential(new nn.Conv2d(200, 16, 1), new nn.Conv2d(16, 92, 5, { padding: 2 }));
    expect(cost(bottleneck, [200, 32, 32])).toBe(40_960_000);
  });

  test("12×12×3 to 8×8×256, 5×5: depthwise 4,800 + 49,152 against 1,228,800", () => {
    const separable = new nn.Sequential(new nn.Conv2d(3, 3, 5, { groups: 3 }), new nn.Conv2d(3, 256, 1));
    expect(summary(separable, [3, 12, 12]).layers.map((layer) => layer.multiplyAdds)).toEqual([4_800, 49_152]);
    expect(cost(new nn.Conv2d(3, 256, 5), [3, 12, 12])).toBe(1_228_800);
  });

  test("three 3×3 convolutions see 7×7; a 4×4 of stride 2 and a pool of 2 see 6×6", () => {
    const three = new nn.Sequential(new nn.Conv2d(1, 1, 3), new nn.Conv2d(1, 1, 3), new nn.Conv2d(1, 1, 3));
    expect(summary(three, [1, 16, 16]).layers.at(-1)!.receptiveField).toEqual([7, 7]);
    const strided = new nn.Sequential(new nn.Conv2d(1, 1, 4, { stride: 2 }), new nn.MaxPool2d(2));
    expect(summary(strided, [1, 16, 16]).layers.at(-1)!.receptiveField).toEqual([6, 6]);
  });
});

describe("I5: the course ConvNet", () => {
  test("2,432 + 51,264 + 102,464 + 1,025,000 + 10,010 = 1,191,170 parameters", () => {
    const { layers, totals } = summary(models.convnet(), [3, 32, 32]);
    expect(layers.map((layer) => layer.parameters).filter((count) => count > 0)).toEqual([2_432, 51_264, 102_464, 1_025_000, 10_010]);
    expect(totals.parameters).toBe(1_191_170);
    expect(parameters(models.convnet())).toBe(1_191_170);
  });

  test("sizes halve three times, and a value before the classifier has seen 36 × 36 pixels", () => {
    const { layers } = summary(models.convnet(), [3, 32, 32]);
    const pooled = layers.filter(({ type }) => type === "MaxPool2d");
    expect(pooled.map(({ outputShape }) => [...outputShape])).toEqual([[32, 16, 16], [64, 8, 8], [64, 4, 4]]);
    // By hand: 1 + 4·1 + 1·1 = 6, + 4·2 + 1·2 = 16, + 4·4 + 1·4 = 36.
    expect(pooled.map(({ receptiveField }) => receptiveField?.[0])).toEqual([6, 16, 36]);
  });

  test("C5: before training its loss is near log 10 = 2.303", async () => {
    manualSeed(1);
    const loss = crossEntropy(models.convnet().forward(randn([16, 3, 32, 32])), tensor(Int32Array.from({ length: 16 }, (_, i) => i % 10)));
    expect(Math.abs((await loss.item()) - Math.log(10))).toBeLessThan(0.03);
  });
});

test("C2: the softmax of large scores is finite, and that of their differences", async () => {
  const [large, small] = [await softmax(tensor([1000, 1001, 1002])).data(), await softmax(tensor([0, 1, 2])).data()];
  expect([...large].every(Number.isFinite)).toBe(true);
  expect([...large]).toEqual([...small]);
});
