// Kernels "fill" and "copy" (any strides, any pair of element types).
//
// A copy of equal types whose source and destination have different innermost axes is a transposition: it goes in square
// tiles, so that both sides use whole cache lines. Everything else is element-wise work (strided.h).

#include "rows.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

template <class T>
void fillRange(void* out, int64_t n, T value) {
  T* to = static_cast<T*>(out);
  forRanges(n, 1, [=](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) to[i] = value;
  });
}

double fill(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  void* out = a.pointer<void>();
  const int64_t n = a.integer();
  const double value = a.number();
  switch (dtype) {
    case Float32:
      fillRange<float>(out, n, static_cast<float>(value));
      break;
    case Float64:
      fillRange<double>(out, n, value);
      break;
    case Int32:
      fillRange<int32_t>(out, n, toInt32(value));
      break;
    case UInt8:
      fillRange<uint8_t>(out, n, static_cast<uint8_t>(toInt32(value)));
      break;
    default:
      fillRange<uint8_t>(out, n, static_cast<uint8_t>(value != 0));
  }
  return -1;
}

void moveRow1(const void* const* in, void* out, int64_t n, double) { __builtin_memmove(out, in[0], n); }
void moveRow4(const void* const* in, void* out, int64_t n, double) { __builtin_memmove(out, in[0], n * 4); }
void moveRow8(const void* const* in, void* out, int64_t n, double) { __builtin_memmove(out, in[0], n * 8); }

// Conversion of one element; Bool has its own tag because it shares uint8_t.
struct Truth {};
template <class To>
struct Convert {
  template <class From>
  static NABLA_INLINE To apply(From x) { return static_cast<To>(x); }
};
// The fraction is cut off; what is out of range becomes the nearest number in it, NaN becomes 0.
template <>
struct Convert<int32_t> {
  static NABLA_INLINE int32_t apply(float x) { return apply(static_cast<double>(x)); }
  static NABLA_INLINE int32_t apply(double x) {
    return x != x ? 0 : static_cast<int32_t>(larger(-2147483648.0, smaller(x, 2147483647.0)));
  }
  static NABLA_INLINE int32_t apply(int32_t x) { return x; }
  static NABLA_INLINE int32_t apply(uint8_t x) { return x; }
};
template <>
struct Convert<uint8_t> {
  template <class From>
  static NABLA_INLINE uint8_t apply(From x) {
    return static_cast<uint8_t>(larger(0, smaller(Convert<int32_t>::apply(x), 255)));
  }
};
template <>
struct Convert<Truth> {
  template <class From>
  static NABLA_INLINE uint8_t apply(From x) { return x != From(0); }
};

template <class From, class To, class Conversion>
void convertRow(const void* const* in, void* out, int64_t n, double) {
  const From* x = static_cast<const From*>(in[0]);
  To* y = static_cast<To*>(out);
  for (int64_t i = 0; i < n; i++) y[i] = Conversion::apply(x[i]);
}

template <class From>
Row conversionFrom(int to) {
  switch (to) {
    case Float32:
      return convertRow<From, float, Convert<float>>;
    case Float64:
      return convertRow<From, double, Convert<double>>;
    case Int32:
      return convertRow<From, int32_t, Convert<int32_t>>;
    case UInt8:
      return convertRow<From, uint8_t, Convert<uint8_t>>;
    default:
      return convertRow<From, uint8_t, Convert<Truth>>;
  }
}

Row conversion(int from, int to) {
  switch (from) {
    case Float32:
      return conversionFrom<float>(to);
    case Float64:
      return conversionFrom<double>(to);
    case Int32:
      return conversionFrom<int32_t>(to);
    default:
      return conversionFrom<uint8_t>(to);
  }
}

constexpr int64_t tile = 16;

// out[r·outRow + c] = in[r + c·inColumn] for a plane of rows × columns.
template <class T>
void transposeTile(const T* __restrict in, T* __restrict out, int64_t rows, int64_t columns, int64_t inColumn, int64_t outRow) {
  if (rows == tile && columns == tile) {
    T block[tile][tile];
    for (int64_t c = 0; c < tile; c++) {
      for (int64_t r = 0; r < tile; r++) block[c][r] = in[r + c * inColumn];
    }
    for (int64_t r = 0; r < tile; r++) {
      for (int64_t c = 0; c < tile; c++) out[r * outRow + c] = block[c][r];
    }
    return;
  }
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) out[r * outRow + c] = in[r + c * inColumn];
  }
}

