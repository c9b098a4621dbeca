/** minimize: a function, a place to start, a method; what comes is the minimum and the way to it. */

import { ValueError } from "../../base/errors.js";
import { tensor, type TensorData } from "../../ops/create.js";
import { Tensor } from "../../tensor/tensor.js";
import { Optimizer, type OptimizerOptions } from "../optimizer.js";
import { checkRange, resolveOptions } from "../options.js";
import { FullBatchOptimizer, type StopReason } from "./fullBatchOptimizer.js";
import { Objective, type Point } from "./objective.js";
import { BFGS } from "./quasiNewton.js";
import { maxAbs } from "./vector.js";

/** An optimiser of either kind over the given parameters. */
export type Method = (params: readonly Tensor[]) => Optimizer<OptimizerOptions> | FullBatchOptimizer;

export interface MinimizeOptions {
  /** Makes the optimiser. Default: BFGS. */
  readonly method?: Method;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** For optimisers that only step (SGD, Adam, …): converged when no element of the gradient is larger. Default 1e−7. */
  readonly gradientTolerance?: number;
}

export interface Minimum {
  /** Where the search ended, flat in row-major order. */
  readonly x: number[];
  /** The loss there. */
  readonly value: number;
  readonly iterations: number;
  /** Times that the function was evaluated. */
  readonly evaluations: number;
  readonly converged: boolean;
  readonly reason: StopReason;
  /** Every place on the way with its loss, from the start to x. */
  readonly history: readonly { readonly x: number[]; readonly value: number }[];
}

/**
 * The minimum of `f` that is found from `x0` in float64. f gets a tensor of x0's shape and returns the loss (one number), or the
 * residuals for GaussNewton, Levenberg and LevenbergMarquardt, whose loss is ½‖r‖². Never throws for a search that fails: `reason` says why it
 * ended.
 * @throws ValueError for bad options, and for a function that does not depend on its argument.
 *
 * @example
 * const bowl = (x: Tensor) => x.sub(tensor([1, 2], { dtype: "float64" })).square().sum();
 * const { x, value, converged, history } = await optim.minimize(bowl, [0, 0]);
 * x.map((v) => v.toFixed(6))                     // → ["1.000000", "2.000000"]
 * value < 1e-12 && converged                     // → true
 * history[0]                                     // → { x: [0, 0], value: 5 }
 * const adam = await optim.minimize(bowl, [0, 0], { method: (params) => new optim.Adam(params, { lr: 0.1 }), maxIterations: 10 });
 * [adam.iterations, adam.converged, adam.reason] // → [10, false, iterations]
 */
export async function minimize(f: (x: Tensor) => Tensor | Promise<Tensor>, x0: TensorData | Tensor, options: MinimizeOptions = {}): Promise<Minimum> {
  if (typeof f !== "function") throw new ValueError(`minimize: expected a function of a tensor, got ${typeof f}.`);
  const { method, maxIterations, gradientTolerance } = resolveOptions<MinimizeOptions>(
    "minimize",
    { method: (params) => new BFGS(params), maxIterations: 1000, gradientTolerance: 1e-7 },
    options,
  );
  checkRange("minimize", { maxIterations, gradientTolerance });
  const start = x0 instanceof Tensor ? tensor(await x0.data(), { shape: x0.shape, dtype: "float64" }) : tensor(x0, { dtype: "float64" });
  start.requiresGrad = true;
  const optimizer = method([start]);
  if (optimizer instanceof FullBatchOptimizer) return search(optimizer.objective(() => f(start)), maxIterations, new FullBatch(optimizer));
  if (optimizer instanceof Optimizer) {
    return search(new Objective("minimize", [start], () => f(start), false), maxIterations, new Stepping(optimizer, start, gradientTolerance));
  }
  throw new ValueError(`minimize: method must make an optimiser from parameters, such as (params) => new optim.Adam(params); it gave ${String(optimizer)}.`);
}

/** One iteration of either kind of optimiser. */
interface Iteration {
  /** The next point, and why it is the last one; null if it is not. */
  next(objective: Objective, from: Point): Promise<{ readonly point: Point; readonly reason: StopReason | null }>;
}

class FullBatch implements Iteration {
  constructor(private readonly optimizer: FullBatchOptimizer) {}

  async next(objective: Objective, from: Point): Promise<{ point: Point; reason: StopReason | null }> {
    const point = await this.optimizer.advance(objective, from);
    return { point, reason: this.optimizer.reason };
  }
}

class Stepping implements Iteration {
  constructor(
    private readonly optimizer: Optimizer<OptimizerOptions>,
    private readonly parameter: Tensor,
    private readonly tolerance: number,
  ) {}

  async next(objective: Objective, from: Point): Promise<{ point: Point; reason: StopReason | null }> {
    const { parameter } = this;
    const reasonAt = ({ value, gradient }: Point): StopReason | null =>
      !Number.isFinite(value) || !Number.isFinite(maxAbs(gradient)) ? "nonFinite" : maxAbs(gradient) <= this.tolerance ? "gradient" : null;
    if (reasonAt(from) !== null) return { point: from, reason: reasonAt(from) };
    parameter.grad = tensor(from.gradient, { shape: parameter.shape });
    this.optimizer.step();
    const point = await objective.evaluate(await objective.read());
    return { point, reason: reasonAt(point) };
  }
}

async function search(objective: Objective, maxIterations: number, iteration: Iteration): Promise<Minimum> {
  let point = await objective.evaluate(await objective.read());
  const history = [visited(point)];
  let reason: StopReason | null = null;
  while (reason === null) {
    if (history.length > maxIterations) {
      reason = "iterations";
      break;
    }
    const next = await iteration.next(objective, point);
    ({ reason } = next);
    if (next.point === point) break;
    ({ point } = next);
    history.push(visited(point));
  }
  return {
    ...visited(point),
    iterations: history.length - 1,
    evaluations: objective.evaluations,
    converged: reason === "gradient" || reason === "step" || reason === "loss",
    reason: reason ?? "iterations",
    history,
  };
}

function visited({ x, value }: Point): { x: number[]; value: number } {
  return { x: [...x], value };
}
