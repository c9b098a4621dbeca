/**
 * The inner product of matmul and convolution: a tile of R rows × 8 columns kept in registers while
 *
 *   acc[r][j] += Σ_segments Σ_k a[r, k] · b[k, j]
 *
 * runs over a list of segments (a, b), each with its own addresses: one per filter tap for a convolution, one for a matrix
 * product; `aOffset` and `bOffset` are added to all of them. `rowTile` walks an a whose elements of a row are adjacent (k is
 * the unit axis), against a packed b of 8 columns; `columnTile` walks an a whose rows are adjacent (a transposed, or packed),
 * with any distance between the rows of b.
 *
 * The engine has about 15 usable vector registers: 2·R accumulators, two of b and one broadcast fit up to R = 6 with fused
 * multiply-add, up to 5 without (walking columns 4 and 5 measured best). The inner loop of `rowTile` is written out four
 * times: the increments of R row pointers cost as much as the loads.
 */

import { madd } from "./vectorMath";

@inline
const ROW_TILE: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
@inline
export const COLUMN_TILE: i32 = ASC_FEATURE_RELAXED_SIMD ? 4 : 5;

/** Bytes of a segment: address of a (row 0, k 0) and of b (k 0). */
export const SEGMENT: usize = 8;

@inline
export function setSegment(list: usize, i: i32, a: usize, b: usize): void {
  store<usize>(list + (<usize>i << 3), a);
  store<usize>(list + (<usize>i << 3), b, 4);
}

@inline
function put(out: usize, low: v128, high: v128, accumulate: bool): void {
  if (accumulate) {
    low = f32x4.add(low, v128.load(out));
    high = f32x4.add(high, v128.load(out, 16));
  }
  v128.store(out, low);
  v128.store(out, high, 16);
}

