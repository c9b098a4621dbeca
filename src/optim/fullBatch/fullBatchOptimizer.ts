/**
 * FullBatchOptimizer: what the methods that may evaluate the loss as often as they like have in common. One `step` is one iteration; the
 * loss comes from a closure.
 */

import { ValueError } from "../../base/errors.js";
import { show } from "../../base/options.js";
import { Tensor } from "../../tensor/tensor.js";
import { isFloat } from "../../base/dtype.js";
import { checkRange, type Defaults, resolveOptions } from "../options.js";
import { armijo, lineFrom, type LineSearch } from "./lineSearch.js";
import { type Closure, Objective, type Point } from "./objective.js";
import { dot, maxAbs, minus, scaled, sumAbs, type Vector } from "./vector.js";

export interface FullBatchOptions {
  /** Converged when no element of the gradient is larger. Default 1e−7. */
  readonly gradientTolerance?: number;
  /** Converged when an iteration moves no parameter by more than this times the larger of 1 and the largest parameter. Default 1e−12. */
  readonly stepTolerance?: number;
  /** Converged when an iteration changes the loss by no more than this, or could change it by rounding errors only. Default 0. */
  readonly lossTolerance?: number;
}

/**
 * Why an optimiser stopped. Converged: "gradient", "step" or "loss" fell below its tolerance. Not converged: "lineSearch" (no lower loss
 * could be found, even along the gradient), "nonFinite" (the loss or its derivatives at the start of the step), "damping" (no damping led to a lower loss),
 * "iterations" (the limit of `minimize`).
 */
export type StopReason = "gradient" | "step" | "loss" | "lineSearch" | "nonFinite" | "damping" | "iterations";

export const fullBatchDefaults: Defaults<FullBatchOptions> = { gradientTolerance: 1e-7, stepTolerance: 1e-12, lossTolerance: 0 };

/**
 * Base of the methods for full batches: `await optimizer.step(closure)` is one iteration, and gives the loss before it. The closure computes
 * the loss from the parameters (least squares: the residuals); it calls neither zeroGrad nor backward. The parameters should be
 * float64. When a method can go no further it leaves them where the loss was lowest, and `reason` says why.
 *
 * @example
 * const x = nn.parameter(tensor([-1.2, 1], { dtype: "float64" }));
 * const optimizer = new optim.Newton([x]);
 * const rosenbrock = () => {
 *   const [a, b] = [x.slice(0), x.slice(1)];
 *   return a.sub(1).square().add(b.sub(a.square()).square().mul(100));
 * };
 * while (optimizer.reason === null) await optimizer.step(rosenbrock);
 * x                   // → [1, 1]
 * optimizer.converged // → true
 */
export abstract class FullBatchOptimizer<O extends FullBatchOptions = FullBatchOptions> {
  readonly params: readonly Tensor[];
  readonly options: Required<O>;
  /** Iterations done. */
  iterations = 0;
  /** Why the last step could not go on, or needs not; null if the next one may improve on it. */
  reason: StopReason | null = null;
  /** The closure gives residuals. */
  protected readonly ofResiduals: boolean = false;

  /** @throws ValueError for parameters that are none, unknown options, and options out of range. */
  constructor(params: Iterable<Tensor>, options: Partial<O>, defaults: Defaults<O>) {
    const { name } = this.constructor;
    if (typeof params !== "object" || params === null || !(Symbol.iterator in params)) {
      throw new ValueError(`${name}: expected a list of parameters, got ${String(params)}; pass model.parameters().`);
    }
    this.params = [...params];
    if (this.params.length === 0) throw new ValueError(`${name}: there are no parameters to optimise.`);
    const bad = this.params.findIndex((p) => !(p instanceof Tensor) || !isFloat(p.dtype) || !p.requiresGrad || p.node !== null);
    if (bad >= 0) throw new ValueError(`${name}: parameter ${bad} (${String(this.params[bad])}) must be a leaf tensor that requires a gradient; parameter groups have no meaning here.`);
    if (new Set(this.params).size !== this.params.length) throw new ValueError(`${name}: a parameter is listed twice.`);
    this.options = resolveOptions<O>(name, defaults, options);
    const { gradientTolerance, stepTolerance, lossTolerance } = this.options as Required<FullBatchOptions>;
    checkRange(name, { gradientTolerance, stepTolerance, lossTolerance });
  }

  /** Whether the last step met a tolerance. */
  get converged(): boolean {
    return this.reason === "gradient" || this.reason === "step" || this.reason === "loss";
  }

  /** One iteration. Resolves to the loss before it. */
  async step(closure: Closure): Promise<number> {
    const objective = this.objective(closure);
    const start = await objective.evaluate(await objective.read());
    await this.advance(objective, start);
    return start.value;
  }

