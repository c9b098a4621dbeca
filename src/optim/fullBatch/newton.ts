/** Newton's method: with the whole Hessian, or with its products alone. */

import type { Tensor } from "../../tensor/tensor.js";
import { descentDefaults, DescentOptimizer, type DescentOptions, type Direction } from "./fullBatchOptimizer.js";
import { solvePositiveDefinite } from "./factor.js";
import type { Objective, Point } from "./objective.js";
import { along, dot, maxAbs, scaled, type Vector } from "./vector.js";

/**
 * x ← x − t·H⁻¹∇f, H the Hessian, t by backtracking from 1 (damped). Where H is not positive definite, the smallest shift H + τI that was
 * found to be is used: Nocedal & Wright, algorithm 3.3. The Hessian takes one backward pass for each parameter, n² numbers and n³/3 products.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const x = nn.parameter(tensor([5], { dtype: "float64" }));
 * const optimizer = new optim.Newton([x]);
 * await optimizer.step(() => x.square().sum()) // → 25
 * x                                            // → [0]
 */
export class Newton extends DescentOptimizer {
  constructor(params: Iterable<Tensor>, options: DescentOptions = {}) {
    super(params, options, descentDefaults);
  }

  protected async direction(objective: Objective, { x, gradient }: Point): Promise<Direction> {
    const hessian = await objective.hessian(x);
    if (!Number.isFinite(maxAbs(hessian))) return null;
    const n = gradient.length;
    let lowest = Infinity;
    for (let i = 0; i < n; i++) lowest = Math.min(lowest, hessian[i * (n + 1)]);
    const smallest = 1e-3 * Math.max(1e-8, maxAbs(hessian));
    const downhill = scaled(gradient, -1);
    for (let shift = lowest > 0 ? 0 : smallest - lowest; shift < Infinity; shift = Math.max(2 * shift, smallest)) {
      const direction = solvePositiveDefinite(hessian, downhill, shift);
      if (direction !== null) return { direction, firstStep: this.options.lr };
    }
    return null;
  }
}

/**
 * Newton's method without Hessian: H·d = −∇f is solved by conjugate gradients, each iteration one product H·v, until the residual is
 * below min(½, √‖∇f‖)·‖∇f‖ or the curvature is negative. For many parameters. Nocedal & Wright, algorithm 7.1.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const x = nn.parameter(tensor([4, 1], { dtype: "float64" }));
 * const optimizer = new optim.NewtonCG([x]);
 * const bowl = () => x.square().mul(tensor([1, 5], { dtype: "float64" })).sum();
 * while (optimizer.reason === null) await optimizer.step(bowl);
 * await x.abs().max().item() < 1e-7 // → true
 */
export class NewtonCG extends DescentOptimizer {
  constructor(params: Iterable<Tensor>, options: DescentOptions = {}) {
    super(params, options, descentDefaults);
  }

  protected async direction(objective: Objective, { x, gradient }: Point): Promise<Direction> {
    const norm = Math.sqrt(dot(gradient, gradient));
    const tolerance = Math.min(0.5, Math.sqrt(norm)) * norm;
    const direction = await objective.withHessian(x, (times) => solve(times, gradient, tolerance));
    return { direction, firstStep: this.options.lr };
  }
}

/** z with ‖H·z + g‖ < tolerance, or a direction of descent met on the way to it. */
async function solve(times: (v: Vector) => Promise<Vector>, g: Vector, tolerance: number): Promise<Vector> {
  let z: Vector = new Float64Array(g.length);
  let r = g;
  let d: Vector = scaled(g, -1);
  for (let j = 0; j < 2 * g.length; j++) {
    const hd = await times(d);
    const curvature = dot(d, hd);
    if (!(curvature > 0)) return j === 0 ? d : z;
    const rr = dot(r, r);
    const alpha = rr / curvature;
    z = along(z, alpha, d);
    r = along(r, alpha, hd);
    const next = dot(r, r);
    if (Math.sqrt(next) < tolerance) break;
    d = along(scaled(r, -1), next / rr, d);
  }
  return z;
}
