/**
 * Eigenvalues of a general real matrix: balancing, reduction to Hessenberg form by eliminations, and the QR iteration with Francis's
 * double shift (Golub & Van Loan, 7.4 and 7.5; balanc, elmhes and hqr of Wilkinson & Reinsch, Handbook for Automatic Computation, II/11–14).
 */

/** Sweeps that one pair of eigenvalues may take; two or three are usual. */
const mostSweeps = 60;

/** a [n, n], overwritten, → real and imaginary parts [n]. Returns false if the iteration did not converge. */
export function generalEigenvalues(a: Float64Array, n: number, real: Float64Array, imaginary: Float64Array): boolean {
  balance(a, n);
  toHessenberg(a, n);
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  if (!francis(a, n, re, im)) return false;
  const magnitude = Float64Array.from(re, (x, i) => Math.hypot(x, im[i]));
  const order = Array.from(re.keys()).sort((i, j) => magnitude[j] - magnitude[i] || re[j] - re[i] || im[j] - im[i]);
  order.forEach((from, to) => {
    real[to] = re[from];
    imaginary[to] = im[from];
  });
  return true;
}

/** Scales rows and columns by powers of two until their norms are alike: the eigenvalues stay, their errors shrink. */
function balance(a: Float64Array, n: number): void {
  for (let done = false; !done; ) {
    done = true;
    for (let i = 0; i < n; i++) {
      let [column, row] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * n + i]);
        row += Math.abs(a[i * n + j]);
      }
      if (column === 0 || row === 0) continue;
      const before = column + row;
      let factor = 1;
      for (; column < row / 2; column *= 4) factor *= 2;
      for (; column > row * 2; column /= 4) factor /= 2;
      if ((column + row) / factor >= 0.95 * before) continue;
      done = false;
      for (let j = 0; j < n; j++) a[i * n + j] /= factor;
      for (let j = 0; j < n; j++) a[j * n + i] *= factor;
    }
  }
}

/** Similarity transformations that leave zeros below the first subdiagonal. */
function toHessenberg(a: Float64Array, n: number): void {
  for (let m = 1; m < n - 1; m++) {
    let pivot = m;
    for (let i = m + 1; i < n; i++) if (Math.abs(a[i * n + m - 1]) > Math.abs(a[pivot * n + m - 1])) pivot = i;
    if (pivot !== m) {
      for (let j = 0; j < n; j++) [a[pivot * n + j], a[m * n + j]] = [a[m * n + j], a[pivot * n + j]];
      for (let i = 0; i < n; i++) [a[i * n + pivot], a[i * n + m]] = [a[i * n + m], a[i * n + pivot]];
    }
    if (a[m * n + m - 1] === 0) continue;
    for (let i = m + 1; i < n; i++) {
      const factor = a[i * n + m - 1] / a[m * n + m - 1];
      if (factor === 0) continue;
      for (let j = m; j < n; j++) a[i * n + j] -= factor * a[m * n + j];
      for (let j = 0; j < n; j++) a[j * n + m] += factor * a[j * n + i];
      a[i * n + m - 1] = 0;
    }
  }
}

function francis(h: Float64Array, n: number, re: Float64Array, im: Float64Array): boolean {
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
    if (low === high) {
      re[high] = h[high * n + high] + shifted;
      high--;
      sweep = -1;
    } else if (low === high - 1) {
      pairOf(h, n, high, shifted, re, im);
      high -= 2;
      sweep = -1;
    } else if (sweep === mostSweeps) {
      return false;
    } else {
      shifted += doubleStep(h, n, low, high, sweep);
    }
  }
  return true;
}

/** Eigenvalues of the 2 × 2 block that ends at `high`. */
function pairOf(h: Float64Array, n: number, high: number, shifted: number, re: Float64Array, im: Float64Array): void {
  const x = h[high * n + high];
  const product = h[high * n + high - 1] * h[(high - 1) * n + high];
  const p = (h[(high - 1) * n + high - 1] - x) / 2;
  const q = p * p + product;
  const root = Math.sqrt(Math.abs(q));
  if (q >= 0) {
    const z = p + (p < 0 ? -root : root);
    re[high - 1] = x + shifted + z;
    re[high] = z === 0 ? x + shifted : x + shifted - product / z;
  } else {
    re[high - 1] = re[high] = x + shifted + p;
    im[high - 1] = root;
    im[high] = -root;
  }
}

/** One QR step with two shifts at once on the block low … high. Returns what an exceptional shift took from the diagonal. */
function doubleStep(h: Float64Array, n: number, low: number, high: number, sweep: number): number {
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
  // Reflections of three rows and columns chase the bulge down.
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
    for (let j = k; j <= high; j++) {
      const sum = at(k, j) + q * at(k + 1, j) + (last ? 0 : r * at(k + 2, j));
      h[k * n + j] -= sum * vx;
      h[(k + 1) * n + j] -= sum * vy;
      if (!last) h[(k + 2) * n + j] -= sum * vz;
    }
    for (let i = low; i <= Math.min(high, k + 3); i++) {
      const sum = vx * at(i, k) + vy * at(i, k + 1) + (last ? 0 : vz * at(i, k + 2));
      h[i * n + k] -= sum;
      h[i * n + k + 1] -= sum * q;
      if (!last) h[i * n + k + 2] -= sum * r;
    }
  }
  return taken;
}
