/**
 * The kernels of linear algebra in plain loops: each matrix of a batch is read to the host, worked on as a Float64Array, and written
 * back. All backends whose memory can be read at once share it; an engine may have faster ones.
 */

import { contiguousStrides, sizeOf } from "../../base/shape.js";
import type { View } from "../backend.js";
import { cholesky } from "./cholesky.js";
import { generalEigen } from "./generalEigen.js";
import type { LinalgKernels } from "./linalgKernels.js";
import { lu, solve } from "./lu.js";
import { matrixExp } from "./matrixExp.js";
import { qr } from "./qr.js";
import { svd } from "./svd.js";
import { symmetricEigen } from "./symmetricEigen.js";
import { solveTriangular } from "./triangular.js";

/** How a backend's memory is reached. Views are contiguous. */
export interface HostAccess {
  read(view: View, into: Float64Array): void;
  write(view: View, values: Float64Array | Int32Array): void;
}

export function hostLinalg(memory: HostAccess): LinalgKernels {
  /** Entry `index` of the batch in a view whose last `axes` axes are one entry. */
  const entry = ({ storage, dtype, shape, offset }: View, axes: number, index: number): View => {
    const sizes = shape.slice(shape.length - axes);
    return { storage, dtype, shape: sizes, strides: contiguousStrides(sizes), offset: offset + index * sizeOf(sizes) };
  };
  const read = (view: View): Float64Array => {
    const values = new Float64Array(sizeOf(view.shape));
    if (values.length > 0) memory.read(view, values);
    return values;
  };
  const write = (view: View, values: Float64Array | Int32Array): void => {
    if (values.length > 0) memory.write(view, values);
  };
  const room = (view: View, axes: number): Float64Array => new Float64Array(sizeOf(view.shape.slice(-axes)));
  const batchOf = (a: View): number => sizeOf(a.shape.slice(0, -2));
  const sidesOf = (a: View): [number, number] => [a.shape[a.shape.length - 2], a.shape[a.shape.length - 1]];

  /** The symmetric parts of a batch, by `work`, until one returns a position; its place in the batch counts `stride` positions a matrix. */
  const forEachSymmetric = (a: View, stride: number, work: (s: Float64Array, index: number) => number): number => {
    for (let index = 0; index < batchOf(a); index++) {
      const failed = work(symmetricPart(read(entry(a, 2, index)), sidesOf(a)[0]), index);
      if (failed >= 0) return index * stride + failed;
    }
    return -1;
  };

  return {
    findNonFinite: (x) => read(x).findIndex((value) => !Number.isFinite(value)),

    lu(a, out, permutation, parity) {
      const [m, n] = sidesOf(a);
      for (let index = 0; index < batchOf(a); index++) {
        const values = read(entry(a, 2, index));
        const rows = new Int32Array(m);
        const sign = lu(values, m, n, rows);
        write(entry(out, 2, index), values);
        write(entry(permutation, 1, index), rows);
        write(entry(parity, 0, index), Float64Array.of(sign));
      }
    },

    solve(a, b, out) {
      const [n, k] = sidesOf(b);
      for (let index = 0; index < batchOf(a); index++) {
        const x = room(out, 2);
        const zero = solve(read(entry(a, 2, index)), n, read(entry(b, 2, index)), k, x);
        if (zero >= 0) return index * n + zero;
        write(entry(out, 2, index), x);
      }
      return -1;
    },

    solveTriangular(t, b, out, params) {
      const [n, k] = sidesOf(b);
      for (let index = 0; index < batchOf(t); index++) {
        const x = read(entry(b, 2, index));
        const zero = solveTriangular(read(entry(t, 2, index)), n, x, k, params);
        if (zero >= 0) return index * n + zero;
        write(entry(out, 2, index), x);
      }
      return -1;
    },

    cholesky: (a, out) =>
      forEachSymmetric(a, sidesOf(a)[0], (s, index) => {
        const minor = cholesky(s, sidesOf(a)[0]);
        if (minor < 0) write(entry(out, 2, index), s);
        return minor;
      }),

    qr(a, q, r) {
      const [m, n] = sidesOf(a);
      for (let index = 0; index < batchOf(q); index++) {
        const [qs, rs] = [room(q, 2), room(r, 2)];
        qr(read(entry(a, 2, index)), m, n, qs, rs, sidesOf(q)[1]);
        write(entry(q, 2, index), qs);
        write(entry(r, 2, index), rs);
      }
    },

    eigh: (a, w, v) =>
      forEachSymmetric(a, 1, (s, index) => {
        const [values, vectors] = [room(w, 1), v && room(v, 2)];
        if (!symmetricEigen(s, values.length, values, vectors)) return 0;
        write(entry(w, 1, index), values);
        if (v !== null) write(entry(v, 2, index), vectors!);
        return -1;
      }),

    svd(a, u, s, vh) {
      const [m, n] = sidesOf(a);
      for (let index = 0; index < batchOf(a); index++) {
        const values = room(s, 1);
        const vectors = u && vh && { u: room(u, 2), p: sidesOf(u)[1], vh: room(vh, 2), q: sidesOf(vh)[0] };
        if (!svd(read(entry(a, 2, index)), m, n, values, vectors)) return index;
        write(entry(s, 1, index), values);
        if (vectors === null) continue;
        write(entry(u!, 2, index), vectors.u);
        write(entry(vh!, 2, index), vectors.vh);
      }
      return -1;
    },

    eig(a, values, vectors) {
      for (let index = 0; index < batchOf(a); index++) {
        const [n] = sidesOf(a);
        const found = { re: room(values.re, 1), im: room(values.im, 1) };
        const columns = vectors && { re: room(vectors.re, 2), im: room(vectors.im, 2) };
        if (!generalEigen(read(entry(a, 2, index)), n, found, columns)) return index;
        write(entry(values.re, 1, index), found.re);
        write(entry(values.im, 1, index), found.im);
        if (vectors === null) continue;
        write(entry(vectors.re, 2, index), columns!.re);
        write(entry(vectors.im, 2, index), columns!.im);
      }
      return -1;
    },

    matrixExp(a, out) {
      for (let index = 0; index < batchOf(a); index++) {
        const result = room(out, 2);
        matrixExp(read(entry(a, 2, index)), sidesOf(a)[0], result);
        write(entry(out, 2, index), result);
      }
    },
  };
}

/** (a + aᵀ)/2 in place of a [n, n]. */
function symmetricPart(a: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = a[i * n + j] / 2 + a[j * n + i] / 2;
  }
  return a;
}
