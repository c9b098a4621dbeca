// Kernels "batchNorm" and "batchNormGrad" (Ioffe and Szegedy, 2015), for [outer, C, inner] and channel-last [outer, C].
//
// Statistics are taken piece by piece: a piece fits in the cache, its mean is subtracted before squares are summed, and
// pieces are merged in order (Chan, Golub and LeVeque, 1979). So the data are read from memory once, and a large mean
// costs no accuracy.

#include "reduceBlock.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// How the tensor lies, and how its outer axis is cut into pieces.
struct Geometry {
  bool channelLast;
  int64_t outer, channels, inner;
  int64_t outerPerPiece, pieces;

  static Geometry read(Arguments& a) {
    Geometry g;
    g.channelLast = a.flag();
    g.outer = a.integer();
    g.channels = a.integer();
    g.inner = a.integer();
    const int64_t width = g.channelLast ? g.channels : g.inner;
    g.outerPerPiece = smaller(g.outer, larger(int64_t{1}, chunkElements / width));
    g.pieces = divideUp(g.outer, g.outerPerPiece);
    return g;
  }

  int64_t elements() const { return outer * channels * inner; }
  int64_t perChannel() const { return outer * inner; }
  int64_t first(int64_t piece) const { return piece * outerPerPiece; }
  int64_t last(int64_t piece) const { return smaller(outer, (piece + 1) * outerPerPiece); }
  // Channel-last: a task is a piece with all its channels. Otherwise: a piece of one channel.
  int64_t tasks() const { return channelLast ? pieces : pieces * channels; }
};

// Two sums of one channel in one piece: for statistics Σ x and Σ (x − mean)², for gradients Σ dy and Σ dy·x̂.
struct Sums {
  double a, b;
};

// As many channels as fit into a vector.
template <class T>
using Vec = typename Simd<T>::Vec;

// Calls run(c, n) for vectors of channels; the last one may have n < lanes channels.
template <class T, class F>
NABLA_INLINE void forVectors(int64_t channels, F&& run) {
  constexpr int lanes = Simd<T>::lanes;
  for (int64_t c = 0; c < channels; c += lanes) run(c, smaller(int64_t{lanes}, channels - c));
}

// totals[l] += the lanes of v.
template <class T>
NABLA_INLINE void addLanes(double* totals, Vec<T> v) {
  T lane[Simd<T>::lanes];
  Simd<T>::store(lane, v);
  for (int l = 0; l < Simd<T>::lanes; l++) totals[l] += lane[l];
}

// Channel-last, one piece of rows: Σ x, then squares around that mean. Blocks of rows are added in T, blocks in double.
template <class T>
void momentsOfColumns(Sums* out, const T* x, int64_t channels, int64_t rows) {
  using S = Simd<T>;
  forVectors<T>(channels, [=](int64_t c, int64_t n) {
    double totals[S::lanes] = {}, squares[S::lanes] = {};
    const T* from = x + c;
    for (int64_t first = 0; first < rows; first += columnBlock) {
      Vec<T> sum = {};
      for (int64_t row = first; row < smaller(rows, first + columnBlock); row++) sum += S::loadPartial(from + row * channels, n);
      addLanes<T>(totals, sum);
    }
    T mean[S::lanes];
    for (int l = 0; l < S::lanes; l++) mean[l] = static_cast<T>(totals[l] / static_cast<double>(rows));
    const Vec<T> mu = S::load(mean);
    for (int64_t first = 0; first < rows; first += columnBlock) {
      Vec<T> sum = {};
      for (int64_t row = first; row < smaller(rows, first + columnBlock); row++) {
        const Vec<T> d = S::loadPartial(from + row * channels, n) - mu;
        sum += d * d;
      }
      addLanes<T>(squares, sum);
    }
    for (int64_t l = 0; l < n; l++) {
      // The squares were taken around the rounded mean.
      const double off = totals[l] / static_cast<double>(rows) - mean[l];
      out[c + l] = {totals[l], squares[l] - off * off * static_cast<double>(rows)};
    }
  });
}

// One channel of a piece: rows of `inner` contiguous elements.
template <class T>
Sums momentsOfRows(const T* x, int64_t inner, int64_t rows, int64_t stride) {
  double total = 0, squares = 0;
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t i = 0; i < inner; i += blockElements) {
      total += reduceBlock<SumOf, T>(x + row * stride + i, smaller(blockElements, inner - i));
    }
  }
  const double n = static_cast<double>(rows * inner);
  const T mean = static_cast<T>(total / n);
  T deviations[blockElements];
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t i = 0; i < inner; i += blockElements) {
      const int64_t count = smaller(blockElements, inner - i);
      const T* from = x + row * stride + i;
      for (int64_t j = 0; j < count; j++) deviations[j] = (from[j] - mean) * (from[j] - mean);
      squares += reduceBlock<SumOf, T>(deviations, count);
    }
  }
  const double off = total / n - mean;
  return {total, squares - off * off * n};
}

