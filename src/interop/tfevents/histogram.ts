/** Histograms of event files: buckets of one width, as TensorBoard draws them. */

import { ValueError } from "../../base/errors.js";

/** Values from `left` to `right`. */
export interface Bucket {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/**
 * `bins` buckets between the lowest and the highest value; the last one holds its right end too. One of width 1 if all values are equal, none
 * without values.
 */
export function bucketsOf(caller: string, values: ArrayLike<number>, bins: number): Bucket[] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) throw new ValueError(`${caller}: element ${i} is ${value}, which has no place in a histogram; find out where it comes from, or leave it out.`);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (values.length === 0) return [];
  if (low === high) return [{ left: low - 0.5, right: high + 0.5, count: values.length }];
  // Halves where the range is beyond the largest number.
  const unit = Number.isFinite(high - low) ? 1 : 0.5;
  const width = (high * unit - low * unit) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : (low * unit + i * width) / unit));
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // A width that is too small for a number leaves the first and the last bucket.
    let at = value === low ? 0 : Math.min(bins - 1, Math.floor((value * unit - low * unit) / width));
    // Rounding may have crossed an edge.
    if (value < edges[at]) at -= 1;
    else if (at < bins - 1 && value >= edges[at + 1]) at += 1;
    counts[at] += 1;
  }
  return counts.map((count, i) => ({ left: edges[i], right: edges[i + 1], count }));
}
