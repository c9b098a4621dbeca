/**
 * matmul: dtype, a, b, out, bias (0 = none), M, N, K, ars, acs, brs, bcs, ldo, biasRs, biasCs, nBatch, batchShape, aBs, bBs,
 * oBs, biasBs. Rows of out are contiguous, `ldo` apart.
 *
 * Floats: out is cut into blocks of up to ROWS × COLUMNS, one task each. A task packs its columns of b in slices of DEPTH rows
 * (panels of 8 columns, zero beyond N) and runs the register tile over them. Where there are many columns, rows of a are
 * packed too, tile by tile; where there are few, a is read in place if one of its strides is 1. Bounds follow from the shapes
 * alone.
 */

import { at, F32, F64, int, job, product, ptr, setJob } from "./arguments";
import { parallel, scratchPerThread } from "./pool";
import { elementOffset } from "./strided";
import { COLUMN_TILE, columnPanel, packedPanel, rowPanel, setSegment } from "./tile";

const ROWS: i32 = 120;
const COLUMNS: i32 = 256;
const DEPTH: i32 = 512;
/** Up to so many columns, packing a does not pay. */
const NARROW: i32 = 64;
/** Below so many multiply-adds, plain loops beat packing. */
const SMALL: i32 = 2048;

/** Words of the job. */
const SCRATCH: i32 = 0;
const PER_THREAD: i32 = 1;
const BATCHES: i32 = 2;
const ROW_BLOCKS: i32 = 3;
const COLUMN_BLOCKS: i32 = 4;
const ROWS_EACH: i32 = 5;

const M: i32 = 5, N: i32 = 6, K: i32 = 7, ARS: i32 = 8, ACS: i32 = 9, BRS: i32 = 10, BCS: i32 = 11, LDO: i32 = 12;
const BIAS_RS: i32 = 13, BIAS_CS: i32 = 14, BATCH_RANK: i32 = 15, BATCH_SHAPE: i32 = 16;

export function matmul(args: usize): f64 {
  const m = int(args, M);
  const n = int(args, N);
  const k = int(args, K);
  const batches = product(at(args, BATCH_SHAPE), int(args, BATCH_RANK));
  setJob(BATCHES, batches);
  if (int(args, 0) != F32 || <i64>m * n * k <= SMALL) {
    const rowsEach = max(1, 65536 / max(1, n * max(1, k)));
    const blocks = (m + rowsEach - 1) / rowsEach;
    setJob(ROWS_EACH, rowsEach);
    setJob(ROW_BLOCKS, blocks);
    parallel(plainTask, blocks * batches, args);
    return -1;
  }
  const rowBlocks = (m + ROWS - 1) / ROWS;
  setJob(ROWS_EACH, (m + rowBlocks - 1) / rowBlocks);
  const columnBlocks = (n + COLUMNS - 1) / COLUMNS;
  setJob(ROW_BLOCKS, rowBlocks);
  setJob(COLUMN_BLOCKS, columnBlocks);
  const bytes = <usize>(DEPTH * COLUMNS + DEPTH * ROWS + ROWS * 8 + 16) << 2;
  setJob(SCRATCH, scratchPerThread(0, bytes));
  setJob(PER_THREAD, (bytes + 63) & ~63);
  parallel(blockTask, batches * rowBlocks * columnBlocks, args);
  return -1;
}

/** Offset of batch `index` in the operand whose batch strides are the `which`-th list. */
@inline
function batchOffset(args: usize, index: i32, which: i32): i32 {
  const rank = int(args, BATCH_RANK);
  const shape = at(args, BATCH_SHAPE);
  return elementOffset(index, rank, shape, shape + (<usize>(which * rank) << 3));
}

