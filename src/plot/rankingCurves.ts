/** Precision–recall and ROC curves: how well scores rank the positives first, over all thresholds. */

import { ValueError } from "../base/errors.js";
import { averagePrecision, precisionRecallCurve, rocAuc, rocCurve } from "../metrics/ranking.js";
import type { Numbers } from "../metrics/values.js";
import { axisOf } from "./axis.js";
import { seriesDash, seriesPaint } from "./colours.js";
import { curvePath, type Point } from "./curve.js";
import { Figure } from "./figure.js";
import type { LegendEntry } from "./legend.js";
import { fixedText } from "./numberText.js";
import { checkFigure, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";
import { panel, type Place } from "./panel.js";
import { centred, type Item, line, path, shown } from "./scene.js";

/** Scores [N] and what they are about: labels [N], 1 for positive, 0 for negative. */
export interface Ranked {
  readonly scores: Numbers;
  readonly labels: Numbers;
}

interface RankingCurve {
  readonly name: string;
  readonly points: readonly Point[];
  readonly area: number;
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
  return figureOf(curves, options, {
    kind: "Precision–recall curve",
    area: "Average precision",
    short: "AP",
    x: "recall",
    y: "precision",
    path: (points, place) => curvePath(stairs(points), place),
    ground: equalF1,
    beside: { width: 46, items: equalF1Names },
  });
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
  return figureOf(curves, options, {
    kind: "ROC curve",
    area: "Area under the curve",
    short: "AUC",
    x: "false positive rate",
    y: "true positive rate",
    path: curvePath,
    ground: ({ x, y }) => [line(x(0), y(0), x(1), y(1), { stroke: "muted", dash: "4 4" })],
  });
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

interface Look {
  readonly kind: string;
  readonly area: string;
  readonly short: string;
  readonly x: string;
  readonly y: string;
  readonly path: (points: readonly Point[], place: Place) => string;
  readonly ground: (place: Place) => readonly Item[];
  /** Names of what is in the ground, right of the axes. */
  readonly beside?: { readonly width: number; readonly items: (place: Place) => readonly Item[] };
}

function figureOf(curves: readonly RankingCurve[], options: FigureOptions, look: Look): Figure {
  const x = axisOf({ chart: look.kind, name: "x", options: { label: look.x, range: [0, 1] }, values: [] });
  const y = axisOf({ chart: look.kind, name: "y", options: { label: look.y, range: [0, 1] }, values: [] });
  const said = curves.map(({ name, area }) => `${name === "" ? "" : `${name}: `}${look.area[0].toUpperCase()}${look.area.slice(1)} ${Number(area.toFixed(3))}.`).join(" ");
  return new Figure({
    options,
    width: 480,
    heightOf: (width) => Math.min(620, 0.96 * width),
    kind: look.kind,
    summary: `${look.kind}. ${said}`,
    draw: (size) =>
      panel(size, {
        x,
        y,
        grid: "both",
        right: look.beside?.width,
        over: look.beside?.items,
        legend: curves.map(({ name, area }, i): LegendEntry => ({ name: `${name === "" ? "" : `${name}, `}${look.short} ${fixedText(area, 3)}`, sign: "line", paint: seriesPaint(i), dash: seriesDash(i) })),
        data: (place) => [...look.ground(place), ...curves.map(({ points }, i) => path(look.path(points, place), { stroke: seriesPaint(i), width: 2, dash: seriesDash(i) }))],
      }),
  });
}

/** Average precision sums rectangles: each precision counts back to the recall before. */
const stairs = (points: readonly Point[]): Point[] => points.flatMap(([r, p], i): Point[] => (i === 0 ? [[r, p]] : [[points[i - 1][0], p], [r, p]]));

const equalF1s = [0.2, 0.4, 0.6, 0.8];

/** F1 = 2PR / (P + R), so P = F1 · R / (2R − F1), and all precision where R = F1 / (2 − F1). */
function equalF1({ x, y }: Place): Item[] {
  return equalF1s.map((f1) => {
    const first = f1 / (2 - f1);
    const points = Array.from({ length: 51 }, (_, i) => {
      const recall = first + ((1 - first) * i) / 50;
      return `${i === 0 ? "M" : "L"}${shown(x(recall))},${shown(y((f1 * recall) / (2 * recall - f1)))}`;
    });
    return path(points.join(""), { stroke: "muted", width: 0.9, dash: "2 3" });
  });
}

const equalF1Names = ({ x, y }: Place): Item[] => equalF1s.map((f1) => centred(`F₁ ${f1}`, x(1) + 7, y(f1 / (2 - f1)), { size: 11, fill: "muted" }));
