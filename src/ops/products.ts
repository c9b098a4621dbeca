/** Products that have names of their own, made of `matmul`: of vectors, of batches, over several axes at once. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { formatShape, normalizeAxis, sizeOf } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { checkTensor } from "./checks.js";
import { matmul } from "./matmul.js";
import { checkTensors, noTensor } from "./operation.js";
import { permute, reshape, unsqueeze } from "./views.js";

function checkRank(op: string, operand: Tensor, index: number, rank: number, form: string): void {
  if (!(operand instanceof Tensor)) throw noTensor(op, index, operand);
  if (operand.ndim !== rank) throw new ShapeError(`${op}: operand ${index} has shape ${formatShape(operand.shape)}; expected ${form}.`);
}

/**
 * The inner product of two vectors, [N] · [N].
 * @throws ShapeError unless both are vectors of one length.
 *
 * @example
 * dot(tensor([1, 2, 3]), tensor([4, 5, 6])) // → 32
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkRank("dot", a, 0, 1, "a vector [N]");
  checkRank("dot", b, 1, 1, "a vector [N]");
  return matmul(a, b);
}

/**
 * Every element of a vector times every element of another: [N], [M] → [N, M].
 * @throws ShapeError unless both are vectors.
 *
 * @example
 * outer(tensor([1, 2]), tensor([10, 20, 30])) // → [[10, 20, 30], [20, 40, 60]]
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkRank("outer", a, 0, 1, "a vector [N]");
  checkRank("outer", b, 1, 1, "a vector [M]");
  return mul(unsqueeze(a, 1), b);
}

/**
 * Matrix times vector: [N, M] · [M] → [N].
 * @throws ShapeError for other shapes.
 *
 * @example
 * mv(tensor([[1, 2], [3, 4]]), tensor([1, 10])) // → [21, 43]
 */
export function mv(a: Tensor, b: Tensor): Tensor {
  checkRank("mv", a, 0, 2, "a matrix [N, M]");
  checkRank("mv", b, 1, 1, "a vector [M]");
  return matmul(a, b);
}

/**
 * Products of matrices, pair by pair: [B, N, K] · [B, K, M] → [B, N, M]. `matmul` broadcasts batches too.
 * @throws ShapeError for other shapes.
 *
 * @example
 * bmm(ones([8, 2, 3]), ones([8, 3, 4])).shape // → [8, 2, 4]
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  checkRank("bmm", a, 0, 3, "a batch of matrices [B, N, K]");
  checkRank("bmm", b, 1, 3, "a batch of matrices [B, K, M]");
  if (a.shape[0] !== b.shape[0]) throw new ShapeError(`bmm: batches of ${a.shape[0]} and ${b.shape[0]} matrices; they must be equally large, or use matmul.`);
  return matmul(a, b);
}

export interface AddProductOptions {
  /** Factor of the product. Default 1. */
  readonly alpha?: number;
  /** Factor of what is added to it. Default 1. */
  readonly beta?: number;
}

/**
 * β · c + α · a b for matrices a: [N, K], b: [K, M] and c that broadcasts to [N, M].
 * @throws ShapeError for other shapes.
 *
 * @example
 * addmm(tensor([100, 200]), tensor([[1, 2]]), tensor([[1, 0], [0, 1]])) // → [[101, 202]]
 */
export function addmm(c: Tensor, a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
  checkTensor("addmm", c);
  checkTensor("addmm", a, 1);
  checkTensor("addmm", b, 2);
  checkRank("addmm", a, 1, 2, "a matrix [N, K]");
  checkRank("addmm", b, 2, 2, "a matrix [K, M]");
  return addProduct("addmm", c, matmul(a, b), options);
}

/**
 * β · c + α · a b for batches of matrices a: [B, N, K], b: [B, K, M] and c that broadcasts to [B, N, M].
 * @throws ShapeError for other shapes.
 *
 * @example
 * baddbmm(zeros([1]), ones([2, 1, 3]), ones([2, 3, 1]), { alpha: 0.5 }) // → [[[1.5]], [[1.5]]]
 */
export function baddbmm(c: Tensor, a: Tensor, b: Tensor, options: AddProductOptions = {}): Tensor {
  checkTensor("baddbmm", c);
  checkTensor("baddbmm", a, 1);
  checkTensor("baddbmm", b, 2);
  return addProduct("baddbmm", c, bmm(a, b), options);
}

