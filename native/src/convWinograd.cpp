// Winograd's minimal filtering (Lavin and Gray, 2016): F(4 × 4, 3 × 3) takes 36 products where the direct way takes 144, F(2 × 2, 5 × 5) 36 for 100.
//
// The image is cut into tiles of 6 × 6 pixels that overlap. Bᵀ d B of a tile, times G g Gᵀ of a filter, element by element and summed over the
// channels, is transformed back by Aᵀ · A to 4 × 4 or 2 × 2 outputs. Both sizes evaluate polynomials at the same points 0, ±1, ±2, ∞. The sum over channels makes 36 matrix products, [rows × C] · [C × O], a row being one tile of
// one image. As pixels hold whole batches of channels, all transforms run over vectors of channels. Rows are worked off in blocks, in three
// passes each: transform, multiply, transform back. The weights' gradient is the same run backwards.

#include "convWinograd.h"

#include <cstring>

#include "convEpilogue.h"
#include "threadpool.h"
#include "transpose.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

using S = Simd<float>;
using Vec = S::Vec;

constexpr int64_t points = 36;
// Of the outputs of a tile, with filters of R × R.
template <int R>
constexpr int64_t edge = 7 - R;
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

// Aᵀ: 6 → 4, or 2.
template <int R>
NABLA_INLINE void leave(const Vec* m, int step, Vec* y, int outStep) {
  const Vec s1 = m[step] + m[2 * step], d1 = m[step] - m[2 * step], s2 = m[3 * step] + m[4 * step], d2 = m[3 * step] - m[4 * step];
  y[0] = m[0] + s1 + s2;
  if constexpr (R == 3) {
    y[outStep] = d1 + 2.0f * d2;
    y[2 * outStep] = s1 + 4.0f * s2;
    y[3 * outStep] = d1 + 8.0f * d2 + m[5 * step];
  } else {
    y[outStep] = d1 + 2.0f * d2 + m[5 * step];
  }
}

// A: 4, or 2 → 6.
template <int R>
NABLA_INLINE void returnTo(const Vec* y, int step, Vec* m, int outStep) {
  Vec even = y[0], odd = y[step], even2 = y[0], odd2 = 2.0f * y[step];
  if constexpr (R == 3) {
    even += y[2 * step];
    odd += y[3 * step];
    even2 += 4.0f * y[2 * step];
    odd2 += 8.0f * y[3 * step];
  }
  m[0] = y[0];
  m[outStep] = even + odd;
  m[2 * outStep] = even - odd;
  m[3 * outStep] = even2 + odd2;
  m[4 * outStep] = even2 - odd2;
  m[5 * outStep] = y[(edge<R> - 1) * step];
}

// G: R → 6.
template <int R>
NABLA_INLINE void widen(const Vec* g, int step, Vec* u, int outStep) {
  Vec even = g[0] + g[2 * step], odd = g[step], even2 = g[0] + 4.0f * g[2 * step], odd2 = 2.0f * g[step];
  if constexpr (R == 5) {
    even += g[4 * step];
    odd += g[3 * step];
    even2 += 16.0f * g[4 * step];
    odd2 += 8.0f * g[3 * step];
  }
  u[0] = g[0] * 0.25f;
  u[outStep] = (even + odd) * (-1.0f / 6);
  u[2 * outStep] = (even - odd) * (-1.0f / 6);
  u[3 * outStep] = (even2 + odd2) * (1.0f / 24);
  u[4 * outStep] = (even2 - odd2) * (1.0f / 24);
  u[5 * outStep] = g[(R - 1) * step];
}

// Gᵀ: 6 → R.
template <int R>
NABLA_INLINE void narrow(const Vec* u, int step, Vec* g, int outStep) {
  const Vec s1 = (u[step] + u[2 * step]) * (-1.0f / 6), d1 = (u[step] - u[2 * step]) * (-1.0f / 6);
  const Vec s2 = (u[3 * step] + u[4 * step]) * (1.0f / 24), d2 = (u[3 * step] - u[4 * step]) * (1.0f / 24);
  g[0] = u[0] * 0.25f + s1 + s2;
  g[outStep] = d1 + 2.0f * d2;
  g[2 * outStep] = s1 + 4.0f * s2;
  if constexpr (R == 5) {
    g[3 * outStep] = d1 + 8.0f * d2;
    g[4 * outStep] = s1 + 16.0f * s2;
  }
  g[(R - 1) * outStep] += u[5 * step];
}

