/** QR factorisation. */

import { NablaError, ValueError } from "../../base/errors.js";
import { optionsOf, show } from "../../base/options.js";
import type { Shape } from "../../base/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { add, sub } from "../arithmetic.js";
import { cast } from "../cast.js";
import { matmul } from "../matmul.js";
import { defineOp } from "../operation.js";
import { concat, slice } from "../slice.js";
import { transpose } from "../views.js";
import { batchOf, checkMatrix, doubles, doublesOf, finite, lower, packedSpec, sidesOf, toDouble, unpack, windows } from "./matrices.js";
import { solveUpper } from "./triangular.js";

interface Attributes {
  readonly complete: boolean;
}

/** Q [..., M, P], R [..., P, N]. */
function shapesOf(a: Tensor, { complete }: Attributes): Shape[] {
  const [m, n] = sidesOf(a);
  const p = complete ? m : Math.min(m, n);
  return [[...batchOf(a), m, p], [...batchOf(a), p, n]];
}

const qrOp = defineOp<Attributes>({
  name: "qr",
  kernel: "linalg",
  shape: ([a], attributes) => packedSpec(shapesOf(a, attributes)),
  forward: (k, [a], out, attributes) => {
    const [q, r] = windows(out, shapesOf(a, attributes));
    k.linalg!.qr(finite(k, "qr", a), q, r);
  },
  vjp: (dy, { inputs: [a], output, attributes }) => [
    () => {
      const [m, n] = sidesOf(a);
      if (attributes.complete && m > n) {
        throw new NablaError(`backward: the complete qr of a tall matrix [${m}, ${n}] has no gradient (the last columns of Q are arbitrary); use mode "reduced".`);
      }
      const [q, r] = unpack(output, shapesOf(a, attributes));
      const [dQ, dR] = unpack(dy, shapesOf(a, attributes));
      if (m >= n) return gradient(q, r, dQ, dR);
      // A = [X Y], R = [U V]: X = QU, and V = QᵀY.
      const columns = (x: Tensor, start: number, end: number): Tensor => slice(x, ...batchOf(x).map(() => null), null, { start, end });
      const dV = columns(dR, m, n);
      const dX = gradient(q, columns(r, 0, m), add(dQ, matmul(columns(a, m, n), transpose(dV))), columns(dR, 0, m));
      return concat([dX, matmul(q, dV)], -1);
    },
  ],
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7])], attributes: { complete: false } },
    { inputs: [doublesOf([3, 2], [0.5, 2, -1, 2, 1.5, -0.3])], attributes: { complete: false } },
    { inputs: [doublesOf([2, 3], [0.5, 2, -1, 2, 0.3, 1.5])], attributes: { complete: true } },
    { inputs: [doublesOf([2, 2, 2], [1, 2, 3, 4, 0.5, -1, 0.25, 2])], attributes: { complete: false } },
    { inputs: [doublesOf([3, 2], [0.5, 2, -1, 2, 1.5, -0.3])], attributes: { complete: true }, gradcheck: false },
    { inputs: [doubles([3, 0])], attributes: { complete: true }, gradcheck: false },
    { inputs: [{ ...doubles([1, 1], 1, 2), layout: "strided" }], attributes: { complete: false } },
  ],
  errors: () => [{ inputs: [doublesOf([1, 2], [1, NaN])], attributes: { complete: false }, message: "qr: element [0, 1] of the input [1, 2] is NaN or infinite" }],
});

/** Ā = (Q̄ + Q·copyltu(M)) R⁻ᵀ with M = R R̄ᵀ − Q̄ᵀ Q; copyltu makes the lower triangle symmetric. Walter & Lehmann 2010; needs M ≥ N. */
function gradient(q: Tensor, r: Tensor, dQ: Tensor, dR: Tensor): Tensor {
  const m = sub(matmul(r, transpose(dR)), matmul(transpose(dQ), q));
  const copied = add(lower(m), transpose(lower(m, 0)));
  return transpose(solveUpper(r, transpose(add(dQ, matmul(q, copied)))));
}

export interface QROptions {
  /** "reduced": Q [..., M, K], R [..., K, N] with K = min(M, N); "complete": Q [..., M, M], R [..., M, N]. Default "reduced". */
  readonly mode?: "reduced" | "complete";
}

export interface QR {
  /** Orthonormal columns. */
  readonly Q: Tensor;
  /** Upper triangular. */
  readonly R: Tensor;
}

/**
 * A = QR by Householder reflections. A: [..., M, N] → { Q, R }. Signs are LAPACK's, as in PyTorch: the diagonal of R is not made positive.
 * Gradients need linearly independent columns (the first min(M, N) of them), and of a tall A mode "reduced". float32 is computed in float64
 * and rounded. Golub & Van Loan, 5.2.1.
 * @throws ShapeError unless A is a matrix; ValueError for another mode or an element that is not finite.
 *
 * @example
 * const { Q, R } = linalg.qr(tensor([[3, 1], [4, 3]]));
 * Q // → [[-0.6, -0.8], [-0.8, 0.6]]
 * R // → [[-5, -3], [0, 1]]
 */
export function qr(a: Tensor, options: QROptions = {}): QR {
  const { mode = "reduced" } = optionsOf("qr", options);
  checkMatrix("qr", a);
  if (mode !== "reduced" && mode !== "complete") throw new ValueError(`qr: expected mode "reduced" or "complete", got ${show(mode)}.`);
  const attributes = { complete: mode === "complete" };
  const [Q, R] = unpack(qrOp.apply([toDouble(a)], attributes), shapesOf(a, attributes)).map((factor) => cast(factor, a.dtype));
  return { Q, R };
}
