/** Methods on Tensor that mirror the free functions, so that expressions can be chained: x.mul(2).sum(). */

import type { DType } from "../base/dtype.js";
import { ShapeError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { relu, sigmoid, tanh } from "./activations.js";
import { add, div, lerp, maximum, minimum, mul, type Operand, pow, sub } from "./arithmetic.js";
import { cast, clone, contiguous } from "./cast.js";
import { eq, ge, gt, le, logicalAnd, logicalOr, lt, ne } from "./compare.js";
import { cumprod, cumsum } from "./cumulative.js";
import { diagonal, type DiagonalOptions, type DiagOptions, trace, tril, triu } from "./diagonal.js";
import { floorDivide, frac, remainder, trunc } from "./division.js";
import {
  abs, ceil, clamp, cos, exp, expm1, floor, isfinite, isnan, log, log1p, logicalNot, neg, reciprocal, round, rsqrt, sign, sin,
  sqrt, square,
} from "./elementwise.js";
import { erf, exp2, log10, log2 } from "./exponentials.js";
import { gather, scatter, scatterAdd, take, type TakeOptions } from "./gatherScatter.js";
import { indexSelect } from "./indexing.js";
import {
  all, allclose, any, type CloseOptions, countNonzero, isclose, isinf, logicalXor, maskedFill, maskedSelect, nanToNum,
  type NanToNumOptions, nonzero,
} from "./logic.js";
import { matmul } from "./matmul.js";
import { norm, type VectorNormOptions } from "./norm.js";
import { bmm, dot, mv, outer } from "./products.js";
import { flip, movedim, repeat, repeatInterleave, roll } from "./rearrange.js";
import { argmax, argmin, logsumexp, max, mean, min, prod, type ReduceOptions, std, sum, variance, type VarianceOptions } from "./reduce.js";
import { type Range, slice } from "./slice.js";
import { logSoftmax, softmax } from "./softmax.js";
import { argsort, sort, type SortOptions, topk, type TopkOptions, type ValuesAndIndices } from "./sort.js";
import { chunk, narrow, select, split, unbind } from "./split.js";
import { median, type MedianOptions, quantile, type QuantileOptions } from "./statistics.js";
import { acos, asin, atan, cosh, sinh, tan } from "./trigonometry.js";
import { expand, flatten, permute, reshape, squeeze, transpose, unsqueeze } from "./views.js";

/** What can be chained: each method is the free function of its name (where another is named, that one), called with this tensor first. */
export interface TensorMethods {
  /** this + other. */
  add(other: Operand): Tensor;
  /** this − other. */
  sub(other: Operand): Tensor;
  /** this · other, element by element. */
  mul(other: Operand): Tensor;
  /** this / other; integers give float32. */
  div(other: Operand): Tensor;
  /** this to the power of the exponent. */
  pow(exponent: Operand): Tensor;
  /** What is left after division by `other`, with its sign. */
  remainder(other: Operand): Tensor;
  /** ⌊this / other⌋. */
  floorDivide(other: Operand): Tensor;
  /** The larger of both, element by element. */
  maximum(other: Operand): Tensor;
  /** The smaller of both, element by element. */
  minimum(other: Operand): Tensor;
  /** The point at `weight` on the line to `other`. */
  lerp(other: Tensor, weight: Operand): Tensor;
  /** Matrix product, batch by batch. */
  matmul(other: Tensor): Tensor;
  /** Inner product of two vectors. */
  dot(other: Tensor): Tensor;
  /** Matrix times vector. */
  mv(vector: Tensor): Tensor;
  /** Products of matrices, pair by pair. */
  bmm(other: Tensor): Tensor;
  /** Every element of a vector times every element of another. */
  outer(other: Tensor): Tensor;
  /** −x. */
  neg(): Tensor;
  /** |x|. */
  abs(): Tensor;
  /** −1, 0 or 1. */
  sign(): Tensor;
  /** 1 / x. */
  reciprocal(): Tensor;
  /** x². */
  square(): Tensor;
  /** √x. */
  sqrt(): Tensor;
  /** 1 / √x. */
  rsqrt(): Tensor;
  /** eˣ. */
  exp(): Tensor;
  /** eˣ − 1. */
  expm1(): Tensor;
  /** 2ˣ. */
  exp2(): Tensor;
  /** Natural logarithm. */
  log(): Tensor;
  /** log(1 + x). */
  log1p(): Tensor;
  /** Logarithm to base 2. */
  log2(): Tensor;
  /** Logarithm to base 10. */
  log10(): Tensor;
  /** Sine. */
  sin(): Tensor;
  /** Cosine. */
  cos(): Tensor;
  /** Tangent. */
  tan(): Tensor;
  /** Inverse sine. */
  asin(): Tensor;
  /** Inverse cosine. */
  acos(): Tensor;
  /** Inverse tangent. */
  atan(): Tensor;
  /** Hyperbolic sine. */
  sinh(): Tensor;
  /** Hyperbolic cosine. */
  cosh(): Tensor;
  /** Error function. */
  erf(): Tensor;
  /** Largest integer not above x. */
  floor(): Tensor;
  /** Smallest integer not below x. */
  ceil(): Tensor;
  /** Nearest integer, halves to the even one. */
  round(): Tensor;
  /** x without its fraction. */
  trunc(): Tensor;
  /** The fraction of x. */
  frac(): Tensor;
  /** x limited to [low, high]. */
  clamp(low: number, high: number): Tensor;
  /** max(0, x). */
  relu(): Tensor;
  /** Hyperbolic tangent. */
  tanh(): Tensor;
  /** 1 / (1 + e⁻ˣ). */
  sigmoid(): Tensor;
  /** eˣ / Σ eˣ along an axis (default: the last). */
  softmax(axis?: number): Tensor;
  /** x − log Σ eˣ along an axis (default: the last). */
  logSoftmax(axis?: number): Tensor;
  /** x with numbers in place of NaN and infinities. */
  nanToNum(options?: NanToNumOptions): Tensor;
  /** this = other; bool. */
  eq(other: Operand): Tensor;
  /** this ≠ other; bool. */
  ne(other: Operand): Tensor;
  /** this < other; bool. */
  lt(other: Operand): Tensor;
  /** this ≤ other; bool. */
  le(other: Operand): Tensor;
  /** this > other; bool. */
  gt(other: Operand): Tensor;
  /** this ≥ other; bool. */
  ge(other: Operand): Tensor;
  /** Whether x is NaN. */
  isnan(): Tensor;
  /** Whether x is neither infinite nor NaN. */
  isfinite(): Tensor;
  /** Whether x is ∞ or −∞. */
  isinf(): Tensor;
  /** Whether both are nearly equal; bool. */
  isclose(other: Operand, options?: CloseOptions): Tensor;
  /** Whether all elements are nearly equal. */
  allclose(other: Operand, options?: CloseOptions): Promise<boolean>;
  /** Whether x is 0. */
  logicalNot(): Tensor;
  /** Whether both are not 0. */
  logicalAnd(other: Operand): Tensor;
  /** Whether at least one is not 0. */
  logicalOr(other: Operand): Tensor;
  /** Whether exactly one is not 0. */
  logicalXor(other: Tensor): Tensor;
  /** x with a number where the mask holds. */
  maskedFill(mask: Tensor, value: Operand): Tensor;
  /** The elements where the mask holds, [K]. */
  maskedSelect(mask: Tensor): Promise<Tensor>;
  /** Indices of what is not 0, [K, axes]. */
  nonzero(): Promise<Tensor>;
  /** Sum along axes. */
  sum(options?: ReduceOptions): Tensor;
  /** Mean along axes. */
  mean(options?: ReduceOptions): Tensor;
  /** Product along axes. */
  prod(options?: ReduceOptions): Tensor;
  /** Largest along axes. */
  max(options?: ReduceOptions): Tensor;
  /** Smallest along axes. */
  min(options?: ReduceOptions): Tensor;
  /** Position of the largest, int32. */
  argmax(axis?: number, keepDim?: boolean): Tensor;
  /** Position of the smallest, int32. */
  argmin(axis?: number, keepDim?: boolean): Tensor;
  /** log Σ eˣ along axes. */
  logsumexp(options?: ReduceOptions): Tensor;
  /** Variance along axes: `variance`. */
  var(options?: VarianceOptions): Tensor;
  /** Standard deviation along axes. */
  std(options?: VarianceOptions): Tensor;
  /** p-norm along axes. */
  norm(options?: VectorNormOptions): Tensor;
  /** Whether any element is not 0. */
  any(options?: ReduceOptions): Tensor;
  /** Whether no element is 0. */
  all(options?: ReduceOptions): Tensor;
  /** How many elements are not 0. */
  countNonzero(options?: ReduceOptions): Tensor;
  /** The middle element. */
  median(options?: MedianOptions): Tensor;
  /** The value below which a share q lies. */
  quantile(q: number | readonly number[], options?: QuantileOptions): Tensor;
  /** Running sum. */
  cumsum(axis: number): Tensor;
  /** Running product. */
  cumprod(axis: number): Tensor;
  /** Sum of a matrix' diagonal. */
  trace(): Tensor;
  /** Sorted along an axis, with positions. */
  sort(options?: SortOptions): ValuesAndIndices;
  /** Positions that sort an axis. */
  argsort(options?: SortOptions): Tensor;
  /** The k largest along an axis, with positions. */
  topk(k: number, options?: TopkOptions): ValuesAndIndices;
  /** The elements that an index names along an axis. */
  gather(axis: number, index: Tensor): Tensor;
  /** A copy with elements written at an index. */
  scatter(axis: number, index: Tensor, source: Tensor | number): Tensor;
  /** A copy with elements added at an index. */
  scatterAdd(axis: number, index: Tensor, source: Tensor | number): Tensor;
  /** The slices at an index of one axis. */
  indexSelect(axis: number, index: Tensor): Tensor;
  /** Elements or slices by an index of any shape. */
  take(index: Tensor, options?: TakeOptions): Tensor;
  /** A window: one range, index or null per axis. */
  slice(...ranges: (Range | number | null)[]): Tensor;
  /** `length` elements of an axis from `start` on. */
  narrow(axis: number, start: number, length: number): Tensor;
  /** One slice of an axis. */
  select(axis: number, index: number): Tensor;
  /** Parts of an axis, by their size. */
  split(size: number | readonly number[], axis?: number): Tensor[];
  /** Parts of an axis, by their number. */
  chunk(count: number, axis?: number): Tensor[];
  /** The slices of an axis. */
  unbind(axis?: number): Tensor[];
  /** The diagonal of two axes, as a view. */
  diagonal(options?: DiagonalOptions): Tensor;
  /** The lower triangle. */
  tril(options?: DiagOptions): Tensor;
  /** The upper triangle. */
  triu(options?: DiagOptions): Tensor;
  /** The same elements in another shape; one size may be −1. */
  reshape(...shape: number[]): Tensor;
  /** The same elements in another shape; one size may be −1. */
  reshape(shape: Shape): Tensor;
  /** The axes in another order. */
  permute(...axes: number[]): Tensor;
  /** The axes in another order. */
  permute(axes: readonly number[]): Tensor;
  /** Two axes exchanged (default: the last two). */
  transpose(axis0?: number, axis1?: number): Tensor;
  /** Axes moved to other places. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  /** Axes of size 1 repeated, without copying. */
  expand(...shape: number[]): Tensor;
  /** Axes of size 1 repeated, without copying. */
  expand(shape: Shape): Tensor;
  /** As often along each axis as said. */
  repeat(...repeats: number[]): Tensor;
  /** As often along each axis as said. */
  repeat(repeats: readonly number[]): Tensor;
  /** Each slice repeated next to itself. */
  repeatInterleave(repeats: number | readonly number[], axis?: number): Tensor;
  /** Axes merged into one (default: all but the first). */
  flatten(start?: number, end?: number): Tensor;
  /** Without an axis of size 1 (default: all of them). */
  squeeze(axis?: number): Tensor;
  /** A new axis of size 1. */
  unsqueeze(axis: number): Tensor;
  /** In reverse order along axes (default: all). */
  flip(axis?: number | readonly number[]): Tensor;
  /** Shifted round along axes. */
  roll(shift: number | readonly number[], axis?: number | readonly number[]): Tensor;
  /** The same values in another type: `cast`. */
  to(dtype: DType): Tensor;
  /** A fresh copy in row-major order. */
  clone(): Tensor;
  /** In row-major order without gaps, copied only if need be: `contiguous`. */
  makeContiguous(): Tensor;
}

declare module "../tensor/tensor.js" {
  interface Tensor extends TensorMethods {
    /** The transpose of a matrix, as a view. */
    readonly T: Tensor;
  }
}

/** One by one or as an array, as in PyTorch. */
type Numbers = readonly (number | readonly number[])[];

/** The function behind each method: its signature is the method's, with the tensor first. */
const methods: { [K in keyof TensorMethods]: (x: Tensor, ...rest: Parameters<TensorMethods[K]>) => ReturnType<TensorMethods[K]> } = {
  add, sub, mul, div, pow, remainder, floorDivide, maximum, minimum, lerp, matmul, dot, mv, bmm, outer, neg, abs, sign,
  reciprocal, square, sqrt, rsqrt, exp, expm1, exp2, log, log1p, log2, log10, sin, cos, tan, asin, acos, atan, sinh, cosh, erf,
  floor, ceil, round, trunc, frac, clamp, relu, tanh, sigmoid, softmax, logSoftmax, nanToNum, eq, ne, lt, le, gt, ge, isnan,
  isfinite, isinf, isclose, allclose, logicalNot, logicalAnd, logicalOr, logicalXor, maskedFill, maskedSelect, nonzero, sum, mean,
  prod, max, min, argmax, argmin, logsumexp, std, norm, any, all, countNonzero, median, quantile, cumsum, cumprod, trace, sort,
  argsort, topk, gather, scatter, scatterAdd, indexSelect, take, slice, narrow, select, split, chunk, unbind, diagonal, tril,
  triu, transpose, movedim, repeatInterleave, flatten, squeeze, unsqueeze, flip, roll, clone,
  to: cast,
  makeContiguous: contiguous,
  var: variance,
  reshape: (x: Tensor, ...shape: Numbers) => reshape(x, shape.flat()),
  permute: (x: Tensor, ...axes: Numbers) => permute(x, axes.flat()),
  expand: (x: Tensor, ...shape: Numbers) => expand(x, shape.flat()),
  repeat: (x: Tensor, ...repeats: Numbers) => repeat(x, repeats.flat()),
};

for (const [name, method] of Object.entries(methods)) {
  const call = method as (x: Tensor, ...rest: unknown[]) => unknown;
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]): unknown {
      return call(this, ...rest);
    },
    configurable: true,
    writable: true,
  });
}

Object.defineProperty(Tensor.prototype, "T", {
  get(this: Tensor): Tensor {
    if (this.ndim !== 2) throw new ShapeError(`T: expected a matrix, got ${formatShape(this.shape)}; transpose(axis0, axis1) exchanges any two axes.`);
    return transpose(this);
  },
  configurable: true,
});
