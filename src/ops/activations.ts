/**
 * Activation functions. Each derivative that a kernel computes in one pass, as reluGrad(dy, y) = dy · [y > 0], is an
 * operation of its own, with a derivative of its own.
 */

import type { BinaryOp, UnaryOp } from "../backend/backend.js";
import { ValueError } from "../base/errors.js";
import { anything, optionsOf, show } from "../base/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { toFloat } from "./cast.js";
import { gt, where } from "./compare.js";
import { zerosLike } from "./create.js";
import { addScalar, defineUnary, exp, mulScalar, neg, square } from "./elementwise.js";
import { elementwiseSpec } from "./layout.js";
import { defineOp, type Operation } from "./operation.js";
import { floats } from "./samples.js";

/** dx from (dy, v), where v is the activation's output or input; `slope` is d(dx)/dv without the factor dy. */
function defineGrad(name: BinaryOp, slope: (v: Tensor, alpha: number) => Tensor | null, alphas: readonly number[] = [0]): Operation<number> {
  const operation: Operation<number> = defineOp<number>({
    name,
    shape: (inputs) => elementwiseSpec(name, inputs, inputs[0].dtype),
    forward: (k, [dy, v], out, alpha) => k.binary(name, dy, v, out, alpha),
    vjp: (g, { inputs: [dy, v], attributes: alpha }) => [
      () => operation.apply([g, v], alpha),
      () => {
        const d = slope(v, alpha);
        return d === null ? zerosLike(v) : mul(mul(g, dy), d);
      },
    ],
    samples: () =>
      alphas.flatMap((alpha) => [
        { inputs: [floats([2, 5]), floats([2, 5], 0.1, 1.5)], attributes: alpha },
        { inputs: [floats([7]), floats([7], -1.5, -0.1)], attributes: alpha },
        { inputs: [floats([5]), { shape: [5], values: [0, -0, NaN, 90, -90] }], attributes: alpha, gradcheck: false },
      ]),
  });
  return operation;
}

