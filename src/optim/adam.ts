/** Adam and AdamW. */

import { ValueError } from "../base/errors.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Active, Optimizer, type ParameterGroup } from "./optimizer.js";

export interface AdamOptions {
  /** Learning rate. Default 1e−3. */
  readonly lr: number;
  /** Decay of the two running means. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. Default 1e−8. */
  readonly eps?: number;
  /** Adam: gradient of weightDecay/2 · ‖p‖² (default 0). AdamW: share of p that each step removes, times lr (default 0.01). */
  readonly weightDecay?: number;
}

type Params = Iterable<Tensor> | readonly ParameterGroup<AdamOptions>[];

/**
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − lr · m̂ / (√v̂ + eps) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 * Kingma & Ba 2015, algorithm 1. Defaults: lr 1e−3, betas [0.9, 0.999], eps 1e−8, no weight decay.
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
  private readonly defaultDecay: number;

  constructor(params: Params, { lr = 1e-3, ...options }: Partial<AdamOptions> = {}, defaultDecay = 0) {
    super(params, { lr, ...options });
    this.defaultDecay = defaultDecay;
  }

  protected override check(options: AdamOptions): void {
    super.check(options);
    const { betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = options;
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) throw new ValueError(`Adam: betas must be at least 0 and less than 1, got ${beta1} and ${beta2}.`);
    if (!(eps >= 0) || !(weightDecay >= 0)) throw new ValueError(`Adam: eps and weightDecay must be 0 or more, got ${eps} and ${weightDecay}.`);
  }

  protected update(options: AdamOptions, active: Active, first: number): void {
    const { lr, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = this.defaultDecay } = options;
    const m = this.stateOf("m", active, first);
    const v = this.stateOf("v", active, first);
    active.params[0].backend.adam!(active.params, active.grads, m, v, {
      lr,
      beta1,
      beta2,
      eps,
      weightDecay,
      decoupled: this.decoupled,
      correction1: 1 - beta1 ** this.steps,
      correction2: 1 - beta2 ** this.steps,
    });
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

  constructor(params: Params, options: Partial<AdamOptions> = {}) {
    super(params, options, 0.01);
  }
}
