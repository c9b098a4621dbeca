/** Stochastic gradient descent. */

import { ValueError } from "../base/errors.js";
import { type Active, Optimizer, type OptimizerOptions, type Params } from "./optimizer.js";
import { checkRange } from "./options.js";

export interface SGDOptions extends OptimizerOptions {
  /** Share of the last update that is carried on. Default 0. */
  readonly momentum?: number;
  /** Gradient of weightDecay/2 · ‖p‖², added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Look ahead along the momentum. Needs momentum. Default false. */
  readonly nesterov?: boolean;
  /** Share of the new gradient that momentum leaves out. Default 0. */
  readonly dampening?: number;
}

/**
 * g ← ∇L + weightDecay·p; b ← momentum·b + (1 − dampening)·g (b = g at first); p ← p − lr·b, or with Nesterov
 * p − lr·(g + momentum·b). Sutskever et al. 2013, in PyTorch's form.
 * @throws ValueError for options out of range, no parameters, or a parameter that is listed twice.
 *
 * @example
 * const w = nn.parameter(tensor([1, 2]));
 * const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
 * for (let i = 0; i < 2; i++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * w // → [0.46, 0.92]
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: SGDOptions) {
    super(params, options, {
      defaults: { lr: NaN, momentum: 0, weightDecay: 0, nesterov: false, dampening: 0, maximize: false },
      state: ["momentum"],
    });
  }

  protected check({ momentum, weightDecay, nesterov, dampening }: Required<SGDOptions>): void {
    checkRange("SGD", { momentum, weightDecay });
    if (nesterov && (momentum <= 0 || dampening !== 0)) throw new ValueError("SGD: nesterov needs momentum above 0 and dampening 0.");
  }

  protected update(options: Required<SGDOptions>, active: Active): void {
    const { params, grads, t } = active;
    const buffers = options.momentum === 0 ? null : this.stateOf("momentum", active);
    params[0].backend.sgd!(params, grads, buffers, { ...options, first: t === 1 });
  }
}
