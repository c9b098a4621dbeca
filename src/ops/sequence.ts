/** What operations over whole sequences [T, N, …] share: the order of the steps, and windows on memory. */

import type { Tensor } from "../tensor/tensor.js";

/** Number of the step that is taken at position i, and of the state before and after it among the T + 1 states. */
export function stepAt(i: number, steps: number, reverse: boolean): { t: number; before: number; after: number } {
  return reverse ? { t: steps - 1 - i, before: steps - i, after: steps - 1 - i } : { t: i, before: i, after: i + 1 };
}

/** Row i of the first axis as it lies in memory. */
export function row(t: Tensor, i: number): Tensor {
  return t.view(t.shape.slice(1), t.strides.slice(1), t.offset + i * t.strides[0]);
}

/** [R, C] seen as [C, R]. */
export function turned(t: Tensor): Tensor {
  return t.view([t.shape[1], t.shape[0]], [t.strides[1], t.strides[0]]);
}

/** Part i of `parts` equal ones of the last axis. */
export function part(t: Tensor, i: number, parts: number): Tensor {
  const axis = t.ndim - 1;
  const width = t.shape[axis] / parts;
  return t.view([...t.shape.slice(0, axis), width], t.strides, t.offset + i * width * t.strides[axis]);
}
