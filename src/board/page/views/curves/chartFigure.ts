/** The chart as a figure of the library, for export: what is seen, in the same part of the axes. */

import type { SeriesX } from "../../../protocol.js";
import type { Figure } from "../../../../plot/figure.js";
import { lines as lineFigure, type Series } from "../../../../plot/lines.js";
import type { ChartLine } from "../../parts/chart/lineCanvas.js";
import type { Span } from "../../parts/chart/span.js";

export interface FigureInit {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  /** Which look each run has. */
  readonly slots: ReadonlyMap<string, number>;
  readonly span: Span;
  readonly kind: SeriesX;
  readonly log: boolean;
  readonly percent: boolean;
  readonly smooth: number;
}

export function chartFigure({ title, lines, slots, span, kind, log, percent, smooth }: FigureInit): Figure {
  const groups = Array.from(new Set(lines.map(({ group }) => group)), (group) => lines.filter((line) => line.group === group));
  const marks = groups.length === 1 ? lines.flatMap(({ overfitsFrom }) => (overfitsFrom === null ? [] : [{ x: overfitsFrom, label: "over-fits" }])) : [];
  const seconds = kind === "time";
  const factor = seconds && span[1] > 7200 ? 1 / 3600 : seconds && span[1] > 300 ? 1 / 60 : 1;
  return lineFigure({
    title,
    width: 800,
    height: 380 + 20 * Math.ceil(groups.length / 4),
    series: groups.map((group) => ({ ...seriesOf(group, { span, log, factor, marked: smooth === 0 }), look: slots.get(group[0].group) })),
    marks: marks.map(({ x, label }) => ({ x: x * factor, label })),
    x: { label: kind, range: [span[0] * factor, span[1] * factor], ...(seconds && { unit: factor === 1 ? "s" : factor === 1 / 60 ? "min" : "h" }) },
    y: { label: smooth === 0 ? title : `${title}, smoothed by ${smooth}`, scale: log ? "log" : "linear", format: percent ? "percent" : "number" },
  });
}

interface SeriesInit {
  readonly span: Span;
  readonly log: boolean;
  readonly factor: number;
  readonly marked: boolean;
}

/** Training and validation at their common points: between its own points a curve is the straight line that is drawn. */
function seriesOf(group: readonly ChartLine[], { span, log, factor, marked }: SeriesInit): Series {
  const [first, second] = group;
  const within = Array.from(new Set(group.flatMap(({ x }) => x))).sort((a, b) => a - b).filter((x) => x >= span[0] && x <= span[1]);
  const values = (line: ChartLine): number[] => valuesAt(line, within, log);
  const best = group.find((line) => line.best !== null);
  const direction = best === undefined || !marked ? undefined : directionOf(best);
  return { name: first.name, x: within.map((x) => x * factor), y: values(first), ...(second !== undefined && { validation: values(second) }), ...(direction !== undefined && { best: direction }) };
}

/** Whether the best value is the lowest or the highest. */
function directionOf({ y, best }: ChartLine): "min" | "max" {
  return y.every((value) => value === null || value >= best!.y) ? "min" : "max";
}

/** The line at rising places; NaN in gaps, and where a log axis does not reach. */
export function valuesAt({ x, y }: Pick<ChartLine, "x" | "y">, places: readonly number[], log: boolean): number[] {
  const height = (i: number): number => {
    const value = y[i];
    return value === null || (log && value <= 0) ? Number.NaN : log ? Math.log(value) : value;
  };
  let i = 0;
  return places.map((place) => {
    while (i < x.length && x[i] < place) i++;
    if (i === x.length || (i === 0 && x[0] > place)) return Number.NaN;
    const share = x[i] === place ? 1 : (place - x[i - 1]) / (x[i] - x[i - 1]);
    const at = share === 1 ? height(i) : height(i - 1) + share * (height(i) - height(i - 1));
    return log ? Math.exp(at) : at;
  });
}
