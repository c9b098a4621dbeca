/** Instance normalisation as layers: each channel of each sample by itself. Ulyanov et al. 2016. */

import { optionsOf } from "../base/options.js";
import { batchNormEval } from "../ops/batchNorm.js";
import { instanceNorm } from "../ops/layerNorm.js";
import { mean, variance } from "../ops/reduce.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { ChannelNorm, channelNormKinds, type ChannelNormOptions } from "./channelNorm.js";

export interface InstanceNormOptions extends ChannelNormOptions {
  /** Default false. */
  readonly affine?: boolean;
  /** Default false. If true, evaluation uses the running means over the samples' statistics. */
  readonly trackRunningStats?: boolean;
}

/** y = (x − μ)/√(σ² + eps) · weight + bias with μ and σ² of one channel of one sample. */
abstract class InstanceNorm extends ChannelNorm {
  constructor(channels: number, options: InstanceNormOptions = {}) {
    const { affine = false, trackRunningStats = false, ...rest } = optionsOf(new.target.name, options, channelNormKinds);
    super(channels, { ...rest, affine, trackRunningStats });
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, eps, trackRunningStats } = this;
    if (trackRunningStats && !this.training) return batchNormEval(x, weight, bias, this.runningMean, this.runningVariance, eps);
    const y = instanceNorm(x, { weight, bias, eps });
    if (trackRunningStats) noGrad(() => this.#trackSamples(x));
    return y;
  }

  #trackSamples(x: Tensor): void {
    const spatial = x.shape.map((_, axis) => axis).slice(2);
    this.track(mean(mean(x, { axis: spatial }), { axis: 0 }), mean(variance(x, { axis: spatial }), { axis: 0 }));
  }

  protected describeFlags(): string[] {
    return [this.weight === null ? "" : ", affine=true", this.trackRunningStats ? ", trackRunningStats=true" : ""];
  }
}

/**
 * Instance norm of x: [N, C, L].
 * @throws ShapeError for another rank or number of channels, or one value per channel.
 *
 * @example
 * const layer = new nn.InstanceNorm1d(2);
 * layer.forward(tensor([[[1, 3], [10, 30]]])) // → [[[-1.0000, 1.0000], [-1.0000, 1.0000]]]
 * layer.numParameters()                       // → 0
 */
export class InstanceNorm1d extends InstanceNorm {
  protected readonly ranks = [3];
}

/**
 * Instance norm of images, x: [N, C, H, W].
 * @throws ShapeError as `InstanceNorm1d`.
 *
 * @example
 * const layer = new nn.InstanceNorm2d(3, { affine: true });
 * layer.forward(rand([2, 3, 8, 8])).shape // → [2, 3, 8, 8]
 */
export class InstanceNorm2d extends InstanceNorm {
  protected readonly ranks = [4];
}

/**
 * Instance norm of volumes, x: [N, C, D, H, W].
 * @throws ShapeError as `InstanceNorm1d`.
 *
 * @example
 * const layer = new nn.InstanceNorm3d(3, { trackRunningStats: true });
 * layer.forward(rand([2, 3, 4, 4, 4])).shape // → [2, 3, 4, 4, 4]
 * layer.runningMean.shape                    // → [3]
 */
export class InstanceNorm3d extends InstanceNorm {
  protected readonly ranks = [5];
}
