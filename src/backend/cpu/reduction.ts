/** Calls of the kernels that run along axes: reduce, argReduce, cumsum, linearRecurrence, cumulativeArg. */

import { isFloat } from "../../base/dtype.js";
import type { DType } from "../../base/dtype.js";
import { contiguousStrides, sizeOf } from "../../base/shape.js";
import { reduceOps } from "../backend.js";
import type { ReduceOp, View } from "../backend.js";
import { Axes, isDense } from "./axes.js";
import { addressOf, codesOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

const reduceCode = codesOf(reduceOps);

/** Type in which a kernel reduces `x` to `out`: a float type, or int32 for all integers. */
function workType(x: DType, out: DType): DType {
  if (isFloat(x)) return x;
  return isFloat(out) ? out : "int32";
}

export class ReductionCalls {
  readonly #calls: Calls;
  readonly #kept = new Axes();
  readonly #reduced = new Axes();
  readonly #reduce: number;
  readonly #argReduce: number;
  readonly #cumsum: number;
  readonly #linearRecurrence: number;
  readonly #cumulativeArg: number;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.#reduce = calls.required("reduce");
    this.#argReduce = calls.required("argReduce");
    this.#cumsum = calls.required("cumsum");
    this.#linearRecurrence = calls.required("linearRecurrence");
    this.#cumulativeArg = calls.required("cumulativeArg");
  }

  reduce(op: ReduceOp, x: View, axes: readonly number[], out: View): void {
    if (sizeOf(out.shape) === 0) return;
    const dtype = workType(x.dtype, out.dtype);
    if (x.dtype !== dtype) x = this.#calls.rowMajor(0, x, dtype);
    if (out.dtype !== dtype || !isDense(out)) {
      const result = this.#calls.temporary(1, dtype, out.shape);
      this.reduce(op, x, axes, result);
      this.#calls.copy(result, out);
      return;
    }
    const kept = this.#kept;
    const reduced = this.#reduced;
    kept.begin(2);
    reduced.begin(1);
    for (let i = 0; i < x.shape.length; i++) {
      if (axes.includes(i)) reduced.push(x.shape[i], x.strides[i]);
      else kept.push(x.shape[i], x.strides[i], out.strides[i]);
    }
    kept.sort();
    kept.merge();
    reduced.sort();
    reduced.merge();
    const { args } = this.#calls;
    args[0] = reduceCode.get(op)!;
    args[1] = dtypeCode[dtype];
    args[2] = addressOf(x);
    args[3] = addressOf(out);
    args[4] = kept.count;
    args[5] = reduced.count;
    let at = kept.writeShape(args, 6);
    at = kept.writeStrides(args, at, 0);
    at = reduced.writeShape(args, at);
    reduced.writeStrides(args, at, 0);
    this.#calls.engine.call(this.#reduce);
  }

  argReduce(op: "max" | "min", x: View, axis: number, out: View): void {
    if (sizeOf(out.shape) === 0) return;
    if (!isDense(out)) {
      const result = this.#calls.temporary(1, out.dtype, out.shape);
      this.argReduce(op, x, axis, result);
      this.#calls.copy(result, out);
      return;
    }
    const { args } = this.#calls;
    const kept = this.#kept;
    kept.begin(2);
    for (let i = 0; i < x.shape.length; i++) if (i !== axis) kept.push(x.shape[i], x.strides[i], out.strides[i]);
    kept.sort();
    kept.merge();
    args[0] = op === "max" ? 0 : 1;
    args[1] = dtypeCode[x.dtype];
    args[2] = addressOf(x);
    args[3] = addressOf(out);
    args[4] = kept.count;
    let at = kept.writeShape(args, 5);
    at = kept.writeStrides(args, at, 0);
    args[at] = x.shape[axis];
    args[at + 1] = x.strides[axis];
    this.#calls.engine.call(this.#argReduce);
  }

  cumsum(x: View, axis: number, out: View): void {
    this.#along(this.#cumsum, out.dtype, this.#calls.rowMajor(0, x, out.dtype), axis, out, 0);
  }

  linearRecurrence(a: View, b: View, axis: number, out: View): void {
    const second = addressOf(this.#calls.rowMajor(2, b));
    this.#along(this.#linearRecurrence, out.dtype, this.#calls.rowMajor(0, a), axis, out, second);
  }

  cumulativeArg(op: "max" | "min", x: View, axis: number, out: View): void {
    this.#along(this.#cumulativeArg, x.dtype, this.#calls.rowMajor(0, x), axis, out, op === "max" ? 0 : 1);
  }

  /** Runs a kernel over the lines of row-major `x` along `axis`; `extra` is its last argument. */
  #along(kernel: number, dtype: DType, x: View, axis: number, out: View, extra: number): void {
    if (sizeOf(out.shape) === 0) return;
    const target = this.#calls.rowMajorTarget(1, out);
    const { args } = this.#calls;
    args[0] = dtypeCode[dtype];
    args[1] = addressOf(x);
    args[2] = addressOf(target);
    args[3] = sizeOf(x.shape.slice(0, axis));
    args[4] = x.shape[axis];
    args[5] = contiguousStrides(x.shape)[axis];
    args[6] = extra;
    this.#calls.engine.call(kernel);
    if (target !== out) this.#calls.copy(target, out);
  }
}
