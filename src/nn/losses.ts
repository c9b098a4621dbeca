/** Losses: a number that says how wrong a prediction is. All take the mean over the batch unless told otherwise. */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, sameShape } from "../base/shape.js";
import { softplus } from "../ops/activations.js";
import { div, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { ne } from "../ops/compare.js";
import { crossEntropyRows } from "../ops/crossEntropy.js";
import { addScalar, mulScalar, neg, square } from "../ops/elementwise.js";
import { oneHot } from "../ops/indexing.js";
import { noTensor } from "../ops/operation.js";
import { mean, sum } from "../ops/reduce.js";
import { logSoftmax } from "../ops/softmax.js";
import { unsqueeze } from "../ops/views.js";
import { Tensor } from "../tensor/tensor.js";

export interface LossOptions {
  /** "mean" over the batch (default), "sum", or "none" for one loss a sample or element. */
  readonly reduction?: "mean" | "sum" | "none";
}

function reduced(losses: Tensor, reduction: LossOptions["reduction"] = "mean"): Tensor {
  if (reduction === "mean") return mean(losses);
  if (reduction === "sum") return sum(losses);
  if (reduction === "none") return losses;
  throw new ValueError(`reduction: expected "mean", "sum" or "none", got ${JSON.stringify(reduction)}.`);
}

export interface CrossEntropyOptions extends LossOptions {
  /** Share s of the target that is spread evenly over all classes. Default 0. Szegedy et al. 2016. */
  readonly labelSmoothing?: number;
  /** Rows with this label count neither in the loss nor in the mean. Default −100. */
  readonly ignoreIndex?: number;
  /** Weight of each class, [C]; the mean is then the weighted one. Default: all 1. */
  readonly weight?: Tensor;
}

/**
 * Softmax cross-entropy. logits: [N, C] (not probabilities); target: int32 classes [N], or probabilities [N, C].
 * L = −Σ_c q_c log softmax(logits)_c, q the target. For untrained logits it is about log C.
 * @throws ShapeError, DTypeError if the operands do not fit; ValueError if a label is not in 0…C−1.
 *
 * @example
 * const target = tensor([0], { dtype: "int32" });
 * crossEntropy(tensor([[3.2, 5.1, -1.7]]), target) // → 2.04
 * crossEntropy(zeros([1, 10]), target)             // → 2.3026
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  if (!(target instanceof Tensor)) throw noTensor("crossEntropy", 1, target);
  const { labelSmoothing = 0, ignoreIndex = -100, weight, reduction = "mean" } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) throw new ValueError(`crossEntropy: labelSmoothing must be from 0 to 1, got ${labelSmoothing}.`);
  if (logits.ndim === 2 && logits.shape[0] === 0) throw new ShapeError("crossEntropy: the batch is empty; there is no loss of no samples.");
  if (target.ndim === 2) return reduced(softTargets(logits, target, labelSmoothing, weight), reduction);
  if (weight !== undefined) return weighted(logits, target, weight, labelSmoothing, ignoreIndex, reduction);
  const rows = crossEntropyRows(logits, target, { labelSmoothing, ignoreIndex });
  if (reduction !== "mean" || options.ignoreIndex === undefined) return reduced(rows, reduction);
  return div(sum(rows), sum(cast(ne(target, ignoreIndex), logits.dtype)));
}

function softTargets(logits: Tensor, target: Tensor, labelSmoothing: number, weight: Tensor | undefined): Tensor {
  if (!sameShape(logits.shape, target.shape)) {
    throw new ShapeError(`crossEntropy: probabilities must have the shape of the logits, ${formatShape(logits.shape)}, got ${formatShape(target.shape)}.`);
  }
  const q = labelSmoothing === 0 ? target : addScalar(mulScalar(target, 1 - labelSmoothing), labelSmoothing / logits.shape[1]);
  const terms = mul(q, logSoftmax(logits));
  return neg(sum(weight === undefined ? terms : mul(terms, weight), { axis: 1 }));
}

function weighted(logits: Tensor, target: Tensor, weight: Tensor, labelSmoothing: number, ignoreIndex: number, reduction: LossOptions["reduction"]): Tensor {
  const classes = logits.shape[1];
  // Checks shapes and labels, and gives the unweighted rows their errors.
  crossEntropyRows(logits.detach(), target, { labelSmoothing: 0, ignoreIndex });
  const counted = cast(ne(target, ignoreIndex), logits.dtype);
  const hot = mul(cast(oneHot(target, classes), logits.dtype), unsqueeze(counted, 1));
  const q = addScalar(mulScalar(hot, 1 - labelSmoothing), labelSmoothing / classes);
  const rows = mul(neg(sum(mul(mul(q, logSoftmax(logits)), weight), { axis: 1 })), counted);
  return reduction === "mean" ? div(sum(rows), sum(mul(hot, weight))) : reduced(rows, reduction);
}

/**
 * −log p of the target class. logProbabilities: [N, C], as `logSoftmax` gives them; target: int32 [N].
 * @throws ValueError for a label out of range; ShapeError or DTypeError for a target that is no int32 [N].
 *
 * @example
 * const target = tensor([1], { dtype: "int32" });
 * nllLoss(log(tensor([[0.25, 0.75]])), target) // → 0.28768
 */
export function nllLoss(logProbabilities: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  // Checks shapes and labels.
  crossEntropyRows(logProbabilities.detach(), target, { labelSmoothing: 0, ignoreIndex: -100 });
  const picked = sum(mul(logProbabilities, cast(oneHot(target, logProbabilities.shape[1]), logProbabilities.dtype)), { axis: 1 });
  return reduced(neg(picked), reduction);
}

function checkEqual(loss: string, prediction: Tensor, target: Tensor): void {
  if (!sameShape(prediction.shape, target.shape)) {
    throw new ShapeError(
      `${loss}: prediction ${formatShape(prediction.shape)} and target ${formatShape(target.shape)} must have the same shape; ` +
        `reshape one of them, so that nothing is broadcast by mistake.`,
    );
  }
}

/**
 * Mean of (prediction − target)², both of one shape.
 * @throws ShapeError if the shapes differ: nothing is broadcast by mistake.
 *
 * @example
 * mseLoss(tensor([1, 2, 3]), tensor([1, 2, 6])) // → 3
 * mseLoss(zeros([3]), zeros([3, 1]))            // → throws ShapeError: mseLoss: prediction [3] and target [3, 1]
 */
export function mseLoss(prediction: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  checkEqual("mseLoss", prediction, target);
  return reduced(square(sub(prediction, target)), reduction);
}

/**
 * Binary cross-entropy of logits x and targets t in [0, 1], both of one shape: log(1 + eˣ) − t·x, safe for large |x|.
 * For an untrained output of 0 it is log 2.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * binaryCrossEntropyWithLogits(tensor([0, 100]), tensor([1, 1]), { reduction: "none" }) // → [0.69315, 0]
 */
export function binaryCrossEntropyWithLogits(logits: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  checkEqual("binaryCrossEntropyWithLogits", logits, target);
  return reduced(sub(softplus(logits), mul(target, logits)), reduction);
}

/**
 * Logistic loss log(1 + e^(−y·ŷ)) of scores ŷ and labels y ∈ {−1, 1}, both of one shape.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * logisticLoss(tensor([0, 3]), tensor([1, -1]), { reduction: "none" }) // → [0.69315, 3.04859]
 */
export function logisticLoss(scores: Tensor, labels: Tensor, { reduction }: LossOptions = {}): Tensor {
  checkEqual("logisticLoss", scores, labels);
  return reduced(softplus(neg(mul(labels, scores))), reduction);
}
