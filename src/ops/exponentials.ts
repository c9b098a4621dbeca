/** Exponentials and logarithms to other bases, the sum of two exponentials, and the error function. */

import type { Tensor } from "../tensor/tensor.js";
import { defineBinary, meet, mul, type Operand, sub } from "./arithmetic.js";
import { toFloat } from "./cast.js";
import { eq, where } from "./compare.js";
import { defineUnary, exp, mulScalar, neg, reciprocal, square } from "./elementwise.js";

const exp2Op = defineUnary({ name: "exp2", vjp: (dy, _x, y) => mul(dy, mulScalar(y, Math.LN2)), edges: [0, -0, 1, -1, NaN, Infinity, -Infinity, 10.5, -120, 127] });
const log2Op = defineUnary({ name: "log2", vjp: (dy, x) => mul(dy, reciprocal(mulScalar(x, Math.LN2))), low: 0.5 });
const log10Op = defineUnary({ name: "log10", vjp: (dy, x) => mul(dy, reciprocal(mulScalar(x, Math.LN10))), low: 0.5 });
const erfOp = defineUnary({ name: "erf", vjp: (dy, x) => mul(dy, mulScalar(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))) });
const logaddexpOp = defineBinary({
  name: "logaddexp",
  vjp: (dy, x, y, out) => [() => mul(dy, share(x, out)), () => mul(dy, share(y, out))],
});

/** eˣ / e^out; 0 where both are −∞. */
const share = (x: Tensor, out: Tensor): Tensor => exp(sub(x, where(eq(out, -Infinity), 0, out)));

/**
 * 2ˣ.
 *
 * @example
 * exp2(tensor([3, -1])) // → [8, 0.5]
 */
export const exp2 = (x: Tensor): Tensor => exp2Op.apply([toFloat(x)], undefined);

/**
 * Logarithm to base 2; −∞ of 0, NaN below.
 *
 * @example
 * log2(tensor([8, 0.5])) // → [3, -1]
 */
export const log2 = (x: Tensor): Tensor => log2Op.apply([toFloat(x)], undefined);

/**
 * Logarithm to base 10; −∞ of 0, NaN below.
 *
 * @example
 * log10(tensor([1000, 0.1])) // → [3, -1]
 */
export const log10 = (x: Tensor): Tensor => log10Op.apply([toFloat(x)], undefined);

/**
 * log(eˣ + eʸ), without overflow. Shapes broadcast.
 *
 * @example
 * logaddexp(tensor([0, 1000]), tensor([0, 1000])) // → [0.69315, 1000.69]
 */
export const logaddexp = (x: Operand, y: Operand): Tensor => logaddexpOp.apply(meet("logaddexp", x, y).map(toFloat), undefined);

/**
 * The error function, 2/√π ∫₀ˣ e^(−t²) dt, in (−1, 1).
 *
 * @example
 * erf(tensor([0, 1, -1])) // → [0, 0.8427, -0.8427]
 */
export const erf = (x: Tensor): Tensor => erfOp.apply([toFloat(x)], undefined);
