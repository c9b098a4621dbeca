/** Tensors for testing backends below the tensor layer: views with any strides, filled from and read into plain arrays. */

import { dtypeBytes, hostArray } from "../../src/base/dtype.js";
import type { DType } from "../../src/base/dtype.js";
import type { RequiredKernels, View } from "../../src/backend/backend.js";

/** How the axes of a view lie in memory. */
export interface Layout {
  /** Physical order of the axes, outermost first; default 0, 1, 2, … */
  readonly order?: readonly number[];
  /** Elements skipped before the first; default 0. */
  readonly offset?: number;
  /** Stride of the innermost axis; default 1. */
  readonly step?: number;
  /** Axes that all indices share (stride 0). */
  readonly broadcast?: readonly number[];
}

export function layoutStrides(shape: readonly number[], { order, step = 1, broadcast = [] }: Layout = {}): number[] {
  const axes = order ?? shape.map((_, axis) => axis);
  const strides = new Array<number>(shape.length).fill(0);
  let stride = step;
  for (const axis of axes.toReversed()) {
    if (broadcast.includes(axis)) continue;
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Position in storage of each element, row-major. */
function places({ shape, strides, offset }: View): Float64Array {
  let out = new Float64Array([offset]);
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis];
    const next = new Float64Array(out.length * size);
    for (let i = 0; i < next.length; i++) next[i] = out[Math.floor(i / size)] + (i % size) * strides[axis];
    out = next;
  }
  return out;
}

/** Elements up to and including the last one of a view. */
export function storageLength({ shape, strides, offset }: Pick<View, "shape" | "strides" | "offset">): number {
  return shape.reduce((sum, extent, axis) => sum + Math.max(0, extent - 1) * strides[axis], offset) + 1;
}

/** A view of new memory on `backend`; all of its storage, gaps included, starts as 77. */
export function emptyView(backend: RequiredKernels, dtype: DType, shape: readonly number[], layout: Layout = {}): View {
  const strides = layoutStrides(shape, layout);
  const offset = layout.offset ?? 0;
  const length = storageLength({ shape, strides, offset });
  const view: View = { storage: { handle: backend.allocate(length * dtypeBytes[dtype]) }, dtype, shape, strides, offset };
  writeStorage(backend, view, hostArray(dtype, length).fill(dtype === "bool" ? 1 : 77));
  return view;
}

function writeStorage(backend: RequiredKernels, view: View, data: ReturnType<typeof hostArray>): void {
  backend.write({ ...view, shape: [data.length], strides: [1], offset: 0 }, data);
}

/** The whole storage up to the view's last element. */
export function readStorage(backend: RequiredKernels, view: View): ReturnType<typeof hostArray> {
  const length = storageLength(view);
  const into = hostArray(view.dtype, length);
  void backend.read({ ...view, shape: [length], strides: [1], offset: 0 }, into);
  return into;
}

/** A view holding `values` (row-major). */
export function viewOf(
  backend: RequiredKernels, dtype: DType, shape: readonly number[], values: ArrayLike<number>, layout: Layout = {},
): View {
  const view = emptyView(backend, dtype, shape, layout);
  const data = readStorage(backend, view);
  places(view).forEach((place, i) => {
    data[place] = values[i];
  });
  writeStorage(backend, view, data);
  return view;
}

/** The elements of a view, row-major. */
export function valuesOf(backend: RequiredKernels, view: View): number[] {
  const data = readStorage(backend, view);
  return Array.from(places(view), (place) => data[place]);
}

/** The part of an activation [N, C, H, W] layout that convolutions write: physical [H, W, N, C]. */
export const hwnc: Layout = { order: [2, 3, 0, 1] };
