/**
 * argReduce: op (0 max, 1 min), dtype, x, out (int32), nKeep, keepShape, keepXs, axisSize, axisStride: the first largest or
 * smallest; NaN counts as both.
 * cumsum: dtype, x, out, outer, axisSize, inner: contiguous; floats accumulate in double.
 * linearRecurrence: dtype, a, out, outer, axisSize, inner, b: out_0 = b_0, out_i = a_i · out_{i−1} + b_i, as cumsum.
 * cumulativeArg: dtype, x, out (int32), outer, axisSize, inner, op (0 max, 1 min): the last largest or smallest so far.
 */

import { at, F32, F64, I32, int, job, product, ptr, setJob } from "./arguments";
import { parallel } from "./pool";
import { elementOffset } from "./strided";

const PER_TASK: i32 = 0;
const KEPT: i32 = 1;
const PART: i32 = 16384;

export function argReduce(args: usize): f64 {
  const nKeep = int(args, 4);
  const kept = product(at(args, 5), nKeep);
  const perTask = max(1, PART / max(1, int(args, 5 + 2 * nKeep)));
  setJob(PER_TASK, perTask);
  setJob(KEPT, kept);
  parallel(argTask, (kept + perTask - 1) / perTask, args);
  return -1;
}

function argTask(args: usize, index: i32, worker: i32): void {
  switch (int(args, 1)) {
    case F32: argLoop<f32>(args, index); return;
    case F64: argLoop<f64>(args, index); return;
    case I32: argLoop<i32>(args, index); return;
    default: argLoop<u8>(args, index);
  }
}

function argLoop<T>(args: usize, index: i32): void {
  const largest = int(args, 0) == 0;
  const nKeep = int(args, 4);
  const shape = at(args, 5);
  const size = int(args, 5 + 2 * nKeep);
  const step = <usize>int(args, 6 + 2 * nKeep) * sizeof<T>();
  const perTask = <i32>job(PER_TASK);
  const end = min((index + 1) * perTask, <i32>job(KEPT));
  for (let i = index * perTask; i < end; i++) {
    let p = ptr(args, 2) + <usize>elementOffset(i, nKeep, shape, shape + (<usize>nKeep << 3)) * sizeof<T>();
    let best = 0;
    let bestValue = load<T>(p);
    for (let j = 1; j < size && bestValue == bestValue; j++) {
      p += step;
      const v = load<T>(p);
      if ((largest ? v > bestValue : v < bestValue) || v != v) {
        best = j;
        bestValue = v;
      }
    }
    store<i32>(ptr(args, 3) + (<usize>i << 2), best);
  }
}

export function cumsum(args: usize): f64 {
  parallel(cumsumTask, int(args, 3), args);
  return -1;
}

function cumsumTask(args: usize, outer: i32, worker: i32): void {
  switch (int(args, 0)) {
    case F32: cumsumLoop<f32, f64>(args, outer); return;
    case F64: cumsumLoop<f64, f64>(args, outer); return;
    default: cumsumLoop<i32, i32>(args, outer);
  }
}

function cumsumLoop<T, S>(args: usize, outer: i32): void {
  const size = int(args, 4);
  const inner = int(args, 5);
  const step = <usize>inner * sizeof<T>();
  for (let i = 0; i < inner; i++) {
    let offset = <usize>(outer * size * inner + i) * sizeof<T>();
    let sum: S = 0;
    for (let j = 0; j < size; j++) {
      sum += <S>load<T>(ptr(args, 1) + offset);
      store<T>(ptr(args, 2) + offset, <T>sum);
      offset += step;
    }
  }
}

export function linearRecurrence(args: usize): f64 {
  parallel(linearRecurrenceTask, int(args, 3), args);
  return -1;
}

function linearRecurrenceTask(args: usize, outer: i32, worker: i32): void {
  switch (int(args, 0)) {
    case F32: linearRecurrenceLoop<f32, f64>(args, outer); return;
    case F64: linearRecurrenceLoop<f64, f64>(args, outer); return;
    case I32: linearRecurrenceLoop<i32, i32>(args, outer); return;
    default: linearRecurrenceLoop<u8, i32>(args, outer);
  }
}

function linearRecurrenceLoop<T, S>(args: usize, outer: i32): void {
  const size = int(args, 4);
  const inner = int(args, 5);
  const factors = ptr(args, 1);
  const out = ptr(args, 2);
  const terms = ptr(args, 6);
  const step = <usize>inner * sizeof<T>();
  for (let i = 0; i < inner; i++) {
    let offset = <usize>(outer * size * inner + i) * sizeof<T>();
    let y = <S>load<T>(terms + offset);
    store<T>(out + offset, <T>y);
    for (let j = 1; j < size; j++) {
      offset += step;
      y = <S>load<T>(factors + offset) * y + <S>load<T>(terms + offset);
      store<T>(out + offset, <T>y);
    }
  }
}

export function cumulativeArg(args: usize): f64 {
  parallel(cumulativeArgTask, int(args, 3), args);
  return -1;
}

function cumulativeArgTask(args: usize, outer: i32, worker: i32): void {
  switch (int(args, 0)) {
    case F32: cumulativeArgLoop<f32>(args, outer); return;
    case F64: cumulativeArgLoop<f64>(args, outer); return;
    case I32: cumulativeArgLoop<i32>(args, outer); return;
    default: cumulativeArgLoop<u8>(args, outer);
  }
}

function cumulativeArgLoop<T>(args: usize, outer: i32): void {
  const size = int(args, 4);
  const inner = int(args, 5);
  const largest = int(args, 6) == 0;
  for (let i = 0; i < inner; i++) {
    let offset = <usize>(outer * size * inner + i);
    let best = 0;
    let value = load<T>(ptr(args, 1) + offset * sizeof<T>());
    for (let j = 0; j < size; j++) {
      const v = load<T>(ptr(args, 1) + offset * sizeof<T>());
      if ((largest ? v >= value : v <= value) || v != v) {
        best = j;
        value = v;
      }
      store<i32>(ptr(args, 2) + (offset << 2), best);
      offset += <usize>inner;
    }
  }
}
