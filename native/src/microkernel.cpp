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

// Keeps the compiler from working out the addresses of all rows beforehand, for want of registers in the loop between.
template <class P>
NABLA_INLINE void forget(P& pointer) {
  asm("" : "+r"(pointer));
}

template <class T, int V, int R>
struct Accumulators {
  using S = Simd<T>;
  static constexpr int64_t width = V * S::lanes;
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

  // Adds count / unroll · unroll steps of k; what is left stays in `count`.
  template <int unroll>
  NABLA_INLINE void addSteps(Rows<R>& rows, const T*& b, int64_t& count) {
    T a[R];
    for (; count >= unroll; count -= unroll) {
#pragma GCC unroll 8
      for (int u = 0; u < unroll; u++) {
#pragma GCC unroll 16
        for (int r = 0; r < R; r++) a[r] = rows.template at<T>(r, u);
        add(a, b + u * width);
      }
      b += unroll * width;
      rows.advance(unroll * sizeof(T));
    }
  }

  NABLA_INLINE void addAlongRows(Rows<R> rows, const T* b, int64_t count) {
    // Tall tiles move many pointers, so they do it less often. Doubles, for checks more than for speed, get less code.
    if constexpr (sizeof(T) == 4) {
      if (V <= 2 && R > 8) addSteps<8>(rows, b, count);
      addSteps<4>(rows, b, count);
    }
    addSteps<1>(rows, b, count);
  }

  NABLA_INLINE void addAcrossRows(const T* p, intptr_t stride, const T* b, int64_t ldb, int64_t count) {
    T a[R];
    for (; count > 0; count--) {
#pragma GCC unroll 16
      for (int r = 0; r < R; r++) a[r] = p[r];
      add(a, b);
      p += stride;
      b += ldb;
    }
  }

  NABLA_INLINE void clear() {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[r][v] = S::splat(0);
    }
  }

  NABLA_INLINE void load(const T* row, int64_t ld) {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sum[r][v] = S::load(row + v * S::lanes);
      row += ld;
      forget(row);
    }
  }

  NABLA_INLINE void store(T* row, int64_t ld) const {
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) S::store(row + v * S::lanes, sum[r][v]);
      row += ld;
      forget(row);
    }
  }
};

template <class T, bool KUnit, int V, int R>
void tile(const TileTask<T>& task) {
  Accumulators<T, V, R> acc;
  if (task.accumulate) {
    acc.load(task.out, task.ldo);
  } else {
    acc.clear();
  }
  const Segment<T>* segment = task.segments;
  const int64_t ldb = KUnit ? acc.width : task.ldb;
  for (const Segment<T>* const end = segment + task.count; segment != end; segment++) {
    const T* const a = segment->a + task.aOffset;
    const T* const b = task.panel + segment->panelRow * ldb;
    if (KUnit) {
      acc.addAlongRows(Rows<R>(a, task.stride * static_cast<intptr_t>(sizeof(T))), b, segment->k);
    } else {
      acc.addAcrossRows(a, task.stride, b, ldb, segment->k);
    }
  }
  acc.store(task.out, task.ldo);
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
