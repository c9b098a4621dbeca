/** Dropout as a layer. */

import { ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { dropout, namedGenerator } from "../ops/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/**
 * Inverted dropout while training; passes through in evaluation. Each layer draws from a stream of its own.
 * Srivastava et al. 2014.
 *
 * @example
 * const layer = new nn.Dropout(0.5);
 * layer.forward(ones([4])).shape  // → [4]
 * layer.eval().forward(ones([4])) // → [1, 1, 1, 1]
 */
export class Dropout extends Module {
  readonly generator: Generator;

  /** @param p probability that an element is dropped; default 0.5, at least 0 and less than 1 */
  constructor(
    readonly p = 0.5,
    { generator = namedGenerator("Dropout") }: { readonly generator?: Generator } = {},
  ) {
    super();
    if (!(p >= 0 && p < 1)) throw new ValueError(`Dropout: the probability must be at least 0 and less than 1, got ${p}.`);
    this.generator = generator;
  }

  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.p, this.generator) : x;
  }

  override describe(): string {
    return `Dropout(${this.p})`;
  }
}
