/**
 * layerNorm: dtype, x, weight (0), bias (0), mean, rstd, out, rows, columns, eps
 * layerNormGrad: dtype, dy, x, weight (0), mean, rstd, dx, dWeight (0), dBias (0), rows, columns
 *
 * Rows are contiguous. Sums over a row are in double, and the variance is the mean of squared deviations from the mean.
 */

import { F32, int, job, num, ptr, setJob } from "./arguments";
import { addTo, first, lanes, put, total } from "./lanes";
import { parallel, scratch } from "./pool";

/** Elements of a task, about, and the most parts of a sum over rows. */
const PART: i32 = 8192;
const PARTS: i32 = 32;

/** Job words: rows of a task; sums of the parts, [part][dWeight, dBias][columns]. */
const EACH: i32 = 0, SUMS: i32 = 1;

export function layerNorm(args: usize): f64 {
  const rows = int(args, 7);
  const each = max(1, PART / int(args, 8));
  setJob(EACH, each);
  parallel(normTask, (rows + each - 1) / each, args);
  return -1;
}

function normTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) normRows<f32>(args, index);
  else normRows<f64>(args, index);
}

function normRows<T>(args: usize, index: i32): void {
  const columns = int(args, 8);
  const weight = ptr(args, 2);
  const bias = ptr(args, 3);
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 7));
  for (let row = index * each; row < last; row++) {
    const start = <usize>(row * columns) * sizeof<T>();
    const x = ptr(args, 1) + start;
    const out = ptr(args, 6) + start;
    let sum = f64x2.splat(0);
    for (let j = 0; j < columns; j += lanes<T>()) {
      sum = addTo<T>(sum, first<T>(v128.load(x + <usize>j * sizeof<T>()), columns - j));
    }
    const mean = <T>(total(sum) / columns);
    const mu = v128.splat<T>(mean);
    let squares = f64x2.splat(0);
    for (let j = 0; j < columns; j += lanes<T>()) {
      const d = first<T>(v128.sub<T>(v128.load(x + <usize>j * sizeof<T>()), mu), columns - j);
      squares = addTo<T>(squares, v128.mul<T>(d, d));
    }
    const rstd = <T>(1 / sqrt(total(squares) / columns + num(args, 9)));
    store<T>(ptr(args, 4) + <usize>row * sizeof<T>(), mean);
    store<T>(ptr(args, 5) + <usize>row * sizeof<T>(), rstd);
    const scale = v128.splat<T>(rstd);
    for (let j = 0; j < columns; j += lanes<T>()) {
      const at = <usize>j * sizeof<T>();
      let y = v128.mul<T>(v128.sub<T>(v128.load(x + at), mu), scale);
      if (weight != 0) y = v128.mul<T>(y, v128.load(weight + at));
      if (bias != 0) y = v128.add<T>(y, v128.load(bias + at));
      put<T>(out + at, y, columns - j);
    }
  }
}

/** Sums over rows are taken in parts that follow from the shape alone, and added in their order. */
export function layerNormGrad(args: usize): f64 {
  const rows = int(args, 9);
  const columns = int(args, 10);
  const each = max((rows + PARTS - 1) / PARTS, PART / columns);
  const parts = (rows + each - 1) / each;
  const single = int(args, 0) == F32;
  const size: usize = single ? 4 : 8;
  setJob(EACH, each);
  setJob(SUMS, scratch(0, <usize>(parts * 2 * columns) * size));
  parallel(gradTask, parts, args);
  for (let i = 0; i < 2; i++) {
    const out = ptr(args, 7 + i);
    if (out == 0) continue;
    const from = job(SUMS) + <usize>(i * columns) * size;
    if (single) addParts<f32>(from, parts, columns, out);
    else addParts<f64>(from, parts, columns, out);
  }
  return -1;
}

function addParts<T>(from: usize, parts: i32, columns: i32, out: usize): void {
  const step = <usize>(2 * columns) * sizeof<T>();
  for (let j: usize = 0; j < <usize>columns * sizeof<T>(); j += sizeof<T>()) {
    let sum: f64 = 0;
    for (let part = 0; part < parts; part++) sum += <f64>load<T>(from + <usize>part * step + j);
    store<T>(out + j, <T>sum);
  }
}

function gradTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) gradRows<f32>(args, index);
  else gradRows<f64>(args, index);
}

/** dL/dx̂: dy · weight. */
@inline
function slopeAt<T>(dy: usize, weight: usize, at: usize): v128 {
  const d = v128.load(dy + at);
  return weight != 0 ? v128.mul<T>(d, v128.load(weight + at)) : d;
}

/** dx = rstd · (g − mean(g) − x̂ · mean(g · x̂)) with g = dy · weight; dWeight = Σ dy · x̂ and dBias = Σ dy over the rows. */
function gradRows<T>(args: usize, index: i32): void {
  const columns = int(args, 10);
  const weight = ptr(args, 3);
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 9));
  const bytes = <usize>columns * sizeof<T>();
  const weightSum = job(SUMS) + <usize>(2 * index) * bytes;
  const biasSum = weightSum + bytes;
  memory.fill(weightSum, 0, 2 * bytes);
  for (let row = index * each; row < last; row++) {
    const start = <usize>row * bytes;
    const dy = ptr(args, 1) + start;
    const x = ptr(args, 2) + start;
    const dx = ptr(args, 6) + start;
    const mu = v128.splat<T>(load<T>(ptr(args, 4) + <usize>row * sizeof<T>()));
    const scale = v128.splat<T>(load<T>(ptr(args, 5) + <usize>row * sizeof<T>()));
    let sum = f64x2.splat(0);
    let product = f64x2.splat(0);
    for (let j = 0; j < columns; j += lanes<T>()) {
      const at = <usize>j * sizeof<T>();
      const g = first<T>(slopeAt<T>(dy, weight, at), columns - j);
      const normal = first<T>(v128.mul<T>(v128.sub<T>(v128.load(x + at), mu), scale), columns - j);
      sum = addTo<T>(sum, g);
      product = addTo<T>(product, v128.mul<T>(g, normal));
    }
    const meanG = v128.splat<T>(<T>(total(sum) / columns));
    const meanGX = v128.splat<T>(<T>(total(product) / columns));
    for (let j = 0; j < columns; j += lanes<T>()) {
      const at = <usize>j * sizeof<T>();
      const d = v128.load(dy + at);
      const normal = v128.mul<T>(v128.sub<T>(v128.load(x + at), mu), scale);
      const centred = v128.sub<T>(slopeAt<T>(dy, weight, at), meanG);
      put<T>(dx + at, v128.mul<T>(scale, v128.sub<T>(centred, v128.mul<T>(normal, meanGX))), columns - j);
      put<T>(weightSum + at, v128.add<T>(v128.load(weightSum + at), v128.mul<T>(d, normal)), columns - j);
      put<T>(biasSum + at, v128.add<T>(v128.load(biasSum + at), d), columns - j);
    }
  }
}
