/** Golden numbers of the courses, rows I1 to I4 and I6: convolution and pooling by hand, size arithmetic, costs, image filters, maps. */

import { describe, expect, test } from "vitest";
import {
  avgPool2d, conv1d, convOutputSize, full, imageFilter, manualSeed, maxPool2d, maxPool2dWithIndices, maxUnpool2d, nn, poolOutputSize, rand, reshape, summary, tensor, zeros,
} from "../../src/index.js";

const values = async (t: { data(): Promise<ArrayLike<number>> }): Promise<number[]> => Array.from(await t.data());
const close = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
};

describe("I1", () => {
  const x = reshape(tensor([4, 3, 2, -5, 3, 5, 2, 5, 5, 6]), [1, 1, 10]);
  const box = full([1, 1, 3], 1 / 3);

  test("1-D box filter", async () => {
    close(await values(conv1d(x, box)), [3, 0, 0, 1, 10 / 3, 4, 4, 16 / 3]);
    close(await values(conv1d(x, box, null, { padding: "same" })), [7 / 3, 3, 0, 0, 1, 10 / 3, 4, 4, 16 / 3, 11 / 3]);
  });

  test("max pool, average pool, and the way back", async () => {
    const image = tensor([[[[3, 1, 3, 5], [6, 0, 7, 9], [3, 2, 1, 4], [0, 2, 4, 3]]]]);
    expect(await maxPool2d(image, { kernel: 2 }).array()).toEqual([[[[6, 9], [3, 4]]]]);
    expect(await avgPool2d(image, { kernel: 2 }).array()).toEqual([[[[2.5, 6], [1.75, 3]]]]);
    const [maxima, indices] = maxPool2dWithIndices(image, { kernel: 2 });
    expect(await indices.array()).toEqual([[[[4, 7], [8, 11]]]]);
    const back = maxUnpool2d(maxima, indices, { kernel: 2 });
    expect(await back.array()).toEqual([[[[0, 0, 0, 0], [6, 0, 0, 9], [3, 0, 0, 4], [0, 0, 0, 0]]]]);
  });
});

describe("I2", () => {
  test.each([
    { size: 7, options: { kernel: 3, stride: 1 }, out: 5 },
    { size: 26, options: { kernel: 7, stride: 3, padding: 1 }, out: 8 },
    { size: 32, options: { kernel: 6, stride: 2, padding: 1 }, out: 15 },
    { size: 28, options: { kernel: 5, stride: 3, padding: 2 }, out: 10 },
  ])("$size, $options → $out by both rules", ({ size, options, out }) => {
    expect(convOutputSize(size, options)).toBe(out);
    expect(convOutputSize([size, size], { ...options, rule: "strict" })).toEqual([out, out]);
  });

  test("what does not fit is explained", () => {
    expect(() => convOutputSize(7, { kernel: 3, stride: 3, rule: "strict" })).toThrow(/do not fit size 7: 1 of 7 positions are left over; change the padding or the stride, or use the floor rule/);
    expect(convOutputSize(64, { kernel: 3, stride: 2, padding: 1 })).toBe(32);
    expect(() => convOutputSize(64, { kernel: 3, stride: 2, padding: 1, rule: "strict" })).toThrow(/do not fit size 64: 1 of 66/);
    expect(() => convOutputSize([8, 3], { kernel: 5 })).toThrow(/convOutputSize: width: a window of 5 .* does not fit into 3/);
    expect(() => poolOutputSize(7, { kernel: 2, rule: "strict" })).toThrow(/do not fit size 7: 1 of 7/);
  });

  test("the calculators say what the layers do", () => {
    const conv = { stride: [2, 1], padding: [1, 3], dilation: [1, 2] } as const;
    expect(new nn.Conv2d(1, 1, [3, 2], conv).forward(zeros([1, 1, 9, 11])).shape.slice(2)).toEqual(convOutputSize([9, 11], { kernel: [3, 2], ...conv }));
    const pool = { stride: 3, padding: 1, ceilMode: true } as const;
    expect(new nn.MaxPool1d(2, pool).forward(zeros([1, 1, 12])).shape[2]).toBe(poolOutputSize(12, { kernel: 2, ...pool }));
  });
});

test("I3: a separable convolution of 12×12×3 to 8×8×256 with 5×5 multiplies 4,800 + 49,152 times, an ordinary one 1,228,800", () => {
  expect(summary(new nn.SeparableConv2d(3, 256, 5), [3, 12, 12]).layers.map((layer) => layer.multiplyAdds)).toEqual([4_800, 49_152]);
  expect(summary(new nn.Conv2d(3, 256, 5), [3, 12, 12]).totals.multiplyAdds).toBe(1_228_800);
});

