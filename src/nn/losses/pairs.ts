/** Losses of pairs and triplets: vectors of one kind shall lie close together, those of different kinds apart. */

import { ShapeError } from "../../base/errors.js";
import { anything, flag } from "../../base/options.js";
import { formatShape, sameShape } from "../../base/shape.js";
import { relu } from "../../ops/activations.js";
import { div, minimum, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { gt, where } from "../../ops/compare.js";
import { abs, addScalar, mulScalar, neg, powScalar, sqrt, square } from "../../ops/elementwise.js";
import { sum } from "../../ops/reduce.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type MarginOptions, marginOptions } from "./margins.js";
import { checkPositive, checkTensors, reduced, targetOf } from "./reduction.js";

/** Checks vectors [..., D] of one shape and gives the others in the type of the first. */
function vectors(loss: string, first: Tensor, ...others: readonly Tensor[]): Tensor[] {
  checkTensors(loss, first, ...others);
  if (first.ndim === 0 || others.some((t) => !sameShape(t.shape, first.shape))) {
    throw new ShapeError(`${loss}: expected vectors [..., D] of one shape, got ${[first, ...others].map((t) => formatShape(t.shape)).join(", ")}.`);
  }
  return [first, ...others.map((t) => cast(t, first.dtype))];
}

/** A label for each vector [..., D], of shape [...]. */
function labelsOf(loss: string, labels: Tensor, like: Tensor): Tensor {
  checkTensors(loss, like, labels);
  if (sameShape(labels.shape, like.shape.slice(0, -1))) return cast(labels, like.dtype);
  throw new ShapeError(`${loss}: expected a label for each vector, ${formatShape(like.shape.slice(0, -1))}, got ${formatShape(labels.shape)}.`);
}

const last = { axis: -1 } as const;

/** ‖a − b + ε‖ₚ over the last axis; ε keeps the derivative finite where a = b. */
function distance(a: Tensor, b: Tensor, p: number, eps: number): Tensor {
  const d = addScalar(sub(a, b), eps);
  if (p === 2) return sqrt(sum(square(d), last));
  if (p === 1) return sum(abs(d), last);
  return powScalar(sum(powScalar(abs(d), p), last), 1 / p);
}

export interface TripletMarginOptions extends MarginOptions {
  /** The norm of distances. Default 2. */
  readonly p?: number;
  /** Takes the distance from the positive to the negative where that is smaller. Balntas et al. 2016. Default false. */
  readonly swap?: boolean;
  /** Added to each difference. Default 1e−6. */
  readonly eps?: number;
}

export function tripletMarginOptions(options: TripletMarginOptions): TripletMarginOptions & { readonly margin: number; readonly p: number; readonly eps: number } {
  const { p = 2, eps = 1e-6, ...rest } = marginOptions("tripletMarginLoss", options, 1, { p: anything, swap: flag, eps: anything });
  checkPositive("tripletMarginLoss", "p", p);
  checkPositive("tripletMarginLoss", "eps", eps);
  return { ...rest, p, eps };
}

/**
 * max(0, ‖a − p‖ − ‖a − n‖ + margin) of anchors a, positives p and negatives n, all [..., D]. "none" gives [...]. Schroff et al. 2015.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[3, 4]]), tensor([[0, 5.5]])];
 * tripletMarginLoss(anchor, positive, negative) // → 0.5
 */
export function tripletMarginLoss(anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletMarginOptions = {}): Tensor {
  const { margin, p, swap = false, eps } = tripletMarginOptions(options);
  const [a, b, c] = vectors("tripletMarginLoss", anchor, positive, negative);
  const apart = distance(a, c, p, eps);
  const nearest = swap ? minimum(apart, distance(b, c, p, eps)) : apart;
  return reduced("tripletMarginLoss", relu(addScalar(sub(distance(a, b, p, eps), nearest), margin)), options);
}

/**
 * 1 − cos(a, b) where the label is 1, max(0, cos(a, b) − margin) where it is −1. a, b: [..., D]; labels: [...]. Default margin: 0.
 * @throws ShapeError if the shapes do not fit.
 *
 * @example
 * const [a, b] = [tensor([[1, 0], [1, 0]]), tensor([[0, 2], [3, 4]])];
 * cosineEmbeddingLoss(a, b, tensor([1, -1]), { reduction: "none" }) // → [1, 0.6]
 */
export function cosineEmbeddingLoss(a: Tensor, b: Tensor, labels: Tensor, options: MarginOptions = {}): Tensor {
  const { margin } = marginOptions("cosineEmbeddingLoss", options, 0);
  const [x, y] = vectors("cosineEmbeddingLoss", a, b);
  const alike = gt(labelsOf("cosineEmbeddingLoss", labels, x), 0);
  const eps = 1e-12;
  const squares = mul(addScalar(sum(square(x), last), eps), addScalar(sum(square(y), last), eps));
  const cosine = div(sum(mul(x, y), last), sqrt(squares));
  return reduced("cosineEmbeddingLoss", where(alike, sub(1, cosine), relu(addScalar(cosine, -margin))), options);
}

/**
 * max(0, −y(a − b) + margin): a shall be ranked above b where y is 1, below where it is −1. All of one shape. Default margin: 0.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * const y = tensor([1, -1]);
 * marginRankingLoss(tensor([2, 2]), tensor([1.5, 1.5]), y, { reduction: "none", margin: 1 }) // → [0.5, 1.5]
 */
export function marginRankingLoss(a: Tensor, b: Tensor, y: Tensor, options: MarginOptions = {}): Tensor {
  const { margin } = marginOptions("marginRankingLoss", options, 0);
  const ahead = sub(a, targetOf("marginRankingLoss", a, b));
  return reduced("marginRankingLoss", relu(addScalar(neg(mul(targetOf("marginRankingLoss", a, y), ahead)), margin)), options);
}

/**
 * ½ d² where the label is 1 (same kind), ½ max(0, margin − d)² where it is 0, d = ‖a − b‖. a, b: [..., D]; labels: [...].
 * Hadsell et al. 2006, equation 4 (which calls same 0).
 * @throws ShapeError if the shapes do not fit; ValueError unless the margin is above 0.
 *
 * @example
 * const [a, b] = [tensor([[0, 0], [0, 0]]), tensor([[3, 4], [0, 0.5]])];
 * contrastiveLoss(a, b, tensor([1, 0]), { reduction: "none" }) // → [12.5, 0.125]
 */
export function contrastiveLoss(a: Tensor, b: Tensor, labels: Tensor, options: MarginOptions = {}): Tensor {
  const { margin } = contrastiveOptions(options);
  const [x, y] = vectors("contrastiveLoss", a, b);
  const same = gt(labelsOf("contrastiveLoss", labels, x), 0);
  const d = distance(x, y, 2, 1e-6);
  return reduced("contrastiveLoss", mulScalar(where(same, square(d), square(relu(addScalar(neg(d), margin)))), 0.5), options);
}

export function contrastiveOptions(options: MarginOptions): MarginOptions & { readonly margin: number } {
  const resolved = marginOptions("contrastiveLoss", options);
  checkPositive("contrastiveLoss", "margin", resolved.margin);
  return resolved;
}
