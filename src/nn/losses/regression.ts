/** Losses of numbers: squared, absolute, and what lies between. Prediction and target have one shape. */

import { anything } from "../../base/options.js";
import { mul, sub } from "../../ops/arithmetic.js";
import { abs, clamp, mulScalar, square } from "../../ops/elementwise.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkOptions, checkPositive, checkRange, type LossOptions, reduced, targetOf } from "./reduction.js";

/**
 * Mean of (prediction − target)², both of one shape.
 * @throws ShapeError if the shapes differ: nothing is broadcast by mistake.
 *
 * @example
 * mseLoss(tensor([1, 2, 3]), tensor([1, 2, 6])) // → 3
 * mseLoss(zeros([3]), zeros([3, 1]))            // → throws ShapeError: mseLoss: prediction [3] and target [3, 1]
 */
export function mseLoss(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("mseLoss", options);
  return reduced("mseLoss", square(sub(prediction, targetOf("mseLoss", prediction, target))), options);
}

/**
 * Mean of |prediction − target|, both of one shape.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * l1Loss(tensor([1, 2, 3]), tensor([1, 2, 6])) // → 1
 */
export function l1Loss(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkOptions("l1Loss", options);
  return reduced("l1Loss", abs(sub(prediction, targetOf("l1Loss", prediction, target))), options);
}

/** d²/2 where |d| ≤ δ, else δ(|d| − δ/2): with c = min(|d|, δ) both are c(|d| − c/2). */
function huber(loss: string, prediction: Tensor, target: Tensor, delta: number): Tensor {
  const d = abs(sub(prediction, targetOf(loss, prediction, target)));
  const c = clamp(d, 0, delta);
  return mul(c, sub(d, mulScalar(c, 0.5)));
}

export interface HuberLossOptions extends LossOptions {
  /** Where the square becomes a line. Default 1. */
  readonly delta?: number;
}

export function huberOptions(options: HuberLossOptions): HuberLossOptions & { readonly delta: number } {
  const { delta = 1 } = checkOptions("huberLoss", options, { delta: anything });
  checkPositive("huberLoss", "delta", delta);
  return { ...options, delta };
}

/**
 * d²/2 for errors |d| up to δ, δ(|d| − δ/2) beyond: outliers pull with a bounded force. Both of one shape. Huber 1964.
 * @throws ShapeError if the shapes differ; ValueError unless δ > 0.
 *
 * @example
 * huberLoss(tensor([0.5, 3]), zeros([2]), { reduction: "none" })           // → [0.125, 2.5]
 * huberLoss(tensor([0.5, 3]), zeros([2]), { reduction: "none", delta: 2 }) // → [0.125, 4]
 */
export function huberLoss(prediction: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta } = huberOptions(options);
  return reduced("huberLoss", huber("huberLoss", prediction, target, delta), options);
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Where the square becomes a line; 0: `l1Loss`. Default 1. */
  readonly beta?: number;
}

export function smoothL1Options(options: SmoothL1LossOptions): SmoothL1LossOptions & { readonly beta: number } {
  const { beta = 1 } = checkOptions("smoothL1Loss", options, { beta: anything });
  checkRange("smoothL1Loss", "beta", beta, 0);
  return { ...options, beta };
}

/**
 * d²/2β for errors |d| up to β, |d| − β/2 beyond: the Huber loss over β. Both of one shape. Girshick 2015.
 * @throws ShapeError if the shapes differ; ValueError unless β ≥ 0.
 *
 * @example
 * smoothL1Loss(tensor([0.5, 3]), zeros([2]), { reduction: "none" })            // → [0.125, 2.5]
 * smoothL1Loss(tensor([0.5, 3]), zeros([2]), { reduction: "none", beta: 0.5 }) // → [0.25, 2.75]
 */
export function smoothL1Loss(prediction: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { beta } = smoothL1Options(options);
  if (beta === 0) return l1Loss(prediction, target, { reduction: options.reduction });
  return reduced("smoothL1Loss", mulScalar(huber("smoothL1Loss", prediction, target, beta), 1 / beta), options);
}
