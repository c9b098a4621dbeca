/**
 * Writing a convolution's sums: bias, ReLU, 2×2 max-pooling. A row of sums has its groups padded to whole panels; a row of
 * out is the O channels of one image at one place. ReLU keeps NaN; the first maximum in row-major order wins, NaN is one.
 *
 * convEpilogueGrad: dtype, dy, y, argmax (0), out, N, O, H, W (unpooled), relu, pool, dysN, dysC, dysH, dysW: the way back.
 */

import { F32, int, job, ptr, setJob } from "./arguments";
import { denseActivation, g, GROUPS, N, O, OG, panels } from "./convGeometry";
import { epilogueGradPlain } from "./convPlain";
import { parallel } from "./pool";

const RELU: i32 = 20;

@inline
function relu4(v: v128): v128 {
  return v128.andnot(v, f32x4.le(v, f32x4.splat(0)));
}

/** Row `row` of the sums → row `outRow` of out. */
export function writeRow(args: usize, sums: usize, row: i32, outRow: i32): void {
  const relu = int(args, RELU) != 0;
  const bias = ptr(args, 3);
  const og = g(OG);
  const groupBytes = <usize>panels(og) << 5;
  let from = sums + <usize>(row * g(GROUPS)) * groupBytes;
  let to = ptr(args, 4) + (<usize>(outRow * g(O)) << 2);
  for (let group = 0; group < g(GROUPS); group++) {
    let b = bias + (<usize>(group * og) << 2);
    let o = 0;
    for (; o + 4 <= og; o += 4) {
      let v = v128.load(from + (<usize>o << 2));
      if (bias != 0) v = f32x4.add(v, v128.load(b + (<usize>o << 2)));
      if (relu) v = relu4(v);
      v128.store(to + (<usize>o << 2), v);
    }
    for (; o < og; o++) {
      let v = load<f32>(from + (<usize>o << 2));
      if (bias != 0) v += load<f32>(b + (<usize>o << 2));
      if (relu && v <= 0) v = 0;
      store<f32>(to + (<usize>o << 2), v);
    }
    from += groupBytes;
    to += <usize>og << 2;
  }
}

/** Four rows, one of each pixel of the window (rows r0 … r3 of the sums at s0 … s3) → row `outRow` of out and argmax. */
export function writePooled(
  args: usize, s0: usize, r0: i32, s1: usize, r1: i32, s2: usize, r2: i32, s3: usize, r3: i32, outRow: i32,
): void {
  const relu = int(args, RELU) != 0;
  const bias = ptr(args, 3);
  const argmax = ptr(args, 5);
  const og = g(OG);
  const groupBytes = <usize>panels(og) << 5;
  const rowBytes = <usize>g(GROUPS) * groupBytes;
  s0 += <usize>r0 * rowBytes;
  s1 += <usize>r1 * rowBytes;
  s2 += <usize>r2 * rowBytes;
  s3 += <usize>r3 * rowBytes;
  for (let group = 0; group < g(GROUPS); group++) {
    const channel = group * og;
    const b = bias + (<usize>channel << 2);
    const to = ptr(args, 4) + (<usize>(outRow * g(O) + channel) << 2);
    const toIndex = argmax + outRow * g(O) + channel;
    for (let o = 0; o < og; o += 4) {
      const at = <usize>group * groupBytes + (<usize>o << 2);
      let shift = f32x4.splat(0);
      if (bias != 0) shift = o + 4 <= og ? v128.load(b + (<usize>o << 2)) : loadSome(b + (<usize>o << 2), og - o);
      let best = f32x4.add(v128.load(s0 + at), shift);
      if (relu) best = relu4(best);
      let index = i32x4.splat(0);
      for (let p = 1; p < 4; p++) {
        let v = f32x4.add(v128.load((p == 1 ? s1 : p == 2 ? s2 : s3) + at), shift);
        if (relu) v = relu4(v);
        const better = v128.or(f32x4.gt(v, best), v128.andnot(f32x4.ne(v, v), f32x4.ne(best, best)));
        best = v128.bitselect(v, best, better);
        index = v128.bitselect(i32x4.splat(p), index, better);
      }
      const places = i8x16.shuffle(index, index, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
      if (o + 4 <= og) {
        v128.store(to + (<usize>o << 2), best);
        if (argmax != 0) v128.store32_lane(toIndex + o, places, 0);
      } else {
        storeSome(to + (<usize>o << 2), best, og - o);
        if (argmax != 0) storeSomeBytes(toIndex + o, places, og - o);
      }
    }
  }
}

function loadSome(from: usize, count: i32): v128 {
  let v = v128.load32_zero(from);
  if (count > 1) v = f32x4.replace_lane(v, 1, load<f32>(from, 4));
  if (count > 2) v = f32x4.replace_lane(v, 2, load<f32>(from, 8));
  return v;
}

function storeSome(to: usize, v: v128, count: i32): void {
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}

function storeSomeBytes(to: usize, v: v128, count: i32): void {
  store<u8>(to, i8x16.extract_lane_u(v, 0));
  if (count > 1) store<u8>(to, i8x16.extract_lane_u(v, 1), 1);
  if (count > 2) store<u8>(to, i8x16.extract_lane_u(v, 2), 2);
}

const DY: i32 = 0;

export function convEpilogueGrad(args: usize): f64 {
  if (int(args, 0) != F32) return epilogueGradPlain(args);
  const pool = int(args, 10) != 0;
  const height = int(args, 7);
  setJob(N, int(args, 5));
  const rows = pool ? height >> 1 : height;
  const columns = pool ? int(args, 8) >> 1 : int(args, 8);
  setJob(DY, denseActivation(args, ptr(args, 1), 11, int(args, 6), rows, columns, 1));
  parallel(pool ? unpoolRow : maskRow, pool ? (height + 1) >> 1 : height, args);
  return -1;
}

/** Without pooling: row `index` of out is dy where y > 0. */
function maskRow(args: usize, index: i32, worker: i32): void {
  const relu = int(args, 9) != 0;
  const count = int(args, 5) * int(args, 6) * int(args, 8);
  const offset = (<usize>index * count) << 2;
  const dy = job(DY) + offset;
  const y = ptr(args, 2) + offset;
  const out = ptr(args, 4) + offset;
  if (!relu) {
    memory.copy(out, dy, <usize>count << 2);
    return;
  }
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>i << 2;
    v128.store(out + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), f32x4.splat(0))));
  }
  for (; i < count; i++) {
    const at = <usize>i << 2;
    store<f32>(out + at, load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0);
  }
}

