/** Linear layer and the layers that only reshape. */

import { ShapeError, ValueError } from "../base/errors.js";
import type { FloatDType } from "../base/dtype.js";
import { flag, floatType, optionsOf, show } from "../base/options.js";
import { formatShape, normalizeAxis, type Shape, sizeOf } from "../base/shape.js";
import { zeros } from "../ops/create.js";
import { linear } from "../ops/matmul.js";
import { checkTensors } from "../ops/operation.js";
import { namedGenerator } from "../ops/random.js";
import { flatten, reshape } from "../ops/views.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Costed, Windowed } from "./cost.js";
import { fans, uniformInit } from "./init.js";
import { Module, parameter } from "./module.js";

/** Throws unless every size is a whole number of at least 1. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1 || value >= 2 ** 31) throw new ValueError(`${layer}: ${name} must be a whole number of at least 1, got ${show(value)}.`);
  }
}

/** PyTorch's default for Linear and Conv: weight and bias uniform in ±1/√fanIn. */
export function defaultInit(layer: string, weight: Tensor, bias: Tensor | null): void {
  const generator = namedGenerator(`${layer}[${weight.shape.join(",")}]`);
  const bound = 1 / Math.sqrt(fans(weight).fanIn);
  uniformInit(weight, -bound, bound, { generator: generator.fork("weight") });
  if (bias !== null) uniformInit(bias, -bound, bound, { generator: generator.fork("bias") });
}

export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * y = x Wᵀ + b. x: [..., inFeatures] → [..., outFeatures]. Weights and bias start uniform in ±1/√inFeatures.
 * @throws ValueError for sizes below 1; forward: ShapeError if the last axis of x is not `inFeatures`.
 *
 * @example
 * const layer = new nn.Linear(784, 10);
 * layer.forward(zeros([32, 784])).shape // → [32, 10]
 * layer.forward(zeros([32, 512]))       // → throws ShapeError: linear: input [32, 512], but inFeatures is 784
 */
export class Linear extends Module implements Costed, Windowed {
  /** [outFeatures, inFeatures]. Assign another layer's to share it. */
  weight: Tensor;
  /** [outFeatures] */
  bias: Tensor | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    const { bias = true, dtype = "float32" } = optionsOf("Linear", options, { bias: flag, dtype: floatType });
    super();
    checkSizes("Linear", { inFeatures, outFeatures });
    this.weight = parameter(zeros([outFeatures, inFeatures], { dtype }));
    this.bias = bias ? parameter(zeros([outFeatures], { dtype })) : null;
    defaultInit("Linear", this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  multiplyAdds(_inputs: readonly Shape[], [output]: readonly Shape[]): number {
    return sizeOf(output) * this.inFeatures;
  }

  /** Of rows [N, inFeatures], all; along the last of several axes, no other places. */
  windows(input: Shape): "whole" | null {
    return input.length === 2 ? "whole" : null;
  }

  override describe(): string {
    return `Linear(${this.inFeatures}, ${this.outFeatures}${this.bias === null ? ", bias=false" : ""})`;
  }
}

/**
 * Merges axes `start` to `end` into one. x: [N, C, H, W] → [N, C·H·W] by default.
 *
 * @example
 * new nn.Flatten().forward(zeros([8, 3, 4, 4])).shape // → [8, 48]
 */
export class Flatten extends Module {
  constructor(
    readonly start = 1,
    readonly end = -1,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.start, this.end);
  }
}

/**
 * Splits axis `axis` into axes of the given sizes; one of them may be −1: what is left. x: [N, C·H·W] → [N, C, H, W] for `new Unflatten(1, [C, H, W])`.
 * @throws ShapeError if the sizes do not multiply to that of the axis.
 *
 * @example
 * new nn.Unflatten(1, [3, 4, 4]).forward(zeros([8, 48])).shape // → [8, 3, 4, 4]
 */
export class Unflatten extends Module {
  constructor(
    readonly axis: number,
    readonly sizes: Shape,
  ) {
    super();
    if (!Array.isArray(sizes) || sizes.length === 0) throw new ValueError(`Unflatten: sizes must be the new axes, such as [3, 4], got ${show(sizes)}.`);
  }

  forward(x: Tensor): Tensor {
    checkTensors("Unflatten", [x]);
    const at = normalizeAxis("Unflatten", this.axis, x.ndim);
    return reshape(x, [...x.shape.slice(0, at), ...split(x.shape[at], this.sizes), ...x.shape.slice(at + 1)]);
  }

  override describe(): string {
    return `Unflatten(${this.axis}, [${this.sizes.join(", ")}])`;
  }
}

/** The sizes with −1 filled in; those of an axis of `size` elements. */
function split(size: number, sizes: Shape): Shape {
  const known = sizeOf(sizes.filter((n) => n !== -1));
  const filled = sizes.map((n) => (n === -1 ? size / known : n));
  if (sizeOf(filled) !== size || !filled.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(`Unflatten: ${formatShape(sizes)} does not divide an axis of ${size} elements.`);
  }
  return filled;
}

/**
 * Passes its input through: what replaces a layer that is to be left out.
 *
 * @example
 * new nn.Identity().forward(tensor([1, 2])) // → [1, 2]
 */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}
