/** Contour plots: a function of two numbers as lines of equal height, with the ways that optimisers take on it. */

import { ticks } from "d3-array";
import { ValueError } from "../base/errors.js";
import { axisOf } from "./axis.js";
import { seriesDash, seriesPaint } from "./colours.js";
import { Figure, nearlySquare } from "./figure.js";
import type { LegendEntry } from "./legend.js";
import { numberText } from "./numberText.js";
import {
  type AxisOptions, checkAxis, checkChoice, checkCount, checkFigure, checkOptions, describeValue, type FigureOptions, matrixOf, type Numbers, numbersOf, withFigure,
} from "./options.js";
import { panel, type Place } from "./panel.js";
import { type Field, regionAbove, type Ring, ringsPath } from "./regions.js";
import { centred, circle, group, type Item, path, text } from "./scene.js";
import { textWidth } from "./textWidth.js";
import { curvePath, type Point } from "./curve.js";

/** The way of an optimiser: a point after each step. */
export interface Trajectory {
  readonly name: string;
  /** [x, y] of each point. Not finite: a gap. */
  readonly points: readonly Numbers[];
}

/** A marked point, such as a minimum. */
export interface MarkedPoint {
  readonly x: number;
  readonly y: number;
  readonly label?: string;
}

export interface ContourOptions extends FigureOptions {
  /** The function, or its values on a grid: rows from the lowest y to the highest, columns from the lowest x. Not finite: below every level. */
  readonly f: ((x: number, y: number) => number) | readonly Numbers[];
  /** `range` is needed. */
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** How many lines, about, or at which heights. @default 12 */
  readonly levels?: number | Numbers;
  /** Heights of the lines: evenly spaced, or by equal factors above the lowest value, for narrow valleys. @default "linear" */
  readonly spacing?: "linear" | "log";
  readonly trajectories?: readonly Trajectory[];
  readonly points?: readonly MarkedPoint[];
  /** Values of a function in each direction. @default 120 */
  readonly samples?: number;
  /** One unit is as long in x as in y. @default false */
  readonly equal?: boolean;
}

/**
 * A contour plot: the higher, the darker.
 * @throws ValueError for an axis without range, a log axis, or a function that gives no numbers.
 *
 * @example
 * const path = [[-1.5, 2]];
 * for (let i = 0; i < 20; i++) path.push([0.8 * path[i][0], 0.5 * path[i][1]]); // gradient descent
 * const figure = plot.contour({
 *   f: (x, y) => x ** 2 + 2.5 * y ** 2,
 *   x: { label: "w₁", range: [-2, 2] },
 *   y: { label: "w₂", range: [-2.5, 2.5] },
 *   trajectories: [{ name: "gradient descent", points: path }],
 *   points: [{ x: 0, y: 0, label: "minimum" }],
 * });
 * figure.description // → Contour plot, values from 0.00139 to 19.6. gradient descent: 21 points, from (−1.5, 2) to (−0.0173, 1.91×10⁻⁶).
 */
export function contour(options: ContourOptions): Figure {
  checkOptions("contour", options, withFigure("f", "x", "y", "levels", "spacing", "trajectories", "points", "samples", "equal"));
  checkFigure("contour", options);
  checkAxis("contour", "x", options.x);
  checkAxis("contour", "y", options.y);
  checkChoice("contour", "spacing", options.spacing, ["linear", "log"]);
  checkCount("contour", "samples", options.samples, 8, 600);
  const { x: xOptions, y: yOptions, levels = 12, spacing = "linear", points = [], equal = false, ...rest } = options;
  const { f: _f, samples: _samples, trajectories: _trajectories, ...figure } = rest;
  const field = readField(options);
  const finite = field.values.filter(Number.isFinite);
  if (finite.length === 0) throw new ValueError("contour: f has no finite value in the ranges of x and y.");
  const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const heights = levelsOf(levels, spacing, low, high);
  const trajectories = readTrajectories(options.trajectories ?? []);
  checkPoints(points);
  const x = axisOf({ chart: "contour", name: "x", options: xOptions, values: [] });
  const y = axisOf({ chart: "contour", name: "y", options: yOptions, values: [] });
  const regions = heights.map((level) => ({ level, rings: regionAbove(field, level) }));
  const legend = trajectories.map(({ name }, i): LegendEntry => ({ name, sign: "line", paint: seriesPaint(i), dash: seriesDash(i) }));
  return new Figure({
    options: figure,
    width: 560,
    heightOf: nearlySquare,
    kind: "Contour plot",
    summary: `Contour plot, values from ${numberText(low, 3)} to ${numberText(high, 3)}.${trajectories.map(summarised).join("")}`,
    draw: (size) =>
      panel(size, {
        x,
        y,
        equal,
        legend,
        grid: "frame",
        data: (place) => {
          // Each region lies on the one below, so shades add up.
          const opacity = Math.round(1000 * (1 - 0.55 ** (1 / Math.max(1, regions.length)))) / 1000;
          const shades = regions.map(({ level, rings }) => path(ringsPath(rings, place.x, place.y), { fill: "axis", fillOpacity: opacity, stroke: "muted", width: 0.8 }, numberText(level, 3)));
          return [...shades, ...heightLabels(regions, trajectories, place), ...trajectories.flatMap((each, i) => drawTrajectory(each, i, place)), ...points.flatMap((point) => drawPoint(point, place))];
        },
      }),
  });
}

