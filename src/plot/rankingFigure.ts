/** Drawing of precision–recall and ROC curves whose points are known; it reads no tensors. */

import { axisOf } from "./axis.js";
import { seriesDash, seriesPaint } from "./colours.js";
import { curvePath, type Point } from "./curve.js";
import { Figure } from "./figure.js";
import type { LegendEntry } from "./legend.js";
import { fixedText } from "./numberText.js";
import type { FigureOptions } from "./options.js";
import { panel, type Place } from "./panel.js";
import { centred, type Item, line, path, shown } from "./scene.js";

/** A curve over all thresholds, with its one number. */
export interface RankingCurve {
  readonly name: string;
  readonly points: readonly Point[];
  readonly area: number;
}

/** Precision over recall, recall rising; `area` is the average precision. */
export function precisionRecallFigure(curves: readonly RankingCurve[], options: FigureOptions): Figure {
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

/** True over false positive rate; `area` is the area under the curve. */
export function rocFigure(curves: readonly RankingCurve[], options: FigureOptions): Figure {
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
