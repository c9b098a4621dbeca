/** Adamax: Adam with the infinity norm. */

import { add, div, maximum, sub } from "../ops/arithmetic.js";
import { abs, mulScalar } from "../ops/elementwise.js";
import { type Active, follow, Optimizer, type OptimizerOptions, type Params, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface AdamaxOptions extends OptimizerOptions {
  /** Decay of the running mean and of the running maximum. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to |g|. Default 1e−8. */
  readonly eps?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g| + eps), p ← p − lr/(1 − β₁ᵗ) · m/u. Kingma & Ba 2015, algorithm 2. Default lr 2e−3.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, 1]));
 * const optimizer = new optim.Adamax([w], { lr: 0.1 });
 * w.mul(tensor([1, 1000])).sum().backward();
 * optimizer.step();
 * w // → [0.9, 0.9]
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    super(params, options, { defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false }, state: ["m", "u"] });
  }

  protected check({ betas: [beta1, beta2], eps, weightDecay }: Required<AdamaxOptions>): void {
    checkRange("Adamax", { eps, weightDecay });
    checkRange("Adamax", { beta1, beta2 }, { below: 1 });
  }

  protected update({ lr, betas: [beta1, beta2], eps, weightDecay }: Required<AdamaxOptions>, active: Active): void {
    this.forEach(active, (p, gradient, state) => {
      const g = withDecay(gradient, p, weightDecay);
      const m = follow(state("m"), g, beta1);
      const u = state("u");
      u.copyFrom(maximum(mulScalar(u, beta2), add(abs(g), eps)));
      p.copyFrom(sub(p, div(mulScalar(m, lr / (1 - beta1 ** active.t)), u)));
    });
  }
}
