/** RAdam: Adam whose first steps are held back until their variance can be told. */

import { add, div, sub } from "../ops/arithmetic.js";
import { mulScalar, sqrt, square } from "../ops/elementwise.js";
import { type Active, follow, Optimizer, type OptimizerOptions, type Params, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface RAdamOptions extends OptimizerOptions {
  /** Decay of the two running means. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e−8. */
  readonly eps?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * m̂ and v as in Adam. With ρ∞ = 2/(1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ): while ρₜ ≤ 5, p ← p − lr·m̂; then
 * p ← p − lr · rₜ · m̂ / √v̂ with rₜ² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ). Liu et al. 2020, algorithm 2. Default lr 1e−3.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, 1]));
 * const optimizer = new optim.RAdam([w], { lr: 0.1 });
 * w.mul(tensor([1, 2])).sum().backward();
 * optimizer.step();
 * w // → [0.9, 0.8]
 */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(params: Params<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super(params, options, { defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false }, state: ["m", "v"] });
  }

  protected check({ betas: [beta1, beta2], eps, weightDecay }: Required<RAdamOptions>): void {
    checkRange("RAdam", { eps, weightDecay });
    checkRange("RAdam", { beta1, beta2 }, { below: 1 });
  }

  protected update({ lr, betas: [beta1, beta2], eps, weightDecay }: Required<RAdamOptions>, active: Active): void {
    const { t } = active;
    const correction2 = 1 - beta2 ** t;
    const rhoInfinity = 2 / (1 - beta2) - 1;
    const rho = rhoInfinity - (2 * t * beta2 ** t) / correction2;
    const rectification = Math.sqrt(((rho - 4) * (rho - 2) * rhoInfinity) / ((rhoInfinity - 4) * (rhoInfinity - 2) * rho));
    this.forEach(active, (p, gradient, state) => {
      const g = withDecay(gradient, p, weightDecay);
      const mHat = mulScalar(follow(state("m"), g, beta1), 1 / (1 - beta1 ** t));
      const v = follow(state("v"), square(g), beta2);
      const direction = rho > 5 ? div(mulScalar(mHat, rectification * Math.sqrt(correction2)), add(sqrt(v), eps)) : mHat;
      p.copyFrom(sub(p, mulScalar(direction, lr)));
    });
  }
}
