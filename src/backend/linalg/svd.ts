/**
 * Singular values and vectors after Golub and Kahan: QR of a tall matrix, Householder reduction of its R to a bidiagonal matrix (Golub &
 * Van Loan, 5.4.8), then implicit QR steps with Wilkinson's shift (8.6.2; Golub & Reinsch 1970).
 */

import { reflect, reflector } from "./householder.js";
import { qr, transposed } from "./qr.js";
import { rotateRows } from "./rotation.js";
import { scaleOf, signOf } from "./signs.js";

/** Sweeps that one singular value may take; two are usual. */
const mostSweeps = 60;

/** Where the vectors go: u [m, p] and vh [q, n], thin (p = q = min(m, n)) or full (p = m, q = n). */
interface Vectors {
  readonly u: Float64Array;
  readonly p: number;
  readonly vh: Float64Array;
  readonly q: number;
}

/** a [m, n], overwritten, → s [min(m, n)], descending, and vectors if wanted. Returns false if the iteration did not converge. */
export function svd(a: Float64Array, m: number, n: number, s: Float64Array, vectors: Vectors | null): boolean {
  if (m < n) return svdOfWide(a, m, n, s, vectors);
  const scale = scaleOf(a);
  for (let i = 0; i < a.length; i++) a[i] *= scale;
  const p = vectors?.p ?? n;
  const q = vectors === null ? null : new Float64Array(m * p);
  let r = a;
  if (m > n) {
    const upper = new Float64Array(p * n);
    qr(a, m, n, q, upper, p);
    r = upper.subarray(0, n * n);
  }
  const [d, e, ut, vt] = bidiagonalize(r, n, vectors !== null);
  if (!diagonalize(d, e, n, ut, vt)) return false;

  const order = Array.from(d.keys()).sort((i, j) => Math.abs(d[j]) - Math.abs(d[i]));
  order.forEach((from, to) => (s[to] = Math.abs(d[from]) / scale));
  if (vectors === null || q === null || ut === null || vt === null) return true;
  const { u, vh } = vectors;
  if (m > n) {
    // U = Q · U of R; columns of Q past n complete it.
    u.set(q);
    const row = new Float64Array(n);
    for (let i = 0; i < m; i++) {
      row.set(q.subarray(i * p, i * p + n));
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += row[k] * ut[order[j] * n + k];
        u[i * p + j] = sum;
      }
    }
  } else {
    order.forEach((from, to) => {
      for (let i = 0; i < n; i++) u[i * n + to] = ut[from * n + i];
    });
  }
  order.forEach((from, to) => {
    for (let j = 0; j < n; j++) vh[to * n + j] = vt[from * n + j] * (d[from] < 0 ? -1 : 1);
  });
  settleSigns(u, m, p, vh, n);
  return true;
}

/** By Aᵀ = V·diag(s)·Uᵀ. */
function svdOfWide(a: Float64Array, m: number, n: number, s: Float64Array, vectors: Vectors | null): boolean {
  if (vectors === null) return svd(transposed(a, m, n), n, m, s, null);
  const { u, p, vh, q } = vectors;
  const [v, ut] = [new Float64Array(n * q), new Float64Array(p * m)];
  if (!svd(transposed(a, m, n), n, m, s, { u: v, p: q, vh: ut, q: p })) return false;
  u.set(transposed(ut, p, m));
  vh.set(transposed(v, n, q));
  settleSigns(u, m, p, vh, n);
  return true;
}

/** Makes the largest component of each column of u [m, p] positive, turning the row of vh with it; then rows of vh that have no column. */
function settleSigns(u: Float64Array, m: number, p: number, vh: Float64Array, n: number): void {
  const columns = transposed(u, m, p);
  const rows = vh.length / Math.max(1, n);
  for (let j = 0; j < p; j++) {
    if (signOf(columns, j * m, m) > 0) continue;
    for (let i = 0; i < m; i++) u[i * p + j] *= -1;
    if (j < rows) for (let i = 0; i < n; i++) vh[j * n + i] *= -1;
  }
  for (let j = p; j < rows; j++) if (signOf(vh, j * n, n) < 0) for (let i = 0; i < n; i++) vh[j * n + i] *= -1;
}

/** A [n, n] = U·B·Vᵀ: diagonal of B, the entries right of it (padded to n), and Uᵀ and Vᵀ if wanted. */
function bidiagonalize(a: Float64Array, n: number, wanted: boolean): [Float64Array, Float64Array, Float64Array | null, Float64Array | null] {
  // Column j of A is row j of `c`. Reflections from the left run along it; those from the right are kept in `right`.
  const c = transposed(a, n, n);
  const right = new Float64Array(n * n);
  const [d, e, leftTaus, rightTaus] = [new Float64Array(n), new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const product = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    leftTaus[k] = reflector(c, k * n + k, (k + 1) * n);
    d[k] = c[k * n + k];
    for (let j = k + 1; j < n; j++) reflect(c, k * n + k, (k + 1) * n, leftTaus[k], c, j * n + k);
    if (k === n - 1) break;

    const v = right.subarray(k * n, (k + 1) * n);
    for (let j = k + 1; j < n; j++) v[j] = c[j * n + k];
    rightTaus[k] = reflector(v, k + 1, n);
    e[k] = v[k + 1];
    v[k + 1] = 1;
    product.fill(0);
    for (let j = k + 1; j < n; j++) for (let i = k + 1; i < n; i++) product[i] += v[j] * c[j * n + i];
    for (let j = k + 1; j < n; j++) {
      const scale = rightTaus[k] * v[j];
      for (let i = k + 1; i < n; i++) c[j * n + i] -= scale * product[i];
    }
  }
  if (!wanted) return [d, e, null, null];
  const [ut, vt] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (let i = 0; i < n; i++) ut[i * n + i] = vt[i * n + i] = 1;
  for (let k = n - 1; k >= 0; k--) {
    for (let i = k; i < n; i++) reflect(c, k * n + k, (k + 1) * n, leftTaus[k], ut, i * n + k);
    for (let i = k + 1; i < n; i++) reflect(right, k * n + k + 1, (k + 1) * n, rightTaus[k], vt, i * n + k + 1);
  }
  return [d, e, ut, vt];
}

