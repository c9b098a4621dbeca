/** Element types of tensors, with PyTorch's names, and the typed arrays that hold them on the host. */

import { NablaError } from "./errors.js";
export type DType = "float32" | "float64" | "int32" | "uint8" | "bool";

export type FloatDType = "float32" | "float64";

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Bytes of one element. A bool is one byte, 0 or 1. */
export const dtypeBytes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/**
 * A zeroed host array of `length` elements, or a view of `buffer` from byte `offset`.
 * @throws NablaError if there is not that much memory.
 */
export function hostArray(dtype: DType, length: number, buffer?: ArrayBuffer, offset = 0): TypedArray {
  const Type = arrayTypes[dtype];
  if (buffer !== undefined) return new Type(buffer, offset, length);
  try {
    return new Type(length);
  } catch {
    throw new NablaError(`memory: there is not enough for ${length} numbers of type ${dtype}; choose a smaller size.`);
  }
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === "float32" || dtype === "float64";
}

/** Promotion order: the later one wins when two types meet (bool < uint8 < int32 < float32 < float64). */
const rank: Readonly<Record<DType, number>> = { bool: 0, uint8: 1, int32: 2, float32: 3, float64: 4 };

/** The type in which two operands of an element-wise operation meet. */
export function promote(a: DType, b: DType): DType {
  return rank[a] >= rank[b] ? a : b;
}
