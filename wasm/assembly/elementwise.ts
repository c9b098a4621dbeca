/**
 * The frame of element-wise kernels: elements in chunks (for threads), chunks in strips. A dense operand is used where it
 * lies; any other is packed into a strip buffer and the result unpacked from one, so that operations are written for dense
 * strips only. A strip's length is a multiple of four except at the end of a dense operand, where the last few elements
 * go through the buffers too: operations may always treat four at a time.
 */

import { at, int, product, ptr, setJob, shiftOf, job } from "./arguments";
import { buffer, STRIP } from "./layout";
import { parallel } from "./pool";
import { isDense, packBytes, unpackBytes } from "./strided";

/** Elements that a thread takes at once. */
export const CHUNK: i32 = 16384;

/** Does the operation on a dense strip of `count` (a multiple of 4) elements; what it reads beyond the data is arbitrary. */
export type StripOperation = (args: usize, x: usize, y: usize, out: usize, count: i32) => void;

/** Where the arguments of an element-wise kernel are. `z` is the third operand of `where` (its condition). */
const DTYPE: i32 = 1;

/** Words of the job: operation, inputs, rank position, sizes of elements, which operands are dense. */
const OPERATION: i32 = 0;
const INPUTS: i32 = 1;
const RANK_AT: i32 = 2;
const OUT_SHIFT: i32 = 3;
const DENSE: i32 = 4;
const SIZE: i32 = 5;
const FIRST: i32 = 6;

/**
 * Runs `operation` over all elements. Inputs are `inputs` (1 or 2) pointers from argument `first` on, then out; the rank is
 * argument `rankAt`, followed by shape, the inputs' strides and the output's. Elements of the inputs are of argument 1's
 * type, those of out 1 << outShift bytes.
 */
export function elementwise(args: usize, inputs: i32, first: i32, rankAt: i32, outShift: i32, operation: StripOperation): void {
  const rank = int(args, rankAt);
  const shape = at(args, rankAt + 1);
  const n = product(shape, rank);
  let dense = 0;
  for (let i = 0; i <= inputs; i++) {
    if (isDense(rank, shape, shape + (<usize>((i + 1) * rank) << 3))) dense |= 1 << i;
  }
  setJob(OPERATION, operation.index);
  setJob(INPUTS, inputs);
  setJob(RANK_AT, rankAt);
  setJob(OUT_SHIFT, outShift);
  setJob(DENSE, dense);
  setJob(SIZE, n);
  setJob(FIRST, first);
  parallel(chunk, (n + CHUNK - 1) / CHUNK, args);
}

function chunk(args: usize, index: i32, worker: i32): void {
  const inputs = <i32>job(INPUTS);
  const first = <i32>job(FIRST);
  const shift = shiftOf(int(args, DTYPE));
  const outShift = <i32>job(OUT_SHIFT);
  const dense = <i32>job(DENSE);
  const start = index * CHUNK;
  const end = min(start + CHUNK, <i32>job(SIZE));
  const allDense = dense == (1 << (inputs + 1)) - 1;
  const whole = allDense ? start + ((end - start) & ~3) : start;
  if (whole > start) {
    call_indirect<void>(
      <i32>job(OPERATION), args,
      ptr(args, first) + (<usize>start << shift),
      inputs > 1 ? ptr(args, first + 1) + (<usize>start << shift) : 0,
      ptr(args, first + inputs) + (<usize>start << outShift),
      whole - start,
    );
  }
  for (let i = whole; i < end; i += STRIP) strip(args, i, min(STRIP, end - i), worker);
}

function strip(args: usize, start: i32, count: i32, worker: i32): void {
  const inputs = <i32>job(INPUTS);
  const first = <i32>job(FIRST);
  const shift = shiftOf(int(args, DTYPE));
  const outShift = <i32>job(OUT_SHIFT);
  const rankAt = <i32>job(RANK_AT);
  const rank = int(args, rankAt);
  const shape = at(args, rankAt + 1);
  const dense = <i32>job(DENSE);
  const padded = (count + 3) & ~3;
  let x: usize = 0;
  let y: usize = 0;
  for (let i = 0; i < inputs; i++) {
    let p = ptr(args, first + i);
    if (((dense >> i) & 1) != 0 && padded == count) {
      p += <usize>start << shift;
    } else {
      const to = buffer(worker, i);
      if (rank == 0 || ((dense >> i) & 1) != 0) memory.copy(to, p + (<usize>start << shift), <usize>count << shift);
      else packBytes(shift, p, to, start, count, rank, shape, shape + (<usize>((i + 1) * rank) << 3));
      p = to;
    }
    if (i == 0) x = p;
    else y = p;
  }
  const out = ptr(args, first + inputs);
  const direct = ((dense >> inputs) & 1) != 0;
  const to = direct && padded == count ? out + (<usize>start << outShift) : buffer(worker, 2);
  call_indirect<void>(<i32>job(OPERATION), args, x, y, to, padded);
  if (direct) {
    if (padded != count) memory.copy(out + (<usize>start << outShift), to, <usize>count << outShift);
  } else {
    unpackBytes(outShift, to, out, start, count, rank, shape, shape + (<usize>((inputs + 1) * rank) << 3));
  }
}
