/**
 * What the three convolution kernels share: the geometry, kept in job words where their tasks find it, and the packing of
 * activations and weights.
 *
 * Activations lie as [H, W, N, C], so for one output pixel and one filter tap the convolution is a matrix product of
 * contiguous rows, [N × C]·[C × O]. Taps that fall on padding are left out. With few channels (`isThin`) such products would
 * be too short; then the input is copied to [H][N][W + 2·pW][C] with zero margins, where the kW taps of a filter row are one
 * contiguous run of kW·C.
 */

import { int, job, setJob } from "./arguments";
import { parallel, scratch } from "./pool";
import { COLUMN_TILE } from "./tile";

/** Images that a task takes at once: their activations stay in the second-level cache. */
const IMAGES: i32 = 60;

/** Job words 16 … 33: the geometry. The kernels have words 0 … 15 for themselves. */
export const N: i32 = 16, C: i32 = 17, H: i32 = 18, W: i32 = 19, O: i32 = 20, KH: i32 = 21, KW: i32 = 22, SH: i32 = 23;
export const SW: i32 = 24, PH: i32 = 25, PW: i32 = 26, DH: i32 = 27, DW: i32 = 28, GROUPS: i32 = 29;
export const OH: i32 = 30, OW: i32 = 31;
/** Channels and filters of a group. */
export const CG: i32 = 32, OG: i32 = 33;
/** Words 34 …: for the packing tasks below. */
const SOURCE: i32 = 34, TARGET: i32 = 35, STRIDES_AT: i32 = 36, CHANNELS: i32 = 37, WIDTH: i32 = 38;
const WEIGHT: i32 = 39, PACKED: i32 = 40, TRANSPOSED: i32 = 41;

@inline
export function g(word: i32): i32 {
  return <i32>job(word);
}

/** Reads N, C, H, W, O, kH, kW, sH, sW, pH, pW, dH, dW, groups from argument `first` on. */
export function setGeometry(args: usize, first: i32): void {
  for (let i = 0; i < 14; i++) setJob(N + i, int(args, first + i));
  setJob(OH, (g(H) + 2 * g(PH) - g(DH) * (g(KH) - 1) - 1) / g(SH) + 1);
  setJob(OW, (g(W) + 2 * g(PW) - g(DW) * (g(KW) - 1) - 1) / g(SW) + 1);
  setJob(CG, g(C) / g(GROUPS));
  setJob(OG, g(O) / g(GROUPS));
}

/** Few channels, and taps of a row side by side. */
@inline
export function isThin(): bool {
  return g(C) < 8 && g(GROUPS) == 1 && g(DW) == 1;
}

/** The input row that filter row `k` of output row `i` reads; may lie outside. */
@inline
export function inputRow(i: i32, k: i32): i32 {
  return i * g(SH) - g(PH) + k * g(DH);
}

@inline
export function inputColumn(j: i32, k: i32): i32 {
  return j * g(SW) - g(PW) + k * g(DW);
}

/**
 * The float32 activation [N, channels, height, width] at `source`, whose strides are four arguments from `stridesAt` on, as
 * dense [height][width][N][channels]: itself, or a copy in scratch `slot`.
 */
export function denseActivation(
  args: usize, source: usize, stridesAt: i32, channels: i32, height: i32, width: i32, slot: i32,
): usize {
  const n = g(N);
  const isSame = (n == 1 || int(args, stridesAt) == channels) && (channels == 1 || int(args, stridesAt + 1) == 1) &&
    (height == 1 || int(args, stridesAt + 2) == width * n * channels) &&
    (width == 1 || int(args, stridesAt + 3) == n * channels);
  if (isSame) return source;
  const target = scratch(slot, (<usize>(n * channels * height) * width) << 2);
  setJob(SOURCE, source);
  setJob(TARGET, target);
  setJob(STRIDES_AT, stridesAt);
  setJob(CHANNELS, channels);
  setJob(WIDTH, width);
  parallel(densifyRow, height, args);
  return target;
}

