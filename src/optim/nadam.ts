/** NAdam: Adam with Nesterov's look ahead. */

import { add, div, sub } from "../ops/arithmetic.js";
import { mulScalar, sqrt, square } from "../ops/elementwise.js";
import { type Active, follow, Optimizer, type OptimizerOptions, type Params, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface NAdamOptions extends OptimizerOptions {
  /** Decay of the two running means. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e−8. */
  readonly eps?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** ψ in μₜ = β₁(1 − ½ · 0.96^(t·ψ)), how slowly the momentum warms up. Default 4e−3. */
  readonly momentumDecay?: number;
}

/**
 * m and v as in Adam; p ← p − lr · ((1 − μₜ)/(1 − Πμᵢ) · g + μₜ₊₁/(1 − μₜ₊₁Πμᵢ) · m) / (√v̂ + eps), products up to t.
 * Dozat 2016, algorithm 8, in PyTorch's form. Default lr 2e−3.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, 1]));
 * const optimizer = new optim.NAdam([w], { lr: 0.1 });
 * w.mul(tensor([1, 1000])).sum().backward();
 * optimizer.step();
 * w // → [0.894355, 0.894355]
 */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super(params, options, {
      defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3, maximize: false },
      state: ["m", "v"],
    });
  }

  protected check({ betas: [beta1, beta2], eps, weightDecay, momentumDecay }: Required<NAdamOptions>): void {
    checkRange("NAdam", { eps, weightDecay, momentumDecay });
    checkRange("NAdam", { beta1, beta2 }, { below: 1 });
  }

  protected update({ lr, betas: [beta1, beta2], eps, weightDecay, momentumDecay }: Required<NAdamOptions>, active: Active): void {
    const { t } = active;
    const mu = (i: number): number => beta1 * (1 - 0.5 * 0.96 ** (i * momentumDecay));
    const product = productUpTo(t, mu);
    const ofGradient = (lr * (1 - mu(t))) / (1 - product);
    const ofMean = (lr * mu(t + 1)) / (1 - product * mu(t + 1));
    this.forEach(active, (p, gradient, state) => {
      const g = withDecay(gradient, p, weightDecay);
      const m = follow(state("m"), g, beta1);
      const vHat = mulScalar(follow(state("v"), square(g), beta2), 1 / (1 - beta2 ** t));
      const ahead = add(mulScalar(g, ofGradient), mulScalar(m, ofMean));
      p.copyFrom(sub(p, div(ahead, add(sqrt(vHat), eps))));
    });
  }
}

/** μ₁ · … · μₜ, always multiplied in this order: a resumed run gets the same bits. Below the smallest number nothing changes any more. */
function productUpTo(t: number, mu: (i: number) => number): number {
  let product = 1;
  for (let i = 1; i <= t && product > 0; i++) product *= mu(i);
  return product;
}
