// Kernels maxPool2d, maxPool2dGrad, avgPool2d, avgPool2dGrad, for images in the physical orders NCHW and HWNC.
//
// HWNC: a pixel is a vector of all images' channels, so a window is a loop over pixels with vector arithmetic inside; the
// gradients are gathered (for each input pixel, the windows that cover it), so that every element is written once.
// NCHW: one plane after the other, element by element.

#include "rows.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

struct Range {
  int64_t first, last;
};

struct Geometry {
  bool hwnc;
  int64_t N, C, H, W, OH, OW, kH, kW, sH, sW, pH, pW;

  static Geometry read(Arguments& a) {
    Geometry g;
    g.hwnc = a.flag();
    int64_t* sizes[] = {&g.N, &g.C, &g.H, &g.W, &g.OH, &g.OW, &g.kH, &g.kW, &g.sH, &g.sW, &g.pH, &g.pW};
    for (int64_t* size : sizes) *size = a.integer();
    return g;
  }

  int64_t pixel() const { return N * C; }
  int64_t planes() const { return N * C; }
  // Rows of the input that window row i covers, and columns of window column j.
  Range rows(int64_t i) const { return {larger(int64_t{0}, i * sH - pH), smaller(H, i * sH - pH + kH)}; }
  Range columns(int64_t j) const { return {larger(int64_t{0}, j * sW - pW), smaller(W, j * sW - pW + kW)}; }
  // Window rows that cover input row h, and window columns that cover column w.
  Range windowRows(int64_t h) const { return covering(h + pH, kH, sH, OH); }
  Range windowColumns(int64_t w) const { return covering(w + pW, kW, sW, OW); }
  // Place of input (h, w) in window (i, j), in row-major order.
  int32_t place(int64_t h, int64_t w, int64_t i, int64_t j) const {
    return static_cast<int32_t>((h - i * sH + pH) * kW + (w - j * sW + pW));
  }

 private:
  static Range covering(int64_t at, int64_t kernel, int64_t stride, int64_t count) {
    return {at < kernel ? 0 : (at - kernel) / stride + 1, smaller(count, at / stride + 1)};
  }
};

// Elements of a pixel that are worked on together: their running maxima stay in the first-level cache.
constexpr int64_t strip = 256;

// Calls run(pixel index, first, n) for strips of all `pixels`.
template <class F>
void forStrips(int64_t pixels, int64_t size, int64_t cost, F&& run) {
  const int64_t strips = divideUp(size, strip);
  forRanges(pixels * strips, smaller(size, strip) * cost, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t start = i % strips * strip;
      run(i / strips, start, smaller(strip, size - start));
    }
  });
}

// The first maximum in row-major order wins; NaN is a maximum.
template <class T>
NABLA_INLINE bool beats(T value, T best) {
  return (value > best) | ((value != value) & (best == best));
}

template <class T>
void maxPixels(const Geometry& g, const T* x, T* out, uint8_t* argmax) {
  const int64_t size = g.pixel();
  forStrips(g.OH * g.OW, size, g.kH * g.kW, [=](int64_t pixel, int64_t first, int64_t n) {
    const int64_t i = pixel / g.OW, j = pixel % g.OW;
    const Range rows = g.rows(i), columns = g.columns(j);
    T best[strip];
    int32_t places[strip];
    const int32_t start = g.place(rows.first, columns.first, i, j);
    for (int64_t e = 0; e < n; e++) {
      best[e] = -static_cast<T>(__builtin_inf());
      places[e] = start;
    }
    for (int64_t h = rows.first; h < rows.last; h++) {
      for (int64_t w = columns.first; w < columns.last; w++) {
        const T* from = x + (h * g.W + w) * size + first;
        const int32_t place = g.place(h, w, i, j);
        for (int64_t e = 0; e < n; e++) {
          const T value = from[e];
          const bool better = beats(value, best[e]);
          best[e] = better ? value : best[e];
          places[e] = better ? place : places[e];
        }
      }
    }
    T* to = out + pixel * size + first;
    uint8_t* chosen = argmax + pixel * size + first;
    for (int64_t e = 0; e < n; e++) to[e] = best[e];
    for (int64_t e = 0; e < n; e++) chosen[e] = static_cast<uint8_t>(places[e]);
  });
}

