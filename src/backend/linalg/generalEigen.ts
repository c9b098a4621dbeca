/** Eigenvalues and vectors of a general real matrix, by its real Schur form (Golub & Van Loan, 7.5 and 7.6.4). */

import { francis, type Spectrum } from "./francis.js";
import { balance, toHessenberg } from "./hessenberg.js";

/** Real and imaginary parts. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * a [n, n], overwritten, → eigenvalues [n], by descending magnitude, of a conjugate pair first the one with positive imaginary part, and
 * eigenvectors [n, n] in columns, unless null. Returns false if the iteration did not converge.
 */
export function generalEigen(a: Float64Array, n: number, values: Complex, vectors: Complex | null): boolean {
  const scales = balance(a, n);
  const q = toHessenberg(a, n, vectors !== null);
  const spectrum = francis(a, n, q);
  if (spectrum === null) return false;
  const { re, im } = spectrum;
  const magnitude = Float64Array.from(re, (x, i) => Math.hypot(x, im[i]));
  const order = Array.from(re.keys()).sort((i, j) => magnitude[j] - magnitude[i] || re[j] - re[i] || im[j] - im[i]);
  order.forEach((from, to) => {
    values.re[to] = re[from];
    values.im[to] = im[from];
    if (vectors === null || q === null) return;
    // Of a conjugate pair the second vector is the conjugate of the first.
    const x = vectorOf(a, n, im[from] < 0 ? from - 1 : from, spectrum);
    const y = { re: new Float64Array(n), im: new Float64Array(n) };
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        y.re[i] += scales[i] * q[i * n + j] * x.re[j];
        y.im[i] += scales[i] * q[i * n + j] * x.im[j];
      }
    }
    normalize(y, n);
    for (let i = 0; i < n; i++) {
      vectors.re[i * n + to] = y.re[i];
      vectors.im[i * n + to] = im[from] < 0 ? -y.im[i] : y.im[i];
    }
  });
  return true;
}

/** To length 1, with the largest component real and positive (of several, within rounding, the first). */
function normalize({ re, im }: Complex, n: number): void {
  let [largest, sum] = [0, 0];
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.hypot(re[i], im[i]));
  for (let i = 0; i < n; i++) sum += (re[i] / largest) ** 2 + (im[i] / largest) ** 2;
  let first = 0;
  while (Math.hypot(re[first], im[first]) < largest * (1 - 1e-8)) first++;
  const size = Math.hypot(re[first], im[first]);
  const [cosine, sine] = [re[first] / size, im[first] / size];
  const scale = 1 / (largest * Math.sqrt(sum));
  for (let i = 0; i < n; i++) {
    const x = re[i];
    re[i] = scale * (x * cosine + im[i] * sine);
    im[i] = scale * (im[i] * cosine - x * sine);
  }
  im[first] = 0;
}

/** The x of (T − λ)x = 0 for the eigenvalue λ at position `at` of the Schur form T, by back substitution over its blocks. */
function vectorOf(t: Float64Array, n: number, at: number, { re, im }: Spectrum): Complex {
  const x = { re: new Float64Array(n), im: new Float64Array(n) };
  const [a, b] = [re[at], im[at]];
  let norm = 0;
  for (const value of t) norm = Math.max(norm, Math.abs(value));
  const tiny = Math.max(Number.EPSILON * norm, Number.MIN_VALUE / Number.EPSILON);
  let last = at;
  if (b === 0) {
    x.re[at] = 1;
  } else {
    // From the row of the block with the larger entry beside the diagonal.
    last = at + 1;
    const [upper, under] = [t[at * n + last], t[last * n + at]];
    if (Math.abs(upper) >= Math.abs(under)) {
      x.re[at] = 1;
      x.re[last] = (a - t[at * n + at]) / upper;
      x.im[last] = b / upper;
    } else {
      x.re[last] = 1;
      x.re[at] = (a - t[last * n + last]) / under;
      x.im[at] = b / under;
    }
  }
  const end = last + 1;
  /** −Σⱼ T[i, j] xⱼ over what is known. */
  const right = (i: number, from: number): [number, number] => {
    let [r, s] = [0, 0];
    for (let j = from; j < end; j++) {
      r -= t[i * n + j] * x.re[j];
      s -= t[i * n + j] * x.im[j];
    }
    return [r, s];
  };
  for (let i = at - 1; i >= 0; i--) {
    if (im[i] >= 0) {
      const [r, s] = right(i, i + 1);
      [x.re[i], x.im[i]] = quotient(r, s, t[i * n + i] - a, -b, tiny);
    } else {
      // A block of two rows, i − 1 and i, by Cramer's rule.
      const h = i - 1;
      const [r1, s1] = right(h, i + 1);
      const [r2, s2] = right(i, i + 1);
      const [d1, upper, under, d2] = [t[h * n + h] - a, t[h * n + i], t[i * n + h], t[i * n + i] - a];
      const [detRe, detIm] = [d1 * d2 - b * b - upper * under, -b * (d1 + d2)];
      [x.re[h], x.im[h]] = quotient(r1 * d2 + s1 * b - upper * r2, s1 * d2 - r1 * b - upper * s2, detRe, detIm, tiny * tiny);
      [x.re[i], x.im[i]] = quotient(r2 * d1 + s2 * b - under * r1, s2 * d1 - r2 * b - under * s1, detRe, detIm, tiny * tiny);
      i--;
    }
    const size = Math.max(Math.abs(x.re[i]), Math.abs(x.im[i]), Math.abs(x.re[i + 1]), Math.abs(x.im[i + 1]));
    if (size > 1e100) {
      for (let j = i; j < end; j++) {
        x.re[j] /= size;
        x.im[j] /= size;
      }
    }
  }
  return x;
}

/** (a + ib) / (c + id), where a divisor smaller than `tiny` (equal eigenvalues) is taken as that. */
function quotient(a: number, b: number, c: number, d: number, tiny: number): [number, number] {
  const [p, q] = Math.hypot(c, d) < tiny ? [tiny, 0] : [c, d];
  if (Math.abs(p) >= Math.abs(q)) {
    const ratio = q / p;
    const divisor = p + q * ratio;
    return [(a + b * ratio) / divisor, (b - a * ratio) / divisor];
  }
  const ratio = p / q;
  const divisor = p * ratio + q;
  return [(a * ratio + b) / divisor, (b * ratio - a) / divisor];
}
