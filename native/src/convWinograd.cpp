// Winograd's minimal filtering F(4 × 4, 3 × 3) (Lavin and Gray, 2016): 36 products where the direct way takes 144.
//
// The image is cut into tiles of 6 × 6 pixels that overlap by two. Bᵀ d B of a tile, times G g Gᵀ of a filter, element by element and summed over the
// channels, is transformed back by Aᵀ · A to 4 × 4 outputs. The sum over channels makes 36 matrix products, [rows × C] · [C × O], a row being one tile of
// one image. As pixels hold whole batches of channels, all transforms run over vectors of channels. Rows are worked off in blocks, in three
// passes each: transform, multiply, transform back. The weights' gradient is the same run backwards.

#include "convWinograd.h"

#include <cstring>

#include "threadpool.h"
#include "transpose.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

using S = Simd<float>;
using Vec = S::Vec;

constexpr int64_t points = 36;
constexpr int64_t edge = 4;              // of the outputs of a tile
constexpr int64_t leastChannels = 32;
constexpr int64_t leastRowsOfBlock = 128;
constexpr int64_t bytesOfBlock = 4 << 20;  // of the transformed tiles of a block, about
constexpr int64_t rowsOfTask = 8;
constexpr int64_t ownBytes = 1 << 20;      // of the transformed tiles of a task that has them to itself
constexpr int64_t leastOwnRows = 24;
constexpr int64_t enoughTasks = 16;
constexpr int64_t parts = 16;              // of the rows, in a weight gradient whose sums fit the cache

enum Slot : int { filterSlot = 5, sourceTilesSlot = 6, outputTilesSlot = 7, sumSlot = 8 };

float* reserve(int slot, int64_t count) { return static_cast<float*>(sharedScratch(slot, count * sizeof(float))); }

// Each of these is a matrix times a column of vectors, `step` apart.

// Bᵀ: 6 → 6.
NABLA_INLINE void enter(const Vec* d, int step, Vec* t) {
  const Vec a = d[4 * step] - 4.0f * d[2 * step], b = d[3 * step] - 4.0f * d[step];
  const Vec c = d[4 * step] - d[2 * step], e = 2.0f * (d[3 * step] - d[step]);
  t[0] = 4.0f * d[0] - 5.0f * d[2 * step] + d[4 * step];
  t[step] = a + b;
  t[2 * step] = a - b;
  t[3 * step] = c + e;
  t[4 * step] = c - e;
  t[5 * step] = 4.0f * d[step] - 5.0f * d[3 * step] + d[5 * step];
}

// Aᵀ: 6 → 4.
NABLA_INLINE void leave(const Vec* m, int step, Vec* y, int outStep) {
  const Vec s1 = m[step] + m[2 * step], d1 = m[step] - m[2 * step], s2 = m[3 * step] + m[4 * step], d2 = m[3 * step] - m[4 * step];
  y[0] = m[0] + s1 + s2;
  y[outStep] = d1 + 2.0f * d2;
  y[2 * outStep] = s1 + 4.0f * s2;
  y[3 * outStep] = d1 + 8.0f * d2 + m[5 * step];
}

// A: 4 → 6.
NABLA_INLINE void returnTo(const Vec* y, int step, Vec* m, int outStep) {
  const Vec s = y[0] + y[2 * step], d = y[step] + y[3 * step];
  const Vec s4 = y[0] + 4.0f * y[2 * step], d4 = 2.0f * y[step] + 8.0f * y[3 * step];
  const Vec first = y[0], last = y[3 * step];
  m[0] = first;
  m[outStep] = s + d;
  m[2 * outStep] = s - d;
  m[3 * outStep] = s4 + d4;
  m[4 * outStep] = s4 - d4;
  m[5 * outStep] = last;
}

// G: 3 → 6.
NABLA_INLINE void widen(const Vec* g, int step, Vec* u, int outStep) {
  const Vec t = (g[0] + g[2 * step]) * (-1.0f / 6), odd = g[step] * (1.0f / 6);
  const Vec s = (g[0] + 4.0f * g[2 * step]) * (1.0f / 24), half = g[step] * (1.0f / 12);
  const Vec first = g[0] * 0.25f, last = g[2 * step];
  u[0] = first;
  u[outStep] = t - odd;
  u[2 * outStep] = t + odd;
  u[3 * outStep] = s + half;
  u[4 * outStep] = s - half;
  u[5 * outStep] = last;
}

// Gᵀ: 6 → 3.
NABLA_INLINE void narrow(const Vec* u, int step, Vec* g, int outStep) {
  const Vec s1 = u[step] + u[2 * step], s2 = u[3 * step] + u[4 * step];
  g[0] = u[0] * 0.25f - s1 * (1.0f / 6) + s2 * (1.0f / 24);
  g[outStep] = (u[2 * step] - u[step]) * (1.0f / 6) + (u[3 * step] - u[4 * step]) * (1.0f / 12);
  g[2 * outStep] = (s2 - s1) * (1.0f / 6) + u[5 * step];
}

