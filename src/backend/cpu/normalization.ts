/** Calls of the batch-normalisation kernels over [N, C, …spatial]. */

import { contiguousStrides, sizeOf } from "../../base/shape.js";
import type { FusedKernels, View } from "../backend.js";
import { isDense, isRowMajor, sameStrides } from "./axes.js";
import { addressOf, addressOrNull, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

type NormalizationKernels = Pick<FusedKernels, "batchNorm" | "batchNormEval" | "batchNormGrad">;

/** True when x is dense with its channels as the innermost axis, whatever the order of the others. */
function isChannelLast(x: View): boolean {
  return (x.strides[1] === 1 || x.shape[1] === 1) && isDense(x);
}

/** The kernels of this group that the engine has. */
export function normalizationCalls(calls: Calls): Partial<NormalizationKernels> {
  const { args, engine } = calls;
  const forward = engine.kernel("batchNorm");
  const backward = engine.kernel("batchNormGrad");

  /** The strides that a call works in: x's own when a kernel can take them, else row-major. */
  const workStrides = (x: View): readonly number[] =>
    isChannelLast(x) || isRowMajor(x) ? x.strides : contiguousStrides(x.shape);

  /** channelLast, outer, C, inner of a tensor with these strides. */
  function writeGeometry(at: number, x: View): number {
    const n = sizeOf(x.shape);
    const channels = x.shape[1];
    const last = isChannelLast(x);
    args[at] = last ? 1 : 0;
    args[at + 1] = last ? n / channels : x.shape[0];
    args[at + 2] = channels;
    args[at + 3] = last ? 1 : n / channels / x.shape[0];
    return at + 4;
  }

  function run(
    train: boolean, x: View, weight: View | null, bias: View | null, mean: View, variance: View, out: View, eps: number,
  ): void {
    if (sizeOf(x.shape) === 0) return;
    const like = { ...x, strides: workStrides(x) };
    const from = sameStrides(x, like) ? x : calls.restrided(0, x, like.strides);
    const target = sameStrides(out, like) ? out : calls.temporary(1, out.dtype, out.shape, like.strides);
    const scale = weight && calls.rowMajor(2, weight);
    const shift = bias && calls.rowMajor(3, bias);
    const mu = train ? calls.rowMajorTarget(4, mean) : calls.rowMajor(4, mean);
    const sigma2 = train ? calls.rowMajorTarget(5, variance) : calls.rowMajor(5, variance);
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(from);
    args[2] = addressOrNull(scale);
    args[3] = addressOrNull(shift);
    args[4] = addressOf(mu);
    args[5] = addressOf(sigma2);
    args[6] = addressOf(target);
    args[7] = eps;
    args[writeGeometry(8, like)] = train ? 1 : 0;
    engine.call(forward);
    if (target !== out) calls.copy(target, out);
    if (train && mu !== mean) calls.copy(mu, mean);
    if (train && sigma2 !== variance) calls.copy(sigma2, variance);
  }

  function batchNorm(
    x: View, weight: View | null, bias: View | null, mean: View, variance: View, out: View, eps: number,
  ): void {
    run(true, x, weight, bias, mean, variance, out, eps);
  }

  function batchNormEval(
    x: View, weight: View | null, bias: View | null, mean: View, variance: View, out: View, eps: number,
  ): void {
    run(false, x, weight, bias, mean, variance, out, eps);
  }

  function batchNormGrad(
    dy: View, x: View, weight: View | null, mean: View, variance: View, dx: View, dWeight: View, dBias: View, eps: number,
  ): void {
    if (sizeOf(x.shape) === 0) return;
    const like = { ...x, strides: workStrides(x) };
    const from = sameStrides(x, like) ? x : calls.restrided(0, x, like.strides);
    const slope = sameStrides(dy, like) ? dy : calls.restrided(1, dy, like.strides);
    const target = sameStrides(dx, like) ? dx : calls.temporary(2, dx.dtype, dx.shape, like.strides);
    const scale = weight && calls.rowMajor(3, weight);
    const mu = calls.rowMajor(4, mean);
    const sigma2 = calls.rowMajor(5, variance);
    const scaleGrad = calls.rowMajorTarget(6, dWeight);
    const shiftGrad = calls.rowMajorTarget(7, dBias);
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(slope);
    args[2] = addressOf(from);
    args[3] = addressOrNull(scale);
    args[4] = addressOf(mu);
    args[5] = addressOf(sigma2);
    args[6] = addressOf(target);
    args[7] = addressOf(scaleGrad);
    args[8] = addressOf(shiftGrad);
    args[9] = eps;
    writeGeometry(10, like);
    engine.call(backward);
    if (target !== dx) calls.copy(target, dx);
    if (scaleGrad !== dWeight) calls.copy(scaleGrad, dWeight);
    if (shiftGrad !== dBias) calls.copy(shiftGrad, dBias);
  }

  return {
    ...(forward >= 0 && { batchNorm, batchNormEval }),
    ...(backward >= 0 && { batchNormGrad }),
  };
}
