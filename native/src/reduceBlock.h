// Reductions of small contiguous blocks, and how partial results are combined. A Method is what reduce.cpp knows of an
// operation: a few functions of blocks.
#pragma once

#include "rows.h"

namespace nabla {
namespace NABLA_ISA {

// Elements that a block has at most.
constexpr int64_t blockElements = 1024;

// Partial result; `sum` is that of logsumexp, Σ exp(x − value) with value = max. Others use `value` alone.
struct Partial {
  double value, sum;
};

struct Method {
  Partial start;
  // Takes 0 < n ≤ blockElements contiguous elements into p.
  void (*addBlock)(Partial& p, const void* x, int64_t n);
  void (*merge)(Partial& p, const Partial& q);
  double (*finish)(const Partial& p);
  // totals[c] ← totals[c] ∘ x[r·stride + c] for n columns c and all rows r; null for logsumexp.
  void (*addColumns)(double* totals, const void* x, int64_t n, int64_t rows, int64_t stride);
  double (*mergeValues)(double a, double b);
};

// `Running`: the type in which a block is reduced.
struct SumOf {
  template <class T>
  using Running = double;
  static constexpr double start = 0;
  static NABLA_INLINE double merge(double a, double b) { return a + b; }
};
struct ProductOf {
  template <class T>
  using Running = double;
  static constexpr double start = 1;
  static NABLA_INLINE double merge(double a, double b) { return a * b; }
};
// Of int32: modulo 2^32.
struct WrappingProductOf {
  template <class T>
  using Running = double;
  static constexpr double start = 1;
  static NABLA_INLINE double merge(double a, double b) {
    return static_cast<int32_t>(static_cast<uint32_t>(toInt32(a)) * static_cast<uint32_t>(toInt32(b)));
  }
};
// NaN wins over every number.
struct MaximumOf {
  template <class T>
  using Running = T;
  static constexpr double start = -__builtin_inf();
  template <class T>
  static NABLA_INLINE T merge(T a, T b) {
    return (b > a) | (b != b) ? b : a;
  }
};
struct MinimumOf {
  template <class T>
  using Running = T;
  static constexpr double start = __builtin_inf();
  template <class T>
  static NABLA_INLINE T merge(T a, T b) {
    return (b < a) | (b != b) ? b : a;
  }
};

// In 16 independent chains, combined in pairs.
template <class Op, class T>
double reduceBlock(const T* x, int64_t n) {
  using R = typename Op::template Running<T>;
  constexpr int lanes = 16;
  if (n < lanes) {
    R result = x[0];
    for (int64_t i = 1; i < n; i++) result = Op::merge(result, static_cast<R>(x[i]));
    return result;
  }
  R acc[lanes];
  for (int l = 0; l < lanes; l++) acc[l] = x[l];
  int64_t i = lanes;
  for (; i + lanes <= n; i += lanes) {
    for (int l = 0; l < lanes; l++) acc[l] = Op::merge(acc[l], static_cast<R>(x[i + l]));
  }
  for (int l = 0; i < n; i++, l++) acc[l] = Op::merge(acc[l], static_cast<R>(x[i]));
  for (int step = lanes / 2; step > 0; step /= 2) {
    for (int l = 0; l < step; l++) acc[l] = Op::merge(acc[l], acc[l + step]);
  }
  return acc[0];
}

// A sum of floats runs in float lanes: a block is short enough for that.
template <>
inline double reduceBlock<SumOf, float>(const float* x, int64_t n) {
  using S = Simd<float>;
  constexpr int ways = 4;
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

// Rows that are added in float before they go to double.
constexpr int64_t columnBlock = 32;
constexpr int64_t columnTile = 512;

template <class Op, class T>
void reduceColumnsOf(double* totals, const void* x, int64_t n, int64_t rows, int64_t stride) {
  const T* from = static_cast<const T*>(x);
  for (int64_t r = 0; r < rows; r++, from += stride) {
    NABLA_ELEMENTWISE_LOOP
    for (int64_t c = 0; c < n; c++) totals[c] = Op::merge(totals[c], static_cast<double>(from[c]));
  }
}

inline void sumColumns(double* totals, const void* x, int64_t n, int64_t rows, int64_t stride) {
  using S = Simd<float>;
  const float* from = static_cast<const float*>(x);
  for (int64_t first = 0; first < rows; first += columnBlock, from += columnBlock * stride) {
    const int64_t count = smaller(columnBlock, rows - first);
    int64_t c = 0;
    for (; c + S::lanes <= n; c += S::lanes) {
      S::Vec acc = S::load(from + c);
      for (int64_t r = 1; r < count; r++) acc += S::load(from + r * stride + c);
      float lane[S::lanes];
      S::store(lane, acc);
      for (int l = 0; l < S::lanes; l++) totals[c + l] += lane[l];
    }
    for (; c < n; c++) {
      float acc = from[c];
      for (int64_t r = 1; r < count; r++) acc += from[r * stride + c];
      totals[c] += acc;
    }
  }
}

template <class Op, class T>
void addBlockOf(Partial& p, const void* x, int64_t n) {
  p.value = Op::merge(p.value, reduceBlock<Op, T>(static_cast<const T*>(x), n));
}

template <class Op>
void mergeOf(Partial& p, const Partial& q) {
  p.value = Op::merge(p.value, q.value);
}

inline double valueOf(const Partial& p) { return p.value; }

template <class Op>
double mergeValuesOf(double a, double b) {
  return Op::merge(a, b);
}

template <class Op, class T>
constexpr Method methodOf() {
  return {{Op::start, 0}, addBlockOf<Op, T>, mergeOf<Op>, valueOf, reduceColumnsOf<Op, T>, mergeValuesOf<Op>};
}

template <>
constexpr Method methodOf<SumOf, float>() {
  return {{0, 0}, addBlockOf<SumOf, float>, mergeOf<SumOf>, valueOf, sumColumns, mergeValuesOf<SumOf>};
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
template <class T>
double sumOfExp(const T* x, int64_t n, double max) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += __builtin_exp(x[i] - max);
  return sum;
}

// An infinite or NaN maximum is the result already.
inline bool isFinite(double x) { return x - x == 0; }

inline void mergeLogSumExp(Partial& p, const Partial& q) {
  const double max = MaximumOf::merge(p.value, q.value);
  if (isFinite(max)) {
    const double mine = p.sum == 0 ? 0 : p.sum * __builtin_exp(p.value - max);
    p.sum = mine + (q.sum == 0 ? 0 : q.sum * __builtin_exp(q.value - max));
  } else {
    p.sum = 0;
  }
  p.value = max;
}

inline double finishLogSumExp(const Partial& p) { return isFinite(p.value) ? p.value + __builtin_log(p.sum) : p.value; }

template <class T>
void addBlockLogSumExp(Partial& p, const void* x, int64_t n) {
  const T* from = static_cast<const T*>(x);
  Partial q = {reduceBlock<MaximumOf, T>(from, n), 0};
  if (isFinite(q.value)) q.sum = sumOfExp(from, n, q.value);
  mergeLogSumExp(p, q);
}

template <class T>
constexpr Method logSumExpMethod() {
  return {{-__builtin_inf(), 0}, addBlockLogSumExp<T>, mergeLogSumExp, finishLogSumExp, nullptr, nullptr};
}

}  // namespace NABLA_ISA
}  // namespace nabla
