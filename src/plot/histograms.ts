/** Histograms: how the values of each layer are distributed, side by side or one behind the other. */

import { ValueError } from "../base/errors.js";
import { type Numbers, valuesOf } from "../metrics/values.js";
import { type Axis, axisOf, axisTitle } from "./axis.js";
import { Figure } from "./figure.js";
import { fixedText, numberText } from "./numberText.js";
import { type AxisOptions, checkAxis, checkChoice, checkCount, checkFigure, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";
import { edge } from "./panel.js";
import { type Box, centred, group, type Item, line, path, shown, type Size, text } from "./scene.js";
import { fitted, textWidth } from "./textWidth.js";

export interface HistogramsOptions extends FigureOptions {
  /** "panels": one beside the other; "ridges": one behind the other, on one axis. @default "panels" */
  readonly arrangement?: "panels" | "ridges";
  /** Bins over the range. @default 40 */
  readonly bins?: number;
  /** The axis of values, the same for all. Values outside its range are counted in words only. */
  readonly x?: AxisOptions;
  /** Panels in a row. Default: up to 5, by their number. */
  readonly columns?: number;
}

/** One distribution, counted. */
interface Distribution {
  readonly name: string;
  /** Shares of all values, one for each bin. */
  readonly shares: readonly number[];
  readonly mean: number;
  readonly std: number;
  readonly notFinite: number;
  readonly outside: number;
  readonly count: number;
}

/**
 * Histograms of several sets of values, such as the activations of each layer, with mean and standard deviation. All share one axis; heights are
 * scaled to each its own highest bin.
 * @param values tensors of any shape, or arrays, by name
 * @throws ValueError for no set, or one without values.
 *
 * @example
 * const activations = { "layer 1": randn([200]), "layer 2": randn([200]).mul(0.5), "layer 3": randn([200]).mul(0.1) };
 * const figure = await plot.histograms(activations, { arrangement: "ridges", x: { label: "activation" } });
 * figure.title // → Histograms
 */
export async function histograms(values: Readonly<Record<string, Numbers>>, options: HistogramsOptions = {}): Promise<Figure> {
  checkOptions("histograms", options, withFigure("arrangement", "bins", "x", "columns"));
  checkFigure("histograms", options);
  checkAxis("histograms", "x", options.x);
  checkChoice("histograms", "arrangement", options.arrangement, ["panels", "ridges"]);
  checkCount("histograms", "bins", options.bins, 2, 500);
  checkCount("histograms", "columns", options.columns);
  if (typeof values !== "object" || values === null || Array.isArray(values) || Object.keys(values).length === 0) {
    throw new ValueError(`histograms: expected sets of values by name, such as { "layer 1": tensor }, got ${describeValue(values)}.`);
  }
  const { arrangement = "panels", bins = 40, x: xOptions = {}, columns, ...figure } = options;
  if (xOptions.scale === "log") throw new ValueError("histograms: axis x must be linear; take the logarithm of the values first.");
  const names = Object.keys(values);
  const sets = await Promise.all(names.map(async (name) => (await valuesOf(values[name])).data));
  const empty = sets.findIndex((data) => data.length === 0);
  if (empty >= 0) throw new ValueError(`histograms: "${names[empty]}" has no values.`);
  const axis = axisOf({ chart: "histograms", name: "x", options: xOptions, values: sets.flatMap(extremes), room: 0.02 });
  const all = names.map((name, i) => distribution(name, sets[i], axis.domain, bins));
  const inRow = (width: number): number => {
    const most = Math.max(1, Math.min(5, Math.floor(width / 150), all.length));
    return columns ?? Math.ceil(all.length / Math.ceil(all.length / most));
  };
  const ridges = arrangement === "ridges";
  return new Figure({
    options: figure,
    width: ridges ? 640 : Math.max(360, Math.min(960, 210 * inRow(960))),
    heightOf: (width) => (ridges ? 90 + 44 * all.length : 40 + 150 * Math.ceil(all.length / inRow(width))),
    kind: "Histograms",
    summary: `Histograms. ${all.map((each) => `${each.name}: mean ${numberText(each.mean, 3)}, standard deviation ${numberText(each.std, 3)}.`).join(" ")}`,
    draw: (size) => (ridges ? drawRidges(size, all, axis) : drawPanels(size, all, axis, inRow(size.width))),
  });
}

function extremes(data: ArrayLike<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) continue;
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  return [low, high];
}

function distribution(name: string, data: ArrayLike<number>, [low, high]: readonly [number, number], bins: number): Distribution {
  const counts = new Float64Array(bins);
  let [sum, finite, outside] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (!Number.isFinite(value)) continue;
    finite += 1;
    sum += value;
    if (value < low || value > high) outside += 1;
    else counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))] += 1;
  }
  const mean = sum / finite;
  let squares = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) squares += (data[i] - mean) ** 2;
  return { name, shares: Array.from(counts, (n) => n / data.length), mean, std: Math.sqrt(squares / finite), notFinite: data.length - finite, outside, count: data.length };
}

