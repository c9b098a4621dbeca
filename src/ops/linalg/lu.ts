/** LU factorisation with partial pivoting. */

import type { Shape } from "../../base/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, sub } from "../arithmetic.js";
import { cast } from "../cast.js";
import { eq } from "../compare.js";
import { arange } from "../create.js";
import { matmul } from "../matmul.js";
import { allocate, defineOp } from "../operation.js";
import { concat, slice } from "../slice.js";
import { transpose, unsqueeze } from "../views.js";
import { batchOf, checkMatrix, constant, doubles, doublesOf, finite, lower, packedSpec, sidesOf, toDouble, unpack, upper, windows } from "./matrices.js";
import { solveUpper } from "./triangular.js";

/** P [..., M, M], L [..., M, K], U [..., K, N]; K = min(M, N). */
function shapesOf(a: Tensor): Shape[] {
  const [m, n] = sidesOf(a);
  const k = Math.min(m, n);
  return [[m, m], [m, k], [k, n]].map((sides) => [...batchOf(a), ...sides]);
}

const rowsOf = (x: Tensor, start: number, end: number): Tensor => slice(x, ...batchOf(x).map(() => null), { start, end });
const columnsOf = (x: Tensor, start: number, end: number): Tensor => slice(x, ...batchOf(x).map(() => null), null, { start, end });

const luOp = defineOp({
  name: "lu",
  kernel: "linalg",
  shape: ([a]) => packedSpec(shapesOf(a)),
  forward: (k, [a], out) => {
    const [m, n] = sidesOf(a);
    const rank = Math.min(m, n);
    const batch = batchOf(a);
    const factors = allocate(k, { shape: a.shape, dtype: "float64" }, "lu");
    const permutation = allocate(k, { shape: [...batch, m], dtype: "int32" }, "lu");
    k.linalg!.lu(finite(k, "lu", a), factors, permutation, allocate(k, { shape: batch, dtype: "float64" }, "lu"));
    noGrad(() => {
      const p = transpose(cast(eq(unsqueeze(permutation, -1), arange(0, m, 1, { backend: k, dtype: "int32" })), "float64"));
      const l = add(lower(columnsOf(factors, 0, rank), 0), constant(a, [m, rank], 0, 1, 0));
      const u = upper(rowsOf(factors, 0, rank));
      windows(out, shapesOf(a)).forEach((window, i) => window.size > 0 && k.copy([p, l, u][i], window));
    });
  },
  // With A = PLU: Ā = P L⁻ᵀ (tril(LᵀL̄, −1) + triu(ŪUᵀ)) U⁻ᵀ for a square A; what a wide or tall one has more is a triangular solve.
  vjp: (dy, { inputs: [a], output }) => [
    () => {
      const [m, n] = sidesOf(a);
      const k = Math.min(m, n);
      const [p, l, u] = unpack(output, shapesOf(a));
      const [, dL, dU] = unpack(dy, shapesOf(a));
      const [l1, u1] = [rowsOf(l, 0, k), columnsOf(u, 0, k)];
      const overU = (x: Tensor): Tensor => transpose(solveUpper(u1, transpose(x)));
      const underL = (x: Tensor): Tensor => solveUpper(transpose(l1), x, true);
      let [dL1, dU1] = [rowsOf(dL, 0, k), columnsOf(dU, 0, k)];
      const rest: Tensor[] = [];
      if (n > k) {
        rest.push(underL(columnsOf(dU, k, n)));
        dL1 = sub(dL1, matmul(rest[0], transpose(columnsOf(u, k, n))));
      } else if (m > k) {
        rest.push(overU(rowsOf(dL, k, m)));
        dU1 = sub(dU1, matmul(transpose(rowsOf(l, k, m)), rest[0]));
      }
      const inner = add(lower(matmul(transpose(l1), dL1), 0), upper(matmul(dU1, transpose(u1))));
      return matmul(p, concat([overU(underL(inner)), ...rest], n > k ? -1 : -2));
    },
  ],
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: undefined },
    { inputs: [doublesOf([2, 3], [0.5, 2, -1, 2, 0.3, 1.5])], attributes: undefined },
    { inputs: [doublesOf([3, 2], [0.5, 2, -1, 2, 1.5, -0.3])], attributes: undefined },
    { inputs: [doublesOf([2, 2, 2], [1, 2, 3, 4, 0.5, -1, 0.25, 2])], attributes: undefined },
    { inputs: [doublesOf([2, 2], [1, 2, 2, 4])], attributes: undefined, gradcheck: false },
    { inputs: [doubles([0, 2])], attributes: undefined },
  ],
  errors: () => [{ inputs: [doublesOf([2, 2], [1, 2, 3, Infinity])], attributes: undefined, message: "lu: element [1, 1] of the input [2, 2] is NaN or infinite" }],
});

export interface LU {
  /** Permutation matrix [..., M, M]. */
  readonly P: Tensor;
  /** Lower triangular with ones on the diagonal: [..., M, K], K = min(M, N). */
  readonly L: Tensor;
  /** Upper triangular: [..., K, N]. */
  readonly U: Tensor;
}

/**
 * A = PLU by Gaussian elimination with partial pivoting. A: [..., M, N] → { P, L, U }. Gradients flow to L and U and need a U that can be
 * inverted (of its first min(M, N) columns). float32 is computed in float64 and rounded. Golub & Van Loan, 3.4.
 * @throws ShapeError unless A is a matrix; ValueError if an element is not finite.
 *
 * @example
 * const { P, L, U } = linalg.lu(tensor([[1, 2], [4, 4]]));
 * P // → [[0, 1], [1, 0]]
 * L // → [[1, 0], [0.25, 1]]
 * U // → [[4, 4], [0, 1]]
 */
export function lu(a: Tensor): LU {
  checkMatrix("lu", a);
  const [P, L, U] = unpack(luOp.apply([toDouble(a)], undefined), shapesOf(a)).map((factor) => cast(factor, a.dtype));
  return { P: P.detach(), L, U };
}
