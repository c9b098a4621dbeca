/** Gradient descent and nonlinear conjugate gradients: directions from gradients alone. */

import { ValueError } from "../../base/errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { descentDefaults, DescentOptimizer, type DescentOptions, type Direction } from "./fullBatchOptimizer.js";
import { strongWolfe } from "./lineSearch.js";
import type { Objective, Point } from "./objective.js";
import { along, dot, minus, scaled } from "./vector.js";

/**
 * Steepest descent: x ← x − t·∇f, t by the line search (default: `armijo()`, from `lr` 1 on). Cauchy 1847. For steps of a fixed size
 * `lineSearch: fixedStep()`.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const x = nn.parameter(tensor([4, 1], { dtype: "float64" }));
 * const optimizer = new optim.GradientDescent([x]);
 * const bowl = () => x.square().mul(tensor([1, 5], { dtype: "float64" })).sum();
 * await optimizer.step(bowl) // → 21
 * while (optimizer.reason === null) await optimizer.step(bowl);
 * await x.abs().max().item() < 1e-7 // → true
 */
export class GradientDescent extends DescentOptimizer {
  constructor(params: Iterable<Tensor>, options: DescentOptions = {}) {
    super(params, options, descentDefaults);
  }

  protected direction(_objective: Objective, { gradient }: Point): Direction {
    return { direction: scaled(gradient, -1), firstStep: this.options.lr };
  }
}

export interface NonlinearConjugateGradientOptions extends DescentOptions {
  /** β: "polakRibiere" (PR⁺, which restarts by itself; the default) or "fletcherReeves". */
  readonly variant?: "polakRibiere" | "fletcherReeves";
}

/**
 * Conjugate gradients for any function: d ← −g + β·d with β = max(0, g·(g − g′)/g′·g′) (Polak & Ribière 1969) or g·g/g′·g′ (Fletcher &
 * Reeves 1964), g′ being the gradient before. On a quadratic function of n variables it arrives in n iterations if the line search is exact.
 * Starts anew every n iterations. Line search: `strongWolfe({ c2: 0.1 })`. Nocedal & Wright, algorithm 5.4.
 * @throws ValueError for no parameters, unknown options and options out of range.
 *
 * @example
 * const x = nn.parameter(tensor([4, 1], { dtype: "float64" }));
 * const optimizer = new optim.NonlinearConjugateGradient([x], { lineSearch: optim.strongWolfe({ c2: 1e-3 }) });
 * const bowl = () => x.square().mul(tensor([1, 5], { dtype: "float64" })).sum();
 * while (optimizer.reason === null) await optimizer.step(bowl);
 * optimizer.iterations // → 2
 */
export class NonlinearConjugateGradient extends DescentOptimizer<NonlinearConjugateGradientOptions> {
  private last: { readonly point: Point; readonly direction: Float64Array; readonly firstStep: number } | null = null;
  private sinceRestart = 0;

  constructor(params: Iterable<Tensor>, options: NonlinearConjugateGradientOptions = {}) {
    super(params, options, { ...descentDefaults, lineSearch: strongWolfe({ c2: 0.1 }), variant: "polakRibiere" });
    const { variant } = this.options;
    if (variant !== "polakRibiere" && variant !== "fletcherReeves") {
      throw new ValueError(`NonlinearConjugateGradient: variant must be "polakRibiere" or "fletcherReeves", got "${String(variant)}".`);
    }
  }

  protected override forget(): void {
    this.last = null;
  }

  protected direction(_objective: Objective, from: Point): Direction {
    const { last } = this;
    const { gradient } = from;
    let chosen = this.steepest(from);
    this.sinceRestart = last === null || this.sinceRestart >= gradient.length ? 1 : this.sinceRestart + 1;
    if (last !== null) {
      const before = last.point.gradient;
      const t = this.stepTaken(last.point, from, last.direction);
      const beta =
        this.sinceRestart === 1 ? 0
        : this.options.variant === "fletcherReeves" ? dot(gradient, gradient) / dot(before, before)
        : Math.max(0, dot(gradient, minus(gradient, before)) / dot(before, before));
      const direction = along(scaled(gradient, -1), beta, last.direction);
      // The first change of the loss is expected to be that of the iteration before: Nocedal & Wright, eq. 3.60.
      const firstStep = (t * dot(before, last.direction)) / dot(gradient, direction);
      chosen = { direction, firstStep: firstStep > 0 && firstStep < Infinity ? firstStep : chosen.firstStep };
    }
    this.last = { point: from, ...chosen };
    return chosen;
  }

  private stepTaken(before: Point, after: Point, direction: Float64Array): number {
    return Math.sqrt(dot(minus(after.x, before.x), minus(after.x, before.x)) / dot(direction, direction));
  }
}
