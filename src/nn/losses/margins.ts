/** Losses of scores that want a margin: hinge losses of two and of many classes, and the logistic loss. */

import { ValueError } from "../../base/errors.js";
import { anything, type Kind } from "../../base/options.js";
import { relu, softplus } from "../../ops/activations.js";
import { mul, sub } from "../../ops/arithmetic.js";
import { ne, where } from "../../ops/compare.js";
import { addScalar, mulScalar, neg, square } from "../../ops/elementwise.js";
import { oneHot } from "../../ops/indexing.js";
import { sum } from "../../ops/reduce.js";
import { reshape, unsqueeze } from "../../ops/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { classWeightOf, entryAtLabel, labelsOf, rowsOf, weightAtLabel } from "./classes.js";
import { checkOptions, checkTensors, type LossOptions, reduced, targetOf } from "./reduction.js";

/**
 * Logistic loss log(1 + e^(−y·ŷ)) of scores ŷ and labels y ∈ {−1, 1}, both of one shape (PyTorch's soft margin loss).
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * logisticLoss(tensor([0, 3]), tensor([1, -1]), { reduction: "none" }) // → [0.69315, 3.04859]
 */
export function logisticLoss(scores: Tensor, labels: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("logisticLoss", options);
  const y = targetOf("logisticLoss", scores, labels);
  return reduced("logisticLoss", softplus(neg(mul(y, scores))), options);
}

export interface MarginOptions extends LossOptions {
  /** How far right scores must be ahead to cost nothing. Default 1. */
  readonly margin?: number;
}

export function marginOptions<O extends MarginOptions>(loss: string, options: O, margin = 1, kinds: Readonly<Record<string, Kind>> = {}): O & { readonly margin: number } {
  const resolved = { ...checkOptions(loss, options, { margin: anything, ...kinds }), margin: options.margin ?? margin };
  if (!Number.isFinite(resolved.margin)) throw new ValueError(`${loss}: margin must be a number, got ${resolved.margin}.`);
  return resolved;
}

/**
 * Hinge loss max(0, 1 − y·ŷ) of scores ŷ and labels y ∈ {−1, 1}, both of one shape: that of the support vector machine.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * hingeLoss(tensor([0.25, 3, 3]), tensor([1, 1, -1]), { reduction: "none" }) // → [0.75, 0, 4]
 */
export function hingeLoss(scores: Tensor, labels: Tensor, options: MarginOptions = {}): Tensor {
  const { margin } = marginOptions("hingeLoss", options);
  const y = targetOf("hingeLoss", scores, labels);
  return reduced("hingeLoss", relu(addScalar(neg(mul(y, scores)), margin)), options);
}

export interface MulticlassHingeOptions extends MarginOptions {
  /** 1: the excess itself (default), 2: its square. */
  readonly p?: 1 | 2;
  /** Factor of each class's samples, [C]. Default: all 1. */
  readonly weight?: Tensor;
}

export function multiclassHingeOptions(loss: string, options: MulticlassHingeOptions): MulticlassHingeOptions & { readonly margin: number; readonly p: 1 | 2 } {
  const { p = 1, ...rest } = marginOptions(loss, options, 1, { p: anything, weight: anything });
  if (p !== 1 && p !== 2) throw new ValueError(`${loss}: p must be 1 or 2, got ${String(p)}.`);
  return { ...rest, p };
}

/** Σ_{j≠y} w_y max(0, s_j − s_y + margin)ᵖ for each sample. */
function hinges(loss: string, scores: Tensor, target: Tensor, options: MulticlassHingeOptions): Tensor {
  const { margin, p, weight } = multiclassHingeOptions(loss, options);
  checkTensors(loss, scores, target);
  const labels = labelsOf(loss, scores, target);
  const rows = rowsOf(scores);
  const own = unsqueeze(entryAtLabel(loss, rows, labels), 1);
  const excess = relu(addScalar(sub(rows, own), margin));
  const isOwn = ne(oneHot(labels, rows.shape[1]), 0);
  const others = where(isOwn, 0, p === 1 ? excess : square(excess));
  const losses = sum(others, { axis: 1 });
  const weighted = weight === undefined ? losses : mul(losses, weightAtLabel(classWeightOf(loss, weight, rows), labels));
  return reshape(weighted, target.shape);
}

/**
 * Hinge loss of many classes, Σ_{j≠y} max(0, s_j − s_y + 1). scores: [N, C] or [N, C, d₁, …]; target: int32 [N] or [N, d₁, …]. PyTorch's
 * `multiMarginLoss` is this over C. Weston & Watkins 1999.
 * @throws ShapeError, DTypeError if the operands do not fit; ValueError if a label is not in 0…C−1.
 *
 * @example
 * const scores = tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]);
 * const target = tensor([0, 1, 2], { dtype: "int32" });
 * multiclassHingeLoss(scores, target, { reduction: "none" }) // → [2.9, 0, 12.9]
 */
export function multiclassHingeLoss(scores: Tensor, target: Tensor, options: MulticlassHingeOptions = {}): Tensor {
  return reduced("multiclassHingeLoss", hinges("multiclassHingeLoss", scores, target, options), options);
}

/**
 * `multiclassHingeLoss` over the number of classes, as PyTorch defines it: 1/C Σ_{j≠y} max(0, s_j − s_y + 1).
 * @throws ShapeError, DTypeError if the operands do not fit; ValueError if a label is not in 0…C−1.
 *
 * @example
 * const scores = tensor([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0]]);
 * multiMarginLoss(scores, tensor([0, 1], { dtype: "int32" }), { reduction: "none" }) // → [0.96667, 0]
 */
export function multiMarginLoss(scores: Tensor, target: Tensor, options: MulticlassHingeOptions = {}): Tensor {
  const losses = hinges("multiMarginLoss", scores, target, options);
  return reduced("multiMarginLoss", mulScalar(losses, 1 / scores.shape[1]), options);
}
