/** Predicted classes and labels, from what a classifier gives: scores of classes, one score, or classes. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, sameShape, type Shape } from "../base/shape.js";
import type { Values } from "./values.js";

export interface ThresholdOptions {
  /**
   * For predictions that are one score a sample (of the target's shape): above it, the class is 1, else 0. Without it, such predictions are
   * classes themselves.
   */
  readonly threshold?: number;
}

/** Scores [N, C, d₁, …]: the score of class c at label n is data[base(n) + c·stride]. */
export interface Scores {
  readonly classes: number;
  readonly stride: number;
  base(n: number): number;
}

/** Whether `scores` are [N, C, d₁, …] for labels [N, d₁, …]. */
function fits(scores: Shape, labels: Shape): boolean {
  return scores.length >= 2 && sameShape(scores.filter((_, i) => i !== 1), labels);
}

/** @throws ShapeError unless the prediction is [N, C, d₁, …] and the labels are [N, d₁, …]. */
export function scoresOf(metric: string, prediction: Values, target: Values): Scores {
  if (!fits(prediction.shape, target.shape)) throw misfit(metric, prediction, target);
  const [, classes, ...rest] = prediction.shape;
  const stride = rest.reduce((a, b) => a * b, 1);
  return { classes, stride, base: (n) => Math.floor(n / stride) * classes * stride + (n % stride) };
}

function misfit(metric: string, prediction: Values, target: Values): ShapeError {
  return new ShapeError(
    `${metric}: expected scores [N, C, …] and labels [N, …], got ${formatShape(prediction.shape)} and ${formatShape(target.shape)}. ` +
      `Where the task is no classification, choose other metrics.`,
  );
}

/** @throws ValueError naming the first label that is neither a whole number in 0…classes−1 nor `ignoreIndex`. */
export function checkLabels(metric: string, { data }: Values, classes = Infinity, ignoreIndex?: number): void {
  for (let n = 0; n < data.length; n++) {
    if ((Number.isInteger(data[n]) && data[n] >= 0 && data[n] < classes) || data[n] === ignoreIndex) continue;
    const range = classes === Infinity ? "a class: a whole number from 0 on" : `in 0…${classes - 1}`;
    throw new ValueError(`${metric}: label ${n} is ${data[n]}, which is not ${range}. Where the task is no classification, choose other metrics.`);
  }
}

/**
 * Labels [N] of targets that are probabilities [N, C] like the scores (mixed images, soft labels): the likeliest class, the first of equals.
 * Other targets, also [N, 1] of a single score, stay as they are.
 */
export function hardLabels(scores: Values, target: Values): Values {
  const { shape, data } = target;
  if (shape.length !== 2 || shape[1] < 2 || !sameShape(scores.shape, shape) || Array.prototype.every.call(scores.data, Number.isInteger)) return target;
  const [count, classes] = shape;
  const labels = Array.from({ length: count }, (_, n) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[n * classes + c] > data[n * classes + best]) best = c;
    return best;
  });
  return { data: labels, shape: [count] };
}

/** Predicted class of each label: the highest score (the first of equals), above the threshold or not, or as given. */
export function predictedClasses(metric: string, prediction: Values, target: Values, options: ThresholdOptions): { predicted: ArrayLike<number>; classes: number } {
  const { threshold } = optionsOf(metric, options);
  const single = sameShape(prediction.shape, target.shape) || (prediction.shape[1] === 1 && threshold !== undefined && fits(prediction.shape, target.shape));
  if (single && threshold !== undefined) return { predicted: Array.from(prediction.data, (score) => (score > threshold ? 1 : 0)), classes: 2 };
  if (single) {
    checkLabels(metric, prediction);
    return { predicted: prediction.data, classes: 0 };
  }
  const { classes, stride, base } = scoresOf(metric, prediction, target);
  const { data } = prediction;
  const predicted = Array.from({ length: target.data.length }, (_, n) => {
    const start = base(n);
    let best = -1;
    for (let c = 0; c < classes; c++) {
      const score = data[start + c * stride];
      if (!Number.isNaN(score) && (best < 0 || score > data[start + best * stride])) best = c;
    }
    if (best < 0) throw new ValueError(`${metric}: the scores of sample ${n} are NaN.`);
    return best;
  });
  return { predicted, classes };
}
