/** Where in a sequence a step is, as features: attention alone does not know. */

import { hostArray } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { checkTensor } from "./checks.js";
import { type TensorOptions, tensor } from "./create.js";
import { slice, stack } from "./slice.js";
import { reshape } from "./views.js";

/** Angles position / base^(2i/dim) of positions offset … offset + count − 1 and pairs i, [count, dim/2], on the host. */
function angles(count: number, dim: number, offset: number, base: number): Float64Array {
  const pairs = dim / 2;
  return Float64Array.from({ length: count * pairs }, (_, n) => (offset + Math.floor(n / pairs)) / base ** ((2 * (n % pairs)) / dim));
}

function checkEven(op: string, dim: number): void {
  if (!Number.isInteger(dim) || dim < 2 || dim % 2 !== 0) throw new ValueError(`${op}: the number of features must be even and at least 2, got ${dim}.`);
}

/** @throws ValueError unless it is a whole number of at least 0. */
export function checkOffset(op: string, offset: number): void {
  if (!Number.isInteger(offset) || offset < 0) throw new ValueError(`${op}: offset must be a whole number of at least 0, got ${offset}.`);
}

export interface PositionOptions extends Pick<TensorOptions, "dtype" | "backend"> {
  /** Number of the first position. Default 0. */
  readonly offset?: number;
}

/**
 * Sines and cosines of positions 0 … length − 1, [length, dim]: feature 2i is sin(position / 10000^(2i/dim)), feature 2i + 1 the cosine.
 * Vaswani et al. 2017, section 3.5.
 * @throws ValueError for an odd number of features.
 *
 * @example
 * sinusoidalPositions(2, 4) // → [[0, 1, 0, 1], [0.84147, 0.5403, 0.01, 0.99995]]
 */
export function sinusoidalPositions(length: number, dim: number, options: PositionOptions = {}): Tensor {
  const { offset = 0, ...rest } = optionsOf("sinusoidalPositions", options);
  checkEven("sinusoidalPositions", dim);
  checkOffset("sinusoidalPositions", offset);
  if (!Number.isInteger(length) || length < 0) throw new ValueError(`sinusoidalPositions: the length must be a whole number of at least 0, got ${show(length)}.`);
  const values = hostArray("float64", length * dim);
  angles(length, dim, offset, 10000).forEach((angle, i) => {
    values[2 * i] = Math.sin(angle);
    values[2 * i + 1] = Math.cos(angle);
  });
  return tensor(values, { shape: [length, dim], dtype: "float32", ...rest });
}

export interface RotaryOptions {
  /** Position of the first step. Default 0. */
  readonly offset?: number;
  /** Wavelengths go from 2π to 2π · base. Default 10000. */
  readonly base?: number;
}

/**
 * Turns each pair of neighbouring features by an angle that grows with the position, so that products of queries and keys depend on their distance only.
 * x: [..., T, D] → the same shape; apply it to queries and keys, head by head. Su et al. 2021, eq. 34.
 * @throws ShapeError for fewer than two axes; ValueError for an odd D.
 *
 * @example
 * const x = tensor([[1, 0], [1, 0]]);
 * rotaryEmbedding(x) // → [[1, 0], [0.5403, 0.84147]]
 * const at = (offset: number) => rotaryEmbedding(tensor([[3, 4]]), { offset });
 * sub(at(7).mul(at(5)).sum(), at(2).mul(at(0)).sum()).abs() // → 0.0000
 */
export function rotaryEmbedding(x: Tensor, options: RotaryOptions = {}): Tensor {
  checkTensor("rotaryEmbedding", x);
  const { offset = 0, base = 10000 } = optionsOf("rotaryEmbedding", options);
  if (x.ndim < 2) throw new ShapeError(`rotaryEmbedding: expected [..., T, D], got ${formatShape(x.shape)}.`);
  const [steps, dim] = x.shape.slice(-2);
  checkEven("rotaryEmbedding", dim);
  checkOffset("rotaryEmbedding", offset);
  const turn = angles(steps, dim, offset, base);
  const table = (f: (angle: number) => number): Tensor => tensor(turn.map(f), { shape: [steps, dim / 2], dtype: x.dtype, backend: x.backend });
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const pairs = reshape(x, [...x.shape.slice(0, -1), dim / 2, 2]);
  const whole = x.shape.map(() => null);
  const [a, b] = [slice(pairs, ...whole, 0), slice(pairs, ...whole, 1)];
  return reshape(stack([sub(mul(a, cos), mul(b, sin)), add(mul(a, sin), mul(b, cos))], -1), x.shape);
}
