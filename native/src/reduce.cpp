// Kernel "reduce": sum, mean, max, min, prod and logsumexp over axes of a strided view; the output is contiguous.
//
// Partial results are doubles, combined in index order:
// - rows: the reduced elements of one output, in blocks along the innermost reduced axis;
// - columns: when a kept axis is the contiguous one, many outputs at once, row by row;
// - few outputs and many elements: pieces whose boundaries follow from the shape, then their partial results.

#include "axes.h"
#include "reduceBlock.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

struct Reduction {
  Method method;
  const char* x;
  char* out;
  int dtype;
  Axes kept, reduced;
  double divisor;  // of the result: 1, or n for the mean
};

NABLA_INLINE void store(const Reduction& r, int64_t at, double value) {
  value /= r.divisor;
  if (r.dtype == Float32) {
    reinterpret_cast<float*>(r.out)[at] = static_cast<float>(value);
  } else if (r.dtype == Float64) {
    reinterpret_cast<double*>(r.out)[at] = value;
  } else {
    reinterpret_cast<int32_t*>(r.out)[at] = toInt32(value);
  }
}

template <class T>
const void* collect(T* into, const char* x, int64_t n, int64_t stride) {
  const T* from = reinterpret_cast<const T*>(x);
  for (int64_t i = 0; i < n; i++) into[i] = from[i * stride];
  return into;
}

// Adds elements first … last of the row-major list of reduced elements, whose origin is x.
void addRange(Partial& partial, const Reduction& r, const char* x, int64_t first, int64_t last) {
  alignas(64) char staging[blockElements * 8];
  const int inner = r.reduced.count - 1;
  const int64_t length = r.reduced.shape[inner], stride = r.reduced.strides[inner];
  const int bytes = bytesOf(r.dtype);
  while (first < last) {
    const int64_t n = smaller(smaller(length - first % length, last - first), blockElements);
    const void* from = x + r.reduced.offset(first) * bytes;
    if (stride != 1) {
      const char* at = static_cast<const char*>(from);
      from = bytes == 4 ? collect(reinterpret_cast<Bits32*>(staging), at, n, stride)
                        : collect(reinterpret_cast<Bits64*>(staging), at, n, stride);
    }
    r.method.addBlock(partial, from, n);
    first += n;
  }
}

void reduceRows(const Reduction& r) {
  const int64_t outputs = r.kept.size(), n = r.reduced.size();
  const int bytes = bytesOf(r.dtype);
  const bool parallel = outputs * n > parallelElements;
  if (!parallel || n <= chunkElements || outputs >= 64) {
    const int64_t perTask = parallel ? larger(int64_t{1}, chunkElements / n) : outputs;
    parallelFor(divideUp(outputs, perTask), [&](int64_t task, int) {
      for (int64_t o = task * perTask; o < smaller(outputs, (task + 1) * perTask); o++) {
        Partial p = r.method.start;
        addRange(p, r, r.x + r.kept.offset(o) * bytes, 0, n);
        store(r, o, r.method.finish(p));
      }
    });
    return;
  }
  const int64_t pieces = divideUp(n, chunkElements);
  auto* partials = static_cast<Partial*>(sharedScratch(0, outputs * pieces * sizeof(Partial)));
  parallelFor(outputs * pieces, [&](int64_t task, int) {
    const int64_t first = task % pieces * chunkElements;
    Partial p = r.method.start;
    addRange(p, r, r.x + r.kept.offset(task / pieces) * bytes, first, smaller(n, first + chunkElements));
    partials[task] = p;
  });
  for (int64_t o = 0; o < outputs; o++) {
    Partial p = partials[o * pieces];
    for (int64_t i = 1; i < pieces; i++) r.method.merge(p, partials[o * pieces + i]);
    store(r, o, r.method.finish(p));
  }
}

