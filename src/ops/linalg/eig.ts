/** Eigenvalues of general real matrices. */

import { NablaError } from "../../base/errors.js";
import type { Shape } from "../../base/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { cast } from "../cast.js";
import { defineOp } from "../operation.js";
import { batchOf, checkSquare, doubles, doublesOf, finite, matrixName, packedSpec, sidesOf, toDouble, unpack, windows } from "./matrices.js";

/** Real and imaginary parts, [..., N] each. */
const shapesOf = (a: Tensor): Shape[] => [a.shape.slice(0, -1), a.shape.slice(0, -1)];

const eigvalsOp = defineOp({
  name: "eigvals",
  kernel: "linalg",
  shape: ([a]) => packedSpec(shapesOf(a)),
  forward: (k, [a], out) => {
    const [real, imaginary] = windows(out, shapesOf(a));
    const failed = k.linalg!.eigvals(finite(k, "eigvals", a), real, imaginary);
    if (failed >= 0) throw new NablaError(`eigvals: the iteration did not converge for the matrix${matrixName(batchOf(a), failed)} of ${sidesOf(a)[0]} rows; please report it.`);
  },
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: undefined },
    { inputs: [doublesOf([2, 2, 2], [0, -1, 1, 0, 0.5, -1, 0.25, 2])], attributes: undefined },
    { inputs: [doubles([0, 0])], attributes: undefined },
  ],
  errors: () => [{ inputs: [doublesOf([1, 1], [NaN])], attributes: undefined, message: "eigvals: element [0, 0] of the input [1, 1] is NaN or infinite" }],
});

export interface Eigenvalues {
  /** Real parts: [..., N]. */
  readonly real: Tensor;
  /** Imaginary parts: [..., N]. */
  readonly imag: Tensor;
}

/**
 * The eigenvalues of a real A: [..., N, N] → their real and imaginary parts, [..., N] each, by descending magnitude; of a conjugate pair first
 * the one with positive imaginary part. No gradient flows (for symmetric matrices it does through `eigvalsh`). float32 is computed in float64
 * and rounded. Golub & Van Loan, 7.5.
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * const { real, imag } = linalg.eigvals(tensor([[3, -4], [4, 3]]));
 * real // → [3, 3]
 * imag // → [4, -4]
 */
export function eigvals(a: Tensor): Eigenvalues {
  checkSquare("eigvals", a);
  const [real, imag] = unpack(eigvalsOp.apply([toDouble(a.detach())], undefined), shapesOf(a)).map((part) => cast(part, a.dtype));
  return { real, imag };
}
