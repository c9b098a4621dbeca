/** Questions about elements and about whole tensors, and masks. Where the answer decides a shape, it is waited for. */

import { promote } from "../base/dtype.js";
import { DTypeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { broadcastShapes } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Operand, sub } from "./arithmetic.js";
import { cast, toFloat } from "./cast.js";
import { checkTensor } from "./checks.js";
import { eq, gt, le, logicalAnd, logicalOr, ne, where } from "./compare.js";
import { scalarLike, tensor } from "./create.js";
import { abs, addScalar, isnan, logicalNot, mulScalar } from "./elementwise.js";
import { indexSelect } from "./indexing.js";
import { noTensor } from "./operation.js";
import { type ReduceOptions, sum } from "./reduce.js";
import { expand, reshape } from "./views.js";

/** x ≠ 0; NaN is true. */
function truth(x: Tensor, op: string, index = 0): Tensor {
  checkTensor(op, x, index);
  return x.dtype === "bool" ? x : ne(x, 0);
}

/**
 * Whether exactly one of them is not 0, element by element. Shapes broadcast.
 *
 * @example
 * logicalXor(tensor([true, true, false]), tensor([true, false, false])) // → [false, true, false]
 */
export const logicalXor = (a: Tensor, b: Tensor): Tensor => ne(truth(a, "logicalXor"), truth(b, "logicalXor", 1));

/**
 * Whether any element along axes (default: all) is not 0; NaN is true. Of nothing: false.
 *
 * @example
 * any(tensor([[0, 1], [0, 0]]), { axis: 1 }) // → [true, false]
 */
export const any = (x: Tensor, options: ReduceOptions = {}): Tensor => gt(sum(truth(x, "any"), options), 0);

/**
 * Whether all elements along axes (default: all) differ from 0; NaN is true. Of nothing: true.
 *
 * @example
 * all(tensor([[1, 2], [0, 3]]), { axis: 1 }) // → [true, false]
 */
export const all = (x: Tensor, options: ReduceOptions = {}): Tensor => eq(sum(logicalNot(truth(x, "all")), options), 0);

/**
 * How many elements along axes (default: all) are not 0; int32. NaN counts.
 *
 * @example
 * countNonzero(tensor([[0, 1, 2], [0, 0, 3]]), { axis: 1 }) // → [2, 1]
 */
export const countNonzero = (x: Tensor, options: ReduceOptions = {}): Tensor => sum(truth(x, "countNonzero"), options);

/**
 * Whether x is ∞ or −∞.
 *
 * @example
 * isinf(tensor([1, -Infinity, NaN])) // → [false, true, false]
 */
export const isinf = (x: Tensor): Tensor => eq(abs(toFloat(x)), Infinity);

export interface CloseOptions {
  /** Accepted difference in proportion to |b|. Default 1e-5. */
  readonly rtol?: number;
  /** Accepted difference. Default 1e-8. */
  readonly atol?: number;
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNaN?: boolean;
}

/**
 * Whether |a − b| ≤ atol + rtol · |b|, element by element; equal infinities are close. Shapes broadcast.
 *
 * @example
 * isclose(tensor([1, 100, NaN]), tensor([1.001, 100.001, NaN]), { rtol: 1e-4 }) // → [false, true, false]
 */
export function isclose(a: Tensor, b: Operand, options: CloseOptions = {}): Tensor {
  checkTensor("isclose", a);
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = optionsOf("isclose", options);
  const y = b instanceof Tensor ? b : scalarLike(toFloat(a), b);
  const dtype = promote(promote(a.dtype, y.dtype), "float32");
  const [u, v] = [cast(a, dtype), cast(y, dtype)];
  const near = le(abs(sub(u, v)), addScalar(mulScalar(abs(v), rtol), atol));
  const close = logicalOr(eq(u, v), logicalAnd(near, ne(abs(v), Infinity)));
  return equalNaN ? logicalOr(close, logicalAnd(isnan(u), isnan(v))) : close;
}

/**
 * Whether all elements of a and b are close, see `isclose`; waits for the answer.
 *
 * @example
 * await allclose(tensor([1, 2]), tensor([1, 2.00001])) // → true
 */
export async function allclose(a: Tensor, b: Operand, options: CloseOptions = {}): Promise<boolean> {
  checkTensor("allclose", a);
  return (await all(isclose(a, b, options)).item()) === 1;
}

