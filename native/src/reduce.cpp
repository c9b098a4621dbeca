// Kernel "reduce": sum, mean, max, min, prod and logsumexp over axes of a strided view; the output is contiguous.
//
// Every way of working starts from partial results in double, combined in index order:
// - rows: the reduced elements of one output, in runs along the innermost reduced axis;
// - columns: when a kept axis is the contiguous one, many outputs at once, row by row;
// - few outputs and many elements: pieces whose boundaries follow from the shape, then their partial results.
// A float32 sum runs in float lanes over blocks of at most 1024 elements; blocks are added in double.

#include <type_traits>

#include "axes.h"
#include "reduceBlock.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

struct Reduction {
  Axes kept, reduced;
  double scale;  // of the result: 1, or 1/n for the mean
};

// Adds elements first … last of the row-major list of the reduced axes, from `x` on.
template <class Op, class T>
void reduceRange(Partial& partial, const T* x, const Axes& reduced, int64_t first, int64_t last) {
  T staging[block];
  const int inner = reduced.count - 1;
  const int64_t length = reduced.shape[inner], stride = reduced.strides[inner];
  int64_t position = first;
  while (position < last) {
    int64_t row = position / length;
    const int64_t column = position % length;
    int64_t offset = column * stride;
    for (int a = inner - 1; a >= 0; a--) {
      offset += row % reduced.shape[a] * reduced.strides[a];
      row /= reduced.shape[a];
    }
    const int64_t n = smaller(smaller(length - column, last - position), block);
    const T* from = x + offset;
    if (stride != 1) {
      for (int64_t i = 0; i < n; i++) staging[i] = from[i * stride];
      from = staging;
    }
    Reducer<Op, T>::add(partial, from, n);
    position += n;
  }
}

template <class T>
NABLA_INLINE T stored(double value) {
  return static_cast<T>(value);
}
template <>
NABLA_INLINE int32_t stored<int32_t>(double value) {
  return toInt32(value);
}

template <class Op, class T>
void reduceRows(const Reduction& r, const T* x, T* out) {
  constexpr int64_t pieceElements = 16384;
  const int64_t outputs = r.kept.size(), n = r.reduced.size();
  const auto finish = [&](Partial& p) { return stored<T>(Reducer<Op, T>::finish(p) * r.scale); };
  if (outputs * n <= parallelElements || n <= pieceElements || outputs >= 64) {
    const int64_t perTask = outputs * n <= parallelElements ? outputs : larger(int64_t{1}, pieceElements / n);
    parallelFor(divideUp(outputs, perTask), [&](int64_t task, int) {
      for (int64_t o = task * perTask; o < smaller(outputs, (task + 1) * perTask); o++) {
        Partial p = Reducer<Op, T>::start;
        reduceRange<Op, T>(p, x + r.kept.offset(o), r.reduced, 0, n);
        out[o] = finish(p);
      }
    });
    return;
  }
  const int64_t pieces = divideUp(n, pieceElements);
  auto* partials = static_cast<Partial*>(sharedScratch(0, outputs * pieces * sizeof(Partial)));
  parallelFor(outputs * pieces, [&](int64_t task, int) {
    const int64_t first = task % pieces * pieceElements;
    Partial p = Reducer<Op, T>::start;
    reduceRange<Op, T>(p, x + r.kept.offset(task / pieces), r.reduced, first, smaller(n, first + pieceElements));
    partials[task] = p;
  });
  for (int64_t o = 0; o < outputs; o++) {
    Partial p = partials[o * pieces];
    for (int64_t i = 1; i < pieces; i++) Reducer<Op, T>::merge(p, partials[o * pieces + i]);
    out[o] = finish(p);
  }
}

constexpr int64_t columnTile = 512;
// Rows that are added in the element's own type before they go to double.
constexpr int64_t columnBlock = 32;

// total[c] = merge(total[c], x[c]) over rows first … last of the reduced axes.
template <class Op, class T>
void reduceColumnRange(double* total, const T* x, const Axes& reduced, int64_t columns, int64_t first, int64_t last) {
  constexpr bool sums = std::is_same_v<Op, SumOf> && !std::is_same_v<T, int32_t>;
  alignas(64) T acc[columnTile];
  for (int64_t row = first; row < last;) {
    const int64_t end = smaller(last, row + (sums ? columnBlock : int64_t{1}));
    const T* from = x + reduced.offset(row++);
    if (sums && row < end) {
      for (int64_t c = 0; c < columns; c++) acc[c] = from[c];
      for (; row < end; row++) {
        from = x + reduced.offset(row);
        NABLA_ELEMENTWISE_LOOP
        for (int64_t c = 0; c < columns; c++) acc[c] += from[c];
      }
      from = acc;
    }
    NABLA_ELEMENTWISE_LOOP
    for (int64_t c = 0; c < columns; c++) total[c] = Op::merge(total[c], static_cast<double>(from[c]));
  }
}

