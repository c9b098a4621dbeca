/**
 * conv2d: dtype, x, weight, bias (0), out, argmax (0), N, C, H, W, O, kH, kW, sH, sW, pH, pW, dH, dW, groups, relu, pool, xsN,
 * xsC, xsH, xsW. out (and argmax) dense [H', W', N, O], of half the size with pool.
 *
 * A task computes one output pixel (with pool the four of a window) for a block of images, or, where there are few images,
 * one output row (two) for all; the rows of the products are the images, or pixels × images. It keeps the sums in scratch
 * and writes them out through bias, ReLU and pooling.
 */

import { F32, int, job, ptr, setJob } from "./arguments";
import { writePooled, writeRow } from "./convEpilogue";
import {
  C, CG, DW, g, GROUPS, H, imageBlock, inputColumn, inputRow, isThin, KH, KW, N, OG, OH, OW, packWeights, paddedInput, panels,
  PW, setGeometry, SW, tiledActivation, W,
} from "./convGeometry";
import { conv2dPlain } from "./convPlain";
import { parallel, scratchPerThread } from "./pool";
import { packedPanel, rowPanel, SEGMENT, setSegment } from "./tile";

/** Job words. */
const X: i32 = 0, WEIGHT: i32 = 1, RESULTS: i32 = 2, PER_THREAD: i32 = 3, BLOCK: i32 = 4, BLOCKS: i32 = 5, THIN: i32 = 6;
const POOL: i32 = 21, STRIDES: i32 = 22;

/** Below so many images a task takes whole rows. */
const FEW: i32 = 8;

export function conv2d(args: usize): f64 {
  if (int(args, 0) != F32) return conv2dPlain(args);
  setGeometry(args, 6);
  const pool = int(args, POOL);
  const thin = isThin();
  const byRows = g(N) < FEW && g(SW) == 1 && (!thin || g(N) == 1);
  setJob(THIN, thin);
  const source = ptr(args, 1);
  setJob(X, byRows
    ? paddedInput(args, source, STRIDES, 1, false)
    : tiledActivation(args, source, STRIDES, g(C), g(H), g(W), 1, thin));
  setJob(WEIGHT, packWeights(args, ptr(args, 2), 2, false));
  const block = byRows ? g(OW) * g(N) : imageBlock();
  const blocks = byRows ? 1 : (g(N) + block - 1) / block;
  setJob(BLOCKS, blocks);
  setJob(BLOCK, block);
  const sums = <usize>(block * g(GROUPS) * panels(g(OG))) << 5;
  const bytes = sums * (pool ? (byRows ? 2 : 4) : 1) + <usize>(g(KH) * g(KW)) * SEGMENT;
  setJob(RESULTS, scratchPerThread(3, bytes));
  setJob(PER_THREAD, (bytes + 63) & ~63);
  const height = pool ? g(OH) >> 1 : g(OH);
  const width = pool ? g(OW) >> 1 : g(OW);
  if (byRows) parallel(rowTask, height, args);
  else parallel(pixelTask, height * width * blocks, args);
  return -1;
}

/**
 * The sums of `rows` rows: for every panel all segments. a is tiled (`rowBytes` a row, k from `kFirst` on in the first group),
 * or, with rowStride given, has rows that far apart.
 */
function multiply(segments: usize, count: i32, rows: i32, rowBytes: usize, kFirst: i32, rowStride: usize, k: i32, to: usize): void {
  const perGroup = panels(g(OG));
  const width = <usize>(g(GROUPS) * perGroup) << 5;
  const panelBytes = <usize>(g(KH) * g(KW) * g(CG)) << 5;
  for (let group = 0; group < g(GROUPS); group++) {
    for (let s = 0; rowStride != 0 && group > 0 && s < count; s++) {
      const segment = segments + <usize>s * SEGMENT;
      store<usize>(segment, load<usize>(segment) + (<usize>g(CG) << 2));
    }
    for (let panel = 0; panel < perGroup; panel++) {
      const p = group * perGroup + panel;
      const out = to + (<usize>p << 5);
      const bOffset = <usize>p * panelBytes;
      if (rowStride != 0) rowPanel(rows, segments, count, bOffset, rowStride, k, out, width, false);
      else packedPanel(rows, segments, count, bOffset, rowBytes, kFirst + group * g(CG), k, out, width, false);
    }
  }
}

