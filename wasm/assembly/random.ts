/**
 * random: kind (0 uniform, 1 normal, 2 bits), dtype, out, n, key0, key1, blockLo, blockHi.
 *
 * Philox4x32-10 (Salmon et al., 2011) at counter block + i, and normals by the quantile function AS 241 (Wichura, 1988). The
 * operations and their order are those of src/base/philox.ts and normal.ts, so that every bit agrees.
 */

import { F32, F64, int, num, ptr } from "./arguments";
import { parallel } from "./pool";

const UNIFORM: i32 = 0, NORMAL: i32 = 1;

/** Blocks of a task. */
const BLOCKS: i32 = 1024;

export function random(args: usize): f64 {
  const perBlock = int(args, 0) == UNIFORM && int(args, 1) == F64 ? 2 : 4;
  const blocks = (int(args, 3) + perBlock - 1) / perBlock;
  parallel(randomTask, (blocks + BLOCKS - 1) / BLOCKS, args);
  return -1;
}

function randomTask(args: usize, index: i32, worker: i32): void {
  const kind = int(args, 0);
  const dtype = int(args, 1);
  const out = ptr(args, 2);
  const n = int(args, 3);
  const key0 = <u32>num(args, 4);
  const key1 = <u32>num(args, 5);
  const start = (<u64>num(args, 7) << 32) | <u64>num(args, 6);
  const perBlock = kind == UNIFORM && dtype == F64 ? 2 : 4;
  const last = min((index + 1) * BLOCKS, (n + perBlock - 1) / perBlock);
  for (let block = index * BLOCKS; block < last; block++) {
    const counter = start + <u64>block;
    let k0 = key0;
    let k1 = key1;
    let c0 = <u32>counter;
    let c1 = <u32>(counter >> 32);
    let c2: u32 = 0;
    let c3: u32 = 0;
    for (let round = 0; round < 10; round++) {
      const a = <u64>c0 * 0xd2511f53;
      const b = <u64>c2 * 0xcd9e8d57;
      c0 = <u32>(b >> 32) ^ c1 ^ k0;
      c1 = <u32>b;
      c2 = <u32>(a >> 32) ^ c3 ^ k1;
      c3 = <u32>a;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    const first = block * perBlock;
    if (perBlock == 2) {
      put(kind, dtype, out, first, n, double53(c0, c1));
      put(kind, dtype, out, first + 1, n, double53(c2, c3));
    } else {
      put(kind, dtype, out, first, n, sample(kind, c0));
      put(kind, dtype, out, first + 1, n, sample(kind, c1));
      put(kind, dtype, out, first + 2, n, sample(kind, c2));
      put(kind, dtype, out, first + 3, n, sample(kind, c3));
    }
  }
}

@inline
function put(kind: i32, dtype: i32, out: usize, index: i32, n: i32, value: f64): void {
  if (index >= n) return;
  if (dtype == F32) store<f32>(out + (<usize>index << 2), <f32>value);
  else if (dtype == F64) store<f64>(out + (<usize>index << 3), value);
  else store<i32>(out + (<usize>index << 2), <i32><i64>value);
}

@inline
function sample(kind: i32, word: u32): f64 {
  if (kind == UNIFORM) return <f64>(word >> 8) * 5.9604644775390625e-8;
  if (kind == NORMAL) return normalQuantile((<f64>word + 0.5) * 2.3283064365386963e-10);
  return <f64>word;
}

@inline
function double53(high: u32, low: u32): f64 {
  return (<f64>(high >> 5) * 67108864 + <f64>(low >> 6)) * 1.1102230246251565e-16;
}

function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let e = <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let series: f64 = 1.0 / 21;
  series = series * z + 1.0 / 19;
  series = series * z + 1.0 / 17;
  series = series * z + 1.0 / 15;
  series = series * z + 1.0 / 13;
  series = series * z + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = series * z + 1.0 / 3;
  series = series * z + 1;
  return 2 * s * series + <f64>e * 0.6931471805599453;
}

function normalQuantile(p: f64): f64 {
  const q = p - 0.5;
  if (abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    const numerator =
      ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r
        + 45921.95393154987) * r + 13731.69376550946) * r + 1971.5909503065513) * r
        + 133.14166789178438) * r + 3.3871328727963665;
    const denominator =
      ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r
        + 21213.794301586597) * r + 5394.196021424751) * r + 687.1870074920579) * r
        + 42.31333070160091) * r + 1;
    return (q * numerator) / denominator;
  }
  let r = sqrt(-logarithm(q < 0 ? p : 1 - p));
  let numerator: f64;
  let denominator: f64;
  if (r <= 5) {
    r -= 1.6;
    numerator =
      ((((((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r
        + 1.2704582524523684) * r + 3.6478483247632045) * r + 5.769497221460691) * r
        + 4.630337846156546) * r + 1.4234371107496835;
    denominator =
      ((((((1.0507500716444169e-9 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r
        + 0.14810397642748008) * r + 0.6897673349851) * r + 1.6763848301838038) * r
        + 2.053191626637759) * r + 1;
  } else {
    r -= 5;
    numerator =
      ((((((2.0103343992922881e-7 * r + 2.7115555687434876e-5) * r + 0.0012426609473880784) * r
        + 0.026532189526576124) * r + 0.29656057182850487) * r + 1.7848265399172913) * r
        + 5.463784911164114) * r + 6.657904643501103;
    denominator =
      ((((((2.0442631033899397e-15 * r + 1.421511758316446e-7) * r + 1.8463183175100548e-5) * r
        + 0.0007868691311456133) * r + 0.014875361290850615) * r + 0.1369298809227358) * r
        + 0.599832206555888) * r + 1;
  }
  const z = numerator / denominator;
  return q < 0 ? -z : z;
}
