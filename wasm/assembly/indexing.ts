/**
 * gather: dtype, x, index (int32), out, outer, axisSize, inner, count: x [outer, axisSize, inner] → out [outer, count, inner]
 * scatterAdd: dtype, x, index, out, outer, axisSize, inner, count: x [outer, count, inner] added into out [outer, axisSize, inner]
 *
 * Contiguous. Both check all indices before they write and return the position of the first bad one, or −1.
 */

import { F32, F64, I32, int, ptr, shiftOf } from "./arguments";
import { parallel } from "./pool";

function firstBad(args: usize): i32 {
  const count = int(args, 7);
  const size = int(args, 5);
  for (let i = 0; i < count; i++) {
    const index = load<i32>(ptr(args, 2) + (<usize>i << 2));
    if (index < 0 || index >= size) return i;
  }
  return -1;
}

export function gather(args: usize): f64 {
  const bad = firstBad(args);
  if (bad >= 0) return bad;
  if (int(args, 7) > 0) parallel(gatherTask, int(args, 4), args);
  return -1;
}

function gatherTask(args: usize, outer: i32, worker: i32): void {
  const size = int(args, 5);
  const count = int(args, 7);
  const bytes = <usize>int(args, 6) << shiftOf(int(args, 0));
  const from = ptr(args, 1) + <usize>(outer * size) * bytes;
  let to = ptr(args, 3) + <usize>(outer * count) * bytes;
  for (let i = 0; i < count; i++) {
    memory.copy(to, from + <usize>load<i32>(ptr(args, 2) + (<usize>i << 2)) * bytes, bytes);
    to += bytes;
  }
}

export function scatterAdd(args: usize): f64 {
  const bad = firstBad(args);
  if (bad >= 0) return bad;
  parallel(scatterTask, int(args, 4), args);
  return -1;
}

function scatterTask(args: usize, outer: i32, worker: i32): void {
  switch (int(args, 0)) {
    case F32: scatter<f32>(args, outer); return;
    case F64: scatter<f64>(args, outer); return;
    case I32: scatter<i32>(args, outer); return;
    default: scatter<u8>(args, outer);
  }
}

function scatter<T>(args: usize, outer: i32): void {
  const size = int(args, 5);
  const inner = int(args, 6);
  const count = int(args, 7);
  let from = ptr(args, 1) + <usize>(outer * count * inner) * sizeof<T>();
  for (let i = 0; i < count; i++) {
    const index = load<i32>(ptr(args, 2) + (<usize>i << 2));
    let to = ptr(args, 3) + <usize>((outer * size + index) * inner) * sizeof<T>();
    for (let j = 0; j < inner; j++) {
      store<T>(to, load<T>(to) + load<T>(from));
      from += sizeof<T>();
      to += sizeof<T>();
    }
  }
}
