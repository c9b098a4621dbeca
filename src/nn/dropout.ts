/** Dropout in its forms, and noise: what makes a network not rely on single values while it trains. */

import { isFloat } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { anything, oneOf, optionsOf, show } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { add, mul } from "../ops/arithmetic.js";
import { ones } from "../ops/create.js";
import { addScalar, mulScalar } from "../ops/elementwise.js";
import { checkTensors } from "../ops/operation.js";
import { checkGenerator, dropout, namedGenerator, randn } from "../ops/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { warnIfEvaluating } from "./evaluating.js";
import { Module } from "./module.js";

export interface RandomLayerOptions {
  /** What the layer draws from. Default: a stream of its own, seeded by `manualSeed`. */
  readonly generator?: Generator;
}

/** A layer that draws random numbers while training, and passes its input through in evaluation. */
export abstract class RandomLayer extends Module {
  readonly generator: Generator;

  constructor(options: RandomLayerOptions) {
    const { generator = namedGenerator(new.target.name) } = optionsOf(new.target.name, options, { generator: anything });
    super();
    checkGenerator(new.target.name, generator);
    this.generator = generator;
  }

  forward(x: Tensor): Tensor {
    if (!this.training) return this.evaluated(x);
    if (this.amount > 0) warnIfEvaluating(this);
    return this.drawn(x);
  }

  /** How much it does: 0 is nothing. */
  protected abstract readonly amount: number;

  /** The output while training. */
  protected abstract drawn(x: Tensor): Tensor;

  /** The output in evaluation. */
  protected evaluated(x: Tensor): Tensor {
    return x;
  }
}

/** What the forms of dropout share: the probability that something is dropped. */
export abstract class DropoutLayer extends RandomLayer {
  /** @param p probability of dropping; default 0.5, at least 0 and less than 1 */
  constructor(
    readonly p = 0.5,
    options: RandomLayerOptions = {},
  ) {
    super(options);
    if (!(p >= 0 && p < 1)) throw new ValueError(`${this.constructor.name}: the probability must be at least 0 and less than 1, got ${p}.`);
  }

  protected get amount(): number {
    return this.p;
  }

  override describe(): string {
    return `${this.constructor.name}(${this.p})`;
  }
}

export interface DropoutOptions extends RandomLayerOptions {
  /**
   * Where the mean is kept. "training" (default): what remains is divided by 1 − p ("inverted" dropout). "evaluation": values stay as they are while
   * training, and all are multiplied by 1 − p in evaluation, as in the paper.
   */
  readonly scaledIn?: "training" | "evaluation";
}

/**
 * Each element is 0 with probability p while training. Each layer draws from a stream of its own. Srivastava et al. 2014.
 *
 * @example
 * const layer = new nn.Dropout(0.5);
 * layer.forward(ones([4])).shape  // → [4]
 * layer.eval().forward(ones([4])) // → [1, 1, 1, 1]
 *
 * const original = new nn.Dropout(0.2, { scaledIn: "evaluation" });
 * original.forward(ones([100])).max() // → 1
 * original.eval().forward(ones([2]))  // → [0.8, 0.8]
 */
export class Dropout extends DropoutLayer {
  readonly scaledIn: "training" | "evaluation";

  /** @param p probability that an element is dropped; default 0.5, at least 0 and less than 1 */
  constructor(p = 0.5, options: DropoutOptions = {}) {
    const { scaledIn = "training", ...rest } = optionsOf(new.target.name, options, { generator: anything, scaledIn: oneOf("training", "evaluation") });
    super(p, rest);
    if (scaledIn !== "training" && scaledIn !== "evaluation") {
      throw new ValueError(`Dropout: scaledIn must be "training" or "evaluation", got ${show(scaledIn)}.`);
    }
    this.scaledIn = scaledIn;
  }

  protected drawn(x: Tensor): Tensor {
    const y = dropout(x, this.p, this.generator);
    return this.scaledIn === "training" ? y : mulScalar(y, 1 - this.p);
  }

  protected override evaluated(x: Tensor): Tensor {
    return this.scaledIn === "training" ? x : mulScalar(x, 1 - this.p);
  }

