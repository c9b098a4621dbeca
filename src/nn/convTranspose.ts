/** Transposed convolution layers, which enlarge, of one, two and three spatial axes. */

import type { FloatDType } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { anything, flag, floatType, optionsOf } from "../base/options.js";
import { type Shape, sizeOf } from "../base/shape.js";
import {
  convTranspose1d, convTranspose2d, convTranspose3d, type ConvTransposeOptions, transposeGeometry,
} from "../ops/convTranspose.js";
import { zeros } from "../ops/create.js";
import { type Axes, type Pair, type PerAxis, perAxis, type Single, type Triple } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Costed, Windowed, Windows } from "./cost.js";
import { checkSizes, defaultInit } from "./linear.js";
import { Module, parameter } from "./module.js";
import { shown } from "./shown.js";

/** Options of transposed convolution layers; P: number of spatial axes. */
export interface ConvTransposeLayerOptions<P extends PerAxis> extends ConvTransposeOptions<P> {
  /** Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/** What the layers share: weight [inChannels, outChannels/groups, …kernel], bias [outChannels], and the options for every axis. */
abstract class ConvTranspose<P extends PerAxis> extends Module implements Costed, Windowed {
  /** [inChannels, outChannels/groups, …kernel] */
  weight: Tensor;
  /** [outChannels] */
  bias: Tensor | null;
  readonly kernel: Axes<P>;
  readonly stride: Axes<P>;
  readonly padding: Axes<P>;
  readonly outputPadding: Axes<P>;
  readonly dilation: Axes<P>;
  readonly groups: number;

  constructor(
    rank: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernel: P,
    options: ConvTransposeLayerOptions<P> = {},
  ) {
    const { bias = true, dtype = "float32", ...rest } = optionsOf(new.target.name, options, { bias: flag, dtype: floatType, stride: anything, padding: anything, dilation: anything, outputPadding: anything, groups: anything });
    super();
    const { name } = this.constructor;
    checkSizes(name, { inChannels, outChannels });
    const { stride, padding, outputPadding, dilation, groups } = transposeGeometry<P>(name, rank, rest);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ValueError(`${name}: ${groups} groups do not divide ${inChannels} input and ${outChannels} output channels.`);
    }
    this.kernel = perAxis(name, "kernel", kernel, rank, 1);
    this.stride = stride;
    this.padding = padding;
    this.outputPadding = outputPadding;
    this.dilation = dilation;
    this.groups = groups;
    this.weight = parameter(zeros([inChannels, outChannels / groups, ...this.kernel], { dtype }));
    this.bias = bias ? parameter(zeros([outChannels], { dtype })) : null;
    defaultInit(name, this.weight, this.bias);
  }

  multiplyAdds([input]: readonly Shape[]): number {
    return sizeOf(input) * (this.outChannels / this.groups) * sizeOf(this.kernel);
  }

  windows(): Windows {
    const { kernel, stride, dilation } = this;
    return { kernel: kernel.map((k, i) => Math.ceil((dilation[i] * (k - 1) + 1) / stride[i])), stride: stride.map((s) => 1 / s) };
  }

  override describe(): string {
    const { kernel, stride, padding, outputPadding, dilation, groups, bias } = this;
    return (
      `${this.constructor.name}(${this.inChannels}, ${this.outChannels}${shown("kernel", kernel)}${shown("stride", stride, 1)}` +
      `${shown("padding", padding, 0)}${shown("outputPadding", outputPadding, 0)}${shown("dilation", dilation, 1)}` +
      `${groups === 1 ? "" : `, groups=${groups}`}${bias === null ? ", bias=false" : ""})`
    );
  }
}

/**
 * Transposed convolution of sequences. x: [N, inChannels, L] → [N, outChannels, L'],
 * L' = (L − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1. Weights and bias start uniform in
 * ±1/√(outChannels/groups · kernel).
 * @throws ValueError as `ConvTranspose2d`; forward: ShapeError if x has another shape.
 *
 * @example
 * const layer = new nn.ConvTranspose1d(16, 8, 4, { stride: 2, padding: 1 });
 * layer.forward(zeros([2, 16, 50])).shape // → [2, 8, 100]
 */
export class ConvTranspose1d extends ConvTranspose<Single> {
  constructor(inChannels: number, outChannels: number, kernel: Single, options?: ConvTransposeLayerOptions<Single>) {
    super(1, inChannels, outChannels, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.weight, this.bias, this);
  }
}

/**
 * Transposed convolution of images: the reverse of a Conv2d's sizes. x: [N, inChannels, H, W] → [N, outChannels, H', W'],
 * H' = (H − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1. Weights and bias start uniform in
 * ±1/√(outChannels/groups · kH · kW).
 * @throws ValueError for sizes below 1, groups that do not divide the channels, or outputPadding of at least stride and dilation; forward:
 * ShapeError if x has another shape, or padding cuts everything off.
 *
 * @example
 * const layer = new nn.ConvTranspose2d(64, 32, 2, { stride: 2 });
 * layer.forward(zeros([8, 64, 7, 7])).shape // → [8, 32, 14, 14]
 * layer.weight.shape                        // → [64, 32, 2, 2]
 */
export class ConvTranspose2d extends ConvTranspose<Pair> {
  constructor(inChannels: number, outChannels: number, kernel: Pair, options?: ConvTransposeLayerOptions<Pair>) {
    super(2, inChannels, outChannels, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this);
  }
}

/**
 * Transposed convolution of volumes. x: [N, inChannels, D, H, W] → [N, outChannels, D', H', W'], sizes as for `ConvTranspose2d`.
 * @throws ValueError and ShapeError as `ConvTranspose2d`.
 *
 * @example
 * const layer = new nn.ConvTranspose3d(4, 2, 2, { stride: [1, 2, 2] });
 * layer.forward(zeros([1, 4, 3, 5, 5])).shape // → [1, 2, 4, 10, 10]
 */
export class ConvTranspose3d extends ConvTranspose<Triple> {
  constructor(inChannels: number, outChannels: number, kernel: Triple, options?: ConvTransposeLayerOptions<Triple>) {
    super(3, inChannels, outChannels, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose3d(x, this.weight, this.bias, this);
  }
}
