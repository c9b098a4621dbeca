/** How well scores rank the positives above the negatives: ROC and precision–recall curves and the areas under them. As scikit-learn has it. */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, sameShape } from "../base/shape.js";
import { Metric, once } from "./metric.js";
import { checkLabels } from "./labels.js";
import { type Numbers, type Values, valuesOf } from "./values.js";

/** After each distinct score, from the highest down: how many positives and negatives have at least it. */
interface Steps {
  readonly thresholds: number[];
  readonly tp: number[];
  readonly fp: number[];
}

function stepsOf(metric: string, scores: readonly number[], labels: readonly number[]): Steps {
  const bad = scores.findIndex((score) => Number.isNaN(score));
  if (bad >= 0) throw new ValueError(`${metric}: the score of sample ${bad} is NaN.`);
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || 0);
  const steps: Steps = { thresholds: [], tp: [], fp: [] };
  let [tp, fp] = [0, 0];
  order.forEach((i, place) => {
    if (labels[i] === 1) tp += 1;
    else fp += 1;
    if (place + 1 < order.length && scores[order[place + 1]] === scores[i]) return;
    steps.thresholds.push(scores[i]);
    steps.tp.push(tp);
    steps.fp.push(fp);
  });
  return steps;
}

/** Scores and labels 0 or 1 of one question. */
async function binary(metric: string, scores: Numbers, labels: Numbers): Promise<Steps> {
  const [s, l] = [await valuesOf(scores), await valuesOf(labels)];
  if (!sameShape(s.shape, l.shape)) throw new ShapeError(`${metric}: scores ${formatShape(s.shape)} and labels ${formatShape(l.shape)} must have the same shape.`);
  checkLabels(metric, l, 2);
  return stepsOf(metric, Array.from(s.data), Array.from(l.data));
}

export interface RocCurve {
  /** Share of the negatives that count as positive, rising from 0 to 1. */
  readonly falsePositiveRate: readonly number[];
  /** Share of the positives that are found. */
  readonly truePositiveRate: readonly number[];
  /** Scores from which on a sample counts as positive, falling from ∞. */
  readonly thresholds: readonly number[];
}

/**
 * Receiver operating characteristic of scores [N] and labels [N], 0 or 1: a point for each distinct score.
 * @throws ShapeError if the shapes differ; ValueError for other labels.
 *
 * @example
 * const curve = await metrics.rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
 * curve.falsePositiveRate // → [0, 0, 0.5, 0.5, 1]
 * curve.truePositiveRate  // → [0, 0.5, 0.5, 1, 1]
 */
export async function rocCurve(scores: Numbers, labels: Numbers): Promise<RocCurve> {
  const { thresholds, tp, fp } = await binary("rocCurve", scores, labels);
  return {
    falsePositiveRate: [0, ...fp.map((n) => n / fp[fp.length - 1])],
    truePositiveRate: [0, ...tp.map((n) => n / tp[tp.length - 1])],
    thresholds: [Infinity, ...thresholds],
  };
}

export interface PrecisionRecallCurve {
  /** Share of what counts as positive that is; 1 in the end, where nothing counts. */
  readonly precision: readonly number[];
  /** Share of the positives that are found, falling from 1 to 0. */
  readonly recall: readonly number[];
  /** Scores from which on a sample counts as positive, rising; one less than points. */
  readonly thresholds: readonly number[];
}

/**
 * Precision and recall of scores [N] and labels [N], 0 or 1: a point for each distinct score, and (1, 0).
 * @throws ShapeError if the shapes differ; ValueError for other labels.
 *
 * @example
 * const curve = await metrics.precisionRecallCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
 * curve.precision  // → [0.5, 0.66667, 0.5, 1, 1]
 * curve.recall     // → [1, 1, 0.5, 0.5, 0]
 * curve.thresholds // → [0.1, 0.35, 0.4, 0.8]
 */
export async function precisionRecallCurve(scores: Numbers, labels: Numbers): Promise<PrecisionRecallCurve> {
  const { thresholds, tp, fp } = await binary("precisionRecallCurve", scores, labels);
  return {
    precision: [...tp.map((n, i) => n / (n + fp[i])).reverse(), 1],
    recall: [...tp.map((n) => n / tp[tp.length - 1]).reverse(), 0],
    thresholds: thresholds.reverse(),
  };
}

