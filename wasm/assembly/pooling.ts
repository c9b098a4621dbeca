/**
 * maxPool2d: dtype, x, out, argmax, layout (0 = dense [N, C, H, W], 1 = dense [H, W, N, C]), N, C, H, W, OH, OW, kH, kW, sH, sW,
 * pH, pW. maxPool2dGrad: dtype, dy, argmax, out, layout, … avgPool2d, avgPool2dGrad: dtype, x or dy, out, layout, …
 *
 * A plane is one channel of one image; a task has a block of planes, so gradients of overlapping windows meet in one task.
 * In the second layout planes lie side by side, and inner loops run over them.
 */

import { F32, int, ptr, setJob, job } from "./arguments";
import { parallel } from "./pool";

/** Job words: the sizes, and the planes of a task. */
const PLANES: i32 = 0, H: i32 = 1, W: i32 = 2, OH: i32 = 3, OW: i32 = 4, KH: i32 = 5, KW: i32 = 6, SH: i32 = 7, SW: i32 = 8;
const PH: i32 = 9, PW: i32 = 10, EACH: i32 = 11, LAYOUT: i32 = 12;

@inline
function g(word: i32): i32 {
  return <i32>job(word);
}

/** Reads the sizes from `layoutAt` on and returns the number of tasks. */
function prepare(args: usize, layoutAt: i32): i32 {
  const n = layoutAt + 1;
  setJob(LAYOUT, int(args, layoutAt));
  setJob(PLANES, int(args, n) * int(args, n + 1));
  for (let i = 0; i < 10; i++) setJob(H + i, int(args, n + 2 + i));
  const each = g(LAYOUT) == 1 ? 256 : max(1, 16384 / (g(H) * g(W)));
  setJob(EACH, each);
  return (g(PLANES) + each - 1) / each;
}

/** Distances, in elements, between planes and between positions of a plane of `positions` positions. */
@inline
function planeStep(positions: i32): i32 {
  return g(LAYOUT) == 1 ? 1 : positions;
}

@inline
function positionStep(): i32 {
  return g(LAYOUT) == 1 ? g(PLANES) : 1;
}

export function maxPool2d(args: usize): f64 {
  parallel(maxTask, prepare(args, 4), args);
  return -1;
}

function maxTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) maxLoop<f32>(args, index);
  else maxLoop<f64>(args, index);
}

function maxLoop<T>(args: usize, index: i32): void {
  const first = index * g(EACH);
  const count = min(g(EACH), g(PLANES) - first);
  const xPlane = planeStep(g(H) * g(W));
  const outPlane = planeStep(g(OH) * g(OW));
  const step = positionStep();
  const x = ptr(args, 1) + <usize>(first * xPlane) * sizeof<T>();
  const out = ptr(args, 2) + <usize>(first * outPlane) * sizeof<T>();
  const argmax = ptr(args, 3) + first * outPlane;
  for (let i = 0; i < g(OH); i++) {
    for (let j = 0; j < g(OW); j++) {
      const to = (i * g(OW) + j) * step;
      let started = false;
      for (let place = 0; place < g(KH) * g(KW); place++) {
        const ky = place / g(KW);
        const row = i * g(SH) - g(PH) + ky;
        const column = j * g(SW) - g(PW) + (place - ky * g(KW));
        if (row < 0 || row >= g(H) || column < 0 || column >= g(W)) continue;
        const from = x + <usize>((row * g(W) + column) * step) * sizeof<T>();
        updateMaximum<T>(from, xPlane, out + <usize>to * sizeof<T>(), argmax + to, outPlane, count, place, started);
        started = true;
      }
      if (!started) {
        for (let p = 0; p < count; p++) {
          store<T>(out + <usize>(to + p * outPlane) * sizeof<T>(), <T>-Infinity);
          store<u8>(argmax + to + p * outPlane, 0);
        }
      }
    }
  }
}

/** Takes x into the maximum of `count` planes; the first of equal values stays, NaN is largest. */
@inline
function updateMaximum<T>(
  x: usize, xPlane: i32, out: usize, argmax: usize, outPlane: i32, count: i32, place: i32, started: bool,
): void {
  let p = 0;
  if (sizeof<T>() == 4 && xPlane == 1 && outPlane == 1) {
    for (; p + 4 <= count; p += 4) {
      const v = v128.load(x + (<usize>p << 2));
      const best = started ? v128.load(out + (<usize>p << 2)) : f32x4.splat(f32(-Infinity));
      const better = started
        ? v128.or(f32x4.gt(v, best), v128.andnot(f32x4.ne(v, v), f32x4.ne(best, best)))
        : i32x4.splat(-1);
      v128.store(out + (<usize>p << 2), v128.bitselect(v, best, better));
      const mask = i8x16.shuffle(better, better, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
      const places = v128.bitselect(i8x16.splat(<i8>place), v128.load32_zero(argmax + p), mask);
      v128.store32_lane(argmax + p, places, 0);
    }
  }
  for (; p < count; p++) {
    const v = load<T>(x + <usize>(p * xPlane) * sizeof<T>());
    const to = out + <usize>(p * outPlane) * sizeof<T>();
    const best = load<T>(to);
    if (!started || v > best || (v != v && best == best)) {
      store<T>(to, v);
      store<u8>(argmax + p * outPlane, <u8>place);
    }
  }
}

export function maxPool2dGrad(args: usize): f64 {
  parallel(maxGradTask, prepare(args, 4), args);
  return -1;
}

function maxGradTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) maxGradLoop<f32>(args, index);
  else maxGradLoop<f64>(args, index);
}

