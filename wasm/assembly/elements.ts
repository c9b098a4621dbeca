/**
 * gatherElements, scatterElements: op, dtype, x, index (int32), out, outer, count, inner, size, then the strides
 * [outer, axis, inner] of x, index and out. `index` has outer × count × inner elements, which count from 0 to size − 1; the
 * order of ops (set, add, max, min; gatherElements has none) is that of `scatterOps` in src/backend/backend.ts.
 *
 * Both check all indices before they write and return the flat position of the first bad one, or −1.
 */

import { F32, F64, I32, int, ptr, shiftOf } from "./arguments";
import { parallel } from "./pool";

const SET: i32 = 0, ADD: i32 = 1, MAX: i32 = 2;

/** Where the strides of the operands stand among the arguments. */
const X: i32 = 9, INDEX: i32 = 12, OUT: i32 = 15;

@inline
function offset(args: usize, operand: i32, outer: i32, k: i32): i32 {
  return outer * int(args, operand) + k * int(args, operand + 1);
}

function firstBad(args: usize): f64 {
  const outer = int(args, 5);
  const count = int(args, 6);
  const inner = int(args, 7);
  const size = int(args, 8);
  const step = int(args, INDEX + 2);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      let at = offset(args, INDEX, o, k);
      for (let j = 0; j < inner; j++) {
        const chosen = load<i32>(ptr(args, 3) + (<usize>at << 2));
        if (chosen < 0 || chosen >= size) return <f64>((o * count + k) * inner + j);
        at += step;
      }
    }
  }
  return -1;
}

export function gatherElements(args: usize): f64 {
  const bad = firstBad(args);
  if (bad >= 0) return bad;
  parallel(gatherTask, int(args, 5), args);
  return -1;
}

function gatherTask(args: usize, outer: i32, worker: i32): void {
  const shift = shiftOf(int(args, 1));
  if (shift == 0) gatherLoop<u8>(args, outer);
  else if (shift == 2) gatherLoop<u32>(args, outer);
  else gatherLoop<u64>(args, outer);
}

function gatherLoop<T>(args: usize, outer: i32): void {
  const count = int(args, 6);
  const inner = int(args, 7);
  const x = ptr(args, 2) + <usize>offset(args, X, outer, 0) * sizeof<T>();
  const lineStep = int(args, X + 1);
  const fromStep = int(args, X + 2);
  const indexStep = <usize>int(args, INDEX + 2) << 2;
  const toStep = <usize>int(args, OUT + 2) * sizeof<T>();
  for (let k = 0; k < count; k++) {
    let at = ptr(args, 3) + (<usize>offset(args, INDEX, outer, k) << 2);
    let to = ptr(args, 4) + <usize>offset(args, OUT, outer, k) * sizeof<T>();
    for (let j = 0; j < inner; j++) {
      store<T>(to, load<T>(x + <usize>(load<i32>(at) * lineStep + j * fromStep) * sizeof<T>()));
      at += indexStep;
      to += toStep;
    }
  }
}

export function scatterElements(args: usize): f64 {
  const bad = firstBad(args);
  if (bad >= 0) return bad;
  parallel(scatterTask, int(args, 5), args);
  return -1;
}

function scatterTask(args: usize, outer: i32, worker: i32): void {
  switch (int(args, 1)) {
    case F32: scatterLoop<f32>(args, outer); return;
    case F64: scatterLoop<f64>(args, outer); return;
    case I32: scatterLoop<i32>(args, outer); return;
    default: scatterLoop<u8>(args, outer);
  }
}

/** NaN on either side of max and min gives NaN. */
@inline
function arrive<T>(op: i32, there: T, arriving: T): T {
  if (op == SET) return arriving;
  if (op == ADD) return there + arriving;
  return (op == MAX ? arriving > there : arriving < there) || arriving != arriving ? arriving : there;
}

function scatterLoop<T>(args: usize, outer: i32): void {
  const op = int(args, 0);
  const count = int(args, 6);
  const inner = int(args, 7);
  const out = ptr(args, 4) + <usize>offset(args, OUT, outer, 0) * sizeof<T>();
  const lineStep = int(args, OUT + 1);
  const toStep = int(args, OUT + 2);
  const indexStep = <usize>int(args, INDEX + 2) << 2;
  const fromStep = <usize>int(args, X + 2) * sizeof<T>();
  for (let k = 0; k < count; k++) {
    let from = ptr(args, 2) + <usize>offset(args, X, outer, k) * sizeof<T>();
    let at = ptr(args, 3) + (<usize>offset(args, INDEX, outer, k) << 2);
    for (let j = 0; j < inner; j++) {
      const there = out + <usize>(load<i32>(at) * lineStep + j * toStep) * sizeof<T>();
      store<T>(there, arrive<T>(op, load<T>(there), load<T>(from)));
      from += fromStep;
      at += indexStep;
    }
  }
}
