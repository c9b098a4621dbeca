/** k-nearest-neighbour regression: the mean of the samples that lie nearest. */

import { reshape } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Layout, Regressor } from "./estimator.js";
import { asTensors, checkEnough, type KNeighborsOptions, nearestOf, type Neighbors, neighborsOptions, weightsOf } from "./neighbors.js";
import { likeSamples, samplesOf, targetsOf } from "./samples.js";

type KNeighborsRegressorState = { readonly samples: Tensor; readonly targets: Tensor };

/**
 * The mean target of the k nearest training samples, weighted or not. Where several samples are equally far, the earlier ones are asked.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const model = await new classic.KNeighborsRegressor({ k: 2 }).fit([[0], [1], [2]], [0, 10, 40]);
 * await model.predict([[0.2], [1.8]])          // → [5, 25]
 * (await model.kneighbors([[1.8]])).indices    // → [[2, 1]]
 */
export class KNeighborsRegressor extends Regressor<KNeighborsRegressorState> {
  readonly options: Required<KNeighborsOptions>;

  protected readonly layouts: readonly Layout<KNeighborsRegressorState>[] = [
    { samples: ["samples", "features"], targets: ["samples"] },
    { samples: ["samples", "features"], targets: ["samples", "targets"] },
  ];

  constructor(options: KNeighborsOptions = {}) {
    super();
    this.options = neighborsOptions("KNeighborsRegressor", options);
  }

  /**
   * Keeps the samples. x: [N, D]; y: [N] or [N, T].
   * @throws ShapeError for other shapes; ValueError for NaN and infinities, and fewer than k samples.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      const samples = await samplesOf("KNeighborsRegressor.fit", x);
      checkEnough("KNeighborsRegressor.fit", samples.count, this.options.k);
      const targets = await targetsOf("KNeighborsRegressor.fit", y, samples);
      this.state = { samples: likeSamples(samples, samples.data, samples.x.shape), targets: reshape(targets.y, [samples.count, ...targets.rest]) };
      return this;
    });
  }

  /** The k nearest training samples of each x, the nearest first. x: [N, D]. @throws ShapeError for another number of features. */
  async kneighbors(x: Numbers): Promise<Neighbors> {
    return step(async () => asTensors(await nearestOf("KNeighborsRegressor.kneighbors", this.state.samples, x, this.options)));
  }

  async predict(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const { k, weights } = this.options;
      const nearest = await nearestOf("KNeighborsRegressor.predict", this.state.samples, x, this.options);
      const targets = await this.state.targets.data();
      const [count, ...rest] = this.state.targets.shape;
      const columns = targets.length / count;
      const says = weightsOf(nearest, k, weights);
      const sums = new Float64Array(nearest.samples.count * columns);
      for (let n = 0; n < nearest.samples.count; n++) {
        const total = says.subarray(n * k, (n + 1) * k).reduce((a, b) => a + b);
        for (let i = n * k; i < (n + 1) * k; i++) {
          for (let t = 0; t < columns; t++) sums[n * columns + t] += (says[i] / total) * targets[nearest.indices[i] * columns + t];
        }
      }
      return likeSamples(nearest.samples, sums, [nearest.samples.count, ...rest]);
    });
  }
}
