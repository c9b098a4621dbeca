/**
 * Kernel calls: what every group of kernels shares. Writes arguments to an engine's block, resolves views to addresses,
 * and lends temporary memory for views that a kernel cannot take as they are.
 */

import type { DType } from "../../base/dtype.js";
import { dtypeBytes } from "../../base/dtype.js";
import { NablaError } from "../../base/errors.js";
import { contiguousStrides, sizeOf } from "../../base/shape.js";
import type { View } from "../backend.js";
import { Axes, isRowMajor } from "./axes.js";
import type { CpuEngine } from "./engine.js";

/** Codes of the element types in the argument block. */
export const dtypeCode: Readonly<Record<DType, number>> = { float32: 0, float64: 1, int32: 2, uint8: 3, bool: 4 };

/** Code of each name of a list: its position. */
export function codesOf<T extends string>(names: readonly T[]): ReadonlyMap<T, number> {
  return new Map(names.map((name, code) => [name, code]));
}

/** The address of a view's first element. */
export function addressOf(view: View): number {
  return view.storage.handle + view.offset * dtypeBytes[view.dtype];
}

export function addressOrNull(view: View | null | undefined): number {
  return view ? addressOf(view) : 0;
}

interface Block {
  pointer: number;
  bytes: number;
}

export class Calls {
  readonly engine: CpuEngine;
  readonly args: Float64Array;
  readonly axes = new Axes();
  readonly #copy: number;
  /** Temporary memory by slot, kept and grown. */
  readonly #blocks: Block[] = [];

  constructor(engine: CpuEngine) {
    this.engine = engine;
    this.args = engine.args;
    this.#copy = this.required("copy");
  }

  /** Number of a kernel that every engine must have. */
  required(name: string): number {
    const kernel = this.engine.kernel(name);
    if (kernel < 0) throw new NablaError(`${this.engine.info.name} backend: its library has no kernel "${name}"; run: npm rebuild nabla.`);
    return kernel;
  }

  /** A view of temporary memory with these strides, contents undefined. It lives until the slot is used again. */
  temporary(slot: number, dtype: DType, shape: readonly number[], strides: readonly number[] = contiguousStrides(shape)): View {
    const bytes = sizeOf(shape) * dtypeBytes[dtype];
    const block = (this.#blocks[slot] ??= { pointer: 0, bytes: 0 });
    if (block.bytes < bytes) {
      if (block.pointer !== 0) this.engine.release(block.pointer, block.bytes);
      block.bytes = Math.ceil((bytes * 1.25) / 4096) * 4096;
      block.pointer = this.engine.allocate(block.bytes);
    }
    return { storage: { handle: block.pointer }, dtype, shape, strides, offset: 0 };
  }

  /** `view` itself when it is row-major and of type `dtype`, else a copy in temporary memory. */
  rowMajor(slot: number, view: View, dtype: DType = view.dtype): View {
    if (view.dtype === dtype && isRowMajor(view)) return view;
    const copy = this.temporary(slot, dtype, view.shape);
    this.copy(view, copy);
    return copy;
  }

  /** `out` itself when it is row-major, else temporary memory of its shape; the caller copies it to `out` afterwards. */
  rowMajorTarget(slot: number, out: View): View {
    return isRowMajor(out) ? out : this.temporary(slot, out.dtype, out.shape);
  }

  /** A copy of `view` in temporary memory with the given strides. */
  restrided(slot: number, view: View, strides: readonly number[]): View {
    const copy = this.temporary(slot, view.dtype, view.shape, strides);
    this.copy(view, copy);
    return copy;
  }

  copy(src: View, out: View): void {
    const { args, axes } = this;
    if (sizeOf(out.shape) === 0) return;
    axes.begin(2);
    for (let i = 0; i < out.shape.length; i++) axes.push(out.shape[i], src.strides[i], out.strides[i]);
    axes.sort();
    axes.merge();
    args[0] = dtypeCode[src.dtype];
    args[1] = dtypeCode[out.dtype];
    args[2] = addressOf(src);
    args[3] = addressOf(out);
    args[4] = axes.count;
    let at = axes.writeShape(args, 5);
    at = axes.writeStrides(args, at, 0);
    axes.writeStrides(args, at, 1);
    this.engine.call(this.#copy);
  }
}
