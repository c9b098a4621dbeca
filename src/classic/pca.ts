/** Principal components: the directions in which samples vary most, by singular values. */

import { ValueError } from "../base/errors.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { gt, where } from "../ops/compare.js";
import { onesLike } from "../ops/create.js";
import { sqrt, square } from "../ops/elementwise.js";
import { svd } from "../ops/linalg/svd.js";
import { matmul } from "../ops/matmul.js";
import { max, mean, sum } from "../ops/reduce.js";
import { slice } from "../ops/slice.js";
import { transpose } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { Estimator, type Layout } from "./estimator.js";
import { samplesOf } from "./samples.js";

export interface PCAOptions {
  /** How many components to keep; or, above 0 and below 1, the share of the variance that they must explain. Default: all, the smaller of N and D. */
  readonly nComponents?: number;
  /** Divide every component by its standard deviation, so that all have variance 1: PCA whitening. Default false. */
  readonly whiten?: boolean;
}

type PCAState = {
  readonly mean: Tensor;
  readonly components: Tensor;
  readonly singularValues: Tensor;
  readonly explainedVariance: Tensor;
  readonly explainedVarianceRatio: Tensor;
};

/**
 * Principal component analysis: z = (x − μ)·Vᵀ, the rows of V the directions of largest variance, orthogonal to one another. μ and V come from the training
 * set alone. Signs as scikit-learn has them: of each component, the largest coordinate of the samples is positive. For whitening that turns samples back to
 * where they were, see `data.ZcaWhitening`. Pearson 1901; Bishop 2006, section 12.1.
 * @throws ValueError for unknown options, and unless nComponents is a whole number from 1 on or a share.
 *
 * @example
 * const pca = await new classic.PCA({ nComponents: 1 }).fit([[0, 0], [1, 2], [2, 4], [5, 10]]);
 * pca.components                      // → [[0.44721, 0.89443]]
 * pca.explainedVarianceRatio          // → [1]
 * const z = await pca.transform([[4, 8]]);
 * await pca.inverseTransform(z)       // → [[4, 8]]
 */
export class PCA extends Estimator<PCAState> {
  readonly options: PCAOptions & { readonly whiten: boolean };

  protected readonly layouts: readonly Layout<PCAState>[] = [
    {
      mean: ["features"],
      components: ["components", "features"],
      singularValues: ["components"],
      explainedVariance: ["components"],
      explainedVarianceRatio: ["components"],
    },
  ];

  constructor(options: PCAOptions = {}) {
    super();
    const { nComponents, whiten } = resolveOptions<PCAOptions>("PCA", { nComponents: Infinity, whiten: false }, options);
    if (!(nComponents > 0) || (nComponents >= 1 && nComponents !== Infinity && !Number.isInteger(nComponents))) {
      throw new ValueError(`PCA: nComponents must be a whole number from 1 on, or a share of the variance above 0 and below 1, got ${nComponents}.`);
    }
    this.options = nComponents === Infinity ? { whiten } : { nComponents, whiten };
  }

  /** Of each feature: [D]. */
  get mean(): Tensor {
    return this.state.mean;
  }

  /** The directions, unit vectors in rows, those of largest variance first: [K, D]. */
  get components(): Tensor {
    return this.state.components;
  }

  /** Of the centred samples: [K]. */
  get singularValues(): Tensor {
    return this.state.singularValues;
  }

  /** Variance along each component, divided by N − 1: [K]. */
  get explainedVariance(): Tensor {
    return this.state.explainedVariance;
  }

  /** The same as shares of the variance of all features: [K]. */
  get explainedVarianceRatio(): Tensor {
    return this.state.explainedVarianceRatio;
  }

  /**
   * x: [N, D], N ≥ 2.
   * @throws ShapeError unless x is [N, D]; ValueError for NaN and infinities, fewer than two samples, samples that are all equal, and more components than
   * the smaller of N and D.
   */
  async fit(x: Numbers): Promise<this> {
    return step(async () => {
      const samples = await samplesOf("PCA.fit", x);
      const { count, features } = samples;
      const { nComponents = Math.min(count, features) } = this.options;
      if (count < 2) throw new ValueError("PCA.fit: one sample has no variance; give at least two.");
      if (nComponents > Math.min(count, features)) {
        throw new ValueError(`PCA.fit: ${count} samples of ${features} features have ${Math.min(count, features)} components, but nComponents is ${nComponents}.`);
      }
      const values = cast(samples.x, "float64");
      const center = mean(values, { axis: 0 });
      const { S, Vh } = svd(sub(values, center), { fullMatrices: false });
      const variance = div(square(S), count - 1);
      const ratio = div(variance, sum(variance));
      const shares = await ratio.data();
      if (Number.isNaN(shares[0])) throw new ValueError("PCA.fit: all samples are equal, so no direction explains anything.");
      const kept = { end: nComponents < 1 ? explaining(shares, nComponents) : nComponents };
      const [components, singularValues, explainedVariance, explainedVarianceRatio] = [Vh, S, variance, ratio].map((t) => slice(t, kept).clone());
      this.state = { mean: center, components, singularValues, explainedVariance, explainedVarianceRatio };
      return this;
    });
  }

  /** The coordinates of samples along the components. x: [N, D] → [N, K]. @throws ShapeError for another number of features. */
  async transform(x: Numbers): Promise<Tensor> {
    const { mean: center, components } = this.state;
    return step(async () => {
      const samples = await samplesOf("PCA.transform", x, center.size);
      const z = matmul(sub(samples.x, center), transpose(components));
      return cast(div(z, this.#scale()), samples.x.dtype);
    });
  }

  /** The samples that have these coordinates: of what `transform` came from, the part that the components span. z: [N, K] → [N, D]. @throws ShapeError for another K. */
  async inverseTransform(z: Numbers): Promise<Tensor> {
    const { mean: center, components } = this.state;
    return step(async () => {
      const samples = await samplesOf("PCA.inverseTransform", z, components.shape[0]);
      return cast(add(matmul(mul(samples.x, this.#scale()), components), center), samples.x.dtype);
    });
  }

  /** What coordinates are divided by: 1, or where they are whitened and vary at all, their standard deviation. */
  #scale(): Tensor {
    const { singularValues, explainedVariance } = this.state;
    if (!this.options.whiten) return onesLike(explainedVariance);
    const rounding = mul(max(singularValues), Number.EPSILON * 10 * singularValues.size);
    return where(gt(singularValues, rounding), sqrt(explainedVariance), onesLike(explainedVariance));
  }
}

/** How many components explain more than `share`. */
function explaining(shares: ArrayLike<number>, share: number): number {
  let [total, kept] = [0, 0];
  while (kept < shares.length && total <= share) total += shares[kept++];
  return kept;
}
