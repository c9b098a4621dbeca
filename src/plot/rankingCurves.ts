/** Precision–recall and ROC curves: how well scores rank the positives first, over all thresholds. */

import { ValueError } from "../base/errors.js";
import { averagePrecision, precisionRecallCurve, rocAuc, rocCurve } from "../metrics/ranking.js";
import type { Numbers } from "../metrics/values.js";
import type { Point } from "./curve.js";
import type { Figure } from "./figure.js";
import { checkFigure, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";
import { precisionRecallFigure, type RankingCurve, rocFigure } from "./rankingFigure.js";

/** Scores [N] and what they are about: labels [N], 1 for positive, 0 for negative. */
export interface Ranked {
  readonly scores: Numbers;
  readonly labels: Numbers;
}

type Source = Ranked | Readonly<Record<string, Ranked>>;

/**
 * Precision–recall curves with lines of equal F1, the average precision (AP) in the legend.
 * @param ranked scores and labels, or several by name
 * @throws ShapeError, ValueError for scores and labels that do not fit, or without positives.
 *
 * @example
 * const ranked = { scores: [0.1, 0.4, 0.35, 0.8], labels: [0, 0, 1, 1] };
 * (await plot.precisionRecall(ranked)).description              // → Precision–recall curve. Average precision 0.833.
 * (await plot.precisionRecall({ a: ranked, b: ranked })).title // → Precision–recall curve
 */
export async function precisionRecall(ranked: Source, options: FigureOptions = {}): Promise<Figure> {
  const curves = await read("precisionRecall", ranked, options, async ({ scores, labels }) => {
    const { precision, recall } = await precisionRecallCurve(scores, labels);
    return { points: recall.map((r, i): Point => [r, precision[i]]).reverse(), area: await averagePrecision(scores, labels) };
  });
  return precisionRecallFigure(curves, options);
}

/**
 * ROC curves with the diagonal of chance, the area under the curve (AUC) in the legend.
 * @param ranked scores and labels, or several by name
 * @throws ShapeError, ValueError for scores and labels that do not fit, or without positives or negatives.
 *
 * @example
 * const ranked = { scores: [0.1, 0.4, 0.35, 0.8], labels: [0, 0, 1, 1] };
 * (await plot.roc(ranked)).description // → ROC curve. Area under the curve 0.75.
 */
export async function roc(ranked: Source, options: FigureOptions = {}): Promise<Figure> {
  const curves = await read("roc", ranked, options, async ({ scores, labels }) => {
    const { falsePositiveRate, truePositiveRate } = await rocCurve(scores, labels);
    return { points: falsePositiveRate.map((f, i): Point => [f, truePositiveRate[i]]), area: await rocAuc(scores, labels) };
  });
  return rocFigure(curves, options);
}

async function read(chart: string, ranked: Source, options: FigureOptions, curve: (ranked: Ranked) => Promise<Omit<RankingCurve, "name">>): Promise<RankingCurve[]> {
  checkOptions(chart, options, withFigure());
  checkFigure(chart, options);
  if (typeof ranked !== "object" || ranked === null || Object.keys(ranked).length === 0) throw new ValueError(`${chart}: expected { scores, labels }, or several of them by name, got ${describeValue(ranked)}.`);
  const named: [string, Ranked][] = "scores" in ranked && "labels" in ranked ? [["", ranked as Ranked]] : Object.entries(ranked as Readonly<Record<string, Ranked>>);
  const curves: RankingCurve[] = [];
  for (const [name, each] of named) {
    if (typeof each !== "object" || each === null || each.scores === undefined || each.labels === undefined) {
      throw new ValueError(`${chart}: ${name === "" ? "the argument" : `"${name}"`} must be { scores, labels }, got ${describeValue(each)}.`);
    }
    const { points, area } = await curve(each);
    if (Number.isNaN(area)) throw new ValueError(`${chart}: ${name === "" ? "the labels" : `the labels of "${name}"`} must hold positives (1) and negatives (0), else there is nothing to rank.`);
    curves.push({ name, points, area });
  }
  return curves;
}
