/** Tensors inside what functions take and give. */

import { Tensor } from "./tensor.js";

/** The tensors of a value: itself, or those inside arrays and plain objects. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).flatMap(tensorsIn) : [];
}

/** `value` with those of its tensors that require a gradient replaced by `tensors`, in the order of `tensorsIn`. */
export function replaceTensors(value: unknown, tensors: readonly Tensor[]): unknown {
  let next = 0;
  const visit = (v: unknown): unknown => {
    if (v instanceof Tensor) return v.requiresGrad ? tensors[next++] : v;
    if (Array.isArray(v)) return v.map(visit);
    if (typeof v !== "object" || v === null || Object.getPrototypeOf(v) !== Object.prototype) return v;
    return Object.fromEntries(Object.entries(v).map(([key, item]) => [key, visit(item)]));
  };
  return visit(value);
}
