/** RMSprop: the gradient over a running root mean square of itself. */

import { add, div, sub } from "../ops/arithmetic.js";
import { mulScalar, sqrt, square } from "../ops/elementwise.js";
import { type Active, follow, Optimizer, type OptimizerOptions, type Params, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the running mean of squares. Default 0.99. */
  readonly alpha?: number;
  /** Added to the denominator. Default 1e−8. */
  readonly eps?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Share of the last update that is carried on. Default 0. */
  readonly momentum?: number;
  /** Divide by the standard deviation, E[g²] − E[g]² under the root. Default false. */
  readonly centered?: boolean;
}

/**
 * v ← αv + (1 − α)g², u = g / (√v + eps); p ← p − lr·u, or with momentum b ← momentum·b + u, p ← p − lr·b.
 * Tieleman & Hinton 2012, lecture 6.5; centred: Graves 2013, eq. 38–41. In PyTorch's form. Default lr 0.01.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, 1]));
 * const optimizer = new optim.RMSprop([w], { lr: 0.01 });
 * w.mul(tensor([1, 1000])).sum().backward();
 * optimizer.step();
 * w // → [0.9, 0.9]
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super(params, options, {
      defaults: { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false },
      state: ["squareMean", "mean", "momentum"],
    });
  }

  protected check({ alpha, eps, weightDecay, momentum }: Required<RMSpropOptions>): void {
    checkRange("RMSprop", { eps, weightDecay, momentum });
    checkRange("RMSprop", { alpha }, { below: 1 });
  }

  protected update({ lr, alpha, eps, weightDecay, momentum, centered }: Required<RMSpropOptions>, active: Active): void {
    this.forEach(active, (p, gradient, state) => {
      const g = withDecay(gradient, p, weightDecay);
      const squareMean = follow(state("squareMean"), square(g), alpha);
      const v = centered ? sub(squareMean, square(follow(state("mean"), g, alpha))) : squareMean;
      let update = div(g, add(sqrt(v), eps));
      if (momentum > 0) {
        const buffer = state("momentum");
        update = buffer.copyFrom(add(mulScalar(buffer, momentum), update));
      }
      p.copyFrom(sub(p, mulScalar(update, lr)));
    });
  }
}
