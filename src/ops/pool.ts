/** Max- and average-pooling over windows of an image. */

import type { Pool2dParams } from "../backend/backend.js";
import { ShapeError } from "../base/errors.js";
import { formatShape, windowOutput } from "../base/shape.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { cast, contiguous } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { arange } from "./create.js";
import { floor } from "./elementwise.js";
import { indexSelect } from "./indexing.js";
import { imageStrides } from "./layout.js";
import { allocate, defineOp, type Operation, type OutputSpec } from "./operation.js";
import { floats, ints, type Sample } from "./samples.js";
import { type Pair, pair } from "./pair.js";
import { reshape } from "./views.js";

interface GradAttributes extends Pool2dParams {
  /** Shape of the pooled image's source. */
  readonly shape: readonly number[];
}

/** Pooling keeps the physical order of its input: channels last, as convolutions write, or row-major. */
function channelsLast(x: Tensor): boolean {
  const strides = imageStrides(x.shape[0], x.shape[1], x.shape[3]);
  return !x.contiguous && x.strides.every((s, i) => s === strides[i] || x.shape[i] === 1);
}

/** x in one of the two layouts that the kernels take. */
function laidOut(x: Tensor): Tensor {
  return channelsLast(x) ? x : contiguous(x);
}

function like(x: Tensor, shape: readonly number[], dtype = x.dtype): OutputSpec {
  return channelsLast(x) ? { shape, dtype, strides: imageStrides(shape[0], shape[1], shape[3]) } : { shape, dtype };
}

function pooledShape(op: string, x: Tensor, { kernel, stride, padding }: Pool2dParams): number[] {
  checkSameFloat(op, [x]);
  if (x.ndim !== 4) throw new ShapeError(`${op}: expected input [N, C, H, W], got ${formatShape(x.shape)}.`);
  const size = (axis: 0 | 1): number => {
    if (2 * padding[axis] > kernel[axis]) {
      throw new ShapeError(`${op}: padding ${padding[axis]} is more than half of the window ${kernel[axis]}; a window could lie outside the image.`);
    }
    return windowOutput(`${op}: ${axis === 0 ? "height" : "width"} of input ${formatShape(x.shape)}`, x.shape[2 + axis], {
      kernel: kernel[axis],
      stride: stride[axis],
      padding: padding[axis],
      dilation: 1,
    });
  };
  return [x.shape[0], x.shape[1], size(0), size(1)];
}

const params = (kernel: [number, number], stride = kernel, padding: [number, number] = [0, 0]): Pool2dParams => ({ kernel, stride, padding });

const samples: readonly Sample<Pool2dParams>[] = [
  { inputs: [floats([2, 3, 4, 6])], attributes: params([2, 2]) },
  { inputs: [floats([1, 2, 5, 7])], attributes: params([3, 2], [2, 3], [1, 0]) },
  { inputs: [{ ...floats([2, 3, 5, 4]), layout: "transposed" }], attributes: params([3, 3], [1, 1], [1, 1]) },
];

const errors = [
  { inputs: [floats([3, 4, 4])], attributes: params([2, 2]), message: "expected input [N, C, H, W], got [3, 4, 4]" },
  { inputs: [floats([1, 1, 2, 4])], attributes: params([3, 3]), message: "height of input [1, 1, 2, 4]: a window of 3" },
  { inputs: [floats([1, 1, 4, 4])], attributes: params([2, 2], [2, 2], [2, 0]), message: "padding 2 is more than half" },
  { inputs: [ints([1, 1, 1, 1], [1])], attributes: params([1, 1]), message: "expected operands of one type, float32 or float64, got int32" },
];

const maxPool2dOp = defineOp<Pool2dParams>({
  name: "maxPool2d",
  kernel: "maxPool2d",
  shape: ([x], attributes) => like(x, pooledShape("maxPool2d", x, attributes)),
  forward: (k, [x], out, attributes) => {
    const argmax = allocate(k, { shape: out.shape, dtype: "uint8", strides: out.strides }, "maxPool2d");
    k.maxPool2d!(laidOut(x), out, argmax, attributes);
    return [argmax];
  },
  vjp: (dy, { inputs: [x], output, saved: [argmax], attributes }) => [
    () => {
      const dx = allocate(x.backend, like(output, x.shape), "maxPool2d");
      x.backend.maxPool2dGrad!(matched(dy, output), argmax, dx, attributes);
      return dx;
    },
  ],
  composite: ([x], attributes) => {
    const { output, index } = noGrad(() => maxPositions(x, attributes));
    return reshape(indexSelect(reshape(x, [x.size]), 0, index), output);
  },
  samples: () => [
    ...samples,
    { inputs: [{ shape: [1, 1, 2, 4], values: [1, 1, NaN, 2, 1, 0, 3, 4] }], attributes: params([2, 2]), gradcheck: false },
  ],
  errors: () => errors,
});