/** With constant R the unused rows vanish at compile time. Strides in bytes. */
@inline
function rowTileOf(
  R: i32, segments: usize, count: i32, aOffset: usize, bOffset: usize, rowStride: usize, k: i32, out: usize, ldo: usize,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  const last = segments + (<usize>count << 3);
  for (let s = segments; s < last; s += SEGMENT) {
    let p0 = load<usize>(s) + aOffset;
    let p1 = p0 + rowStride;
    let p2 = p1 + rowStride;
    let p3 = p2 + rowStride;
    let p4 = p3 + rowStride;
    let p5 = p4 + rowStride;
    let b = load<usize>(s, 4) + bOffset;
    const end = b + (<usize>k << 5);
    const unrolled = b + (<usize>(k & ~3) << 5);
    let b0: v128, b1: v128, a: v128;
    while (b < unrolled) {
      b0 = v128.load(b, 0);
      b1 = v128.load(b, 16);
      a = v128.load32_splat(p0, 0);
      c00 = madd(a, b0, c00);
      c01 = madd(a, b1, c01);
      if (R > 1) { a = v128.load32_splat(p1, 0); c10 = madd(a, b0, c10); c11 = madd(a, b1, c11); }
      if (R > 2) { a = v128.load32_splat(p2, 0); c20 = madd(a, b0, c20); c21 = madd(a, b1, c21); }
      if (R > 3) { a = v128.load32_splat(p3, 0); c30 = madd(a, b0, c30); c31 = madd(a, b1, c31); }
      if (R > 4) { a = v128.load32_splat(p4, 0); c40 = madd(a, b0, c40); c41 = madd(a, b1, c41); }
      if (R > 5) { a = v128.load32_splat(p5, 0); c50 = madd(a, b0, c50); c51 = madd(a, b1, c51); }
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      a = v128.load32_splat(p0, 4);
      c00 = madd(a, b0, c00);
      c01 = madd(a, b1, c01);
      if (R > 1) { a = v128.load32_splat(p1, 4); c10 = madd(a, b0, c10); c11 = madd(a, b1, c11); }
      if (R > 2) { a = v128.load32_splat(p2, 4); c20 = madd(a, b0, c20); c21 = madd(a, b1, c21); }
      if (R > 3) { a = v128.load32_splat(p3, 4); c30 = madd(a, b0, c30); c31 = madd(a, b1, c31); }
      if (R > 4) { a = v128.load32_splat(p4, 4); c40 = madd(a, b0, c40); c41 = madd(a, b1, c41); }
      if (R > 5) { a = v128.load32_splat(p5, 4); c50 = madd(a, b0, c50); c51 = madd(a, b1, c51); }
      b0 = v128.load(b, 64);
      b1 = v128.load(b, 80);
      a = v128.load32_splat(p0, 8);
      c00 = madd(a, b0, c00);
      c01 = madd(a, b1, c01);
      if (R > 1) { a = v128.load32_splat(p1, 8); c10 = madd(a, b0, c10); c11 = madd(a, b1, c11); }
      if (R > 2) { a = v128.load32_splat(p2, 8); c20 = madd(a, b0, c20); c21 = madd(a, b1, c21); }
      if (R > 3) { a = v128.load32_splat(p3, 8); c30 = madd(a, b0, c30); c31 = madd(a, b1, c31); }
      if (R > 4) { a = v128.load32_splat(p4, 8); c40 = madd(a, b0, c40); c41 = madd(a, b1, c41); }
      if (R > 5) { a = v128.load32_splat(p5, 8); c50 = madd(a, b0, c50); c51 = madd(a, b1, c51); }
      b0 = v128.load(b, 96);
      b1 = v128.load(b, 112);
      a = v128.load32_splat(p0, 12);
      c00 = madd(a, b0, c00);
      c01 = madd(a, b1, c01);
      if (R > 1) { a = v128.load32_splat(p1, 12); c10 = madd(a, b0, c10); c11 = madd(a, b1, c11); }
      if (R > 2) { a = v128.load32_splat(p2, 12); c20 = madd(a, b0, c20); c21 = madd(a, b1, c21); }
      if (R > 3) { a = v128.load32_splat(p3, 12); c30 = madd(a, b0, c30); c31 = madd(a, b1, c31); }
      if (R > 4) { a = v128.load32_splat(p4, 12); c40 = madd(a, b0, c40); c41 = madd(a, b1, c41); }
      if (R > 5) { a = v128.load32_splat(p5, 12); c50 = madd(a, b0, c50); c51 = madd(a, b1, c51); }
      p0 += 16;
      if (R > 1) p1 += 16;
      if (R > 2) p2 += 16;
      if (R > 3) p3 += 16;
      if (R > 4) p4 += 16;
      if (R > 5) p5 += 16;
      b += 128;
    }
    while (b < end) {
      b0 = v128.load(b, 0);
      b1 = v128.load(b, 16);
      a = v128.load32_splat(p0, 0);
      c00 = madd(a, b0, c00);
      c01 = madd(a, b1, c01);
      if (R > 1) { a = v128.load32_splat(p1, 0); c10 = madd(a, b0, c10); c11 = madd(a, b1, c11); }
      if (R > 2) { a = v128.load32_splat(p2, 0); c20 = madd(a, b0, c20); c21 = madd(a, b1, c21); }
      if (R > 3) { a = v128.load32_splat(p3, 0); c30 = madd(a, b0, c30); c31 = madd(a, b1, c31); }
      if (R > 4) { a = v128.load32_splat(p4, 0); c40 = madd(a, b0, c40); c41 = madd(a, b1, c41); }
      if (R > 5) { a = v128.load32_splat(p5, 0); c50 = madd(a, b0, c50); c51 = madd(a, b1, c51); }
      p0 += 4;
      if (R > 1) p1 += 4;
      if (R > 2) p2 += 4;
      if (R > 3) p3 += 4;
      if (R > 4) p4 += 4;
      if (R > 5) p5 += 4;
      b += 32;
    }
  }
  put(out, c00, c01, accumulate);
  if (R > 1) { out += ldo; put(out, c10, c11, accumulate); }
  if (R > 2) { out += ldo; put(out, c20, c21, accumulate); }
  if (R > 3) { out += ldo; put(out, c30, c31, accumulate); }
  if (R > 4) { out += ldo; put(out, c40, c41, accumulate); }
  if (R > 5) { out += ldo; put(out, c50, c51, accumulate); }
}

@inline
function columnTileOf(
  R: i32, segments: usize, count: i32, aOffset: usize, bOffset: usize, kStride: usize, ldb: usize, k: i32, out: usize, ldo: usize,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00;
  const last = segments + (<usize>count << 3);
  for (let s = segments; s < last; s += SEGMENT) {
    let a = load<usize>(s) + aOffset;
    let b = load<usize>(s, 4) + bOffset;
    for (let i = k; i > 0; i--) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let v = v128.load32_splat(a);
      c00 = madd(v, b0, c00);
      c01 = madd(v, b1, c01);
      if (R > 1) { v = v128.load32_splat(a, 4); c10 = madd(v, b0, c10); c11 = madd(v, b1, c11); }
      if (R > 2) { v = v128.load32_splat(a, 8); c20 = madd(v, b0, c20); c21 = madd(v, b1, c21); }
      if (R > 3) { v = v128.load32_splat(a, 12); c30 = madd(v, b0, c30); c31 = madd(v, b1, c31); }
      if (R > 4) { v = v128.load32_splat(a, 16); c40 = madd(v, b0, c40); c41 = madd(v, b1, c41); }
      a += kStride;
      b += ldb;
    }
  }
  put(out, c00, c01, accumulate);
  if (R > 1) { out += ldo; put(out, c10, c11, accumulate); }
  if (R > 2) { out += ldo; put(out, c20, c21, accumulate); }
  if (R > 3) { out += ldo; put(out, c30, c31, accumulate); }
  if (R > 4) { out += ldo; put(out, c40, c41, accumulate); }
}

