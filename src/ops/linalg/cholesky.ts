/** Cholesky factorisation. */

import { ValueError } from "../../base/errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { cast } from "../cast.js";
import { matmul } from "../matmul.js";
import { defineOp } from "../operation.js";
import { transpose } from "../views.js";
import { batchOf, checkSquare, doubles, doublesOf, finite, lower, matrixName, sidesOf, symmetric, toDouble } from "./matrices.js";
import { solveUpper } from "./triangular.js";

const choleskyOp = defineOp({
  name: "cholesky",
  kernel: "linalg",
  shape: ([a]) => ({ shape: a.shape, dtype: "float64" }),
  forward: (k, [a], out) => {
    const minor = k.linalg!.cholesky(finite(k, "cholesky", a), out);
    if (minor < 0) return;
    const [n] = sidesOf(a);
    throw new ValueError(
      `cholesky: the matrix${matrixName(batchOf(a), Math.floor(minor / n))} is not positive definite: its leading minor of order ` +
        `${(minor % n) + 1} is not positive. For a covariance, add a small multiple of the identity.`,
    );
  },
  // Ā = L⁻ᵀ Φ(LᵀL̄) L⁻¹, its symmetric part; Φ keeps the lower triangle and halves the diagonal. Murray 2016, equation 8.
  vjp: (dy, { output: l }) => [
    () => {
      const left = solveUpper(transpose(l), lower(matmul(transpose(l), dy), 0.5));
      return symmetric(solveUpper(transpose(l), transpose(left)));
    },
  ],
  samples: () => [
    { inputs: [doublesOf([3, 3], [4, 1, -0.5, 1, 3, 0.7, -0.5, 0.7, 2])], attributes: undefined },
    { inputs: [doublesOf([2, 2, 2], [2, 0.4, 0.6, 1, 9, -1, 1, 0.25])], attributes: undefined },
    { inputs: [{ ...doubles([1, 1], 1, 2), layout: "strided" }], attributes: undefined },
    { inputs: [doubles([2, 0, 0])], attributes: undefined },
  ],
  errors: () => [
    { inputs: [doublesOf([2, 2], [1, 2, 2, 1])], attributes: undefined, message: "cholesky: the matrix is not positive definite: its leading minor of order 2 is not positive" },
    { inputs: [doublesOf([2, 1, 1], [1, 0])], attributes: undefined, message: "the matrix [1] is not positive definite: its leading minor of order 1" },
    { inputs: [doublesOf([1, 1], [NaN])], attributes: undefined, message: "cholesky: element [0, 0] of the input [1, 1] is NaN or infinite" },
  ],
});

/**
 * L, lower triangular with positive diagonal, of A = LLᵀ. A: [..., N, N], symmetric and positive definite → [..., N, N]. Of an A that is not
 * quite symmetric, the symmetric part (A + Aᵀ)/2 is taken. float32 is computed in float64 and rounded. Golub & Van Loan, 4.2.
 * @throws ShapeError unless A is square; ValueError if it is not positive definite, naming the leading minor, or not finite.
 *
 * @example
 * linalg.cholesky(tensor([[4, 2], [2, 5]])) // → [[2, 0], [1, 2]]
 * linalg.cholesky(tensor([[1, 2], [2, 1]])) // → throws ValueError: cholesky: the matrix is not positive definite: its leading minor of order 2
 */
export function cholesky(a: Tensor): Tensor {
  checkSquare("cholesky", a);
  return cast(choleskyOp.apply([toDouble(a)], undefined), a.dtype);
}
