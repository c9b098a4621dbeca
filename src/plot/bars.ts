/** Bar charts: numbers of named things, side by side or on one another for several series. */

import { ShapeError, ValueError } from "../base/errors.js";
import { axisOf, axisTitle } from "./axis.js";
import { seriesPaint } from "./colours.js";
import { Figure, landscape } from "./figure.js";
import { legend } from "./legend.js";
import { alikeText, numberText } from "./numberText.js";
import { type AxisOptions, checkAxis, checkFigure, checkNames, checkOptions, describeValue, type FigureOptions, type Numbers, numbersOf, withFigure } from "./options.js";
import { edge } from "./panel.js";
import { centred, group, type Item, line, rect, type Size, text } from "./scene.js";
import { fitted, textWidth } from "./textWidth.js";

/** The bars of one colour. */
export interface BarSeries {
  readonly name: string;
  /** One for each category. Not finite: no bar. */
  readonly values: Numbers;
  /** Half the length of an error bar, such as the standard deviation over seeds. */
  readonly deviation?: Numbers;
}

export interface BarsOptions extends FigureOptions {
  /** Names under (or beside) the bars. */
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** The axis of values. It begins at 0 unless `range` says otherwise. */
  readonly value?: AxisOptions;
  /** Name of the axis of categories. */
  readonly label?: string;
  /** "right": bars lie, for long names. @default "up" */
  readonly direction?: "up" | "right";
  /** The bars of a category stand on one another, the first series lowest, as parts of a whole. Values are then 0 or more, without deviation, on a linear axis. @default false */
  readonly stacked?: boolean;
  /** Write the value on each bar, the sum on stacked ones. Default: up to 24 bars. */
  readonly numbers?: boolean;
}

/**
 * A bar chart.
 * @throws ValueError, ShapeError for no series, lists of different lengths, or stacked values that are no parts of a whole.
 *
 * @example
 * const figure = plot.bars({
 *   categories: ["SGD", "Adam"],
 *   value: { label: "accuracy", format: "percent" },
 *   series: [{ name: "test", values: [0.91, 0.93], deviation: [0.01, 0.005] }],
 * });
 * figure.description // → Bar chart of accuracy. test: SGD 0.91, Adam 0.93.
 */
