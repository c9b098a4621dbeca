/** Histograms over time: how the values of a layer, its gradients or its activations spread while it is trained. */

import { ShapeError, ValueError } from "../base/errors.js";
import { type Axis, axisOf } from "./axis.js";
import { colourBar, colourBarWidth } from "./cells.js";
import { type ColourScale, colourScales, rgbOf } from "./colours.js";
import { Figure, landscape, titleHeight } from "./figure.js";
import { numberText } from "./numberText.js";
import { type AxisOptions, checkAxis, checkChoice, checkCount, checkFigure, checkOptions, describeValue, type FigureOptions, withFigure } from "./options.js";
import { panel, type Place } from "./panel.js";
import { pngUri } from "./png.js";
import { group, image, type Item, line, path, shown } from "./scene.js";

/** Values that were counted at one time, as event files keep them. */
export interface CountedHistogram {
  /** When: an epoch or a step. */
  readonly step: number;
  /** How many values lie from `left` to `right`; buckets do not overlap. */
  readonly buckets: readonly (readonly [left: number, right: number, count: number])[];
}

export interface HistogramsOverTimeOptions extends FigureOptions {
  /** Their steps rise. One alone is a plain histogram. */
  readonly histograms: readonly CountedHistogram[];
  /**
   * "ridges": one before the other, the latest in front, all to one scale. "heat": steps to the right, values upwards, a colour for the share
   * of the values. @default "ridges"
   */
  readonly arrangement?: "ridges" | "heat";
  /** "log" shows also what is rare. @default "linear" */
  readonly counts?: "linear" | "log";
  /** Bins into which all are counted anew. @default 60 */
  readonly bins?: number;
  /** The axis of values. Default: all values. */
  readonly values?: AxisOptions;
  /** The axis of steps. Default label: "epoch". */
  readonly steps?: AxisOptions;
  /** Of the heat view. @default "viridis" */
  readonly colours?: ColourScale;
}

/** One histogram in bins that all share. */
interface Binned {
  readonly step: number;
  readonly counts: readonly number[];
  readonly total: number;
  readonly mean: number;
  readonly std: number;
}

/**
 * Histograms of one thing at several times. Counts of a bucket that reaches over bins are spread evenly over them; what lies outside of the range of
 * `values` is left out. In the ridge view at most 40 are drawn, evenly chosen with the first and the last.
 * @throws ValueError, ShapeError for no histogram, steps that do not rise, or buckets that are none.
 *
 * @example
 * const epoch = (step: number, width: number): plot.CountedHistogram => ({ step, buckets: [[-width, 0, 50], [0, width, 50]] });
 * const figure = plot.histogramsOverTime({ title: "Weights of layer 1", histograms: [epoch(1, 0.1), epoch(2, 0.2)] });
 * figure.description // → 2 histograms over epoch 1 to 2. First: mean 0, standard deviation 0.0577. Last: mean 0, standard deviation 0.115.
 */
export function histogramsOverTime(options: HistogramsOverTimeOptions): Figure {
  const chart = "histogramsOverTime";
  checkOptions(chart, options, withFigure("histograms", "arrangement", "counts", "bins", "values", "steps", "colours"));
  checkFigure(chart, options);
  checkAxis(chart, "values", options.values);
  checkAxis(chart, "steps", options.steps);
  checkChoice(chart, "arrangement", options.arrangement, ["ridges", "heat"]);
  checkChoice(chart, "counts", options.counts, ["linear", "log"]);
  checkChoice(chart, "colours", options.colours, colourScales);
  checkCount(chart, "bins", options.bins, 2, 500);
  checkHistograms(chart, options.histograms);
  const { histograms, arrangement = "ridges", counts = "linear", bins = 60, values = {}, steps = {}, colours = "viridis", ...figure } = options;
  for (const [name, axis] of Object.entries({ values, steps })) {
    if (axis.scale === "log") throw new ValueError(`${chart}: axis ${name} must be linear.`);
  }
  const across = axisOf({ chart, name: "x", options: values, values: histograms.flatMap(extent), room: 0.01 });
  const all = histograms.map((each) => binned(each, across.domain, bins));
  const time = { label: "epoch", ...steps };
  const draw = all.length === 1 ? drawOne : arrangement === "heat" ? drawHeat : drawRidges;
  const look: Look = { values: across, steps: time, log: counts === "log", colours };
  return new Figure({
    options: figure,
    width: 640,
    heightOf: (width) => landscape(width) + titleHeight(figure),
    kind: "Histograms over time",
    summary: summarised(all, time.label),
    draw: (size) => draw(size, all, look),
  });
}

