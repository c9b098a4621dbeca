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
/** Where there would be fewer tasks, blocks are narrower, but no narrower than NARROW. */
const FEW: i32 = 8;
const DEPTH: i32 = 512;
/** Up to so many columns, packing a does not pay. */
const NARROW: i32 = 64;
/** Rows of b (columns of a) packed at once where they are what is adjacent: a cache line is then read once for all panels. */
const SLAB: i32 = 16;
/** Below so many multiply-adds, plain loops beat packing. */
const SMALL: i32 = 2048;

/** Bytes that a block needs: packed b, packed a, columns beyond the last whole panel, and the segment. */
export const PRODUCT_BYTES: usize = <usize>(DEPTH * COLUMNS + DEPTH * ROWS + ROWS * 8 + 16) << 2;

/** Words of the job. */
const SCRATCH: i32 = 0;
const PER_THREAD: i32 = 1;
const BATCHES: i32 = 2;
const ROW_BLOCKS: i32 = 3;
const COLUMN_BLOCKS: i32 = 4;
const ROWS_EACH: i32 = 5;
const COLUMNS_EACH: i32 = 6;

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
  let columns = COLUMNS;
  while (columns > NARROW && batches * rowBlocks * ((n + columns - 1) / columns) < FEW) columns >>= 1;
  const columnBlocks = (n + columns - 1) / columns;
  setJob(COLUMNS_EACH, columns);
  setJob(ROW_BLOCKS, rowBlocks);
  setJob(COLUMN_BLOCKS, columnBlocks);
  setJob(SCRATCH, scratchPerThread(0, PRODUCT_BYTES));
  setJob(PER_THREAD, (PRODUCT_BYTES + 63) & ~63);
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
  const columnsEach = <i32>job(COLUMNS_EACH);
  const column = (index - rest * columnBlocks) * columnsEach;
  const batch = rest / rowBlocks;
  const rowsEach = <i32>job(ROWS_EACH);
  const row = (rest - batch * rowBlocks) * rowsEach;
  const rows = min(rowsEach, int(args, M) - row);
  const columns = min(columnsEach, int(args, N) - column);
  const ars = int(args, ARS);
  const bcs = int(args, BCS);
  const ldo = int(args, LDO);
  const a = ptr(args, 1) + (<usize>(batchOffset(args, batch, 1) + row * ars) << 2);
  const b = ptr(args, 2) + (<usize>(batchOffset(args, batch, 2) + column * bcs) << 2);
  const out = ptr(args, 3) + (<usize>(batchOffset(args, batch, 3) + row * ldo + column) << 2);
  const hasBias = ptr(args, 4) != 0;
  if (hasBias) placeBias(args, batch, row, rows, column, columns, out, <usize>ldo << 2);
  const memory = job(SCRATCH) + <usize>worker * job(PER_THREAD);
  const packed = int(args, N) > NARROW;
  block(memory, packed, a, ars, int(args, ACS), b, int(args, BRS), bcs, out, ldo, rows, columns, int(args, K), hasBias);
}

/**
 * out[m, n] = (or +=) a[m, k] · b[k, n] inside a task, with strides in elements; rows of out are contiguous and `ldo` apart.
 * `memory`: PRODUCT_BYTES of the thread's own.
 */
export function multiply<T>(
  memory: usize, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, out: usize, ldo: i32, m: i32, n: i32, k: i32,
  accumulate: bool,
): void {
  if (sizeof<T>() == 8 || <i64>m * n * k <= SMALL) {
    plainProduct<T, f64>(a, ars, acs, b, brs, bcs, out, ldo, m, n, k, accumulate ? out : 0, ldo, 1);
    return;
  }
  const rowBlocks = (m + ROWS - 1) / ROWS;
  const rowsEach = (m + rowBlocks - 1) / rowBlocks;
  for (let row = 0; row < m; row += rowsEach) {
    for (let column = 0; column < n; column += COLUMNS) {
      block(
        memory, n > NARROW, a + (<usize>(row * ars) << 2), ars, acs, b + (<usize>(column * bcs) << 2), brs, bcs,
        out + (<usize>(row * ldo + column) << 2), ldo, min(rowsEach, m - row), min(COLUMNS, n - column), k, accumulate,
      );
    }
  }
}

