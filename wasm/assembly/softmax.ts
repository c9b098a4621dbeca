/**
 * softmax: dtype, x, out, rows, cols, log · softmaxGrad: dtype, dy, y, out, rows, cols, log
 * crossEntropy: dtype, logits, target (int32), loss, probabilities, N, C, labelSmoothing, ignoreIndex → first bad row or −1
 * crossEntropyGrad: dtype, dLoss, dLossStride, probabilities, target, out, N, C, labelSmoothing, ignoreIndex
 *
 * Rows are contiguous. Sums over a row are in double.
 */

import { F32, int, job, num, ptr, setJob } from "./arguments";
import { parallel } from "./pool";
import { exp4 } from "./vectorMath";

const EACH: i32 = 0;
const PART: i32 = 8192;

/** Rows in blocks of about PART elements. */
function byRows(args: usize, task: (args: usize, index: i32, worker: i32) => void, rows: i32, columns: i32): void {
  const each = max(1, PART / max(1, columns));
  setJob(EACH, each);
  parallel(task, (rows + each - 1) / each, args);
}

export function rowMaximum<T>(x: usize, columns: i32): f64 {
  let max: T = <T>-Infinity;
  let j = 0;
  if (sizeof<T>() == 4 && columns >= 8) {
    let v = v128.load(x);
    for (j = 4; j + 4 <= columns; j += 4) v = f32x4.max(v, v128.load(x + (<usize>j << 2)));
    const pair = f32x4.max(v, i64x2.shuffle(v, v, 1, 1));
    max = <T>f32(f32x4.extract_lane(f32x4.max(pair, i32x4.shuffle(pair, pair, 1, 1, 1, 1)), 0));
  }
  for (; j < columns; j++) {
    const v = load<T>(x + <usize>j * sizeof<T>());
    if (v > max || v != v) max = v;
  }
  return <f64>max;
}

/** out = exp(x − shift); returns the sum. */
export function exponentials<T>(x: usize, out: usize, columns: i32, shift: f64): f64 {
  let sum: f64 = 0;
  let j = 0;
  if (sizeof<T>() == 4) {
    const s = f32x4.splat(<f32>shift);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (; j + 4 <= columns; j += 4) {
      const v = exp4(f32x4.sub(v128.load(x + (<usize>j << 2)), s));
      v128.store(out + (<usize>j << 2), v);
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1)));
    }
    low = f64x2.add(low, high);
    sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  }
  for (; j < columns; j++) {
    const v = Math.exp(<f64>load<T>(x + <usize>j * sizeof<T>()) - shift);
    store<T>(out + <usize>j * sizeof<T>(), <T>v);
    sum += v;
  }
  return sum;
}

/** out = x · factor + shift. */
function scaleRow<T>(x: usize, out: usize, columns: i32, factor: f64, shift: f64): void {
  for (let j = 0; j < columns; j++) {
    const at = <usize>j * sizeof<T>();
    store<T>(out + at, <T>(<f64>load<T>(x + at) * factor + shift));
  }
}

export function softmax(args: usize): f64 {
  byRows(args, softmaxTask, int(args, 3), int(args, 4));
  return -1;
}

function softmaxTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) softmaxRows<f32>(args, index);
  else softmaxRows<f64>(args, index);
}

function softmaxRows<T>(args: usize, index: i32): void {
  const columns = int(args, 4);
  const log = int(args, 5) != 0;
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 3));
  for (let row = index * each; row < last; row++) {
    const at = <usize>(row * columns) * sizeof<T>();
    const x = ptr(args, 1) + at;
    const out = ptr(args, 2) + at;
    const max = rowMaximum<T>(x, columns);
    const sum = exponentials<T>(x, out, columns, max);
    if (log) scaleRow<T>(x, out, columns, 1, -max - Math.log(sum));
    else scaleRow<T>(out, out, columns, 1 / sum, 0);
  }
}

export function softmaxGrad(args: usize): f64 {
  byRows(args, softmaxGradTask, int(args, 4), int(args, 5));
  return -1;
}

function softmaxGradTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) softmaxGradRows<f32>(args, index);
  else softmaxGradRows<f64>(args, index);
}

function softmaxGradRows<T>(args: usize, index: i32): void {
  const columns = int(args, 5);
  const log = int(args, 6) != 0;
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 4));
  for (let row = index * each; row < last; row++) {
    const start = <usize>(row * columns) * sizeof<T>();
    const dy = ptr(args, 1) + start;
    const y = ptr(args, 2) + start;
    const out = ptr(args, 3) + start;
    let sum: f64 = 0;
    for (let j: usize = 0; j < <usize>columns * sizeof<T>(); j += sizeof<T>()) {
      const d = <f64>load<T>(dy + j);
      sum += log ? d : d * <f64>load<T>(y + j);
    }
    for (let j: usize = 0; j < <usize>columns * sizeof<T>(); j += sizeof<T>()) {
      const d = <f64>load<T>(dy + j);
      const p = <f64>load<T>(y + j);
      store<T>(out + j, <T>(log ? d - Math.exp(p) * sum : p * (d - sum)));
    }
  }
}

export function crossEntropy(args: usize): f64 {
  const rows = int(args, 5);
  const classes = int(args, 6);
  const ignored = int(args, 8);
  for (let row = 0; row < rows; row++) {
    const target = load<i32>(ptr(args, 2) + (<usize>row << 2));
    if (target != ignored && (target < 0 || target >= classes)) return row;
  }
  byRows(args, crossEntropyTask, rows, classes);
  return -1;
}

function crossEntropyTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) crossEntropyRows<f32>(args, index);
  else crossEntropyRows<f64>(args, index);
}

function crossEntropyRows<T>(args: usize, index: i32): void {
  const classes = int(args, 6);
  const smoothing = num(args, 7);
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 5));
  for (let row = index * each; row < last; row++) {
    const at = <usize>(row * classes) * sizeof<T>();
    const x = ptr(args, 1) + at;
    const out = ptr(args, 4) + at;
    const target = load<i32>(ptr(args, 2) + (<usize>row << 2));
    const max = rowMaximum<T>(x, classes);
    const sum = exponentials<T>(x, out, classes, max);
    scaleRow<T>(out, out, classes, 1 / sum, 0);
    let loss: f64 = 0;
    if (target != int(args, 8)) {
      const logSum = max + Math.log(sum);
      loss = (1 - smoothing) * (logSum - <f64>load<T>(x + <usize>target * sizeof<T>()));
      if (smoothing != 0) {
        let total: f64 = 0;
        for (let j = 0; j < classes; j++) total += logSum - <f64>load<T>(x + <usize>j * sizeof<T>());
        loss += smoothing * total / classes;
      }
    }
    store<T>(ptr(args, 3) + <usize>row * sizeof<T>(), <T>loss);
  }
}

export function crossEntropyGrad(args: usize): f64 {
  byRows(args, crossEntropyGradTask, int(args, 6), int(args, 7));
  return -1;
}

function crossEntropyGradTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) crossEntropyGradRows<f32>(args, index);
  else crossEntropyGradRows<f64>(args, index);
}

function crossEntropyGradRows<T>(args: usize, index: i32): void {
  const classes = int(args, 7);
  const smoothing = num(args, 8);
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 6));
  for (let row = index * each; row < last; row++) {
    const at = <usize>(row * classes) * sizeof<T>();
    const target = load<i32>(ptr(args, 4) + (<usize>row << 2));
    const out = ptr(args, 5) + at;
    if (target == int(args, 9)) {
      memory.fill(out, 0, <usize>classes * sizeof<T>());
      continue;
    }
    const d = <f64>load<T>(ptr(args, 1) + <usize>(row * int(args, 2)) * sizeof<T>());
    scaleRow<T>(ptr(args, 3) + at, out, classes, d, -d * smoothing / classes);
    const chosen = <usize>target * sizeof<T>();
    const p = <f64>load<T>(ptr(args, 3) + at + chosen);
    store<T>(out + chosen, <T>(d * (p - (1 - smoothing) - smoothing / classes)));
  }
}
