/** Vectors of float64 on the host: what the methods for full batches calculate with between two evaluations of the loss. */

export type Vector = Float64Array;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** a + t·b. */
export function along(a: Vector, t: number, b: Vector): Vector {
  return a.map((value, i) => value + t * b[i]);
}

export function minus(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value - b[i]);
}

export function scaled(a: Vector, factor: number): Vector {
  return a.map((value) => value * factor);
}

/** Largest magnitude; NaN if there is one. */
export function maxAbs(a: Vector): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const magnitude = Math.abs(a[i]);
    if (!(magnitude <= largest)) largest = magnitude;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}

export function sumAbs(a: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]);
  return sum;
}

/** Matrix [n, n], row-major, times vector. */
export function times(matrix: Float64Array, v: Vector): Vector {
  const n = v.length;
  return v.map((_, i) => dot(matrix.subarray(i * n, (i + 1) * n), v));
}
