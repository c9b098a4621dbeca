/** Adam, AdamW, and AMSGrad as an option of both. */

import type { Tensor } from "../tensor/tensor.js";
import { add, div, maximum, sub } from "../ops/arithmetic.js";
import { mulScalar, sqrt, square } from "../ops/elementwise.js";
import { type Active, follow, Optimizer, type OptimizerOptions, type Params, type StateOf, withDecay } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the two running means. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e−8. */
  readonly eps?: number;
  /** Adam: gradient of weightDecay/2 · ‖p‖² (default 0). AdamW: share of p that each step removes, times lr (default 0.01). */
  readonly weightDecay?: number;
  /** Divide by the largest v̂ so far, so that steps never grow again. Reddi et al. 2018. Default false. */
  readonly amsgrad?: boolean;
}

/**
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − lr · m̂ / (√v̂ + eps) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 * Kingma & Ba 2015, algorithm 1; AMSGrad: Reddi et al. 2018. Defaults: lr 1e−3, betas [0.9, 0.999], eps 1e−8, no weight decay.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, 1]));
 * const optimizer = new optim.Adam([w], { lr: 0.1 });
 * w.mul(tensor([1, 1000])).sum().backward();
 * optimizer.step();
 * w // → [0.9, 0.9]
 */
export class Adam extends Optimizer<AdamOptions> {
  protected readonly decoupled: boolean = false;

  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}, defaultDecay = 0) {
    super(params, options, {
      defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: defaultDecay, amsgrad: false, maximize: false },
      state: ["m", "v", "vMax"],
    });
  }

  protected check({ betas: [beta1, beta2], eps, weightDecay }: Required<AdamOptions>): void {
    checkRange(this.constructor.name, { eps, weightDecay });
    checkRange(this.constructor.name, { beta1, beta2 }, { below: 1 });
  }

  protected update(options: Required<AdamOptions>, active: Active): void {
    if (options.amsgrad) return this.forEach(active, (p, g, state) => this.amsgrad(options, active.t, p, g, state));
    const { betas: [beta1, beta2], ...rest } = options;
    const { params, grads, t } = active;
    params[0].backend.adam!(params, grads, this.stateOf("m", active), this.stateOf("v", active), {
      ...rest,
      beta1,
      beta2,
      decoupled: this.decoupled,
      correction1: 1 - beta1 ** t,
      correction2: 1 - beta2 ** t,
    });
  }

  private amsgrad(options: Required<AdamOptions>, t: number, p: Tensor, gradient: Tensor, state: StateOf): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay } = options;
    if (this.decoupled) p.copyFrom(mulScalar(p, 1 - lr * weightDecay));
    const g = this.decoupled ? gradient : withDecay(gradient, p, weightDecay);
    const m = follow(state("m"), g, beta1);
    const v = follow(state("v"), square(g), beta2);
    const vMax = state("vMax");
    vMax.copyFrom(maximum(vMax, v));
    const vHat = mulScalar(vMax, 1 / (1 - beta2 ** t));
    p.copyFrom(sub(p, div(mulScalar(m, lr / (1 - beta1 ** t)), add(sqrt(vHat), eps))));
  }
}

/**
 * Adam with decoupled weight decay: p ← p − lr·weightDecay·p before Adam's own step; weightDecay 0.01 by default.
 * Loshchilov & Hutter 2019, algorithm 2.
 *
 * @example
 * const w = nn.parameter(tensor([10]));
 * const optimizer = new optim.AdamW([w], { lr: 0.1, weightDecay: 0.5 });
 * w.sum().backward();
 * optimizer.step();
 * w // → [9.4]
 */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, options, 0.01);
  }
}