template <class T>
void maxPlanes(const Geometry& g, const T* x, T* out, uint8_t* argmax) {
  forRanges(g.planes(), g.OH * g.OW * g.kH * g.kW, [=](int64_t firstPlane, int64_t lastPlane) {
    for (int64_t plane = firstPlane; plane < lastPlane; plane++) {
      const T* from = x + plane * g.H * g.W;
      int64_t at = plane * g.OH * g.OW;
      for (int64_t i = 0; i < g.OH; i++) {
        const Range rows = g.rows(i);
        for (int64_t j = 0; j < g.OW; j++, at++) {
          const Range columns = g.columns(j);
          T best = -static_cast<T>(__builtin_inf());
          int32_t place = g.place(rows.first, columns.first, i, j);
          for (int64_t h = rows.first; h < rows.last; h++) {
            for (int64_t w = columns.first; w < columns.last; w++) {
              const T value = from[h * g.W + w];
              const bool better = beats(value, best);
              best = better ? value : best;
              place = better ? g.place(h, w, i, j) : place;
            }
          }
          out[at] = best;
          argmax[at] = static_cast<uint8_t>(place);
        }
      }
    }
  });
}

template <class T>
void averagePixels(const Geometry& g, const T* x, T* out) {
  const int64_t size = g.pixel();
  const T area = static_cast<T>(g.kH * g.kW);
  forStrips(g.OH * g.OW, size, g.kH * g.kW, [=](int64_t pixel, int64_t first, int64_t n) {
    const Range rows = g.rows(pixel / g.OW), columns = g.columns(pixel % g.OW);
    T total[strip];
    for (int64_t e = 0; e < n; e++) total[e] = 0;
    for (int64_t h = rows.first; h < rows.last; h++) {
      for (int64_t w = columns.first; w < columns.last; w++) {
        const T* from = x + (h * g.W + w) * size + first;
        for (int64_t e = 0; e < n; e++) total[e] += from[e];
      }
    }
    T* to = out + pixel * size + first;
    for (int64_t e = 0; e < n; e++) to[e] = total[e] / area;
  });
}

template <class T>
void averagePlanes(const Geometry& g, const T* x, T* out) {
  const T area = static_cast<T>(g.kH * g.kW);
  forRanges(g.planes(), g.OH * g.OW * g.kH * g.kW, [=](int64_t firstPlane, int64_t lastPlane) {
    for (int64_t plane = firstPlane; plane < lastPlane; plane++) {
      const T* from = x + plane * g.H * g.W;
      T* to = out + plane * g.OH * g.OW;
      for (int64_t i = 0; i < g.OH; i++) {
        for (int64_t j = 0; j < g.OW; j++) {
          const Range rows = g.rows(i), columns = g.columns(j);
          T total = 0;
          for (int64_t h = rows.first; h < rows.last; h++) {
            for (int64_t w = columns.first; w < columns.last; w++) total += from[h * g.W + w];
          }
          *to++ = total / area;
        }
      }
    }
  });
}

// Gradients. argmax null: the mean's, where every place of a window receives dy/area.
template <class T>
void gradPixels(const Geometry& g, const T* dy, const uint8_t* argmax, T* out) {
  const int64_t size = g.pixel();
  const T area = static_cast<T>(g.kH * g.kW);
  forStrips(g.H * g.W, size, 2, [=](int64_t pixel, int64_t first, int64_t n) {
    const int64_t h = pixel / g.W, w = pixel % g.W;
    const Range rows = g.windowRows(h), columns = g.windowColumns(w);
    T* to = out + pixel * size + first;
    for (int64_t e = 0; e < n; e++) to[e] = 0;
    for (int64_t i = rows.first; i < rows.last; i++) {
      for (int64_t j = columns.first; j < columns.last; j++) {
        const int64_t at = (i * g.OW + j) * size + first;
        const T* d = dy + at;
        if (!argmax) {
          for (int64_t e = 0; e < n; e++) to[e] += d[e] / area;
          continue;
        }
        const auto place = static_cast<uint8_t>(g.place(h, w, i, j));
        const uint8_t* chosen = argmax + at;
        for (int64_t e = 0; e < n; e++) to[e] += chosen[e] == place ? d[e] : T(0);
      }
    }
  });
}

