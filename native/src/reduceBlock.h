// Reductions of contiguous blocks, and how partial results are combined; see reduce.cpp.
#pragma once

#include "rows.h"

namespace nabla {
namespace NABLA_ISA {

constexpr int64_t block = 1024;

// Partial result of logsumexp: max and the sum of exp(x − max). Others use `value` alone.
struct Partial {
  double value, sum;
};

struct SumOf {
  static constexpr double start = 0;
  static NABLA_INLINE double merge(double a, double b) { return a + b; }
};
struct ProductOf {
  static constexpr double start = 1;
  static NABLA_INLINE double merge(double a, double b) { return a * b; }
};
// Of int32: modulo 2^32.
struct WrappingProductOf {
  static constexpr double start = 1;
  static NABLA_INLINE double merge(double a, double b) {
    return static_cast<int32_t>(static_cast<uint32_t>(toInt32(a)) * static_cast<uint32_t>(toInt32(b)));
  }
};
struct MaximumOf {
  static constexpr double start = -__builtin_inf();
  static NABLA_INLINE double merge(double a, double b) { return (b > a) | (b != b) ? b : a; }
};
struct MinimumOf {
  static constexpr double start = __builtin_inf();
  static NABLA_INLINE double merge(double a, double b) { return (b < a) | (b != b) ? b : a; }
};

// Lanes that are reduced independently: as many as hide the latency of an addition.
constexpr int ways = 4;

// The sum of n ≤ block contiguous elements.
inline double blockSum(const float* x, int64_t n) {
  using S = Simd<float>;
  S::Vec acc[ways] = {};
  int64_t i = 0;
  for (; i + ways * S::lanes <= n; i += ways * S::lanes) {
    for (int w = 0; w < ways; w++) acc[w] += S::load(x + i + w * S::lanes);
  }
  for (; i + S::lanes <= n; i += S::lanes) acc[0] += S::load(x + i);
  double sum = n >= S::lanes ? S::sum((acc[0] + acc[1]) + (acc[2] + acc[3])) : 0;
  for (; i < n; i++) sum += x[i];
  return sum;
}

// Reduces n ≤ block contiguous elements, in `lanes` independent chains.
template <class Op, class T>
double blockReduce(const T* x, int64_t n) {
  constexpr int lanes = 16;
  if (n < lanes) {
    double result = Op::start;
    for (int64_t i = 0; i < n; i++) result = Op::merge(result, x[i]);
    return result;
  }
  double acc[lanes];
  for (int l = 0; l < lanes; l++) acc[l] = x[l];
  int64_t i = lanes;
  for (; i + lanes <= n; i += lanes) {
    for (int l = 0; l < lanes; l++) acc[l] = Op::merge(acc[l], x[i + l]);
  }
  for (int l = 0; i < n; i++, l++) acc[l] = Op::merge(acc[l], x[i]);
  for (int step = lanes / 2; step > 0; step /= 2) {
    for (int l = 0; l < step; l++) acc[l] = Op::merge(acc[l], acc[l + step]);
  }
  return acc[0];
}

template <>
inline double blockReduce<SumOf, float>(const float* x, int64_t n) {
  return blockSum(x, n);
}

// Σ exp(x − max).
inline double sumOfExp(const float* x, int64_t n, double max) {
  using S = Simd<float>;
  const S::Vec m = S::splat(static_cast<float>(max));
  S::Vec acc = {};
  int64_t i = 0;
  for (; i + S::lanes <= n; i += S::lanes) acc += vmath::exp(S::load(x + i) - m);
  double sum = S::sum(acc);
  if (i < n) {
    float rest[S::lanes];
    S::store(rest, vmath::exp(S::loadPartial(x + i, n - i) - m));
    for (int64_t j = 0; j < n - i; j++) sum += rest[j];
  }
  return sum;
}
inline double sumOfExp(const double* x, int64_t n, double max) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += __builtin_exp(x[i] - max);
  return sum;
}
inline double sumOfExp(const int32_t* x, int64_t n, double max) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += __builtin_exp(x[i] - max);
  return sum;
}

struct LogSumExpOf {};

template <class Op, class T>
struct Reducer {
  static constexpr Partial start = {Op::start, 0};
  static void add(Partial& p, const T* x, int64_t n) { p.value = Op::merge(p.value, blockReduce<Op, T>(x, n)); }
  static void merge(Partial& p, const Partial& q) { p.value = Op::merge(p.value, q.value); }
  static double finish(const Partial& p) { return p.value; }
};

template <class T>
struct Reducer<LogSumExpOf, T> {
  static constexpr Partial start = {-__builtin_inf(), 0};
  static void add(Partial& p, const T* x, int64_t n) {
    Partial q = {blockReduce<MaximumOf, T>(x, n), 0};
    // An infinite or NaN maximum is the result already.
    q.sum = q.value - q.value == 0 ? sumOfExp(x, n, q.value) : 1;
    merge(p, q);
  }
  static void merge(Partial& p, const Partial& q) {
    const double max = MaximumOf::merge(p.value, q.value);
    if (max - max == 0) {
      p.sum = (p.sum == 0 ? 0 : p.sum * __builtin_exp(p.value - max)) + (q.sum == 0 ? 0 : q.sum * __builtin_exp(q.value - max));
    } else {
      p.sum = 1;
    }
    p.value = max;
  }
  static double finish(const Partial& p) { return p.value - p.value == 0 ? p.value + __builtin_log(p.sum) : p.value; }
};

}  // namespace NABLA_ISA
}  // namespace nabla
