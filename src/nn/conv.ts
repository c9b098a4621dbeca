/** Convolution layers of one, two and three spatial axes. */

import type { FloatDType } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { anything, flag, floatType, optionsOf } from "../base/options.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { ConvEpilogue } from "../backend/backend.js";
import { conv1d } from "../ops/conv1d.js";
import { conv2d } from "../ops/conv.js";
import { conv3d } from "../ops/conv3d.js";
import { convGeometry, type ConvOptions } from "../ops/convShape.js";
import { zeros } from "../ops/create.js";
import { checkPadMode, type PadMode, padWith } from "../ops/padWith.js";
import { type Axes, type Pair, type PerAxis, perAxis, type Single, type Triple } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Costed, Windowed, Windows } from "./cost.js";
import { checkSizes, defaultInit } from "./linear.js";
import { Module, parameter } from "./module.js";
import { shown } from "./shown.js";

/** Options of convolution layers; P: number of spatial axes. */
export interface ConvLayerOptions<P extends PerAxis> extends ConvOptions<P> {
  /** What is added at the border: zeros, or the input's own values. Default "zeros". */
  readonly paddingMode?: "zeros" | PadMode;
  /** Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

export type Conv1dLayerOptions = ConvLayerOptions<Single>;
export type Conv2dLayerOptions = ConvLayerOptions<Pair>;
export type Conv3dLayerOptions = ConvLayerOptions<Triple>;

/** What the layers share: weight [outChannels, inChannels/groups, …kernel], bias [outChannels], and the options for every axis. */
abstract class Conv<P extends PerAxis> extends Module implements Costed, Windowed {
  /** [outChannels, inChannels/groups, …kernel] */
  weight: Tensor;
  /** [outChannels] */
  bias: Tensor | null;
  readonly kernel: Axes<P>;
  readonly stride: Axes<P>;
  /** On both sides of each axis; "same" where the two sides differ. */
  readonly padding: Axes<P> | "same";
  readonly dilation: Axes<P>;
  readonly groups: number;
  readonly paddingMode: "zeros" | PadMode;
  /** Values of the input's own around it, where `paddingMode` asks for them. */
  private readonly around: readonly (readonly [number, number])[] | null;

  constructor(
    rank: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernel: P,
    options: ConvLayerOptions<P> = {},
  ) {
    const { bias = true, paddingMode = "zeros", dtype = "float32", ...rest } = optionsOf(new.target.name, options, { bias: flag, paddingMode: anything, dtype: floatType, stride: anything, padding: anything, dilation: anything, groups: anything });
    super();
    const { name } = this.constructor;
    checkSizes(name, { inChannels, outChannels });
    this.kernel = perAxis(name, "kernel", kernel, rank, 1);
    const { stride, dilation, groups, padding, extra } = convGeometry<P>(name, rank, this.kernel, rest);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ValueError(`${name}: ${groups} groups do not divide ${inChannels} input and ${outChannels} output channels.`);
    }
    if (paddingMode !== "zeros") checkPadMode(name, paddingMode);
    this.stride = stride;
    this.dilation = dilation;
    this.groups = groups;
    this.padding = extra.every((n) => n === 0) ? padding : "same";
    this.paddingMode = paddingMode;
    this.around = paddingMode === "zeros" ? null : padding.map((n, i) => [n, n + extra[i]]);
    this.weight = parameter(zeros([outChannels, inChannels / groups, ...this.kernel], { dtype }));
    this.bias = bias ? parameter(zeros([outChannels], { dtype })) : null;
    defaultInit(name, this.weight, this.bias);
  }

  /** x with what `paddingMode` puts around it, and the padding that is left for the operation. */
  protected padded(x: Tensor): { x: Tensor; padding: Axes<P> | "same" | "valid" } {
    return this.around === null ? { x, padding: this.padding } : { x: padWith(x, this.around, this.paddingMode as PadMode), padding: "valid" };
  }

