/** Negative log-likelihoods of numbers: where the network predicts the parameters of a distribution. */

import { ShapeError } from "../../base/errors.js";
import { anything, flag } from "../../base/options.js";
import { formatShape, sameShape } from "../../base/shape.js";
import { add, div, mul, sub } from "../../ops/arithmetic.js";
import { cast } from "../../ops/cast.js";
import { gt, where } from "../../ops/compare.js";
import { onesLike, zerosLike } from "../../ops/create.js";
import { addScalar, clamp, exp, log, mulScalar, square } from "../../ops/elementwise.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkOptions, checkPositive, checkTensors, type LossOptions, reduced, targetOf } from "./reduction.js";

export interface GaussianNllOptions extends LossOptions {
  /** Adds the constant ½ log 2π. Default false. */
  readonly full?: boolean;
  /** Smaller variances count as this. Default 1e−6. */
  readonly eps?: number;
}

export function gaussianNllOptions(options: GaussianNllOptions): GaussianNllOptions & { readonly eps: number } {
  const { eps = 1e-6 } = checkOptions("gaussianNllLoss", options, { full: flag, eps: anything });
  checkPositive("gaussianNllLoss", "eps", eps);
  return { ...options, eps };
}

/**
 * ½ (log σ² + (t − μ)²/σ²). mean μ and target t of one shape; variance σ² of that shape, or with 1 as its last axis. Nix & Weigend 1994.
 * @throws ShapeError if the shapes do not fit.
 *
 * @example
 * gaussianNllLoss(tensor([1]), tensor([3]), tensor([4]))                 // → 1.19315
 * gaussianNllLoss(tensor([1]), tensor([3]), tensor([4]), { full: true }) // → 2.11209
 */
export function gaussianNllLoss(mean: Tensor, target: Tensor, variance: Tensor, options: GaussianNllOptions = {}): Tensor {
  const { full = false, eps } = gaussianNllOptions(options);
  const d = sub(targetOf("gaussianNllLoss", mean, target), mean);
  checkTensors("gaussianNllLoss", mean, variance);
  if (!sameShape(variance.shape, mean.shape) && !sameShape(variance.shape, [...mean.shape.slice(0, -1), 1])) {
    throw new ShapeError(`gaussianNllLoss: expected a variance for each number of ${formatShape(mean.shape)}, or one for each row, got ${formatShape(variance.shape)}.`);
  }
  const bounded = clamp(cast(variance, mean.dtype), eps, Infinity);
  const losses = mulScalar(add(log(bounded), div(square(d), bounded)), 0.5);
  return reduced("gaussianNllLoss", full ? addScalar(losses, 0.5 * Math.log(2 * Math.PI)) : losses, options);
}

export interface PoissonNllOptions extends LossOptions {
  /** Whether the prediction is the logarithm of the rate. Default true. */
  readonly logInput?: boolean;
  /** Adds Stirling's approximation of log t! for targets above 1. Default false. */
  readonly full?: boolean;
  /** Added to the rate before the logarithm, if `logInput` is false. Default 1e−8. */
  readonly eps?: number;
}

export function poissonNllOptions(options: PoissonNllOptions): PoissonNllOptions & { readonly eps: number } {
  const { eps = 1e-8 } = checkOptions("poissonNllLoss", options, { logInput: flag, full: flag, eps: anything });
  checkPositive("poissonNllLoss", "eps", eps);
  return { ...options, eps };
}

/**
 * λ − t·log λ, for counts t of rate λ; the prediction is log λ unless `logInput` is false. Both of one shape.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * poissonNllLoss(tensor([0, 1]), tensor([2, 2]), { reduction: "none" }) // → [1, 0.71828]
 */
export function poissonNllLoss(prediction: Tensor, target: Tensor, options: PoissonNllOptions = {}): Tensor {
  const { logInput = true, full = false, eps } = poissonNllOptions(options);
  const t = targetOf("poissonNllLoss", prediction, target);
  const losses = logInput
    ? sub(exp(prediction), mul(t, prediction))
    : sub(prediction, mul(t, log(addScalar(prediction, eps))));
  return reduced("poissonNllLoss", full ? add(losses, logFactorial(t)) : losses, options);
}

/** t·log t − t + ½ log 2πt for t > 1, else 0. */
function logFactorial(t: Tensor): Tensor {
  const large = gt(t, 1);
  const safe = where(large, t, onesLike(t));
  const stirling = add(sub(mul(safe, log(safe)), safe), mulScalar(log(mulScalar(safe, 2 * Math.PI)), 0.5));
  return where(large, stirling, zerosLike(t));
}
