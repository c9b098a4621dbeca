/** Tensors from numbers: from host data, constants, ranges. */

import type { Backend } from "../backend/backend.js";
import { defaultBackend } from "../backend/select.js";
import { type DType, hostArray, isFloat, type TypedArray } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, sizeOf, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSpec, checkTensor } from "./checks.js";
import { allocate } from "./operation.js";

export interface TensorOptions {
  /** Element type. Default: "float32" for numbers, "bool" for booleans, the array's own type for typed arrays. */
  readonly dtype?: DType;
  /** Default false. */
  readonly requiresGrad?: boolean;
  /** Where it lives. Default: the backend in use. */
  readonly backend?: Backend;
}

/** Numbers or booleans, nested to the depth of the shape. */
export type TensorData = number | boolean | TypedArray | readonly TensorData[];

/**
 * A tensor holding a copy of `data`: a number, nested arrays, or a typed array with a `shape`.
 * @throws ShapeError if nested arrays are ragged, or the numbers do not fill the shape; ValueError for anything but numbers and booleans, or a
 * number that an integer type cannot hold (fractions are cut off).
 *
 * @example
 * const w = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * w.shape                                                       // → [2, 2]
 * tensor(Uint8Array.of(7, 8, 9, 10), { shape: [2, 2] }).dtype   // → uint8
 * tensor([[1, 2], [3]])                                         // → throws ShapeError: tensor: nested arrays are ragged
 */
export function tensor(data: TensorData, options: TensorOptions & { readonly shape?: Shape } = {}): Tensor {
  const { requiresGrad = false, backend = defaultBackend() } = optionsOf("tensor", options);
  const typed = ArrayBuffer.isView(data);
  const shape = options.shape ?? (typed ? [data.length] : shapeOf(data));
  const dtype = options.dtype ?? inferDType(data);
  checkSpec("tensor", shape, dtype, backend);
  const values = hostArray(dtype, sizeOf(shape));
  const flat = typed ? data : flatten(data);
  if (flat.length !== values.length) {
    throw new ShapeError(`tensor: shape ${formatShape(shape)} holds ${values.length} numbers, but ${flat.length} came.`);
  }
  if (dtype === "bool") for (let i = 0; i < flat.length; i++) values[i] = flat[i] ? 1 : 0;
  else values.set(flat);
  if (dtype === "int32" || dtype === "uint8") checkIntegers(flat, values, dtype);
  return fromHost(backend, values, shape, dtype, requiresGrad);
}

/** NaN, ∞ and numbers out of the type's range must not become something else quietly: they would be labels or indices. */
function checkIntegers(given: ArrayLike<number>, stored: TypedArray, dtype: DType): void {
  for (let i = 0; i < given.length; i++) {
    if (Math.trunc(given[i]) === stored[i]) continue;
    throw new ValueError(`tensor: element ${i} is ${given[i]}, which ${dtype} cannot hold.`);
  }
}

function fromHost(backend: Backend, values: TypedArray, shape: Shape, dtype: DType, requiresGrad = false): Tensor {
  const t = allocate(backend, { shape, dtype }, "tensor");
  if (t.size > 0) backend.write(t, values);
  if (requiresGrad) t.requiresGrad = true;
  return t;
}

function inferDType(data: TensorData): DType {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) throw new ValueError("tensor: expected numbers, got bigint; convert the data first.");
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint8Array) return "uint8";
  let first: TensorData = data;
  while (Array.isArray(first)) first = first[0];
  return typeof first === "boolean" ? "bool" : "float32";
}

function shapeOf(data: TensorData): number[] {
  const shape: number[] = [];
  let level: TensorData = data;
  while (Array.isArray(level) || ArrayBuffer.isView(level)) {
    shape.push(level.length);
    if (level.length === 0 || ArrayBuffer.isView(level)) break;
    level = level[0];
  }
  return shape;
}

function flatten(data: TensorData): number[] {
  const shape = shapeOf(data);
  const flat: number[] = [];
  const visit = (item: TensorData, axis: number): void => {
    if (Array.isArray(item) || ArrayBuffer.isView(item)) {
      if (item.length !== shape[axis]) {
        throw new ShapeError(
          `tensor: nested arrays are ragged: axis ${axis} has length ${shape[axis] ?? "none (a number)"} in one place and ${item.length} in another.`,
        );
      }
      for (const x of item) visit(x, axis + 1);
      return;
    }
    if (axis !== shape.length) throw new ShapeError(`tensor: nested arrays are ragged: a number stands where axis ${axis} has length ${shape[axis]}.`);
    if (typeof item !== "number" && typeof item !== "boolean") {
      throw new ValueError(`tensor: expected numbers, got ${item === null ? "null" : typeof item}; convert the data first.`);
    }
    flat.push(Number(item));
  };
  visit(data, 0);
  return flat;
}

/**
 * A tensor of `shape` filled with `value`.
 *
 * @example
 * full([2, 3], 0.5) // → [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]
 */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  if (!Array.isArray(shape)) checkSpec("full", shape, "float32"); // zeros(3, 4) is a mistake of the shape, not of the options
  const { dtype = "float32", requiresGrad = false, backend = defaultBackend() } = optionsOf("full", options);
  checkSpec("full", shape, dtype, backend);
  if (typeof value !== "number") throw new ValueError(`full: expected a number, got ${typeof value}.`);
  const t = allocate(backend, { shape: [...shape], dtype }, "full");
  if (t.size > 0) backend.fill(t, value);
  if (requiresGrad) t.requiresGrad = true;
  return t;
}