/** Mean and deviation, and what the picture does not show. */
function caption({ mean, std, notFinite, outside, count }: Distribution, short: boolean): string {
  if (notFinite === count) return "no finite value";
  const missing = [notFinite > 0 ? `${notFinite} not finite` : "", outside > 0 ? `${numberText((100 * outside) / count, 2)} % outside` : ""].filter((part) => part !== "");
  // The mean needs no more decimals than the deviation.
  const decimals = std > 0 ? Math.max(0, 1 - Math.floor(Math.log10(std))) : 3;
  const [m, s] = std >= 1e-3 && std < 1e6 ? [fixedText(mean, decimals), fixedText(std, decimals)] : [numberText(mean, 2), numberText(std, 2)];
  return [short ? `${m} ± ${s}` : `mean ${m}, std ${s}`, ...missing].join(", ");
}

/** The outline of the bins, closed along the base. */
function outline(shares: readonly number[], { x, y, width, height }: Box, closed: boolean): string {
  const most = Math.max(...shares);
  const step = width / shares.length;
  const top = (share: number): number => y + height - (most === 0 ? 0 : (share / most) * height);
  const stairs = shares.map((share, i) => `L${shown(x + i * step)},${shown(top(share))}L${shown(x + (i + 1) * step)},${shown(top(share))}`).join("");
  return closed ? `M${shown(x)},${shown(y + height)}${stairs}L${shown(x + width)},${shown(y + height)}Z` : `M${stairs.slice(1)}`;
}

function drawPanels(size: Size, all: readonly Distribution[], axis: Axis, columns: number): Item[] {
  const rows = Math.ceil(all.length / columns);
  const title = axisTitle(axis.options);
  const below = title === "" ? 8 : 28;
  const gap = 24;
  const [width, height] = [(size.width - 2 * edge + gap) / columns, (size.height - below) / rows];
  const items = all.flatMap((each, i): Item[] => {
    const [left, top] = [edge + (i % columns) * width, Math.floor(i / columns) * height];
    const box: Box = { x: left, y: top + 46, width: width - gap, height: Math.max(10, height - 46 - 26) };
    const at = axis.scale([box.x, box.x + box.width]);
    const ticks = axis.ticks(Math.max(2, Math.floor(box.width / 55))).filter((tick) => tick.label !== "");
    return [
      group(
        [
          text(fitted(each.name, box.width, 13.5), box.x, top + 20, { size: 13, bold: true }),
          text(fitted(caption(each, textWidth(caption(each, false), 11.5) > box.width), box.width, 11.5), box.x, top + 36, { size: 11.5, fill: "muted" }),
          path(outline(each.shares, box, true), { fill: "series1", fillOpacity: 0.85 }),
          line(box.x, box.y + box.height, box.x + box.width, box.y + box.height, { stroke: "axis" }),
          ...ticks.flatMap((tick) => [
            line(at(tick.value), box.y + box.height, at(tick.value), box.y + box.height + 4, { stroke: "axis" }),
            text(tick.label, inside(at(tick.value), textWidth(tick.label, 11), size.width), box.y + box.height + 16, { size: 11, anchor: "middle", fill: "muted" }),
          ]),
        ],
        { name: "histogram" },
      ),
    ];
  });
  return title === "" ? items : [...items, text(title, size.width / 2, size.height - 9, { anchor: "middle" })];
}

/** The middle of a text so that it stays within the figure. */
const inside = (x: number, width: number, whole: number): number => Math.min(Math.max(x, width / 2 + 2), whole - width / 2 - 2);

function drawRidges(size: Size, all: readonly Distribution[], axis: Axis): Item[] {
  const title = axisTitle(axis.options);
  const bottom = 26 + (title === "" ? 4 : 22);
  const left = edge + Math.min(0.3 * size.width, Math.max(...all.map(({ name }) => textWidth(name, 12.5)))) + 12;
  const captions = all.map((each) => caption(each, size.width < 480));
  const right = edge + Math.min(0.35 * size.width, Math.max(...captions.map((each) => textWidth(each, 11.5)))) + 10;
  const width = Math.max(40, size.width - left - right);
  const step = Math.max(12, (size.height - bottom - 8) / (all.length + 0.6));
  const base = (i: number): number => 8 + step * (i + 1.6);
  const at = axis.scale([left, left + width]);
  const end = base(all.length - 1);
  const ticks = axis.ticks(Math.max(2, Math.floor(width / 64))).filter((tick) => tick.label !== "");
  return [
    group(ticks.map((tick) => line(at(tick.value), 8 + 0.5 * step, at(tick.value), end, { stroke: "grid" })), { name: "grid" }),
    ...all.map((each, i) => {
      const box: Box = { x: left, y: base(i) - 1.45 * step, width, height: 1.45 * step };
      return group(
        [
          path(outline(each.shares, box, true), { fill: "ground", fillOpacity: 0.85 }),
          path(outline(each.shares, box, true), { fill: "series1", fillOpacity: 0.35 }),
          path(outline(each.shares, box, false), { stroke: "series1", width: 1.5 }),
          line(left, base(i), left + width, base(i), { stroke: "axis", width: 0.75 }),
          centred(fitted(each.name, left - edge - 10, 12.5), left - 10, base(i) - 6, { size: 12.5, anchor: "end" }),
          centred(fitted(captions[i], right - edge, 11.5), left + width + 10, base(i) - 6, { size: 11.5, fill: "muted" }),
        ],
        { name: "histogram" },
      );
    }),
    group(ticks.map((tick) => text(tick.label, at(tick.value), end + 18, { size: 12, anchor: "middle", fill: "muted" })), { name: "axes" }),
    ...(title === "" ? [] : [text(title, left + width / 2, size.height - 9, { anchor: "middle" })]),
  ];
}
