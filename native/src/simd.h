// Vectors of the instruction set this unit is compiled for, by the compilers' vector extensions: no intrinsics, so one
// source serves SSE2, AVX2, AVX-512 and NEON, and arithmetic is written with the usual operators.
//
//   using S = Simd<float>;
//   S::Vec v = S::load(p) * 2.0f + S::splat(x);   // S::lanes elements
//   S::store(p, v > 0 ? v : S::splat(0));          // comparisons give S::Mask, which ?: selects by
#pragma once

#include <cstdint>
#include <cstring>

#include "kernel.h"

#if defined(__AVX512F__)
#define NABLA_VECTOR_BYTES 64
#define NABLA_VECTOR_REGISTERS 32
#elif defined(__AVX2__)
#define NABLA_VECTOR_BYTES 32
#define NABLA_VECTOR_REGISTERS 16
#elif defined(__aarch64__)
#define NABLA_VECTOR_BYTES 16
#define NABLA_VECTOR_REGISTERS 32
#else
#define NABLA_VECTOR_BYTES 16
#define NABLA_VECTOR_REGISTERS 16
#endif

#define NABLA_INLINE inline __attribute__((always_inline))
#define NABLA_NOINLINE __attribute__((noinline))

namespace nabla {
namespace NABLA_ISA {

// The signed integer of a size: what a comparison of such elements yields, lane by lane (0 or −1).
template <int bytes>
struct IntOfSize;
template <>
struct IntOfSize<4> {
  using Type = int32_t;
};
template <>
struct IntOfSize<8> {
  using Type = int64_t;
};

// T: float, double, int32_t or int64_t.
template <class T>
struct Simd {
  using Int = typename IntOfSize<sizeof(T)>::Type;
  static constexpr int lanes = NABLA_VECTOR_BYTES / sizeof(T);

  typedef T Vec __attribute__((vector_size(NABLA_VECTOR_BYTES)));
  typedef Int Mask __attribute__((vector_size(NABLA_VECTOR_BYTES)));

  static NABLA_INLINE Vec load(const T* p) {
    Vec v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }

  static NABLA_INLINE void store(T* p, Vec v) { __builtin_memcpy(p, &v, sizeof v); }

  static NABLA_INLINE Vec splat(T x) { return x - Vec{}; }

  // The first `count` elements (0 … lanes); the other lanes are 0. Reads nothing beyond them.
  static NABLA_INLINE Vec loadPartial(const T* p, int64_t count) {
    if (count == lanes) return load(p);
    T buffer[lanes] __attribute__((aligned(NABLA_VECTOR_BYTES))) = {};
    for (int64_t i = 0; i < count; i++) buffer[i] = p[i];
    return load(buffer);
  }

  // Writes the first `count` lanes only.
  static NABLA_INLINE void storePartial(T* p, Vec v, int64_t count) {
    if (count == lanes) return store(p, v);
    T buffer[lanes] __attribute__((aligned(NABLA_VECTOR_BYTES)));
    store(buffer, v);
    for (int64_t i = 0; i < count; i++) p[i] = buffer[i];
  }

  // The sum of all lanes, in pairs: the same order on every width for the same data is not promised.
  static NABLA_INLINE T sum(Vec v) {
    T buffer[lanes] __attribute__((aligned(NABLA_VECTOR_BYTES)));
    store(buffer, v);
    for (int step = lanes / 2; step > 0; step /= 2) {
      for (int i = 0; i < step; i++) buffer[i] += buffer[i + step];
    }
    return buffer[0];
  }
};

template <class T>
NABLA_INLINE T smaller(T a, T b) {
  return b < a ? b : a;
}

template <class T>
NABLA_INLINE T larger(T a, T b) {
  return a < b ? b : a;
}

NABLA_INLINE int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace NABLA_ISA
}  // namespace nabla
