/**
 * attention: dtype, sequences, heads, queries, keys, width, valueWidth, scale, causal, then q, k, v, mask (0), out, each as
 * address and strides [sequence, head, row, column], then logSum (contiguous [sequences, heads, queries])
 * attentionGrad: the same, then dOut, dq, dk, dv
 *
 * softmax(scale · q kᵀ + mask) v for each sequence and head. Queries are taken in blocks whose scores stay in the cache, so
 * that the matrix of scores never exists as a whole; the backward pass computes them again from log Σ exp of their rows (Rabe
 * and Staats, 2021; Dao et al., 2022). With `causal`, keys that no query of a block may see are left out. A task is a block
 * of queries forward and a head backward.
 */

import { F32, int, job, num, ptr, setJob } from "./arguments";
import { multiply, PRODUCT_BYTES } from "./matmul";
import { parallel, scratchPerThread } from "./pool";
import { exponentials, rowMaximum } from "./softmax";

/** Queries of a block. */
const BLOCK: i32 = 64;

const SEQUENCES: i32 = 1, HEADS: i32 = 2, QUERIES: i32 = 3, KEYS: i32 = 4, WIDTH: i32 = 5, VALUE_WIDTH: i32 = 6, SCALE: i32 = 7;
const CAUSAL: i32 = 8, Q: i32 = 9, K: i32 = 14, V: i32 = 19, MASK: i32 = 24, OUT: i32 = 29, LOG_SUM: i32 = 34;
const D_OUT: i32 = 35, DQ: i32 = 40, DK: i32 = 45, DV: i32 = 50;

/** Job words: memory of the first thread, and bytes of each; elements between rows of scores, a whole number of vectors. */
const MEMORY: i32 = 0, PER_THREAD: i32 = 1, STEP: i32 = 2;

/** Gives each thread memory for a product and `matrices` blocks of scores. */
function reserve(args: usize, matrices: i32): void {
  const step = (int(args, KEYS) + 3) & ~3;
  const size: usize = int(args, 0) == F32 ? 4 : 8;
  const bytes = (PRODUCT_BYTES + <usize>(matrices * min(BLOCK, int(args, QUERIES)) * step) * size + 63) & ~63;
  setJob(STEP, step);
  setJob(PER_THREAD, bytes);
  setJob(MEMORY, scratchPerThread(0, bytes));
}

/** The first row of operand `operand` in head `head`, counted through all sequences. */
@inline
function headOf<T>(args: usize, operand: i32, head: i32): usize {
  const sequence = head / int(args, HEADS);
  const offset = sequence * int(args, operand + 1) + (head - sequence * int(args, HEADS)) * int(args, operand + 2);
  return ptr(args, operand) + <usize>offset * sizeof<T>();
}

@inline
function rowStep(args: usize, operand: i32): i32 {
  return int(args, operand + 3);
}

@inline
function columnStep(args: usize, operand: i32): i32 {
  return int(args, operand + 4);
}

@inline
function rowOf<T>(args: usize, operand: i32, head: i32, row: i32): usize {
  return headOf<T>(args, operand, head) + <usize>(row * rowStep(args, operand)) * sizeof<T>();
}

/** Keys that queries below `end` may see. */
@inline
function visible(args: usize, end: i32): i32 {
  const keys = int(args, KEYS);
  return int(args, CAUSAL) != 0 ? max(0, min(keys, end + keys - int(args, QUERIES))) : keys;
}

/**
 * Scores of `rows` queries from `begin` with the first `seen` keys, scaled and masked. A row is good for as many as its query
 * may see.
 */
