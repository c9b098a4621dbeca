/** Points of the map as paths: a shape for each class, filled where they are trained on, outlined where they test. */

import { ticks } from "d3-array";
import type { DrawnPoints } from "./protocol.js";

/** Corners of the marks, about a circle of radius 1: those of figures (src/plot/legend.ts). The first class has circles. */
const corners: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  [[0, -1.2], [1.1, 0.75], [-1.1, 0.75]],
  [[0, -1.3], [1.15, 0], [0, 1.3], [-1.15, 0]],
  [[-0.38, -1.1], [0.38, -1.1], [0.38, -0.38], [1.1, -0.38], [1.1, 0.38], [0.38, 0.38], [0.38, 1.1], [-0.38, 1.1], [-0.38, 0.38], [-1.1, 0.38], [-1.1, -0.38], [-0.38, -0.38]],
  [[0, 1.2], [1.1, -0.75], [-1.1, -0.75]],
];

export function markPath(label: number, x: number, y: number, r: number): string {
  const shape = corners[label % corners.length];
  const n = (value: number): string => value.toFixed(1);
  if (shape.length === 0) return `M${n(x - r)} ${n(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  return `${shape.map(([dx, dy], i) => `${i === 0 ? "M" : "L"}${n(x + r * dx)} ${n(y + r * dy)}`).join("")}Z`;
}

export interface Marks {
  readonly label: number;
  readonly train: boolean;
  readonly path: string;
}

/** All points in a square of `size`, those that test above the others. */
export function marksOf({ x, y, train, classes, plane }: DrawnPoints, size: number): Marks[] {
  const r = y.length <= 600 ? 3.6 : y.length <= 2000 ? 2.7 : 2;
  const radius = size < 340 ? 0.8 * r : r;
  return [1, 0].flatMap((part) =>
    classes.map((_, label) => {
      const path: string[] = [];
      for (let i = 0; i < y.length; i++) {
        if (y[i] === label && train[i] === part) path.push(markPath(label, place(x[2 * i], plane.x) * size, (1 - place(x[2 * i + 1], plane.y)) * size, radius));
      }
      return { label, train: part === 1, path: path.join("") };
    }),
  );
}

const place = (value: number, [low, high]: readonly [number, number]): number => (value - low) / (high - low);

/** Values to write along an axis, with their places from 0 to 1. */
export const axisTicks = (range: readonly [number, number], count: number): { readonly value: number; readonly at: number }[] =>
  ticks(range[0], range[1], count).map((value) => ({ value, at: place(value, range) }));
