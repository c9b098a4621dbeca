/** Linear support vector machines, by dual coordinate descent. */

import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { warn } from "../base/warnings.js";
import type { Numbers } from "../metrics/values.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import { type ClassWeight, checkClassWeight, weightsOfClasses } from "./classWeight.js";
import { LinearClassifier } from "./linearClassifier.js";
import { checkOptions } from "./options.js";
import { fitted, labelsOf, samplesOf } from "./samples.js";

export interface LinearSVCOptions {
  /** The loss against the penalty, above 0. Default 1. */
  readonly C?: number;
  /** "squaredHinge", max(0, 1 − y·s)², or "hinge", max(0, 1 − y·s). Default "squaredHinge". */
  readonly loss?: "squaredHinge" | "hinge";
  /** Fit a constant, as the weight of a feature that is always 1: it is penalised like the others. Default true. */
  readonly fitIntercept?: boolean;
  /** Weights of the classes in the loss. Default: all 1. */
  readonly classWeight?: ClassWeight;
  /** Rounds over all samples. Default 1000. */
  readonly maxIterations?: number;
  /** Converged when the projected gradients of the dual problem lie no further apart. Default 1e-4. */
  readonly tolerance?: number;
  /** What the order of the samples is drawn from. Default 0. */
  readonly seed?: number;
}

/**
 * Hyperplanes with the least ½‖w‖² + C·Σ loss(y·(w·x + b)), y = ±1, each class against all others: what liblinear and scikit-learn's LinearSVC minimise. For two
 * classes there is one. Standardise the features first. Cortes & Vapnik 1995; by dual coordinate descent with shrinking, Hsieh et al. 2008.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const model = await new classic.LinearSVC({ C: 100, loss: "hinge" }).fit([[-3], [-1], [1], [3]], [0, 0, 1, 1]);
 * model.coef                          // → [[1]]
 * await model.predict([[-0.5], [2]])  // → [0, 1]
 */
export class LinearSVC extends LinearClassifier {
  readonly options: Required<Omit<LinearSVCOptions, "classWeight">> & Pick<LinearSVCOptions, "classWeight">;
  /** Rounds of the last fit (of several classes, the most). */
  iterations = 0;
  /** Whether the last fit met its tolerance. */
  converged = false;

  constructor(given: LinearSVCOptions = {}) {
    super();
    checkOptions("LinearSVC", given, "C");
    const { classWeight, ...options } = given;
    const resolved = resolveOptions<Omit<LinearSVCOptions, "classWeight">>(
      "LinearSVC",
      { C: 1, loss: "squaredHinge", fitIntercept: true, maxIterations: 1000, tolerance: 1e-4, seed: 0 },
      options,
    );
    const { C, loss, maxIterations, tolerance, seed } = resolved;
    if (!(C > 0 && C < Infinity)) throw new ValueError(`LinearSVC: C must be above 0, got ${C}.`);
    if (loss !== "squaredHinge" && loss !== "hinge") throw new ValueError(`LinearSVC: loss must be "squaredHinge" or "hinge", got "${String(loss)}".`);
    checkRange("LinearSVC", { maxIterations }, { min: 1 });
    checkRange("LinearSVC", { tolerance, seed });
    checkClassWeight("LinearSVC", classWeight);
    this.options = { ...resolved, ...(classWeight !== undefined && { classWeight }) };
  }

