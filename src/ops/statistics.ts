/** Order statistics and counts: quantiles, the most frequent value, histograms, distinct values. */

import { hostArray } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { anything, flag, optionsOf, show } from "../base/options.js";
import { formatShape, normalizeAxis } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, mul, sub } from "./arithmetic.js";
import { cast, toFloat } from "./cast.js";
import { checkTensor } from "./checks.js";
import { eq, ge, le, logicalAnd, where } from "./compare.js";
import { arange, onesLike, tensor } from "./create.js";
import { linearRecurrence } from "./cumulative.js";
import { addScalar, clamp, floor, isfinite, isnan, mulScalar } from "./elementwise.js";
import { gather } from "./gatherScatter.js";
import { indexAdd } from "./indexing.js";
import { argmax, max, min } from "./reduce.js";
import { concat, stack } from "./slice.js";
import { sort, type ValuesAndIndices } from "./sort.js";
import { sliceAxis } from "./split.js";
import { reshape, squeeze } from "./views.js";

export interface QuantileOptions {
  /** Default: all elements. */
  readonly axis?: number;
  /** Keep the axis with size 1. Default false. */
  readonly keepDim?: boolean;
  /** Between two elements: a point on the line between them, the lower, the higher, the nearer one, or their middle. Default "linear". */
  readonly interpolation?: "linear" | "lower" | "higher" | "nearest" | "midpoint";
}

/** Where the quantile lies between elements `low` and `low + 1` of n sorted ones: 0 … 1. */
function placeOf(q: number, n: number, interpolation: string): { low: number; fraction: number } {
  const at = q * (n - 1);
  const low = Math.floor(at);
  const fraction = at - low;
  if (interpolation === "linear" || fraction === 0) return { low, fraction };
  if (interpolation === "lower") return { low, fraction: 0 };
  if (interpolation === "higher") return { low, fraction: 1 };
  if (interpolation === "midpoint") return { low, fraction: 0.5 };
  // Halfway, the even one.
  if (interpolation === "nearest") return { low, fraction: fraction === 0.5 ? low % 2 : Math.round(fraction) };
  throw new ValueError(`quantile: expected interpolation "linear", "lower", "higher", "nearest" or "midpoint", got ${show(interpolation)}.`);
}

/** Sorted along `axis`, which is not empty. */
function sorted(op: string, x: Tensor, axis: number): Tensor {
  if (x.shape[axis] === 0) throw new ShapeError(`${op}: axis ${axis} of ${formatShape(x.shape)} is empty; there is no ${op} of no elements.`);
  return sort(x, { axis }).values;
}

/** `value`, or NaN where the sorted line ends in NaN. */
function unlessNaN(value: Tensor, line: Tensor, axis: number): Tensor {
  return where(isnan(sliceAxis(line, axis, { start: -1 })), NaN, value);
}

/**
 * The value below which a share q of the elements lies, 0 ≤ q ≤ 1, along an axis. Several q give a leading axis. NaN if one is.
 * @throws ValueError for q outside [0, 1]; ShapeError if there are no elements.
 *
 * @example
 * const x = tensor([0, 10, 20, 30]);
 * quantile(x, 0.5)                                 // → 15
 * quantile(x, [0, 0.25, 1])                        // → [0, 7.5, 30]
 * quantile(x, 0.5, { interpolation: "lower" })     // → 10
 */
export function quantile(x: Tensor, q: number | readonly number[], options: QuantileOptions = {}): Tensor {
  checkTensor("quantile", x);
  if (Array.isArray(q)) return stack((q as readonly number[]).map((share) => quantile(x, share, options)));
  if (!(typeof q === "number" && q >= 0 && q <= 1)) throw new ValueError(`quantile: expected a share from 0 to 1, got ${String(q)}.`);
  const { axis, keepDim = false, interpolation = "linear" } = optionsOf("quantile", options);
  if (axis === undefined) {
    const whole = quantile(reshape(x, [x.size]), q, { axis: 0, interpolation });
    return keepDim ? reshape(whole, x.shape.map(() => 1)) : whole;
  }
  const at = normalizeAxis("quantile", axis, x.ndim);
  const line = sorted("quantile", toFloat(x), at);
  const { low, fraction } = placeOf(q, x.shape[at], interpolation);
  const element = (i: number): Tensor => sliceAxis(line, at, { start: i, end: i + 1 });
  const between = (): Tensor => add(element(low), mulScalar(sub(element(low + 1), element(low)), fraction));
  const value = unlessNaN(fraction === 0 ? element(low) : fraction === 1 ? element(low + 1) : between(), line, at);
  return keepDim ? value : squeeze(value, at);
}

