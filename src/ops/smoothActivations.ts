/** Smooth activation functions made of others, besides those that have kernels (activations.ts). */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, normalizeAxis } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { elu, sigmoid, softplus, tanh } from "./activations.js";
import { div, mul, sub } from "./arithmetic.js";
import { toFloat } from "./cast.js";
import { abs, addScalar, mulScalar, neg } from "./elementwise.js";
import { checkTensors } from "./operation.js";
import { chunk } from "./split.js";

/**
 * x / (1 + |x|), in (−1, 1).
 *
 * @example
 * softsign(tensor([-1, 0, 3])) // → [-0.5, 0, 0.75]
 */
export const softsign = (x: Tensor): Tensor => div(toFloat(x), addScalar(abs(toFloat(x)), 1));

/**
 * x − tanh(x).
 *
 * @example
 * tanhshrink(tensor([0, 1])) // → [0, 0.23841]
 */
export const tanhshrink = (x: Tensor): Tensor => sub(toFloat(x), tanh(x));

/**
 * log sigmoid(x), without overflow.
 *
 * @example
 * logSigmoid(tensor([0, -100])) // → [-0.69315, -100]
 */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(toFloat(x))));

/**
 * x · tanh(softplus(x)). Misra 2019.
 *
 * @example
 * mish(tensor([-1, 0, 2])) // → [-0.3034, 0, 1.94396]
 */
export const mish = (x: Tensor): Tensor => mul(toFloat(x), tanh(softplus(x)));

const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/**
 * λ x where x > 0, else λ α (eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733, which keep mean 0 and variance 1 from layer to layer. Klambauer
 * et al. 2017.
 *
 * @example
 * selu(tensor([-1, 2])) // → [-1.11133, 2.1014]
 */
export const selu = (x: Tensor): Tensor => mulScalar(elu(x, seluAlpha), seluScale);

/**
 * x where x > 0, else α (e^(x/α) − 1): an ELU with slope 1 at 0 for every α. Barron 2017.
 * @param alpha default 1; not 0
 *
 * @example
 * celu(tensor([-2, 3]), 2) // → [-1.26424, 3]
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  if (!(Math.abs(alpha) > 0)) throw new ValueError(`celu: alpha must not be 0, got ${alpha}.`);
  return mulScalar(elu(mulScalar(toFloat(x), 1 / alpha)), alpha);
}

/**
 * The gated linear unit a · sigmoid(b), a and b the halves of x along an axis. Dauphin et al. 2016.
 * @param axis default −1
 * @throws ShapeError if the axis has an odd length.
 *
 * @example
 * glu(tensor([2, 4, 0, 0])) // → [1, 2]
 */
export function glu(x: Tensor, axis = -1): Tensor {
  checkTensors("glu", [x]);
  const at = normalizeAxis("glu", axis, x.ndim);
  if (x.shape[at] % 2 !== 0) throw new ShapeError(`glu: axis ${axis} of ${formatShape(x.shape)} has an odd length and cannot be halved.`);
  const [value, gate] = chunk(toFloat(x), 2, at);
  return mul(value, sigmoid(gate));
}