// The tiles of a batch of images; row r is tile r / N of image r % N.
struct Tiles {
  WinogradShape s;
  int64_t across = divideUp(s.OW, edge), rows = across * divideUp(s.OH, edge) * s.N;

  // Rows of a block; a matter of shapes alone.
  int64_t rowsOfBlock() const {
    const int64_t fitting = bytesOfBlock / (points * (s.C + s.O) * static_cast<int64_t>(sizeof(float)));
    return smaller(rows, larger(leastRowsOfBlock, fitting));
  }

  int64_t y(int64_t row) const { return row / s.N / across * edge; }
  int64_t x(int64_t row) const { return row / s.N % across * edge; }
  int64_t image(int64_t row) const { return row % s.N; }
};

// Calls run(row, first + row) for the rows of a block, a few a task.
template <class F>
void forRows(int64_t first, int64_t count, F&& run) {
  parallelFor(divideUp(count, rowsOfTask), [&](int64_t task, int) {
    for (int64_t r = task * rowsOfTask; r < smaller(count, (task + 1) * rowsOfTask); r++) run(r, first + r);
  });
}

// Bᵀ d B of each row's tile, [point][row][C].
void enterTiles(const Tiles& tiles, const float* source, const float* zeros, int64_t first, int64_t count, float* to) {
  const WinogradShape& s = tiles.s;
  const int64_t pixel = s.N * s.C;
  forRows(first, count, [&](int64_t r, int64_t row) {
    const float* from[points];
    for (int64_t i = 0; i < 6; i++) {
      for (int64_t j = 0; j < 6; j++) {
        const int64_t y = tiles.y(row) + i - s.top, x = tiles.x(row) + j - s.left;
        const bool inside = y >= 0 && y < s.H && x >= 0 && x < s.W;
        from[i * 6 + j] = inside ? source + (y * s.W + x) * pixel + tiles.image(row) * s.C : zeros;
      }
    }
    for (int64_t c = 0; c < s.C; c += S::lanes) {
      Vec d[points], t[points];
      for (int k = 0; k < points; k++) d[k] = S::load(from[k] + c);
      for (int j = 0; j < 6; j++) enter(d + j, 6, t + j);
      for (int i = 0; i < 6; i++) {
        enter(t + i * 6, 1, d);
        for (int j = 0; j < 6; j++) S::store(to + ((i * 6 + j) * count + r) * s.C + c, d[j]);
      }
    }
  });
}

// A dy Aᵀ of each row's outputs, [point][row][O].
void returnTiles(const Tiles& tiles, const float* dy, const float* zeros, int64_t first, int64_t count, float* to) {
  const WinogradShape& s = tiles.s;
  const int64_t pixel = s.N * s.O;
  forRows(first, count, [&](int64_t r, int64_t row) {
    const float* from[edge * edge];
    for (int64_t i = 0; i < edge; i++) {
      for (int64_t j = 0; j < edge; j++) {
        const int64_t y = tiles.y(row) + i, x = tiles.x(row) + j;
        from[i * edge + j] = y < s.OH && x < s.OW ? dy + (y * s.OW + x) * pixel + tiles.image(row) * s.O : zeros;
      }
    }
    for (int64_t o = 0; o < s.O; o += S::lanes) {
      Vec d[edge * edge], t[6 * edge], m[6];
      for (int k = 0; k < edge * edge; k++) d[k] = S::load(from[k] + o);
      for (int j = 0; j < edge; j++) returnTo(d + j, edge, t + j, edge);
      for (int i = 0; i < 6; i++) {
        returnTo(t + i * edge, 1, m, 1);
        for (int j = 0; j < 6; j++) S::store(to + ((i * 6 + j) * count + r) * s.O + o, m[j]);
      }
    }
  });
}

