/** Adadelta: steps in the units of the weights, from running means of squared gradients and squared steps. */

import { add, div, mul, sub } from "../ops/arithmetic.js";
import { mulScalar, sqrt, square } from "../ops/elementwise.js";
import { type Active, follow, Optimizer, type OptimizerOptions, type Params, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both running means. Default 0.9. */
  readonly rho?: number;
  /** Added under both roots. Default 1e−6. */
  readonly eps?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * E[g²] ← ρE[g²] + (1 − ρ)g², Δ = √(E[Δ²] + eps) / √(E[g²] + eps) · g, E[Δ²] ← ρE[Δ²] + (1 − ρ)Δ², p ← p − lr·Δ.
 * Zeiler 2012, algorithm 1. Default lr 1.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1]));
 * const optimizer = new optim.Adadelta([w], { eps: 1e-2 });
 * w.sum().backward();
 * optimizer.step();
 * w // → [0.698489]
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super(params, options, { defaults: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false }, state: ["squareMean", "deltaMean"] });
  }

  protected check({ rho, eps, weightDecay }: Required<AdadeltaOptions>): void {
    checkRange("Adadelta", { eps, weightDecay });
    checkRange("Adadelta", { rho }, { below: 1 });
  }

  protected update({ lr, rho, eps, weightDecay }: Required<AdadeltaOptions>, active: Active): void {
    this.forEach(active, (p, gradient, state) => {
      const g = withDecay(gradient, p, weightDecay);
      const squareMean = follow(state("squareMean"), square(g), rho);
      const deltaMean = state("deltaMean");
      const delta = mul(div(sqrt(add(deltaMean, eps)), sqrt(add(squareMean, eps))), g);
      follow(deltaMean, square(delta), rho);
      p.copyFrom(sub(p, mulScalar(delta, lr)));
    });
  }
}