  override describe(): string {
    return `Dropout(${this.p}${this.scaledIn === "training" ? "" : ', scaledIn="evaluation"'})`;
  }
}

/** Drops whole channels: neighbouring values of a channel are so alike that dropping single ones hides little. */
abstract class ChannelDropout extends DropoutLayer {
  protected abstract readonly rank: number;

  protected drawn(x: Tensor): Tensor {
    checkTensors(this.constructor.name, [x]);
    if (x.ndim !== this.rank) {
      throw new ShapeError(`${this.constructor.name}: expected ${this.rank} axes [N, C, …], got ${formatShape(x.shape)}.`);
    }
    const [n, c] = x.shape;
    const dtype = isFloat(x.dtype) ? x.dtype : "float32";
    return mul(x, dropout(ones([n, c, ...x.shape.slice(2).map(() => 1)], { dtype, backend: x.backend }), this.p, this.generator));
  }
}

/**
 * Each channel is 0 with probability p while training, else divided by 1 − p. x: [N, C, L].
 * Tompson et al. 2015.
 *
 * @example
 * const y = new nn.Dropout1d(0.5).forward(ones([1, 100, 3]));
 * sub(y.max({ axis: 2 }), y.min({ axis: 2 })).abs().max() // → 0
 */
export class Dropout1d extends ChannelDropout {
  protected readonly rank = 3;
}

/**
 * Each channel is 0 with probability p while training, else divided by 1 − p. x: [N, C, H, W]. Tompson et al. 2015.
 *
 * @example
 * new nn.Dropout2d(0.2).forward(ones([2, 50, 4, 4])).max() // → 1.25
 */
export class Dropout2d extends ChannelDropout {
  protected readonly rank = 4;
}

/**
 * Each channel is 0 with probability p while training, else divided by 1 − p. x: [N, C, D, H, W]. Tompson et al. 2015.
 *
 * @example
 * new nn.Dropout3d(0.2).forward(ones([2, 50, 2, 2, 2])).max() // → 1.25
 */
export class Dropout3d extends ChannelDropout {
  protected readonly rank = 5;
}

/** −λα of SELU: what its output tends to for x → −∞. */
const floor = -1.7580993408473766;

/**
 * Dropout that keeps mean 0 and variance 1 after SELU: dropped elements take SELU's lowest value, and all are then scaled and shifted.
 * Klambauer et al. 2017, section 3.
 *
 * @example
 * const y = new nn.AlphaDropout(0.1).forward(randn([100000]));
 * mean(y) // → 0.0
 * std(y)  // → 1.0
 */
export class AlphaDropout extends DropoutLayer {
  protected drawn(x: Tensor): Tensor {
    const { p } = this;
    if (p === 0) return x;
    const dtype = isFloat(x.dtype) ? x.dtype : "float32";
    const kept = mulScalar(dropout(ones(x.shape, { dtype, backend: x.backend }), p, this.generator), 1 - p);
    const scale = 1 / Math.sqrt((1 - p) * (1 + p * floor * floor));
    const held = addScalar(mul(addScalar(x, -floor), kept), floor);
    return addScalar(mulScalar(held, scale), -scale * p * floor);
  }
}

/**
 * Adds normal noise of deviation `std` while training. x of any shape. Small noise on the inputs acts like weight decay (Bishop 1995).
 * @throws ValueError for a deviation below 0.
 *
 * @example
 * const layer = new nn.GaussianNoise(0.1);
 * std(layer.forward(zeros([100000])))   // → 0.10
 * layer.eval().forward(tensor([1, 2]))  // → [1, 2]
 */
export class GaussianNoise extends RandomLayer {
  constructor(
    readonly std: number,
    options: RandomLayerOptions = {},
  ) {
    super(options);
    if (!(std >= 0 && std < Infinity)) throw new ValueError(`GaussianNoise: the deviation must be 0 or more, got ${std}.`);
  }

  protected get amount(): number {
    return this.std;
  }

  protected drawn(x: Tensor): Tensor {
    const dtype = isFloat(x.dtype) ? x.dtype : "float32";
    return add(x, mulScalar(randn(x.shape, { dtype, backend: x.backend, generator: this.generator }), this.std));
  }

  override describe(): string {
    return `GaussianNoise(${this.std})`;
  }
}
