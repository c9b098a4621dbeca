/** A general matrix made ready for the QR iteration: balanced, then reduced to Hessenberg form (Golub & Van Loan, 7.5.7 and 7.4.2). */

import { reflect, reflector } from "./householder.js";

/**
 * Scales rows and columns of a [n, n] by powers of two until their norms are alike: D⁻¹AD has the same eigenvalues, with smaller errors.
 * Returns the diagonal of D. Wilkinson & Reinsch, Handbook for Automatic Computation, II/11.
 */
export function balance(a: Float64Array, n: number): Float64Array {
  const scales = new Float64Array(n).fill(1);
  for (let done = false; !done; ) {
    done = true;
    for (let i = 0; i < n; i++) {
      let [column, row] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * n + i]);
        row += Math.abs(a[i * n + j]);
      }
      if (column === 0 || row === 0) continue;
      const before = column + row;
      let factor = 1;
      for (; column < row / 2; column *= 4) factor *= 2;
      for (; column > row * 2; column /= 4) factor /= 2;
      if ((column + row) / factor >= 0.95 * before) continue;
      done = false;
      scales[i] *= factor;
      for (let j = 0; j < n; j++) a[i * n + j] /= factor;
      for (let j = 0; j < n; j++) a[j * n + i] *= factor;
    }
  }
  return scales;
}

/** Overwrites a [n, n] by H = QᵀAQ, zero below the first subdiagonal. Returns Q, if wanted. */
export function toHessenberg(a: Float64Array, n: number, wanted: boolean): Float64Array | null {
  const q = wanted ? new Float64Array(n * n) : null;
  for (let i = 0; i < n && q !== null; i++) q[i * n + i] = 1;
  const [v, column] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 2; k++) {
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k];
    const tau = reflector(v, k + 1, n);
    for (let j = k; j < n; j++) {
      for (let i = k + 1; i < n; i++) column[i] = a[i * n + j];
      reflect(v, k + 1, n, tau, column, k + 1);
      for (let i = k + 1; i < n; i++) a[i * n + j] = column[i];
    }
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
    for (let i = 0; i < n; i++) reflect(v, k + 1, n, tau, a, i * n + k + 1);
    for (let i = 0; i < n && q !== null; i++) reflect(v, k + 1, n, tau, q, i * n + k + 1);
  }
  return q;
}
