/**
 * Pooling to a given size: window i of n over an axis of L covers ⌊i·L/n⌋ … ⌈(i + 1)·L/n⌉ − 1. Where n divides L these are windows side by
 * side, as ordinary pooling has them.
 */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { productAlong } from "./alongAxis.js";
import { checkSameFloat } from "./checks.js";
import { tensor } from "./create.js";
import { checkTensors } from "./operation.js";
import { avgPool2d, maxPool2d } from "./pool.js";
import { avgPool1d, maxPool1d } from "./pool1d.js";
import { avgPool3d, maxPool3d } from "./pool3d.js";
import { type AxisWindows, maxIndices, pickFromPlanes } from "./windowMax.js";
import { checkImage, checkOptions, type PerAxis, perAxis } from "./windows.js";

export interface AdaptivePoolOptions {
  /** Size of the result: one number for all axes, or one for each, null for the input's own. */
  readonly size: number | readonly (number | null)[];
}

/** What is pooled to what: sizes of every spatial axis. */
interface Sizes {
  readonly from: Shape;
  readonly to: Shape;
}

function sizes(op: string, rank: number, x: Tensor, options: AdaptivePoolOptions): Sizes {
  checkTensors(op, [x]);
  checkSameFloat(op, [x]);
  checkImage(op, x.shape, rank);
  checkOptions(op, options, "{ size: 1 }");
  const { size } = options;
  const from = x.shape.slice(2);
  const to = perAxis<PerAxis>(op, "size", Array.isArray(size) ? (size as readonly (number | null)[]).map((n, i) => n ?? from[i]) : (size as number), rank, 1);
  if (to.some((n) => n > 2 ** 24)) throw new ValueError(`${op}: a size of ${Math.max(...to)} is too large; the largest is 2^24.`);
  if (from.some((n) => n === 0)) throw new ShapeError(`${op}: input ${formatShape(x.shape)} is empty; there is nothing to pool.`);
  return { from, to };
}

/** The kernel of ordinary pooling that does the same; null if there is none. */
function sideBySide({ from, to }: Sizes): number[] | null {
  return from.every((n, i) => n % to[i] === 0) ? from.map((n, i) => n / to[i]) : null;
}

/** Positions that each window along every axis covers. */
function windowsOf({ from, to }: Sizes): AxisWindows[] {
  return from.map((length, axis) =>
    Array.from({ length: to[axis] }, (_, i) => {
      const start = Math.floor((i * length) / to[axis]);
      return Array.from({ length: Math.ceil(((i + 1) * length) / to[axis]) - start }, (_, k) => start + k);
    }),
  );
}

/** Means of windows of unequal sizes: a product with the matrix of their weights along each axis. */
function means(x: Tensor, { from, to }: Sizes): Tensor {
  return windowsOf({ from, to }).reduce((y, windows, axis) => {
    if (from[axis] === to[axis]) return y;
    const weights = windows.flatMap((window) => Array.from({ length: from[axis] }, (_, at) => (window.includes(at) ? 1 / window.length : 0)));
    return productAlong(y, 2 + axis, tensor(weights, { shape: [to[axis], from[axis]], dtype: x.dtype, backend: x.backend }));
  }, x);
}

function average(op: string, rank: number, x: Tensor, options: AdaptivePoolOptions): Tensor {
  const wanted = sizes(op, rank, x, options);
  const kernel = sideBySide(wanted);
  if (kernel === null) return means(x, wanted);
  const [a, b, c] = kernel;
  return rank === 1 ? avgPool1d(x, { kernel: a }) : rank === 2 ? avgPool2d(x, { kernel: [a, b] }) : avgPool3d(x, { kernel: [a, b, c] });
}

function maximum(op: string, rank: number, x: Tensor, options: AdaptivePoolOptions): Tensor {
  const wanted = sizes(op, rank, x, options);
  const kernel = sideBySide(wanted);
  if (kernel === null) return pickFromPlanes(x, maxIndices(x, windowsOf(wanted)));
  const [a, b, c] = kernel;
  return rank === 1 ? maxPool1d(x, { kernel: a }) : rank === 2 ? maxPool2d(x, { kernel: [a, b] }) : maxPool3d(x, { kernel: [a, b, c] });
}

function maximumWithIndices(op: string, rank: number, x: Tensor, options: AdaptivePoolOptions): [values: Tensor, indices: Tensor] {
  const indices = maxIndices(x, windowsOf(sizes(op, rank, x, options)));
  return [pickFromPlanes(x, indices), indices];
}

/**
 * Mean over windows that give a result of `size`. x: [N, C, L] → [N, C, size].
 * @throws ShapeError unless x is [N, C, L] and not empty; ValueError for a size below 1.
 *
 * @example
 * adaptiveAvgPool1d(tensor([[[1, 2, 3, 4, 5]]]), { size: 2 }) // → [[[2, 4]]]
 */
