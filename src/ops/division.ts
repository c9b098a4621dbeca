/** Division with whole quotients, and the parts of a number before and behind the point. */

import { isFloat } from "../base/dtype.js";
import { Tensor } from "../tensor/tensor.js";
import { defineBinary, meet, mul, type Operand, sub } from "./arithmetic.js";
import { toFloat } from "./cast.js";
import { zerosLike } from "./create.js";
import { defineUnary, neg } from "./elementwise.js";

const truncOp = defineUnary({ name: "trunc", vjp: (dy) => zerosLike(dy), gradcheck: false });
const remainderOp = defineBinary({
  name: "remainder",
  vjp: (dy, x, y) => [() => dy, () => neg(mul(dy, floorDivide(x, y)))],
  low: 0.5,
});
const floorDivideOp = defineBinary({ name: "floorDivide", vjp: (dy) => [() => zerosLike(dy), () => zerosLike(dy)], low: 0.5, gradcheck: false });

/**
 * What is left of a after a whole number of b, a − b ⌊a / b⌋: it has the sign of b. Integers give 0 for a divisor of 0. Shapes
 * broadcast.
 *
 * @example
 * remainder(tensor([7, -7, 5.5]), 3)              // → [1, 2, 2.5]
 * remainder(tensor([7, -7]), tensor([-3, -3]))    // → [-2, -1]
 */
export const remainder = (a: Operand, b: Operand): Tensor => remainderOp.apply(meet("remainder", a, b), undefined);

/**
 * ⌊a / b⌋: how often b goes into a, rounded down. Integers stay integers, and give 0 for a divisor of 0. Its gradient is 0. Shapes
 * broadcast.
 *
 * @example
 * floorDivide(tensor([7, -7, 5.5]), 3) // → [2, -3, 1]
 */
export const floorDivide = (a: Operand, b: Operand): Tensor => floorDivideOp.apply(meet("floorDivide", a, b), undefined);

/**
 * x without its fraction: rounded towards 0. Its gradient is 0.
 *
 * @example
 * trunc(tensor([1.7, -1.7])) // → [1, -1]
 */
export const trunc = (x: Tensor): Tensor => (isFloat(x?.dtype) || !(x instanceof Tensor) ? truncOp.apply([x], undefined) : x);

/**
 * The fraction of x, with its sign: x − trunc(x).
 *
 * @example
 * frac(tensor([1.75, -1.75])) // → [0.75, -0.75]
 */
export const frac = (x: Tensor): Tensor => sub(toFloat(x), trunc(toFloat(x)));
