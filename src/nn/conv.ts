/** Convolution and pooling layers. */

import type { FloatDType } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import type { ConvEpilogue } from "../backend/backend.js";
import { conv2d } from "../ops/conv.js";
import { zeros } from "../ops/create.js";
import { type Pair, pair } from "../ops/pair.js";
import { avgPool2d, maxPool2d } from "../ops/pool.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSizes, defaultInit } from "./linear.js";
import { Module, parameter } from "./module.js";

export interface Conv2dLayerOptions {
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros added on each side, or "same" for an output as large as the input (stride 1, odd kernels). Default 0. */
  readonly padding?: Pair | "same";
  /** Default 1. */
  readonly dilation?: Pair;
  /** Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * Convolution of images. x: [N, inChannels, H, W] → [N, outChannels, H', W'],
 * H' = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1. Weights and bias start uniform in ±1/√(inChannels/groups · kH · kW).
 * @throws ValueError for sizes below 1, groups that do not divide the channels, or "same" with a stride or an even kernel.
 *
 * @example
 * const layer = new nn.Conv2d(3, 32, 5, { padding: "same" });
 * layer.forward(zeros([8, 3, 32, 32])).shape // → [8, 32, 32, 32]
 * layer.weight.shape                         // → [32, 3, 5, 5]
 */
export class Conv2d extends Module {
  /** [outChannels, inChannels/groups, kH, kW] */
  readonly weight: Tensor;
  /** [outChannels] */
  readonly bias: Tensor | null;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernel: Pair,
    { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, dtype = "float32" }: Conv2dLayerOptions = {},
  ) {
    super();
    this.kernel = pair(kernel);
    this.stride = pair(stride);
    this.dilation = pair(dilation);
    this.groups = groups;
    const [kH, kW] = this.kernel;
    checkSizes("Conv2d", {
      inChannels, outChannels, kernel: Math.min(kH, kW), stride: Math.min(...this.stride), dilation: Math.min(...this.dilation), groups,
    });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ValueError(`Conv2d: ${groups} groups do not divide ${inChannels} input and ${outChannels} output channels.`);
    }
    this.padding = padding === "same" ? samePadding(this.kernel, this.stride, this.dilation) : pair(padding);
    this.weight = parameter(zeros([outChannels, inChannels / groups, kH, kW], { dtype }));
    this.bias = bias ? parameter(zeros([outChannels], { dtype })) : null;
    defaultInit("Conv2d", this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this);
  }

  /** Convolution, then ReLU and 2 × 2 max-pool while the output is written. */
  forwardWith(x: Tensor, epilogue: ConvEpilogue): Tensor {
    const { stride, padding, dilation, groups } = this;
    return conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups, epilogue });
  }

  override describe(): string {
    const { kernel, stride, padding, dilation, groups } = this;
    const show = (name: string, value: readonly number[], usual: number): string =>
      value.every((v) => v === usual) ? "" : `, ${name}=${value[0] === value[1] ? value[0] : `[${value.join(", ")}]`}`;
    return (
      `Conv2d(${this.inChannels}, ${this.outChannels}${show("kernel", kernel, 0)}${show("stride", stride, 1)}` +
      `${show("padding", padding, 0)}${show("dilation", dilation, 1)}${groups === 1 ? "" : `, groups=${groups}`}` +
      `${this.bias === null ? ", bias=false" : ""})`
    );
  }
}

function samePadding(kernel: readonly [number, number], stride: readonly [number, number], dilation: readonly [number, number]): readonly [number, number] {
  const total = kernel.map((k, i) => dilation[i] * (k - 1));
  if (stride.some((s) => s !== 1) || total.some((t) => t % 2 !== 0)) {
    throw new ValueError(`Conv2d: padding "same" needs stride 1 and an odd kernel, got stride ${stride} and kernel ${kernel}; give the padding as a number.`);
  }
  return [total[0] / 2, total[1] / 2];
}

export interface PoolOptions {
  /** Default: the kernel. */
  readonly stride?: Pair;
  /** Default 0. */
  readonly padding?: Pair;
}

abstract class Pool2d extends Module {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];

  constructor(kernel: Pair, { stride = kernel, padding = 0 }: PoolOptions = {}) {
    super();
    this.kernel = pair(kernel);
    this.stride = pair(stride);
    this.padding = pair(padding);
    checkSizes(this.constructor.name, { kernel: Math.min(...this.kernel), stride: Math.min(...this.stride) });
  }

  override describe(): string {
    const { kernel, stride, padding } = this;
    const one = (p: readonly number[]): string => (p[0] === p[1] ? `${p[0]}` : `[${p.join(", ")}]`);
    return `${this.constructor.name}(${one(kernel)}, stride=${one(stride)}${one(padding) === "0" ? "" : `, padding=${one(padding)}`})`;
  }
}

/**
 * Largest value of each window. x: [N, C, H, W] → [N, C, H', W'], H' = ⌊(H + 2·padding − kernel) / stride⌋ + 1.
 *
 * @example
 * new nn.MaxPool2d(3, { stride: 2 }).forward(zeros([8, 16, 31, 31])).shape // → [8, 16, 15, 15]
 */
export class MaxPool2d extends Pool2d {
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this);
  }

  /** Whether a convolution can do it while writing: 2 × 2 windows side by side, no padding. */
  get fusible(): boolean {
    return [...this.kernel, ...this.stride].every((n) => n === 2) && this.padding.every((p) => p === 0);
  }
}

/**
 * Mean of each window; padded zeros count. x: [N, C, H, W] → [N, C, H', W'].
 *
 * @example
 * new nn.AvgPool2d(2).forward(tensor([[[[1, 2], [3, 6]]]])) // → [[[[3]]]]
 */
export class AvgPool2d extends Pool2d {
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this);
  }
}
