// Building blocks of row functions (strided.h): an operation on one element, or on one vector of floats, spread over n.
#pragma once

#include "simd.h"
#include "strided.h"
#include "vmath.h"

// The loop that follows reads and writes element i alone; the compiler may vectorise it although pointers may be equal.
#if defined(__clang__)
#define NABLA_ELEMENTWISE_LOOP _Pragma("clang loop vectorize(assume_safety)")
#else
#define NABLA_ELEMENTWISE_LOOP _Pragma("GCC ivdep")
#endif

namespace nabla {
namespace NABLA_ISA {

// Op::apply(In x, In alpha) → Out.
template <class In, class Out, class Op>
void mapRow(const void* const* in, void* out, int64_t n, double alpha) {
  const In* x = static_cast<const In*>(in[0]);
  Out* y = static_cast<Out*>(out);
  const In a = static_cast<In>(alpha);
  NABLA_ELEMENTWISE_LOOP
  for (int64_t i = 0; i < n; i++) y[i] = static_cast<Out>(Op::apply(x[i], a));
}

// Op::apply(In x, In y, In alpha) → Out.
template <class In, class Out, class Op>
void zipRow(const void* const* in, void* out, int64_t n, double alpha) {
  const In* x = static_cast<const In*>(in[0]);
  const In* y = static_cast<const In*>(in[1]);
  Out* z = static_cast<Out*>(out);
  const In a = static_cast<In>(alpha);
  NABLA_ELEMENTWISE_LOOP
  for (int64_t i = 0; i < n; i++) z[i] = static_cast<Out>(Op::apply(x[i], y[i], a));
}

// Op::vector(F x, F alpha) → F.
template <class Op>
void mapVectors(const void* const* in, void* out, int64_t n, double alpha) {
  using S = Simd<float>;
  const float* x = static_cast<const float*>(in[0]);
  float* y = static_cast<float*>(out);
  const S::Vec a = S::splat(static_cast<float>(alpha));
  int64_t i = 0;
  for (; i + S::lanes <= n; i += S::lanes) S::store(y + i, Op::vector(S::load(x + i), a));
  if (i < n) S::storePartial(y + i, Op::vector(S::loadPartial(x + i, n - i), a), n - i);
}

// Op::vector(F x, F y, F alpha) → F.
template <class Op>
void zipVectors(const void* const* in, void* out, int64_t n, double alpha) {
  using S = Simd<float>;
  const float* x = static_cast<const float*>(in[0]);
  const float* y = static_cast<const float*>(in[1]);
  float* z = static_cast<float*>(out);
  const S::Vec a = S::splat(static_cast<float>(alpha));
  int64_t i = 0;
  for (; i + S::lanes <= n; i += S::lanes) S::store(z + i, Op::vector(S::load(x + i), S::load(y + i), a));
  if (i < n) {
    const int64_t rest = n - i;
    S::storePartial(z + i, Op::vector(S::loadPartial(x + i, rest), S::loadPartial(y + i, rest), a), rest);
  }
}

// What JavaScript stores when it stores a number in an integer array: cut, then modulo 2^32; NaN and ±∞ give 0.
NABLA_INLINE int32_t toInt32(double x) {
  return x > -9.2e18 && x < 9.2e18 ? static_cast<int32_t>(static_cast<int64_t>(x)) : 0;
}

}  // namespace NABLA_ISA
}  // namespace nabla
