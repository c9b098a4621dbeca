/** Trigonometric and hyperbolic functions and their inverses. Angles are in radians; integers are converted to float32 first. */

import type { Tensor } from "../tensor/tensor.js";
import { add, defineBinary, div, meet, mul, type Operand } from "./arithmetic.js";
import { toFloat } from "./cast.js";
import { eq, where } from "./compare.js";
import { addScalar, defineUnary, neg, reciprocal, rsqrt, square } from "./elementwise.js";

/** 1 − x², without cancellation near ±1. */
const oneMinusSquare = (x: Tensor): Tensor => mul(addScalar(neg(x), 1), addScalar(x, 1));

const tanOp = defineUnary({ name: "tan", vjp: (dy, _x, y) => mul(dy, addScalar(square(y), 1)), low: -1, high: 1, edges: [0, -0, 1, -1, NaN, Infinity, 100] });
const asinOp = defineUnary({ name: "asin", vjp: (dy, x) => mul(dy, rsqrt(oneMinusSquare(x))), low: -0.9, high: 0.9 });
const acosOp = defineUnary({ name: "acos", vjp: (dy, x) => neg(mul(dy, rsqrt(oneMinusSquare(x)))), low: -0.9, high: 0.9 });
const atanOp = defineUnary({ name: "atan", vjp: (dy, x) => div(dy, addScalar(square(x), 1)) });
const sinhOp = defineUnary({ name: "sinh", vjp: (dy, x) => mul(dy, cosh(x)) });
const coshOp = defineUnary({ name: "cosh", vjp: (dy, x) => mul(dy, sinh(x)) });
const asinhOp = defineUnary({ name: "asinh", vjp: (dy, x) => mul(dy, rsqrt(addScalar(square(x), 1))) });
const acoshOp = defineUnary({ name: "acosh", vjp: (dy, x) => mul(dy, rsqrt(neg(oneMinusSquare(x)))), low: 1.2, high: 4 });
const atanhOp = defineUnary({ name: "atanh", vjp: (dy, x) => mul(dy, reciprocal(oneMinusSquare(x))), low: -0.9, high: 0.9 });

const atan2Op = defineBinary({
  name: "atan2",
  vjp: (dy, y, x) => {
    const scaled = (): Tensor => div(dy, add(square(x), square(y)));
    return [() => mul(scaled(), x), () => neg(mul(scaled(), y))];
  },
  low: 0.5,
});
const hypotOp = defineBinary({
  name: "hypot",
  vjp: (dy, x, y, out) => {
    const slope = (side: Tensor): Tensor => where(eq(out, 0), 0, div(side, where(eq(out, 0), 1, out)));
    return [() => mul(dy, slope(x)), () => mul(dy, slope(y))];
  },
  low: 0.5,
});

/**
 * Tangent.
 *
 * @example
 * tan(tensor([0, Math.PI / 4])) // → [0, 1]
 */
export const tan = (x: Tensor): Tensor => tanOp.apply([toFloat(x)], undefined);

/**
 * Inverse sine, in [−π/2, π/2]; NaN beyond ±1.
 *
 * @example
 * asin(tensor([0, 1, 2])) // → [0, 1.5708, NaN]
 */
export const asin = (x: Tensor): Tensor => asinOp.apply([toFloat(x)], undefined);

/**
 * Inverse cosine, in [0, π]; NaN beyond ±1.
 *
 * @example
 * acos(tensor([1, 0, -1])) // → [0, 1.5708, 3.14159]
 */
export const acos = (x: Tensor): Tensor => acosOp.apply([toFloat(x)], undefined);

/**
 * Inverse tangent, in (−π/2, π/2).
 *
 * @example
 * atan(tensor([0, 1, Infinity])) // → [0, 0.7854, 1.5708]
 */
export const atan = (x: Tensor): Tensor => atanOp.apply([toFloat(x)], undefined);

/**
 * The angle of the point (x, y), in [−π, π]. Shapes broadcast.
 *
 * @example
 * atan2(tensor([1, -1]), tensor([-1, 0])) // → [2.35619, -1.5708]
 */
export const atan2 = (y: Operand, x: Operand): Tensor => atan2Op.apply(meet("atan2", y, x).map(toFloat), undefined);

/**
 * √(x² + y²) without overflow. Its gradient at (0, 0) is 0. Shapes broadcast.
 *
 * @example
 * hypot(tensor([3, 0]), tensor([4, -2])) // → [5, 2]
 */
export const hypot = (x: Operand, y: Operand): Tensor => hypotOp.apply(meet("hypot", x, y).map(toFloat), undefined);

/**
 * Hyperbolic sine, (eˣ − e⁻ˣ) / 2.
 *
 * @example
 * sinh(tensor([0, 1])) // → [0, 1.1752]
 */
export const sinh = (x: Tensor): Tensor => sinhOp.apply([toFloat(x)], undefined);

/**
 * Hyperbolic cosine, (eˣ + e⁻ˣ) / 2.
 *
 * @example
 * cosh(tensor([0, 1])) // → [1, 1.54308]
 */
export const cosh = (x: Tensor): Tensor => coshOp.apply([toFloat(x)], undefined);

/**
 * Inverse hyperbolic sine.
 *
 * @example
 * asinh(tensor([0, 1])) // → [0, 0.88137]
 */
export const asinh = (x: Tensor): Tensor => asinhOp.apply([toFloat(x)], undefined);

/**
 * Inverse hyperbolic cosine; NaN below 1.
 *
 * @example
 * acosh(tensor([1, 2, 0])) // → [0, 1.31696, NaN]
 */
export const acosh = (x: Tensor): Tensor => acoshOp.apply([toFloat(x)], undefined);

/**
 * Inverse hyperbolic tangent; NaN beyond ±1.
 *
 * @example
 * atanh(tensor([0, 0.5, 1])) // → [0, 0.54931, Infinity]
 */
export const atanh = (x: Tensor): Tensor => atanhOp.apply([toFloat(x)], undefined);
