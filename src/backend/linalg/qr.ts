/** QR factorisation by Householder reflections (Golub & Van Loan, 5.2.1), Q formed backwards (5.1.6). */

import { reflect, reflector } from "./householder.js";

/** A [m, n] = Q [m, p] · R [p, n], where p is min(m, n) or m; without Q if `q` is null. */
export function qr(a: Float64Array, m: number, n: number, q: Float64Array | null, r: Float64Array, p: number): void {
  // Column j of A is row j of `columns`: reflections run along it.
  const columns = transposed(a, m, n);
  const steps = Math.min(m, n);
  const taus = new Float64Array(steps);
  for (let k = 0; k < steps; k++) {
    const [start, end] = [k * m + k, (k + 1) * m];
    taus[k] = reflector(columns, start, end);
    for (let j = k + 1; j < n; j++) reflect(columns, start, end, taus[k], columns, j * m + k);
  }
  for (let i = 0; i < p; i++) for (let j = 0; j < n; j++) r[i * n + j] = i <= j ? columns[j * m + i] : 0;
  if (q === null) return;

  // Q = H₀ H₁ … · I: the columns before k of the part under work are still those of the identity.
  const vectors = new Float64Array(p * m);
  for (let j = 0; j < p; j++) vectors[j * m + j] = 1;
  for (let k = steps - 1; k >= 0; k--) {
    for (let j = k; j < p; j++) reflect(columns, k * m + k, (k + 1) * m, taus[k], vectors, j * m + k);
  }
  q.set(transposed(vectors, p, m));
}

/** aᵀ of a [m, n]. */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
  return out;
}
