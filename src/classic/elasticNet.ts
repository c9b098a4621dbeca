/** Elastic net and lasso: least squares with a penalty on the magnitudes of the weights, which makes many of them 0. By coordinate descent. */

import { ValueError } from "../base/errors.js";
import { warn } from "../base/warnings.js";
import type { Numbers } from "../metrics/values.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layout } from "./estimator.js";
import { LinearPredictor } from "./leastSquares.js";
import { checkOptions } from "./options.js";
import { fitted, samplesOf, targetsOf } from "./samples.js";

export interface ElasticNetOptions {
  /** Strength of the penalty, above 0. Default 1. */
  readonly alpha?: number;
  /** Share of the penalty that is on magnitudes, above 0 and up to 1; the rest is on squares. Default 0.5. */
  readonly l1Ratio?: number;
  /** Fit a constant beside the weights, which is not penalised. Default true. */
  readonly fitIntercept?: boolean;
  /** Rounds over all weights. Default 1000. */
  readonly maxIterations?: number;
  /** Converged when the duality gap is below this times ‖y‖²/N. Default 1e-8. */
  readonly tolerance?: number;
}

type ElasticNetState = { readonly coef: Tensor; readonly intercept: Tensor };

/**
 * ŷ = Xw + b with the least ‖y − ŷ‖²/2N + alpha·(l1Ratio·‖w‖₁ + (1 − l1Ratio)/2·‖w‖²). Zou & Hastie 2005; by coordinate descent, Friedman,
 * Hastie & Tibshirani 2010.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const model = new classic.ElasticNet({ alpha: 0.5, l1Ratio: 0.5 });
 * await model.fit([[0, 1], [1, 0], [2, 1], [3, 0]], [0, 2, 4, 6]);
 * model.coef // → [1.5, 0]
 */
export class ElasticNet extends LinearPredictor<ElasticNetState> {
  readonly options: Required<ElasticNetOptions>;
  /** Rounds of the last fit (of several targets, the most). */
  iterations = 0;
  /** Whether the last fit met its tolerance. */
  converged = false;

  protected readonly layouts: readonly Layout<ElasticNetState>[] = [
    { coef: ["features"], intercept: [] },
    { coef: ["targets", "features"], intercept: ["targets"] },
  ];

  constructor(options: ElasticNetOptions = {}) {
    super();
    const { name } = this.constructor;
    this.options = resolveOptions<ElasticNetOptions>(name, { alpha: 1, l1Ratio: 0.5, fitIntercept: true, maxIterations: 1000, tolerance: 1e-8 }, options);
    const { alpha, l1Ratio, maxIterations, tolerance } = this.options;
    checkRange(name, { tolerance });
    checkRange(name, { maxIterations }, { min: 1 });
    if (!(alpha > 0 && alpha < Infinity)) throw new ValueError(`${name}: alpha must be above 0, got ${alpha}; without a penalty, take LinearRegression.`);
    if (!(l1Ratio > 0 && l1Ratio <= 1)) throw new ValueError(`${name}: l1Ratio must be above 0 and at most 1, got ${l1Ratio}; for squares alone, take Ridge.`);
  }

