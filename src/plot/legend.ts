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
  /** Which of `pointSign` a point has. Default 0. */
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

function sign({ sign: kind, paint, dash, fillOpacity, shape = 0 }: LegendEntry, x: number, y: number): Item[] {
  if (kind === "line") return [line(x, y, x + signWidths.line, y, { stroke: paint, width: 2, dash })];
  if (kind === "point") return [pointSign(shape, x + 5.5, y, 4.5, { fill: paint })];
  return [rect({ x, y: y - 6, width: signWidths.area, height: 12 }, { fill: paint, fillOpacity, ...(fillOpacity !== undefined && { stroke: paint, width: 1 }) }, { radius: 2 })];
}

/** Marks of classes differ in shape, not in colour alone: circle, square, triangle, diamond, cross, triangle upside down. */
export function pointSign(shape: number, x: number, y: number, r: number, style: Style): Item {
  const polygon = (...points: readonly (readonly [number, number])[]): Item =>
    path(`${points.map(([dx, dy], i) => `${i === 0 ? "M" : "L"}${round(x + r * dx)},${round(y + r * dy)}`).join("")}Z`, style);
  switch (shape % 6) {
    case 1:
      return polygon([-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]);
    case 2:
      return polygon([0, -1.2], [1.1, 0.75], [-1.1, 0.75]);
    case 3:
      return polygon([0, -1.3], [1.15, 0], [0, 1.3], [-1.15, 0]);
    case 4:
      return polygon([-0.38, -1.1], [0.38, -1.1], [0.38, -0.38], [1.1, -0.38], [1.1, 0.38], [0.38, 0.38], [0.38, 1.1], [-0.38, 1.1], [-0.38, 0.38], [-1.1, 0.38], [-1.1, -0.38], [-0.38, -0.38]);
    case 5:
      return polygon([0, 1.2], [1.1, -0.75], [-1.1, -0.75]);
    default:
      return circle(x, y, r, style);
  }
}

const round = (value: number): number => Math.round(100 * value) / 100;