/** Zeroes the gradient of planes first … first + count − 1. */
function clearPlanes(out: usize, first: i32, count: i32, size: usize): void {
  const positions = g(H) * g(W);
  if (g(LAYOUT) == 0) {
    memory.fill(out + <usize>(first * positions) * size, 0, <usize>(count * positions) * size);
    return;
  }
  for (let q = 0; q < positions; q++) {
    memory.fill(out + <usize>(q * g(PLANES) + first) * size, 0, <usize>count * size);
  }
}

function maxGradLoop<T>(args: usize, index: i32): void {
  const first = index * g(EACH);
  const count = min(g(EACH), g(PLANES) - first);
  const xPlane = planeStep(g(H) * g(W));
  const dyPlane = planeStep(g(OH) * g(OW));
  const step = positionStep();
  clearPlanes(ptr(args, 3), first, count, sizeof<T>());
  const out = ptr(args, 3) + <usize>(first * xPlane) * sizeof<T>();
  const dy = ptr(args, 1) + <usize>(first * dyPlane) * sizeof<T>();
  const argmax = ptr(args, 2) + first * dyPlane;
  for (let i = 0; i < g(OH); i++) {
    for (let j = 0; j < g(OW); j++) {
      const from = (i * g(OW) + j) * step;
      for (let p = 0; p < count; p++) {
        const place = <i32>load<u8>(argmax + from + p * dyPlane);
        const ky = place / g(KW);
        const row = i * g(SH) - g(PH) + ky;
        const column = j * g(SW) - g(PW) + (place - ky * g(KW));
        if (row < 0 || row >= g(H) || column < 0 || column >= g(W)) continue;
        const to = out + <usize>((row * g(W) + column) * step + p * xPlane) * sizeof<T>();
        store<T>(to, load<T>(to) + load<T>(dy + <usize>(from + p * dyPlane) * sizeof<T>()));
      }
    }
  }
}

export function avgPool2d(args: usize): f64 {
  parallel(avgTask, prepare(args, 3), args);
  return -1;
}

export function avgPool2dGrad(args: usize): f64 {
  parallel(avgGradTask, prepare(args, 3), args);
  return -1;
}

function avgTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) avgLoop<f32>(args, index, false);
  else avgLoop<f64>(args, index, false);
}

function avgGradTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) avgLoop<f32>(args, index, true);
  else avgLoop<f64>(args, index, true);
}

/** to[p] += from[p] · factor for `count` planes. */
@inline
function addScaled<T>(from: usize, fromPlane: i32, to: usize, toPlane: i32, count: i32, factor: f64): void {
  let p = 0;
  if (sizeof<T>() == 4 && fromPlane == 1 && toPlane == 1) {
    const f = f32x4.splat(<f32>factor);
    for (; p + 4 <= count; p += 4) {
      const at = <usize>p << 2;
      v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(v128.load(from + at), f)));
    }
  }
  for (; p < count; p++) {
    const at = to + <usize>(p * toPlane) * sizeof<T>();
    store<T>(at, load<T>(at) + load<T>(from + <usize>(p * fromPlane) * sizeof<T>()) * <T>factor);
  }
}

/** Forward: out = mean of x over windows. Gradient: x's place is the output and dy's the input, windows scatter. */
function avgLoop<T>(args: usize, index: i32, gradient: bool): void {
  const first = index * g(EACH);
  const count = min(g(EACH), g(PLANES) - first);
  const largePlane = planeStep(g(H) * g(W));
  const smallPlane = planeStep(g(OH) * g(OW));
  const step = positionStep();
  const large = ptr(args, gradient ? 2 : 1) + <usize>(first * largePlane) * sizeof<T>();
  const small = ptr(args, gradient ? 1 : 2) + <usize>(first * smallPlane) * sizeof<T>();
  const factor: f64 = 1.0 / <f64>(g(KH) * g(KW));
  if (gradient) clearPlanes(ptr(args, 2), first, count, sizeof<T>());
  for (let i = 0; i < g(OH); i++) {
    for (let j = 0; j < g(OW); j++) {
      const place = small + <usize>((i * g(OW) + j) * step) * sizeof<T>();
      if (!gradient) {
        for (let p = 0; p < count; p++) store<T>(place + <usize>(p * smallPlane) * sizeof<T>(), 0);
      }
      for (let ky = 0; ky < g(KH); ky++) {
        const row = i * g(SH) - g(PH) + ky;
        if (row < 0 || row >= g(H)) continue;
        for (let kx = 0; kx < g(KW); kx++) {
          const column = j * g(SW) - g(PW) + kx;
          if (column < 0 || column >= g(W)) continue;
          const other = large + <usize>((row * g(W) + column) * step) * sizeof<T>();
          if (gradient) addScaled<T>(place, smallPlane, other, largePlane, count, factor);
          else addScaled<T>(other, largePlane, place, smallPlane, count, factor);
        }
      }
    }
  }
}
