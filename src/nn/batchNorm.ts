/** Batch normalisation as layers, with running statistics for evaluation. */

import { ShapeError } from "../base/errors.js";
import type { FloatDType } from "../base/dtype.js";
import { formatShape } from "../base/shape.js";
import { add } from "../ops/arithmetic.js";
import { batchNormEval, batchNormTrain } from "../ops/batchNorm.js";
import { ones, tensor, zeros } from "../ops/create.js";
import { mulScalar } from "../ops/elementwise.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSizes } from "./linear.js";
import { Module, parameter } from "./module.js";

export interface BatchNormOptions {
  /** Added to the variance. Default 1e−5. */
  readonly eps?: number;
  /** Weight of the newest batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * y = (x − μ)/√(σ² + eps) · weight + bias per channel; μ and σ² are the batch's while training (and then enter the running
 * statistics, σ² unbiased), the running ones in evaluation. Ioffe & Szegedy 2015.
 */
abstract class BatchNorm extends Module {
  protected abstract readonly ranks: readonly number[];
  /** [channels], starts at 1. */
  readonly weight: Tensor;
  /** [channels], starts at 0. */
  readonly bias: Tensor;
  readonly eps: number;
  readonly momentum: number;

  constructor(
    readonly channels: number,
    { eps = 1e-5, momentum = 0.1, dtype = "float32" }: BatchNormOptions = {},
  ) {
    super();
    checkSizes(this.constructor.name, { channels });
    this.eps = eps;
    this.momentum = momentum;
    this.weight = parameter(ones([channels], { dtype }));
    this.bias = parameter(zeros([channels], { dtype }));
    this.registerBuffer("running_mean", zeros([channels], { dtype }));
    this.registerBuffer("running_var", ones([channels], { dtype }));
    this.registerBuffer("num_batches_tracked", tensor(0, { dtype: "int32" }));
  }

  get runningMean(): Tensor {
    return this.buffers().get("running_mean")!;
  }

  get runningVariance(): Tensor {
    return this.buffers().get("running_var")!;
  }

  forward(x: Tensor): Tensor {
    if (!this.ranks.includes(x.ndim)) {
      throw new ShapeError(`${this.constructor.name}: expected ${this.ranks.join(" or ")} axes [N, ${this.channels}, …], got ${formatShape(x.shape)}.`);
    }
    const { weight, bias, eps } = this;
    if (!this.training) return batchNormEval(x, weight, bias, this.runningMean, this.runningVariance, eps);
    const count = x.size / this.channels;
    return batchNormTrain(x, weight, bias, { eps, onStatistics: (mean, variance) => this.track(mean, mulScalar(variance, count / (count - 1))) });
  }

  private track(mean: Tensor, unbiased: Tensor): void {
    noGrad(() => {
      const mix = (running: Tensor, now: Tensor): Tensor =>
        running.copyFrom(add(mulScalar(running, 1 - this.momentum), mulScalar(now, this.momentum)));
      mix(this.runningMean, mean);
      mix(this.runningVariance, unbiased);
      const batches = this.buffers().get("num_batches_tracked")!;
      batches.copyFrom(add(batches, 1));
    });
  }

  override describe(): string {
    return `${this.constructor.name}(${this.channels})`;
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