/** Σ (Rᵢ − Rᵢ₋₁) Pᵢ; NaN without positives. */
function averagePrecisionOf({ tp, fp }: Steps): number {
  const positives = tp[tp.length - 1];
  return tp.reduce((area, n, i) => area + ((n - (tp[i - 1] ?? 0)) / positives) * (n / (n + fp[i])), 0);
}

/** The area under the ROC curve by trapezoids; NaN without positives or without negatives. */
function areaUnderRoc({ tp, fp }: Steps): number {
  const all = tp[tp.length - 1] * fp[fp.length - 1];
  return tp.reduce((area, n, i) => area + ((fp[i] - (fp[i - 1] ?? 0)) * (n + (tp[i - 1] ?? 0))) / 2, 0) / all;
}

/** State: the number of columns, then for each sample its scores and its labels (0 or 1), column by column. */
abstract class RankingMetric<Name extends string> extends Metric<Name> {
  protected abstract area(steps: Steps): number;

  add(prediction: Values, target: Values): void {
    const [samples, columns = 1] = prediction.shape;
    const indices = prediction.shape.length === 2 && columns > 1 && sameShape(target.shape, [samples]);
    if (!indices && (prediction.shape.length > 2 || prediction.data.length !== target.data.length)) {
      throw new ShapeError(
        `${this.name}: expected scores [N] with labels [N] of 0 and 1, or scores [N, C] with classes [N] or labels [N, C], got ` +
          `${formatShape(prediction.shape)} and ${formatShape(target.shape)}.`,
      );
    }
    checkLabels(this.name, target, indices ? columns : 2);
    if (this.state.length === 0) this.state.push(columns);
    if (this.state[0] !== columns) throw new ShapeError(`${this.name}: ${columns} scores a sample, where earlier batches had ${this.state[0]}.`);
    for (let n = 0; n < samples; n++) {
      for (let c = 0; c < columns; c++) this.state.push(prediction.data[n * columns + c]);
      for (let c = 0; c < columns; c++) this.state.push(indices ? Number(target.data[n] === c) : target.data[n * columns + c]);
    }
  }

  /** The area of each column that has positives. */
  get perClass(): number[] {
    const [columns = 0, ...rows] = this.state;
    return Array.from({ length: columns }, (_, c) => {
      const scores = rows.filter((_, i) => i % (2 * columns) === c);
      const labels = rows.filter((_, i) => i % (2 * columns) === columns + c);
      return this.area(stepsOf(this.name, scores, labels));
    });
  }

  get value(): number {
    const areas = this.perClass.filter((area) => !Number.isNaN(area));
    return areas.reduce((a, b) => a + b, 0) / areas.length;
  }
}

/**
 * Area under the ROC curve: the probability that a positive scores higher than a negative. Streaming form of `rocAuc`; keeps all scores.
 *
 * @example
 * const auc = new metrics.RocAuc();
 * await auc.update([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
 * auc.value // → 0.75
 */
export class RocAuc extends RankingMetric<"rocAuc"> {
  readonly name = "rocAuc";

  protected area(steps: Steps): number {
    return areaUnderRoc(steps);
  }
}

/**
 * Average precision Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the thresholds. Streaming form of `averagePrecision`; keeps all scores.
 *
 * @example
 * const ap = new metrics.AveragePrecision();
 * await ap.update([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
 * ap.value // → 0.83333
 */
export class AveragePrecision extends RankingMetric<"averagePrecision"> {
  readonly name = "averagePrecision";

  protected area(steps: Steps): number {
    return averagePrecisionOf(steps);
  }
}

/**
 * Area under the ROC curve. Scores [N] with labels [N] of 0 and 1; or scores [N, C] with classes [N] or labels [N, C]: the mean over classes, each
 * against the rest. Classes that are all or none of the samples are left out; NaN if there is no other.
 * @throws ShapeError if the shapes do not fit; ValueError for other labels or NaN scores.
 *
 * @example
 * await metrics.rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) // → 0.75
 */
export function rocAuc(scores: Numbers, labels: Numbers): Promise<number> {
  return once(new RocAuc(), scores, labels);
}

/**
 * Average precision, the area under the precision–recall curve by steps. Operands as for `rocAuc`; classes without positives are left out.
 * @throws ShapeError if the shapes do not fit; ValueError for other labels or NaN scores.
 *
 * @example
 * await metrics.averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) // → 0.83333
 */
export function averagePrecision(scores: Numbers, labels: Numbers): Promise<number> {
  return once(new AveragePrecision(), scores, labels);
}