function densifyRow(args: usize, row: i32, worker: i32): void {
  const at = g(STRIDES_AT);
  const n = g(N);
  const channels = g(CHANNELS);
  const width = g(WIDTH);
  const nStep = <usize>int(args, at) << 2;
  const cStep = <usize>int(args, at + 1) << 2;
  const wStep = <usize>int(args, at + 3) << 2;
  const source = job(SOURCE) + (<usize>(row * int(args, at + 2)) << 2);
  let to = job(TARGET) + (<usize>(row * width * n * channels) << 2);
  for (let x = 0; x < width; x++) {
    for (let i = 0; i < n; i++) {
      let from = source + <usize>x * wStep + <usize>i * nStep;
      for (let c = 0; c < channels; c++) {
        store<f32>(to, load<f32>(from));
        from += cStep;
        to += 4;
      }
    }
  }
}

/** The input with zero margins of pW at both ends of a row: [H][N][W + 2·pW][C] if `thin`, else [H][W + 2·pW][N][C]. */
export function paddedInput(args: usize, source: usize, stridesAt: i32, slot: i32, thin: bool): usize {
  const bytes = (<usize>(g(N) * g(C) * g(H)) * (g(W) + 2 * g(PW))) << 2;
  const target = scratch(slot, bytes);
  setJob(SOURCE, source);
  setJob(TARGET, target);
  setJob(STRIDES_AT, stridesAt);
  parallel(thin ? padThinRow : padRow, g(H), args);
  return target;
}

function padThinRow(args: usize, row: i32, worker: i32): void {
  const at = g(STRIDES_AT);
  const n = g(N);
  const channels = g(C);
  const width = g(W);
  const margin = <usize>(g(PW) * channels) << 2;
  const cStep = <usize>int(args, at + 1) << 2;
  const wStep = <usize>int(args, at + 3) << 2;
  const rowBytes = (<usize>(width * channels) << 2) + 2 * margin;
  for (let i = 0; i < n; i++) {
    let to = job(TARGET) + <usize>(row * n + i) * rowBytes;
    memory.fill(to, 0, margin);
    memory.fill(to + rowBytes - margin, 0, margin);
    to += margin;
    const image = job(SOURCE) + (<usize>(row * int(args, at + 2) + i * int(args, at)) << 2);
    for (let c = 0; c < channels; c++) {
      let from = image + <usize>c * cStep;
      let p = to + (<usize>c << 2);
      for (let x = 0; x < width; x++) {
        store<f32>(p, load<f32>(from));
        from += wStep;
        p += <usize>channels << 2;
      }
    }
  }
}

function padRow(args: usize, row: i32, worker: i32): void {
  const at = g(STRIDES_AT);
  const n = g(N);
  const channels = g(C);
  const width = g(W);
  const margin = <usize>(g(PW) * n * channels) << 2;
  const rowBytes = (<usize>(width * n * channels) << 2) + 2 * margin;
  let to = job(TARGET) + <usize>row * rowBytes;
  memory.fill(to, 0, margin);
  memory.fill(to + rowBytes - margin, 0, margin);
  to += margin;
  const cStep = <usize>int(args, at + 1) << 2;
  for (let x = 0; x < width; x++) {
    for (let i = 0; i < n; i++) {
      let from = job(SOURCE) + (<usize>(row * int(args, at + 2) + x * int(args, at + 3) + i * int(args, at)) << 2);
      for (let c = 0; c < channels; c++) {
        store<f32>(to, load<f32>(from));
        from += cStep;
        to += 4;
      }
    }
  }
}

/**
 * The activation in tiles for `packedPanel`: [height][width][tile][channels][COLUMN_TILE images], or, `thin`, with all places
 * of a padded row as one run of k: [H][tile][(W + 2·pW)·C][COLUMN_TILE]. The last tile of each run has the images left over.
 */
export function tiledActivation(
  args: usize, source: usize, stridesAt: i32, channels: i32, height: i32, width: i32, slot: i32, thin: bool,
): usize {
  const columns = thin ? width + 2 * g(PW) : width;
  const target = scratch(slot, (<usize>(g(N) * channels * height) * columns) << 2);
  setJob(SOURCE, source);
  setJob(TARGET, target);
  setJob(STRIDES_AT, stridesAt);
  setJob(CHANNELS, channels);
  setJob(WIDTH, width);
  parallel(thin ? tileThinRow : tileRow, height, args);
  return target;
}

