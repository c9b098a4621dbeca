/** binary: op, dtype, x, y, out, alpha, rank, shape, xs, ys, os. The order of ops is that of `binaryOps` in backend.ts. */

import { F32, F64, I32, int, num, shiftOf } from "./arguments";
import { elementwise } from "./elementwise";
import * as m from "./vectorMath";

const ADD: i32 = 0, SUB: i32 = 1, MUL: i32 = 2, DIV: i32 = 3, POW: i32 = 4, MAXIMUM: i32 = 5, MINIMUM: i32 = 6;
const RELU_GRAD: i32 = 7, TANH_GRAD: i32 = 8, SIGMOID_GRAD: i32 = 9, LEAKY_RELU_GRAD: i32 = 10, ELU_GRAD: i32 = 11;
const SILU_GRAD: i32 = 12, GELU_GRAD: i32 = 13, SOFTPLUS_GRAD: i32 = 14;
const ATAN2: i32 = 15, HYPOT: i32 = 16, LOG_ADD_EXP: i32 = 17, REMAINDER: i32 = 18, FLOOR_DIVIDE: i32 = 19;

export function binary(args: usize): f64 {
  const dtype = int(args, 1);
  elementwise(args, 2, 2, 6, shiftOf(dtype), dtype == F32 ? floatStrip : dtype == F64 ? doubleStrip : integerStrip);
  return -1;
}

@inline
function vector(op: i32, x: v128, y: v128, alpha: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (op == ADD) return f32x4.add(x, y);
  if (op == SUB) return f32x4.sub(x, y);
  if (op == MUL) return f32x4.mul(x, y);
  if (op == DIV) return f32x4.div(x, y);
  if (op == MAXIMUM) return f32x4.max(x, y);
  if (op == MINIMUM) return f32x4.min(x, y);
  if (op == RELU_GRAD) return v128.and(x, f32x4.gt(y, zero));
  if (op == TANH_GRAD) return f32x4.mul(x, f32x4.sub(one, f32x4.mul(y, y)));
  if (op == SIGMOID_GRAD) return f32x4.mul(f32x4.mul(x, y), f32x4.sub(one, y));
  if (op == LEAKY_RELU_GRAD) return v128.bitselect(x, f32x4.mul(x, alpha), f32x4.gt(y, zero));
  if (op == ELU_GRAD) return v128.bitselect(x, f32x4.mul(f32x4.mul(x, alpha), m.exp4(y)), f32x4.gt(y, zero));
  if (op == SILU_GRAD) {
    const s = m.sigmoid4(y);
    return f32x4.mul(f32x4.mul(x, s), f32x4.add(one, f32x4.mul(y, f32x4.sub(one, s))));
  }
  if (op == GELU_GRAD) return f32x4.mul(x, m.geluSlope4(y));
  return f32x4.mul(x, m.sigmoid4(y)); // SOFTPLUS_GRAD
}

@inline
function vectorLoop(op: i32, x: usize, y: usize, out: usize, count: i32, alpha: f32): void {
  const a = f32x4.splat(alpha);
  const end = x + (<usize>count << 2);
  while (x < end) {
    v128.store(out, vector(op, v128.load(x), v128.load(y), a));
    x += 16;
    y += 16;
    out += 16;
  }
}

function scalar(op: i32, x: f64, y: f64, alpha: f64): f64 {
  switch (op) {
    case ADD: return x + y;
    case SUB: return x - y;
    case MUL: return x * y;
    case DIV: return x / y;
    case POW: return Math.pow(x, y);
    case MAXIMUM: return max<f64>(x, y);
    case MINIMUM: return min<f64>(x, y);
    case RELU_GRAD: return y > 0 ? x : 0;
    case TANH_GRAD: return x * (1 - y * y);
    case SIGMOID_GRAD: return x * y * (1 - y);
    case LEAKY_RELU_GRAD: return y > 0 ? x : alpha * x;
    case ELU_GRAD: return y > 0 ? x : x * alpha * Math.exp(y);
    case SILU_GRAD: return x * m.sigmoid(y) * (1 + y * (1 - m.sigmoid(y)));
    case GELU_GRAD: return x * (m.normalCdf(y) + y * m.normalPdf(y));
    case ATAN2: return Math.atan2(x, y);
    case HYPOT: return Math.hypot(x, y);
    case LOG_ADD_EXP: return x == y ? x + 0.6931471805599453 : max<f64>(x, y) + Math.log1p(Math.exp(-abs(x - y)));
    case REMAINDER: return remainder(x, y);
    case FLOOR_DIVIDE: return floorDivide(x, y);
    default: return x * m.sigmoid(y);
  }
}

