/** Linear systems of equations and the inverse, by LU factorisation. */

import { promote } from "../../base/dtype.js";
import { ValueError } from "../../base/errors.js";
import { sameShape } from "../../base/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { cast } from "../cast.js";
import { neg } from "../elementwise.js";
import { matmul } from "../matmul.js";
import { defineOp, noTensor, type Operation } from "../operation.js";
import { expand, squeeze, transpose, unsqueeze } from "../views.js";
import { batchOf, checkMatrix, checkSquare, doubles, doublesOf, finite, identityOf, lazy, matrixName, sidesOf, solveBatches, toDouble } from "./matrices.js";
import { checkRows } from "./triangular.js";

/** Attributes: the function that the user called, for messages. */
const solveOp: Operation<string> = defineOp<string>({
  name: "solve",
  kernel: "linalg",
  shape: ([, b]) => ({ shape: b.shape, dtype: "float64" }),
  forward: (k, [a, b], out, caller) => {
    const zero = k.linalg!.solve(finite(k, caller, a), finite(k, caller, b), out);
    if (zero < 0) return;
    const [n] = sidesOf(a);
    throw new ValueError(
      `${caller}: the matrix${matrixName(batchOf(a), Math.floor(zero / n))} is singular: pivot ${zero % n} of its LU factorisation is 0; ` +
        `lstsq and pinv take such matrices.`,
    );
  },
  vjp: (dy, { inputs: [a], output: x, attributes }) => {
    const dB = lazy(() => solveOp.apply([transpose(a), dy], attributes));
    return [() => neg(matmul(dB(), transpose(x))), dB];
  },
  samples: () => [
    { inputs: [doublesOf([3, 3], [0.5, 2, -1, 2, 0.3, 1.5, -1, 1, 0.7]), doubles([3, 2])], attributes: "solve" },
    { inputs: [doublesOf([2, 2, 2], [1, 2, 3, 4, 0.5, -1, 0.25, 2]), doubles([2, 2, 1])], attributes: "solve" },
    { inputs: [{ ...doublesOf([2, 2], [0, 2, 1, 1]), layout: "transposed" }, { ...doubles([2, 3]), layout: "strided" }], attributes: "solve" },
    { inputs: [doubles([0, 0]), doubles([0, 2])], attributes: "solve" },
  ],
  errors: () => [
    { inputs: [doublesOf([2, 2], [1, 2, 2, 4]), doubles([2, 1])], attributes: "solve", message: "solve: the matrix is singular: pivot 1 of its LU factorisation is 0" },
    { inputs: [doublesOf([2, 1, 1], [1, 0]), doubles([2, 1, 1])], attributes: "inv", message: "inv: the matrix [1] is singular: pivot 0" },
    { inputs: [doublesOf([1, 1], [1]), doublesOf([1, 1], [NaN])], attributes: "solve", message: "solve: element [0, 0] of the input [1, 1] is NaN or infinite" },
  ],
});

/**
 * The X of AX = B, by LU factorisation. A: [..., N, N]; B: [..., N, K], or [..., N] for one right-hand side each (if B has one axis, or exactly
 * the leading axes of A and N) → as B; leading axes broadcast. float32 is computed in float64 and rounded.
 * @throws ShapeError unless A is square and B fits; ValueError if A is singular, naming the pivot, or an input is not finite.
 *
 * @example
 * const A = tensor([[2, 1], [1, 3]]);
 * linalg.solve(A, tensor([4, 7]))                   // → [1, 2]
 * linalg.solve(tensor([[1, 2], [2, 4]]), ones([2])) // → throws ValueError: solve: the matrix is singular: pivot 1
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  checkSquare("solve", a);
  if (!(b instanceof Tensor)) throw noTensor("solve", 1, b);
  if (b.ndim === 1 || sameShape(b.shape, a.shape.slice(0, -1))) return squeeze(solve(a, unsqueeze(b, -1)), -1);
  checkMatrix("solve", b, 1);
  checkRows("solve", a, b);
  const x = solveBatches("solve", toDouble(a), toDouble(b), (left, right) => solveOp.apply([left, right], "solve"));
  return cast(x, promote(a.dtype, b.dtype));
}

/** The inverse of a float64 A. */
export const inverse = (a: Tensor, caller = "inv"): Tensor => solveOp.apply([a, expand(identityOf(a), a.shape)], caller);

/**
 * A⁻¹. A: [..., N, N] → [..., N, N]. To solve equations, `solve` is faster and more accurate. float32 is computed in float64 and rounded.
 * @throws ShapeError unless A is square; ValueError if A is singular, naming the pivot, or not finite.
 *
 * @example
 * linalg.inv(tensor([[2, 0], [1, 4]])) // → [[0.5, 0], [-0.125, 0.25]]
 */
export function inv(a: Tensor): Tensor {
  checkSquare("inv", a);
  return cast(inverse(toDouble(a)), a.dtype);
}
