/** Depthwise-separable convolution: a filter for each channel, then mixing of the channels. Chollet 2017, "Xception". */

import type { FloatDType } from "../base/dtype.js";
import { anything, flag, floatType, optionsOf } from "../base/options.js";
import type { PadMode } from "../ops/padWith.js";
import type { Padding, Pair } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import { Conv2d } from "./conv.js";
import { checkSizes } from "./linear.js";
import { Module } from "./module.js";

export interface SeparableConv2dOptions {
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros on each side, "valid" for none, or "same" for an output as large as the input (stride 1 only). Default 0. */
  readonly padding?: Padding<Pair>;
  /** Default 1. */
  readonly dilation?: Pair;
  /** What is added at the border. Default "zeros". */
  readonly paddingMode?: "zeros" | PadMode;
  /** Filters for each channel. Default 1. */
  readonly multiplier?: number;
  /** Of the mixing of channels; the filters have none. Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * `depthwise`, a Conv2d that does not mix channels, then `pointwise`, a 1 × 1 Conv2d that does nothing else: kH·kW + outChannels
 * multiplications per value of the input instead of kH·kW·outChannels. x: [N, inChannels, H, W] → [N, outChannels, H', W'], H' as for `Conv2d`.
 * @throws ValueError and ShapeError as `Conv2d`.
 *
 * @example
 * const layer = new nn.SeparableConv2d(3, 256, 5);
 * layer.forward(zeros([1, 3, 12, 12])).shape                       // → [1, 256, 8, 8]
 * summary(layer, [3, 12, 12]).layers.map((l) => l.multiplyAdds)    // → [4800, 49152]
 * summary(new nn.Conv2d(3, 256, 5), [3, 12, 12]).totals.multiplyAdds // → 1228800
 */
export class SeparableConv2d extends Module {
  readonly depthwise: Conv2d;
  readonly pointwise: Conv2d;

  constructor(inChannels: number, outChannels: number, kernel: Pair, options: SeparableConv2dOptions = {}) {
    const { multiplier = 1, bias = true, dtype, ...rest } = optionsOf("SeparableConv2d", options, { stride: anything, padding: anything, dilation: anything, paddingMode: anything, multiplier: anything, bias: flag, dtype: floatType });
    super();
    checkSizes("SeparableConv2d", { inChannels, outChannels, multiplier });
    this.depthwise = new Conv2d(inChannels, inChannels * multiplier, kernel, { ...rest, groups: inChannels, bias: false, dtype });
    this.pointwise = new Conv2d(inChannels * multiplier, outChannels, 1, { bias, dtype });
  }

  forward(x: Tensor): Tensor {
    return this.pointwise.forward(this.depthwise.forward(x));
  }
}
