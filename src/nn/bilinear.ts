/** Bilinear layer. */

import type { FloatDType } from "../base/dtype.js";
import { flag, floatType, optionsOf } from "../base/options.js";
import type { Shape } from "../base/shape.js";
import { bilinear } from "../ops/bilinear.js";
import { zeros } from "../ops/create.js";
import { namedGenerator } from "../ops/random.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Costed } from "./cost.js";
import { uniformInit } from "./init.js";
import { checkSizes } from "./linear.js";
import { Module, parameter } from "./module.js";

export interface BilinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * yₒ = aᵀ Wₒ b + biasₒ. a: [..., in1Features], b: [..., in2Features] → [..., outFeatures]. Weights and bias start uniform in ±1/√in1Features.
 * @throws ValueError for sizes below 1; forward: ShapeError for inputs of other sizes.
 *
 * @example
 * const layer = new nn.Bilinear(3, 4, 5);
 * layer.forward(zeros([8, 3]), zeros([8, 4])).shape // → [8, 5]
 */
export class Bilinear extends Module<[a: Tensor, b: Tensor], Tensor> implements Costed {
  /** [outFeatures, in1Features, in2Features] */
  weight: Tensor;
  /** [outFeatures] */
  bias: Tensor | null;

  constructor(
    readonly in1Features: number,
    readonly in2Features: number,
    readonly outFeatures: number,
    options: BilinearOptions = {},
  ) {
    const { bias = true, dtype = "float32" } = optionsOf("Bilinear", options, { bias: flag, dtype: floatType });
    super();
    checkSizes("Bilinear", { in1Features, in2Features, outFeatures });
    const bound = 1 / Math.sqrt(in1Features);
    const random = namedGenerator(`Bilinear[${in1Features},${in2Features},${outFeatures}]`);
    const make = (name: string, shape: Shape): Tensor => parameter(uniformInit(zeros(shape, { dtype }), -bound, bound, { generator: random.fork(name) }));
    this.weight = make("weight", [outFeatures, in1Features, in2Features]);
    this.bias = bias ? make("bias", [outFeatures]) : null;
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return bilinear(a, b, this.weight, this.bias);
  }

  multiplyAdds([a]: readonly Shape[]): number {
    const rows = a.slice(0, -1).reduce((n, size) => n * size, 1);
    return rows * this.outFeatures * this.in2Features * (this.in1Features + 1);
  }

  override describe(): string {
    return `Bilinear(${this.in1Features}, ${this.in2Features}, ${this.outFeatures}${this.bias === null ? ", bias=false" : ""})`;
  }
}
