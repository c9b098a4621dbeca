/** Functions of one operand, element by element. Integers are converted to float32 first where the result is no integer. */

import type { UnaryOp } from "../backend/backend.js";
import type { DType } from "../base/dtype.js";
import type { Tensor } from "../tensor/tensor.js";
import { div, mul } from "./arithmetic.js";
import { cast, toFloat } from "./cast.js";
import { gt, lt, where } from "./compare.js";
import { zerosLike } from "./create.js";
import { elementwiseSpec } from "./layout.js";
import { defineOp, type Operation } from "./operation.js";
import { floats, type Sample } from "./samples.js";

interface UnaryRecord {
  readonly name: UnaryOp;
  /** dL/dx from dy, x and y; absent: no gradient flows. */
  readonly vjp?: (dy: Tensor, x: Tensor, y: Tensor) => Tensor;
  readonly valueFree?: boolean;
  /** Range of the samples. Default −2…2. */
  readonly low?: number;
  readonly high?: number;
  readonly dtype?: DType;
  readonly gradcheck?: boolean;
  /** Values outside the range on which backends must agree as well. */
  readonly edges?: readonly number[];
}

const specials = [0, -0, 1, -1, NaN, Infinity, -Infinity, 1e-30, 88, -88, 1e4];

/** Defines an element-wise operation without attributes from its record. */
export function defineUnary({ name, vjp, valueFree, low = -2, high = 2, dtype, gradcheck, edges = specials }: UnaryRecord): Operation<undefined> {
  const sample = (shape: number[], layout?: "transposed" | "strided"): Sample<undefined> => ({
    inputs: [{ ...floats(shape, low, high), layout }],
    attributes: undefined,
    gradcheck,
  });
  return defineOp({
    name,
    shape: (inputs) => elementwiseSpec(name, inputs, dtype ?? inputs[0].dtype),
    forward: (k, [x], out) => k.unary(name, x, out),
    vjp: vjp && ((dy, { inputs: [x], output }) => [() => vjp(dy, x, output)]),
    valueFree,
    samples: () => [
      sample([2, 3]),
      sample([]),
      sample([0, 3]),
      sample([37]),
      sample([4, 5], "transposed"),
      sample([3, 2, 4], "strided"),
      { inputs: [{ shape: [edges.length], values: edges }], attributes: undefined, gradcheck: false },
    ],
  });
}

const negOp = defineUnary({ name: "neg", vjp: (dy) => neg(dy), valueFree: true });
const absOp = defineUnary({ name: "abs", vjp: (dy, x) => mul(dy, sign(x)), low: 0.1 });
const signOp = defineUnary({ name: "sign", vjp: (dy) => zerosLike(dy), low: 0.1 });
const reciprocalOp = defineUnary({ name: "reciprocal", vjp: (dy, _x, y) => neg(mul(dy, square(y))), low: 0.5 });
const squareOp = defineUnary({ name: "square", vjp: (dy, x) => mul(dy, mulScalar(x, 2)) });
const sqrtOp = defineUnary({ name: "sqrt", vjp: (dy, _x, y) => div(mulScalar(dy, 0.5), y), low: 0.5 });
const rsqrtOp = defineUnary({ name: "rsqrt", vjp: (dy, x, y) => mul(mulScalar(dy, -0.5), div(y, x)), low: 0.5 });
const expOp = defineUnary({ name: "exp", vjp: (dy, _x, y) => mul(dy, y) });
const expm1Op = defineUnary({ name: "expm1", vjp: (dy, _x, y) => mul(dy, addScalar(y, 1)) });
const logOp = defineUnary({ name: "log", vjp: (dy, x) => div(dy, x), low: 0.5 });
const log1pOp = defineUnary({ name: "log1p", vjp: (dy, x) => div(dy, addScalar(x, 1)), low: -0.5 });
const trigonometric = [0, -0, 1, -1, NaN, Infinity, 100];
const sinOp = defineUnary({ name: "sin", vjp: (dy, x) => mul(dy, cos(x)), edges: trigonometric });
const cosOp = defineUnary({ name: "cos", vjp: (dy, x) => neg(mul(dy, sin(x))), edges: trigonometric });
const floorOp = defineUnary({ name: "floor", vjp: (dy) => zerosLike(dy), gradcheck: false });
const ceilOp = defineUnary({ name: "ceil", vjp: (dy) => zerosLike(dy), gradcheck: false });
const roundOp = defineUnary({ name: "round", vjp: (dy) => zerosLike(dy), gradcheck: false });
const isnanOp = defineUnary({ name: "isnan", dtype: "bool" });
const isfiniteOp = defineUnary({ name: "isfinite", dtype: "bool" });
const logicalNotOp = defineUnary({ name: "logicalNot", dtype: "bool" });

