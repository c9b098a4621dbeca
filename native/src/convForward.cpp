// Convolution and its input gradient, which is a convolution of dy with the filter turned round.
//
// The unit of work is a strip: rows of the output (batch items of one pixel, or pixels of one line) whose sources lie a
// fixed stride apart for every tap, so that a tile of the microkernel can run over all taps with its sums in registers.
// - batch strips: the rows are the N items of a pixel. Taps on padding are left out.
// - line strips, where N is small: the rows are the pixels of a line of the output. Lines of the source are padded by
//   copying; taps above and below the image are left out.
// With few channels (`fused`) lines are padded as well, as [H][N][W·C], so that a row of the filter is one run.

#include "convDepthwise.h"
#include "convEpilogue.h"
#include "convPack.h"
#include "convWinograd.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t fewChannels = 8;       // up to here filter rows are fused
constexpr int64_t smallBatch = 6;        // below this, strips run along lines
constexpr int64_t lineRows = 48;         // rows of a block of line strips, about
constexpr int64_t sourceBytes = 384 << 10;  // of the source that a task of batch strips walks over, about
constexpr int64_t enoughTasks = 32;

template <class T>
struct Correlation {
  // Source: element (y, x, n, c) at y · rowStride + x · pixelStride + n · itemStride + c.
  const T* source;
  int64_t rowStride, pixelStride, itemStride;
  AxisMap rows, columns;
  // Padded lines: output x meets tap kx at source pixel x · step + columns.at(0, kx), always inside.
  bool padded, fused;
  int64_t step;

  const T* weight;  // packed panels, rows [tap][channel]
  int64_t groups, K, O;  // per group: K = channels per tap, O = columns
  int64_t kH, kW;

  int64_t N, height, width;  // of the output before pooling
  const T* bias;
  bool relu, pool;
  T* out;
  uint8_t* argmax;

  int64_t outHeight() const { return pool ? height / 2 : height; }
  int64_t outWidth() const { return pool ? width / 2 : width; }

  void run() const;

 private:
  // A strip's taps, for batch item 0 (and, of a padded line, pixel 0).
  struct Taps {
    Segment<T>* segments;
    int64_t count;
  };

  // What a worker needs: lists of taps of a window's four pixels, and a block of sums for each.
  struct Workspace {
    Taps taps[4];
    T* sums[4];
  };

  Panels<T> panels() const { return Panels<T>(O); }

  static size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

  Workspace workspace(int worker, int64_t rowsOfBlock) const {
    const size_t list = aligned(kH * kW * sizeof(Segment<T>));
    const size_t block = aligned(rowsOfBlock * maxVectors * Simd<T>::lanes * sizeof(T));
    char* memory = static_cast<char*>(scratch(worker, 4 * (list + block)));
    Workspace space;
    for (int q = 0; q < 4; q++) {
      space.taps[q] = {reinterpret_cast<Segment<T>*>(memory + q * list), 0};
      space.sums[q] = reinterpret_cast<T*>(memory + 4 * list + q * block);
    }
    return space;
  }

  void findTaps(int64_t y, int64_t x, int64_t group, Taps& taps) const {
    taps.count = 0;
    for (int64_t ky = 0; ky < kH; ky++) {
      const int64_t sy = rows.at(y, ky);
      if (sy < 0) continue;
      const T* const line = source + sy * rowStride + group * K;
      if (fused) {
        taps.segments[taps.count++] = {line + x * step * pixelStride, ky * kW * K, kW * K};
        continue;
      }
      for (int64_t kx = 0; kx < kW; kx++) {
        const int64_t sx = padded ? x * step + columns.at(0, kx) : columns.at(x, kx);
        if (sx >= 0) taps.segments[taps.count++] = {line + sx * pixelStride, (ky * kW + kx) * K, K};
      }
    }
  }

  struct Columns {
    int64_t group, panel;
    int vectors;
    int64_t ldb;
    const T* packed;
    int64_t first;  // column of out
    Epilogue<T> epilogue;
  };

