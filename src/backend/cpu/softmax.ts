/** Calls of softmax and softmax-cross-entropy, over rows of the last axis. */

import { sizeOf } from "../../base/shape.js";
import type { FusedKernels, View } from "../backend.js";
import { addressOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

type SoftmaxKernels = Pick<FusedKernels, "softmax" | "softmaxGrad" | "crossEntropy" | "crossEntropyGrad">;

/** The kernels of this group that the engine has. */
export function softmaxCalls(calls: Calls): Partial<SoftmaxKernels> {
  const { args, engine } = calls;
  const number = (name: keyof SoftmaxKernels): number => engine.kernel(name);
  const numbers = {
    softmax: number("softmax"), softmaxGrad: number("softmaxGrad"),
    crossEntropy: number("crossEntropy"), crossEntropyGrad: number("crossEntropyGrad"),
  };

  function softmax(x: View, out: View, log: boolean): void {
    const n = sizeOf(out.shape);
    if (n === 0) return;
    const columns = out.shape.length > 0 ? out.shape[out.shape.length - 1] : 1;
    const target = calls.rowMajorTarget(1, out);
    const from = addressOf(calls.rowMajor(0, x));
    args[0] = dtypeCode[out.dtype];
    args[1] = from;
    args[2] = addressOf(target);
    args[3] = n / columns;
    args[4] = columns;
    args[5] = log ? 1 : 0;
    engine.call(numbers.softmax);
    if (target !== out) calls.copy(target, out);
  }

  function softmaxGrad(dy: View, y: View, out: View, log: boolean): void {
    const n = sizeOf(out.shape);
    if (n === 0) return;
    const columns = out.shape.length > 0 ? out.shape[out.shape.length - 1] : 1;
    const target = calls.rowMajorTarget(2, out);
    const from = addressOf(calls.rowMajor(0, dy));
    const output = addressOf(calls.rowMajor(1, y));
    args[0] = dtypeCode[out.dtype];
    args[1] = from;
    args[2] = output;
    args[3] = addressOf(target);
    args[4] = n / columns;
    args[5] = columns;
    args[6] = log ? 1 : 0;
    engine.call(numbers.softmaxGrad);
    if (target !== out) calls.copy(target, out);
  }

  function crossEntropy(
    logits: View, target: View, loss: View, probabilities: View, labelSmoothing: number, ignoreIndex: number,
  ): number {
    const x = addressOf(calls.rowMajor(0, logits));
    const labels = addressOf(calls.rowMajor(1, target));
    const losses = calls.rowMajorTarget(2, loss);
    const p = calls.rowMajorTarget(3, probabilities);
    args[0] = dtypeCode[logits.dtype];
    args[1] = x;
    args[2] = labels;
    args[3] = addressOf(losses);
    args[4] = addressOf(p);
    args[5] = logits.shape[0];
    args[6] = logits.shape[1];
    args[7] = labelSmoothing;
    args[8] = ignoreIndex;
    const bad = engine.call(numbers.crossEntropy);
    if (bad < 0 && losses !== loss) calls.copy(losses, loss);
    if (bad < 0 && p !== probabilities) calls.copy(p, probabilities);
    return bad;
  }

  function crossEntropyGrad(
    dLoss: View, probabilities: View, target: View, out: View, labelSmoothing: number, ignoreIndex: number,
  ): void {
    const p = addressOf(calls.rowMajor(0, probabilities));
    const labels = addressOf(calls.rowMajor(1, target));
    const to = calls.rowMajorTarget(2, out);
    args[0] = dtypeCode[out.dtype];
    args[1] = addressOf(dLoss);
    args[2] = dLoss.strides[0];
    args[3] = p;
    args[4] = labels;
    args[5] = addressOf(to);
    args[6] = out.shape[0];
    args[7] = out.shape[1];
    args[8] = labelSmoothing;
    args[9] = ignoreIndex;
    engine.call(numbers.crossEntropyGrad);
    if (to !== out) calls.copy(to, out);
  }

  return {
    ...(numbers.softmax >= 0 && { softmax }),
    ...(numbers.softmaxGrad >= 0 && { softmaxGrad }),
    ...(numbers.crossEntropy >= 0 && { crossEntropy }),
    ...(numbers.crossEntropyGrad >= 0 && { crossEntropyGrad }),
  };
}
