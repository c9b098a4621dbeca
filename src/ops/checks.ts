/** What kernels assume and cannot check themselves: they read raw memory by the shape and type they are told. */

import { type DType, dtypeBytes, isFloat } from "../base/dtype.js";
import { DTypeError, ShapeError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * @throws DTypeError unless all operands have one type, float32 or float64.
 */
export function checkSameFloat(op: string, inputs: readonly Tensor[]): void {
  const { dtype } = inputs[0];
  let fits = isFloat(dtype);
  for (let i = 1; i < inputs.length; i++) fits &&= inputs[i].dtype === dtype;
  if (fits) return;
  throw new DTypeError(
    `${op}: expected operands of one type, float32 or float64, got ${inputs.map((t) => t.dtype).join(", ")}; convert with to("float32") or to("float64").`,
  );
}

const dtypes = Object.keys(dtypeBytes);

/**
 * For what plain JavaScript may pass as the shape and type of a new tensor.
 * @throws ShapeError unless `shape` is an array of sizes; DTypeError for an unknown type.
 */
export function checkSpec(op: string, shape: Shape, dtype: DType): void {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(`${op}: a shape is an array of whole numbers of at least 0, such as [2, 3]; got ${JSON.stringify(shape)}.`);
  }
  if (!dtypes.includes(dtype)) throw new DTypeError(`${op}: expected dtype ${dtypes.join(", ")}, got ${JSON.stringify(dtype)}.`);
}
