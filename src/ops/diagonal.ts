/** Diagonals of matrices, and the triangles beside them. */

import { ShapeError } from "../base/errors.js";
import { anything, optionsOf } from "../base/options.js";
import { formatShape, normalizeAxis, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkTensor } from "./checks.js";
import { ge, le, where } from "./compare.js";
import { arange, zerosLike } from "./create.js";
import { defineOp, type Operation } from "./operation.js";
import { sum } from "./reduce.js";
import { floats } from "./samples.js";
import { reshape } from "./views.js";

interface Diagonal {
  readonly offset: number;
  readonly axis1: number;
  readonly axis2: number;
}

/** The diagonal as the last axis, behind the other axes in their order. */
function diagonalView(x: Tensor, { offset, axis1, axis2 }: Diagonal): Tensor {
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min(x.shape[axis1] - row, x.shape[axis2] - column));
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis1 && i !== axis2);
  return x.view(
    [...others.map((i) => x.shape[i]), length],
    [...others.map((i) => x.strides[i]), x.strides[axis1] + x.strides[axis2]],
    length === 0 ? x.offset : x.offset + row * x.strides[axis1] + column * x.strides[axis2],
  );
}

const diagonalOp: Operation<Diagonal> = defineOp<Diagonal>({
  name: "diagonal",
  view: diagonalView,
  vjp: (dy, { inputs: [x], attributes }) => [() => embedOp.apply([dy], { ...attributes, shape: x.shape })],
  valueFree: true,
  samples: () => [
    { inputs: [floats([3, 3])], attributes: { offset: 0, axis1: 0, axis2: 1 } },
    { inputs: [floats([2, 4, 3])], attributes: { offset: 1, axis1: 1, axis2: 2 } },
    { inputs: [{ ...floats([4, 2, 3]), layout: "transposed" }], attributes: { offset: -2, axis1: 0, axis2: 2 } },
    { inputs: [floats([2, 2])], attributes: { offset: 5, axis1: 0, axis2: 1 } },
  ],
});

/** Zeros of `shape` with x as their diagonal. */
const embedOp: Operation<Diagonal & { readonly shape: Shape }> = defineOp<Diagonal & { readonly shape: Shape }>({
  name: "diagonalEmbed",
  shape: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  forward: (k, [x], out, attributes) => {
    k.fill(out, 0);
    if (x.size > 0) k.copy(x, diagonalView(out, attributes));
  },
  vjp: (dy, { attributes }) => [() => diagonalOp.apply([dy], attributes)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([3])], attributes: { offset: 1, axis1: 0, axis2: 1, shape: [4, 4] } },
    { inputs: [floats([2, 2])], attributes: { offset: -1, axis1: 2, axis2: 1, shape: [2, 3, 3] } },
  ],
});

export interface DiagonalOptions {
  /** 0 is the main diagonal; positive ones lie above it, negative ones below. Default 0. */
  readonly offset?: number;
  /** Axis of the rows. Default 0. */
  readonly axis1?: number;
  /** Axis of the columns. Default 1. */
  readonly axis2?: number;
}

/**
 * The diagonal of the matrices that two axes of x span, as the last axis of the result; a view.
 * @throws ShapeError if the two axes are one.
 *
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * diagonal(x)                // → [1, 5]
 * diagonal(x, { offset: 1 }) // → [2, 6]
 */
export function diagonal(x: Tensor, options: DiagonalOptions = {}): Tensor {
  checkTensor("diagonal", x);
  const { offset = 0, axis1 = 0, axis2 = 1 } = optionsOf("diagonal", options, { offset: anything, axis1: anything, axis2: anything });
  const [rows, columns] = [normalizeAxis("diagonal", axis1, x.ndim), normalizeAxis("diagonal", axis2, x.ndim)];
  if (rows === columns) throw new ShapeError(`diagonal: axis1 and axis2 are both axis ${rows} of ${formatShape(x.shape)}; they must differ.`);
  checkOffset("diagonal", offset);
  return diagonalOp.apply([x], { offset, axis1: rows, axis2: columns });
}

function checkOffset(op: string, offset: number): void {
  if (!Number.isInteger(offset)) throw new ShapeError(`${op}: the offset of a diagonal is a whole number, got ${String(offset)}.`);
}

export interface DiagOptions {
  /** 0 is the main diagonal; positive ones lie above it, negative ones below. Default 0. */
  readonly offset?: number;
}

/**
 * A vector as the diagonal of a matrix of zeros, [N] → [N + |offset|, N + |offset|]; or the diagonal of a matrix.
 * @throws ShapeError unless x has one or two axes.
 *
 * @example
 * diag(tensor([1, 2]))           // → [[1, 0], [0, 2]]
 * diag(tensor([[1, 2], [3, 4]])) // → [1, 4]
 */
export function diag(x: Tensor, options: DiagOptions = {}): Tensor {
  checkTensor("diag", x);
  const { offset = 0 } = optionsOf("diag", options, { offset: anything });
  checkOffset("diag", offset);
  if (x.ndim === 2) return diagonal(x, { offset });
  if (x.ndim !== 1) throw new ShapeError(`diag: expected a vector or a matrix, got ${formatShape(x.shape)}; diagonal takes any two axes.`);
  const n = x.size + Math.abs(offset);
  return embedOp.apply([x], { offset, axis1: 0, axis2: 1, shape: [n, n] });
}

/**
 * The sum of a matrix' main diagonal.
 * @throws ShapeError unless x has two axes.
 *
 * @example
 * trace(tensor([[1, 2], [3, 4]])) // → 5
 */
export function trace(x: Tensor): Tensor {
  checkTensor("trace", x);
  if (x.ndim !== 2) throw new ShapeError(`trace: expected a matrix, got ${formatShape(x.shape)}; sum diagonal(…) of the axes you mean.`);
  return sum(diagonal(x));
}

/** x where column − row and `offset` compare as wanted, elsewhere 0. */
function triangle(op: string, x: Tensor, options: DiagOptions, compare: typeof le): Tensor {
  checkTensor(op, x);
  const { offset = 0 } = optionsOf(op, options, { offset: anything });
  if (x.ndim < 2) throw new ShapeError(`${op}: expected at least two axes, got ${formatShape(x.shape)}.`);
  checkOffset(op, offset);
  const [rows, columns] = x.shape.slice(-2);
  const row = reshape(arange(offset, rows + offset, 1, { dtype: "int32", backend: x.backend }), [rows, 1]);
  const column = arange(0, columns, 1, { dtype: "int32", backend: x.backend });
  return where(compare(column, row), x, zerosLike(x));
}

/**
 * The lower triangle of the matrices [..., R, C]: elements above the diagonal become 0.
 * @throws ShapeError for fewer than two axes.
 *
 * @example
 * tril(ones([3, 3]))                 // → [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
 * tril(ones([2, 2]), { offset: -1 }) // → [[0, 0], [1, 0]]
 */
export const tril = (x: Tensor, options: DiagOptions = {}): Tensor => triangle("tril", x, options, le);

/**
 * The upper triangle of the matrices [..., R, C]: elements below the diagonal become 0.
 * @throws ShapeError for fewer than two axes.
 *
 * @example
 * triu(ones([3, 3]), { offset: 1 }) // → [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
 */
export const triu = (x: Tensor, options: DiagOptions = {}): Tensor => triangle("triu", x, options, ge);
