// The tiles of microkernel.h, one function per size, type and way to walk a.

#include "microkernel.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// Rows are reached as base + {0, 1, 2}·stride from a base for every third row, which x86 addresses without arithmetic.
template <int R>
struct Rows {
  static constexpr int bases = (R + 2) / 3;
  const char* base[bases];
  intptr_t stride;

  NABLA_INLINE Rows(const void* a, intptr_t bytes) : stride(bytes) {
    const char* p = static_cast<const char*>(a);
#pragma GCC unroll 8
    for (int i = 0; i < bases; i++) base[i] = p + 3 * i * bytes;
  }

  template <class T>
  NABLA_INLINE T at(int r, intptr_t k) const {
    return *reinterpret_cast<const T*>(base[r / 3] + (r % 3) * stride + k * static_cast<intptr_t>(sizeof(T)));
  }

  NABLA_INLINE void advance(intptr_t bytes) {
#pragma GCC unroll 8
    for (int i = 0; i < bases; i++) base[i] += bytes;
  }
};

template <class T, int V, int R>
struct Accumulators {
  using S = Simd<T>;
  typename S::Vec sum[R][V];

  // sum[r][v] += a[r] · b[v]
  NABLA_INLINE void add(const T (&a)[R], const T* b) {
    typename S::Vec columns[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) columns[v] = S::load(b + v * S::lanes);
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[r][v] += S::splat(a[r]) * columns[v];
    }
  }

  NABLA_INLINE void addAlongRows(Rows<R>& rows, const T* b, int64_t ldb, int64_t count) {
    T a[R];
    int64_t k = 0;
    for (; k + 4 <= count; k += 4) {
#pragma GCC unroll 4
      for (int u = 0; u < 4; u++) {
#pragma GCC unroll 16
        for (int r = 0; r < R; r++) a[r] = rows.template at<T>(r, u);
        add(a, b);
        b += ldb;
      }
      rows.advance(4 * sizeof(T));
    }
    for (; k < count; k++) {
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) a[r] = rows.template at<T>(r, 0);
      add(a, b);
      b += ldb;
      rows.advance(sizeof(T));
    }
  }

  NABLA_INLINE void addAcrossRows(const T* p, intptr_t stride, const T* b, int64_t ldb, int64_t count) {
    T a[R];
    for (int64_t k = 0; k < count; k++) {
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) a[r] = p[r];
      add(a, b);
      p += stride;
      b += ldb;
    }
  }
};

template <class T, bool KUnit, int V, int R>
void tile(const TileTask<T>& task) {
  using S = Simd<T>;
  const int64_t ldo = task.ldo, ldb = task.ldb, stride = task.stride;
  Accumulators<T, V, R> acc;
  if (task.accumulate) {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) acc.sum[r][v] = S::load(task.out + r * ldo + v * S::lanes);
    }
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) acc.sum[r][v] = S::splat(0);
    }
  }
  const Segment<T>* segment = task.segments;
  for (const Segment<T>* end = segment + task.count; segment != end; segment++) {
    const T* a = segment->a + task.aOffset;
    const T* b = task.panel + segment->panelRow * ldb;
    if (KUnit) {
      Rows<R> rows(a, stride * static_cast<intptr_t>(sizeof(T)));
      acc.addAlongRows(rows, b, ldb, segment->k);
    } else {
      acc.addAcrossRows(a, stride, b, ldb, segment->k);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) S::store(task.out + r * ldo + v * S::lanes, acc.sum[r][v]);
  }
}

template <class T, bool KUnit, int V, int R>
struct Height {
  static void fill(Tile<T>* table) {
    table[R] = tile<T, KUnit, V, R>;
    Height<T, KUnit, V, R - 1>::fill(table);
  }
};
template <class T, bool KUnit, int V>
struct Height<T, KUnit, V, 0> {
  static void fill(Tile<T>*) {}
};

template <class T>
struct Table {
  Tile<T> tiles[2][maxVectors + 1][mostRows + 1];

  Table() {
    fill<false>();
    fill<true>();
  }

  template <bool KUnit>
  void fill() {
    Height<T, KUnit, 1, maxRows(1)>::fill(tiles[KUnit][1]);
    Height<T, KUnit, 2, maxRows(2)>::fill(tiles[KUnit][2]);
    if constexpr (maxVectors == 4) {
      Height<T, KUnit, 3, maxRows(3)>::fill(tiles[KUnit][3]);
      Height<T, KUnit, 4, maxRows(4)>::fill(tiles[KUnit][4]);
    }
  }
};

template <class T>
const Table<T>& table() {
  static const Table<T> instance;
  return instance;
}

}  // namespace

template <>
Tile<float> tileFor<float>(bool kUnit, int vectors, int rows) {
  return table<float>().tiles[kUnit][vectors][rows];
}

template <>
Tile<double> tileFor<double>(bool kUnit, int vectors, int rows) {
  return table<double>().tiles[kUnit][vectors][rows];
}

}  // namespace NABLA_ISA
}  // namespace nabla
