// The weight gradient of a convolution: dW[tap, c, o] = Σ_pixels Σ_n x[pixel + tap, n, c] · dy[pixel, n, o].
//
// A chunk is about a hundred consecutive (x, n) of one line of dy: small enough to stay in the first-level cache while
// every tap multiplies it with its pixels of x. Rows of a tile are channels (side by side in x), columns are outputs.
// Sums gather in a partial dW that stays in the second-level cache; there are several, one per range of chunks, added in
// order at the end. Their number follows from the shape.

#include <cstring>

#include "convDepthwise.h"
#include "convPack.h"
#include "convWinograd.h"
#include "threadpool.h"
#include "transpose.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t fewChannels = 8;     // up to here filter rows are fused (see convForward.cpp)
constexpr int64_t chunkRows = 64;     // most (x, n) of a chunk
constexpr int64_t enoughTasks = 8;
constexpr int64_t partialBytes = 16 << 20;  // of all partial sums, at most about
constexpr int64_t bandBytes = 768 << 10;    // of a partial dW that all rows of the filter may share
constexpr int64_t blockRows = 256;     // rows of dW that one task of the final sum transposes

// Fetches the next chunk's part of dy into the cache, a few lines at a time between the tiles of this one.
struct Ahead {
  static constexpr int64_t line = 64;
  static constexpr int linesPerTile = 16;

  const char* row;
  int64_t rowBytes, stride, rows;
  int64_t at = 0;

  void fetch() {
    for (int i = 0; i < linesPerTile && rows > 0; i++) {
      __builtin_prefetch(row + at);
      at += line;
      if (at < rowBytes) continue;
      at = 0;
      row += stride;
      rows--;
    }
  }
};

template <class T>
struct WeightGrad {
  using S = Simd<T>;

  // x: element (y, x, n, c) at y · rowStride + x · pixelStride + n · itemStride + c.
  const T* source;
  int64_t rowStride, pixelStride, itemStride;
  AxisMap rows, columns;
  bool fused;
  int64_t step;  // between the pixels of x that successive pixels of dy meet

  const T* dy;  // HWNC
  int64_t groups, K, O, kH, kW, N, OH, OW;
  T* out;
  T* dBias;

  void run();

  // What plan() settles.
  Panels<T> panels{O};
  int64_t taps = kH * kW, depth = taps * K, channels = groups * O;
  // Chunks of a line: `pixels` pixels with all items, or one pixel with `items` of them.
  int64_t pixels = 0, items = 0, chunksOfLine = 0, chunks = 0;
  int64_t bands = 0, splits = 0;
  // Whether x and dy step through (x, n) evenly; and if not, whether a chunk is copied as [n][x] rather than [x][n].
  bool even = false, itemMajor = false;
  T* partial = nullptr;
  T* biasPartial = nullptr;

  struct Chunk {
    int64_t y, x0, x1, n0, n1;
    int64_t rows() const { return (x1 - x0) * (n1 - n0); }
  };

  struct Columns {
    int64_t group, first, count, ldb;
    int vectors;
  };

  // dy of a chunk: row i at data + i · ld.
  struct Block {
    const T* data;
    int64_t ld;
  };

  const T* gradientAt(const Chunk& chunk, const Columns& c) const {
    return dy + ((chunk.y * OW + chunk.x0) * N + chunk.n0) * channels + c.first;
  }

  Ahead ahead(const Chunk& chunk, const Columns& c) const {
    constexpr int64_t size = sizeof(T);
    return {reinterpret_cast<const char*>(gradientAt(chunk, c)), c.count * size, channels * size, chunk.rows()};
  }

  T* partialOf(int64_t split, int64_t group, int64_t panel) const {
    return partial + (split * groups + group) * depth * panels.padded() + panels.first(panel) * depth;
  }

  Chunk chunkAt(int64_t index) const {
    const int64_t y = index / chunksOfLine, i = index % chunksOfLine;
    if (pixels > 1) return {y, i * pixels, smaller((i + 1) * pixels, OW), 0, N};
    const int64_t perPixel = chunksOfLine / OW, x = i / perPixel, n0 = i % perPixel * items;
    return {y, x, x + 1, n0, smaller(n0 + items, N)};
  }