function scores<T>(args: usize, head: i32, begin: i32, rows: i32, seen: i32, memory: usize, to: usize): void {
  const step = <i32>job(STEP);
  multiply<T>(
    memory, rowOf<T>(args, Q, head, begin), rowStep(args, Q), columnStep(args, Q), headOf<T>(args, K, head), columnStep(args, K),
    rowStep(args, K), to, step, rows, seen, int(args, WIDTH), false,
  );
  const maskStep = <usize>columnStep(args, MASK) * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    scale<T>(to, seen, num(args, SCALE));
    if (ptr(args, MASK) != 0) {
      let mask = rowOf<T>(args, MASK, head, begin + r);
      for (let s: usize = 0; s < <usize>seen * sizeof<T>(); s += sizeof<T>()) {
        store<T>(to + s, load<T>(to + s) + load<T>(mask));
        mask += maskStep;
      }
    }
    to += <usize>step * sizeof<T>();
  }
}

/** row = row · factor, in whole vectors. */
function scale<T>(row: usize, count: i32, factor: f64): void {
  const by = v128.splat<T>(<T>factor);
  const end = row + <usize>count * sizeof<T>();
  for (; row < end; row += 16) v128.store(row, v128.mul<T>(v128.load(row), by));
}

export function attention(args: usize): f64 {
  reserve(args, 1);
  const blocks = (int(args, QUERIES) + BLOCK - 1) / BLOCK;
  parallel(blockTask, int(args, SEQUENCES) * int(args, HEADS) * blocks, args);
  return -1;
}

function blockTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) attend<f32>(args, index, worker);
  else attend<f64>(args, index, worker);
}

function attend<T>(args: usize, index: i32, worker: i32): void {
  const queries = int(args, QUERIES);
  const blocks = (queries + BLOCK - 1) / BLOCK;
  const head = index / blocks;
  const begin = (index - head * blocks) * BLOCK;
  const rows = min(BLOCK, queries - begin);
  const seen = visible(args, begin + rows);
  const step = <i32>job(STEP);
  const memory = job(MEMORY) + <usize>worker * job(PER_THREAD);
  const weights = memory + PRODUCT_BYTES;
  scores<T>(args, head, begin, rows, seen, memory, weights);
  for (let r = 0; r < rows; r++) {
    const sum = softmaxRow<T>(weights + <usize>(r * step) * sizeof<T>(), visible(args, begin + r + 1), seen);
    store<T>(ptr(args, LOG_SUM) + <usize>(head * queries + begin + r) * sizeof<T>(), <T>sum);
  }
  multiply<T>(
    memory, weights, step, 1, headOf<T>(args, V, head), rowStep(args, V), columnStep(args, V),
    rowOf<T>(args, OUT, head, begin), rowStep(args, OUT), rows, int(args, VALUE_WIDTH), seen, false,
  );
}

/** Softmax of the first `count` in place, 0 up to `end`; returns log Σ exp. A row of nothing but −∞ becomes zeros. */
function softmaxRow<T>(row: usize, count: i32, end: i32): f64 {
  const largest = rowMaximum<T>(row, count);
  if (largest == -Infinity) count = 0;
  const sum = exponentials<T>(row, row, count, largest);
  scale<T>(row, count, 1 / sum);
  zeros<T>(row, count, end);
  return largest + Math.log(sum);
}

/** 0 in elements `begin` to `end` − 1: few, for which memory.fill is slow. */
function zeros<T>(row: usize, begin: i32, end: i32): void {
  const last = row + <usize>end * sizeof<T>();
  for (let p = row + <usize>begin * sizeof<T>(); p < last; p += sizeof<T>()) store<T>(p, 0);
}

export function attentionGrad(args: usize): f64 {
  reserve(args, 2);
  parallel(headTask, int(args, SEQUENCES) * int(args, HEADS), args);
  return -1;
}

function headTask(args: usize, head: i32, worker: i32): void {
  if (int(args, 0) == F32) attendGrad<f32>(args, head, worker);
  else attendGrad<f64>(args, head, worker);
}

/**
 * With P the attention of a block and dP = dOut vᵀ:
 * dS = scale · P ∘ (dP − Σ dOut ∘ out), dq = dS k, dk = dSᵀ q, dv = Pᵀ dOut.
 */
