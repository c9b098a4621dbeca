/** Max- and average-pooling over windows of an image. */

import type { Pool2dParams } from "../backend/backend.js";
import { ShapeError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { cast, contiguous } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { tensor, zeros } from "./create.js";
import { indexSelect } from "./indexing.js";
import { imageStrides } from "./layout.js";
import { allocate, checkTensors, defineOp, type Operation, type OutputSpec } from "./operation.js";
import { type AvgPoolOptions, type MaxPoolOptions, pooledShape, type PoolGeometry, poolGeometry } from "./poolShape.js";
import { floats, ints, type Sample } from "./samples.js";
import { permute, reshape } from "./views.js";
import { maxIndices, pickFromPlanes } from "./windowMax.js";
import type { Pair } from "./windows.js";

/** What the kernels take, and whether a last window may hang over the end. */
interface PoolAttributes extends Pool2dParams {
  readonly ceil: boolean;
  /** Gets the places of maxima in their windows, as the kernel gives them. */
  readonly onPlaces?: (places: Tensor) => void;
}

interface GradAttributes extends PoolAttributes {
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

function pooled(op: string, x: Tensor, attributes: PoolAttributes): number[] {
  checkSameFloat(op, [x]);
  return pooledShape(op, x.shape, { ...attributes, dilation: [1, 1] });
}

const params = (kernel: [number, number], stride = kernel, padding: [number, number] = [0, 0], ceil = false): PoolAttributes => ({ kernel, stride, padding, ceil });

const samples: readonly Sample<PoolAttributes>[] = [
  { inputs: [floats([2, 3, 4, 6])], attributes: params([2, 2]) },
  { inputs: [floats([1, 2, 5, 7])], attributes: params([3, 2], [2, 3], [1, 0]) },
  { inputs: [floats([1, 2, 5, 7])], attributes: params([3, 2], [3, 2], [1, 0], true) },
  { inputs: [{ ...floats([2, 3, 5, 4]), layout: "transposed" }], attributes: params([3, 3], [1, 1], [1, 1]) },
];

const errors = [
  { inputs: [floats([3, 4, 4])], attributes: params([2, 2]), message: "expected input [N, C, H, W], got [3, 4, 4]" },
  { inputs: [floats([1, 1, 2, 4])], attributes: params([3, 3]), message: "height of input [1, 1, 2, 4]: a window of 3" },
  { inputs: [ints([1, 1, 1, 1], [1])], attributes: params([1, 1]), message: "expected operands of one type, float32 or float64, got int32" },
];

const maxPool2dOp: Operation<PoolAttributes> = defineOp<PoolAttributes>({
  name: "maxPool2d",
  kernel: "maxPool2d",
  shape: ([x], attributes) => like(x, pooled("maxPool2d", x, attributes)),
  forward: (k, [x], out, attributes) => {
    const argmax = allocate(k, { shape: out.shape, dtype: "uint8", strides: out.strides }, "maxPool2d");
    k.maxPool2d!(laidOut(x), out, argmax, attributes);
    attributes.onPlaces?.(argmax);
    return [argmax];
  },
  vjp: (dy, { inputs: [x], output, saved: [argmax], attributes }) => [
    () => {
      const dx = allocate(x.backend, like(output, x.shape), "maxPool2d");
      x.backend.maxPool2dGrad!(matched(dy, output), argmax, dx, attributes);
      return dx;
    },
  ],
  composite: ([x], attributes) => pickFromPlanes(x, pooledIndices("maxPool2d", x, { ...attributes, dilation: [1, 1] })),
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

/** The maxima, and their flat positions in their planes, from the places in the windows that the kernel finds. */
function withIndices(x: Tensor, attributes: PoolAttributes): [values: Tensor, indices: Tensor] {
  const { kernel: [kH, kW], stride, padding } = attributes;
  let places: Tensor | undefined;
  const values = maxPool2dOp.apply([x], { ...attributes, onPlaces: (t) => (places = t) });
  const [, , rows, columns] = values.shape;
  if (places === undefined) return [values, zeros(values.shape, { dtype: "int32", backend: x.backend })];
  // Position of a window's first place, which may lie in the padding, plus that of the maximum relative to it.
  const width = x.shape[3];
  const table = (shape: Shape, at: (i: number, j: number) => number): Tensor =>
    tensor(Int32Array.from({ length: shape[0] * shape[1] }, (_, i) => at(Math.floor(i / shape[1]), i % shape[1])), { backend: x.backend });
  const corner = table([rows, columns], (i, j) => (i * stride[0] - padding[0]) * width + j * stride[1] - padding[1]);
  const offset = table([kH, kW], (i, j) => i * width + j);
  // In the physical order of the places: [H', W', N, C] or [N, C, H', W'].
  const last = channelsLast(values);
  const inOrder = last ? permute(places, [2, 3, 0, 1]) : places;
  const inWindow = reshape(indexSelect(offset, 0, reshape(cast(inOrder, "int32"), [-1])), inOrder.shape);
  const indices = add(inWindow, reshape(corner, last ? [rows, columns, 1, 1] : [rows, columns]));
  return [values, last ? permute(indices, [2, 3, 0, 1]) : indices];
}

const avgPool2dOp: Operation<PoolAttributes> = defineOp<PoolAttributes>({
  name: "avgPool2d",
  kernel: "avgPool2d",
  shape: ([x], attributes) => like(x, pooled("avgPool2d", x, attributes)),
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

/** Whether the operation can do it: its kernel knows no dilation, and counts the places of a window in one byte. */
function isPlain({ kernel, dilation }: PoolGeometry): boolean {
  return kernel[0] * kernel[1] <= 256 && dilation.every((d) => d === 1);
}

/** Positions that each window along one axis covers, those in the padding left out. */
function coveredPositions(op: string, size: number, count: number, geometry: PoolGeometry, axis: number): number[][] {
  const { kernel, stride, padding, dilation } = geometry;
  return Array.from({ length: count }, (_, i) => {
    const window = Array.from({ length: kernel[axis] }, (_, k) => i * stride[axis] - padding[axis] + k * dilation[axis]);
    const inside = window.filter((at) => at >= 0 && at < size);
    if (inside.length === 0) throw new ShapeError(`${op}: window ${i} of axis ${axis + 2} lies in the padding altogether; use less padding or dilation.`);
    return inside;
  });
}

/** Flat position in its plane of each window's first maximum, for any geometry. */
export function pooledIndices(op: string, x: Tensor, geometry: PoolGeometry): Tensor {
  checkSameFloat(op, [x]);
  const [, , ...counts] = pooledShape(op, x.shape, geometry);
  return maxIndices(x, counts.map((count, axis) => coveredPositions(op, x.shape[2 + axis], count, geometry, axis)));
}

/**
 * Largest value of each window. x: [N, C, H, W] → [N, C, H', W'], H' = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, rounded up
 * with `ceilMode`. Where a window has several maxima, the first one receives the gradient.
 * @throws ShapeError if x is no image, a window is larger than the padded image, or padding is more than half of the window; ValueError for
 * an option out of its range.
 *
 * @example
 * const image = tensor([[[[1, 2, 5, 6], [3, 4, 7, 8]]]]);
 * maxPool2d(image, { kernel: 2 })              // → [[[[4, 8]]]]
 * maxPool2d(image, { kernel: 2, stride: 1 })   // → [[[[4, 7, 8]]]]
 */
export function maxPool2d(x: Tensor, options: MaxPoolOptions<Pair>): Tensor {
  checkTensors("maxPool2d", [x]);
  const geometry = poolGeometry<Pair>("maxPool2d", 2, options);
  return isPlain(geometry) ? maxPool2dOp.apply([x], attributesOf(geometry)) : pickFromPlanes(x, pooledIndices("maxPool2d", x, geometry));
}

/**
 * `maxPool2d`, and where each maximum stands: its flat position row · W + column (int32, [N, C, H', W']), as `maxUnpool2d` takes it.
 * @throws as `maxPool2d`.
 *
 * @example
 * const [values, indices] = maxPool2dWithIndices(tensor([[[[1, 2, 5, 6], [3, 4, 8, 7]]]]), { kernel: 2 });
 * values  // → [[[[4, 8]]]]
 * indices // → [[[[5, 6]]]]
 */
export function maxPool2dWithIndices(x: Tensor, options: MaxPoolOptions<Pair>): [values: Tensor, indices: Tensor] {
  checkTensors("maxPool2d", [x]);
  const geometry = poolGeometry<Pair>("maxPool2d", 2, options);
  if (isPlain(geometry) && x.backend.maxPool2d !== undefined) return withIndices(x, attributesOf(geometry));
  const indices = pooledIndices("maxPool2d", x, geometry);
  return [pickFromPlanes(x, indices), indices];
}

/**
 * Mean of each window. x: [N, C, H, W] → [N, C, H', W'], H' = ⌊(H + 2·padding − kernel) / stride⌋ + 1, rounded up with `ceilMode`. Padded
 * zeros count unless `countIncludePad` is false; what hangs over the end never does.
 * @throws ShapeError and ValueError as `maxPool2d`.
 *
 * @example
 * const image = tensor([[[[1, 2, 5, 6], [3, 4, 7, 8]]]]);
 * avgPool2d(image, { kernel: 2 })                                        // → [[[[2.5, 6.5]]]]
 * avgPool2d(image, { kernel: 2, padding: 1, countIncludePad: false })    // → [[[[1, 3.5, 6], [3, 5.5, 8]]]]
 */
export function avgPool2d(x: Tensor, options: AvgPoolOptions<Pair>): Tensor {
  checkTensors("avgPool2d", [x]);
  const geometry = poolGeometry<Pair>("avgPool2d", 2, options);
  const { countIncludePad = true } = options;
  const y = avgPool2dOp.apply([x], attributesOf(geometry));
  const [rows, columns] = [0, 1].map((axis) => shares(x.shape[2 + axis], y.shape[2 + axis], geometry, axis, countIncludePad));
  if ([...rows, ...columns].every((share) => share === 1)) return y;
  const factors = rows.flatMap((row) => columns.map((column) => 1 / (row * column)));
  return mul(y, tensor(factors, { shape: [rows.length, columns.length], dtype: y.dtype, backend: y.backend }));
}

/** Which part of each window along one axis counts in its mean. */
function shares(size: number, count: number, { kernel, stride, padding }: PoolGeometry, axis: number, countIncludePad: boolean): number[] {
  const border = countIncludePad ? padding[axis] : 0;
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride[axis] - padding[axis];
    return (Math.min(start + kernel[axis], size + border) - Math.max(start, -border)) / kernel[axis];
  });
}

function attributesOf({ kernel, stride, padding, ceil }: PoolGeometry<Pair>): PoolAttributes {
  return { kernel, stride, padding, ceil };
}