/**
 * −x.
 *
 * @example
 * neg(tensor([1, -2])) // → [-1, 2]
 */
export const neg = (x: Tensor): Tensor => negOp.apply([x?.dtype === "bool" ? cast(x, "int32") : x], undefined);

/**
 * |x|.
 *
 * @example
 * abs(tensor([-1.5, 2])) // → [1.5, 2]
 */
export const abs = (x: Tensor): Tensor => absOp.apply([x], undefined);

/**
 * −1, 0 or 1; NaN of NaN. Its gradient is 0.
 *
 * @example
 * sign(tensor([-3, 0, 0.5])) // → [-1, 0, 1]
 */
export const sign = (x: Tensor): Tensor => signOp.apply([x], undefined);

/**
 * 1 / x.
 *
 * @example
 * reciprocal(tensor([4, -0.5])) // → [0.25, -2]
 */
export const reciprocal = (x: Tensor): Tensor => reciprocalOp.apply([toFloat(x)], undefined);

/**
 * x².
 *
 * @example
 * square(tensor([-3, 0.5])) // → [9, 0.25]
 */
export const square = (x: Tensor): Tensor => squareOp.apply([x], undefined);

/**
 * √x; NaN below 0.
 *
 * @example
 * sqrt(tensor([9, 2, -1])) // → [3, 1.41421, NaN]
 */
export const sqrt = (x: Tensor): Tensor => sqrtOp.apply([toFloat(x)], undefined);

/**
 * 1 / √x.
 *
 * @example
 * rsqrt(tensor([4, 0.01])) // → [0.5, 10]
 */
export const rsqrt = (x: Tensor): Tensor => rsqrtOp.apply([toFloat(x)], undefined);

/**
 * eˣ.
 *
 * @example
 * exp(tensor([0, 1])) // → [1, 2.71828]
 */
export const exp = (x: Tensor): Tensor => expOp.apply([toFloat(x)], undefined);

/**
 * eˣ − 1, accurate near 0.
 *
 * @example
 * expm1(tensor(1e-10)) // → 1e-10
 * exp(tensor(1e-10)).sub(1) // → 0
 */
export const expm1 = (x: Tensor): Tensor => expm1Op.apply([toFloat(x)], undefined);

/**
 * Natural logarithm; −∞ of 0, NaN below.
 *
 * @example
 * log(tensor([1, Math.E, 0])) // → [0, 1, -Infinity]
 */
export const log = (x: Tensor): Tensor => logOp.apply([toFloat(x)], undefined);

/**
 * log(1 + x), accurate near 0.
 *
 * @example
 * log1p(tensor(1e-10))      // → 1e-10
 * log(tensor(1 + 1e-10))    // → 0
 */
export const log1p = (x: Tensor): Tensor => log1pOp.apply([toFloat(x)], undefined);

/**
 * Sine of x in radians.
 *
 * @example
 * sin(tensor([0, Math.PI / 2])) // → [0, 1]
 */
