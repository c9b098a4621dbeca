/** Layer norm, RMS norm and group norm as layers: each sample by itself, the same in training and in evaluation. */

import type { FloatDType } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { anything, flag, floatType, optionsOf, show } from "../base/options.js";
import type { Shape } from "../base/shape.js";
import { ones, zeros } from "../ops/create.js";
import { groupNorm, layerNorm, rmsNorm } from "../ops/layerNorm.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkEps } from "./channelNorm.js";
import { checkSizes } from "./linear.js";
import { Module, parameter } from "./module.js";

/** The normalised axes as a list of whole numbers of at least 1. */
function axesOf(layer: string, normalizedShape: number | Shape): Shape {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  if (!Array.isArray(shape) || shape.length === 0) {
    throw new ValueError(`${layer}: normalizedShape must be the sizes of the last axes, such as 512 or [16, 16], got ${show(normalizedShape)}.`);
  }
  for (const size of shape) checkSizes(layer, { "every size of normalizedShape": size });
  return [...shape];
}

const sizes = (shape: Shape): string => (shape.length === 1 ? `${shape[0]}` : `[${shape.join(", ")}]`);

export interface LayerNormOptions {
  /** Added to the variance. Default 1e−5. */
  readonly eps?: number;
  /** Whether there is a weight, and a bias. Default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight. Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * y = (x − μ)/√(σ² + eps) · weight + bias with μ and σ² over the last axes. x: [..., ...normalizedShape]. Ba et al. 2016.
 * @throws ValueError for sizes below 1; forward: ShapeError if x does not end with `normalizedShape`.
 *
 * @example
 * const layer = new nn.LayerNorm(4);
 * layer.forward(rand([2, 3, 4])).mean({ axis: -1 }).abs().max() // → 0.0000
 * layer.forward(rand([2, 5]))                                   // → throws ShapeError: layerNorm: input [2, 5] must end with the normalised axes [4]
 */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  /** normalizedShape, starts at 1; null without `elementwiseAffine`. */
  weight: Tensor | null;
  /** normalizedShape, starts at 0; null without `elementwiseAffine` or `bias`. */
  bias: Tensor | null;
  readonly eps: number;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = "float32" } = optionsOf("LayerNorm", options, { eps: anything, elementwiseAffine: flag, bias: flag, dtype: floatType });
    super();
    this.normalizedShape = axesOf("LayerNorm", normalizedShape);
    checkEps("LayerNorm", eps);
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape, { dtype })) : null;
    this.bias = elementwiseAffine && bias ? parameter(zeros(this.normalizedShape, { dtype })) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this);
  }

  override describe(): string {
    const without = this.weight === null ? ", elementwiseAffine=false" : this.bias === null ? ", bias=false" : "";
    return `LayerNorm(${sizes(this.normalizedShape)}${this.eps === 1e-5 ? "" : `, eps=${this.eps}`}${without})`;
  }
}

export interface RMSNormOptions {
  /** Added to the mean square. Default: the distance from 1 to the next number of the input's type, as in PyTorch. */
  readonly eps?: number;
  /** Whether there is a weight. Default true. */
  readonly elementwiseAffine?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * y = x/√(mean of x² + eps) · weight over the last axes. x: [..., ...normalizedShape]. Zhang & Sennrich 2019.
 * @throws as `LayerNorm`.
 *
 * @example
 * new nn.RMSNorm(2).forward(tensor([[3, 4]])) // → [[0.84853, 1.13137]]
 */
export class RMSNorm extends Module {
  readonly normalizedShape: Shape;
  /** normalizedShape, starts at 1; null without `elementwiseAffine`. */
  weight: Tensor | null;
  readonly eps: number | undefined;

  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}) {
    const { eps, elementwiseAffine = true, dtype = "float32" } = optionsOf("RMSNorm", options, { eps: anything, elementwiseAffine: flag, dtype: floatType });
    super();
    this.normalizedShape = axesOf("RMSNorm", normalizedShape);
    if (eps !== undefined) checkEps("RMSNorm", eps);
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape, { dtype })) : null;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this);
  }

  override describe(): string {
    return `RMSNorm(${sizes(this.normalizedShape)}${this.eps === undefined ? "" : `, eps=${this.eps}`}${this.weight === null ? ", elementwiseAffine=false" : ""})`;
  }
}

export interface GroupNormOptions {
  /** Added to the variance. Default 1e−5. */
  readonly eps?: number;
  /** Whether there are a weight and a bias for each channel. Default true. */
  readonly affine?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * Each group of neighbouring channels of each sample to mean 0 and variance 1, then · weight + bias per channel. x: [N, channels, …].
 * Wu & He 2018.
 * @throws ValueError for sizes below 1 or groups that do not divide the channels; forward: ShapeError for another number of channels.
 *
 * @example
 * const layer = new nn.GroupNorm(2, 8);
 * layer.forward(rand([4, 8, 5, 5])).shape // → [4, 8, 5, 5]
 * new nn.GroupNorm(3, 8)                  // → throws ValueError: GroupNorm: 3 groups do not divide 8 channels
 */
export class GroupNorm extends Module {
  /** [channels], starts at 1; null without `affine`. */
  weight: Tensor | null;
  /** [channels], starts at 0; null without `affine`. */
  bias: Tensor | null;
  readonly eps: number;

  constructor(
    readonly groups: number,
    readonly channels: number,
    options: GroupNormOptions = {},
  ) {
    const { eps = 1e-5, affine = true, dtype = "float32" } = optionsOf("GroupNorm", options, { eps: anything, affine: flag, dtype: floatType });
    super();
    checkSizes("GroupNorm", { groups, channels });
    if (channels % groups !== 0) throw new ValueError(`GroupNorm: ${groups} groups do not divide ${channels} channels.`);
    checkEps("GroupNorm", eps);
    this.eps = eps;
    this.weight = affine ? parameter(ones([channels], { dtype })) : null;
    this.bias = affine ? parameter(zeros([channels], { dtype })) : null;
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.groups, this);
  }

  override describe(): string {
    const { groups, channels, eps } = this;
    return `GroupNorm(${groups}, ${channels}${eps === 1e-5 ? "" : `, eps=${eps}`}${this.weight === null ? ", affine=false" : ""})`;
  }
}
