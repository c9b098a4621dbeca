/**
 * What the operations of linear algebra share. They are records over float64; the public functions convert to it and back. A record has
 * one result, a factorisation several: its factors, each with all of its batch, lie one behind the other in one flat tensor.
 */

import type { Backend } from "../../backend/backend.js";
import { isFloat } from "../../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../../base/errors.js";
import { broadcastShapes, contiguousStrides, formatShape, sizeOf, type Shape } from "../../base/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { mul } from "../arithmetic.js";
import { cast, contiguous } from "../cast.js";
import { checkTensor } from "../checks.js";
import { eq, where } from "../compare.js";
import { tensor } from "../create.js";
import { reciprocal } from "../elementwise.js";
import { noTensor } from "../operation.js";
import type { InputSpec } from "../samples.js";
import { slice } from "../slice.js";
import { expand, permute, reshape, transpose } from "../views.js";

/** A float64 input of a sample. */
export const doubles = (shape: Shape, low = -2, high = 2): InputSpec => ({ shape, low, high, dtype: "float64" });

/** A float64 input of a sample with these values. */
export const doublesOf = (shape: Shape, values: readonly number[]): InputSpec => ({ shape, values, dtype: "float64" });

/** A value that is computed when first asked for. */
export function lazy<T>(compute: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= compute());
}

/** Rows and columns. */
export const sidesOf = (a: Tensor): [number, number] => [a.shape[a.ndim - 2], a.shape[a.ndim - 1]];

export const batchOf = (a: Tensor): Shape => a.shape.slice(0, -2);

/**
 * @throws ShapeError unless `a` is a matrix or a batch of them; DTypeError unless it is float32 or float64.
 */
export function checkMatrix(op: string, a: Tensor, index = 0): void {
  if (!(a instanceof Tensor)) throw noTensor(op, index, a);
  if (!isFloat(a.dtype)) throw new DTypeError(`${op}: expected float32 or float64, got ${a.dtype}; convert with to("float64").`);
  if (a.ndim < 2) throw new ShapeError(`${op}: expected a matrix [..., M, N], got ${formatShape(a.shape)}; reshape it, or unsqueeze an axis.`);
}

/**
 * @throws ShapeError unless `a` is a square matrix or a batch of them; DTypeError unless it is float32 or float64.
 */
export function checkSquare(op: string, a: Tensor): void {
  checkMatrix(op, a);
  const [m, n] = sidesOf(a);
  if (m !== n) throw new ShapeError(`${op}: expected a square matrix [..., N, N], got ${formatShape(a.shape)}; for other shapes there are lstsq, qr and svd.`);
}

export const toDouble = (a: Tensor): Tensor => cast(a, "float64");

/**
 * solve(a, b) over the common batch of a [..., M, N] and b [..., M, K] → [..., N, K]. One matrix with many right-hand sides is solved once: they
 * become columns.
 */
export function solveBatches(op: string, a: Tensor, b: Tensor, solve: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const batch = broadcastShapes(op, batchOf(a), batchOf(b));
  const right = expand(b, [...batch, ...sidesOf(b)]);
  if (sizeOf(batchOf(a)) !== 1 || sizeOf(batch) <= 1) return solve(expand(a, [...batch, ...sidesOf(a)]), right);
  const [rows, columns] = [batch.length, batch.length + 1];
  const axes = batch.map((_, axis) => axis);
  const [n, k] = [sidesOf(a)[1], sidesOf(b)[1]];
  const x = solve(reshape(a, sidesOf(a)), reshape(permute(right, [rows, ...axes, columns]), [sidesOf(b)[0], sizeOf(batch) * k]));
  return permute(reshape(x, [n, ...batch, k]), [...axes.map((axis) => axis + 1), 0, columns]);
}

/**
 * Row-major `x`, checked.
 * @throws ValueError if an element is NaN or infinite.
 */
export function finite(k: Backend, op: string, x: Tensor): Tensor {
  const dense = contiguous(x);
  const bad = x.size === 0 ? -1 : k.linalg!.findNonFinite(dense);
  if (bad < 0) return dense;
  const place = contiguousStrides(x.shape).map((stride, axis) => Math.floor(bad / stride) % x.shape[axis]);
  throw new ValueError(`${op}: element ${formatShape(place)} of the input ${formatShape(x.shape)} is NaN or infinite; check what it was computed from.`);
}

/** " [2, 0]" for the matrix with that flat index in a batch; nothing where there is only one. */
export function matrixName(batch: Shape, index: number): string {
  if (batch.length === 0) return "";
  return ` ${formatShape(contiguousStrides(batch).map((stride, axis) => Math.floor(index / stride) % batch[axis]))}`;
}

/** The flat tensor that holds factors of these shapes. */
export const packedSpec = (shapes: readonly Shape[]): { shape: Shape; dtype: "float64" } => ({
  shape: [shapes.reduce((total, shape) => total + sizeOf(shape), 0)],
  dtype: "float64",
});

/** The factors in a packed tensor, as operations. */
export function unpack(packed: Tensor, shapes: readonly Shape[]): Tensor[] {
  let start = 0;
  return shapes.map((shape) => {
    const end = start + sizeOf(shape);
    const part = reshape(slice(packed, { start, end }), shape);
    start = end;
    return part;
  });
}

/** Windows on the factors of a packed tensor, for kernels to fill. */
export function windows(packed: Tensor, shapes: readonly Shape[]): Tensor[] {
  checkTensor("windows", packed);
  let offset = packed.offset;
  return shapes.map((shape) => {
    const window = packed.view(shape, contiguousStrides(shape), offset);
    offset += sizeOf(shape);
    return window;
  });
}

/** A constant [m, n] of float64 on the backend of `like`, by the numbers left of the diagonal, on it, and right of it. */
export function constant(like: Tensor, [m, n]: readonly [number, number], left: number, diagonal: number, right: number): Tensor {
  const values = new Float64Array(m * n).fill(right);
  for (let i = 0; i < m; i++) {
    values.fill(left, i * n, i * n + Math.min(i, n));
    if (i < n) values[i * n + i] = diagonal;
  }
  return tensor(values, { shape: [m, n], backend: like.backend });
}

/** The identity that multiplies the rows (`axis` −2) or columns (−1) of `a`. */
export function identityOf(a: Tensor, axis: -2 | -1 = -1): Tensor {
  const n = a.shape[a.ndim + axis];
  return constant(a, [n, n], 0, 1, 0);
}

/** The part on and below the diagonal, which is multiplied by `diagonal` (default 1). */
export const lower = (a: Tensor, diagonal = 1): Tensor => mul(a, constant(a, sidesOf(a), 1, diagonal, 0));

/** The part on and above the diagonal, which is multiplied by `diagonal` (default 1). */
export const upper = (a: Tensor, diagonal = 1): Tensor => mul(a, constant(a, sidesOf(a), 0, diagonal, 1));

/** (a + aᵀ)/2. */
export const symmetric = (a: Tensor): Tensor => mul(a.add(transpose(a)), 0.5);

/** 1/x, and 0 where x is 0. */
export function safeReciprocal(x: Tensor): Tensor {
  const zero = eq(x, 0);
  return where(zero, 0, reciprocal(where(zero, 1, x)));
}
