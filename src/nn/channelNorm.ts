/** What batch norm and instance norm share: a weight and a bias per channel, and running statistics that follow what is seen in training. */

import type { FloatDType } from "../base/dtype.js";
import { NablaError, ShapeError, ValueError } from "../base/errors.js";
import { anything, flag, floatType, type Kinds } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { add, div, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { ones, tensor, zeros } from "../ops/create.js";
import { checkTensors } from "../ops/operation.js";
import { mulScalar } from "../ops/elementwise.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSizes } from "./linear.js";
import { Module, parameter } from "./module.js";

/** Throws unless `eps` is more than 0. */
export function checkEps(layer: string, eps: number): void {
  if (!(eps > 0)) throw new ValueError(`${layer}: eps must be more than 0, got ${eps}.`);
}

export interface ChannelNormOptions {
  /** Added to the variance. Default 1e−5. */
  readonly eps?: number;
  /** Weight of the newest batch in the running statistics; null: all batches count alike. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether there are a weight and a bias for each channel. */
  readonly affine?: boolean;
  /** Whether running statistics are kept, and used in evaluation. */
  readonly trackRunningStats?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

export const channelNormKinds: Kinds<ChannelNormOptions> = { eps: anything, momentum: anything, affine: flag, trackRunningStats: flag, dtype: floatType };

/** Normalisation per channel of x: [N, C, …], with buffers `running_mean`, `running_var` and `num_batches_tracked` as in PyTorch. */
export abstract class ChannelNorm extends Module {
  /** Numbers of axes that the input may have. */
  protected abstract readonly ranks: readonly number[];
  /** [channels], starts at 1; null without `affine`. */
  weight: Tensor | null;
  /** [channels], starts at 0; null without `affine`. */
  bias: Tensor | null;
  readonly eps: number;
  readonly momentum: number | null;
  readonly trackRunningStats: boolean;

  constructor(
    readonly channels: number,
    { eps = 1e-5, momentum = 0.1, dtype = "float32", affine, trackRunningStats }: ChannelNormOptions & { affine: boolean; trackRunningStats: boolean },
  ) {
    super();
    const layer = this.constructor.name;
    checkSizes(layer, { channels });
    checkEps(layer, eps);
    if (momentum !== null && !(momentum >= 0 && momentum <= 1)) {
      throw new ValueError(`${layer}: momentum must be from 0 to 1, or null to average over all batches, got ${momentum}.`);
    }
    this.eps = eps;
    this.momentum = momentum;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? parameter(ones([channels], { dtype })) : null;
    this.bias = affine ? parameter(zeros([channels], { dtype })) : null;
    if (!trackRunningStats) return;
    this.registerBuffer("running_mean", zeros([channels], { dtype }));
    this.registerBuffer("running_var", ones([channels], { dtype }));
    this.registerBuffer("num_batches_tracked", tensor(0, { dtype: "int32" }));
  }

  /** [channels] @throws NablaError without `trackRunningStats`. */
  get runningMean(): Tensor {
    return this.#running("running_mean");
  }

  /** [channels], unbiased. @throws NablaError without `trackRunningStats`. */
  get runningVariance(): Tensor {
    return this.#running("running_var");
  }

  #running(name: string): Tensor {
    const buffer = this.buffers().get(name);
    if (buffer === undefined) {
      throw new NablaError(`${this.constructor.name}: there are no running statistics; build it with trackRunningStats: true.`);
    }
    return buffer;
  }

  protected checkInput(x: Tensor): void {
    checkTensors(this.constructor.name, [x]);
    if (!this.ranks.includes(x.ndim) || x.shape[1] !== this.channels) {
      throw new ShapeError(`${this.constructor.name}: expected ${this.ranks.join(" or ")} axes [N, ${this.channels}, …], got ${formatShape(x.shape)}.`);
    }
  }

  /** Lets a batch's mean and unbiased variance, [channels] each, enter the running ones. */
  protected track(mean: Tensor, unbiased: Tensor): void {
    const { momentum } = this;
    noGrad(() => {
      const batches = this.buffers().get("num_batches_tracked")!;
      batches.copyFrom(add(batches, 1));
      const mix = (running: Tensor, now: Tensor): Tensor =>
        running.copyFrom(
          momentum === null
            ? add(running, div(sub(now, running), cast(batches, running.dtype)))
            : add(mulScalar(running, 1 - momentum), mulScalar(now, momentum)),
        );
      mix(this.runningMean, mean);
      mix(this.runningVariance, unbiased);
    });
  }

  override describe(): string {
    const { constructor, channels, eps, momentum } = this;
    const shown = [eps === 1e-5 ? "" : `, eps=${eps}`, momentum === 0.1 ? "" : `, momentum=${momentum}`, ...this.describeFlags()];
    return `${constructor.name}(${channels}${shown.join("")})`;
  }

  /** Options that differ from the layer's default, such as ", affine=false". */
  protected abstract describeFlags(): string[];
}
