/** Linear models whose weights come from one least-squares problem: without penalty, and with that on their squares. */

import { concat } from "../ops/slice.js";
import { add, div, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { eye, zeros } from "../ops/create.js";
import { mulScalar, square } from "../ops/elementwise.js";
import { lstsq } from "../ops/linalg/lstsq.js";
import { matmul } from "../ops/matmul.js";
import { mean, sum } from "../ops/reduce.js";
import { reshape, squeeze, transpose } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { Regressor, type State } from "./estimator.js";
import { samplesOf, targetsOf } from "./samples.js";

/** A fit in float64. */
export interface LinearFit {
  /** [D], or [T, D]. */
  readonly coef: Tensor;
  /** [], or [T]. */
  readonly intercept: Tensor;
  /** Mean of the squared residuals: [], or [T]. */
  readonly variance: Tensor;
  /** Of the centred samples: int32 []. */
  readonly rank: Tensor;
}

/** Least ‖y − Xw − b‖² + alpha‖w‖²; of several w, the one of least norm. */
export async function leastSquares(owner: string, x: Numbers, y: Numbers, { alpha, fitIntercept }: { alpha: number; fitIntercept: boolean }): Promise<LinearFit> {
  const samples = await samplesOf(owner, x);
  const targets = await targetsOf(owner, y, samples);
  const values = cast(samples.x, "float64");
  const center = (t: Tensor): Tensor => (fitIntercept ? mean(t, { axis: 0, keepDim: true }) : zeros([1, t.shape[1]], { dtype: "float64", backend: t.backend }));
  const [xMean, yMean] = [center(values), center(targets.y)];
  const [a, b] = [sub(values, xMean), sub(targets.y, yMean)];
  // The penalty is a residual √alpha·w for each weight: Hastie, Tibshirani & Friedman, exercise 3.12.
  const [d, t] = [samples.features, targets.y.shape[1]];
  const like = { dtype: "float64", backend: values.backend } as const;
  const penalty = alpha === 0 ? [] : [mulScalar(eye(d, like), Math.sqrt(alpha))];
  const { solution, rank } = lstsq(concat([a, ...penalty]), alpha === 0 ? b : concat([b, zeros([d, t], like)]));
  const intercept = sub(yMean, matmul(xMean, solution));
  const variance = div(sum(square(sub(b, matmul(a, solution))), { axis: 0 }), samples.count);
  return {
    coef: reshape(transpose(solution), [...targets.rest, d]),
    intercept: reshape(intercept, targets.rest),
    variance: reshape(variance, targets.rest),
    rank,
  };
}

export type LinearState = State & { readonly coef: Tensor; readonly intercept: Tensor };

/** ŷ = Xw + b. */
export abstract class LinearPredictor<S extends LinearState> extends Regressor<S> {
  /** Weights: [D], or [T, D] where y was [N, T]. */
  get coef(): Tensor {
    return this.state.coef;
  }

  /** Constant: [], or [T]; 0 without `fitIntercept`. */
  get intercept(): Tensor {
    return this.state.intercept;
  }

  /** x·coef + intercept. x: [N, D] → [N], or [N, T]. @throws ShapeError for another number of features. */
  async predict(x: Numbers): Promise<Tensor> {
    const { coef, intercept } = this.state;
    return step(async () => {
      const samples = await samplesOf(`${this.constructor.name}.predict`, x, coef.shape[coef.ndim - 1]);
      const weights = reshape(coef, [-1, samples.features]);
      const y = add(matmul(cast(samples.x, "float64"), transpose(weights)), intercept);
      return cast(coef.ndim === 1 ? squeeze(y, 1) : y, samples.x.dtype);
    });
  }
}
