/**
 * Axes of a kernel call: the index space of views with one shape, with as few axes as possible. Axes of size 1 are
 * dropped, the others ordered by the leading operand's strides (innermost last), and neighbours merged where every operand
 * allows. So a dense tensor of any physical order is one axis, and a kernel's innermost loop is as long as it can be.
 */

import { ShapeError } from "../../base/errors.js";
import { coversMemory, isContiguous } from "../../base/shape.js";
import type { View } from "../backend.js";

/** Axes that kernels take at most. */
const maxAxes = 8;

/** True when the view is row-major without gaps. */
export function isRowMajor({ shape, strides }: View): boolean {
  return isContiguous(shape, strides);
}

/** True when the view covers its memory without gaps or repeats, in whatever order of axes. */
export function isDense({ shape, strides }: View): boolean {
  return coversMemory(shape, strides);
}

export function sameStrides(a: View, b: View): boolean {
  for (let i = 0; i < a.shape.length; i++) if (a.strides[i] !== b.strides[i] && a.shape[i] !== 1) return false;
  return true;
}

/**
 * Collects axes, then merges them. One instance serves all calls of a backend, so nothing is allocated.
 * Operands are numbered; operand `operands − 1`, as a rule the output, decides the order.
 */
export class Axes {
  count = 0;
  readonly shape: number[] = [];
  /** strides[operand][axis] */
  readonly strides: readonly number[][] = [[], [], [], []];
  private operands = 1;

  begin(operands: number): void {
    this.count = 0;
    this.operands = operands;
  }

  /** Adds an axis as the innermost; strides of operands beyond `operands` are ignored. Axes of size 1 are dropped. */
  push(size: number, s0: number, s1 = 0, s2 = 0, s3 = 0): void {
    if (size === 1) return;
    const axis = this.count++;
    this.shape[axis] = size;
    this.strides[0][axis] = s0;
    this.strides[1][axis] = s1;
    this.strides[2][axis] = s2;
    this.strides[3][axis] = s3;
  }

  private swap(a: number, b: number): void {
    const size = this.shape[a];
    this.shape[a] = this.shape[b];
    this.shape[b] = size;
    for (let k = 0; k < this.operands; k++) {
      const strides = this.strides[k];
      const stride = strides[a];
      strides[a] = strides[b];
      strides[b] = stride;
    }
  }

  /** Orders axes by falling stride of the last operand; equal ones by the operands before it. */
  sort(): void {
    for (let i = 1; i < this.count; i++) {
      for (let j = i; j > 0 && this.isInner(j - 1, j); j--) this.swap(j - 1, j);
    }
  }

  private isInner(a: number, b: number): boolean {
    for (let k = this.operands - 1; k >= 0; k--) {
      const difference = this.strides[k][a] - this.strides[k][b];
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  /** Joins neighbours that every operand walks through as one axis. Leaves at least one axis (of size 1). */
  merge(): void {
    if (this.count === 0) {
      this.count = 1;
      this.shape[0] = 1;
      for (let k = 0; k < this.operands; k++) this.strides[k][0] = 1;
      return;
    }
    let last = 0;
    for (let axis = 1; axis < this.count; axis++) {
      if (this.isContinued(last, axis)) {
        this.shape[last] *= this.shape[axis];
      } else {
        last++;
        this.shape[last] = this.shape[axis];
      }
      for (let k = 0; k < this.operands; k++) this.strides[k][last] = this.strides[k][axis];
    }
    this.count = last + 1;
    if (this.count > maxAxes) {
      throw new ShapeError(
        `kernel: the operands have ${this.count} axes that cannot be merged, at most ${maxAxes} are possible; make them contiguous first.`,
      );
    }
  }

  private isContinued(outer: number, inner: number): boolean {
    for (let k = 0; k < this.operands; k++) {
      if (this.strides[k][outer] !== this.strides[k][inner] * this.shape[inner]) return false;
    }
    return true;
  }

  /** Writes the sizes to args[at…]; returns the position after them. */
  writeShape(args: Float64Array, at: number): number {
    for (let axis = 0; axis < this.count; axis++) args[at++] = this.shape[axis];
    return at;
  }

  /** Writes the strides of one operand; returns the position after them. */
  writeStrides(args: Float64Array, at: number, operand: number): number {
    const strides = this.strides[operand];
    for (let axis = 0; axis < this.count; axis++) args[at++] = strides[axis];
    return at;
  }
}
