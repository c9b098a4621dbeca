/** Attention of each sequence and head: softmax(scale · q kᵀ + mask) v. Vaswani et al., 2017. */

import type { AttentionParams } from "../backend.js";
import { index4, positions } from "./elements.js";
import type { Elements } from "./elements.js";

/** Calls run(n, h, t) for every query. */
function forQueries([sequences, heads, queries]: readonly number[], run: (n: number, h: number, t: number) => void): void {
  for (let n = 0; n < sequences; n++) for (let h = 0; h < heads; h++) for (let t = 0; t < queries; t++) run(n, h, t);
}

/** Scores of query t with every key; −∞ for keys that it may not see. */
function scoresOf(q: Elements, k: Elements, mask: Elements | null, n: number, h: number, t: number, { scale, causal }: AttentionParams): Float64Array {
  const keys = k.shape[2];
  const visible = causal ? t + 1 + keys - q.shape[2] : keys;
  return Float64Array.from({ length: keys }, (_, s) => {
    if (s >= visible) return -Infinity;
    let sum = 0;
    for (let d = 0; d < q.shape[3]; d++) sum += q.data[index4(q, n, h, t, d)] * k.data[index4(k, n, h, s, d)];
    return sum * scale + (mask === null ? 0 : mask.data[index4(mask, n, h, t, s)]);
  });
}

export function attention(
  q: Elements, k: Elements, v: Elements, mask: Elements | null, out: Elements, logSum: Elements, params: AttentionParams,
): void {
  const sums = positions(logSum);
  forQueries(q.shape, (n, h, t) => {
    const scores = scoresOf(q, k, mask, n, h, t, params);
    const max = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    const logTotal = max === -Infinity ? max : max + Math.log(scores.reduce((total, x) => total + Math.exp(x - max), 0));
    logSum.data[sums[(n * q.shape[1] + h) * q.shape[2] + t]] = logTotal;
    for (let e = 0; e < v.shape[3]; e++) {
      let sum = 0;
      scores.forEach((x, s) => {
        if (x !== -Infinity) sum += Math.exp(x - logTotal) * v.data[index4(v, n, h, s, e)];
      });
      out.data[index4(out, n, h, t, e)] = sum;
    }
  });
}

/** dS = P ∘ (dOut vᵀ − Σ dOut ∘ out); dq = scale · dS k, dk = scale · dSᵀ q, dv = Pᵀ dOut. */
export function attentionGrad(
  dOut: Elements, q: Elements, k: Elements, v: Elements, mask: Elements | null, out: Elements, logSum: Elements,
  dq: Elements, dk: Elements, dv: Elements, params: AttentionParams,
): void {
  for (const gradient of [dq, dk, dv]) for (const place of positions(gradient)) gradient.data[place] = 0;
  const sums = positions(logSum);
  forQueries(q.shape, (n, h, t) => {
    const logTotal = logSum.data[sums[(n * q.shape[1] + h) * q.shape[2] + t]];
    let along = 0;
    for (let e = 0; e < v.shape[3]; e++) along += dOut.data[index4(dOut, n, h, t, e)] * out.data[index4(out, n, h, t, e)];
    scoresOf(q, k, mask, n, h, t, params).forEach((x, s) => {
      if (x === -Infinity) return;
      const p = Math.exp(x - logTotal);
      let dP = 0;
      for (let e = 0; e < v.shape[3]; e++) {
        const slope = dOut.data[index4(dOut, n, h, t, e)];
        dP += slope * v.data[index4(v, n, h, s, e)];
        dv.data[index4(dv, n, h, s, e)] += p * slope;
      }
      const dScore = p * (dP - along) * params.scale;
      for (let d = 0; d < q.shape[3]; d++) {
        dq.data[index4(dq, n, h, t, d)] += dScore * k.data[index4(k, n, h, s, d)];
        dk.data[index4(dk, n, h, s, d)] += dScore * q.data[index4(q, n, h, t, d)];
      }
    });
  });
}