export interface MedianOptions {
  /** Default: all elements. */
  readonly axis?: number;
  /** Keep the axis with size 1. Default false. */
  readonly keepDim?: boolean;
}

/**
 * The middle element along an axis; of an even number the lower of the two in the middle, as in PyTorch (`quantile(x, 0.5)` averages
 * them). NaN if one is.
 * @throws ShapeError if there are no elements.
 *
 * @example
 * median(tensor([5, 1, 9]))    // → 5
 * median(tensor([5, 1, 9, 7])) // → 5
 */
export const median = (x: Tensor, options: MedianOptions = {}): Tensor => quantile(x, 0.5, { ...optionsOf("median", options), interpolation: "lower" });

export interface ModeOptions {
  /** Default −1, the last. */
  readonly axis?: number;
  /** Keep the axis with size 1. Default false. */
  readonly keepDim?: boolean;
}

/**
 * The most frequent value along an axis, the smallest of equally frequent ones, and the last position (int32) where it stands.
 * @throws ShapeError if there are no elements.
 *
 * @example
 * const { values, indices } = mode(tensor([3, 1, 3, 2, 1, 3]));
 * values  // → 3
 * indices // → 5
 */
export function mode(x: Tensor, options: ModeOptions = {}): ValuesAndIndices {
  checkTensor("mode", x);
  const { axis = -1, keepDim = false } = optionsOf("mode", options, { axis: anything, keepDim: flag });
  const at = normalizeAxis("mode", axis, x.ndim);
  const line = sorted("mode", x.detach(), at);
  // Lengths of runs of equal neighbours: 1, 2, 3, … within a run.
  const same = eq(sliceAxis(line, at, { start: 1 }), sliceAxis(line, at, { end: x.shape[at] - 1 }));
  const first = eq(sliceAxis(line, at, { end: 1 }), NaN);
  const again = cast(concat([first, same], at), "int32");
  const longest = argmax(linearRecurrence(again, onesLike(again), at), at, true);
  const indices = gather(sort(x.detach(), { axis: at }).indices, at, longest);
  const values = gather(x, at, indices);
  return keepDim ? { values, indices } : { values: squeeze(values, at), indices: squeeze(indices, at) };
}

export interface HistogramOptions {
  /** Number of bins of equal width. Default 10. */
  readonly bins?: number;
  /** Lowest and highest edge. Default: the smallest and largest finite element. */
  readonly range?: readonly [number, number];
}

/**
 * How many elements fall into each of `bins` intervals of equal width: counts (int32, [bins]) and edges ([bins + 1]). A bin holds
 * its lower edge, the last one its upper edge too; NaN and what lies outside the range is not counted. Nothing is read back, so it
 * can stand in a training loop.
 * @throws ValueError for less than one bin, or a range that is none.
 *
 * @example
 * const { counts, edges } = histogram(tensor([0, 1, 1, 2, 9]), { bins: 3, range: [0, 3] });
 * counts // → [1, 2, 1]
 * edges  // → [0, 1, 2, 3]
 */
export function histogram(x: Tensor, options: HistogramOptions = {}): { counts: Tensor; edges: Tensor } {
  checkTensor("histogram", x);
  const { bins = 10, range } = optionsOf("histogram", options, { bins: anything, range: anything });
  if (!Number.isInteger(bins) || bins < 1) throw new ValueError(`histogram: expected at least one bin, got ${bins}.`);
  if (range !== undefined && !(Array.isArray(range) && Number.isFinite(range[1] - range[0]) && range[0] <= range[1])) {
    throw new ValueError(`histogram: expected a range [low, high] with low ≤ high, got ${show(range)}.`);
  }
  const values = toFloat(reshape(x.detach(), [x.size]));
  const [low, high] = widened(range === undefined ? finiteRange(values) : range.map((edge) => tensor(edge, { dtype: values.dtype, backend: x.backend })));
  const width = sub(high, low);
  const inside = logicalAnd(ge(values, low), le(values, high));
  const bin = clamp(floor(div(mulScalar(sub(values, low), bins), width)), 0, bins - 1);
  const counts = indexAdd(cast(inside, "int32"), 0, cast(bin, "int32"), bins);
  const steps = mulScalar(cast(arange(0, bins + 1, 1, { backend: x.backend }), values.dtype), 1 / bins);
  return { counts, edges: add(low, mul(width, steps)) };
}

