/**
 * conv2dInputGrad: dtype, dy, weight, out, N, C, H, W, O, kH, kW, sH, sW, pH, pW, dH, dW, groups, dysN, dysC, dysH, dysW.
 * conv2dWeightGrad: dtype, x, dy, out, dBias (0), N, C, H, W, O, kH, kW, sH, sW, pH, pW, dH, dW, groups, xs (4), dys (4).
 *
 * Input gradient: for one input pixel, each tap that connects it to an output pixel is a product [N × O]·[O × C].
 * Weight gradient: for one tap, xᵀ·dy over all pixels and images; rows of the tile are input channels. Each task sums one tap
 * (a filter row where channels are few) over a part of the output rows; the parts are added in order.
 */

import { F32, int, job, ptr, setJob } from "./arguments";
import {
  C, CG, denseActivation, DH, DW, g, GROUPS, H, imageBlock, inputRow, isThin, KH, KW, N, O, OG, OH, OW, packWeights,
  paddedInput, panels, PH, PW, setGeometry, SH, SW, tiledActivation, W,
} from "./convGeometry";
import { inputGradPlain, outputIndex, weightGradPlain } from "./convPlain";
import { buffer } from "./layout";
import { parallel, scratch, scratchPerThread } from "./pool";
import { columnPanel, packedPanel, SEGMENT, setSegment } from "./tile";

/** Job words of the input gradient. */
const DY: i32 = 0, WEIGHT: i32 = 1, SCRATCH: i32 = 2, PER_THREAD: i32 = 3, BLOCK: i32 = 4, BLOCKS: i32 = 5;

export function conv2dInputGrad(args: usize): f64 {
  if (int(args, 0) != F32) return inputGradPlain(args);
  setGeometry(args, 4);
  setJob(DY, tiledActivation(args, ptr(args, 1), 18, g(O), g(OH), g(OW), 1, false));
  setJob(WEIGHT, packWeights(args, ptr(args, 2), 2, true));
  const block = imageBlock();
  const blocks = (g(N) + block - 1) / block;
  setJob(BLOCKS, blocks);
  setJob(BLOCK, block);
  const bytes = (<usize>block << 5) + <usize>(g(KH) * g(KW)) * SEGMENT;
  setJob(SCRATCH, scratchPerThread(3, bytes));
  setJob(PER_THREAD, (bytes + 63) & ~63);
  parallel(inputPixel, g(H) * g(W) * blocks, args);
  return -1;
}

function inputPixel(args: usize, index: i32, worker: i32): void {
  const blocks = <i32>job(BLOCKS);
  const block = <i32>job(BLOCK);
  const place = index / blocks;
  const first = (index - place * blocks) * block;
  const rows = min(block, g(N) - first);
  const y = place / g(W);
  const x = place - y * g(W);
  const o = g(O);
  const og = g(OG);
  const cg = g(CG);
  const edge = job(SCRATCH) + <usize>worker * job(PER_THREAD);
  const segments = edge + (<usize>block << 5);
  let count = 0;
  for (let ky = 0; ky < g(KH); ky++) {
    const i = outputIndex(y + g(PH) - ky * g(DH), g(SH), g(OH));
    if (i < 0) continue;
    for (let kx = 0; kx < g(KW); kx++) {
      const j = outputIndex(x + g(PW) - kx * g(DW), g(SW), g(OW));
      if (j < 0) continue;
      const a = job(DY) + (<usize>(((i * g(OW) + j) * g(N) + first) * o) << 2);
      setSegment(segments, count++, a, job(WEIGHT) + (<usize>((ky * g(KW) + kx) * og) << 5));
    }
  }
  const panelBytes = <usize>(g(KH) * g(KW) * og) << 5;
  const perGroup = panels(cg);
  const ldo = <usize>g(C) << 2;
  const out = ptr(args, 3) + (<usize>((place * g(N) + first) * g(C)) << 2);
  for (let group = 0; group < g(GROUPS); group++) {
    for (let panel = 0; panel < perGroup; panel++) {
      const to = out + (<usize>(group * cg + (panel << 3)) << 2);
      const columns = min(8, cg - (panel << 3));
      const bOffset = <usize>(group * perGroup + panel) * panelBytes;
      if (columns == 8) {
        packedPanel(rows, segments, count, bOffset, <usize>o << 2, group * og, og, to, ldo, false);
        continue;
      }
      packedPanel(rows, segments, count, bOffset, <usize>o << 2, group * og, og, edge, 32, false);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          store<f32>(to + <usize>r * ldo + (<usize>c << 2), load<f32>(edge + (<usize>((r << 3) + c) << 2)));
        }
      }
    }
  }
}

