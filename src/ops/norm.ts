/** Lengths and distances of vectors. Where a length is 0, its gradient is 0. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { broadcastShapes, formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, maximum, mul, sub } from "./arithmetic.js";
import { cast, toFloat } from "./cast.js";
import { eq, ne, where } from "./compare.js";
import { onesLike, zerosLike } from "./create.js";
import { abs, addScalar, clamp, mulScalar, powScalar, sqrt, square } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { checkTensors } from "./operation.js";
import { max, min, type ReduceOptions, sum } from "./reduce.js";
import { transpose, unsqueeze } from "./views.js";

export interface VectorNormOptions extends ReduceOptions {
  /** 1, 2, any other number, or Infinity. Default 2. */
  readonly p?: number;
}

/** f(total) where total > 0, else 0, with gradient 0 there: f may have an infinite slope at 0. */
function rootOf(total: Tensor, f: (t: Tensor) => Tensor): Tensor {
  const isZero = eq(total, 0);
  return where(isZero, zerosLike(total), f(where(isZero, onesLike(total), total)));
}

function checkP(op: string, p: number): void {
  if (typeof p !== "number" || Number.isNaN(p)) throw new ValueError(`${op}: p must be a number such as 1, 2 or Infinity, got ${String(p)}.`);
}

/**
 * The p-norm (Σ |x|ᵖ)^(1/p) of vectors along axes, by default of all elements. p = Infinity is the largest |x|, −Infinity the
 * smallest, 0 the number of elements that are not 0. Its gradient is 0 where the norm is 0.
 * @throws ValueError unless p is a number.
 *
 * @example
 * const x = tensor([[3, 4], [0, -5]]);
 * norm(x, { axis: 1 })              // → [5, 5]
 * norm(x, { p: 1, axis: 0 })        // → [3, 9]
 * norm(x, { p: Infinity })          // → 5
 */
export function norm(x: Tensor, options: VectorNormOptions = {}): Tensor {
  const { p = 2, ...rest } = optionsOf("norm", options);
  checkP("norm", p);
  const values = toFloat(x);
  if (p === 2) return rootOf(sum(square(values), rest), sqrt);
  if (p === 0) return sum(cast(ne(values, 0), values.dtype), rest);
  if (p === 1) return sum(abs(values), rest);
  if (p === Infinity) return max(abs(values), rest);
  if (p === -Infinity) return min(abs(values), rest);
  const powers = p > 0 ? rootOf(abs(values), (t) => powScalar(t, p)) : powScalar(abs(values), p);
  return rootOf(sum(powers, rest), (t) => powScalar(t, 1 / p));
}

export interface NormalizeOptions {
  /** Default 2. */
  readonly p?: number;
  /** Axis of the vectors. Default 1: the rows of [N, D], the channels of [N, C, H, W]. */
  readonly axis?: number;
  /** Smallest length that is divided by. Default 1e-12. */
  readonly eps?: number;
}

/**
 * x with its vectors along an axis divided by their p-norm: unit vectors.
 *
 * @example
 * normalize(tensor([[3, 4], [0, 2]])) // → [[0.6, 0.8], [0, 1]]
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, axis = 1, eps = 1e-12 } = optionsOf("normalize", options);
  const values = toFloat(x);
  return div(values, maximum(norm(values, { p, axis, keepDim: true }), eps));
}

export interface CosineSimilarityOptions {
  /** Axis of the vectors. Default 1. */
  readonly axis?: number;
  /** Smallest length that is divided by. Default 1e-8. */
  readonly eps?: number;
}

/**
 * The cosine of the angle between the vectors of a and b along an axis, a · b / (‖a‖ ‖b‖). Shapes broadcast.
 *
 * @example
 * cosineSimilarity(tensor([[1, 0], [1, 1]]), tensor([[0, 2], [3, 3]])) // → [0, 1]
 */
export function cosineSimilarity(a: Tensor, b: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  const { axis = 1, eps = 1e-8 } = optionsOf("cosineSimilarity", options);
  const length = (t: Tensor): Tensor => maximum(norm(t, { axis, keepDim: true }), eps);
  // Each is normalised by itself, so that the product of two lengths cannot overflow.
  return sum(mul(div(toFloat(a), length(a)), div(toFloat(b), length(b))), { axis });
}

export interface PairwiseDistanceOptions {
  /** Default 2. */
  readonly p?: number;
  /** Added to the differences, as PyTorch does. Default 1e-6. */
  readonly eps?: number;
  /** Keep the last axis with size 1. Default false. */
  readonly keepDim?: boolean;
}

/**
 * The p-norm of a − b + eps along the last axis: the distances of corresponding vectors. Shapes broadcast.
 *
 * @example
 * pairwiseDistance(tensor([[0, 0], [1, 1]]), tensor([[3, 4], [1, 1]]), { eps: 0 }) // → [5, 0]
 */
export function pairwiseDistance(a: Tensor, b: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  const { p = 2, eps = 1e-6, keepDim = false } = optionsOf("pairwiseDistance", options);
  return norm(addScalar(sub(toFloat(a), toFloat(b)), eps), { p, axis: -1, keepDim });
}

export interface CdistOptions {
  /** Default 2. */
  readonly p?: number;
}

/** From this many vectors on, Euclidean distances come from a product of matrices. */
const many = 25;

/**
 * The distance of every vector of a to every one of b: [..., P, D], [..., R, D] → [..., P, R]; leading axes broadcast. Euclidean
 * distances of more than 25 vectors come from ‖a‖² + ‖b‖² − 2 a·b: fast, but with an error of about 1e-3 in float32 for vectors that
 * are close to each other in comparison with their lengths.
 * @throws ShapeError unless both have at least two axes and vectors of one length.
 *
 * @example
 * cdist(tensor([[0, 0], [3, 0]]), tensor([[0, 4]])) // → [[4], [5]]
 */
export function cdist(a: Tensor, b: Tensor, options: CdistOptions = {}): Tensor {
  const { p = 2 } = optionsOf("cdist", options);
  checkTensors("cdist", [a, b]);
  if (a.ndim < 2 || b.ndim < 2 || a.shape[a.ndim - 1] !== b.shape[b.ndim - 1]) {
    throw new ShapeError(`cdist: expected [..., P, D] and [..., R, D], got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`);
  }
  broadcastShapes("cdist", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [x, y] = [toFloat(a), toFloat(b)];
  if (p !== 2 || Math.max(x.shape[x.ndim - 2], y.shape[y.ndim - 2]) <= many) {
    return norm(sub(unsqueeze(x, -2), unsqueeze(y, -3)), { p, axis: -1 });
  }
  const squares = (t: Tensor): Tensor => sum(square(t), { axis: -1, keepDim: true });
  const total = add(add(squares(x), transpose(squares(y))), mulScalar(matmul(x, transpose(y)), -2));
  return rootOf(clamp(total, 0, Infinity), sqrt);
}
