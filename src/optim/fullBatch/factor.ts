/** Small dense systems on the host: L·D·Lᵀ for Newton's method, Householder's QR for least squares. */

import { dot, type Vector } from "./vector.js";

/**
 * x with (A + shift·I)·x = b for a symmetric A [n, n], row-major; null if the matrix is not positive definite. By L·D·Lᵀ, Cholesky's
 * factors without square roots: Golub & Van Loan, algorithm 4.1.2.
 */
export function solvePositiveDefinite(a: Float64Array, b: Vector, shift = 0): Vector | null {
  const n = b.length;
  const l = new Float64Array(n * n);
  const d = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const scaledRow = d.slice(0, j).map((pivot, k) => pivot * l[j * n + k]);
    d[j] = a[j * n + j] + shift - dot(scaledRow, l.subarray(j * n, j * n + j));
    if (!(d[j] > 0)) return null;
    for (let i = j + 1; i < n; i++) l[i * n + j] = (a[i * n + j] - dot(scaledRow, l.subarray(i * n, i * n + j))) / d[j];
  }
  const x = b.slice();
  for (let i = 0; i < n; i++) x[i] -= dot(l.subarray(i * n, i * n + i), x.subarray(0, i));
  for (let i = n - 1; i >= 0; i--) {
    x[i] /= d[i];
    for (let k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k];
  }
  return x;
}

/**
 * x that minimises ‖A·x − b‖ for A [m, n], row-major, m ≥ n; null if its columns depend on each other to working precision. By Householder
 * reflections, so that the condition of A is not squared. Golub & Van Loan, algorithm 5.3.2.
 */
export function solveLeastSquares(a: Float64Array, b: Vector, n: number): Vector | null {
  const m = b.length;
  if (m < n) return null;
  const r = a.slice();
  const y = b.slice();
  let largest = 0;
  for (let j = 0; j < n; j++) {
    let squares = 0;
    for (let i = j; i < m; i++) squares += r[i * n + j] ** 2;
    const norm = Math.sqrt(squares);
    largest = Math.max(largest, norm);
    if (!(norm > largest * m * Number.EPSILON)) return null;
    const alpha = r[j * n + j] > 0 ? -norm : norm;
    // v = column − alpha·e₁; the reflection is I − v·vᵀ/(norm² + norm·|column₁|).
    const half = squares + norm * Math.abs(r[j * n + j]);
    r[j * n + j] -= alpha;
    for (let k = j + 1; k <= n; k++) {
      let projection = 0;
      for (let i = j; i < m; i++) projection += r[i * n + j] * (k < n ? r[i * n + k] : y[i]);
      projection /= half;
      for (let i = j; i < m; i++) {
        if (k < n) r[i * n + k] -= projection * r[i * n + j];
        else y[i] -= projection * r[i * n + j];
      }
    }
    r[j * n + j] = alpha;
  }
  const x = y.slice(0, n);
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= r[i * n + k] * x[k];
    x[i] /= r[i * n + i];
  }
  return x;
}
