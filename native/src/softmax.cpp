// Kernels softmax, softmaxGrad, crossEntropy, crossEntropyGrad over contiguous rows.

#include "reduceBlock.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// Calls run(row) for all rows; a task is some of them.
template <class F>
void forRows(int64_t rows, int64_t columns, F&& run) {
  forRanges(rows, columns, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++) run(row);
  });
}

// Largest element; NaN if there is one.
NABLA_INLINE float maximum(const float* x, int64_t n) {
  using S = Simd<float>;
  if (n < S::lanes) {
    float max = x[0];
    for (int64_t i = 1; i < n; i++) max = (x[i] > max) | (x[i] != x[i]) ? x[i] : max;
    return max;
  }
  S::Vec acc = S::load(x);
  for (int64_t i = S::lanes; i < n; i += S::lanes) {
    const S::Vec v = S::load(x + smaller(i, n - S::lanes));
    acc = (v > acc) | (v != v) ? v : acc;
  }
  float lane[S::lanes];
  S::store(lane, acc);
  float max = lane[0];
  for (int l = 1; l < S::lanes; l++) max = (lane[l] > max) | (lane[l] != lane[l]) ? lane[l] : max;
  return max;
}
NABLA_INLINE double maximum(const double* x, int64_t n) {
  double max = x[0];
  for (int64_t i = 1; i < n; i++) max = (x[i] > max) | (x[i] != x[i]) ? x[i] : max;
  return max;
}

// out[i] = exp(x[i] − max); returns the sum.
NABLA_INLINE double exponentials(const float* x, float* out, int64_t n, float max) {
  using S = Simd<float>;
  const S::Vec m = S::splat(max);
  double sum = 0;
  int64_t i = 0;
  while (i + S::lanes <= n) {
    // Float lanes for a block, then double.
    const int64_t end = smaller(n - S::lanes + 1, i + blockElements);
    S::Vec acc = {};
    for (; i < end; i += S::lanes) {
      const S::Vec e = vmath::exp(S::load(x + i) - m);
      S::store(out + i, e);
      acc += e;
    }
    sum += S::sum(acc);
  }
  if (i < n) {
    const S::Vec e = vmath::exp(S::loadPartial(x + i, n - i) - m);
    S::storePartial(out + i, e, n - i);
    for (; i < n; i++) sum += out[i];
  }
  return sum;
}
NABLA_INLINE double exponentials(const double* x, double* out, int64_t n, double max) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    out[i] = __builtin_exp(x[i] - max);
    sum += out[i];
  }
  return sum;
}

template <class T>
NABLA_INLINE double sum(const T* x, int64_t n) {
  double total = 0;
  for (int64_t i = 0; i < n; i += blockElements) total += reduceBlock<SumOf, T>(x + i, smaller(blockElements, n - i));
  return total;
}

// Σ x·y, in `lanes` chains.
template <class T>
NABLA_INLINE double dot(const T* x, const T* y, int64_t n) {
  constexpr int lanes = 16;
  double acc[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (int l = 0; l < lanes; l++) acc[l] += static_cast<double>(x[i + l]) * static_cast<double>(y[i + l]);
  }
  for (int l = 0; i < n; i++, l++) acc[l] += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  for (int step = lanes / 2; step > 0; step /= 2) {
    for (int l = 0; l < step; l++) acc[l] += acc[l + step];
  }
  return acc[0];
}

// exp of n elements.
NABLA_INLINE void exponentialsOf(const float* x, float* out, int64_t n) {
  const void* in[] = {x};
  struct Exp {
    static NABLA_INLINE vmath::F vector(vmath::F v, vmath::F) { return vmath::exp(v); }
  };
  mapVectors<Exp>(in, out, n, 0);
}
NABLA_INLINE void exponentialsOf(const double* x, double* out, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = __builtin_exp(x[i]);
}

template <class T>
void softmaxRow(const T* x, T* out, int64_t n, bool log) {
  const T max = maximum(x, n);
  const double total = exponentials(x, out, n, max);
  if (log) {
    const T logTotal = static_cast<T>(__builtin_log(total));
    NABLA_ELEMENTWISE_LOOP
    for (int64_t i = 0; i < n; i++) out[i] = (x[i] - max) - logTotal;
  } else {
    const T scale = static_cast<T>(1 / total);
    for (int64_t i = 0; i < n; i++) out[i] *= scale;
  }
}

double softmax(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  const void* x = a.pointer<const void>();
  void* out = a.pointer<void>();
  const int64_t rows = a.integer(), n = a.integer();
  const bool log = a.flag();
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    forRows(rows, n, [=](int64_t row) {
      const T* from = static_cast<const T*>(x) + row * n;
      T* to = static_cast<T*>(out) + row * n;
      // A logarithm in place still needs x after its exponentials are summed.
      if (log && from == to) {
        const T max = maximum(from, n);
        double total = 0;
        for (int64_t i = 0; i < n; i += blockElements) total += sumOfExp(from + i, smaller(blockElements, n - i), max);
        const T logTotal = static_cast<T>(__builtin_log(total));
        for (int64_t i = 0; i < n; i++) to[i] = (from[i] - max) - logTotal;
        return;
      }
      softmaxRow(from, to, n, log);
    });
  };
  if (dtype == Float32) {
    run(0.0f);
  } else {
    run(0.0);
  }
  return -1;
}