  Columns columnsOf(int64_t index) const {
    const Panels<T> p = panels();
    Columns c;
    c.group = index / p.count;
    c.panel = index % p.count;
    c.vectors = p.vectorsOf(c.panel);
    c.ldb = c.vectors * Simd<T>::lanes;
    const int64_t depth = kH * kW * K;
    c.packed = weight + c.group * depth * p.padded() + p.first(c.panel) * depth;
    c.first = c.group * O + p.first(c.panel);
    c.epilogue = {bias ? bias + c.first : nullptr, relu, p.columnsOf(c.panel), groups * O};
    return c;
  }

  void sum(const Columns& c, const Taps& taps, int64_t aOffset, int64_t stride, int height, T* to, int64_t ld) const {
    tileFor<T>(true, c.vectors, height)({taps.segments, taps.count, aOffset, stride, c.packed, c.ldb, to, ld, false});
  }

  void batchStrips(int64_t y, int64_t n0, int64_t n1, const Columns& c, Workspace& space) const;
  void lineStrips(int64_t y, int64_t x0, int64_t x1, const Columns& c, Workspace& space) const;
};

// Items n0 … n1 of line y of the output.
template <class T>
void Correlation<T>::batchStrips(int64_t y, int64_t n0, int64_t n1, const Columns& c, Workspace& space) const {
  const int64_t channels = groups * O;
  const int window = pool ? 4 : 1;
  for (int64_t x = 0; x < outWidth(); x++) {
    for (int q = 0; q < window; q++) {
      if (pool) {
        findTaps(2 * y + q / 2, 2 * x + q % 2, c.group, space.taps[q]);
      } else {
        findTaps(y, x, c.group, space.taps[q]);
      }
    }
    forEachTile(n1 - n0, maxRows(c.vectors), [&](int64_t r, int height) {
      const int64_t n = n0 + r, at = ((y * outWidth() + x) * N + n) * channels + c.first;
      for (int q = 0; q < window; q++) sum(c, space.taps[q], n * itemStride, itemStride, height, space.sums[q], c.ldb);
      if (pool) {
        c.epilogue.pool({space.sums[0], space.sums[1], space.sums[2], space.sums[3]}, c.ldb, height, out + at,
                        argmax ? argmax + at : nullptr);
      } else {
        c.epilogue.store(space.sums[0], c.ldb, height, out + at);
      }
    });
  }
}

// Pixels x0 … x1 (before pooling; even then) of line y of the output, all items.
template <class T>
void Correlation<T>::lineStrips(int64_t y, int64_t x0, int64_t x1, const Columns& c, Workspace& space) const {
  const int64_t channels = groups * O;
  // Rows (x, n) in one sequence, where they are evenly spaced in the source; else item by item.
  const bool merged = N == 1 || (step == 1 && pixelStride == N * itemStride);
  const int64_t apart = step * pixelStride;
  const int lines = pool ? 2 : 1;
  for (int line = 0; line < lines; line++) {
    findTaps(pool ? 2 * y + line : y, 0, c.group, space.taps[line]);
    const int64_t strips = merged ? 1 : N, length = (x1 - x0) * (merged ? N : 1);
    const int64_t stride = merged && N > 1 ? itemStride : apart, ld = merged ? c.ldb : N * c.ldb;
    for (int64_t s = 0; s < strips; s++) {
      const int64_t start = x0 * apart + s * itemStride;
      T* const to = space.sums[line] + s * c.ldb;
      forEachTile(length, maxRows(c.vectors), [&](int64_t r, int height) {
        sum(c, space.taps[line], start + r * stride, stride, height, to + r * ld, ld);
      });
    }
  }
  if (!pool) {
    c.epilogue.store(space.sums[0], c.ldb, (x1 - x0) * N, out + (y * width + x0) * N * channels + c.first);
    return;
  }
  const int64_t pixel = N * c.ldb;
  for (int64_t x = x0; x < x1; x += 2) {
    const T* const top = space.sums[0] + (x - x0) * pixel;
    const T* const bottom = space.sums[1] + (x - x0) * pixel;
    const int64_t at = (y * outWidth() + x / 2) * N * channels + c.first;
    c.epilogue.pool({top, top + pixel, bottom, bottom + pixel}, c.ldb, N, out + at, argmax ? argmax + at : nullptr);
  }
}

