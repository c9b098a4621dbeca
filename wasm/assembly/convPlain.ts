/** Convolution, its gradients and its epilogue in float64: plain loops straight from the strided operands. */

import { int, ptr } from "./arguments";
import {
  C, CG, g, H, inputColumn, inputRow, KH, KW, N, O, OG, OH, OW, setGeometry, W, DH, DW, PH, PW, SH, SW,
} from "./convGeometry";
import { parallel } from "./pool";

@inline
function element(base: usize, args: usize, strides: i32, n: i32, c: i32, y: i32, x: i32): f64 {
  const offset = n * int(args, strides) + c * int(args, strides + 1) + y * int(args, strides + 2) + x * int(args, strides + 3);
  return load<f64>(base + (<usize>offset << 3));
}

@inline
function weightAt(base: usize, o: i32, c: i32, ky: i32, kx: i32): f64 {
  return load<f64>(base + (<usize>(((o * g(CG) + c) * g(KH) + ky) * g(KW) + kx) << 3));
}

export function conv2dPlain(args: usize): f64 {
  setGeometry(args, 6);
  parallel(forwardRow, int(args, 21) != 0 ? g(OH) >> 1 : g(OH), args);
  return -1;
}

/** One output value after bias and ReLU. */
function value(args: usize, n: i32, o: i32, i: i32, j: i32): f64 {
  const x = ptr(args, 1);
  const firstChannel = (o / g(OG)) * g(CG);
  let sum: f64 = 0;
  for (let ky = 0; ky < g(KH); ky++) {
    const row = inputRow(i, ky);
    if (row < 0 || row >= g(H)) continue;
    for (let kx = 0; kx < g(KW); kx++) {
      const column = inputColumn(j, kx);
      if (column < 0 || column >= g(W)) continue;
      for (let c = 0; c < g(CG); c++) {
        sum += element(x, args, 22, n, firstChannel + c, row, column) * weightAt(ptr(args, 2), o, c, ky, kx);
      }
    }
  }
  if (ptr(args, 3) != 0) sum += load<f64>(ptr(args, 3) + (<usize>o << 3));
  return int(args, 20) != 0 && sum <= 0 ? 0 : sum;
}

function forwardRow(args: usize, i: i32, worker: i32): void {
  const pool = int(args, 21) != 0;
  const width = pool ? g(OW) >> 1 : g(OW);
  let at = i * width * g(N) * g(O);
  for (let j = 0; j < width; j++) {
    for (let n = 0; n < g(N); n++) {
      for (let o = 0; o < g(O); o++, at++) {
        let best = pool ? value(args, n, o, 2 * i, 2 * j) : value(args, n, o, i, j);
        let place = 0;
        for (let p = 1; pool && p < 4; p++) {
          const v = value(args, n, o, 2 * i + (p >> 1), 2 * j + (p & 1));
          if (v > best || (v != v && best == best)) {
            best = v;
            place = p;
          }
        }
        store<f64>(ptr(args, 4) + (<usize>at << 3), best);
        if (ptr(args, 5) != 0) store<u8>(ptr(args, 5) + at, <u8>place);
      }
    }
  }
}

export function inputGradPlain(args: usize): f64 {
  setGeometry(args, 4);
  parallel(inputGradRow, g(H), args);
  return -1;
}

function inputGradRow(args: usize, y: i32, worker: i32): void {
  let at = y * g(W) * g(N) * g(C);
  for (let x = 0; x < g(W); x++) {
    for (let n = 0; n < g(N); n++) {
      for (let c = 0; c < g(C); c++, at++) {
        const group = c / g(CG);
        let sum: f64 = 0;
        for (let ky = 0; ky < g(KH); ky++) {
          const i = outputIndex(y + g(PH) - ky * g(DH), g(SH), g(OH));
          if (i < 0) continue;
          for (let kx = 0; kx < g(KW); kx++) {
            const j = outputIndex(x + g(PW) - kx * g(DW), g(SW), g(OW));
            if (j < 0) continue;
            for (let k = 0; k < g(OG); k++) {
              const o = group * g(OG) + k;
              sum += element(ptr(args, 1), args, 18, n, o, i, j) * weightAt(ptr(args, 2), o, c - group * g(CG), ky, kx);
            }
          }
        }
        store<f64>(ptr(args, 3) + (<usize>at << 3), sum);
      }
    }
  }
}

/** The output index that `position` = index · stride belongs to, or −1. */
@inline
export function outputIndex(position: i32, stride: i32, size: i32): i32 {
  if (position < 0) return -1;
  const index = position / stride;
  return index * stride == position && index < size ? index : -1;
}

export function weightGradPlain(args: usize): f64 {
  setGeometry(args, 5);
  parallel(weightGradFilter, g(O), args);
  return -1;
}

function weightGradFilter(args: usize, o: i32, worker: i32): void {
  const firstChannel = (o / g(OG)) * g(CG);
  let to = ptr(args, 3) + (<usize>(o * g(CG) * g(KH) * g(KW)) << 3);
  for (let c = 0; c < g(CG); c++) {
    for (let ky = 0; ky < g(KH); ky++) {
      for (let kx = 0; kx < g(KW); kx++) {
        store<f64>(to, tapGradient(args, o, firstChannel + c, ky, kx));
        to += 8;
      }
    }
  }
  if (ptr(args, 4) == 0) return;
  let sum: f64 = 0;
  for (let i = 0; i < g(OH); i++) {
    for (let j = 0; j < g(OW); j++) {
      for (let n = 0; n < g(N); n++) sum += element(ptr(args, 2), args, 23, n, o, i, j);
    }
  }
  store<f64>(ptr(args, 4) + (<usize>o << 3), sum);
}

function tapGradient(args: usize, o: i32, c: i32, ky: i32, kx: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < g(OH); i++) {
    const y = inputRow(i, ky);
    if (y < 0 || y >= g(H)) continue;
    for (let j = 0; j < g(OW); j++) {
      const x = inputColumn(j, kx);
      if (x < 0 || x >= g(W)) continue;
      for (let n = 0; n < g(N); n++) {
        sum += element(ptr(args, 1), args, 19, n, c, y, x) * element(ptr(args, 2), args, 23, n, o, i, j);
      }
    }
  }
  return sum;
}

export function epilogueGradPlain(args: usize): f64 {
  parallel(epilogueRow, int(args, 7), args);
  return -1;
}

/** Row `i` of the unpooled gradient. */
function epilogueRow(args: usize, i: i32, worker: i32): void {
  const n = int(args, 5);
  const o = int(args, 6);
  const width = int(args, 8);
  const relu = int(args, 9) != 0;
  const pool = int(args, 10) != 0;
  const columns = pool ? width >> 1 : width;
  const rows = pool ? int(args, 7) >> 1 : int(args, 7);
  let to = ptr(args, 4) + (<usize>(i * width * n * o) << 3);
  for (let j = 0; j < width; j++) {
    const row = pool ? i >> 1 : i;
    const column = pool ? j >> 1 : j;
    for (let image = 0; image < n; image++) {
      for (let c = 0; c < o; c++) {
        let d: f64 = 0;
        if (row < rows && column < columns) {
          const at = ((row * columns + column) * n + image) * o + c;
          const place = ((i & 1) << 1) | (j & 1);
          const chosen = !pool || load<u8>(ptr(args, 3) + at) == place;
          if (chosen && (!relu || load<f64>(ptr(args, 2) + (<usize>at << 3)) > 0)) {
            d = element(ptr(args, 1), args, 11, image, c, row, column);
          }
        }
        store<f64>(to, d);
        to += 8;
      }
    }
  }
}