// Softmax: dx = y·(dy − Σ dy·y); its logarithm: dx = dy − exp(y)·Σ dy.
double softmaxGrad(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  const void* dy = a.pointer<const void>();
  const void* y = a.pointer<const void>();
  void* out = a.pointer<void>();
  const int64_t rows = a.integer(), n = a.integer();
  const bool log = a.flag();
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    forRows(rows, n, [=](int64_t row) {
      const T* d = static_cast<const T*>(dy) + row * n;
      const T* p = static_cast<const T*>(y) + row * n;
      T* to = static_cast<T*>(out) + row * n;
      if (!log) {
        const T s = static_cast<T>(dot(d, p, n));
        NABLA_ELEMENTWISE_LOOP
        for (int64_t i = 0; i < n; i++) to[i] = p[i] * (d[i] - s);
        return;
      }
      const T s = static_cast<T>(sum(d, n));
      T exps[blockElements];
      for (int64_t start = 0; start < n; start += blockElements) {
        const int64_t count = smaller(blockElements, n - start);
        exponentialsOf(p + start, exps, count);
        NABLA_ELEMENTWISE_LOOP
        for (int64_t i = 0; i < count; i++) to[start + i] = d[start + i] - exps[i] * s;
      }
    });
  };
  if (dtype == Float32) {
    run(0.0f);
  } else {
    run(0.0);
  }
  return -1;
}

// loss = −Σ q·log p with q = (1 − ε)·onehot + ε/C.
template <class T>
void crossEntropyRow(const T* x, int64_t label, T* loss, T* p, int64_t n, double smoothing, bool ignored) {
  const T max = maximum(x, n);
  const double total = exponentials(x, p, n, max);
  const T scale = static_cast<T>(1 / total);
  NABLA_ELEMENTWISE_LOOP
  for (int64_t i = 0; i < n; i++) p[i] *= scale;
  if (ignored) {
    *loss = 0;
    return;
  }
  const double logTotal = __builtin_log(total);
  double value = (1 - smoothing) * (logTotal - (static_cast<double>(x[label]) - max));
  if (smoothing != 0) {
    double mean = 0;
    for (int64_t i = 0; i < n; i++) mean += (static_cast<double>(x[i]) - max) - logTotal;
    value -= smoothing * mean / static_cast<double>(n);
  }
  *loss = static_cast<T>(value);
}

double crossEntropy(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  const void* logits = a.pointer<const void>();
  const auto* target = a.pointer<const int32_t>();
  void* loss = a.pointer<void>();
  void* probabilities = a.pointer<void>();
  const int64_t rows = a.integer(), n = a.integer();
  const double smoothing = a.number();
  const int64_t ignore = a.integer();
  for (int64_t row = 0; row < rows; row++) {
    if (target[row] != ignore && (target[row] < 0 || target[row] >= n)) return static_cast<double>(row);
  }
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    forRows(rows, n, [=](int64_t row) {
      crossEntropyRow(static_cast<const T*>(logits) + row * n, target[row], static_cast<T*>(loss) + row,
                      static_cast<T*>(probabilities) + row * n, n, smoothing, target[row] == ignore);
    });
  };
  if (dtype == Float32) {
    run(0.0f);
  } else {
    run(0.0);
  }
  return -1;
}

double crossEntropyGrad(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  const void* dLoss = a.pointer<const void>();
  const int64_t dLossStride = a.integer();
  const void* probabilities = a.pointer<const void>();
  const auto* target = a.pointer<const int32_t>();
  void* out = a.pointer<void>();
  const int64_t rows = a.integer(), n = a.integer();
  const double smoothing = a.number();
  const int64_t ignore = a.integer();
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    forRows(rows, n, [=](int64_t row) {
      const T d = target[row] == ignore ? T(0) : static_cast<const T*>(dLoss)[row * dLossStride];
      const T* p = static_cast<const T*>(probabilities) + row * n;
      T* to = static_cast<T*>(out) + row * n;
      if (target[row] == ignore) {
        for (int64_t i = 0; i < n; i++) to[i] = 0;
        return;
      }
      const T label = p[target[row]];
      const T uniform = static_cast<T>(smoothing / static_cast<double>(n));
      NABLA_ELEMENTWISE_LOOP
      for (int64_t i = 0; i < n; i++) to[i] = d * (p[i] - uniform);
      to[target[row]] = d * (label - static_cast<T>(1 - smoothing + smoothing / static_cast<double>(n)));
    });
  };
  if (dtype == Float32) {
    run(0.0f);
  } else {
    run(0.0);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(softmax, {"softmax", softmax}, {"softmaxGrad", softmaxGrad}, {"crossEntropy", crossEntropy},
              {"crossEntropyGrad", crossEntropyGrad})