/** Rows 2·index and 2·index + 1 of out; what no window covers is 0. */
function unpoolRow(args: usize, index: i32, worker: i32): void {
  const height = int(args, 7);
  const width = int(args, 8);
  const inner = int(args, 5) * int(args, 6);
  const columns = width >> 1;
  const pixelBytes = <usize>inner << 2;
  const rowBytes = <usize>width * pixelBytes;
  const top = ptr(args, 4) + <usize>(2 * index) * rowBytes;
  if (2 * index + 1 >= height) {
    memory.fill(top, 0, rowBytes);
    return;
  }
  for (let j = 0; j < columns; j++) {
    const place = index * columns + j;
    unpoolPixel(args, place * inner, inner, top + <usize>(2 * j) * pixelBytes, pixelBytes, rowBytes);
  }
  if ((width & 1) != 0) {
    memory.fill(top + rowBytes - pixelBytes, 0, pixelBytes);
    memory.fill(top + 2 * rowBytes - pixelBytes, 0, pixelBytes);
  }
}

@inline
function unpoolPixel(args: usize, first: i32, inner: i32, out: usize, pixelBytes: usize, rowBytes: usize): void {
  const relu = int(args, 9) != 0;
  const dy = job(DY) + (<usize>first << 2);
  const y = ptr(args, 2) + (<usize>first << 2);
  const argmax = ptr(args, 3) + first;
  let i = 0;
  for (; i + 4 <= inner; i += 4) {
    const at = <usize>i << 2;
    let d = v128.load(dy + at);
    if (relu) d = v128.and(d, f32x4.gt(v128.load(y + at), f32x4.splat(0)));
    const place = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(argmax + i)));
    v128.store(out + at, v128.and(d, i32x4.eq(place, i32x4.splat(0))));
    v128.store(out + at + pixelBytes, v128.and(d, i32x4.eq(place, i32x4.splat(1))));
    v128.store(out + at + rowBytes, v128.and(d, i32x4.eq(place, i32x4.splat(2))));
    v128.store(out + at + rowBytes + pixelBytes, v128.and(d, i32x4.eq(place, i32x4.splat(3))));
  }
  for (; i < inner; i++) {
    const at = <usize>i << 2;
    const d: f32 = !relu || load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0;
    const place = load<u8>(argmax + i);
    store<f32>(out + at, place == 0 ? d : 0);
    store<f32>(out + at + pixelBytes, place == 1 ? d : 0);
    store<f32>(out + at + rowBytes, place == 2 ? d : 0);
    store<f32>(out + at + rowBytes + pixelBytes, place == 3 ? d : 0);
  }
}
