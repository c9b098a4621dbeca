/**
 * Elementary functions of four floats at once. Errors are a few units in the last place; NaN stays NaN and infinities map
 * as in IEEE. Method of exp and log: reduction by powers of two and a polynomial on the rest (Cody and Waite); the
 * coefficients are Taylor's where the interval is short enough and minimax otherwise (as in the Cephes library).
 */

@inline
function c(x: f32): v128 {
  return f32x4.splat(x);
}

/** a·b + c: fused where the module is built for relaxed SIMD. */
@inline
export function madd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** 2ⁿ for integers −126 ≤ n ≤ 127. */
@inline
function power2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/**
 * eˣ: x = n·ln 2 + r, |r| ≤ ½·ln 2. Adding 1.5·2²³ leaves n, rounded, in the low bits. Below −104 the result is 0, and nothing is
 * computed: factors that underflow are very slow, and masked scores are −∞.
 */
@inline
export function exp4(x: v128): v128 {
  const vanishing = f32x4.lt(x, c(-104));
  const clamped = f32x4.pmin(v128.andnot(x, vanishing), c(89));
  const shifted = madd(clamped, c(1.44269504), c(12582912));
  const n = f32x4.sub(shifted, c(12582912));
  const r = madd(n, c(2.12194440e-4), madd(n, c(-0.693359375), clamped));
  let p = c(1.9875691500e-4);
  p = madd(p, r, c(1.3981999507e-3));
  p = madd(p, r, c(8.3334519073e-3));
  p = madd(p, r, c(4.1665795894e-2));
  p = madd(p, r, c(1.6666665459e-1));
  p = madd(p, r, c(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), c(1));
  const whole = i32x4.sub(shifted, c(12582912));
  const half = i32x4.shr_s(whole, 1);
  return v128.andnot(f32x4.mul(f32x4.mul(p, power2(half)), power2(i32x4.sub(whole, half))), vanishing);
}

/** ln x: x = m·2ᵉ with m in [√½, √2). Negative: NaN; 0: −∞. */
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, c(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, c(8388608)), x, tiny);
  let e = i32x4.sub(i32x4.shr_u(normal, 23), i32x4.splat(126));
  let m = v128.or(v128.and(normal, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(m, c(0.707106781));
  e = i32x4.add(e, low);
  m = f32x4.sub(f32x4.add(m, v128.and(m, low)), c(1));
  let k = f32x4.convert_i32x4_s(e);
  k = f32x4.sub(k, v128.and(tiny, c(23)));
  const z = f32x4.mul(m, m);
  let p = c(7.0376836292e-2);
  p = madd(p, m, c(-1.1514610310e-1));
  p = madd(p, m, c(1.1676998740e-1));
  p = madd(p, m, c(-1.2420140846e-1));
  p = madd(p, m, c(1.4249322787e-1));
  p = madd(p, m, c(-1.6668057665e-1));
  p = madd(p, m, c(2.0000714765e-1));
  p = madd(p, m, c(-2.4999993993e-1));
  p = madd(p, m, c(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, m), z);
  p = f32x4.sub(p, f32x4.mul(k, c(2.12194440e-4)));
  p = f32x4.sub(p, f32x4.mul(z, c(0.5)));
  let y = f32x4.add(f32x4.add(m, p), f32x4.mul(k, c(0.693359375)));
  y = v128.bitselect(x, y, f32x4.eq(x, c(f32(Infinity))));
  y = v128.bitselect(c(f32(-Infinity)), y, f32x4.eq(x, c(0)));
  return v128.bitselect(y, c(f32(NaN)), f32x4.ge(x, c(0)));
}

@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(c(1), f32x4.add(c(1), exp4(f32x4.neg(x))));
}

/** An odd polynomial near 0 (where 1 − 2/(e²ˣ + 1) would cancel), the exponential beyond. */
@inline
export function tanh4(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = c(-5.70498872745e-3);
  p = madd(p, z, c(2.06390887954e-2));
  p = madd(p, z, c(-5.37397155531e-2));
  p = madd(p, z, c(1.33314422036e-1));
  p = madd(p, z, c(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, z), x, x);
  const far = f32x4.sub(c(1), f32x4.div(c(2), f32x4.add(exp4(f32x4.add(magnitude, magnitude)), c(1))));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(magnitude, c(0.625)));
}

