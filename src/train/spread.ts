/** How the entries of a tensor are spread. */

import type { TypedArray } from "../base/dtype.js";
import { max, min } from "../ops/reduce.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { someOf } from "./someOf.js";

/** Null where a tensor is empty or its numbers are not finite. */
export interface Spread {
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly std: number | null;
  /** Share of zeros. */
  readonly zeros: number;
}

/** Of larger tensors, mean, deviation and zeros are those of evenly chosen entries. */
const mostValues = 1 << 16;

export async function spreadOf(t: Tensor): Promise<Spread> {
  if (t.size <= mostValues) return spread(await t.data());
  const [low, high] = noGrad(() => [min(t), max(t)]);
  return { ...spread(await someOf(t, mostValues).data()), min: rounded(await low.item()), max: rounded(await high.item()) };
}

function spread(values: TypedArray): Spread {
  let [low, high, sum, squares, zeros] = [Infinity, -Infinity, 0, 0, 0];
  const n = values.length;
  for (let i = 0; i < n; i++) {
    const value = values[i];
    if (value < low) low = value;
    if (value > high) high = value;
    if (value === 0) zeros += 1;
    sum += value;
    squares += value * value;
  }
  const mean = sum / n;
  const std = Math.sqrt(Math.max(0, squares / n - mean * mean));
  return { min: rounded(low), max: rounded(high), mean: rounded(mean), std: rounded(std), zeros: n === 0 ? 0 : rounded(zeros / n)! };
}

/** To the digits that anyone looks at. */
const rounded = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
