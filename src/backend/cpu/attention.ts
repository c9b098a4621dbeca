/** Calls of the attention kernels. Every operand may lie as it likes but for rows of the results, which have no gaps. */

import { sizeOf } from "../../base/shape.js";
import type { AttentionParams, FusedKernels, View } from "../backend.js";
import { addressOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

type AttentionKernels = Pick<FusedKernels, "attention" | "attentionGrad">;

/** The kernels of this group that the engine has. */
export function attentionCalls(calls: Calls): Partial<AttentionKernels> {
  const { args, engine } = calls;
  const forward = engine.kernel("attention");
  const backward = engine.kernel("attentionGrad");

  /** `out` itself when its rows have no gaps, else temporary memory that is copied afterwards. */
  const target = (slot: number, out: View): View =>
    out.strides[3] === 1 || out.shape[3] === 1 ? out : calls.temporary(slot, out.dtype, out.shape);

  function writeHeads(at: number, view: View | null): number {
    args[at] = view === null ? 0 : addressOf(view);
    for (let axis = 0; axis < 4; axis++) args[at + 1 + axis] = view === null ? 0 : view.strides[axis];
    return at + 5;
  }

  /** Sizes, parameters, and what both directions read; returns the position after them. */
  function writeInputs(q: View, k: View, v: View, mask: View | null, out: View, logSum: View, { scale, causal }: AttentionParams): number {
    args[0] = dtypeCode[q.dtype];
    args[1] = q.shape[0];
    args[2] = q.shape[1];
    args[3] = q.shape[2];
    args[4] = k.shape[2];
    args[5] = q.shape[3];
    args[6] = v.shape[3];
    args[7] = scale;
    args[8] = causal ? 1 : 0;
    let at = 9;
    for (const view of [q, k, v, mask, out]) at = writeHeads(at, view);
    args[at] = addressOf(logSum);
    return at + 1;
  }

  function attention(q: View, k: View, v: View, mask: View | null, out: View, logSum: View, params: AttentionParams): void {
    if (sizeOf(out.shape) === 0) return;
    const to = target(0, out);
    const sums = calls.rowMajorTarget(1, logSum);
    writeInputs(q, k, v, mask, to, sums, params);
    engine.call(forward);
    if (to !== out) calls.copy(to, out);
    if (sums !== logSum) calls.copy(sums, logSum);
  }

  function attentionGrad(
    dOut: View, q: View, k: View, v: View, mask: View | null, out: View, logSum: View, dq: View, dk: View, dv: View, params: AttentionParams,
  ): void {
    const results = [dq, dk, dv];
    const targets = results.map((view, i) => target(i, view));
    let at = writeInputs(q, k, v, mask, out, calls.rowMajor(3, logSum), params);
    for (const view of [dOut, ...targets]) at = writeHeads(at, view);
    engine.call(backward);
    results.forEach((view, i) => {
      if (targets[i] !== view) calls.copy(targets[i], view);
    });
  }

  return { ...(forward >= 0 && { attention }), ...(backward >= 0 && { attentionGrad }) };
}
