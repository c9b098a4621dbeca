/** Shapes and strides: sizes, broadcasting, and the arithmetic of sliding windows. Strides count elements. */

import { ShapeError } from "./errors.js";
import { show } from "./options.js";

export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** Row-major strides: the last axis is contiguous. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== stride) return false;
    stride *= shape[i];
  }
  return true;
}

/** True when the elements cover their memory without gaps or repeats, in whatever order of axes. */
export function coversMemory(shape: Shape, strides: readonly number[]): boolean {
  let left = 0;
  for (let i = 0; i < shape.length; i++) if (shape[i] !== 1) left++;
  let expected = 1;
  while (left > 0) {
    let found = false;
    for (let i = 0; i < shape.length; i++) {
      if (shape[i] === 1 || strides[i] !== expected) continue;
      expected *= shape[i];
      left--;
      found = true;
      break;
    }
    if (!found) return false;
  }
  return true;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The shape to which all broadcast, by NumPy's rule: align at the right; sizes are equal or one is 1. */
export function broadcastShapes(op: string, ...shapes: Shape[]): number[] {
  const rank = Math.max(...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      if (shape[i] === out[axis] || shape[i] === 1) continue;
      if (out[axis] !== 1) {
        throw new ShapeError(
          `${op}: shapes ${shapes.map(formatShape).join(" and ")} do not broadcast: axis ${axis - rank} has sizes ` +
            `${out[axis]} and ${shape[i]}; sizes must be equal or 1. Use reshape or unsqueeze to line the axes up.`,
        );
      }
      out[axis] = shape[i];
    }
  }
  return out;
}

/** `axis` counted from 0; a negative one counts from the end. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const normalized = Number.isInteger(axis) && axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(`${op}: axis ${show(axis)} is out of range for ${rank} axes; use −${rank} to ${rank - 1}.`);
  }
  return normalized;
}

export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  /** A last window may hang over the end, if it begins inside the axis or the padding before it. Default false. */
  readonly ceil?: boolean;
}

/**
 * Positions of a sliding window along one axis by the floor rule:
 * ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1; with `ceil` rounded up.
 */
export function windowOutput(op: string, size: number, { kernel, stride, padding, dilation, ceil = false }: Window): number {
  const extent = dilation * (kernel - 1) + 1;
  let out = Math.floor((size + 2 * padding - extent + (ceil ? stride - 1 : 0)) / stride) + 1;
  if (ceil && (out - 1) * stride >= size + padding) out--;
  if (out < 1) {
    throw new ShapeError(
      `${op}: a window of ${extent} (kernel ${kernel}, dilation ${dilation}) does not fit into ${size} + 2·${padding} ` +
        `of padding; use a smaller kernel, more padding or a larger input.`,
    );
  }
  return out;
}

/** The same by the strict rule: the windows must tile the padded axis exactly. */
export function strictWindowOutput(op: string, size: number, window: Window): number {
  const out = windowOutput(op, size, window);
  const left = size + 2 * window.padding - window.dilation * (window.kernel - 1) - 1 - (out - 1) * window.stride;
  if (left !== 0) {
    throw new ShapeError(
      `${op}: kernel ${window.kernel}, stride ${window.stride} and padding ${window.padding} do not fit size ${size}: ` +
        `${left} of ${size + 2 * window.padding} positions are left over; change the padding or the stride, or use the floor rule.`,
    );
  }
  return out;
}
