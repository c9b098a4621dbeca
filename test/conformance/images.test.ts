/**
 * Functions of images that are made of other operations: their gradients and gradients of gradients agree with central differences, all
 * backends and memory layouts give the same, empty batches pass, and bad input is refused in words.
 */

import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/backend/backend.js";
import { type BackendName, findBackend } from "../../src/backend/select.js";
import type { FloatDType } from "../../src/base/dtype.js";
import { Generator } from "../../src/base/generator.js";
import {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool2d, adaptiveMaxPool3d, avgPool1d, avgPool2d, avgPool3d, conv1d, conv2d, conv3d,
  convTranspose1d, convTranspose2d, convTranspose3d, grad, gradcheck, imageFilter, interpolate, localResponseNorm, lpPool1d, lpPool2d, maxPool1d, maxPool2d,
  maxPool2dWithIndices, maxPool3d, maxUnpool2d, mul, NablaError, pixelShuffle, pixelUnshuffle, sum, type Tensor, tensor, zeros,
} from "../../src/index.js";

type Images = readonly Tensor[];
interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly run: (images: Images) => Tensor;
  /** Values above 0. */
  readonly positive?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  "conv1d, same": { shapes: [[2, 2, 5], [3, 2, 2], [3]], run: ([x, w, b]) => conv1d(x, w, b, { padding: "same" }) },
  "conv1d in groups": { shapes: [[1, 4, 7], [2, 2, 3]], run: ([x, w]) => conv1d(x, w, null, { groups: 2, stride: 2, dilation: 2 }) },
  "conv2d, same": { shapes: [[1, 2, 3, 4], [2, 2, 2, 3], [2]], run: ([x, w, b]) => conv2d(x, w, b, { padding: "same" }) },
  conv3d: { shapes: [[1, 2, 3, 3, 3], [2, 2, 2, 2, 2], [2]], run: ([x, w, b]) => conv3d(x, w, b, { padding: [1, 0, 1] }) },
  "conv3d in groups": { shapes: [[1, 2, 4, 2, 3], [2, 1, 2, 1, 2]], run: ([x, w]) => conv3d(x, w, null, { groups: 2, stride: [2, 1, 1] }) },
  convTranspose1d: { shapes: [[2, 2, 3], [2, 2, 3], [2]], run: ([x, w, b]) => convTranspose1d(x, w, b, { stride: 2, outputPadding: 1 }) },
  "convTranspose2d, dilated": { shapes: [[1, 2, 2, 2], [2, 1, 2, 2], [1]], run: ([x, w, b]) => convTranspose2d(x, w, b, { dilation: 3, outputPadding: 2 }) },
  "convTranspose2d, dilated and padded": {
    shapes: [[1, 2, 2, 3], [2, 1, 2, 2], [1]], run: ([x, w, b]) => convTranspose2d(x, w, b, { dilation: [3, 1], padding: 1, outputPadding: [2, 0] }),
  },
  "convTranspose3d, dilated and padded": {
    shapes: [[1, 1, 2, 3, 2], [1, 2, 2, 1, 2]], run: ([x, w]) => convTranspose3d(x, w, null, { dilation: [2, 1, 3], padding: [1, 0, 1], outputPadding: [1, 0, 2] }),
  },
  convTranspose3d: { shapes: [[1, 2, 2, 2, 2], [2, 1, 2, 2, 2], [2]], run: ([x, w, b]) => convTranspose3d(x, w, b, { stride: [2, 1, 1], groups: 2 }) },
  "avgPool2d without padding": { shapes: [[1, 2, 4, 5]], run: ([x]) => avgPool2d(x, { kernel: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false }) },
  avgPool1d: { shapes: [[2, 2, 5]], run: ([x]) => avgPool1d(x, { kernel: 2, ceilMode: true }) },
  avgPool3d: { shapes: [[1, 2, 3, 4, 2]], run: ([x]) => avgPool3d(x, { kernel: 2, padding: [0, 1, 0] }) },
  maxPool1d: { shapes: [[2, 2, 5]], run: ([x]) => maxPool1d(x, { kernel: 3, stride: 1 }) },
  maxPool3d: { shapes: [[1, 2, 4, 2, 4]], run: ([x]) => maxPool3d(x, { kernel: 2, stride: [1, 2, 2] }) },
  "maxPool2d, dilated": { shapes: [[1, 2, 4, 5]], run: ([x]) => maxPool2d(x, { kernel: 2, dilation: 2, stride: 1 }) },
  "maxPool2d of large windows": { shapes: [[1, 1, 17, 18]], run: ([x]) => maxPool2d(x, { kernel: [16, 17], stride: 1 }) },
  "maxPool2dWithIndices and back": {
    shapes: [[1, 2, 4, 4]],
    run: ([x]) => {
      const [values, indices] = maxPool2dWithIndices(x, { kernel: 2 });
      return maxUnpool2d(mul(values, values), indices, { kernel: 2 });
    },
  },
  "adaptiveAvgPool1d, 2 of 5": { shapes: [[2, 2, 5]], run: ([x]) => adaptiveAvgPool1d(x, { size: 2 }) },
  "adaptiveAvgPool2d, 3 of 5": { shapes: [[2, 2, 5, 4]], run: ([x]) => adaptiveAvgPool2d(x, { size: [3, 2] }) },
  "adaptiveAvgPool3d, 2 of 3": { shapes: [[1, 2, 3, 3, 2]], run: ([x]) => adaptiveAvgPool3d(x, { size: 2 }) },
  "adaptiveMaxPool1d, 2 of 5": { shapes: [[2, 2, 5]], run: ([x]) => adaptiveMaxPool1d(x, { size: 2 }) },
  "adaptiveMaxPool2d, 3 of 5": { shapes: [[2, 2, 5, 4]], run: ([x]) => adaptiveMaxPool2d(x, { size: [3, 2] }) },
  "adaptiveMaxPool3d, 1 of 3": { shapes: [[1, 2, 3, 2, 2]], run: ([x]) => adaptiveMaxPool3d(x, { size: 1 }) },
  lpPool1d: { shapes: [[2, 2, 5]], positive: true, run: ([x]) => lpPool1d(x, { p: 3, kernel: 2 }) },
  lpPool2d: { shapes: [[1, 2, 4, 5]], positive: true, run: ([x]) => lpPool2d(x, { p: 2, kernel: 2, stride: 1 }) },
  "interpolate nearest": { shapes: [[1, 2, 3, 2]], run: ([x]) => interpolate(x, { size: [5, 3] }) },
  "interpolate linear": { shapes: [[2, 2, 3]], run: ([x]) => interpolate(x, { scaleFactor: 1.7, mode: "linear" }) },
  "interpolate bilinear": { shapes: [[1, 2, 3, 2]], run: ([x]) => interpolate(x, { size: [4, 5], mode: "bilinear", alignCorners: true }) },
  "interpolate bicubic": { shapes: [[1, 2, 3, 4]], run: ([x]) => interpolate(x, { size: [5, 3], mode: "bicubic" }) },
  "interpolate trilinear": { shapes: [[1, 2, 2, 3, 2]], run: ([x]) => interpolate(x, { scaleFactor: 2, mode: "trilinear" }) },
  "interpolate area": { shapes: [[1, 2, 5, 4]], run: ([x]) => interpolate(x, { size: [3, 2], mode: "area" }) },
  pixelShuffle: { shapes: [[2, 4, 2, 3]], run: ([x]) => pixelShuffle(x, { factor: 2 }) },
  pixelUnshuffle: { shapes: [[2, 1, 4, 2]], run: ([x]) => pixelUnshuffle(x, { factor: 2 }) },
  localResponseNorm: { shapes: [[2, 4, 2, 2]], run: ([x]) => localResponseNorm(x, { size: 3, alpha: 0.5 }) },
  imageFilter: { shapes: [[1, 2, 4, 4]], run: ([x]) => imageFilter(x, "sobel", { channels: "sum", padding: "same" }) },
};

