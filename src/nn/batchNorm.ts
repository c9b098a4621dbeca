/** Batch normalisation as layers, with running statistics for evaluation. */

import { optionsOf } from "../base/options.js";
import { batchNormEval, batchNormTrain } from "../ops/batchNorm.js";
import { mulScalar } from "../ops/elementwise.js";
import type { Tensor } from "../tensor/tensor.js";
import { ChannelNorm, channelNormKinds, type ChannelNormOptions } from "./channelNorm.js";
import { warnIfEvaluating } from "./evaluating.js";

export interface BatchNormOptions extends ChannelNormOptions {
  /** Default true. */
  readonly affine?: boolean;
  /** Default true. If false, evaluation uses the batch's statistics too. */
  readonly trackRunningStats?: boolean;
}

/**
 * y = (x − μ)/√(σ² + eps) · weight + bias per channel; μ and σ² are the batch's while training (and then enter the running
 * statistics, σ² unbiased), the running ones in evaluation. Ioffe & Szegedy 2015.
 */
abstract class BatchNorm extends ChannelNorm {
  constructor(channels: number, options: BatchNormOptions = {}) {
    const { affine = true, trackRunningStats = true, ...rest } = optionsOf(new.target.name, options, channelNormKinds);
    super(channels, { ...rest, affine, trackRunningStats });
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, eps } = this;
    if (!this.trackRunningStats) return batchNormTrain(x, weight, bias, { eps });
    if (!this.training) return batchNormEval(x, weight, bias, this.runningMean, this.runningVariance, eps);
    warnIfEvaluating(this);
    const count = x.size / this.channels;
    return batchNormTrain(x, weight, bias, { eps, onStatistics: (mean, variance) => this.track(mean, mulScalar(variance, count / (count - 1))) });
  }

  protected describeFlags(): string[] {
    return [this.weight === null ? ", affine=false" : "", this.trackRunningStats ? "" : ", trackRunningStats=false"];
  }
}

/**
 * Batch norm of x: [N, C] or [N, C, L].
 * @throws ShapeError for another rank or number of channels, or, while training, for one value per channel.
 *
 * @example
 * const layer = new nn.BatchNorm1d(2);
 * layer.forward(tensor([[1, 10], [3, 30]])) // → [[-1.000, -1.000], [1.000, 1.000]]
 * layer.runningMean                         // → [0.2, 2]
 */
export class BatchNorm1d extends BatchNorm {
  protected readonly ranks = [2, 3];
}

/**
 * Batch norm of images, x: [N, C, H, W]. In evaluation it uses the running statistics.
 * @throws ShapeError as `BatchNorm1d`.
 *
 * @example
 * const layer = new nn.BatchNorm2d(16);
 * layer.forward(rand([8, 16, 4, 4])).mean({ axis: [0, 2, 3] }).abs().max() // → 0.0000
 * layer.eval().forward(zeros([1, 16, 4, 4])).shape                        // → [1, 16, 4, 4]
 */
export class BatchNorm2d extends BatchNorm {
  protected readonly ranks = [4];
}

/**
 * Batch norm of volumes, x: [N, C, D, H, W].
 * @throws ShapeError as `BatchNorm1d`.
 *
 * @example
 * const layer = new nn.BatchNorm3d(4, { affine: false });
 * layer.forward(rand([2, 4, 3, 3, 3])).mean({ axis: [0, 2, 3, 4] }).abs().max() // → 0.0000
 * layer.numParameters()                                                         // → 0
 */
export class BatchNorm3d extends BatchNorm {
  protected readonly ranks = [5];
}
