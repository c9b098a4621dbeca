/** Cholesky factorisation of a symmetric positive definite matrix, row by row (Golub & Van Loan, 4.2). */

/** Overwrites the symmetric s [n, n] by L with zeros above. Returns the index of the first leading minor that is not positive, or −1. */
export function cholesky(s: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = s[i * n + j];
      for (let k = 0; k < j; k++) rest -= s[i * n + k] * s[j * n + k];
      if (i === j && !(rest > 0)) return i;
      s[i * n + j] = i === j ? Math.sqrt(rest) : rest / s[j * n + j];
    }
    s.fill(0, i * n + i + 1, (i + 1) * n);
  }
  return -1;
}
