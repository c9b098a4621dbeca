/** Powers of a square matrix, and its exponential. */

import { ValueError } from "../../base/errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import { cast } from "../cast.js";
import { zerosLike } from "../create.js";
import { matmul } from "../matmul.js";
import { defineOp, type Operation } from "../operation.js";
import { concat, slice } from "../slice.js";
import { expand, transpose } from "../views.js";
import { batchOf, checkSquare, doubles, doublesOf, finite, identityOf, sidesOf, toDouble } from "./matrices.js";
import { inverse } from "./solve.js";

/**
 * Aᵖ for a whole number p, by repeated squaring; A⁰ is the identity, negative powers are those of A⁻¹. A: [..., N, N] → [..., N, N].
 * float32 is computed in float64 and rounded.
 * @throws ShapeError unless A is square; ValueError unless p is a whole number, or if A has no inverse for a negative one.
 *
 * @example
 * linalg.matrixPower(tensor([[1, 1], [1, 0]]), 10) // → [[89, 55], [55, 34]]
 */
export function matrixPower(a: Tensor, p: number): Tensor {
  checkSquare("matrixPower", a);
  if (!Number.isSafeInteger(p)) throw new ValueError(`matrixPower: expected a whole number, got ${p}.`);
  const x = toDouble(a);
  let power = p < 0 ? inverse(x, "matrixPower") : x;
  let result: Tensor | null = null;
  for (let left = Math.abs(p); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result === null ? power : matmul(result, power);
    if (left > 1) power = matmul(power, power);
  }
  return cast(result ?? expand(identityOf(x), x.shape), a.dtype);
}

const matrixExpOp: Operation<undefined> = defineOp({
  name: "matrixExp",
  kernel: "linalg",
  shape: ([a]) => ({ shape: a.shape, dtype: "float64" }),
  forward: (k, [a], out) => k.linalg!.matrixExp(finite(k, "matrixExp", a), out),
  // The upper right block of the exponential of [[Aᵀ, Ȳ], [0, Aᵀ]]. Al-Mohy & Higham 2009, 3.
  vjp: (dy, { inputs: [a] }) => [
    () => {
      const [n] = sidesOf(a);
      const t = transpose(a);
      const block = concat([concat([t, dy], -1), concat([zerosLike(t), t], -1)], -2);
      return slice(matrixExpOp.apply([block], undefined), ...batchOf(a).map(() => null), { end: n }, { start: n });
    },
  ],
  samples: () => [
    { inputs: [doublesOf([2, 2], [0.5, 2, -1, 0.3])], attributes: undefined },
    { inputs: [doubles([2, 2, 2], -1, 1)], attributes: undefined },
    { inputs: [doublesOf([2, 2], [-3, 9, -8, -4])], attributes: undefined, gradcheck: false },
    { inputs: [doubles([0, 0])], attributes: undefined },
  ],
  errors: () => [{ inputs: [doublesOf([1, 1], [NaN])], attributes: undefined, message: "matrixExp: element [0, 0] of the input [1, 1] is NaN or infinite" }],
});

/**
 * e^A = Σ Aᵏ/k! by scaling and squaring. A: [..., N, N] → [..., N, N]. float32 is computed in float64 and rounded. Higham 2005.
 * @throws ShapeError unless A is square; ValueError if an element is not finite.
 *
 * @example
 * linalg.matrixExp(tensor([[0, Math.PI / 2], [-Math.PI / 2, 0]])) // → [[0, 1], [-1, 0]]
 */
export function matrixExp(a: Tensor): Tensor {
  checkSquare("matrixExp", a);
  return cast(matrixExpOp.apply([toDouble(a)], undefined), a.dtype);
}