  /**
   * x: [N, D], y: [N] whole numbers, at least two different ones.
   * @throws ShapeError for other shapes; ValueError for NaN and infinities, and for a single class.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      const owner = "LinearSVC.fit";
      const samples = await samplesOf(owner, x);
      const { data, count, features } = samples;
      const { classes, places } = await labelsOf(owner, y, count, 2);
      const { fitIntercept, classWeight, seed, maxIterations } = this.options;
      const weights = weightsOfClasses(owner, classWeight, classes, places);
      const width = features + Number(fitIntercept);
      const rows = new Float64Array(count * width).fill(1);
      for (let n = 0; n < count; n++) rows.set(data.subarray(n * features, (n + 1) * features), n * width);
      const generator = new Generator(seed).fork("LinearSVC");
      const against = classes.length === 2 ? [1] : [...classes.keys()];
      const planes = against.map((place) => {
        const signs = places.map((other) => (other === place ? 1 : -1));
        // All other classes weigh 1, as in liblinear; of two classes, each has its own weight.
        const costs = Float64Array.from(places, (other) => this.options.C * (other === place || classes.length === 2 ? weights[other] : 1));
        return descend({ rows, width, signs, costs }, this.options, generator.fork(`class ${classes[place]}`));
      });
      this.iterations = Math.max(...planes.map((plane) => plane.iterations));
      this.converged = planes.every((plane) => plane.converged);
      if (!this.converged) warn("notConverged", `${owner}: not at the optimum after ${maxIterations} rounds. Standardise x, raise maxIterations, or lower C.`);
      this.state = {
        coef: fitted(samples, planes.flatMap(({ w }) => Array.from(w.subarray(0, features))), [planes.length, features]),
        intercept: fitted(samples, planes.map(({ w }) => (fitIntercept ? w[features] : 0))),
        classes: fitted(samples, classes),
      };
      return this;
    });
  }
}

interface Problem {
  /** Samples row by row. */
  readonly rows: Float64Array;
  readonly width: number;
  /** ±1. */
  readonly signs: Int32Array;
  /** C of each sample. */
  readonly costs: Float64Array;
}

/**
 * Minimises ½‖Σ αᵢyᵢxᵢ‖² + ½Σ δᵢαᵢ² − Σ αᵢ one α at a time, 0 ≤ αᵢ ≤ Cᵢ, δᵢ = 0 for the hinge, 0 ≤ αᵢ, δᵢ = 1/2Cᵢ for its square; w = Σ αᵢyᵢxᵢ. An α that sits at its bound and
 * is pushed against it is left out until the rest have converged: algorithm 3 of the paper.
 */
function descend(
  { rows, width, signs, costs }: Problem,
  { loss, tolerance, maxIterations }: Pick<Required<LinearSVCOptions>, "loss" | "tolerance" | "maxIterations">,
  random: Generator,
): { w: Float64Array; iterations: number; converged: boolean } {
  const count = signs.length;
  const diagonal = costs.map((c) => (loss === "hinge" || c === 0 ? 0 : 0.5 / c));
  const upper = costs.map((c) => (loss === "hinge" || c === 0 ? c : Infinity));
  const curvature = diagonal.map((delta, n) => {
    let squares = delta;
    for (let d = n * width; d < (n + 1) * width; d++) squares += rows[d] * rows[d];
    return squares;
  });
  const alpha = new Float64Array(count);
  const w = new Float64Array(width);
  const order = Int32Array.from({ length: count }, (_, n) => n);
  let active = count;
  let [highestBefore, lowestBefore] = [Infinity, -Infinity];
  for (let iterations = 1; iterations <= maxIterations; iterations++) {
    const whole = active === count && highestBefore === Infinity && lowestBefore === -Infinity;
    let [highest, lowest] = [-Infinity, Infinity];
    random.shuffle(order.subarray(0, active));
    for (let s = 0; s < active; s++) {
      const n = order[s];
      const start = n * width;
      let score = 0;
      for (let d = 0; d < width; d++) score += w[d] * rows[start + d];
      const gradient = signs[n] * score - 1 + diagonal[n] * alpha[n];
      const atLower = alpha[n] === 0;
      const atUpper = alpha[n] >= upper[n];
      if ((atLower && (atUpper || gradient > highestBefore)) || (atUpper && gradient < lowestBefore)) {
        active--;
        [order[s], order[active]] = [order[active], n];
        s--;
        continue;
      }
      const projected = (atLower && gradient > 0) || (atUpper && gradient < 0) ? 0 : gradient;
      highest = Math.max(highest, projected);
      lowest = Math.min(lowest, projected);
      if (projected === 0) continue;
      const before = alpha[n];
      alpha[n] = Math.min(Math.max(before - gradient / curvature[n], 0), upper[n]);
      const change = (alpha[n] - before) * signs[n];
      for (let d = 0; d < width; d++) w[d] += change * rows[start + d];
    }
    if (!(highest - lowest > tolerance)) {
      if (whole) return { w, iterations, converged: true };
      // All of them once more, before it counts.
      active = count;
      [highestBefore, lowestBefore] = [Infinity, -Infinity];
      continue;
    }
    highestBefore = highest > 0 ? highest : Infinity;
    lowestBefore = lowest < 0 ? lowest : -Infinity;
  }
  return { w, iterations: maxIterations, converged: false };
}
