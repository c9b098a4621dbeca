/** Broadcasting views, and the physical layout that element-wise results inherit from their operands. */

import type { DType } from "../base/dtype.js";
import { broadcastShapes, coversMemory, sameShape, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { OutputSpec } from "./operation.js";

/** `t` seen in a larger shape: broadcast axes get stride 0. Nothing is copied or recorded. */
export function broadcastView(t: Tensor, shape: Shape): Tensor {
  if (sameShape(t.shape, shape)) return t;
  const strides = new Array<number>(shape.length).fill(0);
  const lead = shape.length - t.shape.length;
  for (let i = 0; i < t.shape.length; i++) strides[lead + i] = t.shape[i] === 1 ? 0 : t.strides[i];
  return t.view(shape, strides);
}

/** True if the elements fill their memory without gaps or repeats, in whatever order of axes. */
export function isDense(t: Tensor): boolean {
  return t.contiguous || coversMemory(t.shape, t.strides);
}

/** Output of an element-wise operation: operands broadcast; the first dense one of full shape gives the layout. */
export function elementwiseSpec(op: string, inputs: readonly Tensor[], dtype: DType): OutputSpec {
  const first = inputs[0];
  let { shape } = first;
  for (let i = 1; i < inputs.length; i++) {
    if (!sameShape(inputs[i].shape, shape)) {
      shape = broadcastShapes(op, ...inputs.map((t) => t.shape));
      break;
    }
  }
  for (let i = 0; i < inputs.length; i++) {
    const t = inputs[i];
    if (!sameShape(t.shape, shape)) continue;
    if (t.contiguous) return { shape, dtype };
    if (isDense(t)) return { shape, dtype, strides: t.strides };
  }
  return { shape, dtype };
}

/** Strides of [N, C, H, W] lying in memory as [H, W, N, C]: the layout in which convolutions write. */
export function imageStrides(n: number, c: number, w: number): number[] {
  return [c, 1, w * n * c, n * c];
}

