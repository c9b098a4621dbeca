/** What all convolutions ask of their operands and options, for one, two or three spatial axes. */

import { ShapeError, ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { formatShape, type Shape, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameFloat } from "./checks.js";
import { pad } from "./slice.js";
import { type Axes, axisLetters, checkOptions, type Padding, type PerAxis, perAxis, windowPositions } from "./windows.js";

/** Options of convolutions; P: number of spatial axes. */
export interface ConvOptions<P extends PerAxis> {
  /** Default 1. */
  readonly stride?: P;
  /**
   * Zeros added on each side; "valid" for none, "same" for an output as large as the input (stride 1 only; where the filter is even, one
   * zero more at the end). Default 0.
   */
  readonly padding?: Padding<P>;
  /** Distance between the taps of the filter. Default 1. */
  readonly dilation?: P;
  /** Channels are split into groups that do not see each other. Default 1. */
  readonly groups?: number;
}

/** The options for one filter: numbers for every axis. */
export interface ConvGeometry<P extends PerAxis> {
  readonly stride: Axes<P>;
  readonly dilation: Axes<P>;
  readonly groups: number;
  /** Zeros on both sides. */
  readonly padding: Axes<P>;
  /** Further zeros at the end alone. */
  readonly extra: Axes<P>;
}

/**
 * @throws ValueError for an option out of its range, or "same" with a stride.
 */
export function convGeometry<P extends PerAxis>(op: string, rank: number, kernel: Shape, options: ConvOptions<P>): ConvGeometry<P> {
  checkOptions(op, options, "{ stride: 2 }");
  const { stride, padding, dilation, groups = 1 } = options;
  const each = (name: string, value: P | undefined, usual: number, least: number): Axes<P> => perAxis(op, name, value ?? (usual as P), rank, least);
  const strides = each("stride", stride, 1, 1);
  const dilations = each("dilation", dilation, 1, 1);
  if (!Number.isSafeInteger(groups) || groups < 1) throw new ValueError(`${op}: groups must be a whole number of at least 1, got ${groups}.`);
  if (typeof padding !== "string") {
    return { stride: strides, dilation: dilations, groups, padding: each("padding", padding, 0, 0), extra: each("padding", undefined, 0, 0) };
  }
  if (padding !== "same" && padding !== "valid") {
    throw new ValueError(`${op}: padding must be a number, "same" or "valid", got ${show(padding)}.`);
  }
  if (padding === "same" && strides.some((s) => s !== 1)) {
    throw new ValueError(`${op}: padding "same" needs stride 1, got stride ${strides.join(", ")}; give the padding as a number.`);
  }
  const total = dilations.map((d, i) => (padding === "same" ? d * ((kernel[i] ?? 1) - 1) : 0));
  const half = total.map((t) => Math.floor(t / 2)) as readonly number[] as Axes<P>;
  return { stride: strides, dilation: dilations, groups, padding: half, extra: total.map((t) => t % 2) as readonly number[] as Axes<P> };
}

/** x with the zeros that are wanted at the end alone. */
export function padEnds(x: Tensor, extra: readonly number[]): Tensor {
  return extra.every((n) => n === 0) ? x : pad(x, extra.map((n) => [0, n]));
}

/**
 * Checks x: [N, C, …], weight: [O, C/groups, …] and bias: [O].
 * @throws ShapeError if channels, groups or bias do not fit; DTypeError unless all have one float type.
 */
export function checkConv(op: string, rank: number, operands: readonly Tensor[], groups: number): void {
  const [x, weight, bias] = operands;
  if (x.ndim !== rank + 2 || weight.ndim !== rank + 2) {
    const axes = axisLetters[rank];
    throw new ShapeError(
      `${op}: expected input [N, C, ${axes.join(", ")}] and weight [O, C/groups, ${axes.map((a) => `k${a}`).join(", ")}], ` +
        `got ${formatShape(x.shape)} and ${formatShape(weight.shape)}.`,
    );
  }
  const [channels, outputs] = [x.shape[1], weight.shape[0]];
  if (channels !== weight.shape[1] * groups) {
    throw new ShapeError(
      `${op}: input ${formatShape(x.shape)} has ${channels} channels, but weight ${formatShape(weight.shape)} with ${groups} group(s) ` +
        `takes ${weight.shape[1] * groups}; build Conv${rank}d(${channels}, …).`,
    );
  }
  if (outputs % groups !== 0) throw new ShapeError(`${op}: ${groups} groups do not divide the ${outputs} filters of weight ${formatShape(weight.shape)}.`);
  checkSameFloat(op, operands);
  checkBias(op, bias, weight, outputs);
}

/** @throws ShapeError unless there is no bias, or one number per output channel. */
export function checkBias(op: string, bias: Tensor | undefined, weight: Tensor, outputs: number): void {
  if (bias !== undefined && !sameShape(bias.shape, [outputs])) {
    throw new ShapeError(`${op}: bias ${formatShape(bias.shape)} does not fit weight ${formatShape(weight.shape)}; expected [${outputs}].`);
  }
}

/**
 * Spatial sizes of the output.
 * @throws ShapeError if a filter is larger than the padded input.
 */
export function convPositions(op: string, x: Shape, weight: Shape, { stride, padding, dilation }: Pick<ConvGeometry<PerAxis>, "stride" | "padding" | "dilation">): number[] {
  return windowPositions(op, x, (i) => ({ kernel: weight[2 + i], stride: stride[i], padding: padding[i], dilation: dilation[i] }));
}