// The last kept axis is contiguous and becomes the columns. When its rows follow each other without gaps and are short,
// several of them are taken as one long row and folded at the end.
template <class Op, class T>
void reduceColumns(const Reduction& r, const T* x, T* out) {
  constexpr int64_t pieceElements = 32768;
  const int last = r.kept.count - 1;
  Axes outer = r.kept, reduced = r.reduced;
  outer.count = last;
  int64_t columns = r.kept.shape[last], fold = 1;
  if (reduced.count == 1 && reduced.strides[0] == columns && columns < 64) {
    while (columns * fold * 2 <= 256 && reduced.shape[0] % (fold * 2) == 0) fold *= 2;
    reduced.shape[0] /= fold;
    reduced.strides[0] *= fold;
  }
  const int64_t width = columns * fold;
  const int64_t outers = outer.size(), rows = reduced.size(), tiles = divideUp(width, columnTile);
  const int64_t tasks = outers * tiles;
  // Few tasks over many rows are cut further, into pieces of rows.
  const int64_t perPiece = tasks >= 16 ? rows : larger(int64_t{256}, pieceElements / smaller(width, columnTile));
  const int64_t pieces = larger(int64_t{1}, divideUp(rows, perPiece));
  auto* totals = static_cast<double*>(sharedScratch(0, outers * width * pieces * sizeof(double)));
  const auto task = [&](int64_t index, int) {
    const int64_t piece = index % pieces, tileIndex = index / pieces % tiles, o = index / pieces / tiles;
    const int64_t first = tileIndex * columnTile, n = smaller(columnTile, width - first);
    double* total = totals + (o * pieces + piece) * width + first;
    for (int64_t c = 0; c < n; c++) total[c] = Op::start;
    reduceColumnRange<Op, T>(total, x + outer.offset(o) + first, reduced, n, piece * perPiece,
                             smaller(rows, (piece + 1) * perPiece));
  };
  if (outers * rows * width > parallelElements) {
    parallelFor(tasks * pieces, task);
  } else {
    for (int64_t i = 0; i < tasks * pieces; i++) task(i, 0);
  }
  for (int64_t o = 0; o < outers; o++) {
    double* total = totals + o * pieces * width;
    for (int64_t i = columns; i < pieces * width; i++) total[i % columns] = Op::merge(total[i % columns], total[i]);
    for (int64_t c = 0; c < columns; c++) out[o * columns + c] = stored<T>(total[c] * r.scale);
  }
}

template <class Op, class T>
void reduceAs(const Reduction& r, const void* x, void* out) {
  const int last = r.kept.count - 1;
  const bool columns = last >= 0 && r.kept.strides[last] == 1 && r.kept.shape[last] > 1 &&
                       r.reduced.strides[r.reduced.count - 1] != 1;
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  if constexpr (!std::is_same_v<Op, LogSumExpOf>) {
    if (columns && r.reduced.size() > 0) return reduceColumns<Op, T>(r, from, to);
  }
  reduceRows<Op, T>(r, from, to);
}

// The order of `reduceOps` in src/backend/backend.ts.
enum ReduceOp { Sum, Mean, Max, Min, Product, LogSumExp };

template <class T>
void reduceType(int op, const Reduction& r, const void* x, void* out) {
  using ProductOfType = std::conditional_t<std::is_same_v<T, int32_t>, WrappingProductOf, ProductOf>;
  switch (op) {
    case Sum:
    case Mean:
      return reduceAs<SumOf, T>(r, x, out);
    case Max:
      return reduceAs<MaximumOf, T>(r, x, out);
    case Min:
      return reduceAs<MinimumOf, T>(r, x, out);
    case Product:
      return reduceAs<ProductOfType, T>(r, x, out);
    default:
      return reduceAs<LogSumExpOf, T>(r, x, out);
  }
}

double reduce(const double* args) {
  Arguments a(args);
  const auto op = static_cast<int>(a.integer());
  const auto dtype = static_cast<int>(a.integer());
  const void* x = a.pointer<const void>();
  void* out = a.pointer<void>();
  Reduction r;
  r.kept.count = static_cast<int>(a.integer());
  r.reduced.count = static_cast<int>(a.integer());
  r.kept.read(a);
  r.reduced.read(a);
  if (r.reduced.count == 0) r.reduced = {1, {1}, {1}};
  r.scale = op == Mean ? 1.0 / static_cast<double>(r.reduced.size()) : 1.0;
  if (dtype == Float32) {
    reduceType<float>(op, r, x, out);
  } else if (dtype == Float64) {
    reduceType<double>(op, r, x, out);
  } else {
    reduceType<int32_t>(op, r, x, out);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(reduce, {"reduce", reduce})