const required = (name: BackendName): Backend => {
  const found = findBackend(name);
  if ("reason" in found) throw new Error(`backend ${name} is missing: ${found.reason}`);
  return found.backend;
};
const generator = new Generator(11);

function inputs({ shapes, positive = false }: Case, name: string, dtype: FloatDType, backend: Backend, requiresGrad = false): Tensor[] {
  return shapes.map((shape, i) => {
    const random = generator.fork(`${name}/${i}`);
    const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (positive ? 0.2 + random.float() : 4 * random.float() - 2));
    return tensor(data, { shape, dtype, backend, requiresGrad });
  });
}

/** In memory as convolutions write: channels innermost, the batch outside of them. */
function channelsLast(x: Tensor): Tensor {
  if (x.ndim < 3) return x;
  const order = [...Array.from({ length: x.ndim - 2 }, (_, i) => i + 2), 0, 1];
  return x.permute(order).clone().permute(order.map((_, axis) => order.indexOf(axis)));
}

describe.each(Object.entries(cases))("%s", (name, item) => {
  test("backends and layouts agree", async () => {
    for (const dtype of ["float32", "float64"] as const) {
      const expected = await item.run(inputs(item, name, dtype, required("reference"))).data();
      for (const backend of ["native", "wasm"] as const) {
        const images = inputs(item, name, dtype, required(backend));
        for (const operands of [images, [channelsLast(images[0]), ...images.slice(1)]]) {
          const actual = await item.run(operands).data();
          expect(actual.length).toBe(expected.length);
          const tolerance = dtype === "float32" ? 2e-5 : 1e-12;
          actual.forEach((value: number, i: number) => expect(Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i]))).toBeLessThan(tolerance));
        }
      }
    }
  });

  test("gradcheck", async () => {
    await gradcheck((images) => item.run(images), inputs(item, name, "float64", required("native"), true));
  });

  test("gradient of the gradient", async () => {
    const images = inputs(item, name, "float64", required("reference"), true);
    const slope = (xs: Images): Tensor => {
      const y = item.run(xs);
      return grad(sum(mul(y, mul(y, y))), [...xs], { createGraph: true }).map((g) => sum(mul(g, g))).reduce((a, b) => a.add(b));
    };
    if (item.shapes[0].reduce((a, b) => a * b, 1) < 100) await gradcheck(slope, images, { tolerance: 2e-5 });
    else expect(slope(images).requiresGrad).toBe(true);
  });

  test("a batch without images", () => {
    const [first, ...rest] = inputs(item, name, "float32", required("native"));
    const none = zeros([0, ...first.shape.slice(1)], { requiresGrad: true });
    const y = item.run([none, ...rest]);
    expect(y.shape).toEqual([0, ...item.run([first, ...rest]).shape.slice(1)]);
    sum(y).backward();
    expect(none.grad?.shape).toEqual(none.shape);
  });
});

