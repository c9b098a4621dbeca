/** Eigenvalues and vectors of symmetric matrices. */

import { NablaError } from "../../base/errors.js";
import type { Shape } from "../../base/shape.js";
import { isGradEnabled } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, mul, sub } from "../arithmetic.js";
import { cast } from "../cast.js";
import { matmul } from "../matmul.js";
import { defineOp } from "../operation.js";
import { transpose, unsqueeze } from "../views.js";
import {
  batchOf, checkSquare, doubles, doublesOf, finite, identityOf, matrixName, packedSpec, safeReciprocal, sidesOf, symmetric, toDouble, unpack, windows,
} from "./matrices.js";

interface Attributes {
  /** Without vectors there is no gradient. */
  readonly vectors: boolean;
}

/** w [..., N], V [..., N, N]. */
const shapesOf = (a: Tensor, { vectors }: Attributes): Shape[] => (vectors ? [a.shape.slice(0, -1), a.shape] : [a.shape.slice(0, -1)]);

const eighOp = defineOp<Attributes>({
  name: "eigh",
  kernel: "linalg",
  shape: ([a], attributes) => packedSpec(shapesOf(a, attributes)),
  forward: (k, [a], out, attributes) => {
    const [w, v = null] = windows(out, shapesOf(a, attributes));
    const failed = k.linalg!.eigh(finite(k, "eigh", a), w, v);
    if (failed >= 0) throw new NablaError(`eigh: the iteration did not converge for the matrix${matrixName(batchOf(a), failed)} of ${sidesOf(a)[0]} rows; please report it.`);
  },
  // Ā = V (diag(w̄) + F ∘ VᵀV̄) Vᵀ with Fᵢⱼ = 1/(wⱼ − wᵢ), and 0 where they are equal. Giles 2008, 3.1.
  vjp: (dy, { inputs: [a], output, attributes }) => {
    if (!attributes.vectors) return [null];
    return [
      () => {
        const [w, v] = unpack(output, shapesOf(a, attributes));
        const [dw, dV] = unpack(dy, shapesOf(a, attributes));
        const f = safeReciprocal(sub(unsqueeze(w, -2), unsqueeze(w, -1)));
        const inner = add(mul(identityOf(a), unsqueeze(dw, -1)), mul(f, matmul(transpose(v), dV)));
        return symmetric(matmul(matmul(v, inner), transpose(v)));
      },
    ];
  },
  samples: () => [
    { inputs: [doublesOf([3, 3], [4, 1, -0.5, 1, 3, 0.7, -0.5, 0.7, 2])], attributes: { vectors: true } },
    { inputs: [doublesOf([2, 2, 2], [2, 0.4, 0.6, 1, -9, -1, 1, 0.25])], attributes: { vectors: true } },
    { inputs: [doublesOf([4, 4], [0, 1, 0, 0, 1, 0.5, 0, 0, 0, 0, 3, 0.5, 0, 0, 0.5, 5])], attributes: { vectors: true } },
    { inputs: [doublesOf([3, 3], [4, 1, -0.5, 1, 3, 0.7, -0.5, 0.7, 2])], attributes: { vectors: false }, gradcheck: false },
    { inputs: [{ ...doubles([1, 1]), layout: "strided" }], attributes: { vectors: true } },
    { inputs: [doubles([2, 0, 0])], attributes: { vectors: true } },
  ],
  errors: () => [{ inputs: [doublesOf([1, 1], [NaN])], attributes: { vectors: true }, message: "eigh: element [0, 0] of the input [1, 1] is NaN or infinite" }],
});

export interface Eigh {
  /** Ascending: [..., N]. */
  readonly eigenvalues: Tensor;
  /** Orthonormal, in columns: [..., N, N]. */
  readonly eigenvectors: Tensor;
}

/**
 * A = V·diag(w)·Vᵀ of a symmetric A: [..., N, N] → eigenvalues w [..., N], ascending, and eigenvectors V [..., N, N], in columns. Of an A that
 * is not quite symmetric, the symmetric part (A + Aᵀ)/2 is taken. The largest component of each vector is positive (of several, the first).
 * Where eigenvalues are equal, their vectors are any basis, and gradients are right for functions that do not depend on the choice. float32
 * is computed in float64 and rounded. Golub & Van Loan, 8.3.
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * const { eigenvalues, eigenvectors } = linalg.eigh(tensor([[2, 1], [1, 2]]));
 * eigenvalues  // → [1, 3]
 * eigenvectors // → [[0.70711, 0.70711], [-0.70711, 0.70711]]
 */
export function eigh(a: Tensor): Eigh {
  checkSquare("eigh", a);
  const attributes = { vectors: true };
  const [eigenvalues, eigenvectors] = unpack(eighOp.apply([toDouble(a)], attributes), shapesOf(a, attributes)).map((t) => cast(t, a.dtype));
  return { eigenvalues, eigenvectors };
}

/**
 * The eigenvalues of a symmetric A: [..., N, N] → [..., N], ascending; faster than `eigh` where no gradient is asked for.
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * linalg.eigvalsh(tensor([[2, 1], [1, 2]])) // → [1, 3]
 */
export function eigvalsh(a: Tensor): Tensor {
  checkSquare("eigvalsh", a);
  if (a.requiresGrad && isGradEnabled()) return eigh(a).eigenvalues;
  const attributes = { vectors: false };
  return cast(unpack(eighOp.apply([toDouble(a)], attributes), shapesOf(a, attributes))[0], a.dtype);
}