const reluGrad = defineGrad("reluGrad", () => null);
const tanhGrad = defineGrad("tanhGrad", (y) => mulScalar(y, -2));
const sigmoidGrad = defineGrad("sigmoidGrad", (y) => addScalar(mulScalar(y, -2), 1));
const leakyReluGrad = defineGrad("leakyReluGrad", () => null, [0.01, 0.5]);
const eluGrad = defineGrad("eluGrad", (x, alpha) => where(gt(x, 0), zerosLike(x), mulScalar(exp(x), alpha)), [1, 0.5]);
const softplusGrad = defineGrad("softplusGrad", (x) => sigmoidSlope(x));
/** silu″ = σ′·(2 + x·(1 − 2σ)). */
const siluGrad = defineGrad("siluGrad", (x) => {
  const s = sigmoid(x);
  return mul(sigmoidSlope(x), addScalar(mul(x, addScalar(mulScalar(s, -2), 1)), 2));
});
/** gelu″ = φ(x)·(2 − x²). */
const geluGrad = defineGrad("geluGrad", (x) => {
  const density = mulScalar(exp(mulScalar(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return mul(density, addScalar(neg(square(x)), 2));
});

function sigmoidSlope(x: Tensor): Tensor {
  const s = sigmoid(x);
  return mul(s, addScalar(neg(s), 1));
}

const reluOp = defineUnary({ name: "relu", vjp: (dy, _x, y) => reluGrad.apply([dy, y], 0), low: 0.1 });
const tanhOp = defineUnary({ name: "tanh", vjp: (dy, _x, y) => tanhGrad.apply([dy, y], 0) });
const sigmoidOp = defineUnary({ name: "sigmoid", vjp: (dy, _x, y) => sigmoidGrad.apply([dy, y], 0) });
const softplusOp = defineUnary({ name: "softplus", vjp: (dy, x) => softplusGrad.apply([dy, x], 0) });
const siluOp = defineUnary({ name: "silu", vjp: (dy, x) => siluGrad.apply([dy, x], 0), edges: [0, -0, NaN, 88, -88, 20] });
const geluOp = defineUnary({ name: "gelu", vjp: (dy, x) => geluGrad.apply([dy, x], 0), edges: [0, -0, NaN, 30, -30, 5] });
const stepOp = defineUnary({ name: "step", vjp: (dy) => zerosLike(dy), gradcheck: false });

function defineWithAlpha(name: UnaryOp, grad: Operation<number>): Operation<number> {
  return defineOp<number>({
    name,
    shape: (inputs) => elementwiseSpec(name, inputs, inputs[0].dtype),
    forward: (k, [x], out, alpha) => k.unary(name, x, out, alpha),
    vjp: (dy, { inputs: [x], attributes }) => [() => grad.apply([dy, x], attributes)],
    samples: () => [
      { inputs: [floats([2, 5], 0.1, 2)], attributes: 0.5 },
      { inputs: [{ ...floats([3, 4], -2, -0.1), layout: "transposed" }], attributes: 0.01 },
      { inputs: [{ shape: [6], values: [0, -0, NaN, Infinity, -Infinity, -90] }], attributes: 1, gradcheck: false },
    ],
  });
}

const leakyReluOp = defineWithAlpha("leakyRelu", leakyReluGrad);
const eluOp = defineWithAlpha("elu", eluGrad);

/**
 * max(0, x). Its derivative at 0 is 0. Nair & Hinton 2010.
 *
 * @example
 * relu(tensor([-1, 0, 2])) // → [0, 0, 2]
 */
export const relu = (x: Tensor): Tensor => reluOp.apply([x], undefined);

/**
 * Hyperbolic tangent, in (−1, 1).
 *
 * @example
 * tanh(tensor([-1, 0, 20])) // → [-0.76159, 0, 1]
 */
export const tanh = (x: Tensor): Tensor => tanhOp.apply([toFloat(x)], undefined);

/**
 * 1 / (1 + e⁻ˣ), in (0, 1).
 *
 * @example
 * sigmoid(tensor([0, Math.log(3)])) // → [0.5, 0.75]
 */
export const sigmoid = (x: Tensor): Tensor => sigmoidOp.apply([toFloat(x)], undefined);

/**
 * log(1 + eˣ), without overflow.
 *
 * @example
 * softplus(tensor([0, 100])) // → [0.69315, 100]
 */
export const softplus = (x: Tensor): Tensor => softplusOp.apply([toFloat(x)], undefined);

/**
 * x · sigmoid(x), also called swish. Elfwing et al. 2017.
 *
 * @example
 * silu(tensor([-1, 0, 10])) // → [-0.26894, 0, 9.99955]
 */
export const silu = (x: Tensor): Tensor => siluOp.apply([toFloat(x)], undefined);

export interface GeluOptions {
  /** "none" is exact; "tanh" is ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), as GPT-2 has it. Default "none". */
  readonly approximate?: "none" | "tanh";
}

/**
 * x · Φ(x) with the normal distribution Φ. Hendrycks & Gimpel 2016.
 * @throws ValueError for another `approximate`.
 *
 * @example
 * gelu(tensor([-1, 0, 1]))                          // → [-0.15866, 0, 0.84134]
 * gelu(tensor([-1, 0, 1]), { approximate: "tanh" }) // → [-0.15881, 0, 0.84119]
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const { approximate = "none" } = optionsOf("gelu", options, { approximate: anything });
  const value = toFloat(x);
  if (approximate === "none") return geluOp.apply([value], undefined);
  if (approximate !== "tanh") throw new ValueError(`gelu: expected approximate "none" or "tanh", got ${show(approximate)}.`);
  const inner = mulScalar(mul(value, addScalar(mulScalar(square(value), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return mul(mulScalar(value, 0.5), addScalar(tanh(inner), 1));
}

/**
 * 1 where x > 0, else 0; no gradient flows.
 *
 * @example
 * heaviside(tensor([-1, 0, 2])) // → [0, 0, 1]
 */
export const heaviside = (x: Tensor): Tensor => stepOp.apply([toFloat(x)], undefined);

/**
 * x where x > 0, else slope · x. Maas et al. 2013.
 * @param slope default 0.01
 *
 * @example
 * leakyRelu(tensor([-1, 2]))      // → [-0.01, 2]
 * leakyRelu(tensor([-1, 2]), 0.2) // → [-0.2, 2]
 */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => leakyReluOp.apply([toFloat(x)], slope);

/**
 * x where x > 0, else α(eˣ − 1). Clevert et al. 2015.
 * @param alpha default 1
 *
 * @example
 * elu(tensor([-1, 2])) // → [-0.63212, 2]
 */
export const elu = (x: Tensor, alpha = 1): Tensor => eluOp.apply([toFloat(x)], alpha);