template <class T>
void Correlation<T>::run() const {
  const int64_t columnBlocks = groups * panels().count, lines = outHeight();
  if (outWidth() <= 0 || lines <= 0 || N <= 0) return;
  if (padded && N < smallBatch) {
    int64_t block = larger<int64_t>(1, lineRows / N);
    if (pool) block = larger<int64_t>(2, block / 2 * 2);
    const int64_t end = pool ? width / 2 * 2 : width, blocks = divideUp(end, block);
    parallelFor(lines * blocks * columnBlocks, [&](int64_t task, int worker) {
      const int64_t x0 = task % blocks * block, y = task / blocks % lines;
      Workspace space = workspace(worker, block * N);
      lineStrips(y, x0, smaller(x0 + block, end), columnsOf(task / blocks / lines), space);
    });
    return;
  }
  // Items per task: what keeps a task's part of the source in the cache, and enough tasks to share out.
  const int64_t itemBytes = (kH + (pool ? 1 : 0)) * rowStride / N * sizeof(T);
  int64_t block = smaller(N, larger<int64_t>(2 * mostRows, sourceBytes / larger<int64_t>(itemBytes, 1)));
  while (lines * divideUp(N, block) < enoughTasks && block > 2 * mostRows) block = divideUp(block, 2);
  const int64_t blocks = divideUp(N, block), even = divideUp(N, blocks);
  parallelFor(lines * blocks, [&](int64_t task, int worker) {
    // Line after line of the same items: the next line needs much of the same source.
    const int64_t y = task % lines, n0 = task / lines * even;
    if (n0 >= N) return;
    Workspace space = workspace(worker, mostRows);
    for (int64_t i = 0; i < columnBlocks; i++) batchStrips(y, n0, smaller(n0 + even, N), columnsOf(i), space);
  });
}

template <class T>
T* reserve(int slot, int64_t count) {
  return static_cast<T*>(sharedScratch(slot, count * sizeof(T)));
}

template <class T>
void forward(Arguments& args) {
  const T* const x = args.pointer<const T>();
  const T* const weight = args.pointer<const T>();
  const T* const bias = args.pointer<const T>();
  T* const out = args.pointer<T>();
  uint8_t* const argmax = args.pointer<uint8_t>();
  const ConvShape s(args);
  const bool relu = args.flag(), pool = args.flag();
  const Strides4 strides(args);

  int32_t* const tables = reserve<int32_t>(tableSlot, s.OH * s.kH + s.OW * s.kW);
  const AxisMap rows = AxisMap::forward(tables, s.OH, s.kH, s.sH, s.pH, s.dH, s.H);
  int32_t* const columnTable = tables + s.OH * s.kH;
  const auto columns = [&](int64_t padding, int64_t size) {
    return AxisMap::forward(columnTable, s.OW, s.kW, s.sW, padding, s.dW, size);
  };
  if (s.depthwise() && !pool) {
    const T* const source = asHwnc(x, strides, s.N, s.C, s.H, s.W, sourceSlot);
    depthwise(source, s.W, weight, bias, relu, out, s.OH, s.OW, s, rows, columns(s.pW, s.W));
    return;
  }

  if constexpr (sizeof(T) == sizeof(float)) {
    if (prefersWinograd(s)) {
      float* const packed = reserve<float>(weightSlot, s.taps * s.C * s.O);
      packForward(weight, s, Panels<float>(s.O), packed);
      const float* const source = asHwnc(x, strides, s.N, s.C, s.H, s.W, sourceSlot);
      return winograd(static_cast<int>(s.kH), {s.N, s.C, s.H, s.W, s.O, s.OH, s.OW, s.pH, s.pW}, source, packed, false, {bias, relu, pool, argmax}, out);
    }
  }

  const bool fused = s.groups == 1 && s.C <= fewChannels && s.dW == 1;
  const bool padded = fused || s.N < smallBatch;
  const int64_t paddedWidth = (s.OW - 1) * s.sW + (s.kW - 1) * s.dW + 1;
  const int64_t pixel = s.N * s.C;
  const T* source;
  if (fused) {
    T* const lines = reserve<T>(gradientSlot, s.H * paddedWidth * pixel);
    padRows(x, strides, s.N, s.C, s.H, s.W, s.pW, paddedWidth, lines);
    source = lines;
  } else {
    source = asHwnc(x, strides, s.N, s.C, s.H, s.W, sourceSlot);
    if (padded && (s.pW > 0 || paddedWidth > s.W)) {
      T* const lines = reserve<T>(gradientSlot, s.H * paddedWidth * pixel);
      padPixels(source, pixel, s.H, s.W, s.pW, paddedWidth, lines);
      source = lines;
    }
  }
  const bool copied = padded && (fused || s.pW > 0 || paddedWidth > s.W);
  const int64_t width = copied ? paddedWidth : s.W;
  const Panels<T> panels(s.groupO);
  T* const packed = reserve<T>(weightSlot, s.groups * s.taps * s.groupC * panels.padded());
  packForward(weight, s, panels, packed);
  Correlation<T>{source, width * pixel, fused ? s.C : pixel, fused ? width * s.C : s.C,
                 rows, padded ? columns(0, width) : columns(s.pW, s.W), padded, fused, s.sW,
                 packed, s.groups, s.groupC, s.groupO, s.kH, s.kW,
                 s.N, s.OH, s.OW, bias, relu, pool, out, argmax}
      .run();
}