/** One tile of `rows` (1 … ROW_TILE) rows: out[r · ldo + j] = (or +=) the sum over `count` segments of k elements. */
function rowTile(
  rows: i32, segments: usize, count: i32, aOffset: usize, bOffset: usize, rowStride: usize, k: i32, out: usize, ldo: usize,
  accumulate: bool,
): void {
  switch (rows) {
    case 1: rowTileOf(1, segments, count, aOffset, bOffset, rowStride, k, out, ldo, accumulate); return;
    case 2: rowTileOf(2, segments, count, aOffset, bOffset, rowStride, k, out, ldo, accumulate); return;
    case 3: rowTileOf(3, segments, count, aOffset, bOffset, rowStride, k, out, ldo, accumulate); return;
    case 4: rowTileOf(4, segments, count, aOffset, bOffset, rowStride, k, out, ldo, accumulate); return;
    case 5: rowTileOf(5, segments, count, aOffset, bOffset, rowStride, k, out, ldo, accumulate); return;
    default: if (ASC_FEATURE_RELAXED_SIMD) rowTileOf(6, segments, count, aOffset, bOffset, rowStride, k, out, ldo, accumulate);
  }
}

/** The same (rows 1 … COLUMN_TILE) with a's rows adjacent, its successive k `kStride` bytes apart, and b's `ldb` bytes. */
function columnTile(
  rows: i32, segments: usize, count: i32, aOffset: usize, bOffset: usize, kStride: usize, ldb: usize, k: i32, out: usize, ldo: usize,
  accumulate: bool,
): void {
  switch (rows) {
    case 1: columnTileOf(1, segments, count, aOffset, bOffset, kStride, ldb, k, out, ldo, accumulate); return;
    case 2: columnTileOf(2, segments, count, aOffset, bOffset, kStride, ldb, k, out, ldo, accumulate); return;
    case 3: columnTileOf(3, segments, count, aOffset, bOffset, kStride, ldb, k, out, ldo, accumulate); return;
    case 4: columnTileOf(4, segments, count, aOffset, bOffset, kStride, ldb, k, out, ldo, accumulate); return;
    default: columnTileOf(5, segments, count, aOffset, bOffset, kStride, ldb, k, out, ldo, accumulate);
  }
}

/** Tiles over `rows` rows of one panel of 8 columns: rows of a are `rowStride` bytes apart, and k is its unit axis. */
export function rowPanel(
  rows: i32, segments: usize, count: i32, bOffset: usize, rowStride: usize, k: i32, out: usize, ldo: usize, accumulate: bool,
): void {
  let r = 0;
  for (; r + ROW_TILE <= rows; r += ROW_TILE) {
    rowTile(ROW_TILE, segments, count, <usize>r * rowStride, bOffset, rowStride, k, out + <usize>r * ldo, ldo, accumulate);
  }
  if (r < rows) {
    rowTile(rows - r, segments, count, <usize>r * rowStride, bOffset, rowStride, k, out + <usize>r * ldo, ldo, accumulate);
  }
}

/** The same for an a whose rows are adjacent. */
export function columnPanel(
  rows: i32, segments: usize, count: i32, bOffset: usize, kStride: usize, ldb: usize, k: i32, out: usize, ldo: usize,
  accumulate: bool,
): void {
  for (let r = 0; r < rows; r += COLUMN_TILE) {
    const height = min(COLUMN_TILE, rows - r);
    columnTile(height, segments, count, <usize>r << 2, bOffset, kStride, ldb, k, out + <usize>r * ldo, ldo, accumulate);
  }
}

/**
 * The same for an a packed in tiles of COLUMN_TILE rows (the last one lower), each tile [k][row]; `rowBytes` is what a row
 * takes, and the sum runs over k from `kFirst` on. b is packed.
 */
export function packedPanel(
  rows: i32, segments: usize, count: i32, bOffset: usize, rowBytes: usize, kFirst: i32, k: i32, out: usize, ldo: usize,
  accumulate: bool,
): void {
  for (let r = 0; r < rows; r += COLUMN_TILE) {
    const height = min(COLUMN_TILE, rows - r);
    const aOffset = <usize>r * rowBytes + (<usize>(kFirst * height) << 2);
    columnTile(height, segments, count, aOffset, bOffset, <usize>height << 2, 32, k, out + <usize>r * ldo, ldo, accumulate);
  }
}
