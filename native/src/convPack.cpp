// See convPack.h.

#include "convPack.h"

#include <cstring>

#include "threadpool.h"
#include "transpose.h"

namespace nabla {
namespace NABLA_ISA {

template <class T>
const T* asHwnc(const T* x, const Strides4& s, int64_t N, int64_t C, int64_t H, int64_t W, int slot) {
  if (s.isHwnc(N, C, H, W)) return x;
  T* const packed = static_cast<T*>(sharedScratch(slot, N * C * H * W * sizeof(T)));
  parallelFor(H, [=](int64_t h, int) {
    T* const out = packed + h * W * N * C;
    const T* const in = x + h * s.h;
    if (C > 1 && s.c == 1) {
      for (int64_t w = 0; w < W; w++) {
        for (int64_t n = 0; n < N; n++) std::memcpy(out + (w * N + n) * C, in + w * s.w + n * s.n, C * sizeof(T));
      }
    } else if (s.w == 1) {
      for (int64_t n = 0; n < N; n++) transpose(in + n * s.n, s.c, C, W, out + n * C, N * C);
    } else if (s.n == 1) {
      for (int64_t w = 0; w < W; w++) transpose(in + w * s.w, s.c, C, N, out + w * N * C, C);
    } else {
      for (int64_t w = 0; w < W; w++) {
        for (int64_t n = 0; n < N; n++) {
          for (int64_t c = 0; c < C; c++) out[(w * N + n) * C + c] = in[w * s.w + n * s.n + c * s.c];
        }
      }
    }
  });
  return packed;
}

// out[j · C + c] = in[j · strideW + c · strideC] for j < count. `fixed`: C if known when compiling, else 0.
template <int fixed, class T>
NABLA_INLINE void interleave(const T* in, int64_t strideW, int64_t strideC, int64_t count, int64_t channels, T* out) {
  const int64_t C = fixed > 0 ? fixed : channels;
  for (int64_t j = 0; j < count; j++) {
#pragma GCC unroll 4
    for (int64_t c = 0; c < C; c++) out[j * C + c] = in[j * strideW + c * strideC];
  }
}

template <class T>
void padRows(const T* x, const Strides4& s, int64_t N, int64_t C, int64_t H, int64_t W, int64_t left, int64_t width, T* out) {
  // Columns [from, to) of a padded row lie inside the image.
  const int64_t from = smaller(larger<int64_t>(left, 0), width), to = larger(from, smaller(left + W, width));
  parallelFor(H, [=](int64_t h, int) {
    for (int64_t n = 0; n < N; n++) {
      T* const row = out + (h * N + n) * width * C;
      const T* const in = x + h * s.h + n * s.n + (from - left) * s.w;
      for (int64_t i = 0; i < from * C; i++) row[i] = 0;
      T* const inside = row + from * C;
      if (C == 1) {
        interleave<1>(in, s.w, s.c, to - from, C, inside);
      } else if (C == 3) {
        interleave<3>(in, s.w, s.c, to - from, C, inside);
      } else {
        interleave<0>(in, s.w, s.c, to - from, C, inside);
      }
      for (int64_t i = to * C; i < width * C; i++) row[i] = 0;
    }
  });
}

template <class T>
void padPixels(const T* x, int64_t pixel, int64_t H, int64_t W, int64_t left, int64_t width, T* out) {
  const int64_t from = smaller(larger<int64_t>(left, 0), width), to = larger(from, smaller(left + W, width));
  parallelFor(H, [=](int64_t h, int) {
    T* const row = out + h * width * pixel;
    std::memset(row, 0, from * pixel * sizeof(T));
    std::memcpy(row + from * pixel, x + (h * W + from - left) * pixel, (to - from) * pixel * sizeof(T));
    std::memset(row + to * pixel, 0, (width - to) * pixel * sizeof(T));
  });
}

template <class T>
void packForward(const T* weight, const ConvShape& shape, const Panels<T>& panels, T* out) {
  constexpr int lanes = Simd<T>::lanes;
  const int64_t C = shape.groupC, taps = shape.taps, rows = C * taps;
  // One task: `lanes` columns of a group.
  parallelFor(shape.groups * panels.vectors, [&, out](int64_t task, int) {
    const int64_t group = task / panels.vectors, vector = task % panels.vectors, panel = vector / panels.width;
    const int64_t ldb = panels.vectorsOf(panel) * lanes;
    const int64_t o0 = vector * lanes, count = smaller<int64_t>(lanes, shape.groupO - o0);
    const T* const in = weight + (group * shape.groupO + o0) * rows;
    T* const to = out + group * rows * panels.padded() + panels.first(panel) * rows + (o0 - panels.first(panel));
    if (taps == 1) {
      transpose(in, rows, count, rows, to, ldb);
    } else {
      for (int64_t c = 0; c < C; c++) transpose<T, lanes>(in + c * taps, rows, count, taps, to + c * ldb, C * ldb);
    }
    if (count == lanes) return;
    for (int64_t r = 0; r < rows; r++) std::memset(to + r * ldb + count, 0, (lanes - count) * sizeof(T));
  });
}

template <class T>
void packBackward(const T* weight, const ConvShape& shape, const Panels<T>& panels, T* out) {
  constexpr int lanes = Simd<T>::lanes;
  const int64_t O = shape.groupO, taps = shape.taps, rows = O * taps;
  const int64_t padding = panels.padded() - shape.groupC;
  // One task: one o.
  parallelFor(shape.O, [&, out](int64_t o, int) {
    const int64_t group = o / O, row = o % O;
    T* const base = out + group * rows * panels.padded();
    for (int64_t panel = 0; panel < panels.count; panel++) {
      const int64_t ldb = panels.vectorsOf(panel) * lanes, columns = panels.columnsOf(panel);
      T* const to = base + panels.first(panel) * rows + row * ldb;
      transpose<T, 4 * lanes>(weight + (o * shape.groupC + panels.first(panel)) * taps, taps, columns, taps, to, O * ldb);
      if (columns == ldb) continue;
      for (int64_t t = 0; t < taps; t++) std::memset(to + t * O * ldb + columns, 0, padding * sizeof(T));
    }
  });
}

#define NABLA_INSTANTIATE(T)                                                                                            \
  template const T* asHwnc(const T*, const Strides4&, int64_t, int64_t, int64_t, int64_t, int);                         \
  template void padRows(const T*, const Strides4&, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, T*);           \
  template void padPixels(const T*, int64_t, int64_t, int64_t, int64_t, int64_t, T*);                                   \
  template void packForward(const T*, const ConvShape&, const Panels<T>&, T*);                                          \
  template void packBackward(const T*, const ConvShape&, const Panels<T>&, T*);
NABLA_INSTANTIATE(float)
NABLA_INSTANTIATE(double)

}  // namespace NABLA_ISA
}  // namespace nabla
