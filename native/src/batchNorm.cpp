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

constexpr int64_t tile = 64;

// Channel-last, one piece, channels c … c + n (n ≤ tile): first Σ x, then squares around that mean.
template <class T>
void momentsOfColumns(Sums* out, const T* x, int64_t n, int64_t rows, int64_t stride) {
  double totals[tile] = {}, squares[tile] = {};
  T mean[tile], block[tile];
  methodOf<SumOf, T>().addColumns(totals, x, n, rows, stride);
  for (int64_t c = 0; c < n; c++) mean[c] = static_cast<T>(totals[c] / static_cast<double>(rows));
  for (int64_t first = 0; first < rows; first += columnBlock) {
    for (int64_t c = 0; c < n; c++) block[c] = 0;
    for (int64_t row = first; row < smaller(rows, first + columnBlock); row++) {
      const T* from = x + row * stride;
      for (int64_t c = 0; c < n; c++) {
        const T d = from[c] - mean[c];
        block[c] += d * d;
      }
    }
    for (int64_t c = 0; c < n; c++) squares[c] += block[c];
  }
  for (int64_t c = 0; c < n; c++) {
    // The squares were taken around the rounded mean.
    const double off = totals[c] / static_cast<double>(rows) - mean[c];
    out[c] = {totals[c], squares[c] - off * off * static_cast<double>(rows)};
  }
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
      const int64_t first = g.first(task), rows = g.last(task) - first;
      for (int64_t c = 0; c < g.channels; c += tile) {
        momentsOfColumns(partial + task * g.channels + c, x + first * g.channels + c, smaller(tile, g.channels - c), rows,
                         g.channels);
      }
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

// Calls row(from, count, channel) for every run of elements: of one channel (channel ≥ 0), or of all channels in turn (−1).
template <class F>
void forRuns(const Geometry& g, F&& row) {
  const int64_t width = g.channelLast ? g.channels : g.inner;
  const int64_t runs = g.elements() / width;
  forRanges(runs, width, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) row(i * width, width, g.channelLast ? -1 : i % g.channels);
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
  T* scale = static_cast<T*>(sharedScratch(1, g.channels * sizeof(T)));
  T* shift = static_cast<T*>(sharedScratch(2, g.channels * sizeof(T)));
  for (int64_t c = 0; c < g.channels; c++) {
    scale[c] = inverseDeviation(variance[c], eps) * (weight ? weight[c] : T(1));
    shift[c] = bias ? bias[c] : T(0);
  }
  forRuns(g, [&](int64_t from, int64_t n, int64_t channel) {
    const T* in = x + from;
    T* to = out + from;
    if (channel < 0) {
      NABLA_ELEMENTWISE_LOOP
      for (int64_t c = 0; c < n; c++) to[c] = (in[c] - mean[c]) * scale[c] + shift[c];
    } else {
      const T mu = mean[channel], s = scale[channel], b = shift[channel];
      NABLA_ELEMENTWISE_LOOP
      for (int64_t i = 0; i < n; i++) to[i] = (in[i] - mu) * s + b;
    }
  });
  return -1;
}

// Σ dy and Σ dy·x̂ of n ≤ tile channels in one channel-last piece.
template <class T>
void slopesOfColumns(Sums* out, const T* dy, const T* x, const T* mean, const T* inverse, int64_t n, int64_t rows, int64_t stride) {
  double totals[tile] = {}, products[tile] = {};
  T sum[tile], product[tile];
  for (int64_t first = 0; first < rows; first += columnBlock) {
    for (int64_t c = 0; c < n; c++) sum[c] = product[c] = 0;
    for (int64_t row = first; row < smaller(rows, first + columnBlock); row++) {
      const T *d = dy + row * stride, *from = x + row * stride;
      for (int64_t c = 0; c < n; c++) {
        sum[c] += d[c];
        product[c] += d[c] * ((from[c] - mean[c]) * inverse[c]);
      }
    }
    for (int64_t c = 0; c < n; c++) {
      totals[c] += sum[c];
      products[c] += product[c];
    }
  }
  for (int64_t c = 0; c < n; c++) out[c] = {totals[c], products[c]};
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
  // dx = dy·slope + (x − mean)·tilt + level.
  T* slope = static_cast<T*>(sharedScratch(2, 3 * g.channels * sizeof(T)));
  T *tilt = slope + g.channels, *level = tilt + g.channels;
  for (int64_t c = 0; c < g.channels; c++) inverse[c] = inverseDeviation(variance[c], eps);
  forTasks(g.tasks(), g.elements(), [&](int64_t task) {
    if (g.channelLast) {
      const int64_t first = g.first(task), rows = g.last(task) - first;
      for (int64_t c = 0; c < g.channels; c += tile) {
        const int64_t at = first * g.channels + c;
        slopesOfColumns(partial + task * g.channels + c, dy + at, x + at, mean + c, inverse + c, smaller(tile, g.channels - c),
                        rows, g.channels);
      }
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
    slope[c] = static_cast<T>(k);
    tilt[c] = static_cast<T>(-k * inverse[c] * s.b / n);
    level[c] = static_cast<T>(-k * s.a / n);
  }
  forRuns(g, [&](int64_t from, int64_t n, int64_t channel) {
    const T *d = dy + from, *in = x + from;
    T* to = dx + from;
    if (channel < 0) {
      NABLA_ELEMENTWISE_LOOP
      for (int64_t c = 0; c < n; c++) to[c] = d[c] * slope[c] + ((in[c] - mean[c]) * tilt[c] + level[c]);
    } else {
      const T mu = mean[channel], s = slope[channel], t = tilt[channel], l = level[channel];
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
