/** Dice loss: the overlap of predicted and true regions, differentiable. */

import { ShapeError, ValueError } from "../../base/errors.js";
import { anything, show } from "../../base/options.js";
import { formatShape } from "../../base/shape.js";
import { sigmoid } from "../../ops/activations.js";
import { add, div, mul, sub } from "../../ops/arithmetic.js";
import { addScalar, mulScalar } from "../../ops/elementwise.js";
import { sum } from "../../ops/reduce.js";
import { softmax } from "../../ops/softmax.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkOptions, checkRange, type LossOptions, reduced, targetOf } from "./reduction.js";

export interface DiceLossOptions extends LossOptions {
  /** What makes probabilities of the prediction: "sigmoid" (default), "softmax" over axis 1, or "none" if it holds them already. */
  readonly activation?: "sigmoid" | "softmax" | "none";
  /** Added to numerator and denominator: no division by 0 where a class is absent. Default 1. */
  readonly smooth?: number;
}

const activations = {
  sigmoid,
  softmax: (x: Tensor): Tensor => softmax(x, 1),
  none: (x: Tensor): Tensor => x,
};

export function diceOptions(options: DiceLossOptions): DiceLossOptions & { readonly activation: keyof typeof activations; readonly smooth: number } {
  const { activation = "sigmoid", smooth = 1 } = checkOptions("diceLoss", options, { activation: anything, smooth: anything });
  if (!Object.hasOwn(activations, activation)) {
    throw new ValueError(`diceLoss: activation must be "sigmoid", "softmax" or "none", got ${show(activation)}.`);
  }
  checkRange("diceLoss", "smooth", smooth, 0);
  return { ...options, activation, smooth };
}

/**
 * 1 − (2 Σ p·t + s)/(Σ p + Σ t + s) over the pixels of each sample and class. logits: [N, C, d₁, …]; target: 0 and 1 (or shares) of the same
 * shape, such as `oneHot` gives, classes on axis 1. "none" gives [N, C]. Milletari et al. 2016 (with p instead of p² in the denominator).
 * @throws ShapeError if the shapes differ, or there is no axis of pixels.
 *
 * @example
 * const mask = tensor([[[1, 1, 0, 0]]]);
 * diceLoss(mask, mask, { activation: "none" })              // → 0
 * diceLoss(zeros([1, 1, 4]), mask)                          // → 0.4
 */
export function diceLoss(logits: Tensor, target: Tensor, options: DiceLossOptions = {}): Tensor {
  const { activation, smooth } = diceOptions(options);
  const t = targetOf("diceLoss", logits, target);
  if (logits.ndim < 3) throw new ShapeError(`diceLoss: expected [N, C, …] with at least one axis of pixels, got ${formatShape(logits.shape)}.`);
  const p = activations[activation](logits);
  const pixels = { axis: logits.shape.map((_, i) => i).slice(2) };
  const overlap = mulScalar(sum(mul(p, t), pixels), 2);
  const total = add(sum(p, pixels), sum(t, pixels));
  return reduced("diceLoss", sub(1, div(addScalar(overlap, smooth), addScalar(total, smooth))), options);
}