function tileRow(args: usize, row: i32, worker: i32): void {
  const at = g(STRIDES_AT);
  const n = g(N);
  const channels = g(CHANNELS);
  const width = g(WIDTH);
  const nStep = <usize>int(args, at) << 2;
  const cStep = <usize>int(args, at + 1) << 2;
  let to = job(TARGET) + (<usize>(row * width * n * channels) << 2);
  for (let x = 0; x < width; x++) {
    const place = job(SOURCE) + (<usize>(row * int(args, at + 2) + x * int(args, at + 3)) << 2);
    for (let first = 0; first < n; first += COLUMN_TILE) {
      const height = min(COLUMN_TILE, n - first);
      const step = <usize>height << 2;
      for (let r = 0; r < height; r++) {
        let from = place + <usize>(first + r) * nStep;
        let p = to + (<usize>r << 2);
        for (let c = 0; c < channels; c++) {
          store<f32>(p, load<f32>(from));
          from += cStep;
          p += step;
        }
      }
      to += <usize>channels * step;
    }
  }
}

function tileThinRow(args: usize, row: i32, worker: i32): void {
  const at = g(STRIDES_AT);
  const n = g(N);
  const channels = g(C);
  const width = g(W);
  const rowFloats = (width + 2 * g(PW)) * channels;
  const cStep = <usize>int(args, at + 1) << 2;
  const wStep = <usize>int(args, at + 3) << 2;
  let to = job(TARGET) + (<usize>(row * n * rowFloats) << 2);
  memory.fill(to, 0, <usize>(n * rowFloats) << 2);
  for (let first = 0; first < n; first += COLUMN_TILE) {
    const height = min(COLUMN_TILE, n - first);
    const step = <usize>(channels * height) << 2;
    for (let r = 0; r < height; r++) {
      const image = job(SOURCE) + (<usize>(row * int(args, at + 2) + (first + r) * int(args, at)) << 2);
      for (let c = 0; c < channels; c++) {
        let from = image + <usize>c * cStep;
        let p = to + (<usize>((g(PW) * channels + c) * height + r) << 2);
        for (let x = 0; x < width; x++) {
          store<f32>(p, load<f32>(from));
          from += wStep;
          p += step;
        }
      }
    }
    to += <usize>(rowFloats * height) << 2;
  }
}

/** Images of a task's block: whole tiles, at most IMAGES, blocks nearly equal. */
export function imageBlock(): i32 {
  const blocks = (g(N) + IMAGES - 1) / IMAGES;
  const tiles = (g(N) + blocks * COLUMN_TILE - 1) / (blocks * COLUMN_TILE);
  return tiles * COLUMN_TILE;
}

/** Panels of 8 columns that `columns` columns make. */
@inline
export function panels(columns: i32): i32 {
  return (columns + 7) >> 3;
}

/**
 * Weights [O, C/groups, kH, kW] as [group][panel][tap][k][8], zero beyond the last column, in scratch `slot`. Forward: k runs
 * over the group's channels and columns over its filters; `transposed` (input gradient): the other way round.
 */
export function packWeights(args: usize, weight: usize, slot: i32, transposed: bool): usize {
  const k = transposed ? g(OG) : g(CG);
  const columns = transposed ? g(CG) : g(OG);
  const count = g(GROUPS) * panels(columns);
  const target = scratch(slot, (<usize>(count * g(KH) * g(KW)) * k) << 5);
  setJob(WEIGHT, weight);
  setJob(PACKED, target);
  setJob(TRANSPOSED, transposed ? 1 : 0);
  parallel(packPanel, count, args);
  return target;
}

function packPanel(args: usize, index: i32, worker: i32): void {
  const transposed = job(TRANSPOSED) != 0;
  const taps = g(KH) * g(KW);
  const k = transposed ? g(OG) : g(CG);
  const columns = transposed ? g(CG) : g(OG);
  const perGroup = panels(columns);
  const group = index / perGroup;
  const first = (index - group * perGroup) << 3;
  const width = min(8, columns - first);
  const filterStep = <usize>(g(CG) * taps) << 2;
  const channelStep = <usize>taps << 2;
  const kStep = transposed ? filterStep : channelStep;
  const columnStep = transposed ? channelStep : filterStep;
  const from = job(WEIGHT) + <usize>(group * g(OG)) * filterStep + <usize>first * columnStep;
  let to = job(PACKED) + ((<usize>(index * taps) * k) << 5);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < k; i++) {
      const row = from + (<usize>tap << 2) + <usize>i * kStep;
      for (let j = 0; j < width; j++) store<f32>(to + (<usize>j << 2), load<f32>(row + <usize>j * columnStep));
      for (let j = width; j < 8; j++) store<f32>(to + (<usize>j << 2), 0);
      to += 32;
    }
  }
}