export interface NanToNumOptions {
  /** What stands for NaN. Default 0. */
  readonly nan?: number;
  /** What stands for ∞. Default: the largest number of the type. */
  readonly posinf?: number;
  /** What stands for −∞. Default: the smallest number of the type. */
  readonly neginf?: number;
}

const largest = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/**
 * x with numbers in place of NaN and infinities; no gradient flows to those.
 *
 * @example
 * nanToNum(tensor([1, NaN, -Infinity]), { neginf: -9 }) // → [1, 0, -9]
 */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  checkTensor("nanToNum", x);
  const { nan = 0, posinf, neginf } = optionsOf("nanToNum", options);
  if (x.dtype !== "float32" && x.dtype !== "float64") return x;
  const limit = largest[x.dtype];
  const finite = where(eq(x, Infinity), posinf ?? limit, where(eq(x, -Infinity), neginf ?? -limit, x));
  return where(isnan(x), nan, finite);
}

/**
 * Sum along axes that leaves out NaN.
 *
 * @example
 * nansum(tensor([1, NaN, 2])) // → 3
 */
export const nansum = (x: Tensor, options: ReduceOptions = {}): Tensor => sum(where(isnan(x), 0, x), options);

/**
 * Mean along axes that leaves out NaN; NaN where nothing else is.
 *
 * @example
 * nanmean(tensor([1, NaN, 2])) // → 1.5
 */
export function nanmean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const values = toFloat(x);
  const present = cast(logicalNot(isnan(values)), values.dtype);
  return nansum(values, options).div(sum(present, options));
}

function checkMask(op: string, mask: Tensor): void {
  if (!(mask instanceof Tensor)) throw noTensor(op, 1, mask);
  if (mask.dtype !== "bool") throw new DTypeError(`${op}: expected a bool mask, got ${mask.dtype}; compare first, as in gt(x, 0).`);
}

/**
 * x with a number where the bool `mask` holds. Shapes broadcast.
 * @param value a number, or a tensor of no axes
 * @throws DTypeError if the mask is not bool; ValueError for a value with axes.
 *
 * @example
 * maskedFill(tensor([[1, 2], [3, 4]]), tensor([true, false]), -1) // → [[-1, 2], [-1, 4]]
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Operand): Tensor {
  checkMask("maskedFill", mask);
  if (value instanceof Tensor && value.ndim > 0) throw new ValueError(`maskedFill: expected a number, got ${String(value)}; where(mask, value, x) takes tensors.`);
  return where(mask, value, x);
}

/**
 * The elements of x where the bool `mask` holds, in row-major order: [K]. Shapes broadcast. Waits for the mask, because it decides
 * the shape; gradients flow.
 * @throws DTypeError if the mask is not bool.
 *
 * @example
 * const x = tensor([[1, -2], [-3, 4]]);
 * await maskedSelect(x, gt(x, 0)) // → [1, 4]
 */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  checkTensor("maskedSelect", x);
  checkTensor("maskedSelect", mask, 1);
  checkMask("maskedSelect", mask);
  const shape = broadcastShapes("maskedSelect", x.shape, mask.shape);
  const chosen = positionsOf(await expand(mask, shape).data());
  const whole = expand(x, shape);
  return indexSelect(reshape(whole, [whole.size]), 0, tensor(chosen, { backend: x.backend }));
}

/** Flat positions of what is not 0. */
function positionsOf(values: ArrayLike<number>): Int32Array {
  const positions: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) positions.push(i);
  return Int32Array.from(positions);
}

/**
 * Where x is not 0: int32 [K, axes of x], one row of indices for each such element, in row-major order. Waits for x, because it
 * decides the shape.
 *
 * @example
 * await nonzero(tensor([[0, 5], [7, 0]])) // → [[0, 1], [1, 0]]
 */
export async function nonzero(x: Tensor): Promise<Tensor> {
  checkTensor("nonzero", x);
  const { shape, backend } = x;
  const flat = positionsOf(await x.data());
  const rows = new Int32Array(flat.length * shape.length);
  flat.forEach((position, row) => {
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      rows[row * shape.length + axis] = position % shape[axis];
      position = Math.floor(position / shape[axis]);
    }
  });
  return tensor(rows, { shape: [flat.length, shape.length], backend });
}
