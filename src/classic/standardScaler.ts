/** Standardisation: every feature with mean 0 and variance 1, by the statistics of the training set. */

import type { Numbers } from "../metrics/values.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { mean as meanOver, variance as varianceOver } from "../ops/reduce.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { Estimator, type Layout } from "./estimator.js";
import { fitted, samplesOf } from "./samples.js";

type StandardScalerState = {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly scale: Tensor;
};

/**
 * z = (x − μ)/σ with the mean and the (population) standard deviation of each feature. Fit it to the training set alone, and transform all
 * sets with it. A feature that never changes is only centred.
 *
 * @example
 * const scaler = await new classic.StandardScaler().fit([[0, 5], [2, 5], [4, 5]]);
 * scaler.mean                               // → [2, 5]
 * await scaler.transform([[4, 6], [2, 5]])  // → [[1.22474, 1], [0, 0]]
 * await scaler.inverseTransform([[0, 0]])   // → [[2, 5]]
 */
export class StandardScaler extends Estimator<StandardScalerState> {
  protected readonly layouts: readonly Layout<StandardScalerState>[] = [{ mean: ["features"], variance: ["features"], scale: ["features"] }];

  /** Of each feature: [D]. */
  get mean(): Tensor {
    return this.state.mean;
  }

  /** Of each feature, divided by N: [D]. */
  get variance(): Tensor {
    return this.state.variance;
  }

  /** What each feature is divided by: √variance, 1 where the feature never changes: [D]. */
  get scale(): Tensor {
    return this.state.scale;
  }

  /**
   * x: [N, D].
   * @throws ShapeError unless x is [N, D], N ≥ 1; ValueError for NaN and infinities.
   */
  async fit(x: Numbers): Promise<this> {
    return step(async () => {
      const samples = await samplesOf("StandardScaler.fit", x);
      const { count } = samples;
      const values = cast(samples.x, "float64");
      const [mean, variance] = [meanOver(values, { axis: 0 }), varianceOver(values, { axis: 0, correction: 0 })];
      const [means, variances] = [await mean.data(), await variance.data()];
      // Rounding alone makes a variance of up to about this of a feature that never changes.
      const rounding = (d: number): number => count * Number.EPSILON * variances[d] + (count * means[d] * Number.EPSILON) ** 2;
      const scale = Float64Array.from(variances, (v, d) => (v <= rounding(d) ? 1 : Math.sqrt(v)));
      this.state = { mean, variance, scale: fitted(samples, scale) };
      return this;
    });
  }

  /** (x − mean)/scale. x: [N, D] → [N, D]. @throws ShapeError for another number of features. */
  async transform(x: Numbers): Promise<Tensor> {
    const { mean, scale } = this.state;
    return step(async () => {
      const samples = await samplesOf("StandardScaler.transform", x, mean.size);
      return cast(div(sub(samples.x, mean), scale), samples.x.dtype);
    });
  }

  /** x·scale + mean: what `transform` came from. x: [N, D] → [N, D]. @throws ShapeError for another number of features. */
  async inverseTransform(x: Numbers): Promise<Tensor> {
    const { mean, scale } = this.state;
    return step(async () => {
      const samples = await samplesOf("StandardScaler.inverseTransform", x, mean.size);
      return cast(add(mul(samples.x, scale), mean), samples.x.dtype);
    });
  }
}
