/** Activation functions made of pieces, as layers, with those that learn their pieces. Shapes stay as they are, but for Maxout. */

import type { FloatDType } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { floatType, number, optionsOf } from "../base/options.js";
import { full } from "../ops/create.js";
import { hardshrink, hardsigmoid, hardswish, hardtanh, type HardtanhOptions, maxout, prelu, relu6, softshrink, threshold } from "../ops/piecewise.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSizes, Linear, type LinearOptions } from "./linear.js";
import { Module, parameter } from "./module.js";

/** Throws unless `value` is a number of at least 0. */
function checkLambda(layer: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`${layer}: lambda must be 0 or more, got ${value}.`);
}

/**
 * min(max(0, x), 6).
 *
 * @example
 * new nn.ReLU6().forward(tensor([-1, 2, 8])) // → [0, 2, 6]
 */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return relu6(x);
  }
}

/**
 * x within [low, high] (default [−1, 1]), the nearer end outside.
 * @throws ValueError unless low < high.
 *
 * @example
 * new nn.Hardtanh().forward(tensor([-2, 0.5, 3])) // → [-1, 0.5, 1]
 */
export class Hardtanh extends Module {
  readonly low: number;
  readonly high: number;

  constructor(options: HardtanhOptions = {}) {
    const { low = -1, high = 1 } = optionsOf("Hardtanh", options, { low: number(), high: number() });
    super();
    if (!(low < high)) throw new ValueError(`Hardtanh: low must be less than high, got ${low} and ${high}.`);
    this.low = low;
    this.high = high;
  }

  forward(x: Tensor): Tensor {
    return hardtanh(x, this);
  }

  override describe(): string {
    return `Hardtanh(${this.low}, ${this.high})`;
  }
}

/**
 * min(max(0, x + 3), 6)/6: a sigmoid of straight lines. Howard et al. 2019.
 *
 * @example
 * new nn.Hardsigmoid().forward(tensor([-4, 0, 1.5])) // → [0, 0.5, 0.75]
 */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}

/**
 * x · Hardsigmoid(x). Howard et al. 2019.
 *
 * @example
 * new nn.Hardswish().forward(tensor([-4, 1, 4])) // → [0, 0.66667, 4]
 */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}

/**
 * x where |x| > lambda, else 0.
 *
 * @example
 * new nn.Hardshrink().forward(tensor([-1, 0.3, 2])) // → [-1, 0, 2]
 */
export class Hardshrink extends Module {
  /** @param lambda default 0.5, at least 0 */
  constructor(readonly lambda = 0.5) {
    super();
    checkLambda("Hardshrink", lambda);
  }

  forward(x: Tensor): Tensor {
    return hardshrink(x, this.lambda);
  }

  override describe(): string {
    return `Hardshrink(${this.lambda})`;
  }
}

/**
 * x moved towards 0 by lambda, 0 where |x| ≤ lambda.
 *
 * @example
 * new nn.Softshrink().forward(tensor([-1, 0.3, 2])) // → [-0.5, 0, 1.5]
 */
export class Softshrink extends Module {
  /** @param lambda default 0.5, at least 0 */
  constructor(readonly lambda = 0.5) {
    super();
    checkLambda("Softshrink", lambda);
  }

  forward(x: Tensor): Tensor {
    return softshrink(x, this.lambda);
  }

  override describe(): string {
    return `Softshrink(${this.lambda})`;
  }
}

/**
 * x where x > limit, else value.
 *
 * @example
 * new nn.Threshold(1, 20).forward(tensor([0, 1, 2])) // → [20, 20, 2]
 */
export class Threshold extends Module {
  constructor(
    readonly limit: number,
    readonly value: number,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return threshold(x, this.limit, this.value);
  }

  override describe(): string {
    return `Threshold(${this.limit}, ${this.value})`;
  }
}

export interface PReLUOptions {
  /** Slope to start from. Default 0.25. */
  readonly init?: number;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * x where x > 0, else weight · x, with a learned slope for all, or one for each channel: x: [N, channels, …]. He et al. 2015. (Weight decay would pull
 * the slopes to 0: leave them out of it.)
 * @throws ValueError for channels below 1; forward: ShapeError for another number of channels.
 *
 * @example
 * new nn.PReLU().forward(tensor([-4, 2])) // → [-1, 2]
 * new nn.PReLU(3).weight.shape            // → [3]
 */
export class PReLU extends Module {
  /** [channels] */
  weight: Tensor;

  /** @param channels default 1: one slope for all */
  constructor(
    readonly channels = 1,
    options: PReLUOptions = {},
  ) {
    const { init = 0.25, dtype = "float32" } = optionsOf("PReLU", options, { init: number(), dtype: floatType });
    super();
    checkSizes("PReLU", { channels });
    this.weight = parameter(full([channels], init, { dtype }));
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override describe(): string {
    return `PReLU(${this.channels})`;
  }
}

/**
 * The largest of `pieces` linear functions of the input: max over j of (Wⱼ x + bⱼ), a convex function that is learned. x: [..., inFeatures] →
 * [..., outFeatures]. Goodfellow et al. 2013.
 * @throws ValueError for sizes below 1; forward: ShapeError if the last axis of x is not `inFeatures`.
 *
 * @example
 * const layer = new nn.Maxout(1, 1, 2, { bias: false });
 * layer.linear.weight.copyFrom(Float32Array.of(1, -1));
 * layer.forward(tensor([[-3], [2]])) // → [[3], [2]]
 */
export class Maxout extends Module {
  /** All pieces; those of one output lie side by side. */
  readonly linear: Linear;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    readonly pieces: number,
    options: LinearOptions = {},
  ) {
    super();
    checkSizes("Maxout", { inFeatures, outFeatures, pieces });
    this.linear = new Linear(inFeatures, outFeatures * pieces, options);
  }

  forward(x: Tensor): Tensor {
    return maxout(this.linear.forward(x), this.pieces, { axis: -1 });
  }

  override describe(): string {
    return `Maxout(${this.inFeatures}, ${this.outFeatures}, pieces=${this.pieces})`;
  }
}
