/**
 * fill: dtype, out, n, value
 * copy: srcDtype, dstDtype, src, out, rank, shape, ss, os
 * where: dtype, cond (bool), x, y, out, rank, shape, cs, xs, ys, os
 */

import { at, BOOL, F32, F64, I32, int, job, num, product, ptr, setJob, shiftOf, U8 } from "./arguments";
import { CHUNK } from "./elementwise";
import { buffer, STRIP } from "./layout";
import { parallel } from "./pool";
import { elementOffset, isDense, packBytes, rowOffset, unpackBytes } from "./strided";

export function fill(args: usize): f64 {
  const dtype = int(args, 0);
  const n = int(args, 2);
  const value = num(args, 3);
  if (value == 0 || dtype >= U8) {
    const byte = dtype == BOOL ? <u8>(value != 0) : <u8><i32>value;
    memory.fill(ptr(args, 1), byte, <usize>n << shiftOf(dtype));
    return -1;
  }
  parallel(fillChunk, (n + CHUNK - 1) / CHUNK, args);
  return -1;
}

@inline
function fillLoop<T>(out: usize, start: i32, end: i32, value: T): void {
  for (let i = start; i < end; i++) store<T>(out + <usize>i * sizeof<T>(), value);
}

function fillChunk(args: usize, index: i32, worker: i32): void {
  const out = ptr(args, 1);
  const value = num(args, 3);
  const start = index * CHUNK;
  const end = min(start + CHUNK, int(args, 2));
  switch (int(args, 0)) {
    case F32: fillLoop<f32>(out, start, end, <f32>value); return;
    case F64: fillLoop<f64>(out, start, end, value); return;
    default: fillLoop<i32>(out, start, end, <i32>value);
  }
}

const SIZE: i32 = 0;
/** Rows of a transposed copy that one task moves; 0: the copy is not a transposition. */
const TILE: i32 = 32;

export function copy(args: usize): f64 {
  const from = int(args, 0);
  const to = int(args, 1);
  const rank = int(args, 4);
  const shape = at(args, 5);
  const n = product(shape, rank);
  if (n == 0) return -1;
  const source = shape + (<usize>rank << 3);
  const target = source + (<usize>rank << 3);
  if (from == to && isDense(rank, shape, source) && isDense(rank, shape, target)) {
    memory.copy(ptr(args, 3), ptr(args, 2), <usize>n << shiftOf(from));
    return -1;
  }
  setJob(SIZE, n);
  if (from == to && shiftOf(from) == 2 && rank >= 2 && int(source, rank - 1) != 1 && int(source, rank - 2) == 1) {
    const bands = (int(shape, rank - 2) + TILE - 1) / TILE;
    parallel(transposeBand, bands * product(shape, rank - 2), args);
  } else {
    parallel(copyChunk, (n + CHUNK - 1) / CHUNK, args);
  }
  return -1;
}

/** TILE rows of the last two axes, where the source is contiguous along the row axis: 4×4 blocks turned in registers. */
function transposeBand(args: usize, index: i32, worker: i32): void {
  const rank = int(args, 4);
  const shape = at(args, 5);
  const source = shape + (<usize>rank << 3);
  const target = source + (<usize>rank << 3);
  const rows = int(shape, rank - 2);
  const columns = int(shape, rank - 1);
  const bands = (rows + TILE - 1) / TILE;
  const batch = index / bands;
  const firstRow = (index - batch * bands) * TILE;
  const lastRow = min(firstRow + TILE, rows);
  const fromStep = <usize>int(source, rank - 1) << 2;
  const toRow = <usize>int(target, rank - 2) << 2;
  const toStep = <usize>int(target, rank - 1) << 2;
  const from = ptr(args, 2) + (<usize>elementOffset(batch, rank - 2, shape, source) << 2);
  const to = ptr(args, 3) + (<usize>elementOffset(batch, rank - 2, shape, target) << 2);
  const blockColumns = toStep == 4 ? columns & ~3 : 0;
  for (let j = 0; j < blockColumns; j += 4) {
    let i = firstRow;
    for (; i + 4 <= lastRow; i += 4) {
      const p = from + (<usize>i << 2) + <usize>j * fromStep;
      const a = v128.load(p);
      const b = v128.load(p + fromStep);
      const c = v128.load(p + 2 * fromStep);
      const d = v128.load(p + 3 * fromStep);
      const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
      const q = to + <usize>i * toRow + (<usize>j << 2);
      v128.store(q, i64x2.shuffle(ab0, cd0, 0, 2));
      v128.store(q + toRow, i64x2.shuffle(ab0, cd0, 1, 3));
      v128.store(q + 2 * toRow, i64x2.shuffle(ab1, cd1, 0, 2));
      v128.store(q + 3 * toRow, i64x2.shuffle(ab1, cd1, 1, 3));
    }
    for (; i < lastRow; i++) moveRow(from, to, i, j, j + 4, fromStep, toRow, toStep);
  }
  for (let i = firstRow; i < lastRow; i++) moveRow(from, to, i, blockColumns, columns, fromStep, toRow, toStep);
}