  void plan();
  Block gather(const Chunk& chunk, const Columns& c, T* copy) const;
  void addBias(const Block& block, int64_t count, const Columns& c, T* to) const;
  // Σ over the chunk for a run of `count` rows of dW, whose first element of x for pixel `x` is at(x).
  template <class At>
  void addRows(const Chunk& chunk, int64_t from, int64_t to, const Block& block, const Columns& c, int64_t count, Segment<T>* segments,
               Ahead& ahead, T* out, At&& at) const;
  void addChunk(const Chunk& chunk, int64_t ky0, int64_t ky1, const Block& block, const Columns& c, Segment<T>* segments, Ahead ahead,
                T* to) const;
  void sumPartials();
};

template <class T>
void WeightGrad<T>::plan() {
  pixels = smaller(OW, larger<int64_t>(1, chunkRows / N));
  items = pixels > 1 ? N : divideUp(N, divideUp(N, chunkRows));
  chunksOfLine = pixels > 1 ? divideUp(OW, pixels) : OW * divideUp(N, items);
  chunks = OH * chunksOfLine;
  even = pixels == 1 || (step == 1 && pixelStride == N * itemStride) || N == 1;
  itemMajor = !even && N < pixels;
  const int64_t size = groups * depth * panels.padded() * static_cast<int64_t>(sizeof(T));
  bands = fused || size / (groups * panels.count) <= bandBytes ? 1 : kH;
  splits = divideUp(enoughTasks, groups * panels.count * bands);
  splits = larger<int64_t>(1, smaller(smaller(splits, chunks), partialBytes / size));
  T* const memory = static_cast<T*>(sharedScratch(partialSlot, splits * (size + groups * panels.padded() * sizeof(T))));
  partial = memory;
  biasPartial = memory + splits * size / static_cast<int64_t>(sizeof(T));
}

// dy itself where its columns fill the panel, else a copy with zeros behind them.
template <class T>
typename WeightGrad<T>::Block WeightGrad<T>::gather(const Chunk& chunk, const Columns& c, T* copy) const {
  const T* const from = gradientAt(chunk, c);
  if (c.count == c.ldb && !itemMajor) return {from, channels};
  const int64_t width = chunk.x1 - chunk.x0, depth = chunk.n1 - chunk.n0;
  for (int64_t x = 0; x < width; x++) {
    for (int64_t n = 0; n < depth; n++) {
      T* const row = copy + (itemMajor ? n * width + x : x * depth + n) * c.ldb;
      std::memcpy(row, from + (x * N + n) * channels, c.count * sizeof(T));
      std::memset(row + c.count, 0, (c.ldb - c.count) * sizeof(T));
    }
  }
  return {copy, c.ldb};
}

template <class T>
void WeightGrad<T>::addBias(const Block& block, int64_t count, const Columns& c, T* to) const {
  for (int64_t j = 0; j < c.ldb; j += S::lanes) {
    typename S::Vec sum = S::load(to + j), other = S::splat(0);
    int64_t i = 0;
    for (; i + 2 <= count; i += 2) {
      sum += S::load(block.data + i * block.ld + j);
      other += S::load(block.data + (i + 1) * block.ld + j);
    }
    if (i < count) sum += S::load(block.data + i * block.ld + j);
    S::store(to + j, sum + other);
  }
}

template <class T>
template <class At>
void WeightGrad<T>::addRows(const Chunk& chunk, int64_t from, int64_t to, const Block& block, const Columns& c, int64_t count,
                            Segment<T>* segments, Ahead& ahead, T* out, At&& at) const {
  const int64_t width = chunk.x1 - chunk.x0, depth = chunk.n1 - chunk.n0, first = from - chunk.x0;
  int64_t used = 0, stride = itemStride;
  if (itemMajor) {
    stride = step * pixelStride;
    for (int64_t n = 0; n < depth; n++) segments[used++] = {at(from) + n * itemStride, n * width + first, to - from};
  } else if (even) {
    if (N == 1) stride = step * pixelStride;
    segments[used++] = {at(from), first * depth, (to - from) * depth};
  } else {
    for (int64_t x = from; x < to; x++) segments[used++] = {at(x), (x - chunk.x0) * depth, depth};
  }
  forEachTile(count, maxRows(c.vectors), [&](int64_t r, int height) {
    ahead.fetch();
    tileFor<T>(false, c.vectors, height)({segments, used, r, stride, block.data, block.ld, out + r * c.ldb, c.ldb, true});
  });
}