export function bars(options: BarsOptions): Figure {
  checkOptions("bars", options, withFigure("categories", "series", "value", "label", "direction", "stacked", "numbers"));
  checkFigure("bars", options);
  checkAxis("bars", "value", options.value);
  const { categories, series: given, value: valueOptions, label = "", direction = "up", stacked = false, ...figure } = options;
  if (direction !== "up" && direction !== "right") throw new ValueError(`bars: direction must be "up" or "right", got ${describeValue(direction)}.`);
  if (!Array.isArray(given) || given.length === 0) throw new ValueError(`bars: series must be an array of at least one { name, values }, got ${Array.isArray(given) ? "none" : describeValue(given)}.`);
  if (!Array.isArray(categories) || categories.length === 0) throw new ValueError(`bars: categories must be an array of at least one name, got ${Array.isArray(categories) ? "none" : describeValue(categories)}.`);
  checkNames("bars", "categories", categories, categories.length, "bars");
  const series = given.map((each: BarSeries, i) => {
    checkOptions(`bars: series ${i}`, each, ["name", "values", "deviation"]);
    if (typeof each.name !== "string") throw new ValueError(`bars: series ${i} needs a name, a text, got ${describeValue(each.name)}.`);
    const owner = `bars: series "${each.name}"`;
    const [values, deviation] = [numbersOf(owner, "values", each.values), each.deviation === undefined ? undefined : numbersOf(owner, "deviation", each.deviation)];
    for (const [name, list] of Object.entries({ values, deviation })) {
      if (list !== undefined && list.length !== categories.length) throw new ShapeError(`${owner}: there are ${list.length} ${name} for ${categories.length} categories; give one for each.`);
    }
    return { name: each.name, values, deviation };
  });
  const log = valueOptions?.scale === "log";
  if (stacked) checkStack(series, log);
  const sums = categories.map((_, i) => series.reduce((sum, { values }) => sum + finite(values[i]), 0));
  const reach = stacked ? sums : series.flatMap(({ values, deviation }) => values.flatMap((v, i) => (deviation === undefined ? [v] : [v + deviation[i], ...(log ? [v] : [v - deviation[i]])])));
  const axis = axisOf({ chart: "bars", name: "y", options: valueOptions, values: log ? reach : [0, ...reach] });
  const numbers = options.numbers ?? (stacked ? 1 : series.length) * categories.length <= 24;
  const shownValue = alikeText(stacked ? sums : series.flatMap(({ values }) => values), { factor: valueOptions?.format === "percent" ? 100 : 1 });
  const named = series.length > 1;
  const entries = named ? series.map(({ name }, i) => ({ name, sign: "area" as const, paint: seriesPaint(i) })) : [];
  const right = direction === "right";

  const draw = (size: Size): Item[] => {
    const key = legend(entries, size.width - 2 * edge);
    const top = 10 + key.height + (key.height > 0 ? 8 : 0);
    const title = axisTitle(axis.options);
    const longest = Math.max(...categories.map((name) => textWidth(name, 12)));
    // First the margins, then along (categories) and across (values) in pixels.
    const side = right ? Math.min(longest, 0.4 * size.width) : 0;
    const rough = axis.ticks(Math.max(2, Math.floor(size.height / 55)));
    const left = right ? edge + side + 10 + (label === "" ? 0 : 20) : (title === "" ? 6 : 26) + Math.max(...rough.map((t) => textWidth(t.label, 12))) + 10;
    const width = Math.max(30, size.width - left - edge - (right && numbers ? 30 : 0));
    const step = (right ? 0 : width) / categories.length;
    const slanted = !right && categories.some((name) => textWidth(name, 12) > step - 6);
    const bottom = right ? 24 + (title === "" ? 0 : 19) + 4 : (slanted ? Math.min(90, 0.72 * longest) + 20 : 24) + (label === "" ? 0 : 19) + 4;
    const height = Math.max(30, size.height - top - bottom);
    const [x0, y0, y1] = [left, top, top + height];
    const value = right ? axis.scale([x0, x0 + width]) : axis.scale([y1, y0]);
    const ticks = axis.ticks(Math.max(2, Math.floor(right ? width / 64 : height / 42)));
    const band = (right ? height : width) / categories.length;
    const start = (i: number): number => (right ? y0 : x0) + band * i;
    const columns = stacked ? 1 : series.length;
    const thickness = (band * (columns > 1 || stacked ? 0.8 : 0.64)) / columns;
    const base = value(log ? axis.domain[0] : Math.min(Math.max(0, axis.domain[0]), axis.domain[1]));
    const items: Item[] = [group(key.items, { x: edge, y: 8 })];
    const grid: Item[] = [];
    for (const tick of ticks.filter((each) => each.label !== "")) {
      const at = value(tick.value);
      grid.push(right ? line(at, y0, at, y1, { stroke: "grid" }) : line(x0, at, x0 + width, at, { stroke: "grid" }));
      grid.push(right ? text(tick.label, at, y1 + 18, { size: 12, anchor: "middle", fill: "muted" }) : centred(tick.label, x0 - 8, at, { size: 12, anchor: "end", fill: "muted" }));
    }
    const drawn: Item[] = [];
    const writing: Item[] = [];
    const write = (content: string, tip: number, middle: number, outward: number): void => {
      if (!numbers) return;
      if (right) writing.push(centred(content, tip + 5 * outward, middle, { size: 11.5, anchor: outward > 0 ? "start" : "end" }));
      else if (textWidth(content, 11.5) <= thickness + (named && !stacked ? 4 : 24)) writing.push(text(content, middle, outward > 0 ? tip - 5 : tip + 13, { size: 11.5, anchor: "middle" }));
    };
    for (const [s, { name, values, deviation }] of series.entries()) {
      for (const [i, v] of values.entries()) {
        if (!Number.isFinite(v)) continue;
        const from = start(i) + (band - thickness * columns) / 2 + (stacked ? 0 : s * thickness);
        const below = stacked ? series.slice(0, s).reduce((sum, each) => sum + finite(each.values[i]), 0) : 0;
        const foot = stacked ? value(below) : base;
        const [low, high] = [Math.min(foot, value(below + v)), Math.max(foot, value(below + v))];
        const inner = { x: from + 1, width: Math.max(0.5, thickness - 2) };
        const box = right ? { x: low, y: inner.x, width: high - low, height: inner.width } : { x: inner.x, y: low, width: inner.width, height: high - low };
        drawn.push(rect(box, { fill: seriesPaint(s) }, { title: `${name === "" ? "" : `${name}, `}${categories[i]}: ${shownValue(v)}` }));
        if (stacked) continue;
        const middle = from + thickness / 2;
        const half = deviation === undefined || !Number.isFinite(deviation[i]) ? 0 : deviation[i];
        if (half > 0) {
          const [a, b] = [value(log ? Math.max(v - half, axis.domain[0]) : v - half), value(v + half)];
          drawn.push(...(right ? [line(a, middle, b, middle, { stroke: "ink", width: 1.5 })] : [line(middle, a, middle, b, { stroke: "ink", width: 1.5 })]));
          for (const end of [a, b]) drawn.push(right ? line(end, middle - 4, end, middle + 4, { stroke: "ink", width: 1.5 }) : line(middle - 4, end, middle + 4, end, { stroke: "ink", width: 1.5 }));
        }
        const outward = v < 0 && !log ? -1 : 1;
        write(shownValue(v), value(v + outward * half), middle, outward);
      }
    }
    if (stacked) for (const [i, sum] of sums.entries()) write(shownValue(sum), value(sum), start(i) + band / 2, 1);
    // Where bars are thinner than a line of text, every so many have their names.
    const every = Math.ceil(15 / band);
    const names = categories.map((name, i) => {
      if (i % every !== 0) return group([]);
      const middle = start(i) + band / 2;
      if (right) return centred(fitted(name, side, 12), x0 - 8, middle, { size: 12, anchor: "end" });
      if (slanted) return text(fitted(name, 120, 12), middle + 4, y1 + 14, { size: 12, anchor: "end", rotate: -40 });
      return text(name, middle, y1 + 18, { size: 12, anchor: "middle" });
    });
    const titles: Item[] = [];
    const [below, beside] = right ? [title, label] : [label, title];
    if (below !== "") titles.push(text(fitted(below, size.width - 2 * edge), x0 + width / 2, size.height - 8, { anchor: "middle" }));
    if (beside !== "") titles.push(text(fitted(beside, height + 20), edge + 4, y0 + height / 2, { anchor: "middle", rotate: -90 }));
    items.push(group(grid, { name: "grid" }), group(drawn, { name: "data", clip: { x: x0 - 1, y: y0 - 1, width: width + 2, height: height + 2 } }));
    items.push(group([right ? line(base, y0, base, y1, { stroke: "axis" }) : line(x0, base, x0 + width, base, { stroke: "axis" }), ...names, ...writing, ...titles], { name: "axes" }));
    return items;
  };
  return new Figure({
    options: figure,
    width: 640,
    heightOf: right ? () => Math.max(160, 70 + 30 * categories.length * (stacked ? 1 : Math.max(1, 0.7 * series.length))) : landscape,
    kind: "Bar chart",
    summary: `Bar chart${valueOptions?.label === undefined ? "" : ` of ${valueOptions.label}`}. ${series.map(({ name, values }) => `${name === "" ? "" : `${name}: `}${values.map((v, i) => `${categories[i]} ${numberText(v)}`).join(", ")}.`).join(" ")}`,
    draw,
  });
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** @throws ValueError unless all values can stand on one another. */
function checkStack(series: readonly { readonly name: string; readonly values: readonly number[]; readonly deviation?: readonly number[] }[], log: boolean): void {
  if (log) throw new ValueError("bars: stacked bars need a linear axis, on which lengths add up; leave out scale or stacked.");
  for (const { name, values, deviation } of series) {
    if (deviation !== undefined) throw new ValueError(`bars: series "${name}" has a deviation, which stacked bars cannot show; leave out deviation or stacked.`);
    const negative = values.find((v) => v < 0);
    if (negative !== undefined) throw new ValueError(`bars: series "${name}" has the value ${negative}, but stacked bars are parts of a whole, 0 or more.`);
  }
}
