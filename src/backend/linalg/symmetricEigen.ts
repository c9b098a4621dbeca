/**
 * Eigenvalues and vectors of a symmetric matrix: Householder reduction to a tridiagonal one (Golub & Van Loan, 8.3.1), then the QL
 * iteration with implicit shifts (8.3.3; the arrangement of imtql2 in Wilkinson & Reinsch, Handbook for Automatic Computation, II/4).
 */

import { reflect, reflector } from "./householder.js";
import { rotateRows } from "./rotation.js";
import { scaleOf, signOf } from "./signs.js";

/** Sweeps that one eigenvalue may take; two are usual. */
const mostSweeps = 60;

/**
 * Symmetric s [n, n], overwritten, → w [n], ascending, and v [n, n], eigenvectors in columns, unless null.
 * Returns false if the iteration did not converge.
 */
export function symmetricEigen(s: Float64Array, n: number, w: Float64Array, v: Float64Array | null): boolean {
  const scale = scaleOf(s);
  for (let i = 0; i < s.length; i++) s[i] *= scale;
  const [diagonal, below, vectors] = tridiagonalize(s, n, v !== null);
  if (!diagonalize(diagonal, below, n, vectors)) return false;

  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i] - diagonal[j]);
  order.forEach((from, to) => {
    w[to] = diagonal[from] / scale;
    if (v === null || vectors === null) return;
    const sign = signOf(vectors, from * n, n);
    for (let i = 0; i < n; i++) v[i * n + to] = sign * vectors[from * n + i];
  });
  return true;
}

/** S = QTQᵀ: the diagonal of T, the entries below it (padded to n), and Qᵀ if wanted. Overwrites s. */
function tridiagonalize(s: Float64Array, n: number, wanted: boolean): [Float64Array, Float64Array, Float64Array | null] {
  const [diagonal, below, taus] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const p = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = s[k * n + k];
    if (k === n - 1) break;
    // Row k right of the diagonal becomes v of the reflection. The part after it is S − v pᵀ − p vᵀ, p = τSv − (τ²/2)(vᵀSv) v.
    const row = k * n;
    const tau = (taus[k] = reflector(s, row + k + 1, row + n));
    below[k] = s[row + k + 1];
    s[row + k + 1] = 1;
    let dot = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += s[i * n + j] * s[row + j];
      p[i] = tau * sum;
      dot += p[i] * s[row + i];
    }
    for (let i = k + 1; i < n; i++) p[i] -= (tau / 2) * dot * s[row + i];
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) s[i * n + j] -= s[row + i] * p[j] + p[i] * s[row + j];
    }
  }
  if (!wanted) return [diagonal, below, null];
  // Q = H₀ H₁ …, so Qᵀ gains each reflection from the right, in the rows after it.
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--) {
    for (let i = k + 1; i < n; i++) reflect(s, k * n + k + 1, (k + 1) * n, taus[k], q, i * n + k + 1);
  }
  return [diagonal, below, q];
}

/** Turns d into the eigenvalues of the tridiagonal matrix with diagonal d and e beside it, and multiplies `rows` by the rotations. */
function diagonalize(d: Float64Array, e: Float64Array, n: number, rows: Float64Array | null): boolean {
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l]) + Math.abs(e[l]));
    for (let sweep = 0; ; sweep++) {
      // The block l … m is not split by a negligible entry. Negligible is measured by the largest so far, as in EISPACK's tql2: where many
      // eigenvalues are 0, the entries beside them are rounding errors, which never get small beside their neighbours.
      let m = l;
      while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * largest) m++;
      if (m === l) break;
      if (sweep === mostSweeps) return false;

      // Wilkinson's shift, then a bulge is chased from m up to l.
      const half = (d[l + 1] - d[l]) / (2 * e[l]);
      let g = d[m] - d[l] + e[l] / (half + (half < 0 ? -1 : 1) * Math.hypot(half, 1));
      let [c, s, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) break; // the matrix has split here
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        const t = (d[i] - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        if (rows !== null) rotateRows(rows, n, i + 1, i, c, s);
      }
      if (i >= l) {
        d[i + 1] -= p;
      } else {
        d[l] -= p;
        e[l] = g;
      }
      e[m] = 0;
    }
  }
  return true;
}