template <class T>
void statistics(const Geometry& g, const T* x, T* mean, T* variance) {
  auto* partial = static_cast<Sums*>(sharedScratch(0, g.pieces * g.channels * sizeof(Sums)));
  forTasks(g.tasks(), g.elements(), [&](int64_t task) {
    if (g.channelLast) {
      const int64_t first = g.first(task);
      momentsOfColumns(partial + task * g.channels, x + first * g.channels, g.channels, g.last(task) - first);
    } else {
      const int64_t piece = task / g.channels, c = task % g.channels, first = g.first(piece);
      partial[task] = momentsOfRows(x + (first * g.channels + c) * g.inner, g.inner, g.last(piece) - first, g.channels * g.inner);
    }
  });
  for (int64_t c = 0; c < g.channels; c++) {
    double n = 0, mu = 0, squares = 0;
    for (int64_t piece = 0; piece < g.pieces; piece++) {
      const Sums& s = partial[piece * g.channels + c];
      const double count = static_cast<double>((g.last(piece) - g.first(piece)) * g.inner);
      const double difference = s.a / count - mu;
      squares += s.b + difference * difference * n * count / (n + count);
      n += count;
      mu += difference * count / n;
    }
    mean[c] = static_cast<T>(mu);
    variance[c] = static_cast<T>(larger(0.0, squares / n));
  }
}

// A number per channel, laid out as an output run wants it. Channel-last: repeated until a run is long enough for vectors.
struct Runs {
  int64_t length, count, period;  // `count` runs of `length` elements (the last may be shorter); `period` numbers

  explicit Runs(const Geometry& g) {
    period = g.channelLast ? g.channels * larger(int64_t{1}, 512 / g.channels) : g.channels;
    length = g.channelLast ? period : g.inner;
    count = divideUp(g.elements(), length);
  }
};

// Calls row(first element, number of elements, channel) for every run; the channel is that of all its elements, or −1.
template <class F>
void forRuns(const Geometry& g, const Runs& runs, F&& row) {
  const int64_t elements = g.elements();
  forRanges(runs.count, runs.length, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t from = i * runs.length;
      row(from, smaller(runs.length, elements - from), g.channelLast ? -1 : i % g.channels);
    }
  });
}

template <class T>
T inverseDeviation(T variance, double eps) {
  return static_cast<T>(1 / __builtin_sqrt(static_cast<double>(variance) + eps));
}

template <class T>
double batchNormAs(Arguments& a) {
  const T* x = a.pointer<const T>();
  const T* weight = a.pointer<const T>();
  const T* bias = a.pointer<const T>();
  T* mean = a.pointer<T>();
  T* variance = a.pointer<T>();
  T* out = a.pointer<T>();
  const double eps = a.number();
  const Geometry g = Geometry::read(a);
  if (a.flag()) statistics(g, x, mean, variance);
  const Runs runs(g);
  T* center = static_cast<T*>(sharedScratch(1, 3 * runs.period * sizeof(T)));
  T *scale = center + runs.period, *shift = scale + runs.period;
  for (int64_t i = 0, c = 0; i < runs.period; i++, c = c + 1 == g.channels ? 0 : c + 1) {
    center[i] = mean[c];
    scale[i] = inverseDeviation(variance[c], eps) * (weight ? weight[c] : T(1));
    shift[i] = bias ? bias[c] : T(0);
  }
  forRuns(g, runs, [&](int64_t from, int64_t n, int64_t channel) {
    const T* in = x + from;
    T* to = out + from;
    if (channel < 0) {
      const T *mu = center, *s = scale, *b = shift;
      NABLA_ELEMENTWISE_LOOP
      for (int64_t c = 0; c < n; c++) to[c] = (in[c] - mu[c]) * s[c] + b[c];
    } else {
      const T mu = center[channel], s = scale[channel], b = shift[channel];
      NABLA_ELEMENTWISE_LOOP
      for (int64_t i = 0; i < n; i++) to[i] = (in[i] - mu) * s + b;
    }
  });
  return -1;
}

// Σ dy and Σ dy·x̂ in one channel-last piece of rows.
template <class T>
void slopesOfColumns(Sums* out, const T* dy, const T* x, const T* mean, const T* inverse, int64_t channels, int64_t rows) {
  using S = Simd<T>;
  forVectors<T>(channels, [=](int64_t c, int64_t n) {
    double totals[S::lanes] = {}, products[S::lanes] = {};
    const Vec<T> mu = S::loadPartial(mean + c, n), scale = S::loadPartial(inverse + c, n);
    for (int64_t first = 0; first < rows; first += columnBlock) {
      Vec<T> sum = {}, product = {};
      for (int64_t row = first; row < smaller(rows, first + columnBlock); row++) {
        const Vec<T> d = S::loadPartial(dy + row * channels + c, n);
        sum += d;
        product += d * ((S::loadPartial(x + row * channels + c, n) - mu) * scale);
      }
      addLanes<T>(totals, sum);
      addLanes<T>(products, product);
    }
    for (int64_t l = 0; l < n; l++) out[c + l] = {totals[l], products[l]};
  });
}

