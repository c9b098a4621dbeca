/** Calls of the element-wise kernels: fill, unary, binary, compare, where. */

import { dtypeBytes } from "../../base/dtype.js";
import { sizeOf } from "../../base/shape.js";
import { binaryOps, compareOps, unaryOps } from "../backend.js";
import type { BinaryOp, CompareOp, UnaryOp, View } from "../backend.js";
import { isDense, isRowMajor } from "./axes.js";
import { addressOf, codesOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

const unaryCode = codesOf(unaryOps);
const binaryCode = codesOf(binaryOps);
const compareCode = codesOf(compareOps);

export class ElementwiseCalls {
  readonly #calls: Calls;
  readonly #args: Float64Array;
  readonly #fill: number;
  readonly #unary: number;
  readonly #binary: number;
  readonly #compare: number;
  readonly #where: number;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.#args = calls.args;
    this.#fill = calls.required("fill");
    this.#unary = calls.required("unary");
    this.#binary = calls.required("binary");
    this.#compare = calls.required("compare");
    this.#where = calls.required("where");
  }

  fill(out: View, value: number): void {
    const args = this.#args;
    const n = sizeOf(out.shape);
    if (n === 0) return;
    if (!isDense(out)) {
      const one = this.#calls.temporary(0, out.dtype, [1]);
      this.fill(one, value);
      this.#calls.copy({ ...one, shape: out.shape, strides: out.shape.map(() => 0) }, out);
      return;
    }
    args[0] = dtypeCode[out.dtype];
    args[1] = addressOf(out);
    args[2] = n;
    args[3] = value;
    this.#calls.engine.call(this.#fill);
  }

  unary(op: UnaryOp, x: View, out: View, alpha: number): void {
    const args = this.#args;
    const { shape } = out;
    let n = 1;
    for (let i = 0; i < shape.length; i++) n *= shape[i];
    if (n === 0) return;
    args[0] = unaryCode.get(op)!;
    args[1] = dtypeCode[x.dtype];
    args[2] = x.storage.handle + x.offset * dtypeBytes[x.dtype];
    args[3] = out.storage.handle + out.offset * dtypeBytes[out.dtype];
    args[4] = alpha;
    if (isRowMajor(x) && isRowMajor(out)) {
      args[5] = 1;
      args[6] = n;
      args[7] = 1;
      args[8] = 1;
    } else {
      const { axes } = this.#calls;
      axes.begin(2);
      for (let i = 0; i < shape.length; i++) axes.push(shape[i], x.strides[i], out.strides[i]);
      axes.sort();
      axes.merge();
      args[5] = axes.count;
      let at = axes.writeShape(args, 6);
      at = axes.writeStrides(args, at, 0);
      axes.writeStrides(args, at, 1);
    }
    this.#calls.engine.call(this.#unary);
  }

  binary(op: BinaryOp, x: View, y: View, out: View, alpha: number): void {
    const args = this.#args;
    args[0] = binaryCode.get(op)!;
    args[1] = dtypeCode[x.dtype];
    args[2] = x.storage.handle + x.offset * dtypeBytes[x.dtype];
    args[3] = y.storage.handle + y.offset * dtypeBytes[y.dtype];
    args[4] = out.storage.handle + out.offset * dtypeBytes[out.dtype];
    args[5] = alpha;
    this.#zip(this.#binary, 6, x, y, out);
  }

  compare(op: CompareOp, x: View, y: View, out: View): void {
    const args = this.#args;
    args[0] = compareCode.get(op)!;
    args[1] = dtypeCode[x.dtype];
    args[2] = addressOf(x);
    args[3] = addressOf(y);
    args[4] = addressOf(out);
    this.#zip(this.#compare, 5, x, y, out);
  }

  /** Writes the axes of three views from args[at] on and calls the kernel. */
  #zip(kernel: number, at: number, x: View, y: View, out: View): void {
    const args = this.#args;
    const { shape } = out;
    let n = 1;
    for (let i = 0; i < shape.length; i++) n *= shape[i];
    if (n === 0) return;
    if (isRowMajor(x) && isRowMajor(y) && isRowMajor(out)) {
      args[at] = 1;
      args[at + 1] = n;
      args[at + 2] = 1;
      args[at + 3] = 1;
      args[at + 4] = 1;
    } else {
      const { axes } = this.#calls;
      axes.begin(3);
      for (let i = 0; i < shape.length; i++) axes.push(shape[i], x.strides[i], y.strides[i], out.strides[i]);
      axes.sort();
      axes.merge();
      args[at] = axes.count;
      let next = axes.writeShape(args, at + 1);
      next = axes.writeStrides(args, next, 0);
      next = axes.writeStrides(args, next, 1);
      axes.writeStrides(args, next, 2);
    }
    this.#calls.engine.call(kernel);
  }

  where(condition: View, x: View, y: View, out: View): void {
    const args = this.#args;
    if (sizeOf(out.shape) === 0) return;
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(condition);
    args[2] = addressOf(x);
    args[3] = addressOf(y);
    args[4] = addressOf(out);
    const { axes } = this.#calls;
    axes.begin(4);
    for (let i = 0; i < out.shape.length; i++) {
      axes.push(out.shape[i], condition.strides[i], x.strides[i], y.strides[i], out.strides[i]);
    }
    axes.sort();
    axes.merge();
    args[5] = axes.count;
    let at = axes.writeShape(args, 6);
    for (let operand = 0; operand < 4; operand++) at = axes.writeStrides(args, at, operand);
    this.#calls.engine.call(this.#where);
  }
}
