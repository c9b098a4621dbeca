/**
 * The exponential of a matrix by scaling and squaring: e^A = (e^(A/2ˢ))^(2ˢ), the inner one by its Padé approximant of degree 13. Higham,
 * The scaling and squaring method for the matrix exponential revisited, 2005, algorithm 2.3.
 */

import { solve } from "./lu.js";

/** Coefficients of the numerator, lowest power first. The denominator is the numerator of −A. */
const pade = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640,
  1323241920, 40840800, 960960, 16380, 182, 1,
];
/** Largest 1-norm for which the approximant is exact to double precision. */
const largestNorm = 5.371920351148152;
/** Enough for any norm below infinity. */
const mostSquarings = 1022;

/** e^a into `out`, both [n, n]. */
export function matrixExp(a: Float64Array, n: number, out: Float64Array): void {
  let norm = 0;
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.abs(a[i * n + j]);
    norm = Math.max(norm, sum);
  }
  const squarings = norm > largestNorm ? Math.min(mostSquarings, Math.ceil(Math.log2(norm / largestNorm))) : 0;
  const x = a.map((value) => value * 2 ** -squarings);
  const x2 = product(x, x, n);
  const x4 = product(x2, x2, n);
  const x6 = product(x4, x2, n);
  /** c₆x⁶ + c₄x⁴ + c₂x² + c₀, the four of every second coefficient from `first`. */
  const even = (first: number): Float64Array => {
    const sum = x6.map((value, i) => pade[first + 6] * value + pade[first + 4] * x4[i] + pade[first + 2] * x2[i]);
    for (let i = 0; i < n; i++) sum[i * n + i] += pade[first];
    return sum;
  };
  const high = (first: number): Float64Array => product(x6, x6.map((value, i) => pade[first + 4] * value + pade[first + 2] * x4[i] + pade[first] * x2[i]), n);
  const [highOdd, highEven, lowOdd, lowEven] = [high(9), high(8), even(1), even(0)];
  const odd = product(x, lowOdd.map((value, i) => value + highOdd[i]), n);
  const plain = lowEven.map((value, i) => value + highEven[i]);
  solve(plain.map((value, i) => value - odd[i]), n, plain.map((value, i) => value + odd[i]), n, out);
  for (let i = 0; i < squarings; i++) out.set(product(out, out, n));
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k];
      for (let j = 0; j < n; j++) out[i * n + j] += factor * b[k * n + j];
    }
  }
  return out;
}
