/** Batch normalisation: per channel (axis 1) over all other axes. Ioffe and Szegedy, 2015. */

import { at, positions, toDoubles } from "./elements.js";
import type { Elements } from "./elements.js";

const element = (e: Elements | null, c: number, otherwise: number): number =>
  e === null ? otherwise : e.data[e.offset + c * e.strides[0]];

const setElement = (e: Elements, c: number, value: number): void => {
  e.data[e.offset + c * e.strides[0]] = value;
};

const average = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

export function batchNorm(
  x: Elements, weight: Elements | null, bias: Elements | null, mean: Elements, variance: Elements, out: Elements, eps: number,
): void {
  for (let c = 0; c < x.shape[1]; c++) {
    const values = toDoubles(at(x, 1, c));
    const mu = average(values);
    const sigma2 = average(values.map((value) => (value - mu) ** 2));
    setElement(mean, c, mu);
    setElement(variance, c, sigma2);
    normalizeChannel(x, weight, bias, mu, sigma2, out, eps, c);
  }
}

export function batchNormEval(
  x: Elements, weight: Elements | null, bias: Elements | null, mean: Elements, variance: Elements, out: Elements, eps: number,
): void {
  for (let c = 0; c < x.shape[1]; c++) {
    normalizeChannel(x, weight, bias, element(mean, c, 0), element(variance, c, 1), out, eps, c);
  }
}

function normalizeChannel(
  x: Elements, weight: Elements | null, bias: Elements | null, mu: number, sigma2: number, out: Elements, eps: number, c: number,
): void {
  const scale = element(weight, c, 1) / Math.sqrt(sigma2 + eps);
  const shift = element(bias, c, 0);
  const from = positions(at(x, 1, c));
  const to = positions(at(out, 1, c));
  for (let i = 0; i < to.length; i++) out.data[to[i]] = (x.data[from[i]] - mu) * scale + shift;
}

/** dx = w/σ · (dy − mean(dy) − x̂·mean(dy·x̂)), dw = Σ dy·x̂, db = Σ dy, with x̂ = (x − μ)/σ. */
export function batchNormGrad(
  dy: Elements, x: Elements, weight: Elements | null, mean: Elements, variance: Elements,
  dx: Elements, dWeight: Elements, dBias: Elements, eps: number,
): void {
  for (let c = 0; c < x.shape[1]; c++) {
    const sigma = Math.sqrt(element(variance, c, 1) + eps);
    const mu = element(mean, c, 0);
    const xHat = toDoubles(at(x, 1, c)).map((value) => (value - mu) / sigma);
    const d = toDoubles(at(dy, 1, c));
    const meanD = average(d);
    const meanDX = average(d.map((value, i) => value * xHat[i]));
    setElement(dWeight, c, meanDX * d.length);
    setElement(dBias, c, meanD * d.length);
    const scale = element(weight, c, 1) / sigma;
    positions(at(dx, 1, c)).forEach((position, i) => {
      dx.data[position] = scale * (d[i] - meanD - xHat[i] * meanDX);
    });
  }
}
