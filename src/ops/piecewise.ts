/** Activation functions made of straight pieces, besides `relu` and `leakyRelu`. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, normalizeAxis } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul, sub } from "./arithmetic.js";
import { toFloat } from "./cast.js";
import { checkTensor } from "./checks.js";
import { ge, gt, le, where } from "./compare.js";
import { abs, addScalar, clamp, mulScalar } from "./elementwise.js";
import { checkTensors } from "./operation.js";
import { max } from "./reduce.js";
import { reshape } from "./views.js";

export interface HardtanhOptions {
  /** Default −1. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
}

/**
 * x limited to [low, high], as `clamp`, but with gradient 0 at the limits too.
 *
 * @example
 * hardtanh(tensor([-3, 0.5, 2])) // → [-1, 0.5, 1]
 */
export function hardtanh(x: Tensor, options: HardtanhOptions = {}): Tensor {
  const { low = -1, high = 1 } = optionsOf("hardtanh", options);
  if (!(low < high)) throw new ValueError(`hardtanh: expected low < high, got ${low} and ${high}.`);
  const value = toFloat(x);
  return where(le(value, low), low, where(ge(value, high), high, value));
}

/**
 * min(max(0, x), 6).
 *
 * @example
 * relu6(tensor([-1, 3, 9])) // → [0, 3, 6]
 */
export const relu6 = (x: Tensor): Tensor => hardtanh(x, { low: 0, high: 6 });

/**
 * x/6 + ½ limited to [0, 1]: a sigmoid of straight pieces.
 *
 * @example
 * hardsigmoid(tensor([-4, 0, 1.5])) // → [0, 0.5, 0.75]
 */
export const hardsigmoid = (x: Tensor): Tensor => mulScalar(relu6(addScalar(toFloat(x), 3)), 1 / 6);

/**
 * x · hardsigmoid(x). Howard et al. 2019 (MobileNetV3).
 *
 * @example
 * hardswish(tensor([-4, 1, 5])) // → [0, 0.66667, 5]
 */
export const hardswish = (x: Tensor): Tensor => mul(toFloat(x), hardsigmoid(x));

/**
 * x where |x| > λ, else 0.
 * @param lambda default 0.5
 *
 * @example
 * hardshrink(tensor([-2, 0.3, 1])) // → [-2, 0, 1]
 */
export const hardshrink = (x: Tensor, lambda = 0.5): Tensor => where(le(abs(toFloat(x)), lambda), 0, toFloat(x));

/**
 * x moved by λ towards 0, and 0 where |x| ≤ λ: the proximal step of an L1 penalty.
 * @param lambda default 0.5
 *
 * @example
 * softshrink(tensor([-2, 0.3, 1])) // → [-1.5, 0, 0.5]
 */
export const softshrink = (x: Tensor, lambda = 0.5): Tensor => sub(toFloat(x), clamp(toFloat(x), -lambda, lambda));

/**
 * x where x > `limit`, else `value`.
 *
 * @example
 * threshold(tensor([0.5, 2]), 1, -1) // → [-1, 2]
 */
export const threshold = (x: Tensor, limit: number, value: number): Tensor => where(le(toFloat(x), limit), value, toFloat(x));

/**
 * x where x > 0, else weight · x, with a slope that is learned. x: [N, C, …] or [C], weight: [1] for all, or [C], one a channel.
 * He et al. 2015.
 * @throws ShapeError if the weight has another shape.
 *
 * @example
 * prelu(tensor([[-1, -1], [2, 2]]), tensor([0.5, 0.1])) // → [[-0.5, -0.1], [2, 2]]
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  checkTensors("prelu", [x, weight]);
  const channels = x.ndim === 0 ? 1 : x.shape[Math.min(1, x.ndim - 1)];
  if (weight.ndim > 1 || (weight.size !== 1 && weight.size !== channels)) {
    throw new ShapeError(`prelu: weight ${formatShape(weight.shape)} does not fit input ${formatShape(x.shape)}; expected [1] or [${channels}].`);
  }
  const slope = weight.size === 1 ? reshape(weight, []) : reshape(weight, [channels, ...new Array<number>(Math.max(0, x.ndim - 2)).fill(1)]);
  return where(gt(x, 0), x, mul(slope, x));
}

export interface MaxoutOptions {
  /** Axis of the features. Default 1. */
  readonly axis?: number;
}

/**
 * The largest of every `pieces` neighbouring features: [N, C·pieces, …] → [N, C, …]. Goodfellow et al. 2013.
 * @throws ShapeError unless the features are a multiple of `pieces`.
 *
 * @example
 * maxout(tensor([[1, 5, 4, 2]]), 2) // → [[5, 4]]
 */
export function maxout(x: Tensor, pieces: number, options: MaxoutOptions = {}): Tensor {
  checkTensor("maxout", x);
  const { axis = 1 } = optionsOf("maxout", options);
  const at = normalizeAxis("maxout", axis, x.ndim);
  const features = x.shape[at];
  if (!Number.isInteger(pieces) || pieces < 1 || features % pieces !== 0) {
    throw new ShapeError(`maxout: ${features} features, axis ${axis} of ${formatShape(x.shape)}, cannot be taken ${pieces} at a time; give a divisor.`);
  }
  return max(reshape(x, [...x.shape.slice(0, at), features / pieces, pieces, ...x.shape.slice(at + 1)]), { axis: at + 1 });
}
