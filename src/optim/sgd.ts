/** Stochastic gradient descent. */

import { ValueError } from "../base/errors.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Active, Optimizer, type ParameterGroup } from "./optimizer.js";

export interface SGDOptions {
  /** Learning rate. */
  readonly lr: number;
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
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<SGDOptions>[], options: SGDOptions) {
    super(params, options);
  }

  protected override check(options: SGDOptions): void {
    super.check(options);
    const { momentum = 0, weightDecay = 0, nesterov = false, dampening = 0 } = options;
    if (!(momentum >= 0) || !(weightDecay >= 0)) throw new ValueError(`SGD: momentum and weightDecay must be 0 or more, got ${momentum} and ${weightDecay}.`);
    if (nesterov && (momentum <= 0 || dampening !== 0)) throw new ValueError("SGD: nesterov needs momentum above 0 and dampening 0.");
  }

  protected update({ lr, momentum = 0, weightDecay = 0, nesterov = false, dampening = 0 }: SGDOptions, active: Active, first: number): void {
    const { params, grads, indices } = active;
    const { backend } = params[0];
    const step = { lr, momentum, dampening, weightDecay, nesterov, first: false };
    if (momentum === 0) return backend.sgd!(params, grads, null, step);
    // Without dampening a buffer of zeros gives b = g at first by itself.
    const fresh = dampening === 0 ? [] : indices.flatMap((at, i) => (this.hasState("momentum", first + at) ? [] : [i]));
    const buffers = this.stateOf("momentum", active, first);
    const run = (at: readonly number[], isFirst: boolean): void => {
      if (at.length > 0) backend.sgd!(at.map((i) => params[i]), at.map((i) => grads[i]), at.map((i) => buffers[i]), { ...step, first: isFirst });
    };
    if (fresh.length === 0) return backend.sgd!(params, grads, buffers, step);
    run(fresh, true);
    run(params.map((_, i) => i).filter((i) => !fresh.includes(i)), false);
  }
}
