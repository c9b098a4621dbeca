/** The large map as a figure of the library, to take away. */

import { axisOf } from "../../plot/axis.js";
import { seriesPaint } from "../../plot/colours.js";
import { Figure, nearlySquare } from "../../plot/figure.js";
import { pointSign } from "../../plot/legend.js";
import { panel, type Place } from "../../plot/panel.js";
import { type Field, regionAbove, ringsPath } from "../../plot/regions.js";
import { pointRadius } from "../../plot/scatter.js";
import { type Item, type Paint, path } from "../../plot/scene.js";
import { csvOf } from "../page/parts/chart/csv.js";
import type { DrawnPoints, LargeMap } from "./protocol.js";

/** Shades of each sign. */
const shades = 7;
const shadeOpacity = 0.13;

/** @param title What is shown. */
export function mapFigure(map: LargeMap, points: DrawnPoints, title: string): Figure {
  const { plane, names, classes } = points;
  const axis = (name: "x" | "y", label: string) => axisOf({ chart: "playground", name, options: { label, range: plane[name] }, values: [] });
  const layers = map.winners === null ? divergingLayers(map, points) : classLayers(map, map.winners, points);
  return new Figure({
    options: { title },
    width: 560,
    heightOf: nearlySquare,
    kind: "Map",
    summary: `Map of ${title} over ${names[0]} and ${names[1]}, with ${points.y.length} points of classes ${classes.join(", ")}; those that test are outlined.`,
    draw: (size) =>
      panel(size, {
        x: axis("x", names[0]),
        y: axis("y", names[1]),
        grid: "frame",
        equal: names[0] === "x1",
        legend: classes.map((name, label) => ({ name, sign: "point", paint: seriesPaint(label), shape: label })),
        data: (place) => [...layers(place), ...marks(points, place)],
      }),
  });
}

type Layers = (place: Place) => Item[];

/** The values as a field, first row at the bottom. */
function fieldOf({ side }: LargeMap, { plane }: DrawnPoints, value: (i: number) => number): Field {
  const values = Array.from({ length: side * side }, (_, i) => value((side - 1 - Math.floor(i / side)) * side + (i % side)));
  // Values stand for the middles of their cells.
  const inner = ([low, high]: readonly [number, number]): [number, number] => [low + (high - low) / (2 * side), high - (high - low) / (2 * side)];
  return { values, rows: side, columns: side, x: inner(plane.x), y: inner(plane.y) };
}

function divergingLayers(map: LargeMap, points: DrawnPoints): Layers {
  const bands = [-1, 1].flatMap((sign) => {
    const field = fieldOf(map, points, (i) => sign * map.values[i]);
    return Array.from({ length: shades }, (_, k) => ({ fill: seriesPaint(sign < 0 ? 0 : 1), rings: regionAbove(field, (k + 0.5) / shades) }));
  });
  const boundary = regionAbove(fieldOf(map, points, (i) => map.values[i]), 0);
  return ({ x, y }) => [
    ...bands.map(({ fill, rings }) => path(ringsPath(rings, x, y), { fill, fillOpacity: shadeOpacity })),
    path(ringsPath(boundary, x, y), { fill: "none", stroke: "ink", width: 1.2 }),
  ];
}

function classLayers(map: LargeMap, winners: Uint8Array, points: DrawnPoints): Layers {
  const regions = points.classes.map((_, label) => ({
    fill: seriesPaint(label) as Paint,
    rings: regionAbove(fieldOf(map, points, (i) => (winners[i] === label ? map.values[i] : -map.values[i])), 0),
  }));
  return ({ x, y }) => regions.map(({ fill, rings }) => path(ringsPath(rings, x, y), { fill, fillOpacity: 0.4, stroke: "ground", width: 1.5 }));
}

function marks({ x, y, train }: DrawnPoints, place: Place): Item[] {
  const radius = pointRadius(y.length);
  return Array.from(y, (label, i) => {
    const paint = seriesPaint(label);
    return pointSign(label, place.x(x[2 * i]), place.y(x[2 * i + 1]), radius, train[i] === 1 ? { fill: paint, stroke: "ground", width: 0.9 } : { fill: "ground", stroke: paint, width: 1.5 });
  });
}

/** The values of the map, a row for each place. */
export function mapCsv({ side, values, most, winners, neuron }: LargeMap, { plane, names, classes }: DrawnPoints): string {
  const at = ([low, high]: readonly [number, number], i: number): number => low + ((high - low) * (i + 0.5)) / side;
  const two = neuron === null && winners === null;
  const head = [...names, ...(winners !== null ? ["class", "probability"] : two ? [`probability of ${classes[1]}`] : ["value"])];
  const rows = Array.from(values, (value, i) => {
    const [x1, x2] = [at(plane.x, i % side), at(plane.y, side - 1 - Math.floor(i / side))];
    if (winners !== null) return [x1, x2, classes[winners[i]], 1 / classes.length + value * (1 - 1 / classes.length)];
    return [x1, x2, two ? (1 + value) / 2 : value * most];
  });
  return csvOf(head, rows);
}
