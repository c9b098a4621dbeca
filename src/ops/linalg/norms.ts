/** Norms of matrices, and what singular values tell of them. */

import { ValueError } from "../../base/errors.js";
import { show } from "../../base/options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { div, mul } from "../arithmetic.js";
import { cast } from "../cast.js";
import { checkTensor } from "../checks.js";
import { eq, where } from "../compare.js";
import { abs, logicalNot, sqrt, square } from "../elementwise.js";
import { max, min, type ReduceOptions, sum } from "../reduce.js";
import { checkMatrix, checkSquare, toDouble } from "./matrices.js";
import { rankOf, type RankOptions, toleranceOf } from "./lstsq.js";
import { inverse } from "./solve.js";
import { svdvals } from "./svd.js";

/**
 * Which norm: "fro", the root of the sum of squares; "nuc", the sum of the singular values; 2 and −2, the largest and smallest of them; 1 and −1,
 * the largest and smallest sum of magnitudes of a column; Infinity and −Infinity, of a row.
 */
export type MatrixNorm = "fro" | "nuc" | 1 | -1 | 2 | -2 | number;

/** The root, with gradient 0 instead of ∞ at 0. */
function rootOf(x: Tensor): Tensor {
  const zero = eq(x, 0);
  return mul(sqrt(where(zero, 1, x)), cast(logicalNot(zero), x.dtype));
}

const lengthwise = (a: Tensor, axis: -1 | -2, extreme: (x: Tensor, options: ReduceOptions) => Tensor): Tensor =>
  extreme(sum(abs(a), { axis }), { axis: -1 });

const norms: ReadonlyMap<MatrixNorm, (a: Tensor) => Tensor> = new Map<MatrixNorm, (a: Tensor) => Tensor>([
  ["fro", (a) => rootOf(sum(square(a), { axis: [-2, -1] }))],
  ["nuc", (a) => sum(svdvals(a), { axis: -1 })],
  [2, (a) => max(svdvals(a), { axis: -1 })],
  [-2, (a) => min(svdvals(a), { axis: -1 })],
  [1, (a) => lengthwise(a, -2, max)],
  [-1, (a) => lengthwise(a, -2, min)],
  [Infinity, (a) => lengthwise(a, -1, max)],
  [-Infinity, (a) => lengthwise(a, -1, min)],
]);

function normOf(op: string, ord: MatrixNorm): (a: Tensor) => Tensor {
  const norm = norms.get(ord);
  if (norm !== undefined) return norm;
  throw new ValueError(`${op}: expected "fro", "nuc", 1, −1, 2, −2, Infinity or −Infinity, got ${show(ord)}.`);
}

/**
 * Norm of each matrix. A: [..., M, N] → [...]. float32 is computed in float64 and rounded.
 * @param ord default "fro"; see MatrixNorm.
 * @throws ShapeError unless A is a matrix, or for an extreme of an empty one; ValueError for another ord.
 *
 * @example
 * const A = tensor([[3, 0], [4, 0]]);
 * linalg.matrixNorm(A)           // → 5
 * linalg.matrixNorm(A, 1)        // → 7
 * linalg.matrixNorm(A, Infinity) // → 4
 */
export function matrixNorm(a: Tensor, ord: MatrixNorm = "fro"): Tensor {
  const norm = normOf("matrixNorm", ord);
  checkMatrix("matrixNorm", a);
  return cast(norm(toDouble(a)), a.dtype);
}

/**
 * Condition number ‖A‖·‖A⁻¹‖: by how much solving AX = B may magnify relative errors. A: [..., M, N] → [...]; for p other than 2 and −2,
 * A must be square and invertible. With p = 2 it is the ratio of the largest and smallest singular value, ∞ if the latter is 0.
 * @param p default 2; see MatrixNorm.
 * @throws ShapeError unless A is a matrix, square for most p; ValueError if A has no inverse for such a p.
 *
 * @example
 * linalg.cond(tensor([[4, 0], [0, 0.5]])) // → 8
 */
export function cond(a: Tensor, p: MatrixNorm = 2): Tensor {
  const norm = normOf("cond", p);
  const x = (): Tensor => toDouble(a);
  if (p === 2 || p === -2) {
    checkMatrix("cond", a);
    const s = svdvals(x());
    const [largest, smallest] = [max(s, { axis: -1 }), min(s, { axis: -1 })];
    return cast(p === 2 ? div(largest, smallest) : div(smallest, largest), a.dtype);
  }
  checkSquare("cond", a);
  return cast(mul(norm(x()), norm(inverse(x(), "cond"))), a.dtype);
}

/**
 * The number of singular values above rtol times the largest (int32). A: [..., M, N] → [...].
 * @throws ShapeError unless A is a matrix; ValueError for a negative rtol or an element that is not finite.
 *
 * @example
 * linalg.matrixRank(tensor([[1, 2], [2, 4]])) // → 1
 */
export function matrixRank(a: Tensor, options: RankOptions = {}): Tensor {
  checkTensor("matrixRank", a);
  checkMatrix("matrixRank", a);
  return rankOf(svdvals(toDouble(a.detach())), toleranceOf("matrixRank", a, options));
}
