/** Line charts: values over an axis, in pairs of training and validation, with bands, best points and marks. */

import { ShapeError, ValueError } from "../base/errors.js";
import { axisOf } from "./axis.js";
import { orderedPaint, seriesMark, seriesPaint } from "./colours.js";
import { bandPath, curvePath, type Point } from "./curve.js";
import { Figure, landscape } from "./figure.js";
import { type LegendEntry, markRadius, pointSign } from "./legend.js";
import { numberText } from "./numberText.js";
import {
  type AxisOptions, checkAxis, checkChoice, checkCount, checkFigure, checkOptions, describeValue, type FigureOptions, type Numbers, numbersOf, withFigure,
} from "./options.js";
import { panel, type Place } from "./panel.js";
import { centred, circle, group, type Item, line, type Paint, path, rect, text } from "./scene.js";
import { markedPoints } from "./spacedMarks.js";
import { textWidth } from "./textWidth.js";

/** One curve, or a pair of training and validation. */
export interface Series {
  readonly name: string;
  /** Not finite: a gap. */
  readonly y: Numbers;
  /** Default: 1, 2, 3, … */
  readonly x?: Numbers;
  /** Half the height of a band about y, such as the standard deviation over seeds. */
  readonly deviation?: Numbers;
  /** The same measured on validation data: dashed, in the same colour. */
  readonly validation?: Numbers;
  /** Half the height of a band about `validation`. */
  readonly validationDeviation?: Numbers;
  /** Mark the best point, of `validation` where there is one: the lowest or the highest. */
  readonly best?: "min" | "max";
  /** @default "solid" */
  readonly line?: "solid" | "dashed" | "dotted" | "stairs";
  /** Mark each point. @default false */
  readonly points?: boolean;
  /** Which of the hues, and beyond the seventh of the marks on the line, it has, counted from 0: so that a series looks alike in charts with other ones. Default: its place among the series. */
  readonly look?: number;
}

/** A place on the x axis that means something. */
export interface Mark {
  readonly x: number;
  readonly label: string;
  /** Shade all that lies beyond it. @default false */
  readonly beyond?: boolean;
}

export interface LinesOptions extends FigureOptions {
  readonly series: readonly Series[];
  readonly x?: AxisOptions;
  readonly y?: AxisOptions;
  /** Vertical lines, such as the point from which on a network over-fits. */
  readonly marks?: readonly Mark[];
  /** "ordered": shades from dark to light, for series such as learning rates. @default "distinct" */
  readonly colours?: "distinct" | "ordered";
}

const names = withFigure("series", "x", "y", "marks", "colours");
const seriesNames = ["name", "y", "x", "deviation", "validation", "validationDeviation", "best", "line", "points", "look"] as const;

/** One line as it is drawn. */
interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly deviation?: readonly number[];
  readonly paint: Paint;
  readonly dash?: string;
  readonly stairs: boolean;
  readonly points: boolean;
  /** Which of the series it belongs to, and the mark on it, where its hue is not its own. */
  readonly look: number;
  readonly mark?: number;
  readonly best?: "min" | "max";
}

interface DrawnSeries {
  readonly name: string;
  readonly curves: readonly [Curve, Curve?];
}

const dashes = { solid: undefined, stairs: undefined, dashed: "6 4", dotted: "1.5 3.5" } as const;

/**
 * A line chart.
 * @throws ValueError, ShapeError for no series, lists of different lengths, or values that an axis cannot show.
 *
 * @example
 * const figure = plot.lines({
 *   title: "Learning curve",
 *   x: { label: "epoch" },
 *   y: { label: "loss", scale: "log" },
 *   series: [{ name: "SGD", y: [2.3, 1.2, 0.6, 0.3], validation: [2.2, 1.3, 0.9, 1.0], best: "min" }],
 *   marks: [{ x: 3, label: "over-fitting", beyond: true }],
 * });
 * figure.description // → Line chart of loss over epoch. SGD: 4 points, from 2.3 to 0.3; validation from 2.2 to 1, lowest 0.9 at 3.
 */