/** Sums of output pixel (i, j) for images first … first + rows − 1. */
function pixel(i: i32, j: i32, first: i32, rows: i32, segments: usize, to: usize): void {
  const thin = job(THIN) != 0;
  const n = g(N);
  const c = g(C);
  const kW = g(KW);
  let count = 0;
  if (thin) {
    const rowFloats = (g(W) + 2 * g(PW)) * c;
    for (let ky = 0; ky < g(KH); ky++) {
      const y = inputRow(i, ky);
      if (y < 0 || y >= g(H)) continue;
      const a = job(X) + (<usize>((y * n + first) * rowFloats) << 2);
      setSegment(segments, count++, a, job(WEIGHT) + (<usize>(ky * kW * c) << 5));
    }
    multiply(segments, count, rows, <usize>rowFloats << 2, j * g(SW) * c, 0, kW * c, to);
    return;
  }
  for (let ky = 0; ky < g(KH); ky++) {
    const y = inputRow(i, ky);
    if (y < 0 || y >= g(H)) continue;
    for (let kx = 0; kx < kW; kx++) {
      const x = inputColumn(j, kx);
      if (x < 0 || x >= g(W)) continue;
      const a = job(X) + ((<usize>((y * g(W) + x) * n + first) * c) << 2);
      setSegment(segments, count++, a, job(WEIGHT) + (<usize>((ky * kW + kx) * g(CG)) << 5));
    }
  }
  multiply(segments, count, rows, <usize>c << 2, 0, 0, g(CG), to);
}

function pixelTask(args: usize, index: i32, worker: i32): void {
  const blocks = <i32>job(BLOCKS);
  const block = <i32>job(BLOCK);
  const place = index / blocks;
  const first = (index - place * blocks) * block;
  const rows = min(block, g(N) - first);
  const pool = int(args, POOL) != 0;
  const width = pool ? g(OW) >> 1 : g(OW);
  const i = place / width;
  const j = place - i * width;
  const results = job(RESULTS) + <usize>worker * job(PER_THREAD);
  const sums = <usize>(block * g(GROUPS) * panels(g(OG))) << 5;
  const segments = results + sums * (pool ? 4 : 1);
  const outRow = place * g(N) + first;
  if (!pool) {
    pixel(i, j, first, rows, segments, results);
    for (let r = 0; r < rows; r++) writeRow(args, results, r, outRow + r);
    return;
  }
  for (let p = 0; p < 4; p++) pixel(2 * i + (p >> 1), 2 * j + (p & 1), first, rows, segments, results + <usize>p * sums);
  for (let r = 0; r < rows; r++) {
    writePooled(args, results, r, results + sums, r, results + 2 * sums, r, results + 3 * sums, r, outRow + r);
  }
}

/** Sums of output row i, all columns and images, from the padded input [H][W + 2·pW][N][C]. */
function outputRow(i: i32, segments: usize, to: usize): void {
  const n = g(N);
  const c = g(C);
  const kW = g(KW);
  const rowFloats = (g(W) + 2 * g(PW)) * n * c;
  // With one image the taps of a filter row are one run.
  const joined = n == 1 && g(DW) == 1 && g(GROUPS) == 1;
  const runs = joined ? 1 : kW;
  let count = 0;
  for (let ky = 0; ky < g(KH); ky++) {
    const y = inputRow(i, ky);
    if (y < 0 || y >= g(H)) continue;
    for (let kx = 0; kx < runs; kx++) {
      const a = job(X) + (<usize>(y * rowFloats + kx * g(DW) * n * c) << 2);
      setSegment(segments, count++, a, job(WEIGHT) + (<usize>((ky * kW + kx) * g(CG)) << 5));
    }
  }
  multiply(segments, count, g(OW) * n, 0, 0, <usize>c << 2, joined ? kW * c : g(CG), to);
}

function rowTask(args: usize, index: i32, worker: i32): void {
  const pool = int(args, POOL) != 0;
  const n = g(N);
  const results = job(RESULTS) + <usize>worker * job(PER_THREAD);
  const sums = <usize>(g(OW) * n * g(GROUPS) * panels(g(OG))) << 5;
  const segments = results + sums * (pool ? 2 : 1);
  if (!pool) {
    outputRow(index, segments, results);
    const rows = g(OW) * n;
    for (let r = 0; r < rows; r++) writeRow(args, results, r, index * rows + r);
    return;
  }
  outputRow(2 * index, segments, results);
  outputRow(2 * index + 1, segments, results + sums);
  const width = g(OW) >> 1;
  const low = results + sums;
  for (let j = 0; j < width; j++) {
    for (let i = 0; i < n; i++) {
      const left = 2 * j * n + i;
      const right = left + n;
      writePooled(args, results, left, results, right, low, left, low, right, (index * width + j) * n + i);
    }
  }
}
