/** One step of SGD or Adam on one parameter, in place, with PyTorch's conventions. */

import type { AdamParams, SgdParams } from "../backend.js";
import { positions, toDoubles } from "./elements.js";
import type { Elements } from "./elements.js";

/** v ← momentum·v + (1 − dampening)·g, p ← p − lr·v (Nesterov: p − lr·(g + momentum·v)); weight decay is in g. */
export function sgd(
  parameter: Elements, gradient: Elements, buffer: Elements | null,
  { lr, momentum, dampening, weightDecay, nesterov, first }: SgdParams,
): void {
  const p = positions(parameter);
  const v = buffer && positions(buffer);
  toDoubles(gradient).forEach((raw, i) => {
    const g = raw + weightDecay * parameter.data[p[i]];
    let update = g;
    if (buffer && v) {
      const velocity = first ? g : momentum * buffer.data[v[i]] + (1 - dampening) * g;
      buffer.data[v[i]] = velocity;
      update = nesterov ? g + momentum * velocity : velocity;
    }
    parameter.data[p[i]] -= lr * update;
  });
}

/** Kingma and Ba, 2015; `decoupled` is AdamW (Loshchilov and Hutter, 2019). */
export function adam(
  parameter: Elements, gradient: Elements, m: Elements, v: Elements,
  { lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2 }: AdamParams,
): void {
  const toM = positions(m);
  const toV = positions(v);
  const g = toDoubles(gradient);
  positions(parameter).forEach((position, i) => {
    const old = parameter.data[position];
    const slope = decoupled ? g[i] : g[i] + weightDecay * old;
    const first = beta1 * m.data[toM[i]] + (1 - beta1) * slope;
    const second = beta2 * v.data[toV[i]] + (1 - beta2) * slope * slope;
    m.data[toM[i]] = first;
    v.data[toV[i]] = second;
    const decayed = decoupled ? old * (1 - lr * weightDecay) : old;
    const mHat = first / correction1;
    const vHat = second / correction2;
    parameter.data[position] = decayed - (lr * mHat) / (Math.sqrt(vHat) + eps);
  });
}
