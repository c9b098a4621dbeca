/** Spans of numbers: what an axis of a chart shows, and where points lie in it. */

import type { SeriesX } from "../../../protocol.js";
import { numberText } from "../../../../plot/numberText.js";

export type Span = readonly [low: number, high: number];

/** Index of the first of rising `values` that is not below `value`; their number if there is none. */
export function firstFrom(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the one of rising `values` that is nearest to `value`; −1 if there are none. */
export function nearestTo(values: readonly number[], value: number): number {
  const after = firstFrom(values, value);
  if (after === 0) return values.length === 0 ? -1 : 0;
  return after === values.length || value - values[after - 1] <= values[after] - value ? after - 1 : after;
}

/** The span of all points; of one point, a little about it. Null without any. */
export function spanOf(lists: Iterable<readonly number[]>): Span | null {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    if (list.length === 0) continue;
    low = Math.min(low, list[0]);
    high = Math.max(high, list[list.length - 1]);
  }
  if (low > high) return null;
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** `span` made `factor` as long about `centre`, within `limits`; null once it is all of them. */
export function scaledSpan([low, high]: Span, { factor, centre, limits }: { readonly factor: number; readonly centre: number; readonly limits: Span }): Span | null {
  const from = Math.max(limits[0], centre - factor * (centre - low));
  const to = Math.min(limits[1], centre + factor * (high - centre));
  return from <= limits[0] && to >= limits[1] ? null : [from, to];
}

const second = 1;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [1, 2, 5, 10, 15, 30, ...[1, 2, 5, 10, 15, 30].map((n) => n * minute), ...[1, 2, 3, 6, 12].map((n) => n * hour), ...[1, 2, 5, 10, 20, 50, 100].map((n) => n * day)];

/** A place on an axis of time, to the second: "1 h 20 min", "3 min 5 s", "12.5 s". */
export function timeText(seconds: number): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (size < minute) return `${numberText(seconds, 3)} s`;
  const whole = Math.round(size);
  const parts = whole >= day ? ([[day, "d"], [hour, "h"]] as const) : whole >= hour ? ([[hour, "h"], [minute, "min"]] as const) : ([[minute, "min"], [second, "s"]] as const);
  const [[large, largeName], [small, smallName]] = parts;
  const [first, rest] = [Math.floor(whole / large), Math.floor((whole % large) / small)];
  return `${sign}${first} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/** About `count` ticks of an axis of seconds. */
export function timeTicks([low, high]: Span, count: number): { readonly value: number; readonly label: string }[] {
  const rough = (high - low) / Math.max(1, count);
  const step = timeSteps.find((each) => each >= rough) ?? rough;
  const from = Math.ceil(low / step - 1e-9);
  if (rough < 0.5) {
    const fine = 10 ** Math.ceil(Math.log10(rough));
    return Array.from({ length: Math.floor(high / fine + 1e-9) - Math.ceil(low / fine - 1e-9) + 1 }, (_, i) => (Math.ceil(low / fine - 1e-9) + i) * fine).map((value) => ({ value, label: timeText(value) }));
  }
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - from + 1) }, (_, i) => (from + i) * step).map((value) => ({ value, label: timeText(value) }));
}

/** Where a point lies, in words: "epoch 12", "step 40 000", "3 min 5 s". */
export const placeText = (kind: SeriesX, x: number): string => (kind === "time" ? timeText(x) : `${kind} ${Number.isInteger(x) ? numberText(x, 15) : numberText(x)}`);

interface Points {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** Lowest and highest value of the lines within `span`, both ends included; on a log axis of those above 0. Null without any. */
export function extentOf(lines: Iterable<Points>, span: Span, log: boolean): Span | null {
  let [low, high] = [Infinity, -Infinity];
  const count = (value: number | null): void => {
    if (value === null || !Number.isFinite(value) || (log && value <= 0)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const { x, y } of lines) {
    let i = firstFrom(x, span[0]);
    count(between(x, y, i, span[0]));
    for (; i < y.length && x[i] <= span[1]; i++) count(y[i]);
    count(between(x, y, i, span[1]));
  }
  return low > high ? null : [low, high];
}

/** The line at `place`, between the points i − 1 and i; null where there is none. */
function between(x: readonly number[], y: readonly (number | null)[], i: number, place: number): number | null {
  const [before, after] = [y[i - 1] ?? null, y[i] ?? null];
  return before === null || after === null ? null : before + ((after - before) * (place - x[i - 1])) / (x[i] - x[i - 1]);
}
