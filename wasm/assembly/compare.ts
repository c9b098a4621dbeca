/** compare: op, dtype, x, y, out (bool), rank, shape, xs, ys, os. The order of ops is that of `compareOps` in backend.ts. */

import { F32, F64, I32, int } from "./arguments";
import { elementwise } from "./elementwise";

const EQ: i32 = 0, NE: i32 = 1, LT: i32 = 2, LE: i32 = 3, GT: i32 = 4, GE: i32 = 5, LOGICAL_AND: i32 = 6;

export function compare(args: usize): f64 {
  elementwise(args, 2, 2, 5, 0, compareStrip);
  return -1;
}

@inline
function loop<T>(op: i32, x: usize, y: usize, out: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const a = load<T>(x + <usize>i * sizeof<T>());
    const b = load<T>(y + <usize>i * sizeof<T>());
    let yes: bool;
    switch (op) {
      case EQ: yes = a == b; break;
      case NE: yes = a != b; break;
      case LT: yes = a < b; break;
      case LE: yes = a <= b; break;
      case GT: yes = a > b; break;
      case GE: yes = a >= b; break;
      case LOGICAL_AND: yes = a != 0 && b != 0; break;
      default: yes = a != 0 || b != 0;
    }
    store<u8>(out + i, <u8>yes);
  }
}

function compareStrip(args: usize, x: usize, y: usize, out: usize, count: i32): void {
  const op = int(args, 0);
  switch (int(args, 1)) {
    case F32: loop<f32>(op, x, y, out, count); return;
    case F64: loop<f64>(op, x, y, out, count); return;
    case I32: loop<i32>(op, x, y, out, count); return;
    default: loop<u8>(op, x, y, out, count);
  }
}