/** dy in the physical layout of `output`. */
function matched(dy: Tensor, output: Tensor): Tensor {
  if (dy.strides.every((s, i) => s === output.strides[i] || dy.shape[i] === 1)) return dy;
  const copy = allocate(dy.backend, { shape: output.shape, dtype: dy.dtype, strides: output.strides }, "pool");
  dy.backend.copy(dy, copy);
  return copy;
}

/** Flat position in x of each window's first maximum. */
function maxPositions(x: Tensor, attributes: Pool2dParams): { output: number[]; index: Tensor } {
  const { kernel, stride, padding } = attributes;
  const output = pooledShape("maxPool2d", x, attributes);
  const [n, c, oh, ow] = output;
  const options = { dtype: "float64", backend: x.backend } as const;
  const argmax = allocate(x.backend, { shape: output, dtype: "uint8" }, "maxPool2d");
  const values = allocate(x.backend, { shape: output, dtype: x.dtype }, "maxPool2d");
  x.backend.maxPool2d!(contiguous(x), values, argmax, attributes);
  const inWindow = cast(argmax, "float64");
  const row = floor(mul(add(inWindow, 0.5), 1 / kernel[1]));
  const column = sub(inWindow, mul(row, kernel[1]));
  const top = reshape(mul(arange(0, oh, 1, options), stride[0]), [oh, 1]);
  const left = mul(arange(0, ow, 1, options), stride[1]);
  const plane = reshape(arange(0, n * c, 1, options), [n, c, 1, 1]);
  const y = add(add(top, row), -padding[0]);
  const xs = add(add(left, column), -padding[1]);
  const flat = add(mul(add(mul(plane, x.shape[2]), y), x.shape[3]), xs);
  return { output, index: reshape(cast(flat, "int32"), [-1]) };
}

const avgPool2dOp: Operation<Pool2dParams> = defineOp<Pool2dParams>({
  name: "avgPool2d",
  kernel: "avgPool2d",
  shape: ([x], attributes) => like(x, pooledShape("avgPool2d", x, attributes)),
  forward: (k, [x], out, attributes) => k.avgPool2d!(laidOut(x), out, attributes),
  vjp: (dy, { inputs: [x], attributes }) => [() => avgPool2dGradOp.apply([dy], { ...attributes, shape: x.shape })],
  valueFree: true,
  samples: () => samples,
  errors: () => errors,
});

const avgPool2dGradOp: Operation<GradAttributes> = defineOp<GradAttributes>({
  name: "avgPool2dGrad",
  kernel: "avgPool2dGrad",
  shape: ([dy], { shape }) => like(dy, shape),
  forward: (k, [dy], out, attributes) => k.avgPool2dGrad!(laidOut(dy), out, attributes),
  vjp: (g, { attributes }) => [() => avgPool2dOp.apply([g], attributes)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([2, 3, 2, 3])], attributes: { ...params([2, 2]), shape: [2, 3, 4, 6] } },
    { inputs: [floats([1, 2, 3, 2])], attributes: { ...params([3, 2], [2, 3], [1, 0]), shape: [1, 2, 5, 7] } },
  ],
});

export interface Pool2dOptions {
  /** Size of the window. */
  readonly kernel: Pair;
  /** Default: the kernel, so that windows do not overlap. */
  readonly stride?: Pair;
  /** Border on each side: −∞ for the maximum, counted zeros for the mean. Default 0, at most half the kernel. */
  readonly padding?: Pair;
}

function poolParams({ kernel, stride = kernel, padding = 0 }: Pool2dOptions): Pool2dParams {
  return { kernel: pair(kernel), stride: pair(stride), padding: pair(padding) };
}

/**
 * Largest value of each window. x: [N, C, H, W] → [N, C, H', W'], H' = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
 * Where a window has several maxima, the first one receives the gradient.
 * @throws ShapeError if x is no image, a window is larger than the padded image, or padding is more than half of the window.
 *
 * @example
 * const image = tensor([[[[1, 2, 5, 6], [3, 4, 7, 8]]]]);
 * maxPool2d(image, { kernel: 2 })              // → [[[[4, 8]]]]
 * maxPool2d(image, { kernel: 2, stride: 1 })   // → [[[[4, 7, 8]]]]
 */
export function maxPool2d(x: Tensor, options: Pool2dOptions): Tensor {
  return maxPool2dOp.apply([x], poolParams(options));
}

/**
 * Mean of each window; padded zeros count. x: [N, C, H, W] → [N, C, H', W'], H' = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
 * @throws ShapeError as `maxPool2d`.
 *
 * @example
 * const image = tensor([[[[1, 2, 5, 6], [3, 4, 7, 8]]]]);
 * avgPool2d(image, { kernel: 2 }) // → [[[[2.5, 6.5]]]]
 */
export function avgPool2d(x: Tensor, options: Pool2dOptions): Tensor {
  return avgPool2dOp.apply([x], poolParams(options));
}
