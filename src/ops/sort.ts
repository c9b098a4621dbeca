/** Sorting along an axis and what follows from it: the largest k, extremes with their places, search among sorted numbers. */

import { ShapeError, ValueError } from "../base/errors.js";
import { anything, flag, optionsOf } from "../base/options.js";
import { formatShape, normalizeAxis, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { cast } from "./cast.js";
import { checkTensor } from "./checks.js";
import { ge, lt } from "./compare.js";
import { zerosLike } from "./create.js";
import { cumsum } from "./cumulative.js";
import { gather, scatter } from "./gatherScatter.js";
import { checkTensors, defineOp } from "./operation.js";
import { argmax, argmin } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { concat, slice } from "./slice.js";
import { reshape, squeeze, transpose } from "./views.js";

/** Positions that sort the last axis. */
const argsortOp = defineOp<{ descending: boolean }>({
  name: "argsort",
  shape: ([x]) => ({ shape: x.shape, dtype: "int32" }),
  forward: (k, [x], out, { descending }) => k.argsort(x, out, descending),
  samples: () => [false, true].flatMap((descending) => [
    { inputs: [floats([3, 5])], attributes: { descending } },
    { inputs: [floats([2, 60])], attributes: { descending } },
    { inputs: [{ ...floats([4, 6]), layout: "transposed" as const }], attributes: { descending } },
    { inputs: [ints([7], [3, 1, 3, -2, 1, 3, 0])], attributes: { descending } },
    { inputs: [{ shape: [6], values: [NaN, 1, -0, 0, Infinity, -Infinity] }], attributes: { descending } },
    { inputs: [floats([0, 3])], attributes: { descending } },
    { inputs: [floats([2, 0])], attributes: { descending } },
  ]),
});

export interface SortOptions {
  /** Default −1, the last. */
  readonly axis?: number;
  /** Largest first. Default false. */
  readonly descending?: boolean;
}

/** Elements along an axis and the positions (int32) that they come from. Gradients flow through the values. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/**
 * Positions (int32) that sort x along an axis. Equal elements keep their order, and NaN counts as the largest.
 *
 * @example
 * argsort(tensor([0.3, 0.1, 0.2]))                       // → [1, 2, 0]
 * argsort(tensor([0.3, 0.1, 0.2]), { descending: true }) // → [0, 2, 1]
 */
export function argsort(x: Tensor, options: SortOptions = {}): Tensor {
  checkTensor("argsort", x);
  const { axis = -1, descending = false } = optionsOf("argsort", options, { axis: anything, descending: flag });
  const at = normalizeAxis("argsort", axis, x.ndim);
  if (at === x.ndim - 1) return argsortOp.apply([x], { descending });
  return transpose(argsortOp.apply([transpose(x, at, -1)], { descending }), at, -1);
}

/**
 * x sorted along an axis, with the positions that the elements come from. Equal elements keep their order, and NaN counts as
 * the largest. The gradient goes back to those positions.
 *
 * @example
 * const { values, indices } = sort(tensor([[3, 1, 2], [0, 5, 4]]));
 * values  // → [[1, 2, 3], [0, 4, 5]]
 * indices // → [[1, 2, 0], [0, 2, 1]]
 */
export function sort(x: Tensor, options: SortOptions = {}): ValuesAndIndices {
  checkTensor("sort", x);
  const { axis = -1 } = optionsOf("sort", options, { axis: anything, descending: flag });
  const indices = argsort(x, options);
  return { values: gather(x, axis, indices), indices };
}

export interface TopkOptions {
  /** Default −1, the last. */
  readonly axis?: number;
  /** False for the k smallest. Default true. */
  readonly largest?: boolean;
}

/**
 * The k largest (or smallest) along an axis, in order, with their positions. NaN counts as the largest.
 * @throws ValueError unless k is a whole number from 0 to the length of the axis.
 *
 * @example
 * const { values, indices } = topk(tensor([0.1, 0.6, 0.3]), 2);
 * values  // → [0.6, 0.3]
 * indices // → [1, 2]
 */
export function topk(x: Tensor, k: number, options: TopkOptions = {}): ValuesAndIndices {
  checkTensor("topk", x);
  const { axis = -1, largest = true } = optionsOf("topk", options, { axis: anything, largest: flag });
  const at = normalizeAxis("topk", axis, x.ndim);
  if (!Number.isInteger(k) || k < 0 || k > x.shape[at]) {
    throw new ValueError(`topk: expected k from 0 to ${x.shape[at]}, the length of axis ${axis} of ${formatShape(x.shape)}; got ${k}.`);
  }
  const order = argsort(x, { axis: at, descending: largest });
  const indices = slice(order, ...x.shape.map((_, i) => (i === at ? { end: k } : null)));
  return { values: gather(x, at, indices), indices };
}

export interface ExtremeOptions {
  /** Keep the axis with size 1. Default false. */
  readonly keepDim?: boolean;
}

function withIndex(x: Tensor, axis: number, arg: typeof argmax, keepDim: boolean): ValuesAndIndices {
  const indices = arg(x, axis, true);
  const values = gather(x, axis, indices);
  return keepDim ? { values, indices } : { values: squeeze(values, axis), indices: squeeze(indices, axis) };
}

/**
 * Largest along `axis` and its first position (int32), which alone gets the gradient; NaN counts as the largest.
 * @throws ShapeError if the axis is empty.
 *
 * @example
 * const { values, indices } = maxWithIndex(tensor([[1, 5], [7, 2]]), 1);
 * values  // → [5, 7]
 * indices // → [1, 0]
 */
export function maxWithIndex(x: Tensor, axis: number, options: ExtremeOptions = {}): ValuesAndIndices {
  checkTensor("maxWithIndex", x);
  const { keepDim = false } = optionsOf("maxWithIndex", options);
  return withIndex(x, axis, argmax, keepDim);
}

/**
 * Smallest along `axis` and its first position (int32), which alone gets the gradient; NaN counts as the smallest.
 * @throws ShapeError if the axis is empty.
 *
 * @example
 * minWithIndex(tensor([[1, 5], [7, 2]]), 0).indices // → [0, 1]
 */
export function minWithIndex(x: Tensor, axis: number, options: ExtremeOptions = {}): ValuesAndIndices {
  checkTensor("minWithIndex", x);
  const { keepDim = false } = optionsOf("minWithIndex", options);
  return withIndex(x, axis, argmin, keepDim);
}

export interface SearchOptions {
  /** Where a value equals a bound: false puts it before, true after. Default false. */
  readonly right?: boolean;
}

/**
 * Where each value would be inserted (int32) to keep `sorted` in order: the number of its entries below the value, or, with
 * `right`, not above it. sorted: [N] for values of any shape, or [..., N] for values [..., M], row by row.
 * @throws ShapeError if the rows do not correspond.
 *
 * @example
 * const sorted = tensor([1, 3, 5]);
 * searchsorted(sorted, tensor([0, 3, 9]))                  // → [0, 1, 3]
 * searchsorted(sorted, tensor([0, 3, 9]), { right: true }) // → [0, 2, 3]
 */
export function searchsorted(sorted: Tensor, values: Tensor, options: SearchOptions = {}): Tensor {
  const { right = false } = optionsOf("searchsorted", options, { right: flag });
  checkTensors("searchsorted", [sorted, values]);
  if (sorted.ndim === 1 && values.ndim !== 1) return reshape(searchsorted(sorted, reshape(values, [values.size]), { right }), values.shape);
  if (sorted.ndim === 0 || !sameShape(sorted.shape.slice(0, -1), values.shape.slice(0, -1))) {
    throw new ShapeError(`searchsorted: the rows of ${formatShape(sorted.shape)} and ${formatShape(values.shape)} do not correspond; all axes but the last must be equal.`);
  }
  // Sorted together: the entries before a value are counted by a running sum, which then returns to the value's place.
  const [bounds, count] = [sorted.shape[sorted.ndim - 1], values.shape[values.ndim - 1]];
  const order = argsort(concat(right ? [sorted, values] : [values, sorted], -1));
  const isBound = right ? lt(order, bounds) : ge(order, count);
  const ranks = scatter(zerosLike(order), -1, order, cumsum(cast(isBound, "int32"), -1));
  return slice(ranks, ...ranks.shape.slice(0, -1).map(() => null), right ? { start: bounds } : { end: count });
}

/**
 * The number of the interval (int32) that each element of x falls into, between sorted `boundaries` [N]: 0 up to the first, N
 * beyond the last. A boundary belongs to the interval below it, or above it with `right`.
 *
 * @example
 * bucketize(tensor([[0.5, 1], [2.5, 9]]), tensor([1, 2, 3])) // → [[0, 0], [2, 3]]
 */
export function bucketize(x: Tensor, boundaries: Tensor, options: SearchOptions = {}): Tensor {
  checkTensors("bucketize", [x, boundaries]);
  if (boundaries.ndim !== 1) throw new ShapeError(`bucketize: expected boundaries of shape [N], got ${formatShape(boundaries.shape)}.`);
  return searchsorted(boundaries, x, options);
}
