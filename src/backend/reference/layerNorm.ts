/** Layer normalisation of rows. Ba, Kiros and Hinton, 2016. */

import { positions, rows, store, toDoubles } from "./elements.js";
import type { Elements } from "./elements.js";

const average = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

export function layerNorm(
  x: Elements, weight: Elements | null, bias: Elements | null, mean: Elements, rstd: Elements, out: Elements, eps: number,
): void {
  const scale = weight && toDoubles(weight);
  const shift = bias && toDoubles(bias);
  const [means, inverses, to] = [positions(mean), positions(rstd), rows(out)];
  rows(x).forEach((row, r) => {
    const values = toDoubles(row);
    const mu = average(values);
    const inverse = 1 / Math.sqrt(average(values.map((value) => (value - mu) ** 2)) + eps);
    mean.data[means[r]] = mu;
    rstd.data[inverses[r]] = inverse;
    store(to[r], values.map((value, i) => (value - mu) * inverse * (scale?.[i] ?? 1) + (shift?.[i] ?? 0)));
  });
}

/** dx = rstd · (g − mean(g) − x̂·mean(g·x̂)) with g = dy · weight; dWeight = Σ dy·x̂ and dBias = Σ dy over the rows. */
export function layerNormGrad(
  dy: Elements, x: Elements, weight: Elements | null, mean: Elements, rstd: Elements, dx: Elements, dWeight: Elements | null, dBias: Elements | null,
): void {
  const scale = weight && toDoubles(weight);
  const [means, inverses] = [toDoubles(mean), toDoubles(rstd)];
  const [slopes, to] = [rows(dy), rows(dx)];
  const width = x.shape[x.shape.length - 1];
  const [weightSums, biasSums] = [new Float64Array(width), new Float64Array(width)];
  rows(x).forEach((row, r) => {
    const d = toDoubles(slopes[r]);
    const xHat = toDoubles(row).map((value) => (value - means[r]) * inverses[r]);
    const g = d.map((value, i) => value * (scale?.[i] ?? 1));
    const [gMean, gxMean] = [average(g), average(g.map((value, i) => value * xHat[i]))];
    store(to[r], g.map((value, i) => inverses[r] * (value - gMean - xHat[i] * gxMean)));
    d.forEach((value, i) => {
      weightSums[i] += value * xHat[i];
      biasSums[i] += value;
    });
  });
  if (dWeight) store(dWeight, weightSums);
  if (dBias) store(dBias, biasSums);
}