/** Turns d into the singular values, some negative, of the bidiagonal matrix (d, e), and multiplies the rows of ut and vt by the rotations. */
function diagonalize(d: Float64Array, e: Float64Array, n: number, ut: Float64Array | null, vt: Float64Array | null): boolean {
  const rotateLeft = (i: number, j: number, c: number, s: number): void => {
    if (ut !== null) rotateRows(ut, n, i, j, c, s);
  };
  const rotateRight = (i: number, j: number, c: number, s: number): void => {
    if (vt !== null) rotateRows(vt, n, i, j, c, s);
  };
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]) + Math.abs(e[i]));
  const negligible = Number.EPSILON * norm;

  for (let high = n - 1, sweep = 0; high > 0; sweep++) {
    // The block low … high is not split by a negligible entry beside the diagonal.
    let low = high;
    while (low > 0 && Math.abs(e[low - 1]) > Number.EPSILON * (Math.abs(d[low - 1]) + Math.abs(d[low]))) low--;
    if (low > 0) e[low - 1] = 0;
    if (low === high) {
      high--;
      sweep = -1;
      continue;
    }
    if (sweep === mostSweeps) return false;

    const zero = findNegligible(d, low, high, negligible);
    if (zero === high) clearColumn(d, e, low, high, rotateRight);
    else if (zero >= 0) clearRow(d, e, zero, high, rotateLeft);
    else qrStep(d, e, low, high, rotateLeft, rotateRight);
  }
  return true;
}

type Rotate = (i: number, j: number, c: number, s: number) => void;

/** Last position in low … high whose diagonal entry is negligible, or −1. */
function findNegligible(d: Float64Array, low: number, high: number, negligible: number): number {
  for (let i = high; i >= low; i--) if (Math.abs(d[i]) <= negligible) return i;
  return -1;
}

/** d[high] is 0: rotations of columns drive the entry above it out of the column. */
function clearColumn(d: Float64Array, e: Float64Array, low: number, high: number, rotateRight: Rotate): void {
  d[high] = 0;
  let f = e[high - 1];
  e[high - 1] = 0;
  for (let j = high - 1; j >= low && f !== 0; j--) {
    const r = Math.hypot(d[j], f);
    const [c, s] = [d[j] / r, f / r];
    d[j] = r;
    if (j > low) {
      f = -s * e[j - 1];
      e[j - 1] *= c;
    }
    rotateRight(j, high, c, s);
  }
}

/** d[zero] is 0: rotations of rows drive the entry right of it out of the row, so that the block splits there. */
function clearRow(d: Float64Array, e: Float64Array, zero: number, high: number, rotateLeft: Rotate): void {
  d[zero] = 0;
  let f = e[zero];
  e[zero] = 0;
  for (let j = zero + 1; j <= high && f !== 0; j++) {
    const r = Math.hypot(d[j], f);
    const [c, s] = [d[j] / r, f / r];
    d[j] = r;
    f = -s * e[j];
    e[j] *= c;
    rotateLeft(j, zero, c, s);
  }
}

/** One QR step on BᵀB of the block, without forming it: the bulge that the shift makes is chased from low to high. */
function qrStep(d: Float64Array, e: Float64Array, low: number, high: number, rotateLeft: Rotate, rotateRight: Rotate): void {
  const [last, before, beside] = [d[high], d[high - 1], e[high - 1]];
  const b = ((before + last) * (before - last) + beside * beside) / 2;
  const c2 = (last * beside) ** 2;
  const root = Math.sqrt(b * b + c2);
  const shift = c2 === 0 ? 0 : c2 / (b + (b < 0 ? -root : root));
  let f = (d[low] + last) * (d[low] - last) + shift;
  let g = d[low] * e[low];
  for (let j = low; j < high; j++) {
    let r = Math.hypot(f, g);
    let [c, s] = r === 0 ? [1, 0] : [f / r, g / r];
    if (j > low) e[j - 1] = r;
    f = c * d[j] + s * e[j];
    e[j] = c * e[j] - s * d[j];
    g = s * d[j + 1];
    d[j + 1] *= c;
    rotateRight(j, j + 1, c, s);

    r = Math.hypot(f, g);
    [c, s] = r === 0 ? [1, 0] : [f / r, g / r];
    d[j] = r;
    f = c * e[j] + s * d[j + 1];
    d[j + 1] = c * d[j + 1] - s * e[j];
    g = s * e[j + 1];
    e[j + 1] *= c;
    rotateLeft(j, j + 1, c, s);
  }
  e[high - 1] = f;
}
