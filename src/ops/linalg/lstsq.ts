/** Least squares and the pseudo-inverse, by singular values: right for matrices of any shape and rank. */

import { optionsOf } from "../../base/options.js";
import type { Backend } from "../../backend/backend.js";
import { promote } from "../../base/dtype.js";
import { ValueError } from "../../base/errors.js";
import { sameShape } from "../../base/shape.js";
import { noGrad } from "../../tensor/tape.js";
import { Tensor } from "../../tensor/tensor.js";
import { add, mul, sub } from "../arithmetic.js";
import { cast } from "../cast.js";
import { checkTensor } from "../checks.js";
import { gt, where } from "../compare.js";
import { neg, reciprocal, square } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { defineOp, noTensor, type Operation } from "../operation.js";
import { max, sum } from "../reduce.js";
import { squeeze, transpose, unsqueeze } from "../views.js";
import { batchOf, checkMatrix, doubles, doublesOf, finite, identityOf, lazy, sidesOf, solveBatches, toDouble } from "./matrices.js";
import { svd, svdvals } from "./svd.js";
import { checkRows } from "./triangular.js";

interface Attributes {
  /** Singular values up to rtol times the largest count as 0. */
  readonly rtol: number;
}

/** Vh, 1/S (0 where S counts as 0) as a column, and U. */
function inverted(k: Backend, op: string, a: Tensor, { rtol }: Attributes): [Tensor, Tensor, Tensor] {
  const { U, S, Vh } = svd(finite(k, op, a), { fullMatrices: false });
  const counts = gt(S, mul(max(S, { axis: -1, keepDim: true }), rtol));
  return [Vh, unsqueeze(where(counts, reciprocal(S), 0), -1), U];
}

const pinvOp: Operation<Attributes> = defineOp<Attributes>({
  name: "pinv",
  kernel: "linalg",
  shape: ([a]) => ({ shape: transpose(a).shape, dtype: "float64" }),
  forward: (k, [a], out, attributes) =>
    noGrad(() => {
      const [vh, inverse, u] = inverted(k, "pinv", a, attributes);
      k.matmul(transpose(vh), mul(inverse, transpose(u)), out);
    }),
  // Ā = −PᵀP̄Pᵀ + (I − AP) P̄ᵀPPᵀ + PᵀPP̄ᵀ (I − PA), P = A⁺, while the rank stays. Golub & Pereyra 1973, equation 4.12.
  vjp: (dy, { inputs: [a], output: p }) => [
    () => {
      const [pT, dT] = [transpose(p), transpose(dy)];
      const rows = matmul(sub(identityOf(a, -2), matmul(a, p)), matmul(matmul(dT, p), pT));
      const columns = matmul(matmul(pT, matmul(p, dT)), sub(identityOf(a), matmul(p, a)));
      return sub(add(rows, columns), matmul(matmul(pT, dy), pT));
    },
  ],
  samples: () => [
    { inputs: [doublesOf([3, 2], [0.5, 2, -1, 2, 1.5, -0.3])], attributes: { rtol: 1e-10 } },
    { inputs: [doublesOf([2, 2, 3], [0.5, 2, -1, 2, 0.3, 1.5, 1, 0, 0.5, 0, 2, 1])], attributes: { rtol: 1e-10 } },
    { inputs: [doublesOf([2, 2], [1, 2, 2, 4])], attributes: { rtol: 1e-10 }, gradcheck: false },
    { inputs: [doubles([0, 2])], attributes: { rtol: 1e-10 } },
  ],
});

const lstsqOp: Operation<Attributes> = defineOp<Attributes>({
  name: "lstsq",
  kernel: "linalg",
  shape: ([a, b]) => ({ shape: [...batchOf(a), sidesOf(a)[1], sidesOf(b)[1]], dtype: "float64" }),
  forward: (k, [a, b], out, attributes) =>
    noGrad(() => {
      if (a.size === 0) return k.fill(out, 0);
      const [vh, inverse, u] = inverted(k, "lstsq", a, attributes);
      k.matmul(transpose(vh), mul(inverse, matmul(transpose(u), finite(k, "lstsq", b))), out);
    }),
  // X = A⁺B: what pinv's rule says, without forming (I − AA⁺) and (I − A⁺A).
  vjp: (dy, { inputs: [a, b], output: x, attributes }) => {
    const p = lazy(() => pinvOp.apply([a], attributes));
    const dB = lazy(() => matmul(transpose(p()), dy));
    return [
      () => {
        const residual = sub(b, matmul(a, x));
        const unreached = sub(dy, matmul(transpose(a), dB()));
        const rows = matmul(residual, transpose(matmul(p(), dB())));
        const columns = matmul(matmul(transpose(p()), x), transpose(unreached));
        return add(add(neg(matmul(dB(), transpose(x))), rows), columns);
      },
      dB,
    ];
  },
  samples: () => [
    { inputs: [doublesOf([3, 2], [0.5, 2, -1, 2, 1.5, -0.3]), doubles([3, 2])], attributes: { rtol: 1e-10 } },
    { inputs: [doublesOf([2, 2, 3], [0.5, 2, -1, 2, 0.3, 1.5, 1, 0, 0.5, 0, 2, 1]), doubles([2, 2, 1])], attributes: { rtol: 1e-10 } },
    { inputs: [doublesOf([2, 2], [1, 2, 2, 4]), doubles([2, 1])], attributes: { rtol: 1e-10 }, gradcheck: false },
    { inputs: [doubles([0, 2]), doubles([0, 3])], attributes: { rtol: 1e-10 } },
  ],
  errors: () => [{ inputs: [doublesOf([1, 1], [NaN]), doubles([1, 1])], attributes: { rtol: 0 }, message: "lstsq: element [0, 0] of the input [1, 1] is NaN or infinite" }],
});

