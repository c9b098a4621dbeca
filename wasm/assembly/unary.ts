/** unary: op, dtype, x, out, alpha, rank, shape, xs, os. The order of ops is that of `unaryOps` in src/backend/backend.ts. */

import { F32, F64, I32, int, num, shiftOf } from "./arguments";
import { elementwise } from "./elementwise";
import * as m from "./vectorMath";

const NEG: i32 = 0, ABS: i32 = 1, SIGN: i32 = 2, RECIPROCAL: i32 = 3, SQUARE: i32 = 4, SQRT: i32 = 5, RSQRT: i32 = 6;
const EXP: i32 = 7, EXPM1: i32 = 8, LOG: i32 = 9, LOG1P: i32 = 10, SIN: i32 = 11, COS: i32 = 12, TANH: i32 = 13;
const SIGMOID: i32 = 14, RELU: i32 = 15, LEAKY_RELU: i32 = 16, ELU: i32 = 17, SOFTPLUS: i32 = 18, SILU: i32 = 19;
const GELU: i32 = 20, FLOOR: i32 = 21, CEIL: i32 = 22, ROUND: i32 = 23, ADD_SCALAR: i32 = 24, MUL_SCALAR: i32 = 25;
const POW_SCALAR: i32 = 26, ISNAN: i32 = 27, ISFINITE: i32 = 28, LOGICAL_NOT: i32 = 29, STEP: i32 = 30;
const TAN: i32 = 31, ASIN: i32 = 32, ACOS: i32 = 33, ATAN: i32 = 34, SINH: i32 = 35, COSH: i32 = 36, ASINH: i32 = 37;
const ACOSH: i32 = 38, ATANH: i32 = 39, ERF: i32 = 40, EXP2: i32 = 41, LOG2: i32 = 42, LOG10: i32 = 43, TRUNC: i32 = 44;

export function unary(args: usize): f64 {
  const op = int(args, 0);
  const dtype = int(args, 1);
  if (op == ISNAN || op == ISFINITE || op == LOGICAL_NOT) {
    elementwise(args, 1, 2, 5, 0, testStrip);
  } else {
    elementwise(args, 1, 2, 5, shiftOf(dtype), dtype == F32 ? floatStrip : dtype == F64 ? doubleStrip : integerStrip);
  }
  return -1;
}

@inline
function vector(op: i32, x: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (op == NEG) return f32x4.neg(x);
  if (op == ABS) return f32x4.abs(x);
  if (op == SIGN) return f32x4.sub(v128.and(one, f32x4.gt(x, zero)), v128.and(one, f32x4.lt(x, zero)));
  if (op == RECIPROCAL) return f32x4.div(one, x);
  if (op == SQUARE) return f32x4.mul(x, x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == RSQRT) return f32x4.div(one, f32x4.sqrt(x));
  if (op == EXP) return m.exp4(x);
  if (op == LOG) return m.log4(x);
  if (op == TANH) return m.tanh4(x);
  if (op == SIGMOID) return m.sigmoid4(x);
  if (op == RELU) return v128.andnot(x, f32x4.le(x, zero));
  if (op == LEAKY_RELU) return v128.bitselect(x, f32x4.mul(x, alpha), f32x4.gt(x, zero));
  if (op == SOFTPLUS) return m.softplus4(x);
  if (op == SILU) return f32x4.mul(x, m.sigmoid4(x));
  if (op == GELU) return m.gelu4(x);
  if (op == ERF) return m.erf4(x);
  if (op == FLOOR) return f32x4.floor(x);
  if (op == CEIL) return f32x4.ceil(x);
  if (op == ROUND) return f32x4.nearest(x);
  if (op == ADD_SCALAR) return f32x4.add(x, alpha);
  if (op == MUL_SCALAR) return f32x4.mul(x, alpha);
  return v128.and(one, f32x4.gt(x, zero)); // STEP
}

@inline
function vectorLoop(op: i32, x: usize, out: usize, count: i32, alpha: f32): void {
  const a = f32x4.splat(alpha);
  const end = x + (<usize>count << 2);
  while (x < end) {
    v128.store(out, vector(op, v128.load(x), a));
    x += 16;
    out += 16;
  }
}