// Aᵀ m A, bias and ReLU: the outputs of each row, from [point][row][O].
void leaveTiles(const Tiles& tiles, const float* from, int64_t first, int64_t count, const float* bias, bool relu, float* out) {
  const WinogradShape& s = tiles.s;
  const int64_t pixel = s.N * s.O;
  forRows(first, count, [&](int64_t r, int64_t row) {
    const int64_t y = tiles.y(row), x = tiles.x(row);
    const int64_t height = smaller(edge, s.OH - y), width = smaller(edge, s.OW - x);
    float* const to = out + (y * s.OW + x) * pixel + tiles.image(row) * s.O;
    for (int64_t o = 0; o < s.O; o += S::lanes) {
      Vec m[points], t[edge * 6], result[edge];
      for (int k = 0; k < points; k++) m[k] = S::load(from + (k * count + r) * s.O + o);
      for (int j = 0; j < 6; j++) leave(m + j, 6, t + j, 6);
      const Vec shift = bias ? S::load(bias + o) : S::splat(0);
      for (int64_t i = 0; i < height; i++) {
        leave(t + i * 6, 1, result, 1);
        for (int64_t j = 0; j < width; j++) {
          const Vec sum = result[j] + shift;
          S::store(to + (i * s.OW + j) * pixel + o, relu ? (sum <= S::splat(0) ? S::splat(0) : sum) : sum);
        }
      }
    }
  });
}

// G g Gᵀ of all filters: [point][panel][C][columns of the panel].
void widenFilters(const WinogradShape& s, const float* filters, bool turned, float* to) {
  const Panels<float> panels(s.O);
  parallelFor(s.C, [&](int64_t c, int) {
    for (int64_t panel = 0; panel < panels.count; panel++) {
      const int64_t ld = panels.vectorsOf(panel) * S::lanes, first = panels.first(panel);
      const float* const from = filters + first * 9 * s.C + c * ld;
      for (int64_t o = 0; o < ld; o += S::lanes) {
        Vec g[9], t[18], u[6];
        for (int tap = 0; tap < 9; tap++) g[tap] = S::load(from + (turned ? 8 - tap : tap) * s.C * ld + o);
        for (int j = 0; j < 3; j++) widen(g + j, 3, t + j, 3);
        for (int i = 0; i < 6; i++) {
          widen(t + i * 3, 1, u, 1);
          for (int j = 0; j < 6; j++) S::store(to + (i * 6 + j) * s.C * s.O + first * s.C + c * ld + o, u[j]);
        }
      }
    }
  });
}

// Σ dy over images and pixels: line by line, then over the lines in order.
void sumBias(const WinogradShape& s, const float* dy, float* biasGrad) {
  float* const lines = reserve(sumSlot, s.OH * s.O);
  parallelFor(s.OH, [&](int64_t y, int) {
    const float* const line = dy + y * s.OW * s.N * s.O;
    for (int64_t o = 0; o < s.O; o += S::lanes) {
      Vec sum = {};
      for (int64_t i = 0; i < s.OW * s.N; i++) sum += S::load(line + i * s.O + o);
      S::store(lines + y * s.O + o, sum);
    }
  });
  for (int64_t o = 0; o < s.O; o++) {
    float sum = 0;
    for (int64_t y = 0; y < s.OH; y++) sum += lines[y * s.O + o];
    biasGrad[o] = sum;
  }
}

const float* zeroChannels(int64_t count) {
  float* const zeros = reserve(sumSlot, count);
  std::memset(zeros, 0, count * sizeof(float));
  return zeros;
}

}  // namespace

bool prefersWinograd(const ConvShape& s) {
  const bool fits = s.kH == 3 && s.kW == 3 && s.sH == 1 && s.sW == 1 && s.dH == 1 && s.dW == 1 && s.groups == 1;
  return fits && s.C % S::lanes == 0 && s.O % S::lanes == 0 && s.C >= leastChannels && s.O >= leastChannels;
}

void winograd(const WinogradShape& shape, const float* source, const float* filters, bool turned, const float* bias, bool relu, float* out) {
  const Tiles tiles{shape};
  const int64_t C = shape.C, O = shape.O;
  const Panels<float> panels(O);
  float* const widened = reserve(filterSlot, points * C * O);
  widenFilters(shape, filters, turned, widened);
  const float* const zeros = zeroChannels(C);
  const auto run = [&](int64_t first, int64_t count, float* entered, float* sums) {
    enterTiles(tiles, source, zeros, first, count, entered);
    parallelFor(points * panels.count, [&](int64_t task, int) {
      const int64_t point = task / panels.count, panel = task % panels.count, column = panels.first(panel);
      const int vectors = panels.vectorsOf(panel);
      const float* const packed = widened + point * C * O + column * C;
      forEachTile(count, maxRows(vectors), [&](int64_t r, int height) {
        const Segment<float> segment{entered + (point * count + r) * C, 0, C};
        tileFor<float>(true, vectors, height)(
            {&segment, 1, 0, C, packed, vectors * S::lanes, sums + (point * count + r) * O + column, O, false});
      });
    });
    leaveTiles(tiles, sums, first, count, bias, relu, out);
  };
  // Where a block that stays in a core's cache has enough rows, each belongs to one task.
  const int64_t own = ownBytes / (points * (C + O) * static_cast<int64_t>(sizeof(float)));
  if (own >= leastOwnRows && divideUp(tiles.rows, own) >= enoughTasks) {
    const int64_t blocks = divideUp(tiles.rows, own), even = divideUp(tiles.rows, blocks);
    parallelFor(blocks, [&](int64_t task, int worker) {
      const int64_t first = task * even, count = smaller(even, tiles.rows - first);
      if (count <= 0) return;
      float* const memory = static_cast<float*>(scratch(worker, points * even * (C + O) * sizeof(float)));
      run(first, count, memory, memory + points * even * C);
    });
    return;
  }
  const int64_t block = tiles.rowsOfBlock();
  float* const entered = reserve(sourceTilesSlot, points * block * C);
  float* const sums = reserve(outputTilesSlot, points * block * O);
  for (int64_t first = 0; first < tiles.rows; first += block) run(first, smaller(block, tiles.rows - first), entered, sums);
}

