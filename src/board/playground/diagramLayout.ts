/** Where the parts of the network's drawing stand, and how its weights look: for the drawing on the page, and for the one that is taken away. */

import { type Columns, type Neuron, parameterIndex } from "./network.js";
import type { ParameterPlace } from "./protocol.js";

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Side of a neuron's picture. */
  readonly side: number;
  /** Middle of a neuron. */
  at(neuron: Neuron): readonly [x: number, y: number];
}

const headHeight = 26;
/** Between the neurons of two columns, at least. */
const leastGap = 28;

/** @param room Width that there is; the drawing may need more. */
export function layoutOf(columns: Columns, room: number): Layout {
  const tallest = Math.max(...columns);
  const side = Math.max(24, Math.min(room < 700 ? 46 : 64, Math.floor((room < 700 ? 430 : 520) / tallest) - 6));
  const width = Math.max(room, columns.length * (side + leastGap));
  const pitch = side + (tallest > 12 ? 4 : 10);
  const height = headHeight + Math.max(tallest, 4) * pitch;
  const middle = headHeight + (height - headHeight) / 2;
  const edge = side / 2 + 4;
  return {
    width,
    height,
    side,
    at: ({ column, unit }) => [edge + ((width - 2 * edge) * column) / (columns.length - 1), middle + (unit - (columns[column] - 1) / 2) * pitch],
  };
}

/** What a column is called: short where there are many. */
export function columnTitle(columns: Columns, column: number): string {
  if (column === 0) return "inputs";
  if (column === columns.length - 1) return "output";
  return columns.length > 6 ? String(column) : `layer ${column}`;
}

/** From the right side of the one neuron to the left side of the other. */
export function weightEnds({ at, side }: Layout, { column, unit, from }: ParameterPlace): readonly [x0: number, y0: number, x1: number, y1: number] {
  const [x0, y0] = at({ column: column - 1, unit: from ?? 0 });
  const [x1, y1] = at({ column, unit });
  return [x0 + side / 2, y0, x1 - side / 2, y1];
}

/** Weights that look the same. */
export interface WeightGroup {
  readonly paint: "series1" | "series2";
  readonly width: number;
  readonly opacity: number;
  readonly dash: readonly number[];
  readonly places: readonly ParameterPlace[];
}

const widths = 8;

export const weightsSaid = "Orange, solid lines raise the next neuron, blue, dashed ones lower it; the wider, the more.";

/** All weights that are numbers: those that lower, then those that raise, thin lines first. */
export function weightGroups(columns: Columns, parameters: Float32Array): readonly WeightGroup[] {
  let most = 1;
  for (const value of parameters) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  const places: ParameterPlace[][] = Array.from({ length: 2 * widths }, () => []);
  for (let column = 1; column < columns.length; column++) {
    for (let unit = 0; unit < columns[column]; unit++) {
      for (let from = 0; from < columns[column - 1]; from++) {
        const value = parameters[parameterIndex(columns, column, unit, from)];
        const wide = Math.min(widths - 1, Math.floor((widths * Math.abs(value)) / most));
        if (Number.isFinite(value)) places[value < 0 ? wide : widths + wide].push({ column, unit, from });
      }
    }
  }
  return places.map((group, i) => {
    const wide = i % widths;
    return { paint: i < widths ? "series1" : "series2", width: 0.6 + (wide * 5) / widths, opacity: 0.45 + (0.5 * wide) / widths, dash: i < widths ? [5, 4] : [], places: group };
  });
}
