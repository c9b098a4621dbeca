/** Smooth activation functions as layers. Shapes stay as they are, but for GLU. */

import { zeros } from "../ops/create.js";
import { celu, glu, logSigmoid, mish, selu, softsign, tanhshrink } from "../ops/smoothActivations.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/**
 * λ · x where x > 0, else λα(eˣ − 1): with LeCun's initial weights and AlphaDropout, layers keep mean 0 and variance 1. Klambauer et al. 2017.
 *
 * @example
 * new nn.SELU().forward(tensor([-1, 1])) // → [-1.11133, 1.0507]
 */
export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/**
 * x where x > 0, else α(e^(x/α) − 1): an ELU whose derivative has no jump for any α. Barron 2017.
 *
 * @example
 * new nn.CELU(2).forward(tensor([-1, 1])) // → [-0.78694, 1]
 */
export class CELU extends Module {
  /** @param alpha default 1 */
  constructor(readonly alpha = 1) {
    super();
    celu(zeros([]), alpha); // refuses a bad α
  }

  forward(x: Tensor): Tensor {
    return celu(x, this.alpha);
  }

  override describe(): string {
    return `CELU(${this.alpha})`;
  }
}

/**
 * x · tanh(softplus(x)). Misra 2019.
 *
 * @example
 * new nn.Mish().forward(tensor([-1, 1])) // → [-0.3034, 0.8651]
 */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return mish(x);
  }
}

/**
 * x/(1 + |x|), in (−1, 1).
 *
 * @example
 * new nn.Softsign().forward(tensor([-1, 3])) // → [-0.5, 0.75]
 */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/**
 * log(1/(1 + e⁻ˣ)), without overflow.
 *
 * @example
 * new nn.LogSigmoid().forward(tensor([-100, 0])) // → [-100, -0.69315]
 */
export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return logSigmoid(x);
  }
}

/**
 * x − tanh(x).
 *
 * @example
 * new nn.Tanhshrink().forward(tensor([0, 1])) // → [0, 0.23841]
 */
export class Tanhshrink extends Module {
  forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
}

/**
 * a · σ(b), a and b the two halves of x along `axis` (default: the last). Dauphin et al. 2017.
 *
 * @example
 * new nn.GLU().forward(tensor([[1, 2, 0, 100]])) // → [[0.5, 2]]
 */
export class GLU extends Module {
  constructor(readonly axis = -1) {
    super();
  }

  forward(x: Tensor): Tensor {
    return glu(x, this.axis);
  }

  override describe(): string {
    return `GLU(axis=${this.axis})`;
  }
}
