/** Selection by an index tensor. Both check all indices before they write, and return the first bad one, or −1. */

import { at, positions, toDoubles } from "./elements.js";
import type { Elements } from "./elements.js";

const firstBad = (index: Float64Array, size: number): number => index.findIndex((i) => i < 0 || i >= size);

/** out[…, i, …] = x[…, index[i], …] along `axis`. */
export function gather(x: Elements, axis: number, index: Elements, out: Elements): number {
  const indices = toDoubles(index);
  const bad = firstBad(indices, x.shape[axis]);
  if (bad >= 0) return bad;
  indices.forEach((source, i) => {
    const from = positions(at(x, axis, source));
    const to = positions(at(out, axis, i));
    for (let j = 0; j < to.length; j++) out.data[to[j]] = x.data[from[j]];
  });
  return -1;
}

/** out[…, index[i], …] += x[…, i, …] along `axis`. */
export function scatterAdd(x: Elements, axis: number, index: Elements, out: Elements): number {
  const indices = toDoubles(index);
  const bad = firstBad(indices, out.shape[axis]);
  if (bad >= 0) return bad;
  indices.forEach((target, i) => {
    const from = positions(at(x, axis, i));
    const to = positions(at(out, axis, target));
    for (let j = 0; j < to.length; j++) out.data[to[j]] += x.data[from[j]];
  });
  return -1;
}