  /** The loss as a function of these parameters, for `advance`. */
  objective(closure: Closure): Objective {
    if (typeof closure !== "function") throw new ValueError(`${this.constructor.name}: expected a function that gives the loss, got ${show(closure)}.`);
    return new Objective(this.constructor.name, this.params, closure, this.ofResiduals);
  }

  /** One iteration from a point at which the loss is known; leaves the parameters at the point that it returns, and sets `reason`. */
  async advance(objective: Objective, from: Point): Promise<Point> {
    const { gradientTolerance, stepTolerance, lossTolerance } = this.options as Required<FullBatchOptions>;
    this.reason = null;
    const stay = (reason: StopReason): Point => {
      objective.write(from.x);
      this.reason = reason;
      return from;
    };
    if (!isFinitePoint(from)) return stay("nonFinite");
    if (maxAbs(from.gradient) <= gradientTolerance) return stay("gradient");
    const to = await this.iterate(objective, from);
    if (typeof to === "string") return stay(to);
    this.iterations++;
    objective.write(to.x);
    if (maxAbs(to.gradient) <= gradientTolerance) this.reason = "gradient";
    else if (maxAbs(minus(to.x, from.x)) <= stepTolerance * Math.max(1, maxAbs(from.x))) this.reason = "step";
    else if (Math.abs(to.value - from.value) <= lossTolerance) this.reason = "loss";
    return to;
  }

  /** The next point, or why there is none. */
  protected abstract iterate(objective: Objective, from: Point): Promise<Point | StopReason>;
}

export interface DescentOptions extends FullBatchOptions {
  /** First step that the line search tries, in units of the direction. Default 1. */
  readonly lr?: number;
  /** How the step along the direction is found. */
  readonly lineSearch?: LineSearch;
}

export const descentDefaults: Defaults<DescentOptions> = { ...fullBatchDefaults, lr: 1, lineSearch: armijo() };

/** Where to go, and how far at first. Null: the method has no direction here. */
export type Direction = { readonly direction: Vector; readonly firstStep: number } | null;

/** A change of the loss that is smaller than this share of it is lost among rounding errors: no search can see it. */
const roundingOfLoss = 100 * Number.EPSILON;

/** Methods that choose a direction and search along it. If that leads nowhere, they forget what they know and follow the gradient. */
export abstract class DescentOptimizer<O extends DescentOptions = DescentOptions> extends FullBatchOptimizer<O> {
  constructor(params: Iterable<Tensor>, options: Partial<O>, defaults: Defaults<O>) {
    super(params, options, defaults);
    const { lr } = this.options as Required<DescentOptions>;
    if (!(lr > 0 && lr < Infinity)) throw new ValueError(`${this.constructor.name}: lr must be above 0, got ${lr}.`);
  }

  protected abstract direction(objective: Objective, from: Point): Direction | Promise<Direction>;

  /** Forgets what earlier iterations taught. */
  protected forget(): void {}

  protected async iterate(objective: Objective, from: Point): Promise<Point | StopReason> {
    const { lineSearch } = this.options as Required<DescentOptions>;
    const chosen = await this.direction(objective, from);
    const slope = chosen === null ? 0 : dot(chosen.direction, from.gradient);
    if (chosen !== null && slope < 0) {
      const found = await lineSearch(lineFrom(objective, from, chosen.direction, chosen.firstStep));
      if (found !== null) return found;
      if (-slope * chosen.firstStep <= roundingOfLoss * Math.abs(from.value)) return "loss";
    }
    this.forget();
    const { direction, firstStep } = this.steepest(from);
    return (await lineSearch(lineFrom(objective, from, direction, firstStep))) ?? "lineSearch";
  }

  /** Against the gradient, by a first step of at most 1 in all. */
  protected steepest({ gradient }: Point): { direction: Vector; firstStep: number } {
    const { lr } = this.options as Required<DescentOptions>;
    return { direction: scaled(gradient, -1), firstStep: Math.min(1, 1 / sumAbs(gradient)) * lr };
  }
}

function isFinitePoint({ value, gradient }: Point): boolean {
  return Number.isFinite(value) && Number.isFinite(maxAbs(gradient));
}

/** From a point with a gradient that differs: how far x and gradient went, and how far they went together. */
export interface Secant {
  readonly s: Vector;
  readonly y: Vector;
  readonly sy: number;
}

/** s = Δx, y = Δgradient, s·y. */
export function secantOf(before: Point, after: Point): Secant {
  const [s, y] = [minus(after.x, before.x), minus(after.gradient, before.gradient)];
  return { s, y, sy: dot(s, y) };
}