@inline
function moveRow(from: usize, to: usize, row: i32, start: i32, end: i32, fromStep: usize, toRow: usize, toStep: usize): void {
  for (let j = start; j < end; j++) {
    store<i32>(to + <usize>row * toRow + <usize>j * toStep, load<i32>(from + (<usize>row << 2) + <usize>j * fromStep));
  }
}

function copyChunk(args: usize, index: i32, worker: i32): void {
  const fromType = int(args, 0);
  const toType = int(args, 1);
  const rank = int(args, 4);
  const shape = at(args, 5);
  const source = shape + (<usize>rank << 3);
  const target = source + (<usize>rank << 3);
  const end = min((index + 1) * CHUNK, <i32>job(SIZE));
  const fromShift = shiftOf(fromType);
  const toShift = shiftOf(toType);
  const denseOut = isDense(rank, shape, target);
  for (let start = index * CHUNK; start < end; start += STRIP) {
    const count = min(STRIP, end - start);
    let p = buffer(worker, 0);
    const out = ptr(args, 3) + (<usize>start << toShift);
    if (denseOut && fromType == toType) p = out;
    if (rank == 0) memory.copy(p, ptr(args, 2), 1 << fromShift);
    else packBytes(fromShift, ptr(args, 2), p, start, count, rank, shape, source);
    if (fromType != toType) {
      const q = denseOut ? out : buffer(worker, 1);
      convert(fromType, toType, p, q, count);
      p = q;
    }
    if (!denseOut) unpackBytes(toShift, p, ptr(args, 3), start, count, rank, shape, target);
  }
}

function convert(fromType: i32, toType: i32, from: usize, to: usize, count: i32): void {
  switch (fromType) {
    case F32: convertFrom<f32>(toType, from, to, count); return;
    case F64: convertFrom<f64>(toType, from, to, count); return;
    case I32: convertFrom<i32>(toType, from, to, count); return;
    default: convertFrom<u8>(toType, from, to, count);
  }
}

/** To integers: the fraction is cut off; what is out of range becomes the nearest number in it, NaN becomes 0. */
function convertFrom<T>(toType: i32, from: usize, to: usize, count: i32): void {
  const step = sizeof<T>();
  for (let i: usize = 0; i < <usize>count; i++) {
    const v = load<T>(from + i * step);
    switch (toType) {
      case F32: store<f32>(to + (i << 2), <f32>v); break;
      case F64: store<f64>(to + (i << 3), <f64>v); break;
      case I32: store<i32>(to + (i << 2), <i32>v); break;
      case U8: store<u8>(to + i, <u8>max(0, min(255, <i32>v))); break;
      default: store<u8>(to + i, <u8>(v != 0));
    }
  }
}

export function where(args: usize): f64 {
  const rank = int(args, 5);
  setJob(SIZE, product(at(args, 6), rank));
  parallel(whereChunk, (<i32>job(SIZE) + CHUNK - 1) / CHUNK, args);
  return -1;
}

function whereChunk(args: usize, index: i32, worker: i32): void {
  switch (int(args, 0)) {
    case F64: whereLoop<i64>(args, index); return;
    case F32:
    case I32: whereLoop<i32>(args, index); return;
    default: whereLoop<u8>(args, index);
  }
}

function whereLoop<T>(args: usize, index: i32): void {
  const rank = int(args, 5);
  const shape = at(args, 6);
  const step = <usize>rank << 3;
  const inner = rank > 0 ? int(shape, rank - 1) : 1;
  let start = index * CHUNK;
  const end = min(start + CHUNK, <i32>job(SIZE));
  while (start < end) {
    const row = start / inner;
    const first = start - row * inner;
    const last = min(inner, first + end - start);
    const c = ptr(args, 1) + <usize>rowOffset(row, rank, shape, shape + step);
    const x = ptr(args, 2) + <usize>rowOffset(row, rank, shape, shape + 2 * step) * sizeof<T>();
    const y = ptr(args, 3) + <usize>rowOffset(row, rank, shape, shape + 3 * step) * sizeof<T>();
    const out = ptr(args, 4) + <usize>rowOffset(row, rank, shape, shape + 4 * step) * sizeof<T>();
    const cStep = rank > 0 ? int(shape + step, rank - 1) : 0;
    const xStep = rank > 0 ? int(shape + 2 * step, rank - 1) : 0;
    const yStep = rank > 0 ? int(shape + 3 * step, rank - 1) : 0;
    const outStep = rank > 0 ? int(shape + 4 * step, rank - 1) : 0;
    for (let i = first; i < last; i++) {
      const from = load<u8>(c + i * cStep) != 0 ? x + <usize>(i * xStep) * sizeof<T>() : y + <usize>(i * yStep) * sizeof<T>();
      store<T>(out + <usize>(i * outStep) * sizeof<T>(), load<T>(from));
    }
    start += last - first;
  }
}
