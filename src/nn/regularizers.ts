/**
 * Regularisers: what is added to the loss so that weights stay small, and a constraint that is imposed after a step. Weight decay, which
 * shrinks the weights themselves, is an option of the optimisers.
 */

import { DTypeError, ValueError } from "../base/errors.js";
import { isFloat } from "../base/dtype.js";
import { anything, optionsOf } from "../base/options.js";
import { add, div, mul } from "../ops/arithmetic.js";
import { abs, clamp, mulScalar, sqrt, square } from "../ops/elementwise.js";
import { sum } from "../ops/reduce.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type AnyModule, Module } from "./module.js";

/** A parameter, several, or all of a module. */
export type Weights = Tensor | Iterable<Tensor> | AnyModule;

function tensorsOf(name: string, weights: Weights): Tensor[] {
  const tensors = weights instanceof Tensor ? [weights] : weights instanceof Module ? weights.parameters() : isIterable(weights) ? [...weights] : null;
  if (tensors === null || !tensors.every((t) => t instanceof Tensor)) {
    throw new ValueError(`${name}: expected a module or its parameters, got ${weights === null ? "null" : typeof weights}.`);
  }
  if (tensors.length === 0) throw new ValueError(`${name}: there are no parameters.`);
  const whole = tensors.find((t) => !isFloat(t.dtype));
  if (whole !== undefined) throw new DTypeError(`${name}: expected float32 or float64 parameters, got ${whole.dtype}.`);
  return tensors;
}

const isIterable = (value: unknown): value is Iterable<Tensor> => typeof value === "object" && value !== null && Symbol.iterator in value;

const total = (terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => add(a, b));

/**
 * Σ|θ| over all parameters: times λ and added to the loss, it drives weights to exactly 0 (lasso).
 * @throws ValueError if there are no parameters.
 *
 * @example
 * nn.l1Penalty(tensor([0.25, 0.5, -0.25]))                                    // → 1
 * const loss = crossEntropy(model.forward(x), y).add(nn.l1Penalty(model).mul(1e-5));
 */
export function l1Penalty(weights: Weights): Tensor {
  return total(tensorsOf("l1Penalty", weights).map((t) => sum(abs(t))));
}

/**
 * Σθ² over all parameters: times λ and added to the loss, it keeps all weights small (ridge). Its gradient is 2λθ; the optimisers'
 * `weightDecay` w adds wθ, so it is λ = w/2 of plain SGD.
 * @throws ValueError if there are no parameters.
 *
 * @example
 * nn.l2Penalty(tensor([0.25, 0.5, 0.25]))                                     // → 0.375
 * nn.l2Penalty(model.parameters().filter((p) => p.ndim > 1)).shape            // → []
 */
export function l2Penalty(weights: Weights): Tensor {
  return total(tensorsOf("l2Penalty", weights).map((t) => sum(square(t))));
}

export interface ElasticNetOptions {
  /** Factor of Σ|θ|, at least 0. */
  readonly l1: number;
  /** Factor of Σθ², at least 0. */
  readonly l2: number;
}

/**
 * l1·Σ|θ| + l2·Σθ² over all parameters. Zou & Hastie 2005.
 * @throws ValueError if there are no parameters, or a factor is negative.
 *
 * @example
 * nn.elasticNet(tensor([0.25, 0.5, -0.25]), { l1: 0.1, l2: 0.01 }) // → 0.10375
 */
export function elasticNet(weights: Weights, options: ElasticNetOptions): Tensor {
  const { l1, l2 } = optionsOf("elasticNet", options ?? {}, { l1: anything, l2: anything });
  if (!(l1 >= 0 && l2 >= 0)) throw new ValueError(`elasticNet: expected { l1, l2 }, both at least 0, got { l1: ${l1}, l2: ${l2} }.`);
  return add(mulScalar(l1Penalty(weights), l1), mulScalar(l2Penalty(weights), l2));
}

/**
 * Scales weights down, in place, so that the incoming weights of each unit (each row [i, …] of a parameter; a vector as a whole) have norm
 * `limit` at most: to be called after `optimizer.step()`. Of a module, parameters with one axis, such as biases, stay as they are.
 * Srivastava et al. 2014, section 5.1.
 * @throws ValueError if there are no parameters, or `limit` is not above 0.
 *
 * @example
 * const weight = nn.parameter(tensor([[3, 4], [0.6, 0.8]]));
 * nn.maxNorm(weight, 2);
 * weight // → [[1.2, 1.6], [0.6, 0.8]]
 */
export function maxNorm(weights: Weights, limit: number): void {
  if (!(limit > 0)) throw new ValueError(`maxNorm: the limit must be above 0, got ${limit}.`);
  const tensors = tensorsOf("maxNorm", weights).filter((t) => t.ndim > 1 || !(weights instanceof Module));
  noGrad(() => {
    for (const t of tensors) {
      const axis = t.shape.map((_, i) => i).slice(t.ndim > 1 ? 1 : 0);
      const norm = sqrt(sum(square(t), { axis, keepDim: true }));
      t.copyFrom(mul(t, div(limit, clamp(norm, limit, Infinity))));
    }
  });
}
