/** Averaged stochastic gradient descent: the mean of the late weights is better than the last. */

import { add, sub } from "../ops/arithmetic.js";
import { mulScalar } from "../ops/elementwise.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Active, Optimizer, type OptimizerOptions, type Params, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface ASGDOptions extends OptimizerOptions {
  /** λ: the decay of the weights, and of the rate. Default 1e−4. */
  readonly lambda?: number;
  /** Power with which the rate falls. Default 0.75. */
  readonly alpha?: number;
  /** Updates after which averaging begins. Default 1e6. */
  readonly t0?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * η = lr/(1 + λ·lr·(t − 1))^α; p ← (1 − λη)·p − η·g; the average ← average + (p − average)/max(1, t − 1 − t0).
 * Polyak & Juditsky 1992, Bottou's rates, in PyTorch's form; a changed learning rate counts at once. Default lr 0.01.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1]));
 * const optimizer = new optim.ASGD([w], { lr: 0.1, lambda: 0, t0: 0 });
 * for (let i = 0; i < 3; i++) {
 *   optimizer.zeroGrad();
 *   w.sum().backward();
 *   optimizer.step(); // w: 0.9, 0.8, 0.7
 * }
 * optimizer.averages()[0] // → [0.75]
 */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(params: Params<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    super(params, options, { defaults: { lr: 0.01, lambda: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false }, state: ["average"] });
  }

  protected check({ lambda, alpha, t0, weightDecay }: Required<ASGDOptions>): void {
    checkRange("ASGD", { lambda, alpha, t0, weightDecay });
  }

  /** The averages in order of the parameters, of those that have been updated. They change with the next step. */
  averages(): Tensor[] {
    return [...this.stateDict().tensors.values()];
  }

  protected update({ lr, lambda, alpha, t0, weightDecay }: Required<ASGDOptions>, active: Active): void {
    const before = active.t - 1;
    const eta = lr / (1 + lambda * lr * before) ** alpha;
    const mu = 1 / Math.max(1, before - t0);
    this.forEach(active, (p, gradient, state) => {
      const g = withDecay(gradient, p, weightDecay);
      p.copyFrom(sub(mulScalar(p, 1 - lambda * eta), mulScalar(g, eta)));
      const average = state("average");
      average.copyFrom(mu === 1 ? p : add(average, mulScalar(sub(p, average), mu)));
    });
  }
}
