// See convDepthwise.h.

#include "convDepthwise.h"

#include <cstring>

#include "threadpool.h"
#include "transpose.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t weightGradTasks = 16;

int64_t paddedChannels(int64_t C, int64_t lanes) { return divideUp(C, lanes) * lanes; }

}  // namespace

template <class T>
void depthwise(const T* source, int64_t sourceWidth, const T* weight, const T* bias, bool relu, T* out, int64_t height,
               int64_t width, const ConvShape& shape, const AxisMap& rows, const AxisMap& columns) {
  using S = Simd<T>;
  using Vec = typename S::Vec;
  constexpr int together = 4;  // items that share a load of the filter
  const int64_t C = shape.C, N = shape.N, ld = paddedChannels(C, S::lanes), taps = shape.taps;
  T* const filter = static_cast<T*>(sharedScratch(weightSlot, taps * ld * sizeof(T)));
  std::memset(filter, 0, taps * ld * sizeof(T));
  transpose(weight, taps, C, taps, filter, ld);

  struct Tap {
    const T* source;
    const T* filter;
  };
  parallelFor(height, [&](int64_t y, int worker) {
    Tap* const list = static_cast<Tap*>(scratch(worker, taps * sizeof(Tap)));
    for (int64_t x = 0; x < width; x++) {
      int64_t count = 0;
      for (int64_t ky = 0; ky < shape.kH; ky++) {
        const int64_t sy = rows.at(y, ky);
        if (sy < 0) continue;
        for (int64_t kx = 0; kx < shape.kW; kx++) {
          const int64_t sx = columns.at(x, kx);
          if (sx >= 0) list[count++] = {source + (sy * sourceWidth + sx) * N * C, filter + (ky * shape.kW + kx) * ld};
        }
      }
      T* const to = out + (y * width + x) * N * C;
      for (int64_t c = 0; c < C; c += S::lanes) {
        const int64_t lanes = smaller<int64_t>(S::lanes, C - c);
        const Vec start = bias ? S::loadPartial(bias + c, lanes) : S::splat(0), zero = S::splat(0);
        for (int64_t n = 0; n < N; n += together) {
          const int64_t items = smaller<int64_t>(together, N - n);
          Vec sum[together] = {start, start, start, start};
          if (items == together && lanes == S::lanes) {
            for (int64_t t = 0; t < count; t++) {
              const Vec w = S::load(list[t].filter + c);
              for (int i = 0; i < together; i++) sum[i] += S::load(list[t].source + (n + i) * C + c) * w;
            }
          } else {
            for (int64_t t = 0; t < count; t++) {
              const Vec w = S::load(list[t].filter + c);
              for (int64_t i = 0; i < items; i++) sum[i] += S::loadPartial(list[t].source + (n + i) * C + c, lanes) * w;
            }
          }
          for (int64_t i = 0; i < items; i++) {
            S::storePartial(to + (n + i) * C + c, relu ? (sum[i] <= zero ? zero : sum[i]) : sum[i], lanes);
          }
        }
      }
    }
  });
}

template <class T>
void depthwiseWeightGrad(const T* x, const T* dy, T* out, T* dBias, const ConvShape& shape, const AxisMap& rows, const AxisMap& columns) {
  using S = Simd<T>;
  using Vec = typename S::Vec;
  const int64_t C = shape.C, N = shape.N, ld = paddedChannels(C, S::lanes), taps = shape.taps;
  // Per range of lines: sums [tap][c], and after the last tap those of dy.
  const int64_t splits = smaller(shape.OH, weightGradTasks), size = (taps + 1) * ld;
  T* const partial = static_cast<T*>(sharedScratch(partialSlot, splits * size * sizeof(T)));

  parallelFor(splits, [&](int64_t split, int) {
    T* const sums = partial + split * size;
    std::memset(sums, 0, size * sizeof(T));
    for (int64_t y = shape.OH * split / splits; y < shape.OH * (split + 1) / splits; y++) {
      for (int64_t ox = 0; ox < shape.OW; ox++) {
        const T* const gradient = dy + (y * shape.OW + ox) * N * C;
        for (int64_t c = 0; c < C; c += S::lanes) {
          const int64_t lanes = smaller<int64_t>(S::lanes, C - c);
          for (int64_t ky = 0; ky < shape.kH; ky++) {
            const int64_t sy = rows.at(y, ky);
            if (sy < 0) continue;
            for (int64_t kx = 0; kx < shape.kW; kx++) {
              const int64_t sx = columns.at(ox, kx);
              if (sx < 0) continue;
              const T* const pixel = x + (sy * shape.W + sx) * N * C;
              T* const to = sums + (ky * shape.kW + kx) * ld + c;
              Vec even = S::load(to), odd = S::splat(0);
              int64_t n = 0;
              for (; n + 2 <= N; n += 2) {
                even += S::loadPartial(pixel + n * C + c, lanes) * S::loadPartial(gradient + n * C + c, lanes);
                odd += S::loadPartial(pixel + (n + 1) * C + c, lanes) * S::loadPartial(gradient + (n + 1) * C + c, lanes);
              }
              if (n < N) even += S::loadPartial(pixel + n * C + c, lanes) * S::loadPartial(gradient + n * C + c, lanes);
              S::store(to, even + odd);
            }
          }
          Vec sum = S::load(sums + taps * ld + c);
          for (int64_t n = 0; n < N; n++) sum += S::loadPartial(gradient + n * C + c, lanes);
          S::store(sums + taps * ld + c, sum);
        }
      }
    }
  });
  for (int64_t split = 1; split < splits; split++) {
    for (int64_t i = 0; i < size; i++) partial[i] += partial[split * size + i];
  }
  transpose(partial, ld, taps, C, out, taps);
  if (dBias) std::memcpy(dBias, partial + taps * ld, C * sizeof(T));
}

#define NABLA_INSTANTIATE(T)                                                                                                 \
  template void depthwise(const T*, int64_t, const T*, const T*, bool, T*, int64_t, int64_t, const ConvShape&, const AxisMap&, \
                          const AxisMap&);                                                                                   \
  template void depthwiseWeightGrad(const T*, const T*, T*, T*, const ConvShape&, const AxisMap&, const AxisMap&);
NABLA_INSTANTIATE(float)
NABLA_INSTANTIATE(double)

}  // namespace NABLA_ISA
}  // namespace nabla
