/** Regions of a field of numbers on a grid: outlines of where it exceeds a level, by marching squares. */

import { contours } from "d3-contour";

export interface Field {
  /** Row by row, from the lowest y; [rows × columns]. Not finite: below every level. */
  readonly values: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

export type Ring = readonly (readonly [x: number, y: number])[];

/** Closed outlines, in the units of x and y, of the area above `level`; they run half a cell outside of the grid where the area touches its border. */
export function regionAbove({ values, rows, columns, x, y }: Field, level: number): Ring[] {
  const finite = values.map((value) => (Number.isNaN(value) ? -Infinity : value));
  const { coordinates } = contours().size([columns, rows]).contour(finite, level);
  // Value i lies at i + ½.
  const toX = (at: number): number => x[0] + ((at - 0.5) / (columns - 1)) * (x[1] - x[0]);
  const toY = (at: number): number => y[0] + ((at - 0.5) / (rows - 1)) * (y[1] - y[0]);
  return coordinates.flatMap((polygon) => polygon.map((ring) => ring.map(([px, py]) => [toX(px), toY(py)] as const)));
}

/** Rings in pixels as an SVG path. Holes run the other way, so that they stay open. */
export const ringsPath = (rings: readonly Ring[], x: (value: number) => number, y: (value: number) => number): string =>
  rings.map((ring) => `${ring.map(([px, py], i) => `${i === 0 ? "M" : "L"}${short(x(px))},${short(y(py))}`).join("")}Z`).join("");

const short = (value: number): string => String(Math.round(10 * value) / 10);