function addProduct(op: string, c: Tensor, product: Tensor, options: AddProductOptions): Tensor {
  const { alpha = 1, beta = 1 } = optionsOf(op, options);
  const out = add(beta === 1 ? c : mul(c, beta), alpha === 1 ? product : mul(product, alpha));
  if (out.size !== product.size) throw new ShapeError(`${op}: ${formatShape(c.shape)} does not broadcast to the product's shape ${formatShape(product.shape)}.`);
  return out;
}

/**
 * Sums of products over axes of a and b that are paired: with a number n the last n of a and the first n of b, or two lists of
 * axes. The result has the other axes of a, then those of b.
 * @throws ShapeError if paired axes have different sizes; ValueError if the lists differ in length.
 *
 * @example
 * tensordot(zeros([2, 3, 4]), zeros([3, 4, 5]), 2).shape                // → [2, 5]
 * tensordot(zeros([2, 3, 4]), zeros([4, 5, 3]), [[1, 2], [2, 0]]).shape // → [2, 5]
 */
export function tensordot(a: Tensor, b: Tensor, axes: number | readonly [readonly number[], readonly number[]] = 2): Tensor {
  checkTensors("tensordot", [a, b]);
  if (typeof axes !== "number" && !(Array.isArray(axes) && axes.length === 2 && axes.every((list) => Array.isArray(list)))) {
    throw new ValueError(`tensordot: axes must be a number or two lists, such as [[1, 2], [2, 0]], got ${show(axes)}.`);
  }
  const [left, right] = typeof axes === "number" ? countedAxes(a, b, axes) : (axes as readonly [readonly number[], readonly number[]]);
  if (left.length !== right.length) throw new ValueError(`tensordot: ${left.length} axes of the left operand, but ${right.length} of the right; pair each with one.`);
  const summedA = left.map((axis) => normalizeAxis("tensordot", axis, a.ndim));
  const summedB = right.map((axis) => normalizeAxis("tensordot", axis, b.ndim));
  summedA.forEach((axis, i) => {
    if (a.shape[axis] !== b.shape[summedB[i]]) {
      throw new ShapeError(`tensordot: axis ${axis} of ${formatShape(a.shape)} and axis ${summedB[i]} of ${formatShape(b.shape)} must have the same size.`);
    }
  });
  const keptA = a.shape.map((_, i) => i).filter((i) => !summedA.includes(i));
  const keptB = b.shape.map((_, i) => i).filter((i) => !summedB.includes(i));
  const sizesA = keptA.map((i) => a.shape[i]);
  const sizesB = keptB.map((i) => b.shape[i]);
  const inner = sizeOf(summedA.map((i) => a.shape[i]));
  const rows = reshape(permute(a, [...keptA, ...summedA]), [sizeOf(sizesA), inner]);
  const columns = reshape(permute(b, [...summedB, ...keptB]), [inner, sizeOf(sizesB)]);
  return reshape(matmul(rows, columns), [...sizesA, ...sizesB]);
}

function countedAxes(a: Tensor, b: Tensor, n: number): [number[], number[]] {
  if (!Number.isInteger(n) || n < 0 || n > Math.min(a.ndim, b.ndim)) {
    throw new ValueError(`tensordot: cannot pair ${n} axes of ${formatShape(a.shape)} and ${formatShape(b.shape)}.`);
  }
  const range = Array.from({ length: n }, (_, i) => i);
  return [range.map((i) => a.ndim - n + i), range];
}

/**
 * Kronecker's product: every element of a times all of b, as blocks. Shapes multiply axis by axis; the shorter one gets leading
 * axes of size 1.
 *
 * @example
 * kron(tensor([[1, 2]]), tensor([[1, 1], [0, 1]])) // → [[1, 1, 2, 2], [0, 1, 0, 2]]
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  checkTensors("kron", [a, b]);
  const rank = Math.max(a.ndim, b.ndim);
  const sizes = (t: Tensor): number[] => [...new Array<number>(rank - t.ndim).fill(1), ...t.shape];
  const [blocks, inner] = [sizes(a), sizes(b)];
  const spread = reshape(a, blocks.flatMap((n) => [n, 1]));
  return reshape(mul(spread, reshape(b, inner.flatMap((n) => [1, n]))), blocks.map((n, i) => n * inner[i]));
}