/** A block of floats: up to ROWS × COLUMNS. Rows of a are packed if `packed` says so, or else where neither of its strides is 1. */
function block(
  memory: usize, packed: bool, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, out: usize, stride: i32, rows: i32,
  columns: i32, k: i32, accumulate: bool,
): void {
  const aPack = memory + (<usize>(DEPTH * COLUMNS) << 2);
  const edge = aPack + (<usize>(DEPTH * ROWS) << 2);
  const segment = edge + (<usize>(ROWS * 8) << 2);
  const ldo = <usize>stride << 2;
  if (ars != 1 && acs != 1) packed = true;
  for (let first = 0; first < k; first += DEPTH) {
    const depth = min(DEPTH, k - first);
    packPanels(b + (<usize>(first * brs) << 2), brs, bcs, depth, columns, memory);
    const aSlice = a + (<usize>(first * acs) << 2);
    if (packed) packTiles(aSlice, ars, acs, rows, depth, aPack);
    for (let j = 0; j < columns; j += 8) {
      const panel = memory + (<usize>(j * depth) << 2);
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
    accumulate = true;
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
    let j = 0;
    if (cs == 1) {
      for (; j + 4 <= columns; j += 4) v128.store(out + (<usize>j << 2), v128.load(from + (<usize>j << 2)));
    }
    for (; j < columns; j++) store<f32>(out + (<usize>j << 2), load<f32>(from + (<usize>(j * cs) << 2)));
    out += ldo;
  }
}

/** Panels of 8 columns, `depth` rows each, zero beyond `columns`. */
function packPanels(b: usize, brs: i32, bcs: i32, depth: i32, columns: i32, to: usize): void {
  const rowStep = <usize>brs << 2;
  const columnStep = <usize>bcs << 2;
  const slab = brs == 1 ? depth : SLAB;
  for (let k = 0; k < depth; k += slab) {
    for (let j = 0; j < columns; j += 8) {
      const from = b + <usize>k * rowStep + <usize>j * columnStep;
      packPanel(from, rowStep, columnStep, min(slab, depth - k), min(8, columns - j), to + (<usize>(j * depth + k * 8) << 2));
    }
  }
}

function packPanel(from: usize, rowStep: usize, columnStep: usize, depth: i32, width: i32, to: usize): void {
  if (width == 8 && columnStep == 4) {
    for (let i = 0; i < depth; i++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += rowStep;
      to += 32;
    }
    return;
  }
  if (width < 8) memory.fill(to, 0, <usize>depth << 5);
  let i = 0;
  if (width == 8 && rowStep == 4) {
    for (; i + 4 <= depth; i += 4) {
      transpose4(from, columnStep, to, 32);
      transpose4(from + 4 * columnStep, columnStep, to + 16, 32);
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

/** Four columns of four adjacent floats, `step` bytes apart → four rows, `toStep` bytes apart. */
@inline
function transpose4(from: usize, step: usize, to: usize, toStep: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + 2 * step);
  const d = v128.load(from + 3 * step);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(to + toStep, i64x2.shuffle(ab0, cd0, 1, 3));
  v128.store(to + 2 * toStep, i64x2.shuffle(ab1, cd1, 0, 2));
  v128.store(to + 3 * toStep, i64x2.shuffle(ab1, cd1, 1, 3));
}

/** Rows of a as tiles of COLUMN_TILE rows (the last one lower), each [k][row]. */
function packTiles(a: usize, ars: i32, acs: i32, rows: i32, depth: i32, to: usize): void {
  const rowStep = <usize>ars << 2;
  const kStep = <usize>acs << 2;
  const slab = acs == 1 ? depth : SLAB;
  for (let k = 0; k < depth; k += slab) {
    for (let r = 0; r < rows; r += COLUMN_TILE) {
      const height = min(COLUMN_TILE, rows - r);
      const from = a + <usize>r * rowStep + <usize>k * kStep;
      packTile(from, rowStep, kStep, height, min(slab, depth - k), to + (<usize>(r * depth + k * height) << 2));
    }
  }
}

/** Four rows go as vectors where their elements are adjacent one way or the other. */
function packTile(from: usize, rowStep: usize, kStep: usize, height: i32, depth: i32, to: usize): void {
  const step = <usize>height << 2;
  let whole = 0;
  if (height >= 4 && rowStep == 4) {
    for (; whole < depth; whole++) v128.store(to + <usize>whole * step, v128.load(from + <usize>whole * kStep));
  } else if (height >= 4 && kStep == 4) {
    for (; whole + 4 <= depth; whole += 4) transpose4(from + (<usize>whole << 2), rowStep, to + <usize>whole * step, step);
  }
  for (let r = 0; r < height; r++) {
    const done = r < 4 ? whole : 0;
    let p = from + <usize>done * kStep;
    let q = to + <usize>done * step;
    for (let i = done; i < depth; i++) {
      store<f32>(q, load<f32>(p));
      p += kStep;
      q += step;
    }
    from += rowStep;
    to += 4;
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
  const biasRows = int(args, BIAS_RS);
  const a = ptr(args, 1) + <usize>(batchOffset(args, batch, 1) + first * int(args, ARS)) * sizeof<T>();
  const b = ptr(args, 2) + <usize>batchOffset(args, batch, 2) * sizeof<T>();
  const out = ptr(args, 3) + <usize>(batchOffset(args, batch, 3) + first * int(args, LDO)) * sizeof<T>();
  let bias = ptr(args, 4);
  if (bias != 0) bias += <usize>(batchOffset(args, batch, 4) + first * biasRows) * sizeof<T>();
  plainProduct<T, S>(
    a, int(args, ARS), int(args, ACS), b, int(args, BRS), int(args, BCS), out, int(args, LDO), last - first, int(args, N), int(args, K),
    bias, biasRows, int(args, BIAS_CS),
  );
}

/** out = a · b + bias (0: none), which may be out itself. */
function plainProduct<T, S>(
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, out: usize, ldo: i32, m: i32, n: i32, k: i32, bias: usize, biasRows: i32,
  biasColumns: i32,
): void {
  const aStep = <usize>acs * sizeof<T>();
  const bStep = <usize>brs * sizeof<T>();
  for (let i = 0; i < m; i++) {
    const aRow = a + <usize>(i * ars) * sizeof<T>();
    const outRow = out + <usize>(i * ldo) * sizeof<T>();
    for (let j = 0; j < n; j++) {
      let sum: S = 0;
      if (bias != 0) sum = <S>load<T>(bias + <usize>(i * biasRows + j * biasColumns) * sizeof<T>());
      let p = aRow;
      let q = b + <usize>(j * bcs) * sizeof<T>();
      for (let x = 0; x < k; x++) {
        sum += <S>load<T>(p) * <S>load<T>(q);
        p += aStep;
        q += bStep;
      }
      store<T>(outRow + <usize>j * sizeof<T>(), <T>sum);
    }
  }
}
