/** Rprop: steps whose size follows from the signs of the gradients alone. For full batches. */

import { mul, sub } from "../ops/arithmetic.js";
import { gt, lt, where } from "../ops/compare.js";
import { clamp, mulScalar, sign } from "../ops/elementwise.js";
import { type Active, Optimizer, type OptimizerOptions, type Params } from "./optimizer.js";
import { checkRange } from "./options.js";
import { ValueError } from "../base/errors.js";

export interface RpropOptions extends OptimizerOptions {
  /** Factors of the step where the sign of the gradient changed, and where it stayed. Default [0.5, 1.2]. */
  readonly etas?: readonly [number, number];
  /** Smallest and largest step. Default [1e−6, 50]. */
  readonly stepSizes?: readonly [number, number];
}

/**
 * Each weight has a step, `lr` (default 0.01) at first: longer while its gradient keeps its sign, shorter when it changes, and then
 * the weight waits for a step; p ← p − sign(g)·step. Riedmiller & Braun 1993, in PyTorch's form (iRprop−).
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, -4]));
 * const optimizer = new optim.Rprop([w], { lr: 0.1 });
 * for (let i = 0; i < 2; i++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * w // → [0.78, -3.78]
 */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(params: Params<RpropOptions>, options: Partial<RpropOptions> = {}) {
    super(params, options, { defaults: { lr: 0.01, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false }, state: ["previous", "stepSize"] });
  }

  protected check({ etas: [shrink, grow], stepSizes: [smallest, largest] }: Required<RpropOptions>): void {
    if (!(shrink > 0 && shrink < 1 && grow > 1)) throw new ValueError(`Rprop: etas must be a factor between 0 and 1 and one above 1, got ${shrink} and ${grow}.`);
    checkRange("Rprop", { "the smallest of stepSizes": smallest });
    checkRange("Rprop", { "the largest of stepSizes": largest }, { min: smallest });
  }

  protected update({ lr, etas: [shrink, grow], stepSizes: [smallest, largest] }: Required<RpropOptions>, active: Active): void {
    this.forEach(active, (p, gradient, state) => {
      const previous = state("previous");
      const stepSize = state("stepSize", lr);
      const agreement = mul(gradient, previous);
      const turned = lt(agreement, 0);
      const next = where(turned, mulScalar(stepSize, shrink), where(gt(agreement, 0), mulScalar(stepSize, grow), stepSize));
      stepSize.copyFrom(clamp(next, smallest, largest));
      previous.copyFrom(where(turned, 0, gradient));
      p.copyFrom(sub(p, mul(sign(previous), stepSize)));
    });
  }
}
