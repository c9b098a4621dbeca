/** Adagrad: each weight's rate falls with the squares of its own gradients. */

import { add, div, sub } from "../ops/arithmetic.js";
import { mulScalar, sqrt, square } from "../ops/elementwise.js";
import { type Active, Optimizer, type OptimizerOptions, type Params, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface AdagradOptions extends OptimizerOptions {
  /** The rate of step t is lr / (1 + (t − 1)·lrDecay). Default 0. */
  readonly lrDecay?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Where the sum of squares starts. Default 0. */
  readonly initialAccumulator?: number;
  /** Added to the denominator. Default 1e−10. */
  readonly eps?: number;
}

/**
 * s ← s + g², p ← p − lr · g / (√s + eps). Duchi, Hazan & Singer 2011, in PyTorch's form. Default lr 0.01.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, 1]));
 * const optimizer = new optim.Adagrad([w], { lr: 0.1 });
 * w.mul(tensor([1, 1000])).sum().backward();
 * optimizer.step(); // w: [0.9, 0.9]
 * optimizer.step();
 * w // → [0.829289, 0.829289]
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super(params, options, {
      defaults: { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulator: 0, eps: 1e-10, maximize: false },
      state: ["sum"],
    });
  }

  protected check({ lrDecay, weightDecay, initialAccumulator, eps }: Required<AdagradOptions>): void {
    checkRange("Adagrad", { lrDecay, weightDecay, initialAccumulator, eps });
  }

  protected update({ lr, lrDecay, weightDecay, initialAccumulator, eps }: Required<AdagradOptions>, active: Active): void {
    const rate = lr / (1 + (active.t - 1) * lrDecay);
    this.forEach(active, (p, gradient, state) => {
      const g = withDecay(gradient, p, weightDecay);
      const sum = state("sum", initialAccumulator);
      sum.copyFrom(add(sum, square(g)));
      p.copyFrom(sub(p, div(mulScalar(g, rate), add(sqrt(sum), eps))));
    });
  }
}