test("classes of pixels are enlarged without becoming floats", async () => {
  const mask = tensor([[[[0, 3], [7, 1]]]], { dtype: "uint8" });
  const large = interpolate(mask, { size: [2, 4] });
  expect(large.dtype).toBe("uint8");
  expect(await large.array()).toEqual([[[[0, 0, 3, 3], [7, 7, 1, 1]]]]);
});

test("values that are not finite stay where they are in the nearest modes and in maxima", async () => {
  const x = tensor([[[NaN, 1, Infinity, 2]]]);
  expect(await interpolate(x, { scaleFactor: 2 }).array()).toEqual([[[NaN, NaN, 1, 1, Infinity, Infinity, 2, 2]]]);
  expect(await adaptiveMaxPool1d(x, { size: 3 }).array()).toEqual([[[NaN, Infinity, Infinity]]]);
});

test("a dilated transposed convolution gives at its end what padding had cut off, and zeros beyond", async () => {
  // In full [1, 2, 13, 20, 30].
  const painted = (padding: number, outputPadding: number) =>
    convTranspose1d(tensor([[[1, 2, 3]]]), tensor([[[1, 10]]]), null, { dilation: 2, padding, outputPadding }).array();
  expect(await painted(1, 0)).toEqual([[[2, 13, 20]]]);
  expect(await painted(1, 1)).toEqual([[[2, 13, 20, 30]]]);
  expect(await painted(0, 1)).toEqual([[[1, 2, 13, 20, 30, 0]]]);
});

