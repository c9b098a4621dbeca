/**
 * Householder reflections H = I − τ v vᵀ with v₀ = 1 (Golub & Van Loan, Matrix Computations, 4th ed., 5.1). They take a vector to a
 * multiple β of the first unit vector; β has the sign opposite to x₀, as in LAPACK's dlarfg.
 */

/** Euclidean length of x[start … end), without overflow or underflow. */
export function norm2(x: Float64Array, start: number, end: number): number {
  let largest = 0;
  for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(x[i]));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = start; i < end; i++) sum += (x[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * Overwrites x[start … end) by v of the reflection that takes it to (β, 0, …, 0), writes β to x[start] in place of v₀ = 1, and
 * returns τ. Where there is nothing to reflect, H = I: τ = 0.
 */
export function reflector(x: Float64Array, start: number, end: number): number {
  const tail = norm2(x, start + 1, end);
  if (tail === 0) return 0;
  const alpha = x[start];
  const beta = alpha > 0 ? -Math.hypot(alpha, tail) : Math.hypot(alpha, tail);
  for (let i = start + 1; i < end; i++) x[i] /= alpha - beta;
  x[start] = beta;
  return (beta - alpha) / beta;
}

/** y ← Hy, where v = (1, x[start + 1 … end)) and y lies at y[at …]. */
export function reflect(x: Float64Array, start: number, end: number, tau: number, y: Float64Array, at: number): void {
  const offset = at - start;
  let dot = y[at];
  for (let i = start + 1; i < end; i++) dot += x[i] * y[offset + i];
  const scale = tau * dot;
  y[at] -= scale;
  for (let i = start + 1; i < end; i++) y[offset + i] -= scale * x[i];
}
