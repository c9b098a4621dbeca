// The matrix product by tiles of the microkernel (after Goto and van de Geijn, 2008).
//
// One operand is read element by element and broadcast, row by row of the result; the other is packed into panels of
// vectors. Which is which is free: the transposed product bᵀ·aᵀ gives the same sums, written down transposed, and is
// chosen when that packs less (a batch of a few rows times a large transposed weight matrix). With many panels each
// belongs to a task that packs it for itself, a block of k at a time, so that it is still in the cache when it is used;
// with few, they are packed together first and the tasks share out the rows.

#include <cstring>

#include "gemmTypes.h"
#include "threadpool.h"
#include "transpose.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t kBlock = 512;           // k per pass of a panel owned by a task
constexpr int64_t sharedKBlock = 1024;    // k per pass of panels packed together
constexpr int64_t manyPanels = 8;         // from here on a panel belongs to a task
constexpr int64_t serialWork = 1 << 16;   // M·N·K below which one thread is enough
constexpr int64_t tilesPerTask = 4;
constexpr int64_t closeColumns = 256;     // k up to which a transposed operand is broadcast from where it lies

constexpr size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

// A product whose a is broadcast and whose b is packed.
template <class T>
struct Tiled {
  using S = Simd<T>;

  Product<T> p;
  bool transposed;  // the result is written down transposed: out[j · ldo + i]
  Place place;

  Panels<T> panels{p.N};
  int64_t tiles = divideUp(p.M, maxRows(panels.width));
  bool kUnit = p.acs == 1;
  // a, tile after tile as [k][row], where it cannot be read in place.
  T* rowCopy = nullptr;

  static bool copiesRows(const Product<T>& p) { return p.acs != 1 && (p.ars != 1 || p.K > closeColumns); }

  // Estimated cycles.
  static double cost(const Product<T>& p, bool transposed) {
    const double M = static_cast<double>(p.M), N = static_cast<double>(p.N), K = static_cast<double>(p.K);
    const double padded = static_cast<double>(Panels<T>(p.N).padded());
    const double packing = N * K * (p.bcs == 1 ? 0.2 : 0.7), copying = copiesRows(p) ? M * K * 0.5 : 0;
    return M * padded * K / (2 * S::lanes) + packing + copying + (transposed ? M * N : 0);
  }

  void run();

  // Two blocks of a tile's sums.
  static constexpr int64_t tileSize = mostRows * maxVectors * S::lanes;
  static constexpr size_t blockBytes = 2 * tileSize * sizeof(T);

  // Tiles have nearly equal heights.
  int64_t tileFirst(int64_t tile) const { return tile * (p.M / tiles) + smaller(tile, p.M % tiles); }

  void copyRows(int64_t tile) const;
  void pack(int64_t panel, int64_t k0, int64_t k1, T* to) const;
  void multiply(int64_t firstTile, int64_t endTile, int64_t panel, const T* packed, int64_t k0, int64_t k1, T* block) const;
  void put(T* sums, int64_t i, int64_t rows, int64_t panel, bool add, bool last) const;
};

template <class T>
void Tiled<T>::copyRows(int64_t tile) const {
  const int64_t first = tileFirst(tile), rows = tileFirst(tile + 1) - first;
  const T* const from = p.a + first * p.ars;
  T* to = rowCopy + first * p.K;
  for (int64_t k = 0; k < p.K; k++) {
    for (int64_t r = 0; r < rows; r++) *to++ = from[r * p.ars + k * p.acs];
  }
}

// Rows k0 … k1 of a panel; columns past the last are 0.
template <class T>
void Tiled<T>::pack(int64_t panel, int64_t k0, int64_t k1, T* to) const {
  const int64_t columns = panels.columnsOf(panel), ld = panels.vectorsOf(panel) * S::lanes;
  const T* const from = p.b + panels.first(panel) * p.bcs + k0 * p.brs;
  if (p.brs == 1 && p.bcs != 1) {
    transpose(from, p.bcs, columns, k1 - k0, to, ld);
  } else {
    for (int64_t k = 0; k < k1 - k0; k++) {
      if (p.bcs == 1) {
        int64_t j = 0;
        for (; j + S::lanes <= columns; j += S::lanes) S::store(to + k * ld + j, S::load(from + k * p.brs + j));
        for (; j < columns; j++) to[k * ld + j] = from[k * p.brs + j];
      } else {
        for (int64_t j = 0; j < columns; j++) to[k * ld + j] = from[k * p.brs + j * p.bcs];
      }
    }
  }
  if (columns == ld) return;
  for (int64_t k = 0; k < k1 - k0; k++) std::memset(to + k * ld + columns, 0, (ld - columns) * sizeof(T));
}

// The tiles of some rows with one packed panel of rows k0 … k1.
template <class T>
void Tiled<T>::multiply(int64_t firstTile, int64_t endTile, int64_t panel, const T* packed, int64_t k0, int64_t k1, T* block) const {
  const int vectors = panels.vectorsOf(panel);
  const int64_t ldb = vectors * S::lanes, j = panels.first(panel);
  const bool direct = !transposed && !p.bias && panels.columnsOf(panel) == ldb;
  for (int64_t tile = firstTile; tile < endTile; tile++) {
    const int64_t i = tileFirst(tile), rows = tileFirst(tile + 1) - i;
    const Segment<T> segment = rowCopy ? Segment<T>{rowCopy + i * p.K + k0 * rows, 0, k1 - k0}
                                       : Segment<T>{p.a + i * p.ars + k0 * p.acs, 0, k1 - k0};
    const int64_t stride = rowCopy ? rows : kUnit ? p.ars : p.acs;
    const Tile<T> run = tileFor<T>(kUnit && !rowCopy, vectors, static_cast<int>(rows));
    if (direct) {
      run({&segment, 1, 0, stride, packed, ldb, p.out + i * p.ldo + j, p.ldo, k0 > 0});
    } else {
      run({&segment, 1, 0, stride, packed, ldb, block, ldb, false});
      put(block, i, rows, panel, k0 > 0, k1 == p.K);
    }
  }
}

