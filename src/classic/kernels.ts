/** Kernels: inner products of samples in spaces of more features, without going there. */

import { ValueError } from "../base/errors.js";
import { add } from "../ops/arithmetic.js";
import { addScalar, clamp, exp, mulScalar, powScalar, square } from "../ops/elementwise.js";
import { matmul } from "../ops/matmul.js";
import { sum } from "../ops/reduce.js";
import { transpose } from "../ops/views.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import type { Tensor } from "../tensor/tensor.js";

export interface KernelOptions {
  /** "linear" a·b, "poly" (γ a·b + coef0)^degree, or "rbf" exp(−γ‖a − b‖²). Default "rbf". */
  readonly kernel?: "linear" | "poly" | "rbf";
  /** γ; "scale" is 1/(D·variance of all numbers in x), "auto" is 1/D. Default "scale". */
  readonly gamma?: number | "scale" | "auto";
  /** Of "poly". Default 3. */
  readonly degree?: number;
  /** Of "poly". Default 0. */
  readonly coef0?: number;
}

/** @throws ValueError for unknown options and options out of range. */
export function kernelOptions(owner: string, { gamma = "scale", ...given }: KernelOptions): Required<KernelOptions> {
  const options = resolveOptions<Omit<KernelOptions, "gamma">>(owner, { kernel: "rbf", degree: 3, coef0: 0 }, given);
  const { kernel, degree, coef0 } = options;
  if (kernel !== "linear" && kernel !== "poly" && kernel !== "rbf") throw new ValueError(`${owner}: kernel must be "linear", "poly" or "rbf", got "${String(kernel)}".`);
  if (gamma !== "scale" && gamma !== "auto" && !(typeof gamma === "number" && gamma > 0 && gamma < Infinity)) {
    throw new ValueError(`${owner}: gamma must be "scale", "auto" or a number above 0, got ${JSON.stringify(gamma)}.`);
  }
  checkRange(owner, { degree }, { min: 1 });
  if (!Number.isInteger(degree)) throw new ValueError(`${owner}: degree must be a whole number, got ${degree}.`);
  if (!Number.isFinite(coef0)) throw new ValueError(`${owner}: coef0 must be a number, got ${coef0}.`);
  return { ...options, gamma };
}

/** γ for samples of D features whose numbers are `data`. */
export function gammaOf({ gamma }: Required<KernelOptions>, data: ArrayLike<number>, features: number): number {
  if (typeof gamma === "number") return gamma;
  if (gamma === "auto") return 1 / features;
  let [mean, squares] = [0, 0];
  for (let i = 0; i < data.length; i++) mean += data[i] / data.length;
  for (let i = 0; i < data.length; i++) squares += (data[i] - mean) ** 2 / data.length;
  return squares === 0 ? 1 : 1 / (features * squares);
}

/** The kernel of every a with every b: [N, D], [M, D] → [N, M]. */
export function kernelMatrix(a: Tensor, b: Tensor, gamma: number, { kernel, degree, coef0 }: Required<KernelOptions>): Tensor {
  const products = matmul(a, transpose(b));
  if (kernel === "linear") return products;
  if (kernel === "poly") return powScalar(addScalar(mulScalar(products, gamma), coef0), degree);
  const squares = (t: Tensor): Tensor => sum(square(t), { axis: 1, keepDim: true });
  const distances = add(add(squares(a), transpose(squares(b))), mulScalar(products, -2));
  return exp(mulScalar(clamp(distances, 0, Infinity), -gamma));
}
