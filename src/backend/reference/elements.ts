/**
 * Elements: a view resolved to host memory, and the ways the reference kernels walk over one. `data` spans the whole
 * storage; element (i₀, i₁, …) lies at offset + Σ iₖ·stridesₖ. Stores round to the element type, as typed arrays do.
 */

import { hostArray } from "../../base/dtype.js";
import type { DType, TypedArray } from "../../base/dtype.js";
import type { View } from "../backend.js";

export interface Elements {
  readonly data: TypedArray;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Buffers by handle. Their lengths are multiples of 8, so that any element type can look at them. */
export class ReferenceMemory {
  readonly #buffers = new Map<number, ArrayBuffer>();
  #next = 1;

  allocate(bytes: number): number {
    const handle = this.#next++;
    this.#buffers.set(handle, new ArrayBuffer(Math.ceil(bytes / 8) * 8));
    return handle;
  }

  release(handle: number): void {
    this.#buffers.delete(handle);
  }

  elements({ storage, dtype, shape, strides, offset }: View): Elements {
    const buffer = this.#buffers.get(storage.handle);
    if (buffer === undefined) throw new Error(`reference backend: no memory has the handle ${storage.handle}`);
    const bytes = buffer.byteLength / hostArray(dtype, 0).BYTES_PER_ELEMENT;
    return { data: hostArray(dtype, Math.floor(bytes), buffer), dtype, shape, strides, offset };
  }
}

/** Where in `data` the elements lie, in row-major order of the indices. */
export function positions({ shape, strides, offset }: Omit<Elements, "data" | "dtype">): Float64Array {
  let out = new Float64Array([offset]);
  for (let axis = 0; axis < shape.length; axis++) {
    const next = new Float64Array(out.length * shape[axis]);
    for (let i = 0; i < out.length; i++) {
      for (let j = 0; j < shape[axis]; j++) next[i * shape[axis] + j] = out[i] + j * strides[axis];
    }
    out = next;
  }
  return out;
}

/** `e` with its axes in the order `axes`; axes left out are taken at index 0. */
export function selectAxes(e: Elements, axes: readonly number[]): Elements {
  return { ...e, shape: axes.map((axis) => e.shape[axis]), strides: axes.map((axis) => e.strides[axis]) };
}

/** The part at index `i` of `axis`, without that axis. */
export function at(e: Elements, axis: number, i: number): Elements {
  return {
    ...e,
    shape: e.shape.toSpliced(axis, 1),
    strides: e.strides.toSpliced(axis, 1),
    offset: e.offset + i * e.strides[axis],
  };
}

/** The rows of `e` along its last axis. */
export function rows(e: Elements): Elements[] {
  const last = e.shape.length - 1;
  const starts = positions({ ...e, shape: e.shape.slice(0, last), strides: e.strides.slice(0, last) });
  return Array.from(starts, (offset) => ({ ...e, shape: [e.shape[last]], strides: [e.strides[last]], offset }));
}

/** Element (a, b, c, d) of four axes: its place in `data`. */
export function index4({ offset, strides }: Elements, a: number, b: number, c: number, d: number): number {
  return offset + a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3];
}

/** The elements in row-major order, as doubles. */
export function toDoubles(e: Elements): Float64Array {
  return Float64Array.from(positions(e), (position) => e.data[position]);
}

/** Stores `values`, in row-major order, into `e`. */
export function store(e: Elements, values: ArrayLike<number>): void {
  const places = positions(e);
  for (let i = 0; i < places.length; i++) e.data[places[i]] = values[i];
}

/** `x` rounded to the element type of `e`: what a store would leave. */
export function rounded(e: Elements, x: number): number {
  return e.dtype === "float32" ? Math.fround(x) : x;
}

/** All axes but `axis`, in order. */
export function otherAxes(e: Elements, axis: number): number[] {
  return e.shape.map((_, i) => i).filter((i) => i !== axis);
}