/** Job words of the weight gradient (DY as above). */
const X: i32 = 1, SUMS: i32 = 2, THIN: i32 = 3, UNITS: i32 = 4, ROWS: i32 = 5, SPLITS: i32 = 6, BIAS_SUMS: i32 = 7;

/** Tasks wanted, so that many threads find work; rows of x and dy that stay in the first cache while tiles run over them. */
const TASKS: i32 = 48;
const SLICE: i32 = 128;
const BIAS_PART: i32 = 4096;

export function conv2dWeightGrad(args: usize): f64 {
  if (int(args, 0) != F32) return weightGradPlain(args);
  setGeometry(args, 5);
  const thin = isThin();
  setJob(THIN, thin);
  setJob(X, thin ? paddedInput(args, ptr(args, 1), 19, 1, true) : denseActivation(args, ptr(args, 1), 19, g(C), g(H), g(W), 1));
  setJob(DY, denseActivation(args, ptr(args, 2), 23, g(O), g(OH), g(OW), 2));
  const units = thin ? g(KH) : g(KH) * g(KW);
  const rows = thin ? g(KW) * g(C) : g(CG);
  const splits = max(1, min(g(OH), (TASKS + units * g(GROUPS) - 1) / (units * g(GROUPS))));
  setJob(UNITS, units);
  setJob(ROWS, rows);
  setJob(SPLITS, splits);
  const tasks = splits * g(GROUPS) * units;
  setJob(SUMS, scratch(3, (<usize>(tasks * rows) * panels(g(OG))) << 5));
  parallel(weightPart, tasks, args);
  parallel(mergeFilter, g(O), args);
  if (ptr(args, 4) != 0) biasGradient(args);
  return -1;
}

/** Sums of unit (tap or filter row) u of a group over the output rows of a part: [rows][panels · 8]. */
@inline
function sumsOf(split: i32, group: i32, unit: i32): usize {
  const index = (split * g(GROUPS) + group) * g(UNITS) + unit;
  return job(SUMS) + ((<usize>(index * g(ROWS)) * panels(g(OG))) << 5);
}

function weightPart(args: usize, index: i32, worker: i32): void {
  const units = g(UNITS);
  const rest = index / units;
  const unit = index - rest * units;
  const split = rest / g(GROUPS);
  const group = rest - split * g(GROUPS);
  const splits = g(SPLITS);
  const firstRow = (split * g(OH)) / splits;
  const lastRow = ((split + 1) * g(OH)) / splits;
  const sums = sumsOf(split, group, unit);
  memory.fill(sums, 0, (<usize>g(ROWS) * panels(g(OG))) << 5);
  const segment = buffer(worker, 0);
  const thin = job(THIN) != 0;
  const n = g(N);
  const c = g(C);
  const ky = thin ? unit : unit / g(KW);
  const kx = thin ? 0 : unit - ky * g(KW);
  const sW = g(SW);
  // Output columns whose input column kx·dW − pW + j·sW is inside; all of them where the input has margins.
  const shift = thin ? 0 : kx * g(DW) - g(PW);
  const firstColumn = shift >= 0 ? 0 : (sW - 1 - shift) / sW;
  const lastColumn = thin ? g(OW) : min(g(OW), shift >= g(W) ? 0 : (g(W) - 1 - shift) / sW + 1);
  for (let i = firstRow; i < lastRow; i++) {
    const y = inputRow(i, ky);
    if (y < 0 || y >= g(H)) continue;
    const dy = job(DY) + (<usize>((i * g(OW) + firstColumn) * n * g(O) + group * g(OG)) << 2);
    if (thin) {
      const rowFloats = (g(W) + 2 * g(PW)) * c;
      for (let j = 0; j < lastColumn; j++) {
        const x = job(X) + (<usize>(y * n * rowFloats + j * sW * c) << 2);
        addProduct(x, <usize>rowFloats << 2, dy + (<usize>(j * n * g(O)) << 2), n, sums, segment);
      }
      continue;
    }
    const x = job(X) + (<usize>((y * g(W) + firstColumn * sW + shift) * n * c + group * g(CG)) << 2);
    if (sW == 1) {
      if (lastColumn > firstColumn) addProduct(x, <usize>c << 2, dy, (lastColumn - firstColumn) * n, sums, segment);
    } else {
      for (let j = 0; j < lastColumn - firstColumn; j++) {
        addProduct(x + (<usize>(j * sW * n * c) << 2), <usize>c << 2, dy + (<usize>(j * n * g(O)) << 2), n, sums, segment);
      }
    }
  }
}

