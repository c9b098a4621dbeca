/** Comparisons, logic and selection. Comparisons give bool tensors and carry no gradient. */

import type { CompareOp } from "../backend/backend.js";
import { promote } from "../base/dtype.js";
import { DTypeError } from "../base/errors.js";
import { Tensor } from "../tensor/tensor.js";
import { cast } from "./cast.js";
import { scalarLike, zerosLike } from "./create.js";
import { broadcastView, elementwiseSpec } from "./layout.js";
import { defineOp, noTensor, type Operation } from "./operation.js";
import { floats, ints } from "./samples.js";

function defineCompare(name: CompareOp): Operation<undefined> {
  return defineOp({
    name,
    shape: (inputs) => elementwiseSpec(name, inputs, "bool"),
    forward: (k, [x, y], out) => k.compare(name, broadcastView(x, out.shape), broadcastView(y, out.shape), out),
    samples: () => [
      { inputs: [floats([2, 3], -1, 1), floats([3], -1, 1)], attributes: undefined },
      { inputs: [ints([4], [1, 2, 3, 0]), ints([4], [3, 2, 1, 0])], attributes: undefined },
      { inputs: [{ shape: [3], values: [NaN, 1, Infinity] }, { shape: [3], values: [NaN, 1, NaN] }], attributes: undefined },
      { inputs: [floats([0, 2]), floats([2])], attributes: undefined },
    ],
    errors: () => [{ inputs: [floats([2]), floats([3])], attributes: undefined, message: "do not broadcast" }],
  });
}

function compare(op: Operation<undefined>, a: Tensor | number, b: Tensor | number): Tensor {
  if (!(a instanceof Tensor || b instanceof Tensor)) throw noTensor(op.name, 0, a);
  const x = a instanceof Tensor ? a : scalarLike(b as Tensor, a);
  const y = b instanceof Tensor ? b : scalarLike(x, b);
  const dtype = promote(x.dtype, y.dtype);
  return op.apply([cast(x, dtype), cast(y, dtype)], undefined);
}

const eqOp = defineCompare("eq");
const neOp = defineCompare("ne");
const ltOp = defineCompare("lt");
const leOp = defineCompare("le");
const gtOp = defineCompare("gt");
const geOp = defineCompare("ge");
const andOp = defineCompare("logicalAnd");
const orOp = defineCompare("logicalOr");

/**
 * a = b, element by element; NaN equals nothing.
 *
 * @example
 * eq(tensor([1, 2, NaN]), tensor([1, 3, NaN])) // → [true, false, false]
 */
export const eq = (a: Tensor | number, b: Tensor | number): Tensor => compare(eqOp, a, b);

/**
 * a ≠ b, element by element; NaN differs from everything, itself too.
 *
 * @example
 * ne(tensor([1, NaN]), tensor([1, NaN])) // → [false, true]
 */
export const ne = (a: Tensor | number, b: Tensor | number): Tensor => compare(neOp, a, b);

/**
 * a < b, element by element.
 *
 * @example
 * lt(tensor([1, 2, 3]), 2) // → [true, false, false]
 */
export const lt = (a: Tensor | number, b: Tensor | number): Tensor => compare(ltOp, a, b);

/**
 * a ≤ b, element by element.
 *
 * @example
 * le(tensor([1, 2, 3]), 2) // → [true, true, false]
 */
export const le = (a: Tensor | number, b: Tensor | number): Tensor => compare(leOp, a, b);

/**
 * a > b, element by element.
 *
 * @example
 * gt(tensor([[1], [2]]), tensor([0, 1])) // → [[true, false], [true, true]]
 */
export const gt = (a: Tensor | number, b: Tensor | number): Tensor => compare(gtOp, a, b);

/**
 * a ≥ b, element by element.
 *
 * @example
 * ge(tensor([1, 2, 3]), 2) // → [false, true, true]
 */
export const ge = (a: Tensor | number, b: Tensor | number): Tensor => compare(geOp, a, b);

/**
 * Whether both are not 0, element by element.
 *
 * @example
 * const x = tensor([-1, 0.5, 2]);
 * logicalAnd(gt(x, 0), lt(x, 1)) // → [false, true, false]
 */
export const logicalAnd = (a: Tensor | number, b: Tensor | number): Tensor => compare(andOp, a, b);

/**
 * Whether at least one of them is not 0, element by element.
 *
 * @example
 * const x = tensor([-1, 0.5, 2]);
 * logicalOr(lt(x, 0), gt(x, 1)) // → [true, false, true]
 */
export const logicalOr = (a: Tensor | number, b: Tensor | number): Tensor => compare(orOp, a, b);

const whereOp = defineOp({
  name: "where",
  shape: (inputs) => elementwiseSpec("where", [inputs[1], inputs[2], inputs[0]], inputs[1].dtype),
  forward: (k, [c, x, y], out) => k.where(broadcastView(c, out.shape), broadcastView(x, out.shape), broadcastView(y, out.shape), out),
  vjp: (dy, { inputs: [c] }) => [null, () => where(c, dy, zerosLike(dy)), () => where(c, zerosLike(dy), dy)],
  samples: () => [
    { inputs: [{ shape: [2, 3], dtype: "bool", values: [1, 0, 0, 1, 1, 0] }, floats([2, 3]), floats([3])], attributes: undefined },
    { inputs: [{ shape: [2, 1], dtype: "bool", values: [1, 0] }, floats([]), floats([2, 4])], attributes: undefined },
  ],
  errors: () => [
    { inputs: [{ shape: [2], dtype: "bool", values: [1, 0] }, floats([3]), floats([3])], attributes: undefined, message: "do not broadcast" },
  ],
});

/**
 * `a` where the bool `condition` holds, else `b`. All three broadcast.
 * @throws DTypeError if condition is not bool.
 *
 * @example
 * const x = tensor([-2, 3]);
 * where(gt(x, 0), x, 0.1) // → [0.1, 3]
 */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  if (!(condition instanceof Tensor)) throw noTensor("where", 0, condition);
  if (condition.dtype !== "bool") {
    throw new DTypeError(`where: expected a bool condition, got ${condition.dtype}; compare first, as in ne(x, 0).`);
  }
  const other = a instanceof Tensor ? a : b instanceof Tensor ? b : null;
  const like = other ?? cast(condition, "float32");
  const x = a instanceof Tensor ? a : scalarLike(like, a);
  const y = b instanceof Tensor ? b : scalarLike(like, b);
  const dtype = promote(x.dtype, y.dtype);
  return whereOp.apply([condition, cast(x, dtype), cast(y, dtype)], undefined);
}