// The last kept axis is contiguous and becomes the columns. When its rows follow each other without gaps and are short,
// several of them are taken as one long row and folded at the end.
void reduceColumns(const Reduction& r) {
  const int last = r.kept.count - 1;
  const int bytes = bytesOf(r.dtype);
  Axes outer = r.kept, reduced = r.reduced;
  outer.count = last;
  const int64_t columns = r.kept.shape[last];
  int64_t fold = 1;
  if (reduced.count == 1 && reduced.strides[0] == columns && columns < 64) {
    while (columns * fold * 2 <= 256 && reduced.shape[0] % (fold * 2) == 0) fold *= 2;
    reduced.shape[0] /= fold;
    reduced.strides[0] *= fold;
  }
  const int64_t width = columns * fold;
  const int64_t outers = outer.size(), rows = reduced.size(), tiles = divideUp(width, columnTile);
  const int64_t length = reduced.shape[reduced.count - 1], stride = reduced.strides[reduced.count - 1];
  // Few tasks over many rows are cut further, into pieces of rows.
  const int64_t perPiece =
      outers * tiles >= 16 ? rows : larger(int64_t{256}, 2 * chunkElements / smaller(width, columnTile));
  const int64_t pieces = divideUp(rows, perPiece), tasks = outers * tiles * pieces;
  auto* totals = static_cast<double*>(sharedScratch(0, outers * width * pieces * sizeof(double)));
  const auto task = [&](int64_t index) {
    const int64_t piece = index % pieces, tile = index / pieces % tiles, o = index / pieces / tiles;
    const int64_t column = tile * columnTile, n = smaller(columnTile, width - column);
    double* total = totals + (o * pieces + piece) * width + column;
    for (int64_t c = 0; c < n; c++) total[c] = r.method.start.value;
    const char* x = r.x + (outer.offset(o) + column) * bytes;
    const int64_t end = smaller(rows, (piece + 1) * perPiece);
    for (int64_t row = piece * perPiece; row < end;) {
      const int64_t count = smaller(length - row % length, end - row);
      r.method.addColumns(total, x + reduced.offset(row) * bytes, n, count, stride);
      row += count;
    }
  };
  forTasks(tasks, outers * rows * width, task);
  for (int64_t o = 0; o < outers; o++) {
    double* total = totals + o * pieces * width;
    for (int64_t row = 1; row < pieces * fold; row++) {
      for (int64_t c = 0; c < columns; c++) total[c] = r.method.mergeValues(total[c], total[row * columns + c]);
    }
    for (int64_t c = 0; c < columns; c++) store(r, o * columns + c, total[c]);
  }
}

// The order of `reduceOps` in src/backend/backend.ts.
enum ReduceOp { Sum, Mean, Max, Min, Product, LogSumExp };

template <class T, class ProductOfType>
Method methodFor(int op) {
  switch (op) {
    case Sum:
    case Mean:
      return methodOf<SumOf, T>();
    case Max:
      return methodOf<MaximumOf, T>();
    case Min:
      return methodOf<MinimumOf, T>();
    case Product:
      return methodOf<ProductOfType, T>();
    default:
      return logSumExpMethod<T>();
  }
}

double reduce(const double* args) {
  Arguments a(args);
  Reduction r;
  const auto op = static_cast<int>(a.integer());
  r.dtype = static_cast<int>(a.integer());
  r.x = a.pointer<const char>();
  r.out = a.pointer<char>();
  r.kept.count = static_cast<int>(a.integer());
  r.reduced.count = static_cast<int>(a.integer());
  r.kept.read(a);
  r.reduced.read(a);
  if (r.reduced.count == 0) r.reduced = {1, {1}, {1}};
  const int64_t n = r.reduced.size();
  r.divisor = op == Mean ? static_cast<double>(n) : 1.0;
  r.method = r.dtype == Float32   ? methodFor<float, ProductOf>(op)
             : r.dtype == Float64 ? methodFor<double, ProductOf>(op)
                                  : methodFor<int32_t, WrappingProductOf>(op);
  const int last = r.kept.count - 1;
  const bool columns = r.method.addColumns && n > 0 && last >= 0 && r.kept.strides[last] == 1 &&
                       r.kept.shape[last] > 1 && r.reduced.strides[r.reduced.count - 1] != 1;
  if (columns) {
    reduceColumns(r);
  } else {
    reduceRows(r);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(reduce, {"reduce", reduce})