/** sums += xᵀ·dy over k rows, `xStep` bytes apart in x, O floats apart in dy. */
function addProduct(x: usize, xStep: usize, dy: usize, k: i32, sums: usize, segment: usize): void {
  const perGroup = panels(g(OG));
  const ldb = <usize>g(O) << 2;
  const ldo = <usize>perGroup << 5;
  for (let first = 0; first < k; first += SLICE) {
    const count = min(SLICE, k - first);
    setSegment(segment, 0, x + <usize>first * xStep, dy + <usize>first * ldb);
    for (let panel = 0; panel < perGroup; panel++) {
      columnPanel(g(ROWS), segment, 1, <usize>panel << 5, xStep, ldb, count, sums + (<usize>panel << 5), ldo, true);
    }
  }
}

/** The parts of filter o, added in order, as [C/groups][kH][kW]. */
function mergeFilter(args: usize, o: i32, worker: i32): void {
  const group = o / g(OG);
  const column = o - group * g(OG);
  const width = panels(g(OG)) << 3;
  const cg = g(CG);
  const kW = g(KW);
  const thin = job(THIN) != 0;
  let to = ptr(args, 3) + (<usize>(o * cg * g(KH) * kW) << 2);
  for (let c = 0; c < cg; c++) {
    for (let ky = 0; ky < g(KH); ky++) {
      for (let kx = 0; kx < kW; kx++) {
        const unit = thin ? ky : ky * kW + kx;
        const row = thin ? kx * cg + c : c;
        let sum: f32 = 0;
        for (let split = 0; split < g(SPLITS); split++) {
          sum += load<f32>(sumsOf(split, group, unit) + (<usize>(row * width + column) << 2));
        }
        store<f32>(to, sum);
        to += 4;
      }
    }
  }
}

function biasGradient(args: usize): void {
  const rows = g(OH) * g(OW) * g(N);
  const parts = (rows + BIAS_PART - 1) / BIAS_PART;
  const o = g(O);
  setJob(BIAS_SUMS, scratch(4, <usize>(parts * o) << 3));
  parallel(biasPart, parts, args);
  for (let c = 0; c < o; c++) {
    let sum: f64 = 0;
    for (let part = 0; part < parts; part++) sum += load<f64>(job(BIAS_SUMS) + (<usize>(part * o + c) << 3));
    store<f32>(ptr(args, 4) + (<usize>c << 2), <f32>sum);
  }
}

function biasPart(args: usize, part: i32, worker: i32): void {
  const o = g(O);
  const sums = job(BIAS_SUMS) + (<usize>(part * o) << 3);
  memory.fill(sums, 0, <usize>o << 3);
  const last = min((part + 1) * BIAS_PART, g(OH) * g(OW) * g(N));
  let from = job(DY) + (<usize>(part * BIAS_PART * o) << 2);
  for (let r = part * BIAS_PART; r < last; r++) {
    let c = 0;
    for (; c + 4 <= o; c += 4) {
      const v = v128.load(from + (<usize>c << 2));
      const p = sums + (<usize>c << 3);
      v128.store(p, f64x2.add(v128.load(p), f64x2.promote_low_f32x4(v)));
      v128.store(p, f64x2.add(v128.load(p, 16), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1))), 16);
    }
    for (; c < o; c++) {
      const p = sums + (<usize>c << 3);
      store<f64>(p, load<f64>(p) + <f64>load<f32>(from + (<usize>c << 2)));
    }
    from += <usize>o << 2;
  }
}
