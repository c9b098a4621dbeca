/** Convolution with its gradients and epilogue, and pooling. */

import type { Conv2dParams, View } from "../../../src/backend/backend.js";
import { hwnc } from "../views.js";
import type { Layout } from "../views.js";
import type { Bench, Case } from "./bench.js";

const floats = ["float32", "float64"] as const;
type Float = (typeof floats)[number];

interface Convolution {
  readonly n: number;
  readonly c: number;
  readonly size: readonly [number, number];
  readonly o: number;
  readonly kernel: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly padding?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  readonly groups?: number;
  readonly x?: Layout;
  readonly dy?: Layout;
  /** Draws weights and dy so small that all sums are of the order of 1: for kernels whose error follows the largest terms. */
  readonly small?: boolean;
}

const convolutions: readonly Convolution[] = [
  { n: 1, c: 1, size: [3, 3], o: 1, kernel: [3, 3] },
  { n: 2, c: 3, size: [8, 9], o: 5, kernel: [5, 5], padding: [2, 2] },
  { n: 9, c: 3, size: [8, 8], o: 8, kernel: [5, 5], padding: [2, 2] },
  { n: 9, c: 3, size: [7, 8], o: 4, kernel: [3, 3], padding: [1, 0], stride: [2, 2] },
  { n: 11, c: 8, size: [6, 6], o: 16, kernel: [5, 5], padding: [2, 2], x: hwnc, dy: hwnc },
  { n: 70, c: 9, size: [4, 5], o: 13, kernel: [3, 3], padding: [1, 1], x: hwnc },
  { n: 1, c: 16, size: [9, 8], o: 24, kernel: [3, 3], padding: [1, 1] },
  { n: 3, c: 12, size: [7, 7], o: 10, kernel: [3, 2], padding: [2, 1], stride: [2, 1] },
  { n: 9, c: 10, size: [9, 9], o: 6, kernel: [3, 3], stride: [2, 3], padding: [1, 1], dilation: [2, 2] },
  { n: 2, c: 4, size: [9, 8], o: 4, kernel: [3, 3], dilation: [1, 3], padding: [0, 4] },
  { n: 8, c: 8, size: [5, 5], o: 12, kernel: [3, 3], padding: [1, 1], groups: 2 },
  { n: 2, c: 6, size: [6, 5], o: 6, kernel: [3, 3], padding: [1, 1], groups: 6, dy: hwnc },
  { n: 9, c: 32, size: [6, 5], o: 32, kernel: [3, 3], padding: [1, 1], groups: 32, x: hwnc },
  { n: 9, c: 8, size: [6, 6], o: 16, kernel: [3, 3], stride: [2, 2], padding: [1, 1], groups: 8, x: hwnc },
  { n: 5, c: 20, size: [4, 4], o: 17, kernel: [1, 1] },
  { n: 4, c: 3, size: [4, 4], o: 5, kernel: [4, 4] },
  { n: 1, c: 2, size: [2, 3], o: 3, kernel: [3, 3], padding: [4, 4] },
  { n: 5, c: 32, size: [9, 7], o: 48, kernel: [3, 3], padding: [1, 1], small: true },
  { n: 3, c: 64, size: [6, 6], o: 32, kernel: [3, 3], padding: [0, 3], x: hwnc, dy: hwnc, small: true },
  { n: 3, c: 32, size: [7, 8], o: 32, kernel: [5, 5], padding: [2, 2], x: hwnc, small: true },
];

const paramsOf = ({ stride = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1 }: Convolution): Conv2dParams => ({
  stride, padding, dilation, groups,
});

function outputShape(conv: Convolution): [number, number, number, number] {
  const { stride, padding, dilation } = paramsOf(conv);
  const size = (axis: 0 | 1): number =>
    Math.floor((conv.size[axis] + 2 * padding[axis] - dilation[axis] * (conv.kernel[axis] - 1) - 1) / stride[axis]) + 1;
  return [conv.n, conv.o, size(0), size(1)];
}

