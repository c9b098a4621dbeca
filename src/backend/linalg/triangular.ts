/** Forward and back substitution, row by row (Golub & Van Loan, 3.1). */

import type { TriangularParams } from "./linalgKernels.js";

/** Overwrites b [n, k] by the X of TX = B. Returns the first 0 on the diagonal, or −1; b is then unchanged. */
export function solveTriangular(t: Float64Array, n: number, b: Float64Array, k: number, { upper, unit }: TriangularParams): number {
  for (let i = 0; i < n && !unit; i++) if (t[i * n + i] === 0) return i;
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const [from, to] = upper ? [i + 1, n] : [0, i];
    for (let j = from; j < to; j++) {
      const factor = t[i * n + j];
      if (factor !== 0) for (let c = 0; c < k; c++) b[i * k + c] -= factor * b[j * k + c];
    }
    if (!unit) for (let c = 0; c < k; c++) b[i * k + c] /= t[i * n + i];
  }
  return -1;
}
