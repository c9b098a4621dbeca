/** How the entries of a tensor are spread. */

import type { TypedArray } from "../base/dtype.js";
import { contiguous } from "../ops/cast.js";
import type { Tensor } from "../tensor/tensor.js";

/** Null where a tensor is empty or its numbers are not finite. */
export interface Spread {
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly std: number | null;
  /** Share of zeros. */
  readonly zeros: number;
}

/** Of larger tensors, evenly chosen entries are looked at. */
const mostValues = 1 << 20;

export async function spreadOf(t: Tensor): Promise<Spread> {
  const distance = Math.ceil(t.size / mostValues) | 1;
  const some = distance === 1 ? t : contiguous(t.detach()).view([Math.ceil(t.size / distance)], [distance]);
  return spread(await some.data());
}

function spread(values: TypedArray): Spread {
  let [min, max, sum, squares, zeros] = [Infinity, -Infinity, 0, 0, 0];
  const n = values.length;
  for (let i = 0; i < n; i++) {
    const value = values[i];
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros += 1;
    sum += value;
    squares += value * value;
  }
  const mean = sum / n;
  const std = Math.sqrt(Math.max(0, squares / n - mean * mean));
  return { min: rounded(min), max: rounded(max), mean: rounded(mean), std: rounded(std), zeros: n === 0 ? 0 : rounded(zeros / n)! };
}

/** To the digits that anyone looks at. */
const rounded = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