  /**
   * x: [N, D]; y: [N], or [N, T] for T targets, each fitted by itself.
   * @throws ShapeError for other shapes; ValueError for NaN and infinities.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      const owner = `${this.constructor.name}.fit`;
      const samples = await samplesOf(owner, x);
      const targets = await targetsOf(owner, y, samples);
      const { count, features } = samples;
      const { fitIntercept, maxIterations } = this.options;
      const columns = Array.from({ length: features }, (_, d) => Float64Array.from({ length: count }, (_, n) => samples.data[n * features + d]));
      const means = columns.map((column) => (fitIntercept ? center(column) : 0));
      const outputs = targets.y.shape[1];
      const coef = new Float64Array(outputs * features);
      const intercept = new Float64Array(outputs);
      this.iterations = 0;
      this.converged = true;
      for (let t = 0; t < outputs; t++) {
        const y = Float64Array.from({ length: count }, (_, n) => targets.data[n * outputs + t]);
        const mean = fitIntercept ? center(y) : 0;
        const { w, iterations, converged } = descend(columns, y, this.options);
        coef.set(w, t * features);
        intercept[t] = mean - w.reduce((sum, weight, d) => sum + weight * means[d], 0);
        this.iterations = Math.max(this.iterations, iterations);
        this.converged &&= converged;
      }
      if (!this.converged) warn("notConverged", `${owner}: the duality gap is above its tolerance after ${maxIterations} rounds. Standardise x, or raise maxIterations or alpha.`);
      this.state = { coef: fitted(samples, coef, [...targets.rest, features]), intercept: fitted(samples, intercept, targets.rest) };
      return this;
    });
  }
}

export interface LassoOptions extends Omit<ElasticNetOptions, "l1Ratio"> {}

/**
 * ŷ = Xw + b with the least ‖y − ŷ‖²/2N + alpha·‖w‖₁: an elastic net with l1Ratio 1. Tibshirani 1996.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const model = await new classic.Lasso({ alpha: 0.5 }).fit([[0, 1], [1, 0], [2, 1], [3, 0]], [0, 2, 4, 6]);
 * model.coef // → [1.6, 0]
 */
export class Lasso extends ElasticNet {
  constructor(options: LassoOptions = {}) {
    checkOptions("Lasso", options, "alpha");
    if ("l1Ratio" in options) throw new ValueError('Lasso: there is no option "l1Ratio", which is 1 here; for another one, take ElasticNet.');
    super({ ...options, l1Ratio: 1 });
  }
}

/** Takes the mean off, and gives it. */
function center(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  for (let n = 0; n < values.length; n++) values[n] -= mean;
  return mean;
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n] * b[n];
  return sum;
};

/** The weights of one target, columns and target centred. `y` becomes the residual. */
function descend(columns: readonly Float64Array[], y: Float64Array, options: Required<ElasticNetOptions>): { w: Float64Array; iterations: number; converged: boolean } {
  const { alpha, l1Ratio, maxIterations, tolerance } = options;
  const l1 = alpha * l1Ratio * y.length;
  const l2 = alpha * (1 - l1Ratio) * y.length;
  const w = new Float64Array(columns.length);
  const squares = columns.map((column) => dot(column, column));
  const target = y.slice();
  const enough = tolerance * dot(y, y);
  for (let iterations = 1; iterations <= maxIterations; iterations++) {
    let [largestStep, largest] = [0, 0];
    for (const [d, column] of columns.entries()) {
      if (squares[d] === 0) continue;
      const before = w[d];
      const correlation = dot(column, y) + squares[d] * before;
      w[d] = (Math.sign(correlation) * Math.max(Math.abs(correlation) - l1, 0)) / (squares[d] + l2);
      const change = w[d] - before;
      if (change !== 0) for (let n = 0; n < y.length; n++) y[n] -= change * column[n];
      largestStep = Math.max(largestStep, Math.abs(change));
      largest = Math.max(largest, Math.abs(w[d]));
    }
    // The gap costs a round; it can only be small where the steps are.
    if (largestStep <= Math.sqrt(tolerance) * largest && gap(columns, y, target, w, l1, l2) <= enough) return { w, iterations, converged: true };
  }
  return { w, iterations: maxIterations, converged: false };
}

/** How far the loss can be above its minimum: its value less that of a dual point. Kim et al. 2007, section III.B. */
function gap(columns: readonly Float64Array[], residual: Float64Array, target: Float64Array, w: Float64Array, l1: number, l2: number): number {
  const slope = columns.reduce((largest, column, d) => Math.max(largest, Math.abs(dot(column, residual) - l2 * w[d])), 0);
  const [loss, squares] = [dot(residual, residual), dot(w, w)];
  const scale = slope > l1 ? l1 / slope : 1;
  const magnitudes = w.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return 0.5 * (1 + scale ** 2) * loss + l1 * magnitudes - scale * dot(residual, target) + 0.5 * l2 * (1 + scale ** 2) * squares;
}