// The tiles of a batch of images; row r is tile r / N of image r % N.
template <int R>
struct Tiles {
  static constexpr int64_t size = edge<R>;

  WinogradShape s;
  int64_t across = divideUp(s.OW, size), rows = across * divideUp(s.OH, size) * s.N;

  // Rows of a block; a matter of shapes alone.
  int64_t rowsOfBlock() const {
    const int64_t fitting = bytesOfBlock / (points * (s.C + s.O) * static_cast<int64_t>(sizeof(float)));
    return smaller(rows, larger(leastRowsOfBlock, fitting));
  }

  int64_t y(int64_t row) const { return row / s.N / across * size; }
  int64_t x(int64_t row) const { return row / s.N % across * size; }
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
template <int R>
void enterTiles(const Tiles<R>& tiles, const float* source, const float* zeros, int64_t first, int64_t count, float* to) {
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
template <int R>
void returnTiles(const Tiles<R>& tiles, const float* dy, const float* zeros, int64_t first, int64_t count, float* to) {
  constexpr int m = edge<R>;
  const WinogradShape& s = tiles.s;
  const int64_t pixel = s.N * s.O;
  forRows(first, count, [&](int64_t r, int64_t row) {
    const float* from[m * m];
    for (int64_t i = 0; i < m; i++) {
      for (int64_t j = 0; j < m; j++) {
        const int64_t y = tiles.y(row) + i, x = tiles.x(row) + j;
        from[i * m + j] = y < s.OH && x < s.OW ? dy + (y * s.OW + x) * pixel + tiles.image(row) * s.O : zeros;
      }
    }
    for (int64_t o = 0; o < s.O; o += S::lanes) {
      Vec d[m * m], t[6 * m], u[6];
      for (int k = 0; k < m * m; k++) d[k] = S::load(from[k] + o);
      for (int j = 0; j < m; j++) returnTo<R>(d + j, m, t + j, m);
      for (int i = 0; i < 6; i++) {
        returnTo<R>(t + i * m, 1, u, 1);
        for (int j = 0; j < 6; j++) S::store(to + ((i * 6 + j) * count + r) * s.O + o, u[j]);
      }
    }
  });
}

// Aᵀ m A, bias and ReLU: the outputs of each row, from [point][row][O]. With `pool` the maxima of its windows, and their places.
template <int R>
void leaveTiles(const Tiles<R>& tiles, const float* from, int64_t first, int64_t count, const WinogradEpilogue& e, float* out) {
  constexpr int m = edge<R>;
  const WinogradShape& s = tiles.s;
  const int64_t pixel = s.N * s.O, outWidth = e.pool ? s.OW / 2 : s.OW;
  const Epilogue<float> epilogue{e.bias, e.relu, s.O, s.O};
  forRows(first, count, [&](int64_t r, int64_t row) {
    const int64_t y = tiles.y(row), x = tiles.x(row);
    const int64_t height = smaller<int64_t>(m, s.OH - y), width = smaller<int64_t>(m, s.OW - x);
    const int64_t base = e.pool ? (y / 2 * outWidth + x / 2) * pixel : (y * outWidth + x) * pixel;
    for (int64_t o = 0; o < s.O; o += S::lanes) {
      Vec sums[points], t[m * 6], result[m * m];
      for (int k = 0; k < points; k++) sums[k] = S::load(from + (k * count + r) * s.O + o);
      for (int j = 0; j < 6; j++) leave<R>(sums + j, 6, t + j, 6);
      for (int i = 0; i < m; i++) leave<R>(t + i * 6, 1, result + i * m, 1);
      const Vec bias = e.bias ? S::load(e.bias + o) : S::splat(0);
      const int64_t at = base + tiles.image(row) * s.O + o;
      if (e.pool) {
        for (int64_t i = 0; i + 1 < height; i += 2) {
          for (int64_t j = 0; j + 1 < width; j += 2) {
            const Vec* const corner = result + i * m + j;
            const Vec window[] = {corner[0], corner[1], corner[m], corner[m + 1]};
            epilogue.poolVector(window, bias, S::lanes, out, e.argmax, at + (i / 2 * outWidth + j / 2) * pixel);
          }
        }
        continue;
      }
      for (int64_t i = 0; i < height; i++) {
        for (int64_t j = 0; j < width; j++) S::store(out + at + (i * outWidth + j) * pixel, epilogue.finish(result[i * m + j], bias));
      }
    }
  });
}

// G g Gᵀ of all filters: [point][panel][C][columns of the panel].
template <int R>
void widenFilters(const WinogradShape& s, const float* filters, bool turned, float* to) {
  constexpr int taps = R * R;
  const Panels<float> panels(s.O);
  parallelFor(s.C, [&](int64_t c, int) {
    for (int64_t panel = 0; panel < panels.count; panel++) {
      const int64_t ld = panels.vectorsOf(panel) * S::lanes, first = panels.first(panel);
      const float* const from = filters + first * taps * s.C + c * ld;
      for (int64_t o = 0; o < ld; o += S::lanes) {
        Vec g[taps], t[6 * R], u[6];
        for (int tap = 0; tap < taps; tap++) g[tap] = S::load(from + (turned ? taps - 1 - tap : tap) * s.C * ld + o);
        for (int j = 0; j < R; j++) widen<R>(g + j, R, t + j, R);
        for (int i = 0; i < 6; i++) {
          widen<R>(t + i * R, 1, u, 1);
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

template <int R>
void filter(const WinogradShape& shape, const float* source, const float* filters, bool turned, const WinogradEpilogue& epilogue, float* out) {
  const Tiles<R> tiles{shape};
  const int64_t C = shape.C, O = shape.O;
  const Panels<float> panels(O);
  float* const widened = reserve(filterSlot, points * C * O);
  widenFilters<R>(shape, filters, turned, widened);
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
    leaveTiles(tiles, sums, first, count, epilogue, out);
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

template <int R>
void filterGrad(const WinogradShape& shape, const float* source, const float* dy, float* weightGrad, float* biasGrad) {
  const Tiles<R> tiles{shape};
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
    float* const turned = static_cast<float*>(scratch(worker, C * R * R * S::lanes * sizeof(float)));
    for (int64_t c = 0; c < C; c++) {
      Vec u[points], t[6 * R], g[R];
      for (int k = 0; k < points; k++) {
        u[k] = S::load(sums + (k * C + c) * O + o);
        for (int64_t part = 1; part < sumsCount; part++) u[k] += S::load(sums + ((part * points + k) * C + c) * O + o);
      }
      for (int j = 0; j < 6; j++) narrow<R>(u + j, 6, t + j, 6);
      for (int i = 0; i < R; i++) {
        narrow<R>(t + i * 6, 1, g, 1);
        for (int j = 0; j < R; j++) S::store(turned + ((c * R + i) * R + j) * S::lanes, g[j]);
      }
    }
    transpose(turned, int64_t{S::lanes}, C * R * R, int64_t{S::lanes}, weightGrad + o * C * R * R, C * R * R);
  });
}

}  // namespace

bool prefersWinograd(const ConvShape& s) {
  const bool fits = (s.kH == 3 || s.kH == 5) && s.kW == s.kH && s.sH == 1 && s.sW == 1 && s.dH == 1 && s.dW == 1 && s.groups == 1;
  return fits && s.C % S::lanes == 0 && s.O % S::lanes == 0 && s.C >= leastChannels && s.O >= leastChannels;
}

// The products of an output are few with filters of 5 × 5; summing them must not cost more than making them.
bool prefersWinogradGrad(const ConvShape& s) {
  return prefersWinograd(s) && (s.kH == 3 || points * s.C * s.O * static_cast<int64_t>(sizeof(float)) <= ownBytes);
}

void winograd(int size, const WinogradShape& shape, const float* source, const float* filters, bool turned, const WinogradEpilogue& epilogue, float* out) {
  size == 3 ? filter<3>(shape, source, filters, turned, epilogue, out) : filter<5>(shape, source, filters, turned, epilogue, out);
}

void winogradWeightGrad(int size, const WinogradShape& shape, const float* source, const float* dy, float* weightGrad, float* biasGrad) {
  size == 3 ? filterGrad<3>(shape, source, dy, weightGrad, biasGrad) : filterGrad<5>(shape, source, dy, weightGrad, biasGrad);
}

}  // namespace NABLA_ISA
}  // namespace nabla
