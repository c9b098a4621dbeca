/** Singular value decomposition. */

import { NablaError } from "../../base/errors.js";
import { flag, optionsOf } from "../../base/options.js";
import type { Shape } from "../../base/shape.js";
import { isGradEnabled } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, mul, sub } from "../arithmetic.js";
import { cast } from "../cast.js";
import { matmul } from "../matmul.js";
import { defineOp } from "../operation.js";
import { transpose, unsqueeze } from "../views.js";
import { batchOf, checkMatrix, doubles, doublesOf, finite, identityOf, matrixName, packedSpec, safeReciprocal, sidesOf, toDouble, unpack, windows } from "./matrices.js";

interface Attributes {
  /** Without vectors, and of full ones that the thin form does not have, there is no gradient. */
  readonly vectors: "none" | "thin" | "full";
}

/** S [..., K], U [..., M, P], Vh [..., Q, N]. */
function shapesOf(a: Tensor, { vectors }: Attributes): Shape[] {
  const [m, n] = sidesOf(a);
  const batch = batchOf(a);
  const k = Math.min(m, n);
  const values = [...batch, k];
  if (vectors === "none") return [values];
  return vectors === "thin" ? [values, [...batch, m, k], [...batch, k, n]] : [values, [...batch, m, m], [...batch, n, n]];
}

const svdOp = defineOp<Attributes>({
  name: "svd",
  kernel: "linalg",
  shape: ([a], attributes) => packedSpec(shapesOf(a, attributes)),
  forward: (k, [a], out, attributes) => {
    const [s, u = null, vh = null] = windows(out, shapesOf(a, attributes));
    const failed = k.linalg!.svd(finite(k, "svd", a), u, s, vh);
    if (failed >= 0) throw new NablaError(`svd: the iteration did not converge for the matrix${matrixName(batchOf(a), failed)} of ${sidesOf(a).join(" × ")}; please report it.`);
  },
  vjp: (dy, { inputs: [a], output, attributes }) => {
    if (attributes.vectors === "none") return [null];
    return [
      () => {
        const [m, n] = sidesOf(a);
        if (attributes.vectors === "full" && m !== n) {
          throw new NablaError(`backward: the full svd of a matrix [${m}, ${n}] has no gradient (its last vectors are arbitrary); use fullMatrices: false.`);
        }
        return gradient(unpack(output, shapesOf(a, attributes)), unpack(dy, shapesOf(a, attributes)));
      },
    ];
  },
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: { vectors: "thin" } },
    { inputs: [doublesOf([3, 2], [0.5, 2, -1, 2, 1.5, -0.3])], attributes: { vectors: "thin" } },
    { inputs: [doublesOf([2, 3], [0.5, 2, -1, 2, 0.3, 1.5])], attributes: { vectors: "thin" } },
    { inputs: [doublesOf([2, 2, 2], [1, 2, 3, 4, 0.5, -1, 0.25, 2])], attributes: { vectors: "full" } },
    { inputs: [doublesOf([2, 3], [0.5, 2, -1, 2, 0.3, 1.5])], attributes: { vectors: "none" }, gradcheck: false },
    { inputs: [doublesOf([3, 2], [0.5, 2, -1, 2, 1.5, -0.3])], attributes: { vectors: "full" }, gradcheck: false },
    { inputs: [doublesOf([2, 3], [0.5, 2, -1, 2, 0.3, 1.5])], attributes: { vectors: "full" }, gradcheck: false },
    { inputs: [doubles([2, 0])], attributes: { vectors: "full" }, gradcheck: false },
    { inputs: [{ ...doubles([1, 1], 1, 2), layout: "strided" }], attributes: { vectors: "thin" } },
  ],
  errors: () => [{ inputs: [doublesOf([2, 1], [1, -Infinity])], attributes: { vectors: "thin" }, message: "svd: element [1, 0] of the input [2, 1] is NaN or infinite" }],
});

