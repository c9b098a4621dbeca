/**
 * reduce: op, dtype, x, out, nKeep, nRed, keepShape, keepXs, redShape, redXs. Ops in the order of `reduceOps` in backend.ts.
 *
 * Floats accumulate in double. A long reduction is cut into parts whose bounds follow from the shapes; each part leaves a
 * state (a, b) in scratch and the states are merged in order, so the result does not depend on the threads. The state is
 * the sum, product or extreme in a; for logsumexp a is the maximum m and b is Σ exp(x − m).
 */

import { at, F32, F64, I32, int, job, product, ptr, setJob } from "./arguments";
import { buffer, STRIP } from "./layout";
import { parallel, scratch } from "./pool";
import { elementOffset } from "./strided";

const MEAN: i32 = 1, MAX: i32 = 2, MIN: i32 = 3, PROD: i32 = 4, LOGSUMEXP: i32 = 5;

/** Elements that one task reads, about. */
const PART: i32 = 32768;

/** Words of the job. */
const KEPT: i32 = 0;
const REDUCED: i32 = 1;
const PARTS: i32 = 2;
const PART_SIZE: i32 = 3;
const STATES: i32 = 4;
const PER_TASK: i32 = 5;

@inline
function keepShape(args: usize): usize {
  return at(args, 6);
}

@inline
function redShape(args: usize): usize {
  return at(args, 6 + 2 * int(args, 4));
}

export function reduce(args: usize): f64 {
  const nKeep = int(args, 4);
  const nRed = int(args, 5);
  const kept = product(keepShape(args), nKeep);
  const reduced = product(redShape(args), nRed);
  setJob(KEPT, kept);
  setJob(REDUCED, reduced);
  const dtype = int(args, 1);
  if (dtype != F32 && dtype != F64) {
    const perTask = max(1, PART / max(reduced, 1));
    setJob(PER_TASK, perTask);
    parallel(dtype == I32 ? reduceIntegers : reduceBytes, (kept + perTask - 1) / perTask, args);
    return -1;
  }
  const columns =
    nKeep > 0 && int(keepShape(args), 2 * nKeep - 1) == 1 && (nRed == 0 || int(redShape(args), 2 * nRed - 1) != 1);
  const lane = columns ? min(STRIP, int(keepShape(args), nKeep - 1)) : 1;
  const partSize = max(1, kept > 64 * lane ? reduced : PART / lane);
  const parts = max(1, (reduced + partSize - 1) / partSize);
  setJob(PARTS, parts);
  setJob(PART_SIZE, partSize);
  setJob(STATES, scratch(0, (<usize>kept * parts) << 4));
  if (columns) {
    const inner = int(keepShape(args), nKeep - 1);
    const strips = (inner + STRIP - 1) / STRIP;
    const tasks = (kept / max(inner, 1)) * strips * parts;
    parallel(reduceColumnsTask, tasks, args);
  } else {
    const perTask = max(1, PART / max(partSize < reduced ? partSize : reduced, 1));
    setJob(PER_TASK, perTask);
    const tasks = (kept * parts + perTask - 1) / perTask;
    parallel(reduceRowsTask, tasks, args);
  }
  finish(args, kept, parts, reduced);
  return -1;
}

/** Merges the parts of each output in order and stores the result. */
function finish(args: usize, kept: i32, parts: i32, reduced: i32): void {
  const op = int(args, 0);
  const out = ptr(args, 3);
  const isF32 = int(args, 1) == F32;
  let state = job(STATES);
  for (let i = 0; i < kept; i++) {
    let a = load<f64>(state);
    let b = load<f64>(state + 8);
    for (let part = 1; part < parts; part++) {
      state += 16;
      const c = load<f64>(state);
      if (op <= MEAN) a += c;
      else if (op == MAX) a = max(a, c);
      else if (op == MIN) a = min(a, c);
      else if (op == PROD) a *= c;
      else {
        const m = max(a, c);
        b = b * scale(a, m) + load<f64>(state + 8) * scale(c, m);
        a = m;
      }
    }
    state += 16;
    if (op == MEAN) a /= reduced;
    // An infinite maximum is the result itself.
    else if (op == LOGSUMEXP && a - a == 0) a += Math.log(b);
    if (isF32) store<f32>(out + (<usize>i << 2), <f32>a);
    else store<f64>(out + (<usize>i << 3), a);
  }
}

