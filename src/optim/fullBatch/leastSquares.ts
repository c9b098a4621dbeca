/**
 * Nonlinear least squares: ½‖r(x)‖² with the Hessian JᵀJ that the residuals' Jacobian J gives for free. The closure returns the residuals.
 */

import { ValueError } from "../../base/errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkRange, type Defaults } from "../options.js";
import { descentDefaults, DescentOptimizer, type DescentOptions, type Direction, fullBatchDefaults, FullBatchOptimizer, type FullBatchOptions, type StopReason } from "./fullBatchOptimizer.js";
import { solveLeastSquares } from "./factor.js";
import type { Linearization, Objective, Point } from "./objective.js";
import { along, maxAbs, scaled, type Vector } from "./vector.js";

/**
 * x ← x + t·d, d the least-squares solution of J·d = −r, t by backtracking from 1. Where columns of J depend on each other, one step
 * against the gradient. Nocedal & Wright, section 10.3.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const [x, y] = [tensor([0, 1, 2], { dtype: "float64" }), tensor([2, 1, 0.5], { dtype: "float64" })];
 * const [a, b] = [nn.parameter(tensor(1, { dtype: "float64" })), nn.parameter(tensor(0, { dtype: "float64" }))];
 * const optimizer = new optim.GaussNewton([a, b]);
 * while (optimizer.reason === null) await optimizer.step(() => a.mul(b.mul(x).exp()).sub(y));
 * a // → 2
 * b // → -0.693147
 */
export class GaussNewton extends DescentOptimizer {
  protected override readonly ofResiduals = true;

  constructor(params: Iterable<Tensor>, options: DescentOptions = {}) {
    super(params, options, descentDefaults);
  }

  protected async direction(objective: Objective, { x }: Point): Promise<Direction> {
    const { residuals, jacobian } = await objective.linearize(x);
    const direction = solveLeastSquares(jacobian, scaled(residuals, -1), x.length);
    return direction && { direction, firstStep: this.options.lr };
  }
}

export interface DampedOptions extends FullBatchOptions {
  /** λ at first. Default 1e−3. */
  readonly damping?: number;
  /** Factor of λ after a step that led upwards. Default 10. */
  readonly increase?: number;
  /** Divisor of λ after a step that led downwards. Default 10. */
  readonly decrease?: number;
}

/** Past this λ a step is too small to matter. */
const largestDamping = 1e20;

/** Below this λ a step is that of Gauss–Newton. */
const smallestDamping = 1e-15;

/** Steps d with (JᵀJ + λD²)d = −Jᵀr, λ following success and failure. */
abstract class DampedLeastSquares extends FullBatchOptimizer<DampedOptions> {
  protected override readonly ofResiduals = true;
  /** λ of the next step. */
  damping: number;

  constructor(params: Iterable<Tensor>, options: DampedOptions) {
    super(params, options, { ...fullBatchDefaults, damping: 1e-3, increase: 10, decrease: 10 } satisfies Defaults<DampedOptions>);
    const { damping, increase, decrease } = this.options;
    if (!(damping > 0 && damping < largestDamping)) throw new ValueError(`${this.constructor.name}: damping must be above 0 and less than ${largestDamping}, got ${damping}.`);
    if (!(increase > 1 && increase < Infinity)) throw new ValueError(`${this.constructor.name}: increase must be above 1, got ${increase}.`);
    checkRange(this.constructor.name, { decrease }, { min: 1 });
    this.damping = damping;
  }

  /** The diagonal D. */
  protected abstract scales(jacobian: Float64Array, n: number): Vector;

  protected async iterate(objective: Objective, { x, value }: Point): Promise<Point | StopReason> {
    const { increase, decrease } = this.options;
    const here = await objective.linearize(x);
    if (!Number.isFinite(maxAbs(here.jacobian))) return "nonFinite";
    const scales = this.scales(here.jacobian, x.length);
    for (; this.damping < largestDamping; this.damping *= increase) {
      const step = dampedStep(here, scales, this.damping);
      if (step === null) continue;
      const there = along(x, 1, step);
      if (!((await objective.value(there)) <= value)) continue;
      const point = await objective.evaluate(there);
      if (!Number.isFinite(maxAbs(point.gradient))) continue;
      this.damping = Math.max(this.damping / decrease, smallestDamping);
      return point;
    }
    this.damping = this.options.damping;
    return "damping";
  }
}

/** The step as the solution of [J; √λ·D]·d = [−r; 0], which does not square J's condition. */
function dampedStep({ residuals, jacobian }: Linearization, scales: Vector, damping: number): Vector | null {
  const [m, n] = [residuals.length, scales.length];
  const matrix = new Float64Array((m + n) * n);
  matrix.set(jacobian);
  scales.forEach((scale, j) => (matrix[(m + j) * n + j] = Math.sqrt(damping) * scale));
  const right = new Float64Array(m + n);
  right.set(scaled(residuals, -1));
  return solveLeastSquares(matrix, right, n);
}

/**
 * d with (JᵀJ + λI)d = −Jᵀr: between Gauss–Newton (λ small) and steepest descent (λ large). λ shrinks when a step lowers the loss and
 * grows until one does. Levenberg 1944.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const [x, y] = [tensor([0, 1, 2], { dtype: "float64" }), tensor([2, 1, 0.5], { dtype: "float64" })];
 * const p = nn.parameter(tensor([1, 0], { dtype: "float64" }));
 * const optimizer = new optim.Levenberg([p]);
 * while (optimizer.reason === null) await optimizer.step(() => p.slice(0).mul(p.slice(1).mul(x).exp()).sub(y));
 * p // → [2, -0.693147]
 */
export class Levenberg extends DampedLeastSquares {
  constructor(params: Iterable<Tensor>, options: DampedOptions = {}) {
    super(params, options);
  }

  protected scales(_jacobian: Float64Array, n: number): Vector {
    return new Float64Array(n).fill(1);
  }
}

/**
 * d with (JᵀJ + λ·diag(JᵀJ))d = −Jᵀr: as Levenberg, but in the units of each parameter, of which the largest seen so far counts (Moré 1978).
 * Marquardt 1963.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const [x, y] = [tensor([0, 1, 2], { dtype: "float64" }), tensor([2, 1, 0.5], { dtype: "float64" })];
 * const p = nn.parameter(tensor([1, 0], { dtype: "float64" }));
 * const optimizer = new optim.LevenbergMarquardt([p]);
 * while (optimizer.reason === null) await optimizer.step(() => p.slice(0).mul(p.slice(1).mul(x).exp()).sub(y));
 * p // → [2, -0.693147]
 */
export class LevenbergMarquardt extends DampedLeastSquares {
  private largest: Vector | null = null;

  constructor(params: Iterable<Tensor>, options: DampedOptions = {}) {
    super(params, options);
  }

  protected scales(jacobian: Float64Array, n: number): Vector {
    const norms = new Float64Array(n);
    for (let i = 0; i < jacobian.length; i++) norms[i % n] += jacobian[i] ** 2;
    const before = this.largest;
    this.largest = norms.map((square, j) => Math.max(Math.sqrt(square), before?.[j] ?? 0));
    return this.largest.map((norm) => norm || 1);
  }
}