function operands(b: Bench, dtype: Float, conv: Convolution) {
  const { n, c, size, o, kernel, groups = 1 } = conv;
  return {
    x: b.random(dtype, [n, c, ...size], conv.x),
    weight: drawn(b, dtype, [o, c / groups, ...kernel], conv.small ? c * kernel[0] * kernel[1] : 0),
    bias: b.random(dtype, [o]),
  };
}

/** Normal numbers, or where they are to make sums of `terms` products that are of the order of 1, uniform ones of variance 1/terms. */
function drawn(b: Bench, dtype: Float, shape: readonly number[], terms: number, layout?: Layout): View {
  const bound = Math.sqrt(3 / terms);
  return terms === 0 ? b.random(dtype, shape, layout) : b.uniform(dtype, shape, -bound, bound, layout);
}

/** The same with small whole numbers: sums are exact, so maxima and their places must agree exactly. */
function exactOperands(b: Bench, dtype: Float, conv: Convolution) {
  const { n, c, size, o, kernel, groups = 1 } = conv;
  return {
    x: b.integers(dtype, [n, c, ...size], 7, conv.x),
    weight: b.uniform("int32", [o, c / groups, ...kernel], -3, 4),
    bias: b.integers(dtype, [o], 5),
  };
}

function* convolutionCases(): Iterable<Case> {
  for (const dtype of floats) {
    for (const conv of convolutions) {
      const title = `${dtype} ${JSON.stringify(conv)}`;
      const params = paramsOf(conv);
      const shape = outputShape(conv);
      yield {
        name: `conv2d ${title}`,
        tolerance: 1e-4,
        run: (b) => {
          const { x, weight, bias } = operands(b, dtype, conv);
          const out = b.empty(dtype, shape, hwnc);
          const plain = b.empty(dtype, shape, hwnc);
          b.backend.conv2d(x, weight, bias, out, params, { relu: true, maxPool: false });
          b.backend.conv2d(x, weight, null, plain, params);
          return [out, plain];
        },
      };
      yield {
        name: `conv2d gradients ${title}`,
        tolerance: 1e-4,
        run: (b) => {
          const { x, weight, bias } = operands(b, dtype, conv);
          const dy = drawn(b, dtype, shape, conv.small ? conv.n * shape[2] * shape[3] : 0, conv.dy);
          const dx = b.empty(dtype, x.shape, hwnc);
          const dWeight = b.empty(dtype, weight.shape);
          const dBias = b.empty(dtype, bias.shape);
          b.backend.conv2dInputGrad(dy, weight, dx, params);
          b.backend.conv2dWeightGrad(x, dy, dWeight, dBias, params);
          const again = b.empty(dtype, weight.shape);
          b.backend.conv2dWeightGrad(x, dy, again, null, params);
          return [dx, dWeight, dBias, again];
        },
      };
      const pooled: [number, number, number, number] = [shape[0], shape[1], shape[2] >> 1, shape[3] >> 1];
      // Sums of small numbers are not exact: which of two nearly equal ones is the maximum is checked in native/test.
      if (pooled[2] === 0 || pooled[3] === 0 || conv.small === true) continue;
      for (const relu of [true, false]) {
        yield {
          name: `conv2d with ${relu ? "ReLU and " : ""}max-pool, and back, ${title}`,
          run: (b) => {
            const exact = exactOperands(b, dtype, conv);
            const weight = b.empty(dtype, exact.weight.shape);
            b.backend.copy(exact.weight, weight);
            const out = b.empty(dtype, pooled, hwnc);
            const argmax = b.empty("uint8", pooled, hwnc);
            const epilogue = { relu, maxPool: true };
            b.backend.conv2d(exact.x, weight, exact.bias, out, params, epilogue, argmax);
            const gradient = b.empty(dtype, shape, hwnc);
            b.backend.convEpilogueGrad(b.random(dtype, pooled, conv.dy), out, argmax, gradient, epilogue);
            return [out, argmax, gradient];
          },
        };
      }
    }
    for (const layout of [undefined, hwnc]) {
      yield {
        name: `convEpilogueGrad ${dtype} of ReLU alone, dy ${layout === hwnc ? "HWNC" : "NCHW"}`,
        run: (b) => {
          const shape = [3, 5, 4, 3];
          const out = b.empty(dtype, shape, hwnc);
          const dy = b.random(dtype, shape, layout);
          b.backend.convEpilogueGrad(dy, b.random(dtype, shape, hwnc), null, out, { relu: true, maxPool: false });
          return [out];
        },
      };
    }
  }
  yield {
    name: "a fused max-pool keeps NaN and the first maximum",
    run: (b) => {
      const x = b.values("float32", [1, 1, 4, 4], [1, NaN, 2, 2, 0, NaN, 2, 1, -1, -2, Infinity, 0, -3, -1, 5, Infinity]);
      const one = b.values("float32", [1, 1, 1, 1], [1]);
      const params: Conv2dParams = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
      return [true, false].flatMap((relu) => {
        const out = b.empty("float32", [1, 1, 2, 2], hwnc);
        const argmax = b.empty("uint8", [1, 1, 2, 2], hwnc);
        b.backend.conv2d(x, one, null, out, params, { relu, maxPool: true }, argmax);
        return [out, argmax];
      });
    },
  };
}