function readField({ f, x, y, samples = 120 }: ContourOptions): Field {
  for (const [name, axis] of Object.entries({ x, y })) {
    if (axis?.range === undefined) throw new ValueError(`contour: axis ${name} needs range: [low, high], where the function is drawn.`);
    if (axis.scale === "log") throw new ValueError(`contour: axis ${name} must be linear; draw a function of the logarithm instead.`);
  }
  const ranges = { x: x.range!, y: y.range! };
  if (typeof f !== "function") {
    const rows = matrixOf("contour", "f", f);
    if (rows.length < 2 || rows[0].length < 2) throw new ValueError(`contour: f must have at least 2 rows and 2 columns, got [${rows.length}, ${rows[0].length}].`);
    return { values: rows.flat(), rows: rows.length, columns: rows[0].length, ...ranges };
  }
  const at = ([low, high]: readonly [number, number], i: number): number => low + ((high - low) * i) / (samples - 1);
  const values = Array.from({ length: samples * samples }, (_, i) => {
    const [px, py] = [at(ranges.x, i % samples), at(ranges.y, Math.floor(i / samples))];
    const value: unknown = f(px, py);
    if (typeof value !== "number") throw new ValueError(`contour: f(${numberText(px)}, ${numberText(py)}) must be a number, got ${describeValue(value)}; a function of tensors is drawn from its values on a grid.`);
    return value;
  });
  return { values, rows: samples, columns: samples, ...ranges };
}

function levelsOf(levels: number | Numbers, spacing: "linear" | "log", low: number, high: number): number[] {
  if (typeof levels !== "number") return numbersOf("contour", "levels", levels).filter(Number.isFinite).sort((a, b) => a - b);
  checkCount("contour", "levels", levels, 1, 60);
  if (spacing === "linear" || high === low) return ticks(low, high, levels);
  // Four decades below the highest value are as much as a picture shows.
  const [first, last] = [Math.log10((high - low) * 1e-4), Math.log10(high - low)];
  return Array.from({ length: levels }, (_, i) => low + 10 ** (first + ((last - first) * (i + 1)) / (levels + 1)));
}

interface Way {
  readonly name: string;
  readonly points: readonly Point[];
}

function readTrajectories(trajectories: readonly Trajectory[]): Way[] {
  if (!Array.isArray(trajectories)) throw new ValueError(`contour: trajectories must be an array of { name, points }, got ${describeValue(trajectories)}.`);
  return trajectories.map((each: Trajectory, i) => {
    checkOptions(`contour: trajectory ${i}`, each, ["name", "points"]);
    if (typeof each.name !== "string") throw new ValueError(`contour: trajectory ${i} needs a name, a text, got ${describeValue(each.name)}.`);
    const points = matrixOf(`contour: trajectory "${each.name}"`, "points", each.points);
    if (points[0].length !== 2) throw new ValueError(`contour: trajectory "${each.name}": points must be pairs [x, y], but have ${points[0].length} numbers.`);
    return { name: each.name, points: points.map(([px, py]): Point => [px, py]) };
  });
}

function checkPoints(points: readonly MarkedPoint[]): void {
  if (!Array.isArray(points)) throw new ValueError(`contour: points must be an array of { x, y }, got ${describeValue(points)}.`);
  for (const [i, point] of points.entries()) {
    checkOptions(`contour: point ${i}`, point, ["x", "y", "label"]);
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) throw new ValueError(`contour: point ${i} needs finite x and y, got ${describeValue(point.x)} and ${describeValue(point.y)}.`);
  }
}

