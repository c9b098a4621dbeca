/**
 * The kernels of linear algebra. All views are float64 and row-major; a batch is the leading axes, equal in all views of a
 * call. Input is finite (the caller asks `findNonFinite` first). A kernel that can fail returns the flat position of the first
 * failure, or −1.
 */

import type { View } from "../backend.js";

export interface TriangularParams {
  /** Whether the entries lie on and above the diagonal, or on and below it. The others are not read. */
  readonly upper: boolean;
  /** The diagonal is taken as ones and not read. */
  readonly unit: boolean;
}

/** Real and imaginary parts. */
export interface ComplexView {
  readonly re: View;
  readonly im: View;
}

export interface LinalgKernels {
  /** Flat position of the first NaN or infinity, or −1. */
  findNonFinite(x: View): number;
  /**
   * P⁻¹A = LU with partial pivoting. a: [..., m, n] → lu: [..., m, n], L (unit diagonal, not stored) below U; row i of P⁻¹A is row
   * permutation[..., i] (int32, [..., m]) of A; parity [...]: ±1, the sign of the permutation.
   */
  lu(a: View, lu: View, permutation: View, parity: View): void;
  /** AX = B by LU. a: [..., n, n], b: [..., n, k] → out: [..., n, k]. Returns the position in [..., n] of the first pivot that is 0. */
  solve(a: View, b: View, out: View): number;
  /** TX = B. t: [..., n, n], b: [..., n, k] → out: [..., n, k]. Returns the position in [..., n] of the first 0 on the diagonal. */
  solveTriangular(t: View, b: View, out: View, params: TriangularParams): number;
  /**
   * S = LLᵀ of the symmetric part S = (A + Aᵀ)/2. a: [..., n, n] → out: [..., n, n], L with zeros above. Returns the position in
   * [..., n] of the first leading minor that is not positive.
   */
  cholesky(a: View, out: View): number;
  /**
   * A = QR by Householder reflections, with LAPACK's signs. a: [..., m, n] → q: [..., m, p], r: [..., p, n], p = min(m, n), or m for
   * the complete Q.
   */
  qr(a: View, q: View, r: View): void;
  /**
   * S = V·diag(w)·Vᵀ of the symmetric part S = (A + Aᵀ)/2. a: [..., n, n] → w: [..., n], ascending; v: [..., n, n], eigenvectors in columns
   * (signs: see signs.ts), or null. Returns the index of the first matrix that did not converge.
   */
  eigh(a: View, w: View, v: View | null): number;
  /**
   * A = U·diag(s)·Vh. a: [..., m, n] → s: [..., min(m, n)], descending; u: [..., m, p] and vh: [..., q, n], both thin (p = q = min(m, n)) or
   * full (p = m, q = n), or both null. Signs: see signs.ts. Returns the index of the first matrix that did not converge.
   */
  svd(a: View, u: View | null, s: View, vh: View | null): number;
  /**
   * Eigenvalues and vectors of a general real matrix. a: [..., n, n] → real and imaginary parts of the values, [..., n], by descending
   * magnitude, of a conjugate pair first the one with positive imaginary part, and of the vectors, [..., n, n], in columns, of length 1 with
   * the largest component positive; or null for these. Returns the index of the first matrix that did not converge.
   */
  eig(a: View, values: ComplexView, vectors: ComplexView | null): number;
  /** e^A. a, out: [..., n, n]. */
  matrixExp(a: View, out: View): void;
}
