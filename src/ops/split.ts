/** A tensor taken apart along an axis. The parts are views. */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, normalizeAxis } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkArray, checkTensor } from "./checks.js";
import { type Range, slice } from "./slice.js";

/** Slices one axis, and leaves the others whole. */
export function sliceAxis(x: Tensor, axis: number, range: Range | number): Tensor {
  return slice(x, ...x.shape.map((_, i) => (i === axis ? range : null)));
}

/**
 * Parts of x along an axis, of `size` each (the last may be shorter), or of the given sizes.
 * @param axis default 0
 * @throws ValueError for a size below 1; ShapeError if given sizes do not add up to the axis.
 *
 * @example
 * split(arange(5), 2).map((t) => t.shape)       // → [[2], [2], [1]]
 * const [a, b] = split(arange(5), [1, 4]);
 * b // → [1, 2, 3, 4]
 */
export function split(x: Tensor, size: number | readonly number[], axis = 0): Tensor[] {
  checkTensor("split", x);
  const at = normalizeAxis("split", axis, x.ndim);
  const length = x.shape[at];
  let start = 0;
  return sizesOf(x, size, at, length).map((n) => sliceAxis(x, at, { start, end: (start += n) }));
}

function sizesOf(x: Tensor, size: number | readonly number[], axis: number, length: number): readonly number[] {
  if (typeof size === "number") {
    if (!Number.isInteger(size) || size < 1) throw new ValueError(`split: expected parts of at least 1, got ${size}.`);
    return Array.from({ length: Math.max(1, Math.ceil(length / size)) }, (_, i) => Math.min(size, length - i * size));
  }
  checkArray("split", "size", size);
  if (!size.every((n) => Number.isInteger(n) && n >= 0) || size.reduce((a, b) => a + b, 0) !== length) {
    throw new ShapeError(`split: the sizes [${size.join(", ")}] must be whole numbers that add up to ${length}, axis ${axis} of ${formatShape(x.shape)}.`);
  }
  return size;
}

/**
 * x in at most `count` parts along an axis, equally long but for the last.
 * @param axis default 0
 * @throws ValueError for a count below 1.
 *
 * @example
 * chunk(arange(7), 3).map((t) => t.shape) // → [[3], [3], [1]]
 */
export function chunk(x: Tensor, count: number, axis = 0): Tensor[] {
  checkTensor("chunk", x);
  if (!Number.isInteger(count) || count < 1) throw new ValueError(`chunk: expected at least 1 part, got ${count}.`);
  const at = normalizeAxis("chunk", axis, x.ndim);
  return split(x, Math.max(1, Math.ceil(x.shape[at] / count)), at);
}

/**
 * The slices of x along an axis, without that axis.
 * @param axis default 0
 *
 * @example
 * const [first, second] = unbind(tensor([[1, 2], [3, 4]]));
 * second // → [3, 4]
 */
export function unbind(x: Tensor, axis = 0): Tensor[] {
  checkTensor("unbind", x);
  const at = normalizeAxis("unbind", axis, x.ndim);
  return Array.from({ length: x.shape[at] }, (_, i) => sliceAxis(x, at, i));
}

/**
 * `length` elements of an axis from `start` on; negative starts count from the end.
 * @throws ShapeError if they are not all inside.
 *
 * @example
 * narrow(arange(6), 0, 2, 3) // → [2, 3, 4]
 */
export function narrow(x: Tensor, axis: number, start: number, length: number): Tensor {
  checkTensor("narrow", x);
  const at = normalizeAxis("narrow", axis, x.ndim);
  const from = start < 0 ? start + x.shape[at] : start;
  if (!Number.isInteger(start) || !Number.isInteger(length) || from < 0 || length < 0 || from + length > x.shape[at]) {
    throw new ShapeError(`narrow: ${length} elements from ${start} on are not inside axis ${axis} of ${formatShape(x.shape)}.`);
  }
  return sliceAxis(x, at, { start: from, end: from + length });
}

/**
 * The slice at `index` of an axis, without that axis; negative indices count from the end.
 * @throws ShapeError if the index is out of range.
 *
 * @example
 * select(tensor([[1, 2], [3, 4]]), 1, -1) // → [2, 4]
 */
export function select(x: Tensor, axis: number, index: number): Tensor {
  checkTensor("select", x);
  const at = normalizeAxis("select", axis, x.ndim);
  if (!Number.isInteger(index) || index < -x.shape[at] || index >= x.shape[at]) {
    throw new ShapeError(`select: index ${String(index)} is out of range for axis ${axis} of ${formatShape(x.shape)}.`);
  }
  return sliceAxis(x, at, index);
}