function attendGrad<T>(args: usize, head: i32, worker: i32): void {
  const queries = int(args, QUERIES);
  const width = int(args, WIDTH);
  const valueWidth = int(args, VALUE_WIDTH);
  const step = <i32>job(STEP);
  const memory = job(MEMORY) + <usize>worker * job(PER_THREAD);
  const weights = memory + PRODUCT_BYTES;
  const slopes = weights + <usize>(min(BLOCK, queries) * step) * sizeof<T>();
  clear<T>(args, DK, head, width);
  clear<T>(args, DV, head, valueWidth);
  for (let begin = 0; begin < queries; begin += BLOCK) {
    const rows = min(BLOCK, queries - begin);
    const seen = visible(args, begin + rows);
    const q = rowOf<T>(args, Q, head, begin);
    const dOut = rowOf<T>(args, D_OUT, head, begin);
    scores<T>(args, head, begin, rows, seen, memory, weights);
    multiply<T>(
      memory, dOut, rowStep(args, D_OUT), columnStep(args, D_OUT), headOf<T>(args, V, head), columnStep(args, V), rowStep(args, V),
      slopes, step, rows, seen, valueWidth, false,
    );
    for (let r = 0; r < rows; r++) slopesOfScores<T>(args, head, begin + r, seen, <usize>(r * step) * sizeof<T>(), weights, slopes);
    multiply<T>(
      memory, slopes, step, 1, headOf<T>(args, K, head), rowStep(args, K), columnStep(args, K),
      rowOf<T>(args, DQ, head, begin), rowStep(args, DQ), rows, width, seen, false,
    );
    multiply<T>(
      memory, slopes, 1, step, q, rowStep(args, Q), columnStep(args, Q), headOf<T>(args, DK, head), rowStep(args, DK), seen, width, rows,
      true,
    );
    multiply<T>(
      memory, weights, 1, step, dOut, rowStep(args, D_OUT), columnStep(args, D_OUT), headOf<T>(args, DV, head), rowStep(args, DV), seen,
      valueWidth, rows, true,
    );
  }
}

/** In the row at `offset` of both: scores in `weights` become P, dP in `slopes` becomes dS. */
function slopesOfScores<T>(args: usize, head: i32, query: i32, seen: i32, offset: usize, weights: usize, slopes: usize): void {
  const p = weights + offset;
  const d = slopes + offset;
  const sum = <f64>load<T>(ptr(args, LOG_SUM) + <usize>(head * int(args, QUERIES) + query) * sizeof<T>());
  const count = sum == -Infinity ? 0 : visible(args, query + 1);
  exponentials<T>(p, p, count, sum);
  zeros<T>(p, count, seen);
  const y = rowOf<T>(args, OUT, head, query);
  const dy = rowOf<T>(args, D_OUT, head, query);
  const yStep = <usize>columnStep(args, OUT) * sizeof<T>();
  const dyStep = <usize>columnStep(args, D_OUT) * sizeof<T>();
  let along: f64 = 0;
  for (let e: usize = 0; e < <usize>int(args, VALUE_WIDTH); e++) along += <f64>load<T>(dy + e * dyStep) * <f64>load<T>(y + e * yStep);
  const shift = v128.splat<T>(<T>along);
  const factor = v128.splat<T>(<T>num(args, SCALE));
  for (let s: usize = 0; s < <usize>count * sizeof<T>(); s += 16) {
    v128.store(d + s, v128.mul<T>(v128.mul<T>(v128.load(p + s), v128.sub<T>(v128.load(d + s), shift)), factor));
  }
  zeros<T>(d, count, seen);
}

function clear<T>(args: usize, operand: i32, head: i32, columns: i32): void {
  for (let row = 0; row < int(args, KEYS); row++) memory.fill(rowOf<T>(args, operand, head, row), 0, <usize>columns * sizeof<T>());
}
