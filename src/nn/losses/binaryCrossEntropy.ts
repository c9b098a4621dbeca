/** Losses of yes-or-no targets: binary cross-entropy of probabilities and of logits, and the focal loss. */

import { anything } from "../../base/options.js";
import { add, mul, sub } from "../../ops/arithmetic.js";
import { sigmoid, softplus } from "../../ops/activations.js";
import { eq, where } from "../../ops/compare.js";
import { addScalar, clamp, log, mulScalar, neg, powScalar } from "../../ops/elementwise.js";
import type { Tensor } from "../../tensor/tensor.js";
import { warnOfSigmoidBefore } from "./mistakes.js";
import { checkOptions, checkRange, type LossOptions, reduced, targetOf, weightOf } from "./reduction.js";

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Factor of each element's loss, of a shape that broadcasts to the prediction's. Default: all 1. */
  readonly weight?: Tensor;
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Factor of the positive part, for classes of which there are few: negatives / positives. Shape as `weight`'s. Default: all 1. */
  readonly posWeight?: Tensor;
}

function weighted(loss: string, losses: Tensor, options: BinaryCrossEntropyOptions): Tensor {
  const { weight } = options;
  return reduced(loss, weight === undefined ? losses : mul(losses, weightOf(loss, "weight", weight, losses)), options);
}

/** log p, at least −100, so that a wrong certainty costs 100 and not ∞ (as in PyTorch); its gradient is 0 there. */
function boundedLog(p: Tensor): Tensor {
  const zero = eq(p, 0);
  return where(zero, -100, clamp(log(where(zero, 1, p)), -100, Infinity));
}

/**
 * Binary cross-entropy of probabilities p and targets t in [0, 1], both of one shape: −t·log p − (1 − t)·log(1 − p), each logarithm at
 * least −100. Prefer `binaryCrossEntropyWithLogits`, which is exact for extreme scores too.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * binaryCrossEntropy(tensor([0.5, 0.9]), tensor([1, 1]), { reduction: "none" }) // → [0.69315, 0.10536]
 */
export function binaryCrossEntropy(probabilities: Tensor, target: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  checkOptions("binaryCrossEntropy", options, { weight: anything });
  const t = targetOf("binaryCrossEntropy", probabilities, target);
  const positive = mul(t, boundedLog(probabilities));
  const negative = mul(sub(1, t), boundedLog(sub(1, probabilities)));
  return weighted("binaryCrossEntropy", neg(add(positive, negative)), options);
}

/**
 * Binary cross-entropy of logits x and targets t in [0, 1], both of one shape: log(1 + eˣ) − t·x, safe for large |x|.
 * For an untrained output of 0 it is log 2.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * binaryCrossEntropyWithLogits(tensor([0, 100]), tensor([1, 1]), { reduction: "none" }) // → [0.69315, 0]
 * binaryCrossEntropyWithLogits(tensor([0]), tensor([1]), { posWeight: tensor([3]) })    // → 2.07944
 */
export function binaryCrossEntropyWithLogits(logits: Tensor, target: Tensor, options: BinaryCrossEntropyWithLogitsOptions = {}): Tensor {
  const { posWeight } = checkOptions("binaryCrossEntropyWithLogits", options, { weight: anything, posWeight: anything });
  const t = targetOf("binaryCrossEntropyWithLogits", logits, target);
  warnOfSigmoidBefore("binaryCrossEntropyWithLogits", logits);
  return weighted("binaryCrossEntropyWithLogits", logitLosses(logits, t, posWeight), options);
}

/** log(1 + eˣ) − t·x; with a factor w of the positive part, (1 − t)·x + (1 + (w − 1)·t)·log(1 + e⁻ˣ). */
function logitLosses(x: Tensor, t: Tensor, posWeight?: Tensor): Tensor {
  if (posWeight === undefined) return sub(softplus(x), mul(t, x));
  const factor = addScalar(mul(t, addScalar(weightOf("binaryCrossEntropyWithLogits", "posWeight", posWeight, x), -1)), 1);
  return add(mul(sub(1, t), x), mul(factor, softplus(neg(x))));
}

export interface FocalLossOptions extends LossOptions {
  /** How much less well-classified elements count; 0: not less. Default 2. */
  readonly gamma?: number;
  /** Factor of positives; that of negatives is 1 − α. Default 0.25. */
  readonly alpha?: number;
}

export function focalOptions(options: FocalLossOptions): FocalLossOptions & { readonly gamma: number; readonly alpha: number } {
  const { gamma = 2, alpha = 0.25 } = checkOptions("focalLoss", options, { gamma: anything, alpha: anything });
  checkRange("focalLoss", "gamma", gamma, 0);
  checkRange("focalLoss", "alpha", alpha, 0, 1);
  return { ...options, gamma, alpha };
}

/**
 * Focal loss of logits and targets in {0, 1}, both of one shape: −α_t (1 − p_t)^γ log p_t, p_t the probability of what is right. For
 * detection, where easy negatives are many. Lin et al. 2017, equation 5.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * focalLoss(tensor([0, 4]), tensor([1, 0]), { reduction: "none" }) // → [0.04332, 2.90618]
 */
export function focalLoss(logits: Tensor, target: Tensor, options: FocalLossOptions = {}): Tensor {
  const { gamma, alpha } = focalOptions(options);
  const t = targetOf("focalLoss", logits, target);
  warnOfSigmoidBefore("focalLoss", logits);
  const p = sigmoid(logits);
  const missed = add(mul(p, sub(1, t)), mul(sub(1, p), t));
  // A root has an infinite slope at 0.
  const factor = powScalar(gamma < 1 ? clamp(missed, 1e-12, 1) : missed, gamma);
  const balance = addScalar(mulScalar(t, 2 * alpha - 1), 1 - alpha);
  return reduced("focalLoss", mul(balance, mul(factor, logitLosses(logits, t))), options);
}