function blockTask(args: usize, index: i32, worker: i32): void {
  const columnBlocks = <i32>job(COLUMN_BLOCKS);
  const rowBlocks = <i32>job(ROW_BLOCKS);
  const rest = index / columnBlocks;
  const column = (index - rest * columnBlocks) * COLUMNS;
  const batch = rest / rowBlocks;
  const rowsEach = <i32>job(ROWS_EACH);
  const row = (rest - batch * rowBlocks) * rowsEach;
  const rows = min(rowsEach, int(args, M) - row);
  const columns = min(COLUMNS, int(args, N) - column);
  const k = int(args, K);
  const ars = int(args, ARS);
  const acs = int(args, ACS);
  const ldo = <usize>int(args, LDO) << 2;
  const bPanels = job(SCRATCH) + <usize>worker * job(PER_THREAD);
  const aPack = bPanels + (<usize>(DEPTH * COLUMNS) << 2);
  const edge = aPack + (<usize>(DEPTH * ROWS) << 2);
  const segment = edge + (<usize>(ROWS * 8) << 2);
  const a = ptr(args, 1) + (<usize>(batchOffset(args, batch, 1) + row * ars) << 2);
  const b = ptr(args, 2) + (<usize>(batchOffset(args, batch, 2) + column * int(args, BCS)) << 2);
  const out = ptr(args, 3) + (<usize>(batchOffset(args, batch, 3) + column) << 2) + <usize>row * ldo;
  const packed = int(args, N) > NARROW || (ars != 1 && acs != 1);
  const hasBias = ptr(args, 4) != 0;
  if (hasBias) placeBias(args, batch, row, rows, column, columns, out, ldo);
  for (let first = 0; first < k; first += DEPTH) {
    const depth = min(DEPTH, k - first);
    const accumulate = first > 0 || hasBias;
    packPanels(b + (<usize>(first * int(args, BRS)) << 2), int(args, BRS), int(args, BCS), depth, columns, bPanels);
    const aSlice = a + (<usize>(first * acs) << 2);
    if (packed) packTiles(aSlice, ars, acs, rows, depth, aPack);
    for (let j = 0; j < columns; j += 8) {
      const panel = bPanels + (<usize>(j * depth) << 2);
      const whole = j + 8 <= columns;
      const to = whole ? out + (<usize>j << 2) : edge;
      const step = whole ? ldo : 32;
      if (!whole && accumulate) copyColumns(out + (<usize>j << 2), ldo, edge, 32, rows, columns - j);
      setSegment(segment, 0, packed ? aPack : aSlice, panel);
      if (packed) {
        packedPanel(rows, segment, 1, 0, <usize>depth << 2, 0, depth, to, step, accumulate);
      } else if (acs == 1) {
        rowPanel(rows, segment, 1, 0, <usize>ars << 2, depth, to, step, accumulate);
      } else {
        columnPanel(rows, segment, 1, 0, <usize>acs << 2, 32, depth, to, step, accumulate);
      }
      if (!whole) copyColumns(edge, 32, out + (<usize>j << 2), ldo, rows, columns - j);
    }
  }
}

function copyColumns(from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < columns; j++) store<f32>(to + (<usize>j << 2), load<f32>(from + (<usize>j << 2)));
    from += fromStride;
    to += toStride;
  }
}

function placeBias(args: usize, batch: i32, row: i32, rows: i32, column: i32, columns: i32, out: usize, ldo: usize): void {
  const rs = int(args, BIAS_RS);
  const cs = int(args, BIAS_CS);
  const bias = ptr(args, 4) + (<usize>(batchOffset(args, batch, 4) + row * rs + column * cs) << 2);
  for (let r = 0; r < rows; r++) {
    const from = bias + (<usize>(r * rs) << 2);
    for (let j = 0; j < columns; j++) store<f32>(out + (<usize>j << 2), load<f32>(from + (<usize>(j * cs) << 2)));
    out += ldo;
  }
}

