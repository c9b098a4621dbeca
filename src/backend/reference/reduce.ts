/** Reductions and running sums along axes. Accumulation is in double, in row-major order of the reduced axes. */

import { isFloat } from "../../base/dtype.js";
import type { ReduceOp } from "../backend.js";
import { at, otherAxes, positions, selectAxes } from "./elements.js";
import type { Elements } from "./elements.js";

/** Largest value; NaN if there is one. */
const maximum = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), -Infinity);

function logsumexp(values: Float64Array): number {
  const max = maximum(values);
  if (!Number.isFinite(max)) return max;
  return max + Math.log(values.reduce((sum, value) => sum + Math.exp(value - max), 0));
}

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

const reducers: Readonly<Record<ReduceOp, (values: Float64Array) => number>> = {
  sum,
  mean: (values) => sum(values) / values.length,
  max: maximum,
  min: (values) => values.reduce((a, b) => Math.min(a, b), Infinity),
  prod: (values) => values.reduce((a, b) => a * b, 1),
  logsumexp,
};

const integerProduct = (values: Float64Array): number => values.reduce(Math.imul, 1);

export function reduce(op: ReduceOp, x: Elements, axes: readonly number[], out: Elements): void {
  const f = op === "prod" && !isFloat(x.dtype) ? integerProduct : reducers[op];
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const starts = positions(selectAxes(x, kept));
  const offsets = positions({ ...selectAxes(x, axes.toSorted((a, b) => a - b)), offset: 0 });
  const to = positions(out);
  const values = new Float64Array(offsets.length);
  for (let i = 0; i < to.length; i++) {
    for (let j = 0; j < values.length; j++) values[j] = x.data[starts[i] + offsets[j]];
    out.data[to[i]] = f(values);
  }
}

export function argReduce(op: "max" | "min", x: Elements, axis: number, out: Elements): void {
  const better = op === "max" ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
  const starts = positions(selectAxes(x, otherAxes(x, axis)));
  const to = positions(out);
  for (let i = 0; i < to.length; i++) {
    let best = 0;
    let bestValue = x.data[starts[i]];
    for (let j = 1; j < x.shape[axis] && !Number.isNaN(bestValue); j++) {
      const value = x.data[starts[i] + j * x.strides[axis]];
      if (better(value, bestValue) || Number.isNaN(value)) {
        best = j;
        bestValue = value;
      }
    }
    out.data[to[i]] = best;
  }
}

export function cumsum(x: Elements, axis: number, out: Elements): void {
  const from = positions(at(x, axis, 0));
  const to = positions(at(out, axis, 0));
  for (let i = 0; i < to.length; i++) {
    let total = 0;
    for (let j = 0; j < x.shape[axis]; j++) {
      total += x.data[from[i] + j * x.strides[axis]];
      out.data[to[i] + j * out.strides[axis]] = total;
    }
  }
}

/** out_0 = b_0, out_i = a_i · out_{i−1} + b_i. */
export function linearRecurrence(a: Elements, b: Elements, axis: number, out: Elements): void {
  const next = isFloat(out.dtype) ? (y: number, p: number, q: number) => p * y + q : (y: number, p: number, q: number) => Math.imul(p, y) + q;
  const fromA = positions(at(a, axis, 0));
  const fromB = positions(at(b, axis, 0));
  const to = positions(at(out, axis, 0));
  for (let i = 0; i < to.length; i++) {
    let y = 0;
    for (let j = 0; j < out.shape[axis]; j++) {
      const term = b.data[fromB[i] + j * b.strides[axis]];
      y = j === 0 ? term : next(y, a.data[fromA[i] + j * a.strides[axis]], term);
      out.data[to[i] + j * out.strides[axis]] = y;
    }
  }
}

export function cumulativeArg(op: "max" | "min", x: Elements, axis: number, out: Elements): void {
  const holds = op === "max" ? (a: number, b: number) => a >= b : (a: number, b: number) => a <= b;
  const from = positions(at(x, axis, 0));
  const to = positions(at(out, axis, 0));
  for (let i = 0; i < to.length; i++) {
    let best = 0;
    let bestValue = NaN;
    for (let j = 0; j < x.shape[axis]; j++) {
      const value = x.data[from[i] + j * x.strides[axis]];
      if (j === 0 || Number.isNaN(value) || holds(value, bestValue)) {
        best = j;
        bestValue = value;
      }
      out.data[to[i] + j * out.strides[axis]] = best;
    }
  }
}
