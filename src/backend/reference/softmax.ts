/** Softmax over rows, and the cross-entropy built on it. */

import { at, rows, store, toDoubles } from "./elements.js";
import type { Elements } from "./elements.js";

/** log softmax of one row: x − max − log Σ exp(x − max). */
function logSoftmaxRow(row: Float64Array): Float64Array {
  const max = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const logSum = Math.log(row.reduce((sum, x) => sum + Math.exp(x - max), 0));
  return row.map((x) => x - max - logSum);
}

export function softmax(x: Elements, out: Elements, log: boolean): void {
  const to = rows(out);
  rows(x).forEach((row, i) => {
    const logs = logSoftmaxRow(toDoubles(row));
    store(to[i], log ? logs : logs.map(Math.exp));
  });
}

/** dx = y·(dy − Σ dy·y); for the logarithm, dy − exp(y)·Σ dy. */
export function softmaxGrad(dy: Elements, y: Elements, out: Elements, log: boolean): void {
  const to = rows(out);
  const fromY = rows(y);
  rows(dy).forEach((row, i) => {
    const d = toDoubles(row);
    const p = toDoubles(fromY[i]);
    const sum = d.reduce((total, value, j) => total + (log ? value : value * p[j]), 0);
    store(to[i], d.map((value, j) => (log ? value - Math.exp(p[j]) * sum : p[j] * (value - sum))));
  });
}

/**
 * loss[n] = −Σ q·log p with the smoothed target q = (1 − ε)·onehot + ε/C; 0 where target is `ignoreIndex`.
 * Returns the first row whose target is outside 0…C−1, or −1.
 */
export function crossEntropy(
  logits: Elements, target: Elements, loss: Elements, probabilities: Elements, labelSmoothing: number, ignoreIndex: number,
): number {
  const classes = logits.shape[1];
  const targets = toDoubles(target);
  const bad = targets.findIndex((t) => t !== ignoreIndex && (t < 0 || t >= classes));
  if (bad >= 0) return bad;
  const losses = targets.map((t, n) => {
    const logs = logSoftmaxRow(toDoubles(at(logits, 0, n)));
    store(at(probabilities, 0, n), logs.map(Math.exp));
    if (t === ignoreIndex) return 0;
    const uniform = logs.reduce((a, b) => a + b, 0) / classes;
    return -(1 - labelSmoothing) * logs[t] - (labelSmoothing === 0 ? 0 : labelSmoothing * uniform);
  });
  store(loss, losses);
  return -1;
}

export function crossEntropyGrad(
  dLoss: Elements, probabilities: Elements, target: Elements, out: Elements, labelSmoothing: number, ignoreIndex: number,
): void {
  const classes = out.shape[1];
  const scale = toDoubles(dLoss);
  toDoubles(target).forEach((t, n) => {
    const p = toDoubles(at(probabilities, 0, n));
    const q = (c: number): number => (c === t ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
    store(at(out, 0, n), p.map((value, c) => (t === ignoreIndex ? 0 : scale[n] * (value - q(c)))));
  });
}