// Adds a chunk to the rows ky0 … ky1 of the filter.
template <class T>
void WeightGrad<T>::addChunk(const Chunk& chunk, int64_t ky0, int64_t ky1, const Block& block, const Columns& c, Segment<T>* segments,
                             Ahead ahead, T* to) const {
  for (int64_t ky = ky0; ky < ky1; ky++) {
    const int64_t sy = rows.at(chunk.y, ky);
    if (sy < 0) continue;
    const T* const line = source + sy * rowStride + chunk.n0 * itemStride + c.group * K;
    if (fused) {
      addRows(chunk, chunk.x0, chunk.x1, block, c, kW * K, segments, ahead, to + ky * kW * K * c.ldb,
              [&](int64_t x) { return line + x * step * pixelStride; });
      continue;
    }
    for (int64_t kx = 0; kx < kW; kx++) {
      int64_t from = chunk.x0, end = chunk.x1;
      while (from < end && columns.at(from, kx) < 0) from++;
      while (from < end && columns.at(end - 1, kx) < 0) end--;
      if (from == end) continue;
      addRows(chunk, from, end, block, c, K, segments, ahead, to + (ky * kW + kx) * K * c.ldb,
              [&](int64_t x) { return line + columns.at(x, kx) * pixelStride; });
    }
  }
}

// out[o][c][tap] = Σ_splits partial[split][tap][c][o], in order.
template <class T>
void WeightGrad<T>::sumPartials() {
  const int64_t channelsOfBlock = larger<int64_t>(1, blockRows / taps), blocks = divideUp(K, channelsOfBlock);
  const int64_t between = groups * depth * panels.padded();
  parallelFor(groups * panels.vectors * blocks, [&](int64_t task, int worker) {
    const int64_t block = task % blocks, vector = task / blocks % panels.vectors, group = task / blocks / panels.vectors;
    const int64_t panel = vector / panels.width, ldb = panels.vectorsOf(panel) * S::lanes;
    const int64_t o = vector * S::lanes, count = smaller<int64_t>(S::lanes, O - o);
    const int64_t c0 = block * channelsOfBlock, c1 = smaller(c0 + channelsOfBlock, K);
    const T* const from = partialOf(0, group, panel) + (o - panels.first(panel));
    T* const sums = static_cast<T*>(scratch(worker, (c1 - c0) * taps * S::lanes * sizeof(T)));
    for (int64_t tap = 0; tap < taps; tap++) {
      for (int64_t c = c0; c < c1; c++) {
        const T* const p = from + (tap * K + c) * ldb;
        typename S::Vec sum = S::load(p);
        for (int64_t split = 1; split < splits; split++) sum += S::load(p + split * between);
        S::store(sums + ((c - c0) * taps + tap) * S::lanes, sum);
      }
    }
    transpose(sums, S::lanes, (c1 - c0) * taps, count, out + (group * O + o) * depth + c0 * taps, depth);
  });
  if (!dBias) return;
  for (int64_t group = 0; group < groups; group++) {
    for (int64_t o = 0; o < O; o++) {
      T sum = 0;
      for (int64_t split = 0; split < splits; split++) sum += biasPartial[(split * groups + group) * panels.padded() + o];
      dBias[group * O + o] = sum;
    }
  }
}