export function lines(options: LinesOptions): Figure {
  checkOptions("lines", options, names);
  checkFigure("lines", options);
  checkAxis("lines", "x", options.x);
  checkAxis("lines", "y", options.y);
  checkChoice("lines", "colours", options.colours, ["distinct", "ordered"]);
  return lineChart("lines", options);
}

/** A line chart on behalf of `chart`, whose other options are checked. @throws as `lines` */
export function lineChart(chart: string, { series: given, x: xOptions, y: yOptions, marks = [], colours = "distinct", ...figure }: LinesOptions): Figure {
  if (!Array.isArray(given) || given.length === 0) throw new ValueError(`${chart}: series must be an array of at least one { name, y }, got ${Array.isArray(given) ? "none" : describeValue(given)}.`);
  const series = given.map((each, i) => readSeries(chart, each, i, given.length, colours));
  checkMarks(chart, marks);
  const curves = series.flatMap(({ curves: both }) => both.filter((curve) => curve !== undefined));
  const x = axisOf({ chart, name: "x", options: xOptions, values: [...curves.flatMap((c) => c.x), ...marks.map((mark) => mark.x)], room: series.some(({ curves: [first] }) => first.points) ? 0.02 : 0 });
  const y = axisOf({ chart, name: "y", options: yOptions, values: extents(curves, yOptions?.scale === "log") });
  const summary = `Line chart${yOptions?.label === undefined ? "" : ` of ${yOptions.label}`}${xOptions?.label === undefined ? "" : ` over ${xOptions.label}`}. ${series.map(summarised).join(" ")}`;
  return new Figure({
    options: figure,
    width: 640,
    heightOf: landscape,
    kind: "Line chart",
    summary,
    draw: (size) =>
      panel(size, {
        x,
        y,
        legend: legendOf(series),
        data: (place) => [...marks.filter((mark) => mark.beyond).map((mark) => shade(mark, place)), ...curves.flatMap((curve) => drawBand(curve, place)), ...curves.flatMap((curve) => drawCurve(curve, place))],
        over: (place) => labels(curves, marks, place, (value) => valueText(value, yOptions)),
      }),
  });
}

const valueText = (value: number, axis: AxisOptions | undefined): string => (axis?.format === "percent" ? `${numberText(100 * value, 3)} %` : numberText(value, 3));

function readSeries(chart: string, series: Series, index: number, count: number, colours: "distinct" | "ordered"): DrawnSeries {
  checkOptions(`${chart}: series ${index}`, series, seriesNames);
  if (typeof series.name !== "string") throw new ValueError(`${chart}: series ${index} needs a name, a text, got ${describeValue(series.name)}.`);
  const owner = `${chart}: series "${series.name}"`;
  checkChoice(owner, "best", series.best, ["min", "max"]);
  checkChoice(owner, "line", series.line, ["solid", "dashed", "dotted", "stairs"]);
  checkCount(owner, "look", series.look, 0);
  const look = series.look ?? index;
  const y = numbersOf(owner, "y", series.y);
  const x = series.x === undefined ? y.map((_, i) => i + 1) : numbersOf(owner, "x", series.x);
  const like = (what: string, values: Numbers | undefined): number[] | undefined => {
    if (values === undefined) return undefined;
    const numbers = numbersOf(owner, what, values);
    if (numbers.length !== y.length) throw new ShapeError(`${owner}: y has ${y.length} numbers, ${what} has ${numbers.length}; give as many.`);
    return numbers;
  };
  like("x", x);
  const wide = like("deviation", series.deviation);
  const negative = [wide, like("validationDeviation", series.validationDeviation)].flatMap((values) => values ?? []).find((value) => value < 0);
  if (negative !== undefined) throw new ValueError(`${owner}: a deviation is 0 or more, got ${negative}.`);
  const validation = like("validation", series.validation);
  if (series.validationDeviation !== undefined && validation === undefined) throw new ValueError(`${owner}: validationDeviation needs validation, the values it is about.`);
  const kind = series.line ?? "solid";
  const common = {
    x,
    paint: colours === "ordered" ? orderedPaint(index, count) : seriesPaint(look),
    stairs: kind === "stairs",
    points: series.points ?? false,
    look,
    mark: colours === "ordered" ? undefined : seriesMark(look),
  };
  const first: Curve = {
    ...common,
    y,
    deviation: wide,
    dash: dashes[kind],
    best: validation === undefined ? series.best : undefined,
  };
  if (validation === undefined) return { name: series.name, curves: [first] };
  return { name: series.name, curves: [first, { ...common, y: validation, deviation: like("validationDeviation", series.validationDeviation), dash: "5 4", best: series.best }] };
}

