/** Local response normalisation as a layer. */

import { number, optionsOf } from "../base/options.js";
import { localResponseNorm, type LocalResponseNormOptions } from "../ops/localResponseNorm.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSizes } from "./linear.js";
import { Module } from "./module.js";

/**
 * y_c = x_c / (k + alpha/size · Σ x²)^beta, the sum over the `size` channels around c. x: [N, C, …] → the same shape. AlexNet:
 * LocalResponseNorm(5, { k: 2 }).
 * @throws ValueError for a size below 1; forward: ShapeError for fewer than three axes.
 *
 * @example
 * new nn.LocalResponseNorm(3, { alpha: 3, beta: 1, k: 0 }).forward(ones([1, 3, 1, 1])) // → [[[[0.5]], [[0.33333]], [[0.5]]]]
 */
export class LocalResponseNorm extends Module {
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(
    readonly size: number,
    options: Omit<LocalResponseNormOptions, "size"> = {},
  ) {
    const { alpha = 1e-4, beta = 0.75, k = 1 } = optionsOf("LocalResponseNorm", options, { alpha: number(), beta: number(), k: number() });
    super();
    checkSizes("LocalResponseNorm", { size });
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this);
  }

  override describe(): string {
    return `LocalResponseNorm(${this.size}, alpha=${this.alpha}, beta=${this.beta}, k=${this.k})`;
  }
}
