/** Gaussian elimination with partial pivoting (Golub & Van Loan, 3.4.4), and linear systems by it. */

import { solveTriangular } from "./triangular.js";

/**
 * Overwrites a [m, n] by L (below the diagonal, whose ones are not stored) and U, and `permutation` [m] by the rows of A in the order of
 * P⁻¹A. Returns the sign of the permutation.
 */
export function lu(a: Float64Array, m: number, n: number, permutation: Int32Array): 1 | -1 {
  let parity: 1 | -1 = 1;
  for (let i = 0; i < m; i++) permutation[i] = i;
  for (let k = 0; k < Math.min(m, n); k++) {
    let pivot = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i;
    if (pivot !== k) {
      parity = parity === 1 ? -1 : 1;
      [permutation[k], permutation[pivot]] = [permutation[pivot], permutation[k]];
      for (let j = 0; j < n; j++) [a[k * n + j], a[pivot * n + j]] = [a[pivot * n + j], a[k * n + j]];
    }
    if (a[k * n + k] === 0) continue;
    for (let i = k + 1; i < m; i++) {
      const factor = (a[i * n + k] /= a[k * n + k]);
      if (factor !== 0) for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return parity;
}

/** The X of AX = B into `x` [n, k]; overwrites a. Returns the first pivot that is 0, or −1. */
export function solve(a: Float64Array, n: number, b: Float64Array, k: number, x: Float64Array): number {
  const permutation = new Int32Array(n);
  lu(a, n, n, permutation);
  permutation.forEach((row, i) => x.set(b.subarray(row * k, (row + 1) * k), i * k));
  solveTriangular(a, n, x, k, { upper: false, unit: true });
  return solveTriangular(a, n, x, k, { upper: true, unit: false });
}