interface Look {
  readonly values: Axis;
  readonly steps: AxisOptions;
  readonly log: boolean;
  readonly colours: ColourScale;
}

function checkHistograms(chart: string, histograms: unknown): asserts histograms is readonly CountedHistogram[] {
  if (!Array.isArray(histograms) || histograms.length === 0) {
    throw new ValueError(`${chart}: histograms must be an array of at least one { step, buckets }, got ${Array.isArray(histograms) ? "none" : describeValue(histograms)}.`);
  }
  for (const [i, each] of histograms.entries()) {
    const owner = `${chart}: histogram ${i}`;
    checkOptions(owner, each, ["step", "buckets"]);
    const { step, buckets } = each as CountedHistogram;
    if (!Number.isFinite(step)) throw new ValueError(`${owner}: step must be a number, got ${describeValue(step)}.`);
    if (i > 0 && step <= histograms[i - 1].step) throw new ValueError(`${owner}: steps must rise, but ${step} follows ${histograms[i - 1].step}.`);
    if (!Array.isArray(buckets)) throw new ValueError(`${owner}: buckets must be an array of [left, right, count], got ${describeValue(buckets)}.`);
    for (const [b, bucket] of buckets.entries()) {
      if (!Array.isArray(bucket) || bucket.length !== 3) throw new ShapeError(`${owner}: bucket ${b} must be [left, right, count], got ${describeValue(bucket)}.`);
      const [left, right, count] = bucket as number[];
      if (![left, right, count].every(Number.isFinite) || left > right || count < 0) {
        throw new ValueError(`${owner}: bucket ${b} must have left ≤ right and a count of at least 0, got [${bucket.join(", ")}].`);
      }
    }
  }
}

/** So large that nothing is, and their difference is still a number. */
const most = 8e307;

const extent = ({ buckets }: CountedHistogram): number[] => buckets.filter(([, , count]) => count > 0).flatMap(([left, right]) => [left, right]).map((end) => Math.max(-most, Math.min(most, end)));

function binned({ step, buckets }: CountedHistogram, [low, high]: readonly [number, number], bins: number): Binned {
  const counts = Array.from({ length: bins }, () => 0);
  const at = (value: number): number => ((value - low) / (high - low)) * bins;
  let [total, sum] = [0, 0];
  // The outer buckets of some programs end at the largest numbers that there are.
  const filled = buckets.filter(([, , count]) => count > 0);
  for (const [left, right, count] of filled) {
    total += count;
    sum += count * (left / 2 + right / 2);
    const [from, to] = [at(left), at(right)];
    if (to < 0 || from > bins) continue;
    const last = Math.min(bins - 1, Math.floor(to));
    for (let b = Math.max(0, Math.min(bins - 1, Math.floor(from))); b <= last; b++) {
      // A bucket without width holds one value, many times.
      const share = to === from ? 1 : Math.max(0, Math.min(to, b + 1) - Math.max(from, b)) / (to - from);
      counts[b] += count * share;
    }
  }
  const mean = sum / total;
  // Within a bucket values lie evenly.
  const squares = filled.reduce((all, [left, right, count]) => all + count * ((left / 2 + right / 2 - mean) ** 2 + (right - left) ** 2 / 12), 0);
  return { step, counts, total, mean, std: Math.sqrt(squares / total) };
}

