/** Numbers on the host with their shape: what metrics count. */

import type { TypedArray } from "../base/dtype.js";
import { formatShape, sameShape, type Shape } from "../base/shape.js";
import { ShapeError } from "../base/errors.js";
import { tensor, type TensorData } from "../ops/create.js";
import { Tensor } from "../tensor/tensor.js";

/** Values read from a tensor, row-major. */
export interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

/** A tensor, nested arrays, or a typed array of one axis. */
export type Numbers = Tensor | TensorData;

/** Reads a tensor, or brings arrays into that form. */
export async function valuesOf(numbers: Numbers): Promise<Values> {
  if (numbers instanceof Tensor) return { data: await numbers.data(), shape: numbers.shape };
  if (ArrayBuffer.isView(numbers)) return { data: numbers as TypedArray, shape: [numbers.length] };
  const t = tensor(numbers, { dtype: "float64" });
  return { data: await t.data(), shape: t.shape };
}

/** @throws ShapeError unless both have one shape. */
export function checkSameShape(metric: string, a: Values, b: Values): void {
  if (sameShape(a.shape, b.shape)) return;
  throw new ShapeError(`${metric}: prediction ${formatShape(a.shape)} and target ${formatShape(b.shape)} must have the same shape.`);
}