test("the linear modes leave an axis alone that a factor does not enlarge, as PyTorch", async () => {
  expect(await interpolate(tensor([[[0, 10, 30]]]), { scaleFactor: 1.1, mode: "linear" }).array()).toEqual([[[0, 10, 30]]]);
});

describe("refused", () => {
  const image = zeros([1, 4, 6, 6]);
  const any = <T>(value: unknown): T => value as T;
  const refused: [what: string, run: () => unknown, message: RegExp][] = [
    ["a stride of 0", () => conv2d(image, zeros([2, 4, 3, 3]), null, { stride: 0 }), /conv2d: stride must be a whole number of at least 1, or 2 of them \[height, width\], got 0/],
    ["NaN as padding", () => conv2d(image, zeros([2, 4, 3, 3]), null, { padding: NaN }), /padding must be a whole number of at least 0, .* got NaN/],
    ["three strides", () => conv2d(image, zeros([2, 4, 3, 3]), null, { stride: any([1, 1, 1]) }), /got \[1, 1, 1\]/],
    ["an unknown padding", () => conv2d(image, zeros([2, 4, 3, 3]), null, { padding: any("full") }), /padding must be a number, "same" or "valid", got "full"/],
    ["same with a stride", () => conv2d(image, zeros([2, 4, 3, 3]), null, { padding: "same", stride: 2 }), /padding "same" needs stride 1, got stride 2, 2/],
    ["null for options", () => conv2d(image, zeros([2, 4, 3, 3]), null, any(null)), /conv2d: expected options such as \{ stride: 2 \}, got null/],
    ["no options", () => lpPool1d(zeros([1, 1, 4]), any(undefined)), /lpPool1d: expected options such as \{ kernel: 2 \}, got undefined/],
    ["a number for options", () => convTranspose2d(image, zeros([4, 1, 2, 2]), null, any(2)), /convTranspose2d: expected options such as/],
    ["rows with padding same", () => conv2d(zeros([3, 3]), zeros([2, 4, 2, 2]), null, { padding: "same" }), /conv2d: expected input \[N, C, H, W\]/],
    ["half a group", () => conv2d(image, zeros([2, 4, 3, 3]), null, { groups: 0.5 }), /groups must be a whole number of at least 1, got 0.5/],
    ["filters that groups do not divide", () => conv2d(image, zeros([3, 2, 3, 3]), null, { groups: 2 }), /2 groups do not divide the 3 filters/],
    ["no weight", () => conv1d(zeros([1, 1, 3]), any(undefined)), /conv1d: operand 1 must be a tensor, got undefined/],
    ["an image for a sequence", () => conv1d(image, zeros([2, 4, 3])), /conv1d: expected input \[N, C, L\] and weight \[O, C\/groups, kL\], got \[1, 4, 6, 6\] and \[2, 4, 3\]/],
    ["a filter longer than its sequence", () => conv1d(zeros([1, 1, 3]), zeros([1, 1, 5])), /conv1d: length of input \[1, 1, 3\]: a window of 5 .* does not fit into 3/],
    ["a filter deeper than its volume", () => conv3d(zeros([1, 1, 2, 9, 9]), zeros([1, 1, 3, 3, 3])), /conv3d: depth of input .* a window of 3/],
    ["output padding as large as the stride", () => convTranspose2d(image, zeros([4, 1, 2, 2]), null, { stride: 2, outputPadding: 2 }), /outputPadding 2 must be smaller than stride 2 or dilation 1/],
    ["a kernel without options", () => maxPool2d(image, any(2)), /maxPool2d: expected options such as \{ kernel: 2 \}, got 2/],
    ["options without a kernel", () => avgPool2d(image, any({})), /avgPool2d: kernel must be .* got undefined/],
    ["too much padding", () => maxPool2d(image, { kernel: 2, padding: 2 }), /padding 2 is more than half of the window 2/],
    ["a dilated window between the image", () => maxPool2d(zeros([1, 1, 2, 2]), { kernel: 2, padding: 1, dilation: 3 }), /lies in the padding altogether/],
    ["integers", () => avgPool1d(zeros([1, 1, 4], { dtype: "int32" }), { kernel: 2 }), /expected operands of one type, float32 or float64, got int32/],
    ["adaptive pooling of nothing", () => adaptiveAvgPool2d(zeros([1, 2, 0, 3]), { size: 1 }), /is empty; there is nothing to pool/],
    ["adaptive pooling to 0", () => adaptiveMaxPool2d(image, { size: 0 }), /adaptiveMaxPool2d: size must be a whole number of at least 1/],
    ["adaptive pooling without a size", () => adaptiveAvgPool1d(zeros([1, 1, 4]), any(3)), /expected options such as \{ size: 1 \}, got 3/],
    ["a negative power", () => lpPool2d(image, { p: -1, kernel: 2 }), /p must be a number above 0, got -1/],
    ["indices of another pooling", () => maxUnpool2d(zeros([1, 1, 2, 2]), zeros([1, 1, 2, 3], { dtype: "int32" }), { kernel: 2 }), /input \[1, 1, 2, 2\] and indices \[1, 1, 2, 3\] must have one shape/],
    ["float indices", () => maxUnpool2d(zeros([1, 1, 1, 1]), zeros([1, 1, 1, 1]), { kernel: 2 }), /expected int32 indices, got float32/],
    ["an index beyond the result", () => maxUnpool2d(zeros([1, 1, 1, 1]), tensor([[[[4]]]], { dtype: "int32" }), { kernel: 2 }), /maxUnpool2d: an index lies beyond the result of 2 × 2; give `size`/],
    ["two sizes", () => interpolate(image, { size: 3, scaleFactor: 2 }), /interpolate: give either size or scaleFactor/],
    ["a mode for another rank", () => interpolate(image, { size: 3, mode: "linear" }), /mode "linear" takes 1 spatial axes, .* has 2; choose nearest, nearest-exact, area, bilinear, bicubic/],
    ["an unknown mode", () => interpolate(image, { size: 3, mode: any("lanczos") }), /unknown mode "lanczos"; choose/],
    ["corners of the nearest", () => interpolate(image, { size: 3, alignCorners: true }), /alignCorners means nothing for mode "nearest"/],
    ["shrinking to nothing", () => interpolate(image, { scaleFactor: 0.1 }), /height of input \[1, 4, 6, 6\] times 0.1 is below 1/],
    ["channels that are no pixels", () => pixelShuffle(image, { factor: 3 }), /3² = 9 does not divide the 4 channels/],
    ["pixels that are no channels", () => pixelUnshuffle(image, { factor: 4 }), /4 does not divide height and width/],
    ["no neighbours", () => localResponseNorm(image, any({})), /size must be a whole number of at least 1, got undefined/],
    ["rows for images", () => localResponseNorm(zeros([2, 3]), { size: 3 }), /at least three axes, got \[2, 3\]/],
  ];
  test.each(refused)("%s", (_what, run, message) => {
    expect(run).toThrow(NablaError);
    expect(run).toThrow(message);
  });
});