/** Whether the rest of a division that was cut towards zero has the wrong sign for one that is rounded down. */
@inline
function isBelow<T>(rest: T, y: T): bool {
  return rest != 0 && rest < 0 != y < 0;
}

function remainder(x: f64, y: f64): f64 {
  const rest = x % y;
  return isBelow(rest, y) ? rest + y : rest;
}

function floorDivide(x: f64, y: f64): f64 {
  if (y == 0) return x / y;
  const rest = x % y;
  const quotient = (x - rest) / y - (isBelow(rest, y) ? 1 : 0);
  const below = floor(quotient);
  return quotient - below > 0.5 ? below + 1 : below;
}

@inline
function scalarLoop<T>(op: i32, x: usize, y: usize, out: usize, count: i32, alpha: f64): void {
  const end = x + <usize>count * sizeof<T>();
  while (x < end) {
    store<T>(out, <T>scalar(op, <f64>load<T>(x), <f64>load<T>(y), alpha));
    x += sizeof<T>();
    y += sizeof<T>();
    out += sizeof<T>();
  }
}

function floatStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  const alpha = num(args, 5);
  const a = <f32>alpha;
  switch (int(args, 0)) {
    case ADD: vectorLoop(ADD, x, y, out, count, a); return;
    case SUB: vectorLoop(SUB, x, y, out, count, a); return;
    case MUL: vectorLoop(MUL, x, y, out, count, a); return;
    case DIV: vectorLoop(DIV, x, y, out, count, a); return;
    case POW: scalarLoop<f32>(POW, x, y, out, count, alpha); return;
    case MAXIMUM: vectorLoop(MAXIMUM, x, y, out, count, a); return;
    case MINIMUM: vectorLoop(MINIMUM, x, y, out, count, a); return;
    case RELU_GRAD: vectorLoop(RELU_GRAD, x, y, out, count, a); return;
    case TANH_GRAD: vectorLoop(TANH_GRAD, x, y, out, count, a); return;
    case SIGMOID_GRAD: vectorLoop(SIGMOID_GRAD, x, y, out, count, a); return;
    case LEAKY_RELU_GRAD: vectorLoop(LEAKY_RELU_GRAD, x, y, out, count, a); return;
    case ELU_GRAD: vectorLoop(ELU_GRAD, x, y, out, count, a); return;
    case SILU_GRAD: vectorLoop(SILU_GRAD, x, y, out, count, a); return;
    case GELU_GRAD: vectorLoop(GELU_GRAD, x, y, out, count, a); return;
    case SOFTPLUS_GRAD: vectorLoop(SOFTPLUS_GRAD, x, y, out, count, a); return;
    default: scalarLoop<f32>(int(args, 0), x, y, out, count, alpha);
  }
}

function doubleStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  scalarLoop<f64>(int(args, 0), x, y, out, count, num(args, 5));
}

/** Integers wrap around; DIV cuts towards zero; with a divisor of 0 quotient and remainder are 0. */
@inline
function integerLoop<T>(op: i32, x: usize, y: usize, out: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const a = <i64>load<T>(x + <usize>i * sizeof<T>());
    const b = <i64>load<T>(y + <usize>i * sizeof<T>());
    let v: i64;
    switch (op) {
      case ADD: v = a + b; break;
      case SUB: v = a - b; break;
      case MUL: v = a * b; break;
      case DIV: v = b == 0 ? 0 : a / b; break;
      case POW: v = <i64>Math.pow(<f64>a, <f64>b); break;
      case MAXIMUM: v = max(a, b); break;
      case REMAINDER: v = b == 0 ? 0 : isBelow(a % b, b) ? a % b + b : a % b; break;
      case FLOOR_DIVIDE: v = b == 0 ? 0 : isBelow(a % b, b) ? a / b - 1 : a / b; break;
      default: v = min(a, b);
    }
    store<T>(out + <usize>i * sizeof<T>(), <T>v);
  }
}

function integerStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  if (int(args, 1) == I32) integerLoop<i32>(int(args, 0), x, y, out, count);
  else integerLoop<u8>(int(args, 0), x, y, out, count);
}
