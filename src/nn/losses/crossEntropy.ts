/** Cross-entropy of scores of classes, and the negative log-likelihood that it is made of. */

import { DTypeError, ShapeError, ValueError } from "../../base/errors.js";
import { isFloat } from "../../base/dtype.js";
import { anything, type Kind } from "../../base/options.js";
import { formatShape, sameShape } from "../../base/shape.js";
import { div, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { crossEntropyRows } from "../../ops/crossEntropy.js";
import { addScalar, mulScalar, neg } from "../../ops/elementwise.js";
import { mean, sum } from "../../ops/reduce.js";
import { logSoftmax } from "../../ops/softmax.js";
import { reshape } from "../../ops/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { classWeightOf, countedRows, entryAtLabel, labelsOf, rowsOf, weightAtLabel } from "./classes.js";
import { warnOfMissingLogarithm, warnOfSoftmaxBefore } from "./mistakes.js";
import { checkOptions, checkRange, checkTensors, type LossOptions, reduced } from "./reduction.js";

export interface NllOptions extends LossOptions {
  /** Rows with this label count neither in the loss nor in the mean. Default −100. */
  readonly ignoreIndex?: number;
  /** Weight of each class, [C]; the mean is then the weighted one. Default: all 1. */
  readonly weight?: Tensor;
}

export interface CrossEntropyOptions extends NllOptions {
  /** Share s of the target that is spread evenly over all classes. Default 0. Szegedy et al. 2016. */
  readonly labelSmoothing?: number;
}

export function nllOptions<O extends NllOptions>(loss: string, options: O, kinds: Readonly<Record<string, Kind>> = {}): O & { readonly ignoreIndex: number } {
  const { ignoreIndex = -100 } = checkOptions(loss, options, { ignoreIndex: anything, weight: anything, ...kinds });
  checkRange(loss, "ignoreIndex", ignoreIndex, -(2 ** 31), 2 ** 31 - 1);
  return { ...options, ignoreIndex };
}

export function crossEntropyOptions(options: CrossEntropyOptions): CrossEntropyOptions & { readonly ignoreIndex: number; readonly labelSmoothing: number } {
  const { labelSmoothing = 0, ...rest } = nllOptions("crossEntropy", options, { labelSmoothing: anything });
  checkRange("crossEntropy", "labelSmoothing", labelSmoothing, 0, 1);
  return { ...rest, labelSmoothing };
}

/**
 * Softmax cross-entropy. logits: [N, C] or [N, C, d₁, …] (not probabilities); target: int32 classes [N] or [N, d₁, …], or probabilities
 * of the shape of the logits. L = −Σ_c q_c log softmax(logits)_c, q the target. For untrained logits it is about log C.
 * The mean is over all rows that count; with class weights, L and the mean are weighted by the label's (of probabilities: L alone, as in
 * PyTorch).
 * @throws ShapeError, DTypeError if the operands do not fit; ValueError if a label is not in 0…C−1.
 *
 * @example
 * const target = tensor([0], { dtype: "int32" });
 * crossEntropy(tensor([[3.2, 5.1, -1.7]]), target) // → 2.04
 * crossEntropy(zeros([1, 10]), target)             // → 2.3026
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const resolved = crossEntropyOptions(options);
  checkTensors("crossEntropy", logits, target);
  warnOfSoftmaxBefore("crossEntropy", logits);
  if (target.ndim === logits.ndim && target.ndim > 1) return softTargets(logits, target, resolved);
  const { labelSmoothing, ignoreIndex, weight, reduction = "mean" } = resolved;
  const labels = labelsOf("crossEntropy", logits, target);
  const rows = rowsOf(logits);
  if (weight !== undefined) return weighted("crossEntropy", logSoftmax(rows), labels, target, resolved);
  if (reduction === "mean" && options.ignoreIndex === undefined && rows.size > 0) {
    const losses = withoutIgnored(rows, labels, labelSmoothing);
    if (losses !== null) return mean(losses);
  }
  const losses = reshape(crossEntropyRows(rows, labels, { labelSmoothing, ignoreIndex }), target.shape);
  if (reduction !== "mean" || losses.size === 0) return reduced("crossEntropy", losses, resolved);
  return div(sum(losses), sum(countedRows(labels, ignoreIndex, rows)));
}

/** Most targets ignore no row, and need no counting of those that count: tried first. Null if some label is no class. */
function withoutIgnored(rows: Tensor, labels: Tensor, labelSmoothing: number): Tensor | null {
  try {
    return crossEntropyRows(rows, labels, { labelSmoothing, ignoreIndex: -(2 ** 31) });
  } catch (error) {
    if (error instanceof ValueError) return null;
    throw error;
  }
}

/** Probabilities as targets. */
function softTargets(logits: Tensor, target: Tensor, { labelSmoothing = 0, weight, reduction }: CrossEntropyOptions): Tensor {
  if (!sameShape(logits.shape, target.shape)) {
    throw new ShapeError(`crossEntropy: probabilities must have the shape of the logits, ${formatShape(logits.shape)}, got ${formatShape(target.shape)}.`);
  }
  if (!isFloat(target.dtype)) {
    throw new DTypeError(`crossEntropy: a target of the logits' shape holds probabilities and must be float, but is ${target.dtype}; use to("float32").`);
  }
  const rows = rowsOf(logits);
  const p = cast(rowsOf(target), logits.dtype);
  const q = labelSmoothing === 0 ? p : addScalar(mulScalar(p, 1 - labelSmoothing), labelSmoothing / rows.shape[1]);
  const terms = mul(q, logSoftmax(rows));
  const losses = neg(sum(weight === undefined ? terms : mul(terms, classWeightOf("crossEntropy", weight, rows)), { axis: 1 }));
  return reduced("crossEntropy", reshape(losses, logits.shape.filter((_, i) => i !== 1)), { reduction });
}

/** −w_y log p_y with label smoothing, from rows of log p. */
function weighted(loss: string, logP: Tensor, labels: Tensor, target: Tensor, options: CrossEntropyOptions & { readonly ignoreIndex: number }): Tensor {
  const { labelSmoothing = 0, ignoreIndex, weight, reduction = "mean" } = options;
  const counted = countedRows(labels, ignoreIndex, logP);
  const atLabel = neg(entryAtLabel(loss, logP, labels, ignoreIndex));
  const classWeight = weight && classWeightOf(loss, weight, logP);
  const labelWeight = classWeight === undefined ? counted : mul(weightAtLabel(classWeight, labels, ignoreIndex), counted);
  let losses = mul(atLabel, labelWeight);
  if (labelSmoothing > 0) {
    const spread = mul(sum(classWeight === undefined ? logP : mul(logP, classWeight), { axis: 1 }), counted);
    losses = sub(mulScalar(losses, 1 - labelSmoothing), mulScalar(spread, labelSmoothing / logP.shape[1]));
  }
  if (reduction !== "mean" || losses.size === 0) return reduced(loss, reshape(losses, target.shape), options);
  return div(sum(losses), sum(labelWeight));
}

/**
 * −log p of the target class. logProbabilities: [N, C] or [N, C, d₁, …], as `logSoftmax` gives them; target: int32 [N] or [N, d₁, …].
 * @throws ValueError for a label out of range; ShapeError or DTypeError for a target that is no int32 [N, …].
 *
 * @example
 * const target = tensor([1], { dtype: "int32" });
 * nllLoss(log(tensor([[0.25, 0.75]])), target) // → 0.28768
 */
export function nllLoss(logProbabilities: Tensor, target: Tensor, options: NllOptions = {}): Tensor {
  const resolved = nllOptions("nllLoss", options);
  checkTensors("nllLoss", logProbabilities, target);
  warnOfMissingLogarithm("nllLoss", logProbabilities);
  const labels = labelsOf("nllLoss", logProbabilities, target);
  return weighted("nllLoss", rowsOf(logProbabilities), labels, target, resolved);
}
