/** Selection by an index tensor. All check every index before they write, and return the first bad one, or −1. */

import type { ScatterOp } from "../backend.js";
import { at, otherAxes, positions, selectAxes, toDoubles } from "./elements.js";
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

/** out[…, i, …] = x[…, index[…, i, …], …] along `axis`. */
export function gatherElements(x: Elements, axis: number, index: Elements, out: Elements): number {
  const indices = toDoubles(index);
  const bad = firstBad(indices, x.shape[axis]);
  if (bad >= 0) return bad;
  const from = linePositions(x, axis, out.shape);
  positions(out).forEach((to, i) => (out.data[to] = x.data[from[i] + indices[i] * x.strides[axis]]));
  return -1;
}

/** x[…, i, …] arrives at out[…, index[…, i, …], …] along `axis`, in order of i. */
export function scatterElements(op: ScatterOp, x: Elements, axis: number, index: Elements, out: Elements): number {
  const indices = toDoubles(index);
  const bad = firstBad(indices, out.shape[axis]);
  if (bad >= 0) return bad;
  const arrive = arrivals[op];
  const lines = linePositions(out, axis, x.shape);
  positions(x).forEach((from, i) => {
    const to = lines[i] + indices[i] * out.strides[axis];
    out.data[to] = arrive(out.data[to], x.data[from]);
  });
  return -1;
}

const arrivals: Readonly<Record<ScatterOp, (there: number, arriving: number) => number>> = {
  set: (_there, arriving) => arriving,
  add: (there, arriving) => there + arriving,
  max: Math.max,
  min: Math.min,
};

/** For each element of `shape`, in row-major order, where its line of `e` along `axis` begins. */
function linePositions(e: Elements, axis: number, shape: readonly number[]): Float64Array {
  return positions({ shape, strides: e.strides.with(axis, 0), offset: e.offset });
}

/** Positions that sort the last axis: stable, NaN as the largest. */
export function argsort(x: Elements, out: Elements, descending: boolean): void {
  const axis = x.shape.length - 1;
  const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
  const from = positions(selectAxes(x, otherAxes(x, axis)));
  const to = positions(selectAxes(out, otherAxes(out, axis)));
  from.forEach((start, row) => {
    const line = Float64Array.from({ length: x.shape[axis] }, (_, i) => x.data[start + i * x.strides[axis]]);
    const sorted = Array.from(line.keys()).sort((i, j) => (descending ? compare(line[j], line[i]) : compare(line[i], line[j])));
    sorted.forEach((source, i) => (out.data[to[row] + i * out.strides[axis]] = source));
  });
}
