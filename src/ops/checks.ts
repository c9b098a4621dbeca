/** What kernels assume and cannot check themselves: they read raw memory by the shape and type they are told. */

import type { Backend } from "../backend/backend.js";
import { type DType, dtypeBytes, isFloat } from "../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import type { Shape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";

/** @throws ValueError unless every operand is a tensor. */
export function checkTensors(name: string, inputs: readonly Tensor[]): void {
  for (let i = 0; i < inputs.length; i++) if (!(inputs[i] instanceof Tensor)) throw noTensor(name, i, inputs[i]);
}

/** @throws ValueError unless operand `index` is a tensor. */
export function checkTensor(name: string, x: Tensor, index = 0): void {
  if (!(x instanceof Tensor)) throw noTensor(name, index, x);
}

/** @throws ValueError unless the argument called `what` is an array. */
export function checkArray(name: string, what: string, value: unknown): void {
  if (!Array.isArray(value)) throw new ValueError(`${name}: ${what} must be an array, got ${show(value)}.`);
}

/** The error for an operand that plain JavaScript let through. */
export function noTensor(name: string, index: number, got: unknown): ValueError {
  const what = got === null ? "null" : Array.isArray(got) ? "an array" : typeof got;
  return new ValueError(`${name}: operand ${index} must be a tensor, got ${what}; make one with tensor(…).`);
}

/**
 * @throws ValueError unless every operand is a tensor; DTypeError unless all have one type, float32 or float64.
 */
export function checkSameFloat(op: string, inputs: readonly Tensor[]): void {
  checkTensors(op, inputs);
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
 * For what plain JavaScript may pass as the shape, type and backend of a new tensor.
 * @throws ShapeError unless `shape` is an array of sizes; DTypeError for an unknown type; ValueError for what is no backend.
 */
export function checkSpec(op: string, shape: Shape, dtype: DType, backend?: Backend): void {
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(`${op}: a shape is an array of whole numbers of at least 0, such as [2, 3]; got ${show(shape)}.`);
  }
  if (!dtypes.includes(dtype)) throw new DTypeError(`${op}: expected dtype ${dtypes.join(", ")}, got ${show(dtype)}.`);
  if (backend !== undefined && typeof backend?.allocate !== "function") {
    throw new ValueError(`${op}: backend must be what getBackend() gives, got ${show(backend)}.`);
  }
}