void winogradWeightGrad(const WinogradShape& shape, const float* source, const float* dy, float* weightGrad, float* biasGrad) {
  const Tiles tiles{shape};
  const int64_t C = shape.C, O = shape.O;
  const Panels<float> panels(O);
  const float* const zeros = zeroChannels(larger(C, O));
  // Adds the products of rows first … first + count to `sums`, [point][C][O], or sets them.
  const auto addRows = [&](int64_t first, int64_t count, float* entered, float* returned, float* sums, bool add) {
    enterTiles(tiles, source, zeros, first, count, entered);
    returnTiles(tiles, dy, zeros, first, count, returned);
    parallelFor(points * panels.count, [&](int64_t task, int) {
      const int64_t point = task / panels.count, panel = task % panels.count, column = panels.first(panel);
      const int vectors = panels.vectorsOf(panel);
      const float* const slope = returned + point * count * O + column;
      forEachTile(C, maxRows(vectors), [&](int64_t c, int height) {
        const Segment<float> segment{entered + point * count * C + c, 0, count};
        tileFor<float>(false, vectors, height)({&segment, 1, 0, C, slope, O, sums + (point * C + c) * O + column, O, add});
      });
    });
  };
  // Where the sums fit a core's cache, parts of the rows are summed by tasks of their own.
  const bool own = points * C * O * static_cast<int64_t>(sizeof(float)) <= ownBytes && tiles.rows >= parts * leastOwnRows;
  const int64_t sumsCount = own ? parts : 1;
  float* const sums = reserve(filterSlot, sumsCount * points * C * O);
  const int64_t rowBytes = points * (C + O) * static_cast<int64_t>(sizeof(float));
  if (own) {
    const int64_t block = larger(leastOwnRows, ownBytes / 2 / rowBytes);
    parallelFor(parts, [&](int64_t part, int worker) {
      float* const entered = static_cast<float*>(scratch(worker, block * rowBytes));
      const int64_t begin = tiles.rows * part / parts, end = tiles.rows * (part + 1) / parts;
      for (int64_t first = begin; first < end; first += block) {
        addRows(first, smaller(block, end - first), entered, entered + points * block * C, sums + part * points * C * O, first > begin);
      }
    });
  } else {
    const int64_t block = tiles.rowsOfBlock();
    float* const entered = reserve(sourceTilesSlot, points * block * C);
    float* const returned = reserve(outputTilesSlot, points * block * O);
    for (int64_t first = 0; first < tiles.rows; first += block) {
      addRows(first, smaller(block, tiles.rows - first), entered, returned, sums, first > 0);
    }
  }
  if (biasGrad) sumBias(shape, dy, biasGrad);
  // Gᵀ u G, and back from [c][tap][o] to [o][c][tap].
  parallelFor(O / S::lanes, [&](int64_t vector, int worker) {
    const int64_t o = vector * S::lanes;
    float* const taps = static_cast<float*>(scratch(worker, C * 9 * S::lanes * sizeof(float)));
    for (int64_t c = 0; c < C; c++) {
      Vec u[points], t[18], g[3];
      for (int k = 0; k < points; k++) {
        u[k] = S::load(sums + (k * C + c) * O + o);
        for (int64_t part = 1; part < sumsCount; part++) u[k] += S::load(sums + ((part * points + k) * C + c) * O + o);
      }
      for (int j = 0; j < 6; j++) narrow(u + j, 6, t + j, 6);
      for (int i = 0; i < 3; i++) {
        narrow(t + i * 6, 1, g, 1);
        for (int j = 0; j < 3; j++) S::store(taps + (c * 9 + i * 3 + j) * S::lanes, g[j]);
      }
    }
    transpose(taps, int64_t{S::lanes}, C * 9, int64_t{S::lanes}, weightGrad + o * C * 9, C * 9);
  });
}

}  // namespace NABLA_ISA
}  // namespace nabla