function drawTrajectory({ points }: Way, index: number, place: Place): Item[] {
  const paint = seriesPaint(index);
  const drawn = points.filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py)).map(([px, py]): Point => [place.x(px), place.y(py)]);
  if (drawn.length === 0) return [];
  const d = curvePath(points, place);
  const dots = drawn.length <= 60 ? drawn.slice(1, -1).map(([px, py]) => circle(px, py, 1.9, { fill: paint })) : [];
  const [first, last] = [drawn[0], drawn[drawn.length - 1]];
  return [
    path(d, { stroke: "ground", width: 4.5, opacity: 0.75 }),
    path(d, { stroke: paint, width: 2, dash: seriesDash(index) }),
    ...dots,
    circle(first[0], first[1], 4, { fill: "ground", stroke: paint, width: 2 }, "start"),
    circle(last[0], last[1], 4.5, { fill: paint, stroke: "ground", width: 1.25 }, "end"),
  ];
}

function drawPoint({ x, y, label }: MarkedPoint, place: Place): Item[] {
  const [px, py] = [place.x(x), place.y(y)];
  const cross = path(`M${px - 4.5},${py - 4.5}L${px + 4.5},${py + 4.5}M${px + 4.5},${py - 4.5}L${px - 4.5},${py + 4.5}`, { stroke: "ink", width: 1.75 });
  if (label === undefined || label === "") return [cross];
  const room = place.box.x + place.box.width - px > textWidth(label, 12) + 12;
  return [cross, centred(label, px + (room ? 9 : -9), py, { size: 12, halo: "ground", anchor: room ? "start" : "end" })];
}

/** Heights on some of the lines, where they run straight, away from trajectories and from one another. */
function heightLabels(regions: readonly { readonly level: number; readonly rings: readonly Ring[] }[], trajectories: readonly Way[], { x, y, box }: Place): Item[] {
  const every = Math.ceil(regions.length / 8);
  const size = 10.5;
  const taken: Point[] = trajectories.flatMap(({ points }) => points.map(([px, py]): Point => [x(px), y(py)]));
  const labelled: Point[] = [];
  const items: Item[] = [];
  for (const { level, rings } of regions.filter((_, i) => i % every === 0)) {
    const content = numberText(level, 3);
    const half = textWidth(content, size) / 2 + 4;
    let found: { at: Point; angle: number; bend: number } | null = null;
    for (const ring of rings) {
      const pixels = ring.map(([px, py]): Point => [x(px), y(py)]);
      for (let i = 0; i < pixels.length; i += 2) {
        const at = pixels[i];
        if (at[0] < box.x + half + 4 || at[0] > box.x + box.width - half - 4 || at[1] < box.y + 12 || at[1] > box.y + box.height - 12) continue;
        if (labelled.some((other) => Math.hypot(other[0] - at[0], other[1] - at[1]) < 58)) continue;
        if (taken.some((other) => Math.hypot(other[0] - at[0], other[1] - at[1]) < 20)) continue;
        const [before, after] = [along(pixels, i, -half), along(pixels, i, half)];
        if (before === null || after === null) continue;
        const bend = 2 * half - Math.hypot(after[0] - before[0], after[1] - before[1]);
        if (found !== null && found.bend <= bend) continue;
        const angle = (180 / Math.PI) * Math.atan2(after[1] - before[1], after[0] - before[0]);
        found = { at, angle: angle > 90 ? angle - 180 : angle < -90 ? angle + 180 : angle, bend };
      }
    }
    if (found === null) continue;
    labelled.push(found.at);
    items.push(text(content, found.at[0], found.at[1] + 3.5, { size, anchor: "middle", rotate: Math.round(found.angle), fill: "muted", halo: "ground" }));
  }
  return items.length === 0 ? [] : [group(items, { name: "heights" })];
}

/** The point of a ring so many pixels from point `i`; null where it ends before. */
function along(ring: readonly Point[], i: number, distance: number): Point | null {
  const direction = distance < 0 ? -1 : 1;
  let left = Math.abs(distance);
  for (let j = i; ; j += direction) {
    const next = ring[j + direction];
    if (next === undefined) return null;
    const length = Math.hypot(next[0] - ring[j][0], next[1] - ring[j][1]);
    if (length >= left) return next;
    left -= length;
  }
}

function summarised({ name, points }: Way): string {
  const shown = ([px, py]: Point): string => `(${numberText(px, 3)}, ${numberText(py, 3)})`;
  return ` ${name}: ${points.length} points, from ${shown(points[0])} to ${shown(points[points.length - 1])}.`;
}
