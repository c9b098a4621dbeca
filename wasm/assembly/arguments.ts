/** Reading the argument block: argument `i` of the block at `args`. */

import { JOB } from "./layout";

@inline
export function num(args: usize, i: i32): f64 {
  return load<f64>(args + (<usize>i << 3));
}

@inline
export function int(args: usize, i: i32): i32 {
  return <i32>load<f64>(args + (<usize>i << 3));
}

/** An address; 0 is "not given". */
@inline
export function ptr(args: usize, i: i32): usize {
  return <usize>load<f64>(args + (<usize>i << 3));
}

/** Address of argument `i`, for lists of numbers. */
@inline
export function at(args: usize, i: i32): usize {
  return args + (<usize>i << 3);
}

/** Word `i` that a kernel computed for its tasks. */
@inline
export function job(i: i32): usize {
  return load<usize>(JOB + (<usize>i << 2));
}

@inline
export function setJob(i: i32, value: usize): void {
  store<usize>(JOB + (<usize>i << 2), value);
}

@inline
export function product(list: usize, count: i32): i32 {
  let n = 1;
  for (let i = 0; i < count; i++) n *= int(list, i);
  return n;
}

/** Element types, by their codes in the argument block. */
export const F32: i32 = 0;
export const F64: i32 = 1;
export const I32: i32 = 2;
export const U8: i32 = 3;
export const BOOL: i32 = 4;

/** log₂ of the bytes of an element. */
@inline
export function shiftOf(dtype: i32): i32 {
  return dtype == F64 ? 3 : dtype < U8 ? 2 : 0;
}