function checkMarks(chart: string, marks: readonly Mark[]): void {
  if (!Array.isArray(marks)) throw new ValueError(`${chart}: marks must be an array of { x, label }, got ${describeValue(marks)}.`);
  for (const [i, mark] of marks.entries()) {
    checkOptions(`${chart}: mark ${i}`, mark, ["x", "label", "beyond"]);
    if (!Number.isFinite(mark.x) || typeof mark.label !== "string") throw new ValueError(`${chart}: mark ${i} must be { x: a number, label: a text }, got x ${describeValue(mark.x)} and label ${describeValue(mark.label)}.`);
  }
}

/** All that the y axis shows; a band reaches below 0 on a log axis without harm. */
function extents(curves: readonly Curve[], log: boolean): number[] {
  return curves.flatMap(({ y, deviation }) =>
    y.flatMap((value, i) => {
      const half = deviation?.[i] ?? 0;
      return half === 0 || !Number.isFinite(half) ? [value] : [value, value + half, ...(log && value - half <= 0 ? [] : [value - half])];
    }),
  );
}

function legendOf(series: readonly DrawnSeries[]): LegendEntry[] {
  const paired = series.filter(({ curves }) => curves[1] !== undefined);
  if (series.length === 1) {
    const [{ name, curves: [first, second] }] = series;
    if (second === undefined) return name === "" ? [] : [{ name, sign: "line", paint: first.paint, dash: first.dash, shape: first.mark }];
    const prefix = name === "" ? "" : `${name}, `;
    return [{ name: `${prefix}training`, sign: "line", paint: first.paint, dash: first.dash, shape: first.mark }, { name: "validation", sign: "line", paint: second.paint, dash: second.dash, shape: second.mark }];
  }
  const entries: LegendEntry[] = series.map(({ name, curves: [first] }) => ({ name, sign: "line", paint: first.paint, dash: first.dash, shape: first.mark }));
  if (paired.length > 0) entries.push({ name: "training", sign: "line", paint: "muted" }, { name: "validation", sign: "line", paint: "muted", dash: "5 4" });
  return entries;
}

const shade = ({ x }: Mark, { x: at, box }: Place): Item =>
  rect({ x: at(x), y: box.y, width: Math.max(0, box.x + box.width - at(x)), height: box.height }, { fill: "muted", fillOpacity: 0.1 });

function drawBand({ x, y, deviation, paint }: Curve, place: Place): Item[] {
  if (deviation === undefined) return [];
  // What lies below a log axis goes to its lower end.
  const floor = place.box.y + place.box.height;
  const safe: Place = { ...place, y: (value) => { const at = place.y(value); return Number.isFinite(at) ? at : floor; } };
  return [path(bandPath(x, y.map((v, i) => v - deviation[i]), y.map((v, i) => v + deviation[i]), safe), { fill: paint, fillOpacity: 0.18 })];
}

function drawCurve({ x, y, paint, dash, stairs, points, look, mark }: Curve, place: Place): Item[] {
  const data = x.map((value, i): Point => [value, y[i]]);
  const drawn = data.filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py));
  // A single point makes no line.
  const dotted = points || drawn.length === 1;
  const marked = mark === undefined ? [] : dotted ? drawn : markedPoints((i) => place.x(drawn[i][0]), drawn.length, { look }).map((i) => drawn[i]);
  return [
    path(curvePath(data, place, { stairs }), { stroke: paint, width: 2, dash }),
    ...(dotted && mark === undefined ? drawn.map(([px, py]) => circle(place.x(px), place.y(py), 3, { fill: paint })) : []),
    ...marked.map(([px, py]) => pointSign(mark!, place.x(px), place.y(py), markRadius, { fill: paint, stroke: "ground", width: 0.75 })),
  ];
}

