/**
 * sgd: dtype, lr, momentum, dampening, weightDecay, nesterov, first, hasBuffers, count, then per parameter p, g, buf (0), n
 * adam: dtype, lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2, count, then p, g, m, v, n
 *
 * In place; PyTorch's conventions. Parameters in order, each in chunks.
 */

import { F32, int, job, num, ptr, setJob } from "./arguments";
import { parallel } from "./pool";

const CHUNK: i32 = 8192;
/** Job word: the argument where the parameter's pointers are. */
const AT: i32 = 0;

export function sgd(args: usize): f64 {
  for (let i = 0; i < int(args, 8); i++) {
    setJob(AT, 9 + 4 * i);
    parallel(sgdTask, (int(args, 12 + 4 * i) + CHUNK - 1) / CHUNK, args);
  }
  return -1;
}

function sgdTask(args: usize, index: i32, worker: i32): void {
  const n = int(args, <i32>job(AT) + 3);
  const start = index * CHUNK;
  const end = min(start + CHUNK, n);
  if (int(args, 0) == F32) {
    const whole = start + ((end - start) & ~3);
    sgdVector(args, start, whole);
    sgdScalar<f32>(args, whole, end);
  } else {
    sgdScalar<f64>(args, start, end);
  }
}

function sgdVector(args: usize, start: i32, end: i32): void {
  const at = <i32>job(AT);
  const p = ptr(args, at);
  const g = ptr(args, at + 1);
  const buf = ptr(args, at + 2);
  const lr = f32x4.splat(<f32>num(args, 1));
  const momentum = f32x4.splat(<f32>num(args, 2));
  const fresh = f32x4.splat(<f32>(1 - num(args, 3)));
  const decay = f32x4.splat(<f32>num(args, 4));
  const nesterov = num(args, 5) != 0;
  const first = num(args, 6) != 0;
  for (let i = <usize>start << 2; i < <usize>end << 2; i += 16) {
    const old = v128.load(p + i);
    const slope = f32x4.add(v128.load(g + i), f32x4.mul(decay, old));
    let update = slope;
    if (buf != 0) {
      const velocity = first ? slope : f32x4.add(f32x4.mul(momentum, v128.load(buf + i)), f32x4.mul(fresh, slope));
      v128.store(buf + i, velocity);
      update = nesterov ? f32x4.add(slope, f32x4.mul(momentum, velocity)) : velocity;
    }
    v128.store(p + i, f32x4.sub(old, f32x4.mul(lr, update)));
  }
}

function sgdScalar<T>(args: usize, start: i32, end: i32): void {
  const at = <i32>job(AT);
  const buf = ptr(args, at + 2);
  const lr = <T>num(args, 1);
  const momentum = <T>num(args, 2);
  const fresh = <T>(1 - num(args, 3));
  const decay = <T>num(args, 4);
  for (let i = <usize>start * sizeof<T>(); i < <usize>end * sizeof<T>(); i += sizeof<T>()) {
    const old = load<T>(ptr(args, at) + i);
    const slope = load<T>(ptr(args, at + 1) + i) + decay * old;
    let update = slope;
    if (buf != 0) {
      const velocity = num(args, 6) != 0 ? slope : momentum * load<T>(buf + i) + fresh * slope;
      store<T>(buf + i, velocity);
      update = num(args, 5) != 0 ? slope + momentum * velocity : velocity;
    }
    store<T>(ptr(args, at) + i, old - lr * update);
  }
}

export function adam(args: usize): f64 {
  for (let i = 0; i < int(args, 9); i++) {
    setJob(AT, 10 + 5 * i);
    parallel(adamTask, (int(args, 14 + 5 * i) + CHUNK - 1) / CHUNK, args);
  }
  return -1;
}

function adamTask(args: usize, index: i32, worker: i32): void {
  const n = int(args, <i32>job(AT) + 4);
  const start = index * CHUNK;
  const end = min(start + CHUNK, n);
  if (int(args, 0) == F32) {
    const whole = start + ((end - start) & ~3);
    adamVector(args, start, whole);
    adamScalar<f32>(args, whole, end);
  } else {
    adamScalar<f64>(args, start, end);
  }
}

/** p ← p·keep − step·m / (√v·rootScale + eps), with the corrections folded into step and rootScale. */
function adamVector(args: usize, start: i32, end: i32): void {
  const at = <i32>job(AT);
  const p = ptr(args, at);
  const g = ptr(args, at + 1);
  const m = ptr(args, at + 2);
  const v = ptr(args, at + 3);
  const decoupled = num(args, 6) != 0;
  const beta1 = f32x4.splat(<f32>num(args, 2));
  const fresh1 = f32x4.splat(<f32>(1 - num(args, 2)));
  const beta2 = f32x4.splat(<f32>num(args, 3));
  const fresh2 = f32x4.splat(<f32>(1 - num(args, 3)));
  const eps = f32x4.splat(<f32>num(args, 4));
  const decay = f32x4.splat(decoupled ? 0 : <f32>num(args, 5));
  const keep = f32x4.splat(decoupled ? <f32>(1 - num(args, 1) * num(args, 5)) : 1);
  const step = f32x4.splat(<f32>(num(args, 1) / num(args, 7)));
  const rootScale = f32x4.splat(<f32>(1 / Math.sqrt(num(args, 8))));
  for (let i = <usize>start << 2; i < <usize>end << 2; i += 16) {
    const old = v128.load(p + i);
    const slope = f32x4.add(v128.load(g + i), f32x4.mul(decay, old));
    const first = f32x4.add(f32x4.mul(beta1, v128.load(m + i)), f32x4.mul(fresh1, slope));
    const second = f32x4.add(f32x4.mul(beta2, v128.load(v + i)), f32x4.mul(fresh2, f32x4.mul(slope, slope)));
    v128.store(m + i, first);
    v128.store(v + i, second);
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(second), rootScale), eps);
    v128.store(p + i, f32x4.sub(f32x4.mul(old, keep), f32x4.div(f32x4.mul(step, first), root)));
  }
}

function adamScalar<T>(args: usize, start: i32, end: i32): void {
  const at = <i32>job(AT);
  const decoupled = num(args, 6) != 0;
  const decay: T = decoupled ? 0 : <T>num(args, 5);
  const keep: T = decoupled ? <T>(1 - num(args, 1) * num(args, 5)) : 1;
  const step = <T>(num(args, 1) / num(args, 7));
  const rootScale = <T>(1 / Math.sqrt(num(args, 8)));
  for (let i = <usize>start * sizeof<T>(); i < <usize>end * sizeof<T>(); i += sizeof<T>()) {
    const p = ptr(args, at) + i;
    const m = ptr(args, at + 2) + i;
    const v = ptr(args, at + 3) + i;
    const old = load<T>(p);
    const slope = load<T>(ptr(args, at + 1) + i) + decay * old;
    const first = <T>num(args, 2) * load<T>(m) + <T>(1 - num(args, 2)) * slope;
    const second = <T>num(args, 3) * load<T>(v) + <T>(1 - num(args, 3)) * (slope * slope);
    store<T>(m, first);
    store<T>(v, second);
    store<T>(p, old * keep - step * first / (sqrt<T>(second) * rootScale + <T>num(args, 4)));
  }
}