/**
 * A tensor of `shape` filled with 0; float32 unless `dtype` says otherwise.
 *
 * @example
 * zeros([2], { dtype: "int32" }) // → [0, 0]
 */
export function zeros(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 0, options);
}

/**
 * A tensor of `shape` filled with 1; float32 unless `dtype` says otherwise.
 *
 * @example
 * ones([2, 2]).sum() // → 4
 */
export function ones(shape: Shape, options?: TensorOptions): Tensor {
  return full(shape, 1, options);
}

/**
 * Zeros of t's shape, type and backend.
 *
 * @example
 * zerosLike(tensor([true, false])) // → [false, false]
 */
export function zerosLike(t: Tensor): Tensor {
  checkTensor("zerosLike", t);
  return zeros(t.shape, { dtype: t.dtype, backend: t.backend });
}

/**
 * Ones of t's shape, type and backend.
 *
 * @example
 * onesLike(tensor([[5, 7]])) // → [[1, 1]]
 */
export function onesLike(t: Tensor): Tensor {
  checkTensor("onesLike", t);
  return ones(t.shape, { dtype: t.dtype, backend: t.backend });
}

/**
 * A 0-d tensor of t's backend and type (int32 for bools; the next larger type where an integer type cannot hold `value`).
 *
 * @example
 * scalarLike(zeros([3], { dtype: "float64" }), 0.1).dtype // → float64
 * scalarLike(zeros([3], { dtype: "int32" }), 0.1).dtype   // → float32
 */
export function scalarLike(t: Tensor, value: number): Tensor {
  checkTensor("scalarLike", t);
  return full([], value, { dtype: isFloat(t.dtype) ? t.dtype : integerTypeFor(t.dtype, value), backend: t.backend });
}

function integerTypeFor(dtype: DType, value: number): DType {
  if (dtype === "uint8" && (value & 255) === value) return "uint8";
  return (value | 0) === value ? "int32" : "float32";
}

/**
 * start, start + step, … up to but without `end`; `arange(n)` counts from 0. Default dtype: int32 if all are integers, else float32.
 * @throws ValueError if `step` is 0 or a bound is not finite.
 *
 * @example
 * arange(4)           // → [0, 1, 2, 3]
 * arange(1, 0, -0.25) // → [1, 0.75, 0.5, 0.25]
 */
export function arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  if (step === 0 || !Number.isFinite(to - from)) throw new ValueError(`arange: cannot go from ${from} to ${to} in steps of ${step}.`);
  const length = Math.max(0, Math.ceil((to - from) / step));
  const { dtype = [from, to, step].every(Number.isInteger) ? "int32" : "float32" } = optionsOf("arange", options);
  checkSpec("arange", [length], dtype, options.backend);
  const values = hostArray(dtype, length);
  for (let i = 0; i < length; i++) values[i] = from + i * step;
  return fromHost(options.backend ?? defaultBackend(), values, [length], dtype, options.requiresGrad);
}

/**
 * `count` numbers from start to end, both included, evenly spaced. Default dtype: float32.
 *
 * @example
 * linspace(0, 1, 5) // → [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, end: number, count: number, options: TensorOptions = {}): Tensor {
  const { dtype = "float32" } = optionsOf("linspace", options);
  checkSpec("linspace", [count], dtype, options.backend);
  const values = hostArray(dtype, count);
  for (let i = 0; i < count; i++) values[i] = count === 1 ? start : start + ((end - start) * i) / (count - 1);
  return fromHost(options.backend ?? defaultBackend(), values, [count], dtype, options.requiresGrad);
}

/**
 * `count` numbers from base^start to base^end, both included, evenly spaced in their exponents. Default dtype: float32.
 * @param base default 10
 *
 * @example
 * logspace(-2, 1, 4) // → [0.01, 0.1, 1, 10]
 */
export function logspace(start: number, end: number, count: number, base = 10, options: TensorOptions = {}): Tensor {
  const { dtype = "float32" } = optionsOf("logspace", options);
  checkSpec("logspace", [count], dtype, options.backend);
  const values = hostArray(dtype, count);
  for (let i = 0; i < count; i++) values[i] = base ** (count === 1 ? start : start + ((end - start) * i) / (count - 1));
  return fromHost(options.backend ?? defaultBackend(), values, [count], dtype, options.requiresGrad);
}

/**
 * Tensor of t's shape, type and backend, filled with `value`.
 *
 * @example
 * fullLike(tensor([[1, 2]]), 7) // → [[7, 7]]
 */
export function fullLike(t: Tensor, value: number): Tensor {
  checkTensor("fullLike", t);
  return full(t.shape, value, { dtype: t.dtype, backend: t.backend });
}

/**
 * The n × n identity matrix, [n, n]. Default dtype: float32.
 *
 * @example
 * eye(2) // → [[1, 0], [0, 1]]
 */
export function eye(n: number, options: TensorOptions = {}): Tensor {
  const { dtype = "float32" } = optionsOf("eye", options);
  checkSpec("eye", [n], dtype, options.backend);
  const values = hostArray(dtype, n * n);
  for (let i = 0; i < n; i++) values[i * (n + 1)] = 1;
  return fromHost(options.backend ?? defaultBackend(), values, [n, n], dtype, options.requiresGrad);
}

