/**
 * Strided operands: elements start … start + count − 1, in row-major order of `shape`, moved to or from a dense buffer.
 * `shape` and `strides` are addresses of lists in the argument block; strides count elements.
 */

import { int } from "./arguments";

/** Whether the strides are those of a dense row-major array. */
export function isDense(rank: i32, shape: usize, strides: usize): bool {
  let stride = 1;
  for (let i = rank - 1; i >= 0; i--) {
    const size = int(shape, i);
    if (size != 1 && int(strides, i) != stride) return false;
    stride *= size;
  }
  return true;
}

/** Offset, in elements, of row `row`: of index (…, 0) when all axes but the last are counted as one. */
@inline
export function rowOffset(row: i32, rank: i32, shape: usize, strides: usize): i32 {
  let offset = 0;
  let rest = row;
  for (let axis = rank - 2; axis > 0; axis--) {
    const size = int(shape, axis);
    const next = rest / size;
    offset += (rest - next * size) * int(strides, axis);
    rest = next;
  }
  return rank > 1 ? offset + rest * int(strides, 0) : offset;
}

/** Offset of the element `index` in row-major order. */
export function elementOffset(index: i32, rank: i32, shape: usize, strides: usize): i32 {
  let offset = 0;
  let rest = index;
  for (let axis = rank - 1; axis >= 0; axis--) {
    const size = int(shape, axis);
    const next = rest / size;
    offset += (rest - next * size) * int(strides, axis);
    rest = next;
  }
  return offset;
}

/** Dense `to` ← strided `from`. */
export function pack<T>(from: usize, to: usize, start: i32, count: i32, rank: i32, shape: usize, strides: usize): void {
  const inner = int(shape, rank - 1);
  const step = <usize>int(strides, rank - 1) * sizeof<T>();
  let row = start / inner;
  let column = start - row * inner;
  while (count > 0) {
    const run = min(inner - column, count);
    let p = from + <usize>rowOffset(row, rank, shape, strides) * sizeof<T>() + <usize>column * step;
    if (step == sizeof<T>()) {
      memory.copy(to, p, <usize>run * sizeof<T>());
      to += <usize>run * sizeof<T>();
    } else {
      for (let i = 0; i < run; i++) {
        store<T>(to, load<T>(p));
        p += step;
        to += sizeof<T>();
      }
    }
    count -= run;
    column = 0;
    row++;
  }
}

/** Strided `to` ← dense `from`. */
export function unpack<T>(from: usize, to: usize, start: i32, count: i32, rank: i32, shape: usize, strides: usize): void {
  const inner = int(shape, rank - 1);
  const step = <usize>int(strides, rank - 1) * sizeof<T>();
  let row = start / inner;
  let column = start - row * inner;
  while (count > 0) {
    const run = min(inner - column, count);
    let p = to + <usize>rowOffset(row, rank, shape, strides) * sizeof<T>() + <usize>column * step;
    for (let i = 0; i < run; i++) {
      store<T>(p, load<T>(from));
      p += step;
      from += sizeof<T>();
    }
    count -= run;
    column = 0;
    row++;
  }
}

/** `pack` for elements of 1 << shift bytes. */
export function packBytes(
  shift: i32, from: usize, to: usize, start: i32, count: i32, rank: i32, shape: usize, strides: usize,
): void {
  if (shift == 2) pack<i32>(from, to, start, count, rank, shape, strides);
  else if (shift == 3) pack<i64>(from, to, start, count, rank, shape, strides);
  else pack<u8>(from, to, start, count, rank, shape, strides);
}

/** `unpack` for elements of 1 << shift bytes. */
export function unpackBytes(
  shift: i32, from: usize, to: usize, start: i32, count: i32, rank: i32, shape: usize, strides: usize,
): void {
  if (shift == 2) unpack<i32>(from, to, start, count, rank, shape, strides);
  else if (shift == 3) unpack<i64>(from, to, start, count, rank, shape, strides);
  else unpack<u8>(from, to, start, count, rank, shape, strides);
}