template <class T>
void gradPlanes(const Geometry& g, const T* dy, const uint8_t* argmax, T* out) {
  const T area = static_cast<T>(g.kH * g.kW);
  forRanges(g.planes(), g.H * g.W + g.OH * g.OW, [=](int64_t firstPlane, int64_t lastPlane) {
    for (int64_t plane = firstPlane; plane < lastPlane; plane++) {
      T* to = out + plane * g.H * g.W;
      for (int64_t e = 0; e < g.H * g.W; e++) to[e] = 0;
      int64_t at = plane * g.OH * g.OW;
      for (int64_t i = 0; i < g.OH; i++) {
        for (int64_t j = 0; j < g.OW; j++, at++) {
          if (argmax) {
            const int64_t h = i * g.sH - g.pH + argmax[at] / g.kW, w = j * g.sW - g.pW + argmax[at] % g.kW;
            if (h >= 0 && h < g.H && w >= 0 && w < g.W) to[h * g.W + w] += dy[at];
            continue;
          }
          const Range rows = g.rows(i), columns = g.columns(j);
          for (int64_t h = rows.first; h < rows.last; h++) {
            for (int64_t w = columns.first; w < columns.last; w++) to[h * g.W + w] += dy[at] / area;
          }
        }
      }
    }
  });
}

template <class T>
double maxPoolAs(Arguments& a) {
  const T* x = a.pointer<const T>();
  T* out = a.pointer<T>();
  auto* argmax = a.pointer<uint8_t>();
  const Geometry g = Geometry::read(a);
  if (g.hwnc) {
    maxPixels(g, x, out, argmax);
  } else {
    maxPlanes(g, x, out, argmax);
  }
  return -1;
}

template <class T>
double averagePoolAs(Arguments& a) {
  const T* x = a.pointer<const T>();
  T* out = a.pointer<T>();
  const Geometry g = Geometry::read(a);
  if (g.hwnc) {
    averagePixels(g, x, out);
  } else {
    averagePlanes(g, x, out);
  }
  return -1;
}

template <class T>
double gradAs(Arguments& a, bool ofMax) {
  const T* dy = a.pointer<const T>();
  const uint8_t* argmax = ofMax ? a.pointer<const uint8_t>() : nullptr;
  T* out = a.pointer<T>();
  const Geometry g = Geometry::read(a);
  if (g.hwnc) {
    gradPixels(g, dy, argmax, out);
  } else {
    gradPlanes(g, dy, argmax, out);
  }
  return -1;
}

double maxPool2d(const double* args) {
  Arguments a(args);
  return a.integer() == Float32 ? maxPoolAs<float>(a) : maxPoolAs<double>(a);
}

double maxPool2dGrad(const double* args) {
  Arguments a(args);
  return a.integer() == Float32 ? gradAs<float>(a, true) : gradAs<double>(a, true);
}

double avgPool2d(const double* args) {
  Arguments a(args);
  return a.integer() == Float32 ? averagePoolAs<float>(a) : averagePoolAs<double>(a);
}

double avgPool2dGrad(const double* args) {
  Arguments a(args);
  return a.integer() == Float32 ? gradAs<float>(a, false) : gradAs<double>(a, false);
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(pool, {"maxPool2d", maxPool2d}, {"maxPool2dGrad", maxPool2dGrad}, {"avgPool2d", avgPool2d},
              {"avgPool2dGrad", avgPool2dGrad})
