/**
 * Calls of the matmul kernel. Batch axes are merged; where b does not change along them they become rows of one large
 * product, which is how a linear layer over [N, T, C] is computed.
 */

import type { DType } from "../../base/dtype.js";
import { sizeOf } from "../../base/shape.js";
import type { View } from "../backend.js";
import { Axes } from "./axes.js";
import { addressOf, addressOrNull, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

/** The view with its last two axes exchanged. */
function transposed(view: View): View {
  const swap = (list: readonly number[]): number[] => [...list.slice(0, -2), list[list.length - 1], list[list.length - 2]];
  return { ...view, shape: swap(view.shape), strides: swap(view.strides) };
}

export class ProductCalls {
  readonly #calls: Calls;
  readonly #batch = new Axes();
  readonly #matmul: number;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.#matmul = calls.required("matmul");
  }

  matmul(a: View, b: View, out: View, bias?: View): void {
    if (sizeOf(out.shape) === 0) return;
    const rank = out.shape.length;
    if (out.dtype === "uint8" || out.dtype === "bool") {
      this.#matmulAs("int32", a, b, out, bias);
    } else if (out.shape[rank - 1] === 1 || out.strides[rank - 1] === 1) {
      this.#run(a, b, out, bias);
    } else if (out.shape[rank - 2] === 1 || out.strides[rank - 2] === 1) {
      this.#run(transposed(b), transposed(a), transposed(out), bias && transposed(bias));
    } else {
      this.#matmulAs(out.dtype, a, b, out, bias);
    }
  }

  /** Computes in `dtype`, in temporary memory. */
  #matmulAs(dtype: DType, a: View, b: View, out: View, bias?: View): void {
    const calls = this.#calls;
    const result = calls.temporary(3, dtype, out.shape);
    const cast = (slot: number, view: View): View => (view.dtype === dtype ? view : calls.rowMajor(slot, view, dtype));
    this.#run(cast(0, a), cast(1, b), result, bias && cast(2, bias));
    calls.copy(result, out);
  }

  /** out's rows are contiguous. */
  #run(a: View, b: View, out: View, bias?: View): void {
    const { args, engine } = this.#calls;
    const rank = out.shape.length;
    const rowAxis = rank - 2;
    const columnAxis = rank - 1;
    let rows = out.shape[rowAxis];
    let aRow = a.strides[rowAxis];
    let outRow = out.strides[rowAxis];
    let biasRow = bias ? bias.strides[rowAxis] : 0;

    const batch = this.#batch;
    batch.begin(4);
    for (let i = 0; i < rowAxis; i++) {
      batch.push(out.shape[i], a.strides[i], b.strides[i], bias ? bias.strides[i] : 0, out.strides[i]);
    }
    batch.sort();
    batch.merge();
    let batches = batch.count;
    if (batches === 1) {
      const size = batch.shape[0];
      const aStep = batch.strides[0][0];
      const biasStep = bias ? batch.strides[2][0] : 0;
      const outStep = batch.strides[3][0];
      if (size === 1) {
        batches = 0;
      } else if (batch.strides[1][0] === 0 && rows === 1) {
        [rows, aRow, biasRow, outRow, batches] = [size, aStep, biasStep, outStep, 0];
      } else if (batch.strides[1][0] === 0 && aStep === rows * aRow && outStep === rows * outRow && biasStep === rows * biasRow) {
        rows *= size;
        batches = 0;
      }
    }
    args[0] = dtypeCode[out.dtype];
    args[1] = addressOf(a);
    args[2] = addressOf(b);
    args[3] = addressOf(out);
    args[4] = addressOrNull(bias);
    args[5] = rows;
    args[6] = out.shape[columnAxis];
    args[7] = a.shape[columnAxis];
    args[8] = aRow;
    args[9] = a.strides[columnAxis];
    args[10] = b.strides[rowAxis];
    args[11] = b.strides[columnAxis];
    args[12] = outRow;
    args[13] = biasRow;
    args[14] = bias ? bias.strides[columnAxis] : 0;
    args[15] = batches;
    let at = 16;
    if (batches > 0) {
      at = batch.writeShape(args, at);
      at = batch.writeStrides(args, at, 0);
      at = batch.writeStrides(args, at, 1);
      at = batch.writeStrides(args, at, 3);
      batch.writeStrides(args, at, 2);
    }
    engine.call(this.#matmul);
  }
}