/** Functions without a vector form (and all in double). */
function scalar(op: i32, x: f64, alpha: f64): f64 {
  switch (op) {
    case NEG: return -x;
    case ABS: return abs(x);
    case SIGN: return x > 0 ? 1 : x < 0 ? -1 : 0;
    case RECIPROCAL: return 1 / x;
    case SQUARE: return x * x;
    case SQRT: return sqrt(x);
    case RSQRT: return 1 / sqrt(x);
    case EXP: return Math.exp(x);
    case EXPM1: return Math.expm1(x);
    case LOG: return Math.log(x);
    case LOG1P: return Math.log1p(x);
    case SIN: return Math.sin(x);
    case COS: return Math.cos(x);
    case TANH: return Math.tanh(x);
    case SIGMOID: return m.sigmoid(x);
    case RELU: return x <= 0 ? 0 : x;
    case LEAKY_RELU: return x > 0 ? x : alpha * x;
    case ELU: return x > 0 ? x : alpha * Math.expm1(x);
    case SOFTPLUS: return max<f64>(x, 0) + Math.log1p(Math.exp(-abs(x)));
    case SILU: return x * m.sigmoid(x);
    case GELU: return x * m.normalCdf(x);
    case FLOOR: return floor(x);
    case CEIL: return ceil(x);
    case ROUND: return nearest(x);
    case ADD_SCALAR: return x + alpha;
    case MUL_SCALAR: return x * alpha;
    case POW_SCALAR: return Math.pow(x, alpha);
    case TAN: return Math.tan(x);
    case ASIN: return Math.asin(x);
    case ACOS: return Math.acos(x);
    case ATAN: return Math.atan(x);
    case SINH: return Math.sinh(x);
    case COSH: return Math.cosh(x);
    case ASINH: return Math.asinh(x);
    case ACOSH: return Math.acosh(x);
    case ATANH: return Math.atanh(x);
    case ERF: return m.erf(x);
    case EXP2: return Math.exp2(x);
    case LOG2: return Math.log2(x);
    case LOG10: return Math.log10(x);
    case TRUNC: return trunc(x);
    default: return x > 0 ? 1 : 0;
  }
}

@inline
function scalarLoop<T>(op: i32, x: usize, out: usize, count: i32, alpha: f64): void {
  const end = x + <usize>count * sizeof<T>();
  while (x < end) {
    store<T>(out, <T>scalar(op, <f64>load<T>(x), alpha));
    x += sizeof<T>();
    out += sizeof<T>();
  }
}

function floatStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  const alpha = num(args, 4);
  const a = <f32>alpha;
  const op = int(args, 0);
  switch (op) {
    case NEG: vectorLoop(NEG, x, out, count, a); return;
    case ABS: vectorLoop(ABS, x, out, count, a); return;
    case SIGN: vectorLoop(SIGN, x, out, count, a); return;
    case RECIPROCAL: vectorLoop(RECIPROCAL, x, out, count, a); return;
    case SQUARE: vectorLoop(SQUARE, x, out, count, a); return;
    case SQRT: vectorLoop(SQRT, x, out, count, a); return;
    case RSQRT: vectorLoop(RSQRT, x, out, count, a); return;
    case EXP: vectorLoop(EXP, x, out, count, a); return;
    case LOG: vectorLoop(LOG, x, out, count, a); return;
    case TANH: vectorLoop(TANH, x, out, count, a); return;
    case SIGMOID: vectorLoop(SIGMOID, x, out, count, a); return;
    case RELU: vectorLoop(RELU, x, out, count, a); return;
    case LEAKY_RELU: vectorLoop(LEAKY_RELU, x, out, count, a); return;
    case SOFTPLUS: vectorLoop(SOFTPLUS, x, out, count, a); return;
    case SILU: vectorLoop(SILU, x, out, count, a); return;
    case GELU: vectorLoop(GELU, x, out, count, a); return;
    case ERF: vectorLoop(ERF, x, out, count, a); return;
    case FLOOR: vectorLoop(FLOOR, x, out, count, a); return;
    case CEIL: vectorLoop(CEIL, x, out, count, a); return;
    case ROUND: vectorLoop(ROUND, x, out, count, a); return;
    case ADD_SCALAR: vectorLoop(ADD_SCALAR, x, out, count, a); return;
    case MUL_SCALAR: vectorLoop(MUL_SCALAR, x, out, count, a); return;
    case STEP: vectorLoop(STEP, x, out, count, a); return;
    default: scalarLoop<f32>(op, x, out, count, alpha);
  }
}

function doubleStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  scalarLoop<f64>(int(args, 0), x, out, count, num(args, 4));
}

@inline
function integerLoop<T>(op: i32, x: usize, out: usize, count: i32, alpha: f64): void {
  const end = x + <usize>count * sizeof<T>();
  while (x < end) {
    const v = load<T>(x);
    // Beyond 2⁵³ a product of two integers must wrap, not round.
    if (op == SQUARE) store<T>(out, v * v);
    else store<T>(out, <T><i64>scalar(op, <f64>v, alpha));
    x += sizeof<T>();
    out += sizeof<T>();
  }
}

function integerStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  if (int(args, 1) == I32) integerLoop<i32>(int(args, 0), x, out, count, num(args, 4));
  else integerLoop<u8>(int(args, 0), x, out, count, num(args, 4));
}

@inline
function testLoop<T>(op: i32, x: usize, out: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const v = load<T>(x + <usize>i * sizeof<T>());
    let yes = v == 0;
    if (op == ISNAN) yes = v != v;
    else if (op == ISFINITE) yes = v - v == 0;
    store<u8>(out + i, <u8>yes);
  }
}

function testStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  const op = int(args, 0);
  switch (int(args, 1)) {
    case F32: testLoop<f32>(op, x, out, count); return;
    case F64: testLoop<f64>(op, x, out, count); return;
    case I32: testLoop<i32>(op, x, out, count); return;
    default: testLoop<u8>(op, x, out, count);
  }
}