/** max(x, 0) + ln(1 + e^−|x|). */
@inline
export function softplus4(x: v128): v128 {
  const t = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.add(f32x4.max(x, c(0)), log4(f32x4.add(t, c(1))));
}

/** exp(−a²/2) for 0 ≤ a ≤ 14.5, with a² in two parts: its rounding error would be magnified by the exponential. */
@inline
function bell4(a: v128): v128 {
  const top = v128.and(a, i32x4.splat(0xfffff000));
  const t = f32x4.mul(f32x4.mul(f32x4.sub(a, top), f32x4.add(a, top)), c(-0.5));
  const correction = madd(f32x4.mul(madd(madd(t, c(0.041666668), c(0.16666667)), t, c(0.5)), t), t, t);
  const whole = exp4(f32x4.mul(f32x4.mul(top, top), c(-0.5)));
  return madd(whole, correction, whole);
}

/** ½·erfc(a/√2) given bell4(a): a minimax polynomial for its quotient by the bell, over u = (a − 3)/(a + 3). */
@inline
function normalTail4(a: v128, bell: v128): v128 {
  const u = f32x4.div(f32x4.sub(a, c(3)), f32x4.add(a, c(3)));
  let p = c(5.306261664372869e-5);
  p = madd(p, u, c(1.1490986071294174e-4));
  p = madd(p, u, c(-3.3891878228153706e-4));
  p = madd(p, u, c(-9.83194331638515e-4));
  p = madd(p, u, c(2.904352964833379e-3));
  p = madd(p, u, c(6.131916306912899e-3));
  p = madd(p, u, c(-4.621325805783272e-2));
  p = madd(p, u, c(1.2322504073381424e-1));
  p = madd(p, u, c(-2.0640261471271515e-1));
  p = madd(p, u, c(1.2151394784450531e-1));
  return f32x4.mul(bell, p);
}

@inline
function upperOrLower(x: v128, tail: v128): v128 {
  return v128.bitselect(f32x4.sub(c(1), tail), tail, f32x4.gt(x, c(0)));
}

/** x·Φ(x), Φ the distribution of a standard normal. */
@inline
export function gelu4(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), c(14.5));
  return f32x4.mul(x, upperOrLower(x, normalTail4(a, bell4(a))));
}

/** Φ(x) + x·φ(x), its derivative. */
@inline
export function geluSlope4(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), c(14.5));
  const bell = bell4(a);
  return madd(f32x4.mul(x, c(0.39894228)), bell, upperOrLower(x, normalTail4(a, bell)));
}

/** An odd polynomial (as in the Cephes library) below 1, 1 − erfc beyond. */
@inline
export function erf4(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = c(7.853861353153693e-5);
  p = madd(p, z, c(-8.010193625184903e-4));
  p = madd(p, z, c(5.188327685732524e-3));
  p = madd(p, z, c(-2.685381193529856e-2));
  p = madd(p, z, c(1.128358514861418e-1));
  p = madd(p, z, c(-3.761262582423300e-1));
  const near = madd(f32x4.mul(p, z), x, f32x4.mul(x, c(1.128379165726710)));
  const a = f32x4.pmin(f32x4.mul(magnitude, c(1.41421356)), c(14.5));
  const tail = normalTail4(a, bell4(a));
  const far = v128.or(f32x4.sub(c(1), f32x4.add(tail, tail)), v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, far, f32x4.lt(magnitude, c(1)));
}

@inline
export function sum4(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Error function: 2/√π · e^(−x²) · Σ 2ⁿx²ⁿ⁺¹ / (1·3·…·(2n+1)), a series of positive terms. */
export function erf(x: f64): f64 {
  if (abs(x) > 6) return x > 0 ? 1 : -1;
  let term = x;
  let sum = x;
  for (let n = 1; abs(term) > abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return 1.1283791670955126 * Math.exp(-x * x) * sum;
}

export function normalCdf(x: f64): f64 {
  return 0.5 * (1 + erf(x * 0.7071067811865476));
}

export function normalPdf(x: f64): f64 {
  return 0.3989422804014327 * Math.exp(-0.5 * x * x);
}

export function sigmoid(x: f64): f64 {
  return 1 / (1 + Math.exp(-x));
}
