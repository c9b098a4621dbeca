/** Calls of the convolution kernels. Inputs may have any strides; outputs are written in the physical order HWNC. */

import { sizeOf } from "../../base/shape.js";
import type { Conv2dParams, ConvEpilogue, FusedKernels, View } from "../backend.js";
import { addressOf, addressOrNull, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";
import { inLayout, targetInLayout } from "./layout.js";

type ConvolutionKernels = Pick<FusedKernels, "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad" | "convEpilogueGrad">;

/** The kernels of this group that the engine has. */
export function convolutionCalls(calls: Calls): Partial<ConvolutionKernels> {
  const { args, engine } = calls;
  const numbers = {
    forward: engine.kernel("conv2d"), inputGrad: engine.kernel("conv2dInputGrad"),
    weightGrad: engine.kernel("conv2dWeightGrad"), epilogueGrad: engine.kernel("convEpilogueGrad"),
  };

  /** N, C, H, W of the input, O, kH, kW, and the parameters. */
  function writeGeometry(at: number, input: readonly number[], weight: readonly number[], params: Conv2dParams): number {
    args[at] = input[0];
    args[at + 1] = input[1];
    args[at + 2] = input[2];
    args[at + 3] = input[3];
    args[at + 4] = weight[0];
    args[at + 5] = weight[2];
    args[at + 6] = weight[3];
    args[at + 7] = params.stride[0];
    args[at + 8] = params.stride[1];
    args[at + 9] = params.padding[0];
    args[at + 10] = params.padding[1];
    args[at + 11] = params.dilation[0];
    args[at + 12] = params.dilation[1];
    args[at + 13] = params.groups;
    return at + 14;
  }

  function writeStrides(at: number, view: View): number {
    for (let axis = 0; axis < 4; axis++) args[at + axis] = view.strides[axis];
    return at + 4;
  }

  function conv2d(
    x: View, weight: View, bias: View | null, out: View, params: Conv2dParams, epilogue?: ConvEpilogue, argmax?: View,
  ): void {
    if (sizeOf(out.shape) === 0) return;
    const kernel = calls.rowMajor(0, weight);
    const shift = bias && calls.rowMajor(1, bias);
    const target = targetInLayout(calls, 2, out, "hwnc");
    const places = argmax && targetInLayout(calls, 3, argmax, "hwnc");
    args[0] = dtypeCode[out.dtype];
    args[1] = addressOf(x);
    args[2] = addressOf(kernel);
    args[3] = addressOrNull(shift);
    args[4] = addressOf(target);
    args[5] = addressOrNull(places);
    let at = writeGeometry(6, x.shape, weight.shape, params);
    args[at++] = epilogue?.relu ? 1 : 0;
    args[at++] = epilogue?.maxPool ? 1 : 0;
    writeStrides(at, x);
    engine.call(numbers.forward);
    if (target !== out) calls.copy(target, out);
    if (argmax && places && places !== argmax) calls.copy(places, argmax);
  }

  function conv2dInputGrad(dy: View, weight: View, out: View, params: Conv2dParams): void {
    if (sizeOf(out.shape) === 0) return;
    const kernel = calls.rowMajor(0, weight);
    const target = targetInLayout(calls, 2, out, "hwnc");
    args[0] = dtypeCode[out.dtype];
    args[1] = addressOf(dy);
    args[2] = addressOf(kernel);
    args[3] = addressOf(target);
    writeStrides(writeGeometry(4, out.shape, weight.shape, params), dy);
    engine.call(numbers.inputGrad);
    if (target !== out) calls.copy(target, out);
  }

  function conv2dWeightGrad(x: View, dy: View, out: View, dBias: View | null, params: Conv2dParams): void {
    if (sizeOf(out.shape) === 0) return;
    const target = calls.rowMajorTarget(0, out);
    const shift = dBias && calls.rowMajorTarget(1, dBias);
    args[0] = dtypeCode[out.dtype];
    args[1] = addressOf(x);
    args[2] = addressOf(dy);
    args[3] = addressOf(target);
    args[4] = addressOrNull(shift);
    writeStrides(writeStrides(writeGeometry(5, x.shape, out.shape, params), x), dy);
    engine.call(numbers.weightGrad);
    if (target !== out) calls.copy(target, out);
    if (dBias && shift && shift !== dBias) calls.copy(shift, dBias);
  }

  function convEpilogueGrad(dy: View, y: View, argmax: View | null, out: View, epilogue: ConvEpilogue): void {
    const [N, O, H, W] = out.shape;
    if (sizeOf(out.shape) === 0) return;
    const activations = inLayout(calls, 0, y, "hwnc");
    const places = argmax && inLayout(calls, 1, argmax, "hwnc");
    const target = targetInLayout(calls, 2, out, "hwnc");
    args[0] = dtypeCode[out.dtype];
    args[1] = addressOf(dy);
    args[2] = addressOf(activations);
    args[3] = addressOrNull(places);
    args[4] = addressOf(target);
    args[5] = N;
    args[6] = O;
    args[7] = H;
    args[8] = W;
    args[9] = epilogue.relu ? 1 : 0;
    args[10] = epilogue.maxPool ? 1 : 0;
    writeStrides(11, dy);
    engine.call(numbers.epilogueGrad);
    if (target !== out) calls.copy(target, out);
  }

  return {
    ...(numbers.forward >= 0 && { conv2d }),
    ...(numbers.inputGrad >= 0 && { conv2dInputGrad }),
    ...(numbers.weightGrad >= 0 && { conv2dWeightGrad }),
    ...(numbers.epilogueGrad >= 0 && { convEpilogueGrad }),
  };
}
