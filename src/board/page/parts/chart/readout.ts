/** Readout: the values of all curves at one place. */

import type { SeriesX } from "../../../protocol.js";
import { valueText } from "./drawing.js";
import type { ChartLine } from "./lineCanvas.js";
import { nearestTo, placeText } from "./span.js";

export interface ReadValue {
  readonly line: ChartLine;
  /** As drawn; null in a gap. */
  readonly y: number | null;
  /** As measured, where the drawn one is smoothed. */
  readonly raw: number | null;
}

/** The values of a group. */
export interface ReadRow {
  readonly name: string;
  readonly values: readonly ReadValue[];
}

/** The place of the point nearest to `x`; NaN if there is no point. */
export function snapped(lines: readonly ChartLine[], x: number): number {
  let best = Number.NaN;
  for (const line of lines) {
    const at = line.x[nearestTo(line.x, x)];
    if (at !== undefined && !(Math.abs(at - x) >= Math.abs(best - x))) best = at;
  }
  return best;
}

/** The place of the point that follows `x`, at least `least` away, backwards if that is negative; where there is none, that of the outermost. */
export function stepped(lines: readonly ChartLine[], x: number, least: number): number {
  let [best, outermost] = [Number.NaN, x];
  for (const line of lines) {
    for (const at of [line.x[nearestTo(line.x, x + least)], line.x[nearestTo(line.x, x + least) + Math.sign(least)]]) {
      if (at === undefined) continue;
      const [distance, known] = [(at - x) * Math.sign(least), (best - x) * Math.sign(least)];
      if (distance >= Math.abs(least) * 0.999 && !(distance >= known)) best = at;
    }
    const end = least > 0 ? line.x.at(-1) : line.x[0];
    if (end !== undefined && (end - outermost) * least > 0) outermost = end;
  }
  return Number.isNaN(best) ? outermost : best;
}

/** The values at `x` of all groups, highest first; curves that do not reach within `tolerance` of it are left out. */
export function readRows(lines: readonly ChartLine[], x: number, tolerance: number): ReadRow[] {
  const rows = new Map<string, { name: string; values: ReadValue[] }>();
  for (const line of lines) {
    const i = nearestTo(line.x, x);
    if (i < 0) continue;
    const end = i === 0 ? line.x[0] - x : i === line.x.length - 1 ? x - line.x[i] : 0;
    if (end > tolerance) continue;
    const row = rows.get(line.group) ?? { name: line.name, values: [] };
    row.values.push({ line, y: line.y[i], raw: line.raw?.[i] ?? null });
    rows.set(line.group, row);
  }
  const height = ({ values }: ReadRow): number => values.at(-1)?.y ?? -Infinity;
  return Array.from(rows.values()).sort((a, b) => height(b) - height(a));
}

/** What is read out to people who do not see the chart. */
export function spoken(rows: readonly ReadRow[], { kind, x, percent, most = 5 }: { readonly kind: SeriesX; readonly x: number; readonly percent: boolean; readonly most?: number }): string {
  const parts = rows.slice(0, most).map(({ name, values }) => `${name} ${values.map(({ line, y }) => `${line.part} ${y === null ? "none" : valueText(y, percent)}`.trim()).join(", ")}`);
  const more = rows.length > most ? `; and ${rows.length - most} more runs` : "";
  return `${placeText(kind, x)}: ${parts.length === 0 ? "no values" : parts.join("; ")}${more}`;
}
