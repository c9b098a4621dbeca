// The inner product of GEMM and convolution: a tile of R rows × V vectors of columns, kept in registers while
//
//   acc[r][v] += Σ_segments Σ_k a[r, k] · b[k, v]
//
// runs over a list of segments, each with its own a and b (a convolution has one per filter tap that hits the image, a
// matrix product one per block of K). b is read as whole vectors, a element by element and broadcast.
//
// Two ways to walk a: KUnit, the elements of a row lie side by side and rows are `stride` apart (forward); else the rows
// lie side by side and successive k are `stride` apart (products with a transposed, weight gradients).
#pragma once

#include "simd.h"

namespace nabla {
namespace NABLA_ISA {

// One run of k: `a` points at the tile's row 0 and the run's first k, `b` row of the panel where the run begins.
template <class T>
struct Segment {
  const T* a;
  int64_t panelRow;
  int64_t k;
};

// What a tile is given. out[r * ldo + column] = (or +=, if accumulate) the sum over all segments.
template <class T>
struct TileTask {
  const Segment<T>* segments;
  int64_t count;
  int64_t aOffset;  // added to every segment's a
  int64_t stride;   // of a: between rows (KUnit) or between successive k
  const T* panel;   // b: row k at panel + k · ldb
  int64_t ldb;      // with KUnit rows lie one behind the other: the tile's width
  T* out;
  int64_t ldo;
  bool accumulate;
};

template <class T>
using Tile = void (*)(const TileTask<T>& task);

// A panel is 1 … maxVectors vectors wide. Of the shapes that fit the registers these measured best.
constexpr int maxVectors = NABLA_VECTOR_REGISTERS == 32 ? 4 : 2;

// The most rows of a tile of `vectors` vectors: accumulators, one row of b and a broadcast fit the registers.
constexpr int maxRows(int vectors) {
  return NABLA_VECTOR_REGISTERS == 32 ? (vectors <= 2 ? 12 : vectors == 3 ? 9 : 6) : (vectors == 1 ? 8 : 6);
}
constexpr int mostRows = 12;

// The tile of that size; 1 ≤ vectors ≤ maxVectors, 1 ≤ rows ≤ maxRows(vectors). T: float or double.
template <class T>
Tile<T> tileFor(bool kUnit, int vectors, int rows);

// Splits `rows` into the fewest tiles of nearly equal height and calls f(first, height) for each.
template <class F>
NABLA_INLINE void forEachTile(int64_t rows, int most, F&& f) {
  const int64_t tiles = divideUp(rows, most);
  for (int64_t i = 0, first = 0; i < tiles; i++) {
    const int64_t height = (rows - first) / (tiles - i) + ((rows - first) % (tiles - i) != 0);
    f(first, static_cast<int>(height));
    first += height;
  }
}

// How `columns` are cut into panels of equal width, the last one perhaps narrower.
template <class T>
struct Panels {
  int64_t columns, vectors, count;
  int width;  // vectors of a full panel

  explicit Panels(int64_t columns)
      : columns(columns),
        vectors(divideUp(columns, Simd<T>::lanes)),
        count(divideUp(vectors, maxVectors)),
        width(static_cast<int>(divideUp(vectors, larger<int64_t>(count, 1)))) {}

  int64_t padded() const { return vectors * Simd<T>::lanes; }
  int64_t first(int64_t panel) const { return panel * width * Simd<T>::lanes; }
  int vectorsOf(int64_t panel) const { return static_cast<int>(smaller<int64_t>(width, vectors - panel * width)); }
  int64_t columnsOf(int64_t panel) const { return smaller<int64_t>(vectorsOf(panel) * Simd<T>::lanes, columns - first(panel)); }
};

}  // namespace NABLA_ISA
}  // namespace nabla