const pools = [
  { shape: [2, 3, 6, 8], kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
  { shape: [3, 5, 7, 9], kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
  { shape: [2, 4, 6, 7], kernel: [3, 3], stride: [2, 2], padding: [1, 1] },
  { shape: [1, 2, 5, 6], kernel: [3, 2], stride: [1, 2], padding: [1, 0] },
  { shape: [40, 9, 4, 4], kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
  { shape: [1, 7, 3, 3], kernel: [3, 3], stride: [3, 3], padding: [0, 0] },
] as const;

function* poolCases(): Iterable<Case> {
  for (const dtype of floats) {
    for (const { shape, kernel, stride, padding } of pools) {
      for (const layout of [{}, hwnc, { order: [0, 2, 3, 1] }]) {
        const params = { kernel, stride, padding };
        const size = (axis: 0 | 1): number =>
          Math.floor((shape[2 + axis] + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1;
        const small = [shape[0], shape[1], size(0), size(1)];
        const title = `${dtype} [${shape}] ${JSON.stringify(params)} ${JSON.stringify(layout)}`;
        yield {
          name: `maxPool2d ${title}`,
          run: (b) => {
            const x = b.integers(dtype, shape, 9, layout);
            const out = b.empty(dtype, small, layout);
            const argmax = b.empty("uint8", small, layout);
            b.backend.maxPool2d(x, out, argmax, params);
            const dx = b.empty(dtype, shape, layout);
            b.backend.maxPool2dGrad(b.random(dtype, small, layout), argmax, dx, params);
            return [out, argmax, dx];
          },
        };
        yield {
          name: `avgPool2d ${title}`,
          run: (b) => {
            const out = b.empty(dtype, small, layout);
            b.backend.avgPool2d(b.random(dtype, shape, layout), out, params);
            const dx = b.empty(dtype, shape, layout);
            b.backend.avgPool2dGrad(b.random(dtype, small, layout), dx, params);
            return [out, dx];
          },
        };
      }
    }
  }
  yield {
    name: "maxPool2d of NaN",
    run: (b) => {
      const values = [1, NaN, 2, 3, NaN, 0, 5, 4, 1, 1, -Infinity, -Infinity, 1, 1, -Infinity, -Infinity];
      return [{}, hwnc].flatMap((layout) => {
        const out = b.empty("float32", [1, 1, 2, 2], layout);
        const argmax = b.empty("uint8", [1, 1, 2, 2], layout);
        const params = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] } as const;
        b.backend.maxPool2d(b.values("float32", [1, 1, 4, 4], values, layout), out, argmax, params);
        return [out, argmax];
      });
    },
  };
}

export const spatialCases: readonly Case[] = [...convolutionCases(), ...poolCases()];
