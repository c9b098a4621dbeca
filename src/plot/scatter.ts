/** Scatter plots: points of one or several classes. */

import { ShapeError, ValueError } from "../base/errors.js";
import { axisOf } from "./axis.js";
import { seriesPaint } from "./colours.js";
import { Figure, landscape } from "./figure.js";
import { pointSign } from "./legend.js";
import { type AxisOptions, checkAxis, checkFigure, checkNumber, checkOptions, describeValue, type FigureOptions, type Numbers, numbersOf, withFigure } from "./options.js";
import { panel } from "./panel.js";

/** Points of one kind. */
export interface PointGroup {
  readonly name: string;
  readonly x: Numbers;
  readonly y: Numbers;
}

export interface ScatterOptions extends FigureOptions {
  readonly groups: readonly PointGroup[];
  readonly x?: AxisOptions;
  readonly y?: AxisOptions;
  /** One unit is as long in x as in y. @default false */
  readonly equal?: boolean;
  /** Pixels. Default: 4, less for many points. */
  readonly radius?: number;
}

/**
 * A scatter plot; each group has a colour and a shape.
 * @throws ValueError, ShapeError for no group, or lists of different lengths.
 *
 * @example
 * const figure = plot.scatter({ groups: [{ name: "a", x: [1, 2], y: [3, 1] }, { name: "b", x: [4], y: [2] }] });
 * figure.description // → Scatter plot. a: 2 points; b: 1 point.
 */
export function scatter(options: ScatterOptions): Figure {
  checkOptions("scatter", options, withFigure("groups", "x", "y", "equal", "radius"));
  checkFigure("scatter", options);
  checkAxis("scatter", "x", options.x);
  checkAxis("scatter", "y", options.y);
  checkNumber("scatter", "radius", options.radius, 0.5, 50);
  const { groups: given, x: xOptions, y: yOptions, equal = false, ...figure } = options;
  if (!Array.isArray(given) || given.length === 0) throw new ValueError(`scatter: groups must be an array of at least one { name, x, y }, got ${Array.isArray(given) ? "none" : describeValue(given)}.`);
  const groups = given.map((each: PointGroup, i) => {
    checkOptions(`scatter: group ${i}`, each, ["name", "x", "y"]);
    if (typeof each.name !== "string") throw new ValueError(`scatter: group ${i} needs a name, a text, got ${describeValue(each.name)}.`);
    const [xs, ys] = [numbersOf(`scatter: group "${each.name}"`, "x", each.x), numbersOf(`scatter: group "${each.name}"`, "y", each.y)];
    if (xs.length !== ys.length) throw new ShapeError(`scatter: group "${each.name}": x has ${xs.length} numbers, y has ${ys.length}; give as many.`);
    return { name: each.name, x: xs, y: ys };
  });
  const count = groups.reduce((sum, each) => sum + each.x.length, 0);
  const radius = options.radius ?? pointRadius(count);
  const x = axisOf({ chart: "scatter", name: "x", options: xOptions, values: groups.flatMap((each) => each.x), room: 0.04 });
  const y = axisOf({ chart: "scatter", name: "y", options: yOptions, values: groups.flatMap((each) => each.y), room: 0.04 });
  const named = groups.length > 1 || groups[0].name !== "";
  return new Figure({
    options: figure,
    width: equal ? 520 : 640,
    heightOf: equal ? (width) => Math.min(620, width) : landscape,
    kind: "Scatter plot",
    summary: `Scatter plot. ${groups.map((each) => `${each.name}: ${each.x.length} ${each.x.length === 1 ? "point" : "points"}`).join("; ")}.`,
    draw: (size) =>
      panel(size, {
        x,
        y,
        equal,
        grid: "both",
        legend: named ? groups.map(({ name }, i) => ({ name, sign: "point", paint: seriesPaint(i), shape: i })) : [],
        data: (place) =>
          groups.flatMap((each, i) =>
            each.x.flatMap((px, j) => (Number.isFinite(px) && Number.isFinite(each.y[j]) ? [pointSign(i, place.x(px), place.y(each.y[j]), radius, { fill: seriesPaint(i), stroke: "ground", width: 0.75, fillOpacity: 0.85 })] : [])),
          ),
      }),
  });
}

/** Many points are small. */
export const pointRadius = (count: number): number => (count <= 150 ? 4 : count <= 600 ? 3 : count <= 2000 ? 2.2 : 1.6);
