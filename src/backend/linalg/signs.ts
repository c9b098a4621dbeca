/**
 * What a factorisation leaves open, settled: singular and eigenvectors are known up to their sign. The largest component by magnitude is
 * made positive, of several (within rounding) the first one.
 */

/** Components closer to the largest than this, relatively, are taken as equal to it, so that rounding does not decide. */
const equalWithin = 1e-8;

/** −1 if the row x[start … start + n) has to be turned, else 1. */
export function signOf(x: Float64Array, start: number, n: number): 1 | -1 {
  let largest = 0;
  for (let i = start; i < start + n; i++) largest = Math.max(largest, Math.abs(x[i]));
  for (let i = start; i < start + n; i++) if (Math.abs(x[i]) >= largest * (1 - equalWithin)) return x[i] < 0 ? -1 : 1;
  return 1;
}

/** A power of two that brings the largest of a's magnitudes near 1, so that squares neither overflow nor vanish; 1 for zeros. */
export function scaleOf(a: Float64Array): number {
  let largest = 0;
  for (const x of a) largest = Math.max(largest, Math.abs(x));
  return largest === 0 ? 1 : 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))));
}
