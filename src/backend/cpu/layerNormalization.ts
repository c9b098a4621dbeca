/** Calls of the layer-normalisation kernels, over rows of the last axis. */

import { sizeOf } from "../../base/shape.js";
import type { FusedKernels, View } from "../backend.js";
import { addressOf, addressOrNull, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";

type LayerNormKernels = Pick<FusedKernels, "layerNorm" | "layerNormGrad">;

/** The kernels of this group that the engine has. */
export function layerNormalizationCalls(calls: Calls): Partial<LayerNormKernels> {
  const { args, engine } = calls;
  const forward = engine.kernel("layerNorm");
  const backward = engine.kernel("layerNormGrad");
  const width = (x: View): number => x.shape[x.shape.length - 1];

  function layerNorm(x: View, weight: View | null, bias: View | null, mean: View, rstd: View, out: View, eps: number): void {
    const n = sizeOf(x.shape);
    if (n === 0) return;
    const from = calls.rowMajor(0, x);
    const scale = weight && calls.rowMajor(1, weight);
    const shift = bias && calls.rowMajor(2, bias);
    const mu = calls.rowMajorTarget(3, mean);
    const inverse = calls.rowMajorTarget(4, rstd);
    const to = calls.rowMajorTarget(5, out);
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(from);
    args[2] = addressOrNull(scale);
    args[3] = addressOrNull(shift);
    args[4] = addressOf(mu);
    args[5] = addressOf(inverse);
    args[6] = addressOf(to);
    args[7] = n / width(x);
    args[8] = width(x);
    args[9] = eps;
    engine.call(forward);
    if (mu !== mean) calls.copy(mu, mean);
    if (inverse !== rstd) calls.copy(inverse, rstd);
    if (to !== out) calls.copy(to, out);
  }

  function layerNormGrad(
    dy: View, x: View, weight: View | null, mean: View, rstd: View, dx: View, dWeight: View | null, dBias: View | null,
  ): void {
    const n = sizeOf(x.shape);
    if (n === 0) return;
    const slope = calls.rowMajor(0, dy);
    const from = calls.rowMajor(1, x);
    const scale = weight && calls.rowMajor(2, weight);
    const mu = calls.rowMajor(3, mean);
    const inverse = calls.rowMajor(4, rstd);
    const to = calls.rowMajorTarget(5, dx);
    const scaleGrad = dWeight && calls.rowMajorTarget(6, dWeight);
    const shiftGrad = dBias && calls.rowMajorTarget(7, dBias);
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(slope);
    args[2] = addressOf(from);
    args[3] = addressOrNull(scale);
    args[4] = addressOf(mu);
    args[5] = addressOf(inverse);
    args[6] = addressOf(to);
    args[7] = addressOrNull(scaleGrad);
    args[8] = addressOrNull(shiftGrad);
    args[9] = n / width(x);
    args[10] = width(x);
    engine.call(backward);
    if (to !== dx) calls.copy(to, dx);
    if (scaleGrad && scaleGrad !== dWeight) calls.copy(scaleGrad, dWeight!);
    if (shiftGrad && shiftGrad !== dBias) calls.copy(shiftGrad, dBias!);
  }

  return { ...(forward >= 0 && { layerNorm }), ...(backward >= 0 && { layerNormGrad }) };
}