export const adaptiveAvgPool1d = (x: Tensor, options: AdaptivePoolOptions): Tensor => average("adaptiveAvgPool1d", 1, x, options);

/**
 * Mean over windows that give a result of `size`: of the whole image for 1. x: [N, C, H, W] → [N, C, …size].
 * @throws ShapeError and ValueError as `adaptiveAvgPool1d`.
 *
 * @example
 * adaptiveAvgPool2d(tensor([[[[1, 2], [3, 6]]]]), { size: 1 })              // → [[[[3]]]]
 * adaptiveAvgPool2d(zeros([8, 64, 10, 13]), { size: [7, null] }).shape // → [8, 64, 7, 13]
 */
export const adaptiveAvgPool2d = (x: Tensor, options: AdaptivePoolOptions): Tensor => average("adaptiveAvgPool2d", 2, x, options);

/**
 * Mean over windows that give a result of `size`. x: [N, C, D, H, W] → [N, C, …size].
 * @throws ShapeError and ValueError as `adaptiveAvgPool1d`.
 *
 * @example
 * adaptiveAvgPool3d(zeros([2, 8, 4, 6, 7]), { size: [2, 3, 3] }).shape // → [2, 8, 2, 3, 3]
 */
export const adaptiveAvgPool3d = (x: Tensor, options: AdaptivePoolOptions): Tensor => average("adaptiveAvgPool3d", 3, x, options);

/**
 * Largest value of windows that give a result of `size`. x: [N, C, L] → [N, C, size].
 * @throws ShapeError and ValueError as `adaptiveAvgPool1d`.
 *
 * @example
 * adaptiveMaxPool1d(tensor([[[1, 2, 3, 4, 5]]]), { size: 2 }) // → [[[3, 5]]]
 */
export const adaptiveMaxPool1d = (x: Tensor, options: AdaptivePoolOptions): Tensor => maximum("adaptiveMaxPool1d", 1, x, options);

/**
 * Largest value of windows that give a result of `size`: of the whole image for 1. x: [N, C, H, W] → [N, C, …size].
 * @throws ShapeError and ValueError as `adaptiveAvgPool1d`.
 *
 * @example
 * adaptiveMaxPool2d(tensor([[[[1, 2], [3, 6]]]]), { size: 1 }) // → [[[[6]]]]
 */
export const adaptiveMaxPool2d = (x: Tensor, options: AdaptivePoolOptions): Tensor => maximum("adaptiveMaxPool2d", 2, x, options);

/**
 * Largest value of windows that give a result of `size`. x: [N, C, D, H, W] → [N, C, …size].
 * @throws ShapeError and ValueError as `adaptiveAvgPool1d`.
 *
 * @example
 * adaptiveMaxPool3d(zeros([2, 8, 4, 6, 7]), { size: 3 }).shape // → [2, 8, 3, 3, 3]
 */
export const adaptiveMaxPool3d = (x: Tensor, options: AdaptivePoolOptions): Tensor => maximum("adaptiveMaxPool3d", 3, x, options);

/**
 * `adaptiveMaxPool1d`, and the position of each maximum (int32).
 *
 * @example
 * const [values, indices] = adaptiveMaxPool1dWithIndices(tensor([[[1, 2, 3, 4, 5]]]), { size: 2 });
 * indices // → [[[2, 4]]]
 */
export const adaptiveMaxPool1dWithIndices = (x: Tensor, options: AdaptivePoolOptions): [values: Tensor, indices: Tensor] =>
  maximumWithIndices("adaptiveMaxPool1d", 1, x, options);

/**
 * `adaptiveMaxPool2d`, and where each maximum stands: its flat position row · W + column (int32).
 *
 * @example
 * const [values, indices] = adaptiveMaxPool2dWithIndices(tensor([[[[1, 2], [3, 6]]]]), { size: 1 });
 * indices // → [[[[3]]]]
 */
export const adaptiveMaxPool2dWithIndices = (x: Tensor, options: AdaptivePoolOptions): [values: Tensor, indices: Tensor] =>
  maximumWithIndices("adaptiveMaxPool2d", 2, x, options);

/**
 * `adaptiveMaxPool3d`, and where each maximum stands: its flat position (depth · H + row) · W + column (int32).
 *
 * @example
 * const [values, indices] = adaptiveMaxPool3dWithIndices(tensor([[[[[1, 2], [3, 6]]]]]), { size: 1 });
 * indices // → [[[[[3]]]]]
 */
export const adaptiveMaxPool3dWithIndices = (x: Tensor, options: AdaptivePoolOptions): [values: Tensor, indices: Tensor] =>
  maximumWithIndices("adaptiveMaxPool3d", 3, x, options);
