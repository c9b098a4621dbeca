/**
 * lstmCell: dtype, gates, cPrev, c, h, rows, units: one step of LSTM cells; gates [rows, 4 · units] are activated in place
 * lstmCellGrad: dtype, dh, dc, gates, cPrev, c, dGates, rows, units: dc becomes the gradient of cPrev in place
 *
 * Rows are contiguous; the gates of a row are input, forget, cell, output.
 */

import { F32, int, job, ptr, setJob } from "./arguments";
import { lanes, put, sigmoid, tanh } from "./lanes";
import { parallel } from "./pool";

/** Units of a task, about. */
const PART: i32 = 1024;

/** Job word: rows of a task. */
const EACH: i32 = 0;

function byRows(args: usize, task: (args: usize, index: i32, worker: i32) => void, rows: i32, units: i32): void {
  const each = max(1, PART / units);
  setJob(EACH, each);
  parallel(task, (rows + each - 1) / each, args);
}

export function lstmCell(args: usize): f64 {
  byRows(args, cellTask, int(args, 5), int(args, 6));
  return -1;
}

function cellTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) cellRows<f32>(args, index);
  else cellRows<f64>(args, index);
}

function cellRows<T>(args: usize, index: i32): void {
  const units = int(args, 6);
  const gateBytes = <usize>units * sizeof<T>();
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 5));
  for (let row = index * each; row < last; row++) {
    for (let unit = 0; unit < units; unit += lanes<T>()) {
      const count = units - unit;
      const at = <usize>(row * units + unit) * sizeof<T>();
      const atInput = ptr(args, 1) + <usize>(row * 4 * units + unit) * sizeof<T>();
      const atForget = atInput + gateBytes;
      const atCell = atForget + gateBytes;
      const atOutput = atCell + gateBytes;
      const i = sigmoid<T>(v128.load(atInput));
      const f = sigmoid<T>(v128.load(atForget));
      const g = tanh<T>(v128.load(atCell));
      const o = sigmoid<T>(v128.load(atOutput));
      put<T>(atInput, i, count);
      put<T>(atForget, f, count);
      put<T>(atCell, g, count);
      put<T>(atOutput, o, count);
      const c = v128.add<T>(v128.mul<T>(f, v128.load(ptr(args, 2) + at)), v128.mul<T>(i, g));
      put<T>(ptr(args, 3) + at, c, count);
      put<T>(ptr(args, 4) + at, v128.mul<T>(o, tanh<T>(c)), count);
    }
  }
}

export function lstmCellGrad(args: usize): f64 {
  byRows(args, gradTask, int(args, 7), int(args, 8));
  return -1;
}

function gradTask(args: usize, index: i32, worker: i32): void {
  if (int(args, 0) == F32) gradRows<f32>(args, index);
  else gradRows<f64>(args, index);
}

/** s · (1 − s), the slope of a sigmoid. */
@inline
function sigmoidSlope<T>(s: v128): v128 {
  return v128.mul<T>(s, v128.sub<T>(v128.splat<T>(1), s));
}

/** 1 − t², the slope of a tanh. */
@inline
function tanhSlope<T>(t: v128): v128 {
  return v128.sub<T>(v128.splat<T>(1), v128.mul<T>(t, t));
}

function gradRows<T>(args: usize, index: i32): void {
  const units = int(args, 8);
  const gateBytes = <usize>units * sizeof<T>();
  const each = <i32>job(EACH);
  const last = min((index + 1) * each, int(args, 7));
  for (let row = index * each; row < last; row++) {
    for (let unit = 0; unit < units; unit += lanes<T>()) {
      const count = units - unit;
      const at = <usize>(row * units + unit) * sizeof<T>();
      const atGates = <usize>(row * 4 * units + unit) * sizeof<T>();
      const gates = ptr(args, 3) + atGates;
      const out = ptr(args, 6) + atGates;
      const i = v128.load(gates);
      const f = v128.load(gates + gateBytes);
      const g = v128.load(gates + 2 * gateBytes);
      const o = v128.load(gates + 3 * gateBytes);
      const t = tanh<T>(v128.load(ptr(args, 5) + at));
      const dh = v128.load(ptr(args, 1) + at);
      const dc = v128.add<T>(v128.load(ptr(args, 2) + at), v128.mul<T>(v128.mul<T>(dh, o), tanhSlope<T>(t)));
      put<T>(out, v128.mul<T>(v128.mul<T>(dc, g), sigmoidSlope<T>(i)), count);
      put<T>(out + gateBytes, v128.mul<T>(v128.mul<T>(dc, v128.load(ptr(args, 4) + at)), sigmoidSlope<T>(f)), count);
      put<T>(out + 2 * gateBytes, v128.mul<T>(v128.mul<T>(dc, i), tanhSlope<T>(g)), count);
      put<T>(out + 3 * gateBytes, v128.mul<T>(v128.mul<T>(dh, t), sigmoidSlope<T>(o)), count);
      put<T>(ptr(args, 2) + at, v128.mul<T>(dc, f), count);
    }
  }
}
