// Elementary functions on vectors of float: relative error below 2.5e-7 over the whole range (the lower tail of the normal
// distribution: 8e-7), NaN, infinities and denormal numbers included. Polynomials are minimax fits to the function named
// beside them.
#pragma once

#include "simd.h"

namespace nabla {
namespace NABLA_ISA {
namespace vmath {

using F = Simd<float>::Vec;
using I = Simd<float>::Mask;

NABLA_INLINE F splat(float x) { return Simd<float>::splat(x); }

NABLA_INLINE I bitsOf(F x) {
  I bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

NABLA_INLINE F floatOf(I bits) {
  F x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

NABLA_INLINE F absolute(F x) { return floatOf(bitsOf(x) & 0x7fffffff); }

// |magnitude| with the sign of `sign`.
NABLA_INLINE F withSign(F magnitude, F sign) {
  return floatOf((bitsOf(magnitude) & 0x7fffffff) | (bitsOf(sign) & static_cast<int32_t>(0x80000000u)));
}

// To the nearest integer, for |x| < 2^22.
NABLA_INLINE F nearest(F x) { return (x + 12582912.0f) - 12582912.0f; }

// 2^n for −126 ≤ n ≤ 127.
NABLA_INLINE F powerOfTwo(I n) { return floatOf((n + 127) << 23); }

// x = n·ln 2 + r, |r| ≤ ½ ln 2.
struct Reduced {
  F n, r;
};

NABLA_INLINE Reduced reduceByLn2(F x) {
  const F n = nearest(x * 1.44269504f);
  return {n, (x - n * 0.693359375f) - n * -2.12194440e-4f};
}

// (eʳ − 1 − r)/r² for |r| ≤ ½ ln 2.
NABLA_INLINE F expSeries(F r) {
  F p = r * 0.001381422276608646f + 0.00836889911442995f;
  p = p * r + 0.04166840389370918f;
  p = p * r + 0.1666651964187622f;
  return p * r + 0.4999999403953552f;
}

NABLA_INLINE F exp(F x) {
  // Beyond these the result is infinite or 0; comparisons let NaN through.
  x = x > 89.0f ? splat(89.0f) : x;
  x = x < -104.0f ? splat(-104.0f) : x;
  const Reduced a = reduceByLn2(x);
  const F y = (a.r + a.r * a.r * expSeries(a.r)) + 1.0f;
  // Two factors, so that denormal results are rounded once.
  const I n = __builtin_convertvector(a.n, I);
  const I half = n >> 1;
  return y * powerOfTwo(half) * powerOfTwo(n - half);
}

NABLA_INLINE F expm1(F x) {
  x = x > 89.0f ? splat(89.0f) : x;
  x = x < -20.0f ? splat(-20.0f) : x;
  const Reduced a = reduceByLn2(x);
  const F p = a.r + a.r * a.r * expSeries(a.r);
  const I n = __builtin_convertvector(a.n, I);
  const I half = n >> 1;
  const F low = powerOfTwo(half), high = powerOfTwo(n - half);
  const F y = ((p * low) + (low - powerOfTwo(-(n - half)))) * high;
  return absolute(x) < 1e-7f ? x : y;
}

// Natural logarithm of 1 + f where x = 2^e·(1 + f), √½ ≤ 1 + f < √2; `extra` is added before rounding.
NABLA_INLINE F logOf(F x, F exponentOffset, F extra) {
  const I bits = bitsOf(x) - 0x3f3504f3;
  const F e = __builtin_convertvector(bits >> 23, F) + exponentOffset;
  const F f = floatOf((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
  F p = f * 0.06746648997068405f + -0.11675669997930527f;
  p = p * f + 0.11888168752193451f;
  p = p * f + -0.12405586242675781f;
  p = p * f + 0.14219550788402557f;
  p = p * f + -0.1666799634695053f;
  p = p * f + 0.2000211924314499f;
  p = p * f + -0.25000008940696716f;
  p = p * f + 0.3333331346511841f;
  const F square = f * f;
  // Small terms first.
  F y = p * f * square + (e * -2.12194440e-4f + extra);
  y = y - square * 0.5f;
  return (f + y) + e * 0.693359375f;
}

NABLA_INLINE F log(F x) {
  const I tiny = absolute(x) < 1.17549435e-38f;
  const F scaled = tiny ? x * 8388608.0f : x;
  F y = logOf(scaled, tiny ? splat(-23.0f) : splat(0.0f), splat(0.0f));
  y = x == __builtin_inff() ? x : y;
  y = x == 0.0f ? splat(-__builtin_inff()) : y;
  return (x < 0.0f) | (x != x) ? splat(__builtin_nanf("")) : y;
}

NABLA_INLINE F log1p(F x) {
  const F u = x + 1.0f;
  // What rounding took from u, over u: ln(1 + x) = ln u + (x − (u − 1))/u.
  const F large = x - (u - 1.0f), small = 1.0f - (u - x);
  const F lost = (x > 1.0f ? small : large) / u;
  F y = logOf(u, splat(0.0f), lost);
  y = x == __builtin_inff() ? x : y;
  y = absolute(x) < 1e-7f ? x : y;
  y = x == -1.0f ? splat(-__builtin_inff()) : y;
  return (x < -1.0f) | (x != x) ? splat(__builtin_nanf("")) : y;
}

NABLA_INLINE F tanh(F x) {
  const F a = absolute(x);
  // (tanh a − a)/a³ over a², for a < 0.625.
  const F s = a * a;
  F p = s * -0.005603903904557228f + 0.020551709458231926f;
  p = p * s + -0.05371410399675369f;
  p = p * s + 0.13331152498722076f;
  p = p * s + -0.33333271741867065f;
  const F small = a + a * s * p;
  const F large = 1.0f - 2.0f / (exp(a + a) + 1.0f);
  const F y = a < 0.625f ? small : large;
  return x != x ? x : withSign(y, x);
}

NABLA_INLINE F sigmoid(F x) {
  const F e = exp(-absolute(x));
  const F y = 1.0f / (e + 1.0f);
  return x < 0.0f ? e * y : y;
}

// ln(1 + eˣ).
NABLA_INLINE F softplus(F x) { return (x > 0.0f ? x : (x != x ? x : splat(0.0f))) + log1p(exp(-absolute(x))); }

// The standard normal distribution: density and Φ(x), both with small relative error in the lower tail.
struct Normal {
  F density, cumulative;
};

NABLA_INLINE Normal normal(F x) {
  F a = absolute(x);
  a = a > 14.5f ? splat(14.5f) : a;
  // exp(−a²/2) with a² in two parts: its rounding error would be magnified by the exponential.
  const F top = floatOf(bitsOf(a) & static_cast<int32_t>(0xfffff000u));
  const F rest = a - top;
  const F t = rest * (a + top) * -0.5f;
  F correction = t * 0.041666668f + 0.16666667f;
  correction = correction * t + 0.5f;
  correction = correction * t * t + t;
  const F whole = exp(top * top * -0.5f);
  const F bell = whole + whole * correction;
  // ½·exp(a²/2)·erfc(a/√2) over u = (a − 3)/(a + 3).
  const F u = (a - 3.0f) / (a + 3.0f);
  F g = u * 5.306261664372869e-05f + 0.00011490986071294174f;
  g = g * u + -0.00033891876228153706f;
  g = g * u + -0.000983194331638515f;
  g = g * u + 0.002904352964833379f;
  g = g * u + 0.006131916306912899f;
  g = g * u + -0.04621325805783272f;
  g = g * u + 0.12322504073381424f;
  g = g * u + -0.20640261471271515f;
  g = g * u + 0.12151394784450531f;
  const F tail = bell * g;
  F cumulative = x > 0.0f ? 1.0f - tail : tail;
  cumulative = x != x ? x : cumulative;
  return {bell * 0.398942280f, cumulative};
}

// x·Φ(x).
NABLA_INLINE F gelu(F x) { return x * normal(x).cumulative; }

// Φ(x) + x·φ(x).
NABLA_INLINE F geluSlope(F x) {
  const Normal at = normal(x);
  return at.cumulative + x * at.density;
}

}  // namespace vmath
}  // namespace NABLA_ISA
}  // namespace nabla
