/** Linear algebra: an engine's own kernels where it has them, else the plain loops over its memory. */

import { sizeOf } from "../../base/shape.js";
import { hostLinalg } from "../linalg/hostLinalg.js";
import type { LinalgKernels } from "../linalg/linalgKernels.js";
import type { View } from "../backend.js";
import { addressOf, addressOrNull } from "./call.js";
import type { Calls } from "./call.js";

/** Number of matrices, rows, columns. */
function sizesOf({ shape }: View): [number, number, number] {
  return [sizeOf(shape.slice(0, -2)), shape[shape.length - 2], shape[shape.length - 1]];
}

export function linalgCalls({ engine, args }: Calls): LinalgKernels {
  const host = hostLinalg({
    read: (view, into) => engine.read(addressOf(view), into),
    write: (view, values) => engine.write(addressOf(view), values),
  });
  if (engine.kernel("cholesky") < 0) return host;

  /** The engine's kernel of that name, called with its arguments. */
  const kernel = (name: string): ((...values: readonly number[]) => number) => {
    const index = engine.kernel(name);
    return (...values) => {
      args.set(values);
      return engine.call(index);
    };
  };
  const [findNonFinite, lu, solve, solveTriangular] = ["findNonFinite", "lu", "solve", "solveTriangular"].map(kernel);
  const [cholesky, qr, eigh, svd] = ["cholesky", "qr", "eigh", "svd"].map(kernel);
  return {
    ...host,
    findNonFinite: (x) => findNonFinite(addressOf(x), sizeOf(x.shape)),
    lu: (a, out, permutation, parity) => void lu(addressOf(a), addressOf(out), addressOf(permutation), addressOf(parity), ...sizesOf(a)),
    solve: (a, b, out) => solve(addressOf(a), addressOf(b), addressOf(out), ...sizesOf(b)),
    solveTriangular: (t, b, out, { upper, unit }) =>
      solveTriangular(addressOf(t), addressOf(b), addressOf(out), ...sizesOf(b), Number(upper), Number(unit)),
    cholesky: (a, out) => cholesky(addressOf(a), addressOf(out), ...sizesOf(a)),
    qr: (a, q, r) => void qr(addressOf(a), addressOf(q), addressOf(r), ...sizesOf(a), q.shape[q.shape.length - 1]),
    eigh: (a, w, v) => eigh(addressOf(a), addressOf(w), addressOrNull(v), ...sizesOf(a)),
    svd: (a, u, s, vh) =>
      svd(
        addressOf(a), addressOrNull(u), addressOf(s), addressOrNull(vh), ...sizesOf(a),
        u === null ? 0 : u.shape[u.shape.length - 1], vh === null ? 0 : vh.shape[vh.shape.length - 2],
      ),
  };
}