describe("I4", () => {
  const image = tensor([[[[-5, 3, 2, -5, 3], [4, 3, 2, 1, -3], [1, 0, 3, 3, 5], [-2, 0, 1, 4, 4], [5, 6, 7, 9, -1]]]]);

  test("sharpen", async () => {
    expect(await imageFilter(image, "sharpen").array()).toEqual([[[[6, 1, 8], [-7, 9, 2], [-5, -9, 3]]]]);
  });

  test("the other filters, at the upper left place by hand", async () => {
    const first = async (...args: [Parameters<typeof imageFilter>[1], Parameters<typeof imageFilter>[2]?]) => (await values(imageFilter(image, ...args)))[0];
    expect(await first("edge")).toBe(9 * 3 - 13);
    expect(await first("laplacian")).toBe(3 + 4 + 2 + 0 - 4 * 3);
    expect(await first("box")).toBeCloseTo(13 / 9, 6);
    expect(await first("gaussian")).toBeCloseTo((-5 + 2 * 3 + 2 + 2 * 4 + 4 * 3 + 2 * 2 + 1 + 0 + 3) / 16, 6);
    expect(await first("sobel")).toBe(-5 - 2 + 2 * (4 - 2) + (1 - 3));
    expect(await first("sobel", { edges: "horizontal" })).toBe(-5 + 2 * 3 + 2 - (1 + 0 + 3));
    expect(await first("scharr")).toBe(3 * (-5 - 2) + 10 * (4 - 2) + 3 * (1 - 3));
  });

  test("colours are filtered each by itself, then summed", async () => {
    const rgb = tensor(Float64Array.from({ length: 48 }, (_, i) => (i * 7) % 11), { shape: [1, 3, 4, 4] });
    const each = imageFilter(rgb, "laplacian");
    expect(each.shape).toEqual([1, 3, 2, 2]);
    const sum = imageFilter(rgb, "laplacian", { channels: "sum" });
    expect(await sum.array()).toEqual(await each.sum({ axis: 1, keepDim: true }).array());
  });

  test("mistakes are named", () => {
    expect(() => imageFilter(image, "prewitt" as "sobel")).toThrow(/unknown filter "prewitt"; choose edge/);
    expect(() => imageFilter(image, tensor([1, 2, 3]))).toThrow(/expected weights \[kH, kW\], got \[3\]/);
    expect(() => imageFilter(image, "gaussian", { sigma: -1 })).toThrow(/sigma must be a number above 0/);
    expect(() => imageFilter(zeros([4, 4]), "box")).toThrow(/expected input \[N, C, H, W\], got \[4, 4\]/);
  });
});

describe("I6", () => {
  const conv = (from: number, to: number, kernel: number): nn.Conv2d => new nn.Conv2d(from, to, kernel);
  /** The character CNN, with its last layers as they are trained: linear. */
  const characters = (): nn.Sequential =>
    new nn.Sequential(
      conv(1, 20, 5), new nn.MaxPool2d(2), conv(20, 50, 5), new nn.MaxPool2d(2),
      new nn.Sequential(new nn.Flatten(), new nn.Linear(50 * 5 * 5, 500), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(500, 26), new nn.Softmax()),
    );

  test("the character CNN on a sentence of 32 × 576 gives a map of 1 × 137 × 26", () => {
    const network = new nn.Sequential(conv(1, 20, 5), new nn.MaxPool2d(2), conv(20, 50, 5), new nn.MaxPool2d(2), conv(50, 500, 4), new nn.ReLU(), conv(500, 26, 2));
    expect(network.forward(zeros([1, 1, 32, 32])).shape).toEqual([1, 26, 1, 1]);
    expect(network.forward(zeros([1, 1, 32, 576])).shape).toEqual([1, 26, 1, 137]);
    expect(convOutputSize([1, 137], { kernel: 1 })).toEqual([1, 137]);
  });

  test("each place of the map is what the network says of the window there", async () => {
    manualSeed(3);
    const model = characters();
    const map = nn.toFullyConvolutional(model, [1, 32, 32]);
    expect(model.training).toBe(true);
    model.eval();
    map.eval();
    const sentence = rand([1, 1, 32, 576]);
    const y = map.forward(sentence);
    expect(y.shape).toEqual([1, 26, 1, 137]);
    for (const place of [0, 1, 70, 136]) {
      const window = sentence.slice(null, null, null, { start: 4 * place, end: 4 * place + 32 });
      close(await values(y.slice(0, null, 0, place)), await values(model.forward(window).slice(0)));
    }
  });

  test("a convolution as a linear layer, and back", async () => {
    manualSeed(4);
    const layer = new nn.Conv2d(4, 6, [3, 2], { stride: [1, 2], padding: [1, 0], groups: 2, dtype: "float64" });
    const linear = nn.convToLinear(layer, [4, 5, 6]);
    const x = rand([3, 4, 5, 6], { dtype: "float64" });
    close(await values(linear.forward(reshape(x, [3, 120]))), await values(layer.forward(x)));
    const again = nn.linearToConv(linear, [4, 5, 6]);
    close(await values(again.forward(x)), await values(layer.forward(x)));
  });

  test("what has no counterpart is named", () => {
    const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(16, 4), new nn.BatchNorm1d(4));
    expect(() => nn.toFullyConvolutional(model, [1, 4, 4])).toThrow(/BatchNorm1d.* after Flatten has no counterpart for maps/);
    expect(() => nn.toFullyConvolutional(model, [1, 4, 5])).toThrow(/an image of \[1, 4, 5\] has 20 values, but the layer takes 16/);
  });
});
