/** Calls of gather and scatterAdd: selection along one axis by an int32 index. */

import { contiguousStrides, sizeOf } from "../../base/shape.js";
import type { View } from "../backend.js";
import { addressOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

export class IndexingCalls {
  readonly #calls: Calls;
  readonly #gather: number;
  readonly #scatterAdd: number;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.#gather = calls.required("gather");
    this.#scatterAdd = calls.required("scatterAdd");
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
}