/** exp(from − to), also where both are the same infinity. */
@inline
function scale(from: f64, to: f64): f64 {
  return from == to ? 1 : Math.exp(from - to);
}

@inline
function start(op: i32): f64 {
  return op == PROD ? 1 : op == MIN ? Infinity : op == MAX || op == LOGSUMEXP ? -Infinity : 0;
}

function reduceRowsTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 1) == F32) reduceRows<f32>(args, index);
  else reduceRows<f64>(args, index);
}

function reduceRows<T>(args: usize, index: i32): void {
  const op = int(args, 0);
  const parts = <i32>job(PARTS);
  const partSize = <i32>job(PART_SIZE);
  const reduced = <i32>job(REDUCED);
  const perTask = <i32>job(PER_TASK);
  const nKeep = int(args, 4);
  const keep = keepShape(args);
  const end = min((index + 1) * perTask, <i32>job(KEPT) * parts);
  for (let i = index * perTask; i < end; i++) {
    const output = i / parts;
    const first = (i - output * parts) * partSize;
    const last = min(first + partSize, reduced);
    const x = ptr(args, 2) + <usize>elementOffset(output, nKeep, keep, keep + (<usize>nKeep << 3)) * sizeof<T>();
    let a = start(op);
    let b: f64 = 0;
    if (op == LOGSUMEXP) {
      a = walk<T>(args, MAX, x, first, last, 0);
      b = a == -Infinity ? 0 : walk<T>(args, LOGSUMEXP, x, first, last, a);
    } else {
      a = walk<T>(args, op, x, first, last, 0);
    }
    const state = job(STATES) + (<usize>i << 4);
    store<f64>(state, a);
    store<f64>(state + 8, b);
  }
}

/** Reduces elements first … last − 1 of the reduced axes, run by run of the innermost. */
function walk<T>(args: usize, op: i32, x: usize, first: i32, last: i32, shift: f64): f64 {
  const nRed = int(args, 5);
  const shape = redShape(args);
  const strides = shape + (<usize>nRed << 3);
  const inner = nRed > 0 ? int(shape, nRed - 1) : 1;
  let step: usize = 0;
  if (nRed > 0) step = <usize>int(strides, nRed - 1) * sizeof<T>();
  let a = op == LOGSUMEXP ? 0 : start(op);
  while (first < last) {
    const row = first / inner;
    const run = min(inner - (first - row * inner), last - first);
    let p = x + <usize>elementOffset(first, nRed, shape, strides) * sizeof<T>();
    let i = 0;
    if (op <= MEAN) {
      if (sizeof<T>() == 4 && step == 4) {
        const whole = run & ~3;
        a += sumRun(p, whole);
        p += <usize>whole << 2;
        i = whole;
      }
      for (; i < run; i++, p += step) a += <f64>load<T>(p);
    } else if (op == MAX) {
      for (; i < run; i++, p += step) a = max(a, <f64>load<T>(p));
    } else if (op == MIN) {
      for (; i < run; i++, p += step) a = min(a, <f64>load<T>(p));
    } else if (op == PROD) {
      for (; i < run; i++, p += step) a *= <f64>load<T>(p);
    } else {
      for (; i < run; i++, p += step) a += scale(<f64>load<T>(p), shift);
    }
    first += run;
  }
  return a;
}

/** Sum of `count` (a multiple of 4) adjacent floats in four double lanes. */
function sumRun(p: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = p + (<usize>count << 2);
  for (; p < end; p += 16) {
    const v = v128.load(p);
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1)));
  }
  low = f64x2.add(low, high);
  return f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
}

function reduceColumnsTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 1) == F32) reduceColumns<f32>(args, index, worker);
  else reduceColumns<f64>(args, index, worker);
}

