/**
 * Vectors of either float type, so that a kernel is written once for both: four floats, or two doubles. Elementary functions
 * of doubles are taken one by one. Reads may reach past the end of a row; stores and sums leave out what is beyond it.
 */

import * as m from "./vectorMath";

/** Elements of a vector. */
@inline
export function lanes<T>(): i32 {
  return 16 / sizeof<T>();
}

/** The first `count` lanes of v, 0 in the others. */
@inline
export function first<T>(v: v128, count: i32): v128 {
  if (count >= lanes<T>()) return v;
  if (sizeof<T>() == 8) return v128.and(v, i64x2(-1, 0));
  return v128.and(v, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)));
}

/** Stores the first `count` lanes of v; all where count is more than there are. */
@inline
export function put<T>(to: usize, v: v128, count: i32): void {
  if (count >= lanes<T>()) {
    v128.store(to, v);
  } else if (sizeof<T>() == 8) {
    v128.store64_lane(to, v, 0);
  } else {
    v128.store32_lane(to, v, 0);
    if (count > 1) v128.store32_lane(to, v, 1, 4);
    if (count > 2) v128.store32_lane(to, v, 2, 8);
  }
}

/** sum + v, in two doubles. */
@inline
export function addTo<T>(sum: v128, v: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.add(sum, v);
  const high = i64x2.shuffle(v, v, 1, 1);
  return f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high)));
}

@inline
export function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

@inline
export function sigmoid<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return m.sigmoid4(x);
  return f64x2(m.sigmoid(f64x2.extract_lane(x, 0)), m.sigmoid(f64x2.extract_lane(x, 1)));
}

@inline
export function tanh<T>(x: v128): v128 {
  if (sizeof<T>() == 4) return m.tanh4(x);
  return f64x2(Math.tanh(f64x2.extract_lane(x, 0)), Math.tanh(f64x2.extract_lane(x, 1)));
}