  multiplyAdds(_inputs: readonly Shape[], [output]: readonly Shape[]): number {
    return sizeOf(output) * (this.inChannels / this.groups) * sizeOf(this.kernel);
  }

  windows(): Windows {
    return this;
  }

  override describe(): string {
    const { kernel, stride, padding, dilation, groups, paddingMode, bias } = this;
    return (
      `${this.constructor.name}(${this.inChannels}, ${this.outChannels}${shown("kernel", kernel)}${shown("stride", stride, 1)}` +
      `${padding === "same" ? `, padding="same"` : shown("padding", padding, 0)}${shown("dilation", dilation, 1)}` +
      `${groups === 1 ? "" : `, groups=${groups}`}${paddingMode === "zeros" ? "" : `, paddingMode="${paddingMode}"`}` +
      `${bias === null ? ", bias=false" : ""})`
    );
  }
}

/**
 * Convolution of sequences. x: [N, inChannels, L] → [N, outChannels, L'],
 * L' = ⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Weights and bias start uniform in ±1/√(inChannels/groups · kernel).
 * @throws ValueError as `Conv2d`; forward: ShapeError if x has another shape, or the filter does not fit.
 *
 * @example
 * const layer = new nn.Conv1d(16, 32, 3, { padding: "same", dilation: 4 });
 * layer.forward(zeros([8, 16, 100])).shape // → [8, 32, 100]
 */
export class Conv1d extends Conv<Single> {
  constructor(inChannels: number, outChannels: number, kernel: Single, options?: Conv1dLayerOptions) {
    super(1, inChannels, outChannels, kernel, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const { x: input, padding } = this.padded(x);
    return conv1d(input, this.weight, this.bias, { stride, padding, dilation, groups });
  }
}

/**
 * Convolution of images. x: [N, inChannels, H, W] → [N, outChannels, H', W'],
 * H' = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Weights and bias start uniform in ±1/√(inChannels/groups · kH · kW).
 * @throws ValueError for sizes below 1, groups that do not divide the channels, or "same" with a stride; forward: ShapeError if x has
 * another shape, or the filter does not fit.
 *
 * @example
 * const layer = new nn.Conv2d(3, 32, 5, { padding: "same" });
 * layer.forward(zeros([8, 3, 32, 32])).shape // → [8, 32, 32, 32]
 * layer.weight.shape                         // → [32, 3, 5, 5]
 */
export class Conv2d extends Conv<Pair> {
  constructor(inChannels: number, outChannels: number, kernel: Pair, options?: Conv2dLayerOptions) {
    super(2, inChannels, outChannels, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return this.forwardWith(x, { relu: false, maxPool: false });
  }

  /** Convolution, then ReLU and 2 × 2 max-pool while the output is written. */
  forwardWith(x: Tensor, epilogue: ConvEpilogue): Tensor {
    const { stride, dilation, groups } = this;
    const { x: input, padding } = this.padded(x);
    return conv2d(input, this.weight, this.bias, { stride, padding, dilation, groups, epilogue });
  }
}

/**
 * Convolution of volumes. x: [N, inChannels, D, H, W] → [N, outChannels, D', H', W'], sizes as for `Conv2d`.
 * @throws ValueError and ShapeError as `Conv2d`.
 *
 * @example
 * const layer = new nn.Conv3d(1, 8, 3, { padding: 1, stride: [1, 2, 2] });
 * layer.forward(zeros([2, 1, 4, 16, 16])).shape // → [2, 8, 4, 8, 8]
 */
export class Conv3d extends Conv<Triple> {
  constructor(inChannels: number, outChannels: number, kernel: Triple, options?: Conv3dLayerOptions) {
    super(3, inChannels, outChannels, kernel, options);
  }

  forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const { x: input, padding } = this.padded(x);
    return conv3d(input, this.weight, this.bias, { stride, padding, dilation, groups });
  }
}
