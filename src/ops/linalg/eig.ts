/** Eigenvalues and vectors of general real matrices. They are complex: real and imaginary parts are tensors of their own. */

import { NablaError } from "../../base/errors.js";
import type { Shape } from "../../base/shape.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, mul, sub } from "../arithmetic.js";
import { cast } from "../cast.js";
import { neg } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { defineOp } from "../operation.js";
import { concat, slice } from "../slice.js";
import { transpose, unsqueeze } from "../views.js";
import { batchOf, checkSquare, doubles, doublesOf, finite, matrixName, packedSpec, sidesOf, toDouble, unpack, windows } from "./matrices.js";
import { inverse } from "./solve.js";

interface Attributes {
  readonly vectors: boolean;
}

/** Real and imaginary parts of the values, [..., N], and of the vectors, [..., N, N]. */
function shapesOf(a: Tensor, { vectors }: Attributes): Shape[] {
  const values = a.shape.slice(0, -1);
  return vectors ? [values, values, a.shape, a.shape] : [values, values];
}

const eigOp = defineOp<Attributes>({
  name: "eig",
  kernel: "linalg",
  shape: ([a], attributes) => packedSpec(shapesOf(a, attributes)),
  forward: (k, [a], out, attributes) => {
    const [re, im, vectorsRe, vectorsIm] = windows(out, shapesOf(a, attributes));
    const failed = k.linalg!.eig(finite(k, "eig", a), { re, im }, attributes.vectors ? { re: vectorsRe, im: vectorsIm } : null);
    if (failed >= 0) throw new NablaError(`eig: the iteration did not converge for the matrix${matrixName(batchOf(a), failed)} of ${sidesOf(a)[0]} rows; please report it.`);
  },
  // For the values alone: Ā = Re(X⁻ᴴ diag(w̄) Xᴴ). Giles 2008, 3.1.
  vjp: (dy, { inputs: [a], attributes }) => [
    () => {
      if (attributes.vectors) throw new NablaError("backward: the vectors of eig have no gradient; the values of eigvals do, and eigh for symmetric matrices.");
      return eigvalsGradOp.apply([a, dy], undefined);
    },
  ],
  // The generic check asks for second derivatives too; the first ones are checked in test/property/linalg.test.ts.
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: { vectors: false }, gradcheck: false },
    { inputs: [doublesOf([2, 2, 2], [0, -1, 1, 0, 0.5, -1, 0.25, 2])], attributes: { vectors: false }, gradcheck: false },
    { inputs: [doublesOf([4, 4], [1, 2, -1, 0.5, -2, 0.3, 1.5, 1, -1, 1, 0.7, -2, 0.1, 0.4, 2, -0.6])], attributes: { vectors: false }, gradcheck: false },
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: { vectors: true }, gradcheck: false },
    { inputs: [doublesOf([2, 2, 2], [0, -1, 2, 0, 0.5, -1, 0.25, 2])], attributes: { vectors: true }, gradcheck: false },
    { inputs: [doubles([0, 0])], attributes: { vectors: false }, gradcheck: false },
  ],
  errors: () => [{ inputs: [doublesOf([1, 1], [NaN])], attributes: { vectors: true }, message: "eig: element [0, 0] of the input [1, 1] is NaN or infinite" }],
});

/** dA of the eigenvalues, from A and the packed gradients of their parts. */
const eigvalsGradOp = defineOp({
  name: "eigvalsGrad",
  kernel: "linalg",
  shape: ([a]) => ({ shape: a.shape, dtype: "float64" }),
  forward: (k, [a, dy], out) =>
    noGrad(() => {
      const [n] = sidesOf(a);
      const [, , re, im] = unpack(eigOp.apply([a], { vectors: true }), shapesOf(a, { vectors: true }));
      const [dRe, dIm] = unpack(dy, shapesOf(a, { vectors: false })).map((part) => unsqueeze(part, -1));
      // A complex matrix P + iQ as the real [[P, −Q], [Q, P]]; of its inverse, the left half is what is needed.
      const block = inverse(concat([concat([re, neg(im)], -1), concat([im, re], -1)], -2), "eigvals: gradient (A has too few eigenvectors)");
      const part = (start: number): Tensor => slice(block, ...batchOf(a).map(() => null), { start, end: start + n }, { end: n });
      // With Y = X⁻¹: X⁻ᴴ diag(w̄) Xᴴ = conj(Yᵀ) diag(w̄) conj(Xᵀ), and its real part is that of Yᵀ diag(conj w̄) Xᵀ.
      const [yRe, yIm] = [transpose(part(0)), transpose(part(n))];
      const [xRe, xIm] = [transpose(re), transpose(im)];
      const scaledRe = add(mul(dRe, xRe), mul(dIm, xIm));
      const scaledIm = sub(mul(dRe, xIm), mul(dIm, xRe));
      k.copy(sub(matmul(yRe, scaledRe), matmul(yIm, scaledIm)), out);
    }),
  vjp: () => {
    const refuse = (): never => {
      throw new NablaError("backward: eigvals has no second derivative; for symmetric matrices, eigvalsh does.");
    };
    return [refuse, refuse];
  },
  samples: () => [{ inputs: [doublesOf([2, 2], [0.5, -1, 0.25, 2]), doubles([4])], attributes: undefined, gradcheck: false }],
});

/** Parts of complex numbers. */
export interface Complex {
  readonly real: Tensor;
  readonly imag: Tensor;
}

export interface Eig {
  /** By descending magnitude, of a conjugate pair first the one with positive imaginary part: [..., N]. */
  readonly eigenvalues: Complex;
  /** In columns, of length 1: [..., N, N]. */
  readonly eigenvectors: Complex;
}

/**
 * A·X = X·diag(w) of a general real A: [..., N, N] → eigenvalues w [..., N], by descending magnitude, of a conjugate pair first the one with
 * positive imaginary part, and eigenvectors X [..., N, N], in columns of length 1 whose largest component is real and positive. A defective
 * matrix has fewer vectors: then some columns are alike. Vectors have no gradient; values do through `eigvals`, both for symmetric matrices
 * through `eigh`. float32 is computed in float64 and rounded. Golub & Van Loan, 7.5 and 7.6.
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * const { eigenvalues, eigenvectors } = linalg.eig(tensor([[3, 1], [0, 2]]));
 * eigenvalues.real  // → [3, 2]
 * eigenvectors.real // → [[1, 0.70711], [0, -0.70711]]
 */
export function eig(a: Tensor): Eig {
  checkSquare("eig", a);
  const attributes = { vectors: true };
  const [w, wi, x, xi] = unpack(eigOp.apply([toDouble(a)], attributes), shapesOf(a, attributes)).map((part) => cast(part, a.dtype));
  return { eigenvalues: { real: w, imag: wi }, eigenvectors: { real: x, imag: xi } };
}

/**
 * The eigenvalues of a general real A: [..., N, N] → their real and imaginary parts, [..., N] each, in the order of `eig`. The gradient needs an A
 * with N independent eigenvectors; there is no second derivative (for symmetric matrices `eigvalsh` has all).
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * const { real, imag } = linalg.eigvals(tensor([[3, -4], [4, 3]]));
 * real // → [3, 3]
 * imag // → [4, -4]
 */
export function eigvals(a: Tensor): Complex {
  checkSquare("eigvals", a);
  const attributes = { vectors: false };
  const [real, imag] = unpack(eigOp.apply([toDouble(a)], attributes), shapesOf(a, attributes)).map((part) => cast(part, a.dtype));
  return { real, imag };
}
