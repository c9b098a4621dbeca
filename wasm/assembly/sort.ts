/**
 * argsort: dtype, x, out (int32), rows, columns, descending: the positions that sort each row; equal elements keep their
 * order, NaN counts as the largest. Contiguous.
 *
 * An element becomes an unsigned key of the same order; (key, position) pairs are sorted: short rows by insertion, long ones
 * digit by digit of 8 bits from the lowest (radix sort), which keeps the order of equal keys.
 */

import { F32, F64, I32, int, job, ptr, setJob } from "./arguments";
import { parallel, scratchPerThread } from "./pool";

const BUFFERS: i32 = 0;
const BUFFER_BYTES: i32 = 1;
const EACH: i32 = 2;
const PART: i32 = 16384;
const SLOT: i32 = 5;

/** A pair takes 16 bytes: key, then position. Behind two rows of pairs lie the counters of one digit. */
const PAIR: usize = 16;
const COUNTERS: usize = 1024;
const INSERTION_LENGTH: i32 = 48;

export function argsort(args: usize): f64 {
  const rows = int(args, 3);
  const columns = int(args, 4);
  const bytes: usize = (2 * PAIR * <usize>columns + COUNTERS + 63) & ~(<usize>63);
  const each = max(1, PART / columns);
  setJob(BUFFERS, scratchPerThread(SLOT, bytes));
  setJob(BUFFER_BYTES, bytes);
  setJob(EACH, each);
  parallel(sortTask, (rows + each - 1) / each, args);
  return -1;
}

function sortTask(args: usize, index: i32, worker: i32): void {
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 3));
  const buffer = job(BUFFERS) + <usize>worker * job(BUFFER_BYTES);
  for (let row = index * each; row < last; row++) {
    switch (int(args, 0)) {
      case F32: sortRow<f32>(args, row, buffer, 4); break;
      case F64: sortRow<f64>(args, row, buffer, 8); break;
      case I32: sortRow<i32>(args, row, buffer, 4); break;
      default: sortRow<u8>(args, row, buffer, 1);
    }
  }
}

/** Bits in the order of the numbers: −0 as 0, every NaN above all. */
@inline
function keyOf<T>(x: T): u64 {
  if (isInteger<T>()) return sizeof<T>() == 1 ? <u64>x : <u64>(<u32>x ^ 0x80000000);
  if (x != x) return sizeof<T>() == 4 ? 0xffffffff : 0xffffffffffffffff;
  if (sizeof<T>() == 4) {
    const bits = reinterpret<u32>(<f32>x + 0);
    return <u64>(bits >> 31 != 0 ? ~bits : bits | 0x80000000);
  }
  const bits = reinterpret<u64>(<f64>x + 0);
  return bits >> 63 != 0 ? ~bits : bits | 0x8000000000000000;
}

function sortRow<T>(args: usize, row: i32, buffer: usize, digits: i32): void {
  const n = int(args, 4);
  const flip: u64 = int(args, 5) != 0 ? u64.MAX_VALUE : 0;
  const x = ptr(args, 1) + <usize>(row * n) * sizeof<T>();
  const out = ptr(args, 2) + (<usize>(row * n) << 2);
  for (let i: usize = 0; i < <usize>n; i++) {
    store<u64>(buffer + i * PAIR, keyOf<T>(load<T>(x + i * sizeof<T>())) ^ flip);
    store<i32>(buffer + i * PAIR, <i32>i, 8);
  }
  let sorted = buffer;
  if (n <= INSERTION_LENGTH) insertionSort(buffer, n);
  else sorted = radixSort(buffer, n, digits);
  for (let i: usize = 0; i < <usize>n; i++) store<i32>(out + (i << 2), load<i32>(sorted + i * PAIR, 8));
}

function insertionSort(pairs: usize, n: i32): void {
  for (let i = 1; i < n; i++) {
    let p = pairs + <usize>i * PAIR;
    const key = load<u64>(p);
    const position = load<i32>(p, 8);
    while (p > pairs && load<u64>(p - PAIR) > key) {
      memory.copy(p, p - PAIR, PAIR);
      p -= PAIR;
    }
    store<u64>(p, key);
    store<i32>(p, position, 8);
  }
}

/** Returns where the sorted pairs are: at `pairs`, or in the room for as many behind them. */
function radixSort(pairs: usize, n: i32, digits: i32): usize {
  const bytes = <usize>n * PAIR;
  const counters = pairs + 2 * bytes;
  let from = pairs;
  let to = pairs + bytes;
  for (let digit = 0; digit < digits; digit++) {
    const shift = <u64>(8 * digit);
    memory.fill(counters, 0, COUNTERS);
    for (let p = from; p < from + bytes; p += PAIR) {
      const counter = counters + (<usize>(load<u64>(p) >> shift & 255) << 2);
      store<i32>(counter, load<i32>(counter) + 1);
    }
    if (load<i32>(counters + (<usize>(load<u64>(from) >> shift & 255) << 2)) == n) continue; // all agree in this digit
    let start = 0;
    for (let counter = counters; counter < counters + COUNTERS; counter += 4) {
      const count = load<i32>(counter);
      store<i32>(counter, start);
      start += count;
    }
    for (let p = from; p < from + bytes; p += PAIR) {
      const counter = counters + (<usize>(load<u64>(p) >> shift & 255) << 2);
      const place = load<i32>(counter);
      store<i32>(counter, place + 1);
      memory.copy(to + <usize>place * PAIR, p, PAIR);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}
