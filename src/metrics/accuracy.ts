/** Accuracy: how many predictions are right, or have the right class among their first k. */

import { ValueError } from "../base/errors.js";
import { Metric, once } from "./metric.js";
import { checkLabels, hardLabels, predictedClasses, scoresOf, type ThresholdOptions } from "./labels.js";
import type { Numbers, Values } from "./values.js";
import { number, optionsOf } from "../base/options.js";

/** State: how many are right, and how many there are. */
abstract class Share<Name extends string> extends Metric<Name> {
  protected count(right: number, all: number): void {
    const [before = 0, seen = 0] = this.state;
    this.state = [before + right, seen + all];
  }

  get value(): number {
    const [right = 0, all = 0] = this.state;
    return right / all;
  }
}

/**
 * The share of labels that are predicted: those with the highest score. Streaming form of `accuracy`.
 *
 * @example
 * const accuracy = new metrics.Accuracy();
 * await accuracy.update([[0.2, 0.8], [0.6, 0.4]], [1, 1]);
 * accuracy.value // → 0.5
 */
export class Accuracy extends Share<"accuracy"> {
  readonly name = "accuracy";

  constructor(readonly options: ThresholdOptions = {}) {
    optionsOf("Accuracy", options, { threshold: number() });
    super();
  }

  add(prediction: Values, given: Values): void {
    const target = this.options.threshold === undefined ? hardLabels(prediction, given) : given;
    // Scores that are NaN are no prediction, and wrong: top-1 says so.
    if (prediction.shape.length > target.shape.length && this.options.threshold === undefined) {
      this.count(rightAmong(this.name, prediction, target, 1), target.data.length);
      return;
    }
    checkLabels(this.name, target);
    const { predicted } = predictedClasses(this.name, prediction, target, this.options);
    let right = 0;
    for (let n = 0; n < predicted.length; n++) if (predicted[n] === target.data[n]) right += 1;
    this.count(right, target.data.length);
  }
}

/**
 * The share of labels among the k highest scores; equal scores count in order of the classes. Named `top5` for k = 5. Streaming form of
 * `topKAccuracy`.
 *
 * @example
 * const top2 = new metrics.TopKAccuracy(2);
 * await top2.update([[0.2, 0.5, 0.3]], [2]);
 * top2.value // → 1
 * top2.name  // → top2
 */
export class TopKAccuracy<K extends number = 5> extends Share<`top${K}`> {
  readonly name: `top${K}`;

  /** @param k default 5 */
  constructor(readonly k: K = 5 as K) {
    super();
    if (!Number.isInteger(k) || k < 1) throw new ValueError(`TopKAccuracy: k must be a whole number of at least 1, got ${k}.`);
    this.name = `top${k}`;
  }

  add(prediction: Values, given: Values): void {
    const target = hardLabels(prediction, given);
    this.count(rightAmong(this.name, prediction, target, this.k), target.data.length);
  }
}

function rightAmong(metric: string, prediction: Values, target: Values, k: number): number {
  const { classes, stride, base } = scoresOf(metric, prediction, target);
  checkLabels(metric, target, classes);
  let right = 0;
  for (let n = 0; n < target.data.length; n++) {
    if (rankOf(prediction.data, base(n), stride, classes, target.data[n]) < k) right += 1;
  }
  return right;
}

/** How many classes come before the label: higher scores, and equal ones of lower index (as argmax breaks ties). NaN comes last. */
function rankOf(scores: ArrayLike<number>, start: number, stride: number, classes: number, label: number): number {
  const own = scores[start + label * stride];
  if (Number.isNaN(own)) return Infinity;
  let rank = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[start + c * stride];
    if (score > own || (score === own && c < label)) rank += 1;
  }
  return rank;
}

/**
 * The share of labels that are predicted. prediction: scores [N, C] or [N, C, d₁, …] of labels [N] or [N, d₁, …], or of
 * probabilities [N, C], of which the largest counts; or classes, or scores for `threshold`, of the labels' shape.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.accuracy([[0.2, 0.8], [0.6, 0.4]], [1, 1])            // → 0.5
 * await metrics.accuracy([[0.2, 0.8]], [[0.3, 0.7]])                  // → 1
 * await metrics.accuracy([0, 1, 1], [0, 1, 0])                        // → 0.66667
 * await metrics.accuracy(tensor([-2, 3]), [0, 1], { threshold: 0 })   // → 1
 */
export function accuracy(prediction: Numbers, target: Numbers, options: ThresholdOptions = {}): Promise<number> {
  return once(new Accuracy(options), prediction, target);
}

/**
 * The share of labels among the k highest scores. prediction: [N, C] or [N, C, d₁, …]; target: labels [N] or [N, d₁, …].
 * @param k default 5
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.topKAccuracy([[0.2, 0.5, 0.3], [0.5, 0.3, 0.2]], [2, 2], 2) // → 0.5
 */
export function topKAccuracy(prediction: Numbers, target: Numbers, k = 5): Promise<number> {
  return once(new TopKAccuracy(k), prediction, target);
}