/** Up to STRIP adjacent outputs at once, row after row of the reduced axes. */
function reduceColumns<T>(args: usize, index: i32, worker: i32): void {
  const op = int(args, 0);
  const parts = <i32>job(PARTS);
  const partSize = <i32>job(PART_SIZE);
  const nKeep = int(args, 4);
  const keep = keepShape(args);
  const inner = int(keep, nKeep - 1);
  const strips = (inner + STRIP - 1) / STRIP;
  const place = index / parts;
  const part = index - place * parts;
  const row = place / strips;
  const column = (place - row * strips) * STRIP;
  const width = min(STRIP, inner - column);
  const output = row * inner + column;
  const first = part * partSize;
  const last = min(first + partSize, <i32>job(REDUCED));
  const x = ptr(args, 2) + <usize>elementOffset(output, nKeep, keep, keep + (<usize>nKeep << 3)) * sizeof<T>();
  const a = buffer(worker, 0);
  const b = buffer(worker, 1);
  for (let j = 0; j < width; j++) {
    store<f64>(a + (<usize>j << 3), start(op));
    store<f64>(b + (<usize>j << 3), 0);
  }
  addRows<T>(args, op == LOGSUMEXP ? MAX : op, x, first, last, width, a, b);
  if (op == LOGSUMEXP) addRows<T>(args, LOGSUMEXP, x, first, last, width, a, b);
  for (let j = 0; j < width; j++) {
    const state = job(STATES) + (<usize>((output + j) * parts + part) << 4);
    store<f64>(state, load<f64>(a + (<usize>j << 3)));
    store<f64>(state + 8, load<f64>(b + (<usize>j << 3)));
  }
}

function addRows<T>(args: usize, op: i32, x: usize, first: i32, last: i32, width: i32, a: usize, b: usize): void {
  const nRed = int(args, 5);
  const shape = redShape(args);
  for (let r = first; r < last; r++) {
    const row = x + <usize>elementOffset(r, nRed, shape, shape + (<usize>nRed << 3)) * sizeof<T>();
    let j = 0;
    if (sizeof<T>() == 4 && op <= MEAN) {
      for (; j + 4 <= width; j += 4) {
        const v = v128.load(row + (<usize>j << 2));
        const p = a + (<usize>j << 3);
        v128.store(p, f64x2.add(v128.load(p), f64x2.promote_low_f32x4(v)));
        v128.store(p, f64x2.add(v128.load(p, 16), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1))), 16);
      }
    }
    for (; j < width; j++) {
      const v = <f64>load<T>(row + <usize>j * sizeof<T>());
      const p = a + (<usize>j << 3);
      const sum = load<f64>(p);
      if (op <= MEAN) store<f64>(p, sum + v);
      else if (op == MAX) store<f64>(p, max(sum, v));
      else if (op == MIN) store<f64>(p, min(sum, v));
      else if (op == PROD) store<f64>(p, sum * v);
      else if (sum != -Infinity) store<f64>(b + (<usize>j << 3), load<f64>(b + (<usize>j << 3)) + scale(v, sum));
    }
  }
}

/** sum, max, min and prod of integers, wrapping around; out has x's type. */
function reduceWhole<T>(args: usize, index: i32): void {
  const op = int(args, 0);
  const nKeep = int(args, 4);
  const nRed = int(args, 5);
  const keep = keepShape(args);
  const shape = redShape(args);
  const reduced = <i32>job(REDUCED);
  const perTask = <i32>job(PER_TASK);
  const end = min((index + 1) * perTask, <i32>job(KEPT));
  for (let i = index * perTask; i < end; i++) {
    const x = ptr(args, 2) + <usize>elementOffset(i, nKeep, keep, keep + (<usize>nKeep << 3)) * sizeof<T>();
    let a: i32 = op == PROD ? 1 : op == MAX ? i32.MIN_VALUE : op == MIN ? i32.MAX_VALUE : 0;
    for (let r = 0; r < reduced; r++) {
      const v = <i32>load<T>(x + <usize>elementOffset(r, nRed, shape, shape + (<usize>nRed << 3)) * sizeof<T>());
      if (op == MAX) a = max(a, v);
      else if (op == MIN) a = min(a, v);
      else if (op == PROD) a *= v;
      else a += v;
    }
    store<T>(ptr(args, 3) + <usize>i * sizeof<T>(), <T>a);
  }
}

function reduceIntegers(args: usize, index: i32, worker: i32): void {
  reduceWhole<i32>(args, index);
}

function reduceBytes(args: usize, index: i32, worker: i32): void {
  reduceWhole<u8>(args, index);
}
