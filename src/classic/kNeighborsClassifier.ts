/** k-nearest-neighbour classification: a vote among the samples that lie nearest. */

import { tensor } from "../ops/create.js";
import type { Numbers } from "../metrics/values.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { Classifier, type Layout } from "./estimator.js";
import { asTensors, checkEnough, type KNeighborsOptions, nearestOf, type Neighbors, neighborsOptions, weightsOf } from "./neighbors.js";
import { fitted, labelsOf, likeSamples, type Samples, samplesOf } from "./samples.js";

type KNeighborsClassifierState = {
  readonly samples: Tensor;
  /** Of each sample, the place of its class among `classes`. */
  readonly places: Tensor;
  readonly classes: Tensor;
};

/**
 * The class that most of the k nearest training samples have; of equally many votes, the smallest class. Where several samples are equally far, the
 * earlier ones are asked. Euclidean distances take one product of matrices; they are exact, also in float32. Cover & Hart 1967.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const model = new classic.KNeighborsClassifier({ k: 3 });
 * await model.fit([[0], [1], [2], [3]], [0, 0, 1, 1]);
 * await model.predict([[1.1]])       // → [0]
 * await model.predictProba([[1.1]])  // → [[0.66667, 0.33333]]
 */
export class KNeighborsClassifier extends Classifier<KNeighborsClassifierState> {
  readonly options: Required<KNeighborsOptions>;

  protected readonly layouts: readonly Layout<KNeighborsClassifierState>[] = [{ samples: ["samples", "features"], places: ["samples"], classes: ["classes"] }];

  constructor(options: KNeighborsOptions = {}) {
    super();
    this.options = neighborsOptions("KNeighborsClassifier", options);
  }

  /**
   * Keeps the samples. x: [N, D], y: [N] whole numbers.
   * @throws ShapeError for other shapes; ValueError for NaN and infinities, classes that are no whole numbers, and fewer than k samples.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      const samples = await samplesOf("KNeighborsClassifier.fit", x);
      checkEnough("KNeighborsClassifier.fit", samples.count, this.options.k);
      const { classes, places } = await labelsOf("KNeighborsClassifier.fit", y, samples.count);
      this.state = { samples: likeSamples(samples, samples.data, samples.x.shape), places: fitted(samples, places), classes: fitted(samples, classes) };
      return this;
    });
  }

  /** The k nearest training samples of each x, the nearest first. x: [N, D]. @throws ShapeError for another number of features. */
  async kneighbors(x: Numbers): Promise<Neighbors> {
    return step(async () => asTensors(await nearestOf("KNeighborsClassifier.kneighbors", this.state.samples, x, this.options)));
  }

  async predict(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const { samples, votes, count } = await this.#votes("KNeighborsClassifier.predict", x);
      const classes = await this.classes.data();
      const predicted = Int32Array.from({ length: samples.count }, (_, n) => {
        const row = votes.subarray(n * count, (n + 1) * count);
        return classes[row.indexOf(row.reduce((a, b) => Math.max(a, b)))];
      });
      return tensor(predicted, { backend: samples.x.backend });
    });
  }

  /** The share of the votes for each class. x: [N, D] → [N, C]. @throws ShapeError for another number of features. */
  async predictProba(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const { samples, votes, count } = await this.#votes("KNeighborsClassifier.predictProba", x);
      const totals = Float64Array.from({ length: samples.count }, (_, n) => votes.subarray(n * count, (n + 1) * count).reduce((a, b) => a + b));
      return likeSamples(samples, votes.map((vote, i) => vote / totals[Math.floor(i / count)]), [samples.count, count]);
    });
  }

  /** Weights of the neighbours by class, [N, C] row by row. */
  async #votes(owner: string, x: Numbers): Promise<{ samples: Samples; votes: Float64Array; count: number }> {
    const { k, weights } = this.options;
    const nearest = await nearestOf(owner, this.state.samples, x, this.options);
    const places = await this.state.places.data();
    const count = this.classes.size;
    const votes = new Float64Array(nearest.samples.count * count);
    weightsOf(nearest, k, weights).forEach((weight, i) => (votes[Math.floor(i / k) * count + places[nearest.indices[i]]] += weight));
    return { samples: nearest.samples, votes, count };
  }
}
