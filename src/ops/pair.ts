/** Options of windows: one number for both axes of an image, or one for each. */

/** One number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** [vertical, horizontal]. */
export function pair(value: Pair): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}