/** What stands for a count: itself, or its logarithm, from 0 to 1. */
function heightOf({ log }: Look, highest: number): (count: number) => number {
  if (highest === 0) return () => 0;
  return log ? (count) => Math.log1p(count) / Math.log1p(highest) : (count) => count / highest;
}

const mostOf = (all: readonly Binned[]): number => Math.max(...all.map(({ counts }) => Math.max(...counts)));

/** The outline of the bins from `base` upwards; closed along the base, or open. */
function outline(tops: readonly number[], { x, box }: Place, [low, high]: readonly [number, number], base: number, closed: boolean): string {
  const edge = (i: number): string => shown(x(low + (high - low) * (i / tops.length)));
  const stairs = tops.map((top, i) => `L${edge(i)},${shown(Math.max(box.y, top))}L${edge(i + 1)},${shown(Math.max(box.y, top))}`).join("");
  return closed ? `M${edge(0)},${shown(base)}${stairs}L${edge(tops.length)},${shown(base)}Z` : `M${stairs.slice(1)}`;
}

/** A mean that is nothing but rounding is 0. */
const meanText = ({ mean, std }: Pick<Binned, "mean" | "std">): string => numberText(Math.abs(mean) < 1e-9 * std ? 0 : mean, 3);

const said = ({ step, mean, std, total }: Binned, label: string | undefined): string =>
  `${label ?? "step"} ${numberText(step)}: ${total === 0 ? "no values" : `mean ${meanText({ mean, std })}, std ${numberText(std, 3)}`}`;

function drawOne(size: Parameters<typeof panel>[0], [one]: readonly Binned[], look: Look): readonly Item[] {
  const counted = one.counts.filter((count) => count > 0);
  const y = axisOf({ chart: "histogramsOverTime", name: "y", options: { ...(size.width >= 300 && { label: "count" }), ...(look.log && { scale: "log" }) }, values: look.log ? [...counted, 0.7] : [0, ...counted] });
  return panel(size, {
    x: look.values,
    y,
    data: (place) => {
      const base = place.box.y + place.box.height;
      const tops = one.counts.map((count) => (count > 0 ? Math.min(base, place.y(count)) : base));
      return [path(outline(tops, place, look.values.domain, base, true), { fill: "series1", fillOpacity: 0.85 }, said(one, look.steps.label))];
    },
  });
}

const mostRidges = 40;

function drawRidges(size: Parameters<typeof panel>[0], all: readonly Binned[], look: Look): readonly Item[] {
  const count = Math.min(mostRidges, all.length);
  const chosen = Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]);
  const axis = axisOf({ chart: "histogramsOverTime", name: "y", options: look.steps, values: all.map(({ step }) => step), room: 0 });
  const height = heightOf(look, mostOf(chosen));
  // Time goes down the page, and the first one has room above it.
  const tall = Math.max(0.18, Math.min(0.4, 2.4 / count));
  const y: Axis = { ...axis, scale: ([bottom, top]) => axis.scale([top + tall * (bottom - top), bottom]) };
  return panel(size, {
    x: look.values,
    y,
    grid: "both",
    data: (place) =>
      chosen.map((each) => {
        const base = place.y(each.step);
        const tops = each.counts.map((n) => base - height(n) * tall * place.box.height);
        const closed = outline(tops, place, look.values.domain, base, true);
        return group(
          [
            path(closed, { fill: "ground", fillOpacity: 0.85 }),
            path(closed, { fill: "series1", fillOpacity: 0.35 }),
            path(outline(tops, place, look.values.domain, base, false), { stroke: "series1", width: 1.25 }),
            line(place.box.x, base, place.box.x + place.box.width, base, { stroke: "axis", width: 0.5 }),
          ],
          { name: "histogram", title: said(each, look.steps.label) },
        );
      }),
  });
}