/** Panels of 8 columns, `depth` rows each, zero beyond `columns`. */
function packPanels(b: usize, brs: i32, bcs: i32, depth: i32, columns: i32, to: usize): void {
  const rowStep = <usize>brs << 2;
  const columnStep = <usize>bcs << 2;
  for (let j = 0; j < columns; j += 8) {
    const width = min(8, columns - j);
    let from = b + <usize>j * columnStep;
    if (width == 8 && bcs == 1) {
      for (let i = 0; i < depth; i++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        from += rowStep;
        to += 32;
      }
      continue;
    }
    if (width < 8) memory.fill(to, 0, <usize>depth << 5);
    let i = 0;
    if (width == 8 && brs == 1) {
      for (; i + 4 <= depth; i += 4) {
        transpose4(from, columnStep, to);
        transpose4(from + 4 * columnStep, columnStep, to + 16);
        from += 16;
        to += 128;
      }
    }
    for (; i < depth; i++) {
      for (let c = 0; c < width; c++) store<f32>(to + (<usize>c << 2), load<f32>(from + <usize>c * columnStep));
      from += rowStep;
      to += 32;
    }
  }
}

/** Four columns of four adjacent floats → four rows, 32 bytes apart. */
@inline
function transpose4(from: usize, step: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + 2 * step);
  const d = v128.load(from + 3 * step);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(to, i64x2.shuffle(ab0, cd0, 1, 3), 32);
  v128.store(to, i64x2.shuffle(ab1, cd1, 0, 2), 64);
  v128.store(to, i64x2.shuffle(ab1, cd1, 1, 3), 96);
}

/** Rows of a as tiles of COLUMN_TILE rows (the last one lower), each [k][row]. */
function packTiles(a: usize, ars: i32, acs: i32, rows: i32, depth: i32, to: usize): void {
  const rowStep = <usize>ars << 2;
  const kStep = <usize>acs << 2;
  for (let first = 0; first < rows; first += COLUMN_TILE) {
    const height = min(COLUMN_TILE, rows - first);
    const start = a + <usize>first * rowStep;
    for (let r = 0; r < height; r++) {
      let from = start + <usize>r * rowStep;
      let p = to + (<usize>r << 2);
      for (let i = 0; i < depth; i++) {
        store<f32>(p, load<f32>(from));
        from += kStep;
        p += <usize>height << 2;
      }
    }
    to += <usize>(height * depth) << 2;
  }
}

/** A block of rows in plain loops, accumulating in double (int32: wrapping around). */
function plainTask(args: usize, index: i32, worker: i32): void {
  const dtype = int(args, 0);
  if (dtype == F32) plain<f32, f64>(args, index);
  else if (dtype == F64) plain<f64, f64>(args, index);
  else plain<i32, i32>(args, index);
}

function plain<T, S>(args: usize, index: i32): void {
  const blocks = <i32>job(ROW_BLOCKS);
  const rowsEach = <i32>job(ROWS_EACH);
  const batch = index / blocks;
  const first = (index - batch * blocks) * rowsEach;
  const last = min(first + rowsEach, int(args, M));
  const n = int(args, N);
  const k = int(args, K);
  const aStep = <usize>int(args, ACS) * sizeof<T>();
  const bStep = <usize>int(args, BRS) * sizeof<T>();
  const bColumn = <usize>int(args, BCS) * sizeof<T>();
  const a = ptr(args, 1) + <usize>batchOffset(args, batch, 1) * sizeof<T>();
  const b = ptr(args, 2) + <usize>batchOffset(args, batch, 2) * sizeof<T>();
  const out = ptr(args, 3) + <usize>batchOffset(args, batch, 3) * sizeof<T>();
  const bias = ptr(args, 4);
  const biasBatch = bias != 0 ? bias + <usize>batchOffset(args, batch, 4) * sizeof<T>() : 0;
  for (let i = first; i < last; i++) {
    const aRow = a + <usize>(i * int(args, ARS)) * sizeof<T>();
    const outRow = out + <usize>(i * int(args, LDO)) * sizeof<T>();
    for (let j = 0; j < n; j++) {
      let sum: S = 0;
      if (bias != 0) sum = <S>load<T>(biasBatch + <usize>(i * int(args, BIAS_RS) + j * int(args, BIAS_CS)) * sizeof<T>());
      let p = aRow;
      let q = b + <usize>j * bColumn;
      for (let x = 0; x < k; x++) {
        sum += <S>load<T>(p) * <S>load<T>(q);
        p += aStep;
        q += bStep;
      }
      store<T>(outRow + <usize>j * sizeof<T>(), <T>sum);
    }
  }
}