// Writes a tile's sums, or adds them to what earlier k have left; the last ones bring the bias along.
template <class T>
void Tiled<T>::put(T* sums, int64_t i, int64_t rows, int64_t panel, bool add, bool last) const {
  int64_t columns = panels.columnsOf(panel), ld = panels.vectorsOf(panel) * S::lanes, j = panels.first(panel);
  if (transposed) {
    T* const turned = sums + tileSize;
    transpose(sums, ld, rows, columns, turned, mostRows);
    sums = turned;
    ld = mostRows;
    const int64_t row = i, count = rows;
    i = j, rows = columns;
    j = row, columns = count;
  }
  for (int64_t r = 0; r < rows; r++) {
    T* const out = p.out + (i + r) * p.ldo + j;
    const T* const in = sums + r * ld;
    if (add) {
      for (int64_t c = 0; c < columns; c++) out[c] += in[c];
    } else {
      for (int64_t c = 0; c < columns; c++) out[c] = in[c];
    }
    if (!last || !p.bias) continue;
    const T* const bias = p.bias + (i + r) * p.biasRs + j * p.biasCs;
    for (int64_t c = 0; c < columns; c++) out[c] += bias[c * p.biasCs];
  }
}

template <class T>
void Tiled<T>::run() {
  const bool copied = copiesRows(p), owned = panels.count >= manyPanels && !place.nested;
  const bool serial = place.nested || p.M * p.N * p.K < serialWork;
  const int64_t step = owned ? kBlock : sharedKBlock;
  const int64_t passes = larger<int64_t>(1, divideUp(p.K, step)), depth = divideUp(p.K, passes);
  const size_t rowBytes = copied ? aligned(p.M * p.K * sizeof(T)) : 0;
  const size_t panelBytes = aligned(depth * (owned ? panels.width * S::lanes : panels.padded()) * sizeof(T));

  char* own = nullptr;
  if (place.nested) own = static_cast<char*>(scratch(place.worker, rowBytes + panelBytes + blockBytes));
  if (copied) {
    rowCopy = static_cast<T*>(place.nested ? own : sharedScratch(rowsSlot, rowBytes));
    const int64_t together = serial ? tiles : tilesPerTask;
    parallelFor(divideUp(tiles, together), [&](int64_t task, int) {
      for (int64_t tile = task * together; tile < smaller((task + 1) * together, tiles); tile++) copyRows(tile);
    });
  }

  if (owned) {
    parallelFor(panels.count, [&](int64_t panel, int worker) {
      T* const packed = static_cast<T*>(scratch(worker, panelBytes + blockBytes));
      T* const block = packed + panelBytes / sizeof(T);
      for (int64_t pass = 0; pass < passes; pass++) {
        const int64_t k0 = pass * depth, k1 = smaller(k0 + depth, p.K);
        pack(panel, k0, k1, packed);
        multiply(0, tiles, panel, packed, k0, k1, block);
      }
    });
    return;
  }

  T* const packed = static_cast<T*>(place.nested ? static_cast<void*>(own + rowBytes) : sharedScratch(panelSlot, panelBytes));
  const int64_t packTasks = serial ? 1 : 4, blocks = serial ? 1 : divideUp(tiles, tilesPerTask);
  for (int64_t pass = 0; pass < passes; pass++) {
    const int64_t k0 = pass * depth, k1 = smaller(k0 + depth, p.K);
    const auto panelAt = [&](int64_t panel) { return packed + panels.first(panel) * (k1 - k0); };
    parallelFor(packTasks, [&](int64_t task, int) {
      const int64_t from = k0 + (k1 - k0) * task / packTasks, to = k0 + (k1 - k0) * (task + 1) / packTasks;
      for (int64_t panel = 0; panel < panels.count; panel++) {
        pack(panel, from, to, panelAt(panel) + (from - k0) * panels.vectorsOf(panel) * S::lanes);
      }
    });
    parallelFor(blocks, [&](int64_t task, int worker) {
      T* const block = place.nested ? reinterpret_cast<T*>(own + rowBytes + panelBytes) : static_cast<T*>(scratch(worker, blockBytes));
      const int64_t first = tiles * task / blocks, end = tiles * (task + 1) / blocks;
      for (int64_t panel = 0; panel < panels.count; panel++) multiply(first, end, panel, panelAt(panel), k0, k1, block);
    });
  }
}

}  // namespace

template <class T>
void multiplyTiled(const Product<T>& p, const Place& place) {
  Product<T> turned = p;
  turned.a = p.b, turned.b = p.a;
  turned.M = p.N, turned.N = p.M;
  turned.ars = p.bcs, turned.acs = p.brs, turned.brs = p.acs, turned.bcs = p.ars;
  const bool transposed = Tiled<T>::cost(turned, true) < Tiled<T>::cost(p, false);
  Tiled<T> tiled{transposed ? turned : p, transposed, place};
  tiled.run();
}

template void multiplyTiled(const Product<float>&, const Place&);
template void multiplyTiled(const Product<double>&, const Place&);

}  // namespace NABLA_ISA
}  // namespace nabla
