/** Glyph outlines as polygons: curves flattened, the letter's box centred on the origin and scaled to size 1. */

import type { PathCommand } from "./fonts.js";

/** Closed polygons, y down, in units of the letter's larger side; the letter's box is centred on (0, 0). */
export interface Glyph {
  /** x₀ y₀ x₁ y₁ …, one polygon after the other. */
  readonly points: Float64Array;
  /** Where each polygon ends in `points`. */
  readonly ends: readonly number[];
}

/** How far a flattened curve may stray from the true one: 1/20 pixel for a letter of 28 pixels. */
const tolerance = 1 / 560;

/** The polygons of an outline; none when it has no extent (a blank). */
export function flatten(commands: readonly PathCommand[]): Glyph {
  const contours = split(commands);
  const [left, top, right, bottom] = bounds(contours.flat(2));
  const size = Math.max(right - left, bottom - top);
  if (!(size > 0)) return { points: new Float64Array(0), ends: [] };
  const points: number[] = [];
  const ends = contours.map((contour) => {
    for (const curve of contour) addPoints(points, curve, size * tolerance);
    return points.length;
  });
  const middle = [(left + right) / 2, (top + bottom) / 2];
  return { points: Float64Array.from(points, (value, i) => (value - middle[i & 1]) / size), ends };
}

/** Control points x y of one piece, from its start to its end: 4 numbers a line, 6 a quadratic, 8 a cubic. */
type Curve = readonly number[];

/** The pieces of each contour, closed by a line where `Z` closes it, y turned down. */
function split(commands: readonly PathCommand[]): Curve[][] {
  const contours: Curve[][] = [];
  let contour: Curve[] = [];
  let start = [0, 0];
  let here = [0, 0];
  for (const command of commands) {
    if (command.type === "Z") {
      if (here[0] !== start[0] || here[1] !== start[1]) contour.push([...here, ...start]);
      here = start;
      continue;
    }
    const end = [command.x, -command.y];
    switch (command.type) {
      case "M":
        contours.push((contour = []));
        start = end;
        break;
      case "L":
        contour.push([...here, ...end]);
        break;
      case "Q":
        contour.push([...here, command.x1, -command.y1, ...end]);
        break;
      case "C":
        contour.push([...here, command.x1, -command.y1, command.x2, -command.y2, ...end]);
    }
    here = end;
  }
  return contours;
}

/** Smallest box around the first `length / 2` points, as [left, top, right, bottom]. */
export function bounds(points: ArrayLike<number>, length = points.length): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < length; i += 2) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  return [left, top, right, bottom];
}

/**
 * Appends the start of a piece and the inner points of its flattening into n chords of equal parameter. A chord strays at most
 * max |B″| / (8 n²) from the curve B; |B″| ≤ d (d − 1) · the largest second difference of the control points, d the degree.
 */
function addPoints(points: number[], curve: Curve, error: number): void {
  const degree = curve.length / 2 - 1;
  let bend = 0;
  for (let i = 0; i + 5 < curve.length; i += 2) {
    bend = Math.max(bend, Math.hypot(curve[i] - 2 * curve[i + 2] + curve[i + 4], curve[i + 1] - 2 * curve[i + 3] + curve[i + 5]));
  }
  const n = Math.max(1, Math.ceil(Math.sqrt((degree * (degree - 1) * bend) / (8 * error))));
  for (let k = 0; k < n; k++) points.push(...at(curve, k / n));
}

/** The point at parameter t, by de Casteljau's construction. */
function at(curve: Curve, t: number): number[] {
  let points = [...curve];
  while (points.length > 2) {
    points = points.slice(2).map((next, i) => points[i] + t * (next - points[i]));
  }
  return points;
}