template <class T>
Sums slopesOfRows(const T* dy, const T* x, T mean, T inverse, int64_t inner, int64_t rows, int64_t stride) {
  Sums s = {0, 0};
  T products[blockElements];
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t i = 0; i < inner; i += blockElements) {
      const int64_t count = smaller(blockElements, inner - i);
      const T *d = dy + row * stride + i, *from = x + row * stride + i;
      for (int64_t j = 0; j < count; j++) products[j] = d[j] * ((from[j] - mean) * inverse);
      s.a += reduceBlock<SumOf, T>(d, count);
      s.b += reduceBlock<SumOf, T>(products, count);
    }
  }
  return s;
}

// dx = w/σ · (dy − mean(dy) − x̂·mean(dy·x̂)), dw = Σ dy·x̂, db = Σ dy.
template <class T>
double batchNormGradAs(Arguments& a) {
  const T* dy = a.pointer<const T>();
  const T* x = a.pointer<const T>();
  const T* weight = a.pointer<const T>();
  const T* mean = a.pointer<const T>();
  const T* variance = a.pointer<const T>();
  T* dx = a.pointer<T>();
  T* dWeight = a.pointer<T>();
  T* dBias = a.pointer<T>();
  const double eps = a.number();
  const Geometry g = Geometry::read(a);
  auto* partial = static_cast<Sums*>(sharedScratch(0, g.pieces * g.channels * sizeof(Sums)));
  T* inverse = static_cast<T*>(sharedScratch(1, g.channels * sizeof(T)));
  // dx = dy·slope + (x − center)·tilt + level.
  const Runs runs(g);
  T* center = static_cast<T*>(sharedScratch(2, 4 * runs.period * sizeof(T)));
  T *slope = center + runs.period, *tilt = slope + runs.period, *level = tilt + runs.period;
  for (int64_t c = 0; c < g.channels; c++) inverse[c] = inverseDeviation(variance[c], eps);
  forTasks(g.tasks(), g.elements(), [&](int64_t task) {
    if (g.channelLast) {
      const int64_t first = g.first(task), at = first * g.channels;
      slopesOfColumns(partial + task * g.channels, dy + at, x + at, mean, inverse, g.channels, g.last(task) - first);
    } else {
      const int64_t piece = task / g.channels, c = task % g.channels, first = g.first(piece);
      const int64_t at = (first * g.channels + c) * g.inner;
      partial[task] = slopesOfRows(dy + at, x + at, mean[c], inverse[c], g.inner, g.last(piece) - first, g.channels * g.inner);
    }
  });
  for (int64_t c = 0; c < g.channels; c++) {
    Sums s = {0, 0};
    for (int64_t piece = 0; piece < g.pieces; piece++) {
      s.a += partial[piece * g.channels + c].a;
      s.b += partial[piece * g.channels + c].b;
    }
    dBias[c] = static_cast<T>(s.a);
    dWeight[c] = static_cast<T>(s.b);
    const double n = static_cast<double>(g.perChannel()), k = static_cast<double>(inverse[c]) * (weight ? weight[c] : 1.0);
    center[c] = mean[c];
    slope[c] = static_cast<T>(k);
    tilt[c] = static_cast<T>(-k * inverse[c] * s.b / n);
    level[c] = static_cast<T>(-k * s.a / n);
  }
  for (int64_t i = g.channels; i < runs.period; i++) {
    T* const all[] = {center, slope, tilt, level};
    for (T* numbers : all) numbers[i] = numbers[i - g.channels];
  }
  forRuns(g, runs, [&](int64_t from, int64_t n, int64_t channel) {
    const T *d = dy + from, *in = x + from;
    T* to = dx + from;
    if (channel < 0) {
      const T *mu = center, *s = slope, *t = tilt, *l = level;
      NABLA_ELEMENTWISE_LOOP
      for (int64_t c = 0; c < n; c++) to[c] = d[c] * s[c] + ((in[c] - mu[c]) * t[c] + l[c]);
    } else {
      const T mu = center[channel], s = slope[channel], t = tilt[channel], l = level[channel];
      NABLA_ELEMENTWISE_LOOP
      for (int64_t i = 0; i < n; i++) to[i] = d[i] * s + ((in[i] - mu) * t + l);
    }
  });
  return -1;
}

double batchNorm(const double* args) {
  Arguments a(args);
  return a.integer() == Float32 ? batchNormAs<float>(a) : batchNormAs<double>(a);
}

double batchNormGrad(const double* args) {
  Arguments a(args);
  return a.integer() == Float32 ? batchNormGradAs<float>(a) : batchNormGradAs<double>(a);
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(batchNorm, {"batchNorm", batchNorm}, {"batchNormGrad", batchNormGrad})
