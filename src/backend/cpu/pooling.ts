/** Calls of the pooling kernels. All tensors of a call have one layout, NCHW or HWNC; it is that of the forward's input. */

import { sizeOf } from "../../base/shape.js";
import type { FusedKernels, Pool2dParams, View } from "../backend.js";
import { addressOf, dtypeCode } from "./call.js";
import type { Calls } from "./call.js";
import { inLayout, layoutOf, layouts, targetInLayout } from "./layout.js";

type PoolingKernels = Pick<FusedKernels, "maxPool2d" | "maxPool2dGrad" | "avgPool2d" | "avgPool2dGrad">;

/** The kernels of this group that the engine has. */
export function poolingCalls(calls: Calls): Partial<PoolingKernels> {
  const { args, engine } = calls;
  const numbers = {
    max: engine.kernel("maxPool2d"), maxGrad: engine.kernel("maxPool2dGrad"),
    avg: engine.kernel("avgPool2d"), avgGrad: engine.kernel("avgPool2dGrad"),
  };

  /** Layout, sizes of the input and the output, and the window, from args[at] on. */
  function writeGeometry(
    at: number, layout: number, input: readonly number[], output: readonly number[], { kernel, stride, padding }: Pool2dParams,
  ): void {
    args[at] = layout;
    args[at + 1] = input[0];
    args[at + 2] = input[1];
    args[at + 3] = input[2];
    args[at + 4] = input[3];
    args[at + 5] = output[2];
    args[at + 6] = output[3];
    args[at + 7] = kernel[0];
    args[at + 8] = kernel[1];
    args[at + 9] = stride[0];
    args[at + 10] = stride[1];
    args[at + 11] = padding[0];
    args[at + 12] = padding[1];
  }

  function maxPool2d(x: View, out: View, argmax: View, params: Pool2dParams): void {
    if (sizeOf(out.shape) === 0) return;
    const layout = layoutOf(x) ?? layoutOf(out) ?? "nchw";
    const from = inLayout(calls, 0, x, layout);
    const target = targetInLayout(calls, 1, out, layout);
    const places = targetInLayout(calls, 2, argmax, layout);
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(from);
    args[2] = addressOf(target);
    args[3] = addressOf(places);
    writeGeometry(4, layouts[layout], x.shape, out.shape, params);
    engine.call(numbers.max);
    if (target !== out) calls.copy(target, out);
    if (places !== argmax) calls.copy(places, argmax);
  }

  function maxPool2dGrad(dy: View, argmax: View, out: View, params: Pool2dParams): void {
    if (sizeOf(out.shape) === 0) return;
    const layout = layoutOf(out) ?? layoutOf(dy) ?? "nchw";
    const from = inLayout(calls, 0, dy, layout);
    const places = inLayout(calls, 1, argmax, layout);
    const target = targetInLayout(calls, 2, out, layout);
    args[0] = dtypeCode[dy.dtype];
    args[1] = addressOf(from);
    args[2] = addressOf(places);
    args[3] = addressOf(target);
    writeGeometry(4, layouts[layout], out.shape, dy.shape, params);
    engine.call(numbers.maxGrad);
    if (target !== out) calls.copy(target, out);
  }

  function avgPool2d(x: View, out: View, params: Pool2dParams): void {
    if (sizeOf(out.shape) === 0) return;
    const layout = layoutOf(x) ?? layoutOf(out) ?? "nchw";
    const from = inLayout(calls, 0, x, layout);
    const target = targetInLayout(calls, 1, out, layout);
    args[0] = dtypeCode[x.dtype];
    args[1] = addressOf(from);
    args[2] = addressOf(target);
    writeGeometry(3, layouts[layout], x.shape, out.shape, params);
    engine.call(numbers.avg);
    if (target !== out) calls.copy(target, out);
  }

  function avgPool2dGrad(dy: View, out: View, params: Pool2dParams): void {
    if (sizeOf(out.shape) === 0) return;
    const layout = layoutOf(out) ?? layoutOf(dy) ?? "nchw";
    const from = inLayout(calls, 0, dy, layout);
    const target = targetInLayout(calls, 1, out, layout);
    args[0] = dtypeCode[dy.dtype];
    args[1] = addressOf(from);
    args[2] = addressOf(target);
    writeGeometry(3, layouts[layout], out.shape, dy.shape, params);
    engine.call(numbers.avgGrad);
    if (target !== out) calls.copy(target, out);
  }

  return {
    ...(numbers.max >= 0 && { maxPool2d }),
    ...(numbers.maxGrad >= 0 && { maxPool2dGrad }),
    ...(numbers.avg >= 0 && { avgPool2d }),
    ...(numbers.avgGrad >= 0 && { avgPool2dGrad }),
  };
}
