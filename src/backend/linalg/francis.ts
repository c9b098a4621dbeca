/**
 * The QR iteration with Francis's double shift, from a Hessenberg matrix to a real Schur form: blocks of one or two rows on the diagonal, zeros
 * below (Golub & Van Loan, 7.5; after hqr2 of Wilkinson & Reinsch, Handbook for Automatic Computation, II/15).
 */

/** Sweeps that one pair of eigenvalues may take; two or three are usual. */
const mostSweeps = 60;

/** Eigenvalues, as they lie on the diagonal: a conjugate pair side by side, positive imaginary part first. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Overwrites h [n, n] by the Schur form and multiplies q by the transformations from the right; without q, only the eigenvalues are right.
 * Returns them, or null if the iteration did not converge.
 */
export function francis(h: Float64Array, n: number, q: Float64Array | null): Spectrum | null {
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  let norm = 0;
  for (let i = 0; i < n; i++) for (let j = Math.max(0, i - 1); j < n; j++) norm += Math.abs(h[i * n + j]);
  let shifted = 0; // what exceptional shifts took from the diagonal so far
  for (let high = n - 1, sweep = 0; high >= 0; sweep++) {
    let low = high;
    for (; low > 0; low--) {
      const around = Math.abs(h[(low - 1) * n + low - 1]) + Math.abs(h[low * n + low]);
      if (Math.abs(h[low * n + low - 1]) > Number.EPSILON * (around === 0 ? norm : around)) continue;
      h[low * n + low - 1] = 0;
      break;
    }
    if (high - low > 1) {
      if (sweep === mostSweeps) return null;
      shifted += doubleStep(h, n, low, high, sweep, q);
      continue;
    }
    for (let i = low; i <= high; i++) re[i] = h[i * n + i] += shifted;
    if (high > low) splitPair(h, n, high, re, im, q);
    high = low - 1;
    sweep = -1;
  }
  return { re, im };
}

/** Eigenvalues of the block of two rows that ends at `high`; if they are real, a rotation makes it triangular. */
function splitPair(h: Float64Array, n: number, high: number, re: Float64Array, im: Float64Array, q: Float64Array | null): void {
  const [a, b, c, d] = [high - 1, high].flatMap((i) => [h[i * n + high - 1], h[i * n + high]]);
  const p = (a - d) / 2;
  const square = p * p + b * c;
  const root = Math.sqrt(Math.abs(square));
  if (square < 0) {
    re[high - 1] = re[high] = d + p;
    im[high - 1] = root;
    im[high] = -root;
    return;
  }
  const z = p + (p < 0 ? -root : root);
  re[high - 1] = d + z;
  re[high] = z === 0 ? d : d - (b * c) / z;
  const length = Math.hypot(c, z);
  if (length === 0) return;
  const [cosine, sine] = [z / length, c / length];
  for (let j = high - 1; j < n; j++) {
    const [x, y] = [h[(high - 1) * n + j], h[high * n + j]];
    h[(high - 1) * n + j] = cosine * x + sine * y;
    h[high * n + j] = cosine * y - sine * x;
  }
  for (const matrix of q === null ? [h] : [h, q]) {
    for (let i = 0; i < (matrix === h ? high + 1 : n); i++) {
      const [x, y] = [matrix[i * n + high - 1], matrix[i * n + high]];
      matrix[i * n + high - 1] = cosine * x + sine * y;
      matrix[i * n + high] = cosine * y - sine * x;
    }
  }
  h[high * n + high - 1] = 0;
}

/** One QR step with two shifts at once on the block low … high. Returns what an exceptional shift took from the diagonal. */
function doubleStep(h: Float64Array, n: number, low: number, high: number, sweep: number, vectors: Float64Array | null): number {
  const at = (i: number, j: number): number => h[i * n + j];
  let [x, y, w] = [at(high, high), at(high - 1, high - 1), at(high, high - 1) * at(high - 1, high)];
  let taken = 0;
  if (sweep % 10 === 9) {
    taken = x;
    for (let i = 0; i <= high; i++) h[i * n + i] -= x;
    const size = Math.abs(at(high, high - 1)) + Math.abs(at(high - 1, high - 2));
    x = y = 0.75 * size;
    w = -0.4375 * size * size;
  }
  // First column of (H − shift₁)(H − shift₂), from the lowest row where two subdiagonal entries are small together.
  let start = high - 2;
  let [p, q, r] = [0, 0, 0];
  for (; ; start--) {
    const z = at(start, start);
    p = ((x - z) * (y - z) - w) / at(start + 1, start) + at(start, start + 1);
    q = at(start + 1, start + 1) - z - (x - z) - (y - z);
    r = at(start + 2, start + 1);
    const size = Math.abs(p) + Math.abs(q) + Math.abs(r);
    [p, q, r] = [p / size, q / size, r / size];
    if (start === low) break;
    const left = Math.abs(at(start, start - 1)) * (Math.abs(q) + Math.abs(r));
    const right = Math.abs(p) * (Math.abs(at(start - 1, start - 1)) + Math.abs(z) + Math.abs(at(start + 1, start + 1)));
    if (left <= Number.EPSILON * right) break;
  }
  for (let i = start + 2; i <= high; i++) {
    h[i * n + i - 2] = 0;
    if (i > start + 2) h[i * n + i - 3] = 0;
  }
  // Reflections of three rows and columns chase the bulge down. The Schur form needs them in all of the matrix, the eigenvalues only in the block.
  const [firstRow, endColumn] = vectors === null ? [low, high + 1] : [0, n];
  for (let k = start; k < high; k++) {
    const last = k === high - 1;
    let size = 1;
    if (k > start) {
      [p, q, r] = [at(k, k - 1), at(k + 1, k - 1), last ? 0 : at(k + 2, k - 1)];
      size = Math.abs(p) + Math.abs(q) + Math.abs(r);
      if (size === 0) continue;
      [p, q, r] = [p / size, q / size, r / size];
    }
    const length = Math.hypot(p, q, r);
    const s = p < 0 ? -length : length;
    if (s === 0) continue;
    if (k > start) h[k * n + k - 1] = -s * size;
    else if (low !== start) h[k * n + k - 1] *= -1;
    p += s;
    const [vx, vy, vz] = [p / s, q / s, r / s];
    q /= p;
    r /= p;
    for (let j = k; j < endColumn; j++) {
      const sum = at(k, j) + q * at(k + 1, j) + (last ? 0 : r * at(k + 2, j));
      h[k * n + j] -= sum * vx;
      h[(k + 1) * n + j] -= sum * vy;
      if (!last) h[(k + 2) * n + j] -= sum * vz;
    }
    const columns = (matrix: Float64Array, from: number, to: number): void => {
      for (let row = from * n + k; row < to * n; row += n) {
        const sum = vx * matrix[row] + vy * matrix[row + 1] + (last ? 0 : vz * matrix[row + 2]);
        matrix[row] -= sum;
        matrix[row + 1] -= sum * q;
        if (!last) matrix[row + 2] -= sum * r;
      }
    };
    columns(h, firstRow, Math.min(high, k + 3) + 1);
    if (vectors !== null) columns(vectors, 0, n);
  }
  return taken;
}