/**
 * Ā = U ((F ∘ skew(UᵀŪ)) S + S (F ∘ skew(VᵀV̄)) + S̄) Vᵀ + (I − UUᵀ) Ū S⁻¹ Vᵀ + U S⁻¹ V̄ᵀ (I − VVᵀ), where skew(X) = X − Xᵀ and
 * Fᵢⱼ = 1/(sⱼ² − sᵢ²), 0 where they are equal. Townsend 2016, equation 31.
 */
function gradient([s, u, vh]: readonly Tensor[], [dS, dU, dVh]: readonly Tensor[]): Tensor {
  const [column, row] = [unsqueeze(s, -1), unsqueeze(s, -2)];
  const f = mul(safeReciprocal(sub(row, column)), safeReciprocal(add(row, column)));
  const skew = (x: Tensor): Tensor => mul(f, sub(x, transpose(x)));
  const [uT, v] = [transpose(u), transpose(vh)];
  const [fromU, fromV] = [matmul(uT, dU), matmul(vh, transpose(dVh))];
  const identity = identityOf(s);
  const [values, dValues] = [mul(identity, row), mul(identity, unsqueeze(dS, -2))];
  const inner = add(add(matmul(skew(fromU), values), matmul(values, skew(fromV))), dValues);
  const inverse = safeReciprocal(row);
  const outsideU = mul(sub(dU, matmul(u, fromU)), inverse);
  const outsideV = mul(sub(transpose(dVh), matmul(v, fromV)), inverse);
  return add(matmul(add(matmul(u, inner), outsideU), vh), matmul(u, transpose(outsideV)));
}

export interface SVDOptions {
  /** U [..., M, M] and Vh [..., N, N] instead of U [..., M, K] and Vh [..., K, N], K = min(M, N). Default true, as in PyTorch. */
  readonly fullMatrices?: boolean;
}

export interface SVD {
  /** Left singular vectors, in columns. */
  readonly U: Tensor;
  /** Singular values, descending: [..., K]. */
  readonly S: Tensor;
  /** Right singular vectors, in rows. */
  readonly Vh: Tensor;
}

/**
 * A = U·diag(S)·Vh. A: [..., M, N] → { U, S, Vh }. The largest component of each column of U is positive (of several, the first). Where
 * singular values are equal or 0, their vectors are any basis, and gradients are right for functions that do not depend on the choice.
 * Gradients of a matrix that is not square need `fullMatrices: false`. float32 is computed in float64 and rounded. Golub & Van Loan, 8.6.
 * @throws ShapeError unless A is a matrix; ValueError if an element is not finite.
 *
 * @example
 * const { U, S, Vh } = linalg.svd(tensor([[0, 2], [3, 0], [0, 0]]), { fullMatrices: false });
 * S  // → [3, 2]
 * U  // → [[0, 1], [1, 0], [0, 0]]
 * Vh // → [[1, 0], [0, 1]]
 */
export function svd(a: Tensor, options: SVDOptions = {}): SVD {
  const { fullMatrices = true } = optionsOf("svd", options, { fullMatrices: flag });
  checkMatrix("svd", a);
  const attributes = { vectors: fullMatrices ? "full" : "thin" } as const;
  const [S, U, Vh] = unpack(svdOp.apply([toDouble(a)], attributes), shapesOf(a, attributes)).map((factor) => cast(factor, a.dtype));
  return { U, S, Vh };
}

/**
 * The singular values of A: [..., M, N] → [..., min(M, N)], descending; faster than `svd` where no gradient is asked for.
 * @throws ShapeError unless A is a matrix; ValueError if an element is not finite.
 *
 * @example
 * linalg.svdvals(tensor([[0, 2], [3, 0], [0, 0]])) // → [3, 2]
 */
export function svdvals(a: Tensor): Tensor {
  checkMatrix("svdvals", a);
  if (a.requiresGrad && isGradEnabled()) return svd(a, { fullMatrices: false }).S;
  const attributes = { vectors: "none" } as const;
  return cast(unpack(svdOp.apply([toDouble(a)], attributes), shapesOf(a, attributes))[0], a.dtype);
}
