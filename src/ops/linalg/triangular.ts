/** Triangular systems of equations. */

import { promote } from "../../base/dtype.js";
import { ShapeError, ValueError } from "../../base/errors.js";
import { anything, flag, optionsOf } from "../../base/options.js";
import { formatShape } from "../../base/shape.js";
import type { TriangularParams } from "../../backend/linalg/linalgKernels.js";
import type { Tensor } from "../../tensor/tensor.js";
import { cast } from "../cast.js";
import { neg } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { defineOp, type Operation } from "../operation.js";
import { transpose } from "../views.js";
import { batchOf, checkMatrix, checkSquare, doubles, doublesOf, finite, lazy, lower, matrixName, sidesOf, solveBatches, toDouble, upper } from "./matrices.js";

const triangularOp: Operation<TriangularParams> = defineOp<TriangularParams>({
  name: "solveTriangular",
  kernel: "linalg",
  shape: ([, b]) => ({ shape: b.shape, dtype: "float64" }),
  forward: (k, [t, b], out, params) => {
    const zero = k.linalg!.solveTriangular(finite(k, "solveTriangular", t), finite(k, "solveTriangular", b), out, params);
    if (zero < 0) return;
    const [n] = sidesOf(t);
    throw new ValueError(
      `solveTriangular: the matrix${matrixName(batchOf(t), Math.floor(zero / n))} is singular: entry ${zero % n} of its diagonal is 0.`,
    );
  },
  vjp: (dy, { inputs: [t], output: x, attributes: { upper: above, unit } }) => {
    const dB = lazy(() => triangularOp.apply([transpose(t), dy], { upper: !above, unit }));
    return [() => (above ? upper : lower)(neg(matmul(dB(), transpose(x))), unit ? 0 : 1), dB];
  },
  samples: () => [
    { inputs: [doublesOf([3, 3], [2, 9, 9, 0.5, -1.5, 9, -1, 0.25, 3]), doubles([3, 2])], attributes: { upper: false, unit: false } },
    { inputs: [doublesOf([2, 2, 2], [2, 0.5, 9, -1.5, 1, 3, 9, 4]), doubles([2, 2, 1])], attributes: { upper: true, unit: false } },
    { inputs: [doubles([3, 3], -1, 1), doubles([3, 1])], attributes: { upper: true, unit: true } },
    { inputs: [{ ...doubles([2, 2], 0.5, 2), layout: "transposed" }, { ...doubles([2, 3]), layout: "strided" }], attributes: { upper: false, unit: false } },
  ],
  errors: () => [
    {
      inputs: [doublesOf([2, 2, 2], [1, 0, 0, 1, 1, 0, 0, 0]), doubles([2, 2, 1])],
      attributes: { upper: false, unit: false },
      message: "the matrix [1] is singular: entry 1 of its diagonal is 0",
    },
    {
      inputs: [doublesOf([2, 2], [1, NaN, 0, 1]), doubles([2, 1])],
      attributes: { upper: true, unit: false },
      message: "element [0, 1] of the input [2, 2] is NaN or infinite",
    },
  ],
});

/** X of TX = B for float64 matrices of one batch. */
export const solveLower = (t: Tensor, b: Tensor, unit = false): Tensor => triangularOp.apply([t, b], { upper: false, unit });
export const solveUpper = (t: Tensor, b: Tensor, unit = false): Tensor => triangularOp.apply([t, b], { upper: true, unit });

export interface SolveTriangularOptions {
  /** Whether A is upper triangular, or lower. The entries on the other side are not read. */
  readonly upper: boolean;
  /** Solve AX = B (default, true) or XA = B. */
  readonly left?: boolean;
  /** Take the diagonal as ones, without reading it. Default false. */
  readonly unitriangular?: boolean;
}

/**
 * The X of AX = B for a triangular A, by substitution. A: [..., N, N], B: [..., N, K] (with `left: false`, XA = B and B: [..., K, N]) → as B;
 * leading axes broadcast. float32 is computed in float64 and rounded.
 * @throws ShapeError unless A is square and B fits; ValueError if the diagonal has a 0, naming its place, or an input is not finite.
 *
 * @example
 * const L = tensor([[2, 0], [1, 4]]);
 * linalg.solveTriangular(L, tensor([[2], [9]]), { upper: false }) // → [[1], [2]]
 */
export function solveTriangular(a: Tensor, b: Tensor, options: SolveTriangularOptions): Tensor {
  checkSquare("solveTriangular", a);
  checkMatrix("solveTriangular", b, 1);
  const { upper: above, left = true, unitriangular: unit = false } = optionsOf("solveTriangular", options ?? {}, { upper: anything, left: flag, unitriangular: flag });
  if (typeof above !== "boolean") throw new ValueError(`solveTriangular: say which triangle A has: { upper: true } or { upper: false }.`);
  if (!left) return transpose(solveTriangular(transpose(a), transpose(b), { upper: !above, unitriangular: unit }));
  checkRows("solveTriangular", a, b);
  const x = solveBatches("solveTriangular", toDouble(a), toDouble(b), (t, right) => triangularOp.apply([t, right], { upper: above, unit }));
  return cast(x, promote(a.dtype, b.dtype));
}

/**
 * @throws ShapeError unless a and b have as many rows.
 */
export function checkRows(op: string, a: Tensor, b: Tensor): void {
  const [[n], [rows]] = [sidesOf(a), sidesOf(b)];
  if (n !== rows) throw new ShapeError(`${op}: A ${formatShape(a.shape)} has ${n} rows, B ${formatShape(b.shape)} has ${rows}; they must be equal.`);
}
