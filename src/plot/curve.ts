/** Curves through data as SVG paths: gaps where a value is missing, and no more points than the eye can tell apart. */

import { area, curveStepAfter, line } from "d3-shape";
import type { Place } from "./panel.js";

export type Point = readonly [x: number, y: number];

const isDrawn = ([x, y]: Point): boolean => Number.isFinite(x) && Number.isFinite(y);

/** `points` as a broken line; as stairs with `stairs`. */
export function curvePath(points: readonly Point[], { x, y, box }: Place, { stairs = false }: { readonly stairs?: boolean } = {}): string {
  const path = line<Point>(([px]) => x(px), ([, py]) => y(py)).defined(isDrawn).digits(2);
  if (stairs) path.curve(curveStepAfter);
  return path(thinned(points, x, box.width)) ?? "";
}

/** The area between `low` and `high` at each x. */
export function bandPath(x: readonly number[], low: readonly number[], high: readonly number[], place: Place): string {
  const path = area<number>((i) => place.x(x[i]), (i) => place.y(low[i]), (i) => place.y(high[i]))
    .defined((i) => isDrawn([x[i], low[i]]) && Number.isFinite(high[i]))
    .digits(2);
  return path(x.map((_, i) => i)) ?? "";
}

/**
 * For long curves: of all points within one pixel column, the first, the lowest, the highest and the last, which cover the same pixels. Curves that
 * run back and forth in x stay as they are.
 */
function thinned(points: readonly Point[], x: Place["x"], width: number): readonly Point[] {
  if (points.length <= 4 * width || points.some(([px], i) => i > 0 && px < points[i - 1][0])) return points;
  const kept: Point[] = [];
  let column: Point[] = [];
  const flush = (): void => {
    const drawn = column.filter(isDrawn);
    if (drawn.length < column.length || column.length <= 4) kept.push(...column);
    else {
      const of = (better: (a: number, b: number) => boolean): Point => drawn.reduce((best, point) => (better(point[1], best[1]) ? point : best));
      const chosen = new Set([drawn[0], of((a, b) => a < b), of((a, b) => a > b), drawn[drawn.length - 1]]);
      kept.push(...column.filter((point) => chosen.has(point)));
    }
    column = [];
  };
  for (const point of points) {
    if (column.length > 0 && Math.floor(x(point[0])) !== Math.floor(x(column[0][0]))) flush();
    column.push(point);
  }
  flush();
  return kept;
}
