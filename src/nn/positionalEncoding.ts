/** Layers that add to each step of a sequence where it is. */

import type { FloatDType } from "../base/dtype.js";
import { ShapeError } from "../base/errors.js";
import { anything, flag, floatType, optionsOf } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { add } from "../ops/arithmetic.js";
import { zeros } from "../ops/create.js";
import { checkTensors } from "../ops/operation.js";
import { namedGenerator } from "../ops/random.js";
import { checkOffset, sinusoidalPositions } from "../ops/positions.js";
import { slice } from "../ops/slice.js";
import { unsqueeze } from "../ops/views.js";
import type { Tensor } from "../tensor/tensor.js";
import { normalInit } from "./init.js";
import { checkSizes } from "./linear.js";
import { Module, parameter } from "./module.js";

export interface PositionalEncodingOptions {
  /** Whether inputs are [N, T, dim] instead of [T, N, dim]. Default false. */
  readonly batchFirst?: boolean;
}

export interface PositionInput {
  /** Position of the first step, for generating step by step. Default 0. */
  readonly offset?: number;
}

/** Number of steps, and how positions [T, dim] are laid beside x. */
function stepsOf(layer: string, x: Tensor, dim: number, batchFirst: boolean): { steps: number; beside: (positions: Tensor) => Tensor } {
  checkTensors(layer, [x]);
  if (x.ndim !== 3 || x.shape[2] !== dim) {
    throw new ShapeError(`${layer}: expected an input ${batchFirst ? "[N, T" : "[T, N"}, ${dim}], got ${formatShape(x.shape)}.`);
  }
  return { steps: x.shape[batchFirst ? 1 : 0], beside: (positions) => unsqueeze(positions, batchFirst ? 0 : 1) };
}

/**
 * Adds sines and cosines of the position, as `sinusoidalPositions` gives them; there is nothing to learn, and no longest sequence.
 * x: [T, N, dim], or [N, T, dim] with `batchFirst` → the same shape. Vaswani et al. 2017, section 3.5.
 * @throws ValueError for an odd dim; forward: ShapeError for another shape.
 *
 * @example
 * const layer = new nn.PositionalEncoding(2, { batchFirst: true });
 * layer.forward(zeros([1, 2, 2]))                // → [[[0, 1], [0.84147, 0.5403]]]
 * layer.forward(zeros([1, 1, 2]), { offset: 1 }) // → [[[0.84147, 0.5403]]]
 */
export class PositionalEncoding extends Module<[x: Tensor, options?: PositionInput], Tensor> {
  readonly batchFirst: boolean;

  constructor(
    readonly dim: number,
    options: PositionalEncodingOptions = {},
  ) {
    const { batchFirst = false } = optionsOf("PositionalEncoding", options, { batchFirst: flag });
    super();
    sinusoidalPositions(1, dim); // refuses an odd dim
    this.batchFirst = batchFirst;
  }

  forward(x: Tensor, options: PositionInput = {}): Tensor {
    const { offset = 0 } = optionsOf("PositionalEncoding", options, { offset: anything });
    const { steps, beside } = stepsOf("PositionalEncoding", x, this.dim, this.batchFirst);
    const dtype = x.dtype === "float64" ? "float64" : "float32";
    return add(x, beside(sinusoidalPositions(steps, this.dim, { offset, dtype, backend: x.backend })));
  }

  override describe(): string {
    return `PositionalEncoding(${this.dim}${this.batchFirst ? ", batchFirst=true" : ""})`;
  }
}

/**
 * Adds a learned vector for each position. x: [T, N, dim], or [N, T, dim] with `batchFirst` → the same shape; T up to `maxLength`. Vectors start normal
 * with deviation 0.02.
 * @throws ValueError for sizes below 1; forward: ShapeError for another shape or a longer sequence.
 *
 * @example
 * const layer = new nn.LearnedPositionalEncoding(128, 16, { batchFirst: true });
 * layer.forward(zeros([2, 10, 16])).shape // → [2, 10, 16]
 * layer.forward(zeros([2, 200, 16]))      // → throws ShapeError: LearnedPositionalEncoding: positions 0…199 exceed maxLength 128
 */
export class LearnedPositionalEncoding extends Module<[x: Tensor, options?: PositionInput], Tensor> {
  /** [maxLength, dim] */
  weight: Tensor;
  readonly batchFirst: boolean;

  constructor(
    readonly maxLength: number,
    readonly dim: number,
    options: PositionalEncodingOptions & { readonly dtype?: FloatDType } = {},
  ) {
    const { batchFirst = false, dtype = "float32" } = optionsOf("LearnedPositionalEncoding", options, { batchFirst: flag, dtype: floatType });
    super();
    checkSizes("LearnedPositionalEncoding", { maxLength, dim });
    const generator = namedGenerator(`LearnedPositionalEncoding[${maxLength},${dim}]`);
    this.weight = parameter(normalInit(zeros([maxLength, dim], { dtype }), 0, 0.02, { generator }));
    this.batchFirst = batchFirst;
  }

  forward(x: Tensor, options: PositionInput = {}): Tensor {
    const { offset = 0 } = optionsOf("LearnedPositionalEncoding", options, { offset: anything });
    const { steps, beside } = stepsOf("LearnedPositionalEncoding", x, this.dim, this.batchFirst);
    checkOffset("LearnedPositionalEncoding", offset);
    if (offset + steps > this.maxLength) {
      throw new ShapeError(`LearnedPositionalEncoding: positions ${offset}…${offset + steps - 1} exceed maxLength ${this.maxLength}.`);
    }
    return add(x, beside(slice(this.weight, { start: offset, end: offset + steps })));
  }

  override describe(): string {
    return `LearnedPositionalEncoding(${this.maxLength}, ${this.dim}${this.batchFirst ? ", batchFirst=true" : ""})`;
  }
}