/** The smallest and largest finite element; 0 and 0 if there is none. */
function finiteRange(values: Tensor): Tensor[] {
  if (values.size === 0) return [0, 0].map((edge) => tensor(edge, { dtype: values.dtype, backend: values.backend }));
  const finite = isfinite(values);
  const edges = [min(where(finite, values, Infinity)), max(where(finite, values, -Infinity))];
  return edges.map((edge) => where(isfinite(edge), edge, 0));
}

/** An interval of no width grows by ½ on both sides. */
function widened([low, high]: readonly Tensor[]): [Tensor, Tensor] {
  const isPoint = eq(low, high);
  return [where(isPoint, addScalar(low, -0.5), low), where(isPoint, addScalar(high, 0.5), high)];
}

export interface BincountOptions {
  /** Length of the result at least. Default 0. */
  readonly minLength?: number;
  /** [N], added up instead of counting. */
  readonly weights?: Tensor;
}

/**
 * How often each of the numbers 0, 1, 2, … occurs in x: integers [N] → int32 [largest + 1], or sums of the weights. Waits for the
 * largest, because it decides the shape.
 * @throws ValueError for a negative number; ShapeError unless x is [N], and the weights as long.
 *
 * @example
 * const labels = tensor([1, 3, 1], { dtype: "int32" });
 * await bincount(labels)                                       // → [0, 2, 0, 1]
 * await bincount(labels, { weights: tensor([0.5, 2, 1]) })     // → [0, 1.5, 0, 2]
 */
export async function bincount(x: Tensor, options: BincountOptions = {}): Promise<Tensor> {
  checkTensor("bincount", x);
  const { minLength = 0, weights } = optionsOf("bincount", options, { minLength: anything, weights: anything });
  if (x.ndim !== 1 || x.dtype === "float32" || x.dtype === "float64") {
    throw new ShapeError(`bincount: expected integers of shape [N], got ${x.dtype} ${formatShape(x.shape)}.`);
  }
  if (weights !== undefined) checkTensor("bincount", weights, 1);
  if (weights !== undefined && (weights.ndim !== 1 || weights.size !== x.size)) {
    throw new ShapeError(`bincount: the weights have shape ${formatShape(weights.shape)}; expected [${x.size}], one for each number.`);
  }
  const index = cast(x, "int32");
  const [smallest, largest] = x.size === 0 ? [0, -1] : [await min(index).item(), await max(index).item()];
  if (smallest < 0) throw new ValueError(`bincount: expected numbers of at least 0, got ${smallest}.`);
  return indexAdd(weights ?? onesLike(index), 0, index, Math.max(minLength, largest + 1));
}

/** The distinct elements of a tensor. */
export interface Distinct {
  /** In ascending order, [K]. */
  readonly values: Tensor;
  /** For each element of x, its place in `values`; int32, x's shape. */
  readonly inverse: Tensor;
  /** How often each occurs; int32, [K]. */
  readonly counts: Tensor;
}

/**
 * The distinct elements of x in ascending order, where each element of x is among them, and how often each occurs. Every NaN is
 * different from all others. Waits for x, because it decides the shape.
 *
 * @example
 * const { values, inverse, counts } = await unique(tensor([3, 1, 3, 2]));
 * values  // → [1, 2, 3]
 * inverse // → [2, 0, 2, 1]
 * counts  // → [1, 1, 2]
 */
export async function unique(x: Tensor): Promise<Distinct> {
  checkTensor("unique", x);
  const { backend, dtype, shape } = x;
  const line = sort(reshape(x.detach(), [x.size]), { axis: 0 });
  const [elements, order] = [await line.values.data(), await line.indices.data()];
  const inverse = new Int32Array(x.size);
  const starts: number[] = [];
  for (let i = 0; i < elements.length; i++) {
    if (i === 0 || elements[i] !== elements[i - 1]) starts.push(i);
    inverse[order[i]] = starts.length - 1;
  }
  const values = hostArray(dtype, starts.length);
  starts.forEach((start, i) => (values[i] = elements[start]));
  const counts = Int32Array.from(starts, (start, i) => (starts[i + 1] ?? x.size) - start);
  return { values: tensor(values, { dtype, backend }), inverse: tensor(inverse, { shape, backend }), counts: tensor(counts, { backend }) };
}