// One strided copy between equal types. `unit` is the axis along which the source is contiguous; the last one is that of
// the destination.
struct Transposition {
  const char* in;
  char* out;
  int axes, unit;
  const int64_t *shape, *inStrides, *outStrides;
};

template <class T>
void transpose(const Transposition& t) {
  const int last = t.axes - 1;
  const int64_t rows = t.shape[t.unit], columns = t.shape[last];
  const int64_t inColumn = t.inStrides[last], outRow = t.outStrides[t.unit];
  int64_t planes = 1;
  for (int a = 0; a < last; a++) {
    if (a != t.unit) planes *= t.shape[a];
  }
  // A task is a band of one plane: some tiles of rows, all columns.
  const int64_t bandRows = smaller(divideUp(rows, tile), larger(int64_t{1}, chunkElements / (tile * columns))) * tile;
  const int64_t bands = divideUp(rows, bandRows);
  const auto task = [&](int64_t index) {
    int64_t plane = index / bands;
    const int64_t first = index % bands * bandRows;
    int64_t from = first, to = first * outRow;
    for (int a = last - 1; a >= 0; a--) {
      if (a == t.unit) continue;
      const int64_t i = plane % t.shape[a];
      plane /= t.shape[a];
      from += i * t.inStrides[a];
      to += i * t.outStrides[a];
    }
    const T* in = reinterpret_cast<const T*>(t.in) + from;
    T* out = reinterpret_cast<T*>(t.out) + to;
    const int64_t end = smaller(bandRows, rows - first);
    for (int64_t r = 0; r < end; r += tile) {
      for (int64_t c = 0; c < columns; c += tile) {
        transposeTile(in + r + c * inColumn, out + r * outRow + c, smaller(tile, end - r), smaller(tile, columns - c),
                      inColumn, outRow);
      }
    }
  };
  forTasks(planes * bands, planes * rows * columns, task);
}

// The axis to transpose with the last one, or −1: the source contiguous along it, the destination along the last.
int transposedAxis(const Elementwise& call) {
  const int last = call.axes - 1;
  if (last < 1 || call.out.strides[last] != 1 || call.in[0].strides[last] <= 1 || call.shape[last] < 4) return -1;
  for (int a = 0; a < last; a++) {
    if (call.in[0].strides[a] == 1 && call.shape[a] >= 4) return a;
  }
  return -1;
}

double copy(const double* args) {
  Arguments a(args);
  const auto from = static_cast<int>(a.integer());
  const auto to = static_cast<int>(a.integer());
  Elementwise call;
  call.inputs = 1;
  call.alpha = 0;
  call.in[0].data = a.pointer<char>();
  call.out.data = a.pointer<char>();
  call.in[0].bytes = bytesOf(from);
  call.out.bytes = bytesOf(to);
  call.axes = static_cast<int>(a.integer());
  a.integers(call.shape, call.axes);
  a.integers(call.in[0].strides, call.axes);
  a.integers(call.out.strides, call.axes);
  for (int axis = 0; axis < call.axes; axis++) {
    if (call.shape[axis] == 0) return -1;
  }
  // A bool's byte is 0 or 1, so it is copied to uint8 as it is; the other way round it must be tested.
  const bool move = from == to || (from == Bool && to == UInt8);
  call.row = !move ? conversion(from, to) : call.out.bytes == 1 ? moveRow1 : call.out.bytes == 4 ? moveRow4 : moveRow8;
  const int unit = move ? transposedAxis(call) : -1;
  if (unit < 0) {
    runElementwise(call);
    return -1;
  }
  const Transposition t{call.in[0].data, call.out.data, call.axes, unit, call.shape, call.in[0].strides, call.out.strides};
  if (call.out.bytes == 1) {
    transpose<uint8_t>(t);
  } else if (call.out.bytes == 4) {
    transpose<Bits32>(t);
  } else {
    transpose<Bits64>(t);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(copy, {"fill", fill}, {"copy", copy})
