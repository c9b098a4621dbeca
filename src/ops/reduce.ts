/** Reductions: sums, means, extremes along axes. */

import type { ReduceOp } from "../backend/backend.js";
import { isFloat } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { isOptions, optionsOf, show } from "../base/options.js";
import { formatShape, normalizeAxis, sameShape, sizeOf, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { div, mul, sub } from "./arithmetic.js";
import { cast, toFloat } from "./cast.js";
import { checkTensors } from "./checks.js";
import { eq } from "./compare.js";
import { onesLike } from "./create.js";
import { cumprod } from "./cumulative.js";
import { exp, mulScalar, square, sqrt } from "./elementwise.js";
import { defineOp, type Operation, type OutputSpec } from "./operation.js";
import { flip } from "./rearrange.js";
import { floats } from "./samples.js";
import { concat, slice } from "./slice.js";
import { expand, permute, reshape } from "./views.js";

export interface ReduceOptions {
  /** Axis or axes to reduce; negative ones count from the end. Default: all. */
  readonly axis?: number | readonly number[];
  /** Keep reduced axes with size 1. Default false. */
  readonly keepDim?: boolean;
}

/** Reduced axes in ascending order. */
type Axes = readonly number[];

function keptShape(x: Tensor, axes: Axes): number[] {
  return x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
}

function defineReduce(
  name: ReduceOp,
  vjp: (dy: Tensor, x: Tensor, y: Tensor, axes: Axes) => Tensor,
  { valueFree = false, emptyValue }: { valueFree?: boolean; emptyValue?: number } = {},
): Operation<Axes> {
  return defineOp<Axes>({
    name,
    shape: ([x], axes): OutputSpec => {
      if (x.size === 0 && emptyValue === undefined && sizeOf(keptShape(x, axes)) > 0) {
        throw new ShapeError(`${name}: nothing to reduce along axes [${axes.join(", ")}] of ${formatShape(x.shape)}; there is no ${name} of no elements.`);
      }
      return { shape: keptShape(x, axes), dtype: x.dtype };
    },
    forward: (k, [x], out, axes) => (x.size === 0 ? k.fill(out, emptyValue!) : k.reduce(name, x, axes, out)),
    vjp: (dy, { inputs: [x], output, attributes }) => [() => vjp(dy, x, output, attributes)],
    valueFree,
    samples: () => [
      { inputs: [floats([2, 3, 4])], attributes: [0, 1, 2] },
      { inputs: [floats([2, 3, 4])], attributes: [1] },
      { inputs: [floats([5, 4])], attributes: [0] },
      { inputs: [floats([3, 70])], attributes: [1] },
      { inputs: [{ ...floats([3, 4, 2]), layout: "transposed" }], attributes: [0, 2] },
      { inputs: [{ ...floats([3, 4]), layout: "strided" }], attributes: [1] },
      { inputs: [floats([])], attributes: [] },
      { inputs: [{ shape: [2, 2], values: [1, NaN, 2, 3] }], attributes: [1], gradcheck: false },
    ],
    errors:
      emptyValue === undefined
        ? () => [{ inputs: [floats([0, 3])], attributes: [0], message: `${name}: nothing to reduce along axes [0] of [0, 3]` }]
        : undefined,
  });
}

const count = (x: Tensor, axes: Axes): number => axes.reduce((n, a) => n * x.shape[a], 1);
/** Where an extreme is reached more than once, its positions share the gradient. */
const share = (dy: Tensor, x: Tensor, y: Tensor, axes: Axes): Tensor => {
  const hit = cast(eq(x, y), x.dtype);
  return mul(hit, div(dy, sumOp.apply([hit], axes)));
};

const sumOp = defineReduce("sum", (dy, x) => expand(dy, x.shape), { valueFree: true, emptyValue: 0 });
const meanOp = defineReduce("mean", (dy, x, _y, axes) => {
  const n = count(x, axes);
  return expand(n === 1 ? dy : mulScalar(dy, 1 / n), x.shape);
}, { valueFree: true, emptyValue: NaN });
const maxOp = defineReduce("max", share);
const minOp = defineReduce("min", share);
const prodOp = defineReduce("prod", (dy, x, _y, axes) => mul(dy, productOfOthers(x, axes)), { emptyValue: 1 });
const logsumexpOp = defineReduce("logsumexp", (dy, x, y) => mul(dy, exp(sub(x, y))), { emptyValue: -Infinity });

/** For each element, the product of all others that are reduced with it: of those before and those after it. */
function productOfOthers(x: Tensor, axes: Axes): Tensor {
  if (x.size === 0) return x;
  const order = [...x.shape.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes];
  const moved = permute(x, order);
  const n = count(x, axes);
  const line = reshape(moved, [-1, n]);
  const before = (t: Tensor): Tensor => cumprod(concat([onesLike(slice(t, null, { end: 1 })), slice(t, null, { end: n - 1 })], 1), 1);
  const others = mul(before(line), flip(before(flip(line, 1)), 1));
  return permute(reshape(others, moved.shape), order.map((_, i) => order.indexOf(i)));
}

function reduce(op: Operation<Axes>, x: Tensor, options: ReduceOptions): Tensor {
  checkTensors(op.name, [x]);
  if (!isOptions(options)) throw new ValueError(`${op.name}: expected options such as { axis: 0 }, got ${show(options)}.`);
  const { axis, keepDim = false } = options;
  const axes = resolveAxes(op.name, x, axis);
  const kept = op.apply([x], axes);
  return keepDim || axes.length === 0 ? kept : reshape(kept, x.shape.filter((_, i) => !axes.includes(i)));
}

function resolveAxes(name: string, x: Tensor, axis: number | readonly number[] | undefined): Axes {
  if (axis === undefined) return x.shape.map((_, i) => i);
  const axes = (Array.isArray(axis) ? (axis as readonly number[]) : [axis as number]).map((a) => normalizeAxis(name, a, x.ndim)).sort((a, b) => a - b);
  axes.forEach((a, i) => {
    if (a === axes[i - 1]) throw new ShapeError(`${name}: axis ${a} is named twice.`);
  });
  return axes;
}

/** Types that would soon overflow are summed in int32. */
export const wide = (x: Tensor): Tensor => (isFloat(x?.dtype) || x?.dtype === "int32" ? x : cast(x, "int32"));

/**
 * Sum along axes; bool and uint8 are summed in int32. The sum of nothing is 0.
 *
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * sum(x)                                    // → 21
 * sum(x, { axis: 0 })                       // → [5, 7, 9]
 * sum(x, { axis: -1, keepDim: true })       // → [[6], [15]]
 */
export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(sumOp, wide(x), options);

/**
 * Mean along axes, in float.
 *
 * @example
 * mean(tensor([[1, 2], [3, 6]]), { axis: 0 }) // → [2, 4]
 */
export const mean = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(meanOp, toFloat(x), options);

/**
 * Largest along axes; NaN if one is. Where it is reached more than once, the places share the gradient.
 * @throws ShapeError if there is nothing to reduce.
 *
 * @example
 * max(tensor([[1, 5], [7, 2]]), { axis: 1 }) // → [5, 7]
 */
export const max = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(maxOp, x, options);

/**
 * Smallest along axes; NaN if one is. Where it is reached more than once, the places share the gradient.
 * @throws ShapeError if there is nothing to reduce.
 *
 * @example
 * min(tensor([[1, 5], [7, 2]]), { axis: [0, 1] }) // → 1
 */
export const min = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(minOp, x, options);

/**
 * Product along axes; bool and uint8 are multiplied in int32. The product of nothing is 1.
 *
 * @example
 * prod(tensor([2, 3, 4])) // → 24
 */
export const prod = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(prodOp, wide(x), options);

/**
 * log Σ eˣ along axes, without overflow.
 *
 * @example
 * logsumexp(tensor([1000, 1000])) // → 1000.69
 */
export const logsumexp = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(logsumexpOp, toFloat(x), options);

export interface VarianceOptions extends ReduceOptions {
  /** Divide by n − correction. Default 1, the unbiased estimate. */
  readonly correction?: number;
}

/**
 * Variance along axes, Σ(x − mean)² / (n − correction).
 *
 * @example
 * variance(tensor([1, 2, 3, 4]))                    // → 1.66667
 * variance(tensor([1, 2, 3, 4]), { correction: 0 }) // → 1.25
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const { correction = 1, ...rest } = optionsOf("variance", options);
  const values = toFloat(x);
  const axes = resolveAxes("variance", values, rest.axis);
  const centred = sub(values, mean(values, { axis: axes, keepDim: true }));
  return mulScalar(sum(square(centred), { ...rest, axis: axes }), 1 / (count(values, axes) - correction));
}

/**
 * Standard deviation along axes: the root of `variance`, with the same options.
 *
 * @example
 * std(tensor([[1, 3], [1, 7]]), { axis: 1, correction: 0 }) // → [1, 3]
 */
export const std = (x: Tensor, options: VarianceOptions = {}): Tensor => sqrt(variance(x, options));

/**
 * Variance and mean along axes, with the options of `variance`.
 *
 * @example
 * const { variance, mean } = varMean(tensor([1, 2, 3, 4]), { correction: 0 });
 * variance // → 1.25
 * mean     // → 2.5
 */
export const varMean = (x: Tensor, options: VarianceOptions = {}): { variance: Tensor; mean: Tensor } => ({ variance: variance(x, options), mean: mean(x, options) });

/**
 * Standard deviation and mean along axes, with the options of `variance`.
 *
 * @example
 * stdMean(tensor([[1, 3], [1, 7]]), { axis: 1, correction: 0 }).std // → [1, 3]
 */
export const stdMean = (x: Tensor, options: VarianceOptions = {}): { std: Tensor; mean: Tensor } => ({ std: std(x, options), mean: mean(x, options) });

/** Sums a gradient of broadcast shape back to `shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.ndim - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
  return reshape(axes.length === 0 ? x : sumOp.apply([x], axes), shape);
}

function defineArgReduce(name: "max" | "min"): Operation<number> {
  return defineOp<number>({
    name: `arg${name}`,
    shape: ([x], axis) => {
      if (x.shape[axis] === 0) throw new ShapeError(`arg${name}: axis ${axis} of ${formatShape(x.shape)} is empty; there is no largest or smallest of no elements.`);
      return { shape: keptShape(x, [axis]), dtype: "int32" };
    },
    forward: (k, [x], out, axis) => k.argReduce(name, x, axis, out),
    samples: () => [
      { inputs: [floats([3, 5])], attributes: 1 },
      { inputs: [{ ...floats([4, 3]), layout: "transposed" }], attributes: 0 },
      { inputs: [{ shape: [2, 3], values: [1, 1, 0, 0, NaN, 2] }], attributes: 1 },
    ],
    errors: () => [{ inputs: [floats([2, 0])], attributes: 1, message: "axis 1 of [2, 0] is empty" }],
  });
}

const argmaxOp = defineArgReduce("max");
const argminOp = defineArgReduce("min");

function argReduce(op: Operation<number>, x: Tensor, axis: number | undefined, keepDim: boolean): Tensor {
  checkTensors(op.name, [x]);
  const values = isFloat(x.dtype) || x.dtype === "int32" ? x : cast(x, "int32");
  if (axis === undefined) return reshape(op.apply([reshape(values, [x.size])], 0), []);
  const at = normalizeAxis(op.name, axis, x.ndim);
  const kept = op.apply([values], at);
  return keepDim ? kept : reshape(kept, x.shape.filter((_, i) => i !== at));
}

/**
 * Position (int32) of the first largest along `axis`, or in the flattened tensor. NaN counts as largest.
 *
 * @example
 * const scores = tensor([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]);
 * argmax(scores, 1) // → [1, 0]
 * argmax(scores)    // → 1
 */
export const argmax = (x: Tensor, axis?: number, keepDim = false): Tensor => argReduce(argmaxOp, x, axis, keepDim);

/**
 * Position (int32) of the first smallest along `axis`, or in the flattened tensor. NaN counts as smallest.
 *
 * @example
 * argmin(tensor([[3, 1], [0, 2]]), 0) // → [1, 0]
 */
export const argmin = (x: Tensor, axis?: number, keepDim = false): Tensor => argReduce(argminOp, x, axis, keepDim);
