/** Norms of windows: between the mean (p = 1, but for a factor) and the maximum (p → ∞). */

import { ValueError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { pow } from "./arithmetic.js";
import { gt, where } from "./compare.js";
import { onesLike, zerosLike } from "./create.js";
import { mulScalar } from "./elementwise.js";
import { checkTensors } from "./operation.js";
import { avgPool2d } from "./pool.js";
import { avgPool1d } from "./pool1d.js";
import { poolGeometry, type PoolOptions } from "./poolShape.js";
import type { Pair, PerAxis, Single } from "./windows.js";

/** Options of `lpPool1d` and `lpPool2d`; P: number of spatial axes. */
export interface LpPoolOptions<P extends PerAxis> extends Omit<PoolOptions<P>, "padding"> {
  /** The power, above 0. */
  readonly p: number;
}

/** @throws ValueError unless p is a number above 0. */
export function checkPower(op: string, p: number): void {
  if (!(p > 0 && Number.isFinite(p))) throw new ValueError(`${op}: p must be a number above 0, got ${String(p)}.`);
}

/** (Σ xᵖ)^(1/p) from the mean of the powers. */
function norm<P extends PerAxis>(op: string, x: Tensor, options: LpPoolOptions<P>, rank: number, mean: (powers: Tensor) => Tensor): Tensor {
  checkTensors(op, [x]);
  const places = sizeOf(poolGeometry<P>(op, rank, options).kernel);
  const { p } = options;
  checkPower(op, p);
  const sums = mulScalar(mean(pow(x, p)), places);
  // The root is infinitely steep at 0, where a window of zeros puts it.
  const positive = gt(sums, 0);
  return where(positive, pow(where(positive, sums, onesLike(sums)), 1 / p), zerosLike(sums));
}

/**
 * (Σ xᵖ)^(1/p) over each window. x: [N, C, L] → [N, C, L'], L' as for `avgPool1d`. Where the sum is not above 0, result and gradient are 0.
 * @throws ValueError unless p is above 0; ShapeError and ValueError as `avgPool1d`.
 *
 * @example
 * lpPool1d(tensor([[[3, 4, 0, 0]]]), { p: 2, kernel: 2 }) // → [[[5, 0]]]
 */
export function lpPool1d(x: Tensor, options: LpPoolOptions<Single>): Tensor {
  return norm("lpPool1d", x, options, 1, (powers) => avgPool1d(powers, options));
}

/**
 * (Σ xᵖ)^(1/p) over each window. x: [N, C, H, W] → [N, C, H', W'], H' as for `avgPool2d`. Where the sum is not above 0, result and gradient
 * are 0.
 * @throws ValueError unless p is above 0; ShapeError and ValueError as `avgPool2d`.
 *
 * @example
 * lpPool2d(tensor([[[[1, 1], [1, 1]]]]), { p: 2, kernel: 2 }) // → [[[[2]]]]
 */
export function lpPool2d(x: Tensor, options: LpPoolOptions<Pair>): Tensor {
  return norm("lpPool2d", x, options, 2, (powers) => avgPool2d(powers, options));
}
