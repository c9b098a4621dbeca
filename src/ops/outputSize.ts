/** What size a convolution or a pooling makes of an image, worked out without one. */

import { ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { strictWindowOutput, type Window, windowOutput } from "../base/shape.js";
import { convGeometry, type ConvOptions } from "./convShape.js";
import { type ConvTransposeOptions, transposeGeometry, transposedSize } from "./convTranspose.js";
import { type MaxPoolOptions, poolGeometry } from "./poolShape.js";
import { axisNames, type PerAxis, perAxis } from "./windows.js";

/** How positions are counted where the windows do not tile the padded axis: rounded down, or not at all. */
export type SizeRule = "floor" | "strict";

export interface ConvSizeOptions extends Omit<ConvOptions<PerAxis>, "groups"> {
  /** Size of the filter. */
  readonly kernel: PerAxis;
  /** "floor" (default), as the operations do; "strict": an error explains what is left over. */
  readonly rule?: SizeRule;
}

export interface PoolSizeOptions extends MaxPoolOptions<PerAxis> {
  /** "floor" (default), as the operations do; "strict": an error explains what is left over. */
  readonly rule?: SizeRule;
}

export interface ConvTransposeSizeOptions extends Omit<ConvTransposeOptions<PerAxis>, "groups"> {
  /** Size of the filter. */
  readonly kernel: PerAxis;
}

/** Sizes as a list, and back into the form in which they came. */
function overAxes(op: string, size: PerAxis, of: (sizes: readonly number[]) => number[]): number | number[] {
  const sizes = typeof size === "number" ? [size] : size;
  if (!Array.isArray(sizes) || !(sizes.length in axisNames)) throw new ValueError(`${op}: give the size of one axis, or of up to three, got ${String(size)}.`);
  const out = of(perAxis<PerAxis>(op, "size", sizes, sizes.length, 1));
  return typeof size === "number" ? out[0] : out;
}

function counted(op: string, sizes: readonly number[], rule: SizeRule, window: (axis: number) => Window): number[] {
  if (rule !== "floor" && rule !== "strict") throw new ValueError(`${op}: rule must be "floor" or "strict", got ${show(rule)}.`);
  const count = rule === "strict" ? strictWindowOutput : windowOutput;
  return sizes.map((size, axis) => count(sizes.length === 1 ? op : `${op}: ${axisNames[sizes.length][axis]}`, size, window(axis)));
}

/**
 * Size of a convolution's result, ⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 on every axis.
 * @param size one axis, or [height, width], or [depth, height, width]
 * @throws ShapeError if the filter does not fit; by the strict rule also if positions are left over; ValueError for an option out of its range.
 *
 * @example
 * convOutputSize(32, { kernel: 6, stride: 2, padding: 1 })                 // → 15
 * convOutputSize([224, 112], { kernel: [7, 5], stride: 2, padding: [3, 2] }) // → [112, 56]
 * convOutputSize(7, { kernel: 3, stride: 3 })                              // → 2
 * convOutputSize(7, { kernel: 3, stride: 3, rule: "strict" })              // → throws ShapeError: convOutputSize: kernel 3, stride 3 and padding 0 do not fit size 7: 1 of 7
 */
export function convOutputSize(size: number, options: ConvSizeOptions): number;
export function convOutputSize(size: readonly number[], options: ConvSizeOptions): number[];
export function convOutputSize(size: PerAxis, options: ConvSizeOptions): number | number[] {
  const { kernel, rule = "floor", ...rest } = optionsOf("convOutputSize", options);
  return overAxes("convOutputSize", size, (sizes) => {
    const filter = perAxis("convOutputSize", "kernel", kernel, sizes.length, 1);
    const { stride, padding, dilation, extra } = convGeometry<PerAxis>("convOutputSize", sizes.length, filter, rest);
    const padded = sizes.map((n, axis) => n + extra[axis]);
    return counted("convOutputSize", padded, rule, (axis) => ({ kernel: filter[axis], stride: stride[axis], padding: padding[axis], dilation: dilation[axis] }));
  });
}

/**
 * Size of a pooling's result: as for a convolution, but the stride is the kernel unless given, and `ceilMode` rounds up.
 * @param size one axis, or [height, width], or [depth, height, width]
 * @throws ShapeError and ValueError as `convOutputSize`.
 *
 * @example
 * poolOutputSize(27, { kernel: 2 })                                      // → 13
 * poolOutputSize(27, { kernel: 2, ceilMode: true })                      // → 14
 * poolOutputSize([28, 28], { kernel: 3, stride: 2, padding: 1 })         // → [14, 14]
 */
export function poolOutputSize(size: number, options: PoolSizeOptions): number;
export function poolOutputSize(size: readonly number[], options: PoolSizeOptions): number[];
export function poolOutputSize(size: PerAxis, options: PoolSizeOptions): number | number[] {
  const { rule = "floor", ...rest } = optionsOf("poolOutputSize", options);
  return overAxes("poolOutputSize", size, (sizes) => {
    const { kernel, stride, padding, dilation, ceil } = poolGeometry<PerAxis>("poolOutputSize", sizes.length, rest);
    return counted("poolOutputSize", sizes, rule, (axis) => ({
      kernel: kernel[axis], stride: stride[axis], padding: padding[axis], dilation: dilation[axis], ceil,
    }));
  });
}

/**
 * Size of a transposed convolution's result, (size − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1 on every axis.
 * @param size one axis, or [height, width], or [depth, height, width]
 * @throws ValueError for an option out of its range.
 *
 * @example
 * convTransposeOutputSize(14, { kernel: 2, stride: 2 })                                    // → 28
 * convTransposeOutputSize([7, 7], { kernel: 3, stride: 2, padding: 1, outputPadding: 1 }) // → [14, 14]
 */
export function convTransposeOutputSize(size: number, options: ConvTransposeSizeOptions): number;
export function convTransposeOutputSize(size: readonly number[], options: ConvTransposeSizeOptions): number[];
export function convTransposeOutputSize(size: PerAxis, options: ConvTransposeSizeOptions): number | number[] {
  const { kernel, ...rest } = optionsOf("convTransposeOutputSize", options);
  return overAxes("convTransposeOutputSize", size, (sizes) => {
    const filter = perAxis("convTransposeOutputSize", "kernel", kernel, sizes.length, 1);
    return transposedSize(sizes, filter, transposeGeometry<PerAxis>("convTransposeOutputSize", sizes.length, rest));
  });
}