/** Index of the best value, −1 if none is finite. */
export function bestIndex(values: readonly number[], best: "min" | "max"): number {
  let index = -1;
  for (const [i, value] of values.entries()) {
    if (!Number.isFinite(value)) continue;
    if (index < 0 || (best === "min" ? value < values[index] : value > values[index])) index = i;
  }
  return index;
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Best points and marks, with their texts where these do not cover one another. */
function labels(curves: readonly Curve[], marks: readonly Mark[], { x, y, box }: Place, shownValue: (value: number) => string): Item[] {
  const size = 12;
  const taken: Rectangle[] = [];
  const free = (r: Rectangle): boolean =>
    r.x >= box.x + 2 && r.x + r.width <= box.x + box.width && r.y >= box.y + 4 && r.y <= box.y + box.height - 4 &&
    taken.every((t) => r.x + r.width < t.x || t.x + t.width < r.x || Math.abs(t.y - r.y) > size + 2);
  const items: Item[] = [];
  for (const mark of marks) {
    const at = x(mark.x);
    if (at < box.x - 0.5 || at > box.x + box.width + 0.5) continue;
    const width = textWidth(mark.label, size);
    items.push(line(at, box.y, at, box.y + box.height, { stroke: "ink", width: 1, dash: "2 3" }));
    for (let row = 0; row < 6; row++) {
      const height = box.y + 12 + 16 * row;
      const right = { x: at + 5, y: height, width };
      const left = { x: at - 5 - width, y: height, width };
      const place = free(right) ? right : free(left) ? left : null;
      if (place === null) continue;
      taken.push(place);
      items.push(centred(mark.label, place === right ? at + 5 : at - 5, height, { size, halo: "ground", anchor: place === right ? "start" : "end" }));
      break;
    }
  }
  const marked = curves.filter(({ best }) => best !== undefined);
  for (const { x: xs, y: ys, best, paint } of marked) {
    const i = bestIndex(ys, best!);
    if (i < 0) continue;
    const [at, height] = [x(xs[i]), y(ys[i])];
    if (at < box.x - 1 || at > box.x + box.width + 1 || height < box.y - 1 || height > box.y + box.height + 1) continue;
    items.push(circle(at, height, 4.5, { fill: "ground", stroke: paint, width: 2 }, `${shownValue(ys[i])} at ${numberText(xs[i])}`));
    const content = shownValue(ys[i]);
    const width = textWidth(content, size);
    const away = best === "min" ? 16 : -16;
    const choices: readonly (readonly [number, number, "start" | "middle" | "end"])[] = [
      [at, height + away, "middle"], [at, height - away, "middle"], [at - 9, height + away / 2, "end"], [at + 9, height + away / 2, "start"],
      [at - 9, height - away / 2, "end"], [at + 9, height - away / 2, "start"],
    ];
    const found = choices.map(([cx, cy, anchor]) => ({ cx, cy, anchor, r: { x: anchor === "middle" ? cx - width / 2 : anchor === "end" ? cx - width : cx, y: cy, width } })).find(({ r }) => free(r));
    if (found === undefined) continue;
    taken.push(found.r);
    items.push(text(content, found.cx, found.cy + 4, { size, bold: true, halo: "ground", anchor: found.anchor }));
  }
  return items.length === 0 ? [] : [group(items, { name: "marks" })];
}

/** A series in words. */
function summarised({ name, curves: [first, second] }: DrawnSeries): string {
  const ends = (values: readonly number[]): string => {
    const finite = values.filter(Number.isFinite);
    return finite.length === 0 ? "nothing finite" : `from ${numberText(finite[0])} to ${numberText(finite[finite.length - 1])}`;
  };
  const best = ({ x, y, best: kind }: Curve): string => {
    const i = kind === undefined ? -1 : bestIndex(y, kind);
    return i < 0 ? "" : `, ${kind === "min" ? "lowest" : "highest"} ${numberText(y[i])} at ${numberText(x[i])}`;
  };
  const count = `${first.y.length} ${first.y.length === 1 ? "point" : "points"}`;
  const validation = second === undefined ? "" : `; validation ${ends(second.y)}${best(second)}`;
  return `${name === "" ? "Series" : name}: ${count}, ${ends(first.y)}${best(first)}${validation}.`;
}