/** Below this, relative to the largest, a singular value cannot be told from rounding: ε of the type times the longer side. */
export function defaultTolerance(a: Tensor): number {
  return Math.max(...sidesOf(a)) * (a.dtype === "float32" ? 2 ** -23 : Number.EPSILON);
}

export interface RankOptions {
  /** Singular values up to rtol times the largest count as 0. Default: max(M, N) · ε, ε = 2.2e−16 for float64 and 1.2e−7 for float32. */
  readonly rtol?: number;
}

export function toleranceOf(op: string, a: Tensor, options: RankOptions): number {
  const { rtol = defaultTolerance(a) } = optionsOf(op, options);
  if (!(rtol >= 0 && rtol < Infinity)) throw new ValueError(`${op}: rtol must be a number of at least 0, got ${rtol}.`);
  return rtol;
}

/**
 * The Moore–Penrose pseudo-inverse A⁺ by singular values. A: [..., M, N] → [..., N, M]. Gradients hold while the rank stays. float32 is
 * computed in float64 and rounded.
 * @throws ShapeError unless A is a matrix; ValueError for a negative rtol or an element that is not finite.
 *
 * @example
 * linalg.pinv(tensor([[1, 1], [1, 1]])) // → [[0.25, 0.25], [0.25, 0.25]]
 */
export function pinv(a: Tensor, options: RankOptions = {}): Tensor {
  checkTensor("pinv", a);
  checkMatrix("pinv", a);
  return cast(pinvOp.apply([toDouble(a)], { rtol: toleranceOf("pinv", a, options) }), a.dtype);
}

export interface Lstsq {
  /** The X of least ‖AX − B‖, and of these of least norm: [..., N, K], or [..., N]. */
  readonly solution: Tensor;
  /** ‖AX − B‖² of each column: [..., K], or [...]. */
  readonly residuals: Tensor;
  /** Number of singular values of A that count (int32): [...]. */
  readonly rank: Tensor;
  /** Of A, descending: [..., min(M, N)]. */
  readonly singularValues: Tensor;
}

/**
 * Least squares: the X that makes ‖AX − B‖ smallest, and of several the one of least norm, for A of any shape and rank. A: [..., M, N];
 * B: [..., M, K], or [..., M] for one right-hand side each → { solution, residuals, rank, singularValues }; leading axes broadcast.
 * Gradients flow to `solution` and `residuals` and hold while the rank stays. float32 is computed in float64 and rounded.
 * Golub & Van Loan, 5.5.2.
 * @throws ShapeError unless B has as many rows as A; ValueError for a negative rtol or an input that is not finite.
 *
 * @example
 * const A = tensor([[1, 0], [1, 1], [1, 2]]);
 * const { solution, residuals } = linalg.lstsq(A, tensor([1, 2, 6]));
 * solution  // → [0.5, 2.5]
 * residuals // → 1.5
 */
export function lstsq(a: Tensor, b: Tensor, options: RankOptions = {}): Lstsq {
  checkTensor("lstsq", a);
  checkTensor("lstsq", b, 1);
  checkMatrix("lstsq", a);
  if (!(b instanceof Tensor)) throw noTensor("lstsq", 1, b);
  if (b.ndim === 1 || sameShape(b.shape, a.shape.slice(0, -1))) {
    const { solution, residuals, ...rest } = lstsq(a, unsqueeze(b, -1), options);
    return { solution: squeeze(solution, -1), residuals: squeeze(residuals, -1), ...rest };
  }
  checkMatrix("lstsq", b, 1);
  checkRows("lstsq", a, b);
  const rtol = toleranceOf("lstsq", a, options);
  const dtype = promote(a.dtype, b.dtype);
  const [left, right] = [toDouble(a), toDouble(b)];
  const x = solveBatches("lstsq", left, right, (one, many) => lstsqOp.apply([one, many], { rtol }));
  const singularValues = svdvals(left.detach());
  return {
    solution: cast(x, dtype),
    residuals: cast(sum(square(sub(matmul(left, x), right)), { axis: -2 }), dtype),
    rank: rankOf(singularValues, rtol),
    singularValues: cast(singularValues, dtype),
  };
}

/** How many of the descending singular values S [..., K] count. */
export function rankOf(s: Tensor, rtol: number): Tensor {
  if (s.size === 0) return cast(sum(s, { axis: -1 }), "int32");
  return sum(gt(s, mul(max(s, { axis: -1, keepDim: true }), rtol)), { axis: -1 });
}
