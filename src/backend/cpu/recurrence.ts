/** Calls of the LSTM cell kernels. Gates and states are rows without gaps. */

import { sizeOf } from "../../base/shape.js";
import type { FusedKernels, View } from "../backend.js";
import { addressOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

type RecurrenceKernels = Pick<FusedKernels, "lstmCell" | "lstmCellGrad">;

/** The kernels of this group that the engine has. */
export function recurrenceCalls(calls: Calls): Partial<RecurrenceKernels> {
  const { args, engine } = calls;
  const forward = engine.kernel("lstmCell");
  const backward = engine.kernel("lstmCellGrad");

  function lstmCell(gates: View, cPrev: View, c: View, h: View): void {
    if (sizeOf(c.shape) === 0) return;
    const activated = calls.rowMajor(0, gates);
    const before = calls.rowMajor(1, cPrev);
    const cell = calls.rowMajorTarget(2, c);
    const hidden = calls.rowMajorTarget(3, h);
    args[0] = dtypeCode[c.dtype];
    args[1] = addressOf(activated);
    args[2] = addressOf(before);
    args[3] = addressOf(cell);
    args[4] = addressOf(hidden);
    args[5] = c.shape[0];
    args[6] = c.shape[1];
    engine.call(forward);
    if (activated !== gates) calls.copy(activated, gates);
    if (cell !== c) calls.copy(cell, c);
    if (hidden !== h) calls.copy(hidden, h);
  }

  function lstmCellGrad(dh: View, dc: View, gates: View, cPrev: View, c: View, dGates: View): void {
    if (sizeOf(c.shape) === 0) return;
    const slope = calls.rowMajor(0, dh);
    const cellSlope = calls.rowMajor(1, dc);
    const activated = calls.rowMajor(2, gates);
    const before = calls.rowMajor(3, cPrev);
    const cell = calls.rowMajor(4, c);
    const out = calls.rowMajorTarget(5, dGates);
    args[0] = dtypeCode[c.dtype];
    args[1] = addressOf(slope);
    args[2] = addressOf(cellSlope);
    args[3] = addressOf(activated);
    args[4] = addressOf(before);
    args[5] = addressOf(cell);
    args[6] = addressOf(out);
    args[7] = c.shape[0];
    args[8] = c.shape[1];
    engine.call(backward);
    if (cellSlope !== dc) calls.copy(cellSlope, dc);
    if (out !== dGates) calls.copy(out, dGates);
  }

  return { ...(forward >= 0 && { lstmCell }), ...(backward >= 0 && { lstmCellGrad }) };
}
