/**
 * batchNorm: dtype, x, weight (0), bias (0), mean, variance, out, eps, channelLast, outer, C, inner, train
 * batchNormGrad: dtype, dy, x, weight (0), mean, variance, dx, dWeight, dBias, eps, channelLast, outer, C, inner
 *
 * x is dense [outer, C, inner], or [outer, C] when channelLast. A task has a block of channels; sums are in double, and the
 * variance is the mean of squared deviations from the mean.
 */

import { F32, int, job, num, ptr, setJob } from "./arguments";
import { buffer } from "./layout";
import { parallel } from "./pool";

/** Job words: the steps, in elements, between outer indices and between channels; sizes; channels of a task. */
const OUTER_STEP: i32 = 0, CHANNEL_STEP: i32 = 1, OUTER: i32 = 2, CHANNELS: i32 = 3, INNER: i32 = 4, EACH: i32 = 5;

@inline
function g(word: i32): i32 {
  return <i32>job(word);
}

/** Reads channelLast, outer, C, inner from argument `first` on; returns the number of tasks. */
function prepare(args: usize, first: i32): i32 {
  const last = int(args, first) != 0;
  const outer = int(args, first + 1);
  const channels = int(args, first + 2);
  const inner = last ? 1 : int(args, first + 3);
  setJob(OUTER, outer);
  setJob(CHANNELS, channels);
  setJob(INNER, inner);
  setJob(OUTER_STEP, channels * inner);
  setJob(CHANNEL_STEP, last ? 1 : inner);
  const each = last ? 16 : 1;
  setJob(EACH, each);
  return (channels + each - 1) / each;
}

export function batchNorm(args: usize): f64 {
  parallel(normTask, prepare(args, 8), args);
  return -1;
}

function normTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) normChannels<f32>(args, index, worker);
  else normChannels<f64>(args, index, worker);
}

/** Adds up, per channel of the block, x or (`squares`) (x − mean)²: sums into buffer 0, means from buffer 1. */
function statistics<T>(x: usize, count: i32, worker: i32, squares: bool): void {
  const sums = buffer(worker, 0);
  const means = buffer(worker, 1);
  memory.fill(sums, 0, <usize>count << 3);
  const inner = g(INNER);
  for (let i = 0; i < g(OUTER); i++) {
    for (let c = 0; c < count; c++) {
      const from = x + <usize>(i * g(OUTER_STEP) + c * g(CHANNEL_STEP)) * sizeof<T>();
      const mean = squares ? load<f64>(means + (<usize>c << 3)) : 0;
      let sum: f64 = 0;
      for (let j = 0; j < inner; j++) {
        const v = <f64>load<T>(from + <usize>j * sizeof<T>()) - mean;
        sum += squares ? v * v : v;
      }
      const at = sums + (<usize>c << 3);
      store<f64>(at, load<f64>(at) + sum);
    }
  }
}

function normChannels<T>(args: usize, index: i32, worker: i32): void {
  const first = index * g(EACH);
  const count = min(g(EACH), g(CHANNELS) - first);
  const offset = <usize>(first * g(CHANNEL_STEP)) * sizeof<T>();
  const x = ptr(args, 1) + offset;
  const out = ptr(args, 6) + offset;
  const n: f64 = <f64>g(OUTER) * g(INNER);
  const mean = ptr(args, 4) + <usize>first * sizeof<T>();
  const variance = ptr(args, 5) + <usize>first * sizeof<T>();
  const sums = buffer(worker, 0);
  const means = buffer(worker, 1);
  const scales = buffer(worker, 2);
  const shifts = buffer(worker, 3);
  const train = int(args, 12) != 0;
  if (train) {
    statistics<T>(x, count, worker, false);
    for (let c: usize = 0; c < <usize>count; c++) store<f64>(means + (c << 3), load<f64>(sums + (c << 3)) / n);
    statistics<T>(x, count, worker, true);
  }
  for (let c: usize = 0; c < <usize>count; c++) {
    const at = c * sizeof<T>();
    if (train) {
      store<T>(mean + at, <T>load<f64>(means + (c << 3)));
      store<T>(variance + at, <T>(load<f64>(sums + (c << 3)) / n));
    }
    const mu = train ? load<f64>(means + (c << 3)) : <f64>load<T>(mean + at);
    const sigma2 = train ? load<f64>(sums + (c << 3)) / n : <f64>load<T>(variance + at);
    let scale = 1 / sqrt(sigma2 + num(args, 7));
    if (ptr(args, 2) != 0) scale *= <f64>load<T>(ptr(args, 2) + <usize>first * sizeof<T>() + at);
    let shift = -mu * scale;
    if (ptr(args, 3) != 0) shift += <f64>load<T>(ptr(args, 3) + <usize>first * sizeof<T>() + at);
    store<f64>(scales + (c << 3), scale);
    store<f64>(shifts + (c << 3), shift);
  }
  for (let i = 0; i < g(OUTER); i++) {
    for (let c = 0; c < count; c++) {
      const start = <usize>(i * g(OUTER_STEP) + c * g(CHANNEL_STEP)) * sizeof<T>();
      const scale = load<f64>(scales + (<usize>c << 3));
      const shift = load<f64>(shifts + (<usize>c << 3));
      for (let j = 0; j < g(INNER); j++) {
        const at = start + <usize>j * sizeof<T>();
        store<T>(out + at, <T>(<f64>load<T>(x + at) * scale + shift));
      }
    }
  }
}

export function batchNormGrad(args: usize): f64 {
  parallel(gradTask, prepare(args, 10), args);
  return -1;
}

function gradTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) gradChannels<f32>(args, index);
  else gradChannels<f64>(args, index);
}

/** dx = w/σ · (dy − mean(dy) − x̂·mean(dy·x̂)), dw = Σ dy·x̂, db = Σ dy, with x̂ = (x − μ)/σ. */
function gradChannels<T>(args: usize, index: i32): void {
  const first = index * g(EACH);
  const last = min(first + g(EACH), g(CHANNELS));
  const n: f64 = <f64>g(OUTER) * g(INNER);
  for (let c = first; c < last; c++) {
    const channel = <usize>c * sizeof<T>();
    const offset = <usize>(c * g(CHANNEL_STEP)) * sizeof<T>();
    const mu = <f64>load<T>(ptr(args, 4) + channel);
    const rsigma = 1 / sqrt(<f64>load<T>(ptr(args, 5) + channel) + num(args, 9));
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let i = 0; i < g(OUTER); i++) {
      for (let j = 0; j < g(INNER); j++) {
        const at = offset + <usize>(i * g(OUTER_STEP) + j) * sizeof<T>();
        const d = <f64>load<T>(ptr(args, 1) + at);
        sum += d;
        product += d * (<f64>load<T>(ptr(args, 2) + at) - mu);
      }
    }
    product *= rsigma;
    store<T>(ptr(args, 7) + channel, <T>product);
    store<T>(ptr(args, 8) + channel, <T>sum);
    const weight: f64 = ptr(args, 3) != 0 ? <f64>load<T>(ptr(args, 3) + channel) : 1;
    const scale = weight * rsigma;
    const meanD = sum / n;
    const meanDX = product / n * rsigma;
    for (let i = 0; i < g(OUTER); i++) {
      for (let j = 0; j < g(INNER); j++) {
        const at = offset + <usize>(i * g(OUTER_STEP) + j) * sizeof<T>();
        const d = <f64>load<T>(ptr(args, 1) + at);
        store<T>(ptr(args, 6) + at, <T>(scale * (d - meanD - (<f64>load<T>(ptr(args, 2) + at) - mu) * meanDX)));
      }
    }
  }
}