template <class T>
void WeightGrad<T>::run() {
  plan();
  const int64_t widest = panels.width * S::lanes;
  const size_t copyBytes = (chunkRows * widest * sizeof(T) + 63) / 64 * 64;
  parallelFor(splits * groups * panels.count * bands, [&](int64_t task, int worker) {
    const int64_t band = task % bands, split = task / bands % splits;
    const int64_t panel = task / bands / splits % panels.count, group = task / bands / splits / panels.count;
    const Columns c{group, group * O + panels.first(panel), panels.columnsOf(panel), panels.vectorsOf(panel) * S::lanes,
                    panels.vectorsOf(panel)};
    T* const copy = static_cast<T*>(scratch(worker, copyBytes + chunkRows * sizeof(Segment<T>)));
    Segment<T>* const segments = reinterpret_cast<Segment<T>*>(reinterpret_cast<char*>(copy) + copyBytes);
    const int64_t ky0 = kH * band / bands, ky1 = kH * (band + 1) / bands;
    T* const to = partialOf(split, group, panel);
    std::memset(to + ky0 * kW * K * c.ldb, 0, (ky1 - ky0) * kW * K * c.ldb * sizeof(T));
    T* const biasTo = biasPartial + (split * groups + group) * panels.padded() + panels.first(panel);
    const bool withBias = dBias && band == 0;
    if (withBias) std::memset(biasTo, 0, c.ldb * sizeof(T));
    for (int64_t i = chunks * split / splits; i < chunks * (split + 1) / splits; i++) {
      const Chunk chunk = chunkAt(i);
      if (bands > 1 && !withBias && rows.at(chunk.y, band) < 0) continue;
      const Block block = gather(chunk, c, copy);
      if (withBias) addBias(block, chunk.rows(), c, biasTo);
      addChunk(chunk, ky0, ky1, block, c, segments, ahead(chunkAt(smaller(i + 1, chunks - 1)), c), to);
    }
  });
  sumPartials();
}

template <class T>
void weightGrad(Arguments& args) {
  const T* const x = args.pointer<const T>();
  const T* const dy = args.pointer<const T>();
  T* const out = args.pointer<T>();
  T* const dBias = args.pointer<T>();
  const ConvShape s(args);
  const Strides4 xStrides(args), dyStrides(args);
  if (s.N == 0 || s.OH <= 0 || s.OW <= 0) {
    std::memset(out, 0, s.O * s.groupC * s.taps * sizeof(T));
    if (dBias) std::memset(dBias, 0, s.O * sizeof(T));
    return;
  }
  const T* const gradient = asHwnc(dy, dyStrides, s.N, s.O, s.OH, s.OW, gradientSlot);
  int32_t* const tables = static_cast<int32_t*>(sharedScratch(tableSlot, (s.OH * s.kH + s.OW * s.kW) * sizeof(int32_t)));
  const AxisMap rows = AxisMap::forward(tables, s.OH, s.kH, s.sH, s.pH, s.dH, s.H);
  const AxisMap columns = AxisMap::forward(tables + s.OH * s.kH, s.OW, s.kW, s.sW, s.pW, s.dW, s.W);
  if (s.depthwise()) {
    depthwiseWeightGrad(asHwnc(x, xStrides, s.N, s.C, s.H, s.W, sourceSlot), gradient, out, dBias, s, rows, columns);
    return;
  }
  if constexpr (sizeof(T) == sizeof(float)) {
    if (prefersWinogradGrad(s)) {
      const float* const image = asHwnc(x, xStrides, s.N, s.C, s.H, s.W, sourceSlot);
      return winogradWeightGrad(static_cast<int>(s.kH), {s.N, s.C, s.H, s.W, s.O, s.OH, s.OW, s.pH, s.pW}, image, gradient, out, dBias);
    }
  }
  const bool fused = s.groups == 1 && s.C <= fewChannels && s.dW == 1;
  const T* source;
  int64_t width = s.W;
  if (fused) {
    width = (s.OW - 1) * s.sW + s.kW;
    T* const lines = static_cast<T*>(sharedScratch(sourceSlot, s.H * width * s.N * s.C * sizeof(T)));
    padRows(x, xStrides, s.N, s.C, s.H, s.W, s.pW, width, lines);
    source = lines;
  } else {
    source = asHwnc(x, xStrides, s.N, s.C, s.H, s.W, sourceSlot);
  }
  WeightGrad<T>{source, width * s.N * s.C, fused ? s.C : s.N * s.C, fused ? width * s.C : s.C, rows, columns, fused, s.sW,
                gradient, s.groups, s.groupC, s.groupO, s.kH, s.kW, s.N, s.OH, s.OW, out, dBias}
      .run();
}

double conv2dWeightGrad(const double* block) {
  Arguments args(block);
  args.integer() == Float32 ? weightGrad<float>(args) : weightGrad<double>(args);
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(convWeightGrad, {"conv2dWeightGrad", conv2dWeightGrad})