export const sin = (x: Tensor): Tensor => sinOp.apply([toFloat(x)], undefined);

/**
 * Cosine of x in radians.
 *
 * @example
 * cos(tensor([0, Math.PI])) // → [1, -1]
 */
export const cos = (x: Tensor): Tensor => cosOp.apply([toFloat(x)], undefined);

/**
 * Largest integer not above x. Its gradient is 0.
 *
 * @example
 * floor(tensor([1.7, -1.2])) // → [1, -2]
 */
export const floor = (x: Tensor): Tensor => floorOp.apply([toFloat(x)], undefined);

/**
 * Smallest integer not below x. Its gradient is 0.
 *
 * @example
 * ceil(tensor([1.2, -1.7])) // → [2, -1]
 */
export const ceil = (x: Tensor): Tensor => ceilOp.apply([toFloat(x)], undefined);

/**
 * Nearest integer; halves go to the even one. Its gradient is 0.
 *
 * @example
 * round(tensor([0.5, 1.5, 2.4])) // → [0, 2, 2]
 */
export const round = (x: Tensor): Tensor => roundOp.apply([toFloat(x)], undefined);

/**
 * Whether x is NaN.
 *
 * @example
 * isnan(tensor([1, NaN, Infinity])) // → [false, true, false]
 */
export const isnan = (x: Tensor): Tensor => isnanOp.apply([toFloat(x)], undefined);

/**
 * Whether x is neither infinite nor NaN.
 *
 * @example
 * isfinite(tensor([1, NaN, Infinity])) // → [true, false, false]
 */
export const isfinite = (x: Tensor): Tensor => isfiniteOp.apply([toFloat(x)], undefined);

/**
 * Whether x is 0.
 *
 * @example
 * logicalNot(tensor([true, false])) // → [false, true]
 */
export const logicalNot = (x: Tensor): Tensor => logicalNotOp.apply([x], undefined);

/** Functions of one operand and a number. */
function defineScalar(
  name: UnaryOp,
  vjp: (dy: Tensor, x: Tensor, alpha: number) => Tensor,
  low: number,
  numbers: readonly number[],
  valueFree = false,
): Operation<number> {
  return defineOp<number>({
    name,
    shape: (inputs) => elementwiseSpec(name, inputs, inputs[0].dtype),
    forward: (k, [x], out, alpha) => k.unary(name, x, out, alpha),
    vjp: (dy, { inputs: [x], attributes }) => [() => vjp(dy, x, attributes)],
    valueFree,
    samples: () => numbers.flatMap((alpha) => [
      { inputs: [floats([2, 3], low)], attributes: alpha },
      { inputs: [{ ...floats([3, 4], low), layout: "transposed" as const }], attributes: alpha },
    ]),
  });
}

const addScalarOp = defineScalar("addScalar", (dy) => dy, -2, [1.5], true);
const mulScalarOp = defineScalar("mulScalar", (dy, _x, alpha) => mulScalar(dy, alpha), -2, [-3, 0], true);
const powScalarOp = defineScalar("powScalar", (dy, x, alpha) => (alpha === 0 ? mulScalar(dy, 0) : mul(dy, mulScalar(powScalar(x, alpha - 1), alpha))), 0.5, [3, -1, 0.5, 0]);

/** x + c for a number c. */
export const addScalar = (x: Tensor, c: number): Tensor => addScalarOp.apply([x], c);
/** c · x for a number c. */
export const mulScalar = (x: Tensor, c: number): Tensor => mulScalarOp.apply([x], c);
/** xᶜ for a number c. */
export const powScalar = (x: Tensor, c: number): Tensor => powScalarOp.apply([toFloat(x)], c);

/**
 * x limited to [low, high]; the gradient is 0 outside.
 *
 * @example
 * clamp(tensor([-2, 0.5, 7]), 0, 1) // → [0, 0.5, 1]
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return where(lt(x, low), low, where(gt(x, high), high, x));
}