template <class T>
void inputGrad(Arguments& args) {
  const T* const dy = args.pointer<const T>();
  const T* const weight = args.pointer<const T>();
  T* const out = args.pointer<T>();
  const ConvShape s(args);
  const Strides4 strides(args);

  const T* source = asHwnc(dy, strides, s.N, s.O, s.OH, s.OW, sourceSlot);
  int32_t* const tables = reserve<int32_t>(tableSlot, s.H * s.kH + s.W * s.kW);
  const AxisMap rows = AxisMap::backward(tables, s.H, s.kH, s.sH, s.pH, s.dH, s.OH);
  AxisMap columns = AxisMap::backward(tables + s.H * s.kH, s.W, s.kW, s.sW, s.pW, s.dW, s.OW);
  if (s.depthwise()) {
    depthwise<T>(source, s.OW, weight, nullptr, false, out, s.H, s.W, s, rows, columns);
    return;
  }

  if constexpr (sizeof(T) == sizeof(float)) {
    if (prefersWinograd(s)) {
      float* const packed = reserve<float>(weightSlot, s.taps * s.C * s.O);
      packBackward(weight, s, Panels<float>(s.C), packed);
      const WinogradShape turned{s.N, s.O, s.OH, s.OW, s.C, s.H, s.W, s.kH - 1 - s.pH, s.kW - 1 - s.pW};
      return winograd(static_cast<int>(s.kH), turned, source, packed, true, {nullptr, false, false, nullptr}, out);
    }
  }

  const int64_t pixel = s.N * s.O;
  // A line of dx meets every tap of a padded line of dy; with a stride between them it would not.
  const bool padded = s.N < smallBatch && s.sW == 1;
  int64_t width = s.OW;
  if (padded) {
    const int64_t reach = (s.kW - 1) * s.dW;
    width = s.W + reach;
    T* const lines = reserve<T>(gradientSlot, s.OH * width * pixel);
    padPixels(source, pixel, s.OH, s.OW, reach - s.pW, width, lines);
    source = lines;
    // dx at 0 meets tap k at padded pixel reach − k · dilation.
    columns = AxisMap::backward(tables + s.H * s.kH, 1, s.kW, 1, reach, s.dW, width);
  }
  const Panels<T> panels(s.groupC);
  T* const packed = reserve<T>(weightSlot, s.groups * s.taps * s.groupO * panels.padded());
  packBackward(weight, s, panels, packed);
  Correlation<T>{source, width * pixel, pixel, s.O, rows, columns, padded, false, 1,
                 packed, s.groups, s.groupO, s.groupC, s.kH, s.kW,
                 s.N, s.H, s.W, nullptr, false, false, out, nullptr}
      .run();
}

double conv2d(const double* block) {
  Arguments args(block);
  args.integer() == Float32 ? forward<float>(args) : forward<double>(args);
  return -1;
}

double conv2dInputGrad(const double* block) {
  Arguments args(block);
  args.integer() == Float32 ? inputGrad<float>(args) : inputGrad<double>(args);
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(convForward, {"conv2d", conv2d}, {"conv2dInputGrad", conv2dInputGrad})
