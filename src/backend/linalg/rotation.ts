/** Plane rotations (Golub & Van Loan, 5.1.8). */

/** Rows i and j of x [., n] ← c·xᵢ + s·xⱼ and −s·xᵢ + c·xⱼ. */
export function rotateRows(x: Float64Array, n: number, i: number, j: number, c: number, s: number): void {
  for (let at = i * n, other = j * n, end = at + n; at < end; at++, other++) {
    const [xi, xj] = [x[at], x[other]];
    x[at] = c * xi + s * xj;
    x[other] = c * xj - s * xi;
  }
}
