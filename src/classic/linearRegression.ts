/** Linear regression: ordinary least squares, which is maximum likelihood for targets with normal noise. */

import type { Numbers } from "../metrics/values.js";
import { resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layout } from "./estimator.js";
import { LinearPredictor, leastSquares } from "./leastSquares.js";
import { targetsOf } from "./samples.js";

export interface LinearRegressionOptions {
  /** Fit a constant beside the weights. Default true. */
  readonly fitIntercept?: boolean;
}

type LinearRegressionState = { readonly coef: Tensor; readonly intercept: Tensor; readonly variance: Tensor; readonly rank: Tensor };

/**
 * ŷ = Xw + b with the least ‖y − ŷ‖², in closed form by singular values: also where features depend on one another, or outnumber the samples
 * (of all w the shortest). Equally, the most likely w, b and σ² if y = Xw + b + ε with normal ε of variance σ². Bishop 2006, section 3.1.1.
 * @throws ValueError for unknown options.
 *
 * @example
 * const model = await new classic.LinearRegression().fit([[0], [1], [2]], [1, 2, 6]);
 * model.coef                      // → [2.5]
 * model.intercept                 // → 0.5
 * model.variance                  // → 0.5
 * await model.predict([[4]])      // → [10.5]
 */
export class LinearRegression extends LinearPredictor<LinearRegressionState> {
  readonly options: Required<LinearRegressionOptions>;

  protected readonly layouts: readonly Layout<LinearRegressionState>[] = [
    { coef: ["features"], intercept: [], variance: [], rank: [] },
    { coef: ["targets", "features"], intercept: ["targets"], variance: ["targets"], rank: [] },
  ];

  constructor(options: LinearRegressionOptions = {}) {
    super();
    this.options = resolveOptions<LinearRegressionOptions>("LinearRegression", { fitIntercept: true }, options);
  }

  /** σ² of the noise, as maximum likelihood has it: the mean of the squared residuals. [], or [T]. */
  get variance(): Tensor {
    return this.state.variance;
  }

  /** How many directions the (centred) samples extend in; less than D if features depend on one another. int32 []. */
  get rank(): Tensor {
    return this.state.rank;
  }

  /**
   * x: [N, D]; y: [N], or [N, T] for T targets, each fitted by itself.
   * @throws ShapeError for other shapes; ValueError for NaN and infinities.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      this.state = { ...(await leastSquares("LinearRegression.fit", x, y, { alpha: 0, ...this.options })) };
      return this;
    });
  }

  /**
   * The logarithm of the density of y given x, Σ −½ log 2πσ² − (y − ŷ)²/2σ²: largest at what `fit` found. x: [N, D], y: [N] or [N, T].
   *
   * @example
   * const model = await new classic.LinearRegression().fit([[0], [1], [2]], [1, 2, 6]);
   * await model.logLikelihood([[0], [1], [2]], [1, 2, 6]) // → -3.21709
   */
  async logLikelihood(x: Numbers, y: Numbers): Promise<number> {
    const predicted = await this.predict(x);
    const [yHat, variances] = [await predicted.data(), await this.variance.data()];
    const { data } = await targetsOf("LinearRegression.logLikelihood", y, { x: predicted, count: predicted.shape[0] });
    return data.reduce((total, value, i) => {
      const variance = variances[i % variances.length];
      const squares = (value - yHat[i]) ** 2;
      return total - 0.5 * Math.log(2 * Math.PI * variance) - (squares === 0 ? 0 : squares / (2 * variance));
    }, 0);
  }
}