function drawHeat(size: Parameters<typeof panel>[0], all: readonly Binned[], look: Look): readonly Item[] {
  const { values, steps, log, colours } = look;
  const edges = columnEdges(all.map(({ step }) => step));
  const x = axisOf({ chart: "histogramsOverTime", name: "x", options: { range: [edges[0], edges[edges.length - 1]], ...steps }, values: all.map(({ step }) => step) });
  const shares = all.map(({ counts, total }) => counts.map((count) => (total === 0 ? 0 : count / total)));
  const positive = shares.flat().filter((share) => share > 0);
  const largest = positive.length === 0 ? 1 : positive.reduce((a, b) => Math.max(a, b));
  // Fractions of one value come from spreading buckets over bins.
  const least = Math.max(largest / 1e6, Math.min(largest / 10, positive.reduce((a, b) => Math.min(a, b), largest)));
  const at = (share: number): number => (log ? Math.log(Math.max(share, least) / least) / Math.log(largest / least) : share / largest);
  const bar = axisOf({ chart: "histogramsOverTime", name: "y", options: { range: log ? [least, largest] : [0, largest], ...(log && { scale: "log" }) }, values: [] });
  return panel(size, {
    x,
    y: values,
    grid: "frame",
    right: colourBarWidth,
    data: (place) => all.flatMap((each, i) => drawColumn(shares[i], [place.x(edges[i]), place.x(edges[i + 1])], place, values.domain, (share) => rgbOf(colours, at(share)), said(each, steps.label))),
    over: ({ box }) => {
      const ticks = bar.ticks(Math.max(2, Math.floor(box.height / 45))).filter((tick) => tick.label !== "");
      return [colourBar(box, colours, ticks.map(({ value }) => ({ value, label: `${numberText(100 * value, 2)} %` })), at)];
    },
  });
}

/** One pixel for each bin, from the lowest that has values to the highest; without values nothing. */
function drawColumn(shares: readonly number[], [left, right]: readonly [number, number], place: Place, [low, high]: readonly [number, number], colour: (share: number) => readonly number[], title: string): Item[] {
  const [first, last] = [shares.findIndex((share) => share > 0), shares.findLastIndex((share) => share > 0)];
  if (first < 0) return [];
  const edge = (bin: number): number => place.y(low + (high - low) * (bin / shares.length));
  const rows = shares.slice(first, last + 1).toReversed();
  const rgb = new Uint8Array(3 * rows.length);
  rows.forEach((share, i) => rgb.set(colour(share), 3 * i));
  const [top, bottom] = [edge(last + 1), edge(first)];
  // A little wider, so that no gaps show.
  return [image({ x: left, y: top, width: right - left + 0.4, height: bottom - top }, pngUri({ width: 1, height: rows.length, rgb }), title)];
}

/** Columns reach half-way to their neighbours. */
function columnEdges(steps: readonly number[]): number[] {
  const inner = steps.slice(1).map((step, i) => (steps[i] + step) / 2);
  const last = steps.length - 1;
  return [steps[0] - (steps[1] - steps[0]) / 2, ...inner, steps[last] + (steps[last] - steps[last - 1]) / 2];
}

function summarised(all: readonly Binned[], label: string | undefined): string {
  const [first, last] = [all[0], all[all.length - 1]];
  const spread = ({ mean, std, total }: Binned): string => (total === 0 ? "no values" : `mean ${meanText({ mean, std })}, standard deviation ${numberText(std, 3)}`);
  if (all.length === 1) return `Histogram at ${label ?? "step"} ${numberText(first.step)}: ${spread(first)}.`;
  return `${all.length} histograms over ${label ?? "step"} ${numberText(first.step)} to ${numberText(last.step)}. First: ${spread(first)}. Last: ${spread(last)}.`;
}
