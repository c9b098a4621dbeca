/** Calls of the kernels that select along one axis by an int32 index, and of argsort, which makes such an index. */

import { contiguousStrides, sizeOf } from "../../base/shape.js";
import { scatterOps } from "../backend.js";
import type { ScatterOp, View } from "../backend.js";
import { addressOf, codesOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

const scatterCode = codesOf(scatterOps);

/** Strides of `view` seen as [outer, axis, inner], or undefined if the axes before or after `axis` cannot be walked as one. */
function lineStrides({ shape, strides }: View, axis: number): [outer: number, axis: number, inner: number] | undefined {
  const merged = (first: number, end: number): number | undefined => {
    let stride: number | undefined;
    let step = 0;
    for (let i = end - 1; i >= first; i--) {
      if (shape[i] === 1) continue;
      if (stride === undefined) stride = strides[i];
      else if (strides[i] !== step) return undefined;
      step = strides[i] * shape[i];
    }
    return stride ?? 0;
  };
  const outer = merged(0, axis);
  const inner = merged(axis + 1, shape.length);
  return outer === undefined || inner === undefined ? undefined : [outer, strides[axis], inner];
}

export class IndexingCalls {
  readonly #calls: Calls;
  readonly #gather: number;
  readonly #scatterAdd: number;
  readonly #gatherElements: number;
  readonly #scatterElements: number;
  readonly #argsort: number;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.#gather = calls.required("gather");
    this.#scatterAdd = calls.required("scatterAdd");
    this.#gatherElements = calls.required("gatherElements");
    this.#scatterElements = calls.required("scatterElements");
    this.#argsort = calls.required("argsort");
  }

  gather(x: View, axis: number, index: View, out: View): number {
    const target = this.#calls.rowMajorTarget(2, out);
    const bad = this.#call(this.#gather, this.#calls.rowMajor(0, x), index, target, x.shape, axis);
    if (bad < 0 && target !== out) this.#calls.copy(target, out);
    return bad;
  }

  scatterAdd(x: View, axis: number, index: View, out: View): number {
    const target = this.#calls.rowMajor(2, out);
    const bad = this.#call(this.#scatterAdd, this.#calls.rowMajor(0, x), index, target, out.shape, axis);
    if (bad < 0 && target !== out) this.#calls.copy(target, out);
    return bad;
  }

  /** `shape` is that of the indexed tensor: [outer…, axisSize, inner…]. */
  #call(kernel: number, x: View, index: View, out: View, shape: readonly number[], axis: number): number {
    const indices = this.#calls.rowMajor(1, index);
    const { args } = this.#calls;
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(x);
    args[2] = addressOf(indices);
    args[3] = addressOf(out);
    args[4] = sizeOf(shape.slice(0, axis));
    args[5] = shape[axis];
    args[6] = contiguousStrides(shape)[axis];
    args[7] = sizeOf(index.shape);
    return this.#calls.engine.call(kernel);
  }

  gatherElements(x: View, axis: number, index: View, out: View): number {
    if (sizeOf(index.shape) === 0) return -1;
    return this.#elements(this.#gatherElements, 0, x, axis, index, out, x.shape[axis]);
  }

  scatterElements(op: ScatterOp, x: View, axis: number, index: View, out: View): number {
    if (sizeOf(index.shape) === 0) return -1;
    return this.#elements(this.#scatterElements, scatterCode.get(op)!, x, axis, index, out, out.shape[axis]);
  }

  /** `size`: length of the axis that the indices count along. */
  #elements(kernel: number, op: number, x: View, axis: number, index: View, out: View, size: number): number {
    const calls = this.#calls;
    const from = lineStrides(x, axis) ? x : calls.rowMajor(0, x);
    const indices = lineStrides(index, axis) ? index : calls.rowMajor(1, index);
    const target = lineStrides(out, axis) ? out : calls.rowMajor(2, out);
    const { args } = calls;
    args[0] = op;
    args[1] = dtypeCode[out.dtype];
    args[2] = addressOf(from);
    args[3] = addressOf(indices);
    args[4] = addressOf(target);
    args[5] = sizeOf(index.shape.slice(0, axis));
    args[6] = index.shape[axis];
    args[7] = sizeOf(index.shape.slice(axis + 1));
    args[8] = size;
    args.set(lineStrides(from, axis)!, 9);
    args.set(lineStrides(indices, axis)!, 12);
    args.set(lineStrides(target, axis)!, 15);
    const bad = calls.engine.call(kernel);
    if (bad < 0 && target !== out) calls.copy(target, out);
    return bad;
  }

  argsort(x: View, out: View, descending: boolean): void {
    const n = sizeOf(x.shape);
    if (n === 0) return;
    const columns = x.shape[x.shape.length - 1];
    const target = this.#calls.rowMajorTarget(1, out);
    const from = addressOf(this.#calls.rowMajor(0, x));
    const { args } = this.#calls;
    args[0] = dtypeCode[x.dtype];
    args[1] = from;
    args[2] = addressOf(target);
    args[3] = n / columns;
    args[4] = columns;
    args[5] = descending ? 1 : 0;
    this.#calls.engine.call(this.#argsort);
    if (target !== out) this.#calls.copy(target, out);
  }
}
