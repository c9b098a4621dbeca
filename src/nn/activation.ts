/** Activation functions as layers. Shapes stay as they are. */

import { anything, optionsOf } from "../base/options.js";
import { elu, gelu, type GeluOptions, leakyRelu, relu, sigmoid, silu, softplus, tanh } from "../ops/activations.js";
import { logSoftmax, softmax } from "../ops/softmax.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/**
 * max(0, x).
 *
 * @example
 * new nn.ReLU().forward(tensor([-1, 2])) // → [0, 2]
 */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/**
 * Hyperbolic tangent.
 *
 * @example
 * new nn.Tanh().forward(tensor([0, 1])) // → [0, 0.76159]
 */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/**
 * 1 / (1 + e⁻ˣ).
 *
 * @example
 * new nn.Sigmoid().forward(tensor([0, 2])) // → [0.5, 0.8808]
 */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/**
 * x where x > 0, else slope · x.
 *
 * @example
 * new nn.LeakyReLU(0.1).forward(tensor([-1, 2])) // → [-0.1, 2]
 */
export class LeakyReLU extends Module {
  /** @param slope default 0.01 */
  constructor(readonly slope = 0.01) {
    super();
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.slope);
  }

  override describe(): string {
    return `LeakyReLU(${this.slope})`;
  }
}

/**
 * x where x > 0, else α(eˣ − 1).
 *
 * @example
 * new nn.ELU().forward(tensor([-1, 2])) // → [-0.63212, 2]
 */
export class ELU extends Module {
  /** @param alpha default 1 */
  constructor(readonly alpha = 1) {
    super();
  }

  forward(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }

  override describe(): string {
    return `ELU(${this.alpha})`;
  }
}

/**
 * log(1 + eˣ).
 *
 * @example
 * new nn.Softplus().forward(tensor([0, 50])) // → [0.69315, 50]
 */
export class Softplus extends Module {
  forward(x: Tensor): Tensor {
    return softplus(x);
  }
}

/**
 * x · sigmoid(x).
 *
 * @example
 * new nn.SiLU().forward(tensor([-1, 2])) // → [-0.26894, 1.76159]
 */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/**
 * x · Φ(x), exact, or with `approximate: "tanh"`.
 *
 * @example
 * new nn.GELU().forward(tensor([-1, 2])) // → [-0.15866, 1.9545]
 */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(options: GeluOptions = {}) {
    const { approximate = "none" } = optionsOf("GELU", options, { approximate: anything });
    super();
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override describe(): string {
    return this.approximate === "none" ? "GELU" : `GELU(approximate="${this.approximate}")`;
  }
}

/**
 * eˣ / Σ eˣ along `axis` (default: the last). `crossEntropy` wants logits: no Softmax before it.
 *
 * @example
 * new nn.Softmax().forward(tensor([[0, 0], [0, Math.log(3)]])) // → [[0.5, 0.5], [0.25, 0.75]]
 */
export class Softmax extends Module {
  constructor(readonly axis = -1) {
    super();
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.axis);
  }

  override describe(): string {
    return `Softmax(axis=${this.axis})`;
  }
}

/**
 * x − log Σ eˣ along `axis` (default: the last).
 *
 * @example
 * new nn.LogSoftmax().forward(tensor([[0, Math.log(3)]])) // → [[-1.38629, -0.28768]]
 */
export class LogSoftmax extends Module {
  constructor(readonly axis = -1) {
    super();
  }

  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.axis);
  }

  override describe(): string {
    return `LogSoftmax(axis=${this.axis})`;
  }
}
