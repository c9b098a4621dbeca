/** The scalar functions behind unary, binary and compare, in double precision. NaN passes through unless said otherwise. */

import type { DType } from "../../base/dtype.js";
import { isFloat } from "../../base/dtype.js";
import type { BinaryOp, CompareOp, UnaryOp } from "../backend.js";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Error function: 2/√π · e^(−x²) · Σ 2ⁿx²ⁿ⁺¹ / (1·3·…·(2n+1)), a series of positive terms. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Φ and φ: the standard normal's distribution function and density. */
const normalCdf = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2));
const normalPdf = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** To the nearest integer, ties to the even one; the sign stays, also of 0. */
function round(x: number): number {
  const magnitude = Math.abs(x);
  const up = Math.round(magnitude);
  return Math.sign(x) * (up - magnitude === 0.5 && up % 2 === 1 ? up - 1 : up);
}

/** Whether the rest of a division that was cut towards zero has the wrong sign: a division rounded down goes one step further. */
const isBelow = (rest: number, y: number): boolean => rest !== 0 && rest < 0 !== y < 0;

/** What is left of x after a whole number of y; it has the sign of y. */
function remainder(x: number, y: number): number {
  const rest = x % y;
  return isBelow(rest, y) ? rest + y : rest;
}

/** How often y goes into x, rounded down: the whole number that belongs to `remainder`. */
function floorDivide(x: number, y: number): number {
  if (y === 0) return x / y;
  const rest = x % y;
  const quotient = (x - rest) / y - (isBelow(rest, y) ? 1 : 0);
  const below = Math.floor(quotient);
  return quotient - below > 0.5 ? below + 1 : below;
}

type Scalar1 = (x: number, alpha: number) => number;
type Scalar2 = (x: number, y: number, alpha: number) => number;

export const unaryFunctions: Readonly<Record<UnaryOp, Scalar1>> = {
  neg: (x) => -x,
  abs: Math.abs,
  /** 0 for NaN, as in PyTorch. */
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  reciprocal: (x) => 1 / x,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid,
  relu: (x) => (x <= 0 ? 0 : x),
  leakyRelu: (x, alpha) => (x > 0 ? x : alpha * x),
  elu: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  silu: (x) => x * sigmoid(x),
  gelu: (x) => x * normalCdf(x),
  floor: Math.floor,
  ceil: Math.ceil,
  round,
  addScalar: (x, alpha) => x + alpha,
  mulScalar: (x, alpha) => x * alpha,
  powScalar: (x, alpha) => x ** alpha,
  isnan: (x) => (Number.isNaN(x) ? 1 : 0),
  isfinite: (x) => (Number.isFinite(x) ? 1 : 0),
  logicalNot: (x) => (x === 0 ? 1 : 0),
  /** 1 for x > 0, else 0: the derivative of ReLU. */
  step: (x) => (x > 0 ? 1 : 0),
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  exp2: (x) => 2 ** x,
  log2: Math.log2,
  log10: Math.log10,
  trunc: Math.trunc,
};

export const binaryFunctions: Readonly<Record<BinaryOp, Scalar2>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  maximum: (x, y) => Math.max(x, y),
  minimum: (x, y) => Math.min(x, y),
  reluGrad: (dy, y) => (y > 0 ? dy : 0),
  tanhGrad: (dy, y) => dy * (1 - y * y),
  sigmoidGrad: (dy, y) => dy * y * (1 - y),
  leakyReluGrad: (dy, x, alpha) => (x > 0 ? dy : alpha * dy),
  eluGrad: (dy, x, alpha) => (x > 0 ? dy : dy * alpha * Math.exp(x)),
  siluGrad: (dy, x) => dy * sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  geluGrad: (dy, x) => dy * (normalCdf(x) + x * normalPdf(x)),
  softplusGrad: (dy, x) => dy * sigmoid(x),
  atan2: Math.atan2,
  hypot: (x, y) => Math.hypot(x, y),
  logaddexp: (x, y) => (x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)))),
  remainder,
  floorDivide,
};

/** Integers wrap around; `div` cuts towards zero; with a divisor of 0 quotient and remainder are 0. */
const integerFunctions: Partial<Record<BinaryOp, Scalar2>> = {
  mul: Math.imul,
  div: (x, y) => (y === 0 ? 0 : Math.trunc(x / y)),
  remainder: (x, y) => (y === 0 ? 0 : remainder(x, y)),
  floorDivide: (x, y) => (y === 0 ? 0 : Math.floor(x / y)),
};

export function binaryFunction(op: BinaryOp, dtype: DType): Scalar2 {
  return (isFloat(dtype) ? undefined : integerFunctions[op]) ?? binaryFunctions[op];
}

export const compareFunctions: Readonly<Record<CompareOp, (x: number, y: number) => boolean>> = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
  logicalAnd: (x, y) => x !== 0 && y !== 0,
  logicalOr: (x, y) => x !== 0 || y !== 0,
};
