/** Values in words: numbers, durations, moments, as the page and exported runs show them. */

import { fixedText, numberText } from "../plot/numberText.js";

export { durationText } from "../base/unitText.js";

export type Value = string | number | boolean | null | undefined;

/** A value of a configuration; nothing at all is a dash. */
export function valueText(value: Value): string {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "number" ? numberText(value) : String(value);
}

/** A measured value: four decimals where it is of the size of losses and shares, so that a column of them lines up. */
export function metricText(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  return size < 100 && size >= 1e-3 ? fixedText(value, 4) : numberText(value);
}

const two = (part: number): string => String(part).padStart(2, "0");

/** A moment, in the reader's own time zone: 2026-01-31 14:05. */
export function momentText(seconds: number): string {
  const date = new Date(1000 * seconds);
  if (Number.isNaN(date.getTime())) return "–";
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** "1 run", "2 runs". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
