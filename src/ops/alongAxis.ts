/**
 * The same for every line along one axis: a matrix applied to it, or entries picked from it. Axes keep their physical order, so that
 * neither images as convolutions write them nor those in rows are copied first.
 */

import { sizeOf } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { indexSelect } from "./indexing.js";
import { matmul } from "./matmul.js";
import { permute, reshape, transpose } from "./views.js";

/** Axes from the outermost in memory to the innermost, and the way back. */
function physicalOrder({ shape, strides }: Tensor): { order: number[]; inverse: number[] } {
  const stride = (axis: number): number => (shape[axis] === 1 ? 0 : strides[axis]);
  const order = shape.map((_, axis) => axis).sort((a, b) => stride(b) - stride(a));
  return { order, inverse: shape.map((_, axis) => order.indexOf(axis)) };
}

/** matrix: [M, K], x with K entries along `axis` → y with M: y[…, m, …] = Σₖ matrix[m, k] · x[…, k, …]. */
export function productAlong(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const { order, inverse } = physicalOrder(x);
  const ordered = permute(x, order);
  const at = order.indexOf(axis);
  const [before, [length], after] = [ordered.shape.slice(0, at), ordered.shape.slice(at, at + 1), ordered.shape.slice(at + 1)];
  const [outer, inner] = [sizeOf(before), sizeOf(after)];
  // Where lines are contiguous they are rows of one large matrix; else each block of lines is a matrix, or all of them are one.
  const product =
    inner === 1
      ? matmul(reshape(ordered, [outer, length]), transpose(matrix))
      : matmul(matrix, reshape(ordered, outer === 1 ? [length, inner] : [outer, length, inner]));
  return permute(reshape(product, [...before, matrix.shape[0], ...after]), inverse);
}

/** `indexSelect` along `axis`. */
export function selectAlong(x: Tensor, axis: number, index: Tensor): Tensor {
  const { order, inverse } = physicalOrder(x);
  return permute(indexSelect(permute(x, order), order.indexOf(axis), index), inverse);
}
