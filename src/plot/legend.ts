/** Legend: a row of marks and names above the drawing, in as many lines as it needs. */

import { centred, circle, group, type Item, line, type Paint, path, rect, type Style } from "./scene.js";
import { fitted, textWidth } from "./textWidth.js";

export interface LegendEntry {
  readonly name: string;
  /** How the data look: a line, a point, or an area. */
  readonly sign: "line" | "point" | "area";
  readonly paint: Paint;
  readonly dash?: string;
  readonly fillOpacity?: number;
  /** Which of `pointSign` a point has, default 0; or a line on it, default none. */
  readonly shape?: number;
}

const size = 12.5;
const rowHeight = 20;
const signWidths = { line: 22, point: 11, area: 16 };

/** The entries in rows of at most `width` pixels; `height` is 0 without entries. */
export function legend(entries: readonly LegendEntry[], width: number): { readonly items: readonly Item[]; readonly height: number } {
  const items: Item[] = [];
  let [x, y] = [0, 0];
  for (const entry of entries) {
    const signWidth = signWidths[entry.sign];
    const name = fitted(entry.name, Math.max(30, width - signWidth - 8), size);
    const taken = signWidth + 6 + textWidth(name, size);
    if (x > 0 && x + taken > width) [x, y] = [0, y + rowHeight];
    items.push(...sign(entry, x, y + rowHeight / 2), centred(name, x + signWidth + 5, y + rowHeight / 2, { size }));
    x += taken + 15;
  }
  return { items: [group(items, { name: "legend" })], height: entries.length === 0 ? 0 : y + rowHeight };
}

function sign({ sign: kind, paint, dash, fillOpacity, shape }: LegendEntry, x: number, y: number): Item[] {
  if (kind === "line") return [line(x, y, x + signWidths.line, y, { stroke: paint, width: 2, dash }), ...(shape === undefined ? [] : [pointSign(shape, x + signWidths.line / 2, y, markRadius, { fill: paint })])];
  if (kind === "point") return [pointSign(shape ?? 0, x + 5.5, y, 4.5, { fill: paint })];
  return [rect({ x, y: y - 6, width: signWidths.area, height: 12 }, { fill: paint, fillOpacity, ...(fillOpacity !== undefined && { stroke: paint, width: 1 }) }, { radius: 2 })];
}

/** Of the marks on a line. */
export const markRadius = 4;

/** Corners of the marks about (0, 0), for a radius of 1; the first is a circle. */
const outlines: readonly (readonly (readonly [x: number, y: number])[] | null)[] = [
  null,
  [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  [[0, -1.2], [1.1, 0.75], [-1.1, 0.75]],
  [[0, -1.3], [1.15, 0], [0, 1.3], [-1.15, 0]],
  [[-0.38, -1.1], [0.38, -1.1], [0.38, -0.38], [1.1, -0.38], [1.1, 0.38], [0.38, 0.38], [0.38, 1.1], [-0.38, 1.1], [-0.38, 0.38], [-1.1, 0.38], [-1.1, -0.38], [-0.38, -0.38]],
  [[0, 1.2], [1.1, -0.75], [-1.1, -0.75]],
];

/** Marks of classes differ in shape, not in colour alone: circle, square, triangle, diamond, cross, triangle upside down. */
export function pointSign(shape: number, x: number, y: number, r: number, style: Style): Item {
  const d = pointOutline(shape, x, y, r);
  return d === null ? circle(x, y, r, style) : path(d, style);
}

/** The outline of a mark as an SVG path; null for a circle. */
export function pointOutline(shape: number, x: number, y: number, r: number): string | null {
  const corners = outlines[shape % outlines.length];
  return corners === null ? null : `${corners.map(([dx, dy], i) => `${i === 0 ? "M" : "L"}${round(x + r * dx)},${round(y + r * dy)}`).join("")}Z`;
}

const round = (value: number): number => Math.round(100 * value) / 100;
