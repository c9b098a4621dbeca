// Kernels "layerNorm" and "layerNormGrad" (Ba, Kiros and Hinton, 2016), over contiguous rows.

#include "rows.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// Σ f(i) over n elements as vectors, in four chains that are combined in a fixed order; f(i, count) gives a vector, 0 past count.
template <class T, class F>
NABLA_INLINE T sumOf(int64_t n, F&& f) {
  using S = Simd<T>;
  typename S::Vec acc[4] = {};
  int64_t i = 0;
  for (; i + 4 * S::lanes <= n; i += 4 * S::lanes) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; u++) acc[u] += f(i + u * S::lanes, int64_t{S::lanes});
  }
  for (int u = 0; i < n; i += S::lanes, u++) acc[u & 3] += f(i, smaller<int64_t>(S::lanes, n - i));
  return S::sum((acc[0] + acc[1]) + (acc[2] + acc[3]));
}

// The lanes below count, 0 in the others.
template <class T>
NABLA_INLINE typename Simd<T>::Vec first(typename Simd<T>::Vec v, int64_t count) {
  using S = Simd<T>;
  if (count == S::lanes) return v;
  T lane[S::lanes] __attribute__((aligned(NABLA_VECTOR_BYTES)));
  S::store(lane, v);
  return S::loadPartial(lane, count);
}

// Calls f(i, count) for vectors of n elements.
template <class T, class F>
NABLA_INLINE void forVectors(int64_t n, F&& f) {
  constexpr int lanes = Simd<T>::lanes;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) f(i, int64_t{lanes});
  if (i < n) f(i, n - i);
}

template <class T>
void forward(Arguments& a) {
  using S = Simd<T>;
  const T* x = a.pointer<const T>();
  const T* weight = a.pointer<const T>();
  const T* bias = a.pointer<const T>();
  T* mean = a.pointer<T>();
  T* rstd = a.pointer<T>();
  T* out = a.pointer<T>();
  const int64_t rows = a.integer(), n = a.integer();
  const double eps = a.number();
  forRanges(rows, n, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const T* from = x + row * n;
      T* to = out + row * n;
      const T average = sumOf<T>(n, [=](int64_t i, int64_t count) { return S::loadPartial(from + i, count); }) / static_cast<T>(n);
      const auto mu = S::splat(average);
      const T squares = sumOf<T>(n, [=](int64_t i, int64_t count) {
        const auto d = first<T>(S::loadPartial(from + i, count) - mu, count);
        return d * d;
      });
      const T scale = static_cast<T>(1 / __builtin_sqrt(static_cast<double>(squares) / static_cast<double>(n) + eps));
      mean[row] = average;
      rstd[row] = scale;
      forVectors<T>(n, [=](int64_t i, int64_t count) {
        auto y = (S::loadPartial(from + i, count) - mu) * scale;
        if (weight) y *= S::loadPartial(weight + i, count);
        if (bias) y += S::loadPartial(bias + i, count);
        S::storePartial(to + i, y, count);
      });
    }
  });
}

// dx = rstd · (g − mean(g) − x̂ · mean(g · x̂)), g = dy · weight; dWeight = Σ dy · x̂, dBias = Σ dy over the rows.
template <class T>
void backward(Arguments& a) {
  using S = Simd<T>;
  const T* dy = a.pointer<const T>();
  const T* x = a.pointer<const T>();
  const T* weight = a.pointer<const T>();
  const T* mean = a.pointer<const T>();
  const T* rstd = a.pointer<const T>();
  T* dx = a.pointer<T>();
  T* dWeight = a.pointer<T>();
  T* dBias = a.pointer<T>();
  const int64_t rows = a.integer(), n = a.integer();

  // Sums over rows are taken in parts that follow from the shape alone, and added in their order.
  constexpr int64_t mostParts = 64;
  const int64_t rowsOfPart = larger(divideUp(rows, mostParts), larger<int64_t>(1, chunkElements / larger<int64_t>(n, 1)));
  const int64_t parts = divideUp(rows, rowsOfPart);
  const bool sums = dWeight || dBias;
  T* partial = sums ? static_cast<T*>(sharedScratch(0, parts * 2 * n * sizeof(T))) : nullptr;
  forTasks(parts, rows * n, [=](int64_t part) {
    T* const weightSum = sums ? partial + part * 2 * n : nullptr;
    T* const biasSum = weightSum + (sums ? n : 0);
    if (sums) std::memset(weightSum, 0, 2 * n * sizeof(T));
    for (int64_t row = part * rowsOfPart; row < smaller(rows, (part + 1) * rowsOfPart); row++) {
      const T* from = x + row * n;
      const T* slope = dy + row * n;
      T* to = dx + row * n;
      const auto mu = S::splat(mean[row]), scale = S::splat(rstd[row]);
      const auto g = [=](int64_t i, int64_t count) {
        const auto d = S::loadPartial(slope + i, count);
        return weight ? d * S::loadPartial(weight + i, count) : d;
      };
      const auto xHat = [=](int64_t i, int64_t count) { return (S::loadPartial(from + i, count) - mu) * scale; };
      const T gMean = sumOf<T>(n, g) / static_cast<T>(n);
      const T gxMean = sumOf<T>(n, [=](int64_t i, int64_t count) { return g(i, count) * xHat(i, count); }) / static_cast<T>(n);
      forVectors<T>(n, [=](int64_t i, int64_t count) {
        const auto normalized = xHat(i, count);
        S::storePartial(to + i, scale * (g(i, count) - gMean - normalized * gxMean), count);
        if (!sums) return;
        const auto d = S::loadPartial(slope + i, count);
        S::storePartial(weightSum + i, S::loadPartial(weightSum + i, count) + d * normalized, count);
        S::storePartial(biasSum + i, S::loadPartial(biasSum + i, count) + d, count);
      });
    }
  });
  const auto total = [=](T* out, int64_t offset) {
    if (!out) return;
    for (int64_t i = 0; i < n; i++) out[i] = 0;
    for (int64_t part = 0; part < parts; part++) {
      const T* from = partial + part * 2 * n + offset;
      for (int64_t i = 0; i < n; i++) out[i] += from[i];
    }
  };
  total(dWeight, 0);
  total(dBias, n);
}

double layerNorm(const double* block) {
  return forFloats(block, [](auto zero, Arguments& args) { forward<decltype(zero)>(args); });
}

double layerNormGrad(const double* block) {
  return forFloats(block, [](auto zero, Arguments& args) { backward<decltype(zero)>(args); });
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(layerNorm, {"layerNorm", layerNorm}, {"layerNormGrad", layerNormGrad})
