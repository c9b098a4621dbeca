/**
 * Physical orders of image tensors [N, C, H, W]. Kernels work on NCHW (row-major) and on HWNC, where a pixel's channels are
 * neighbours and all images' pixels at one place follow each other: the order in which convolutions run fastest.
 */

import type { View } from "../backend.js";
import { isRowMajor } from "./axes.js";
import type { Calls } from "./call.js";

/** Codes of the layouts in the argument block. */
export const layouts = { nchw: 0, hwnc: 1 } as const;
export type Layout = keyof typeof layouts;

/** Strides of [N, C, H, W] in the physical order H, W, N, C. */
export function hwncStrides([N, C, , W]: readonly number[]): number[] {
  return [C, 1, W * N * C, N * C];
}

export function isHwnc({ shape, strides }: View): boolean {
  const [N, C, H, W] = shape;
  return (
    (C === 1 || strides[1] === 1) && (N === 1 || strides[0] === C) &&
    (W === 1 || strides[3] === N * C) && (H === 1 || strides[2] === W * N * C)
  );
}

/** The layout of a dense image tensor, or undefined when it has another order or gaps. */
export function layoutOf(view: View): Layout | undefined {
  return isHwnc(view) ? "hwnc" : isRowMajor(view) ? "nchw" : undefined;
}

function has(view: View, layout: Layout): boolean {
  return layout === "hwnc" ? isHwnc(view) : isRowMajor(view);
}

/** `view` itself when it has this layout, else a copy that has. */
export function inLayout(calls: Calls, slot: number, view: View, layout: Layout): View {
  if (has(view, layout)) return view;
  return layout === "hwnc" ? calls.restrided(slot, view, hwncStrides(view.shape)) : calls.rowMajor(slot, view);
}

/** `out` itself when it has this layout, else temporary memory that has; the caller copies it to `out` afterwards. */
export function targetInLayout(calls: Calls, slot: number, out: View, layout: Layout): View {
  if (has(out, layout)) return out;
  return layout === "hwnc" ? calls.temporary(slot, out.dtype, out.shape, hwncStrides(out.shape)) : calls.temporary(slot, out.dtype, out.shape);
}
