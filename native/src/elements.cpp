// Kernels "gatherElements" and "scatterElements": an index for each element, along one axis.

#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// An operand seen as [outer, axis, inner].
struct Lines {
  int64_t outer, axis, inner;

  NABLA_INLINE int64_t at(int64_t o, int64_t i) const { return o * outer + i * axis; }
};

// `index` has `outer` × `count` × `inner` elements, which count from 0 to `size` − 1.
struct Elements {
  int64_t outer, count, inner, size;
  const int32_t* index;
  Lines x, i, out;

  // The first flat position whose index points outside, or −1.
  double firstBad() const {
    if (i.inner == 1 && i.axis == inner && i.outer == count * inner) {
      for (int64_t at = 0; at < outer * count * inner; at++) {
        if (index[at] < 0 || index[at] >= size) return static_cast<double>(at);
      }
      return -1;
    }
    for (int64_t o = 0; o < outer; o++) {
      for (int64_t k = 0; k < count; k++) {
        const int32_t* line = index + i.at(o, k);
        for (int64_t j = 0; j < inner; j++) {
          const int32_t chosen = line[j * i.inner];
          if (chosen < 0 || chosen >= size) return static_cast<double>((o * count + k) * inner + j);
        }
      }
    }
    return -1;
  }
};

Lines readLines(Arguments& a) {
  Lines lines;
  lines.outer = a.integer();
  lines.axis = a.integer();
  lines.inner = a.integer();
  return lines;
}

Elements readElements(Arguments& a, const int32_t* index) {
  Elements e;
  e.index = index;
  e.outer = a.integer();
  e.count = a.integer();
  e.inner = a.integer();
  e.size = a.integer();
  e.x = readLines(a);
  e.i = readLines(a);
  e.out = readLines(a);
  return e;
}

template <class T>
void gatherAs(const T* x, T* out, const Elements& e) {
  if (e.inner == 1) {
    forRanges(e.outer, e.count, [=](int64_t first, int64_t last) {
      for (int64_t o = first; o < last; o++) {
        const int32_t* index = e.index + o * e.i.outer;
        const T* from = x + o * e.x.outer;
        T* to = out + o * e.out.outer;
        for (int64_t k = 0; k < e.count; k++) to[k * e.out.axis] = from[index[k * e.i.axis] * e.x.axis];
      }
    });
    return;
  }
  forRanges(e.outer * e.count, e.inner, [=](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++) {
      const int64_t o = row / e.count, k = row % e.count;
      const int32_t* index = e.index + e.i.at(o, k);
      const T* from = x + o * e.x.outer;
      T* to = out + e.out.at(o, k);
      for (int64_t j = 0; j < e.inner; j++) {
        to[j * e.out.inner] = from[index[j * e.i.inner] * e.x.axis + j * e.x.inner];
      }
    }
  });
}

double gatherElements(const double* args) {
  Arguments a(args);
  a.integer();
  const int bytes = bytesOf(static_cast<int>(a.integer()));
  void* x = a.pointer<void>();
  const auto* index = a.pointer<const int32_t>();
  void* out = a.pointer<void>();
  const Elements e = readElements(a, index);
  const double bad = e.firstBad();
  if (bad >= 0) return bad;
  if (bytes == 1) {
    gatherAs(static_cast<uint8_t*>(x), static_cast<uint8_t*>(out), e);
  } else if (bytes == 4) {
    gatherAs(static_cast<Bits32*>(x), static_cast<Bits32*>(out), e);
  } else {
    gatherAs(static_cast<Bits64*>(x), static_cast<Bits64*>(out), e);
  }
  return -1;
}

struct Set {
  template <class T>
  static NABLA_INLINE T apply(T, T arriving) { return arriving; }
};
struct Add {
  template <class T>
  static NABLA_INLINE T apply(T there, T arriving) { return static_cast<T>(there + arriving); }
  static NABLA_INLINE int32_t apply(int32_t there, int32_t arriving) {
    return static_cast<int32_t>(static_cast<uint32_t>(there) + static_cast<uint32_t>(arriving));
  }
};
// NaN on either side gives NaN.
struct Max {
  template <class T>
  static NABLA_INLINE T apply(T there, T arriving) { return (arriving > there) | (arriving != arriving) ? arriving : there; }
};
struct Min {
  template <class T>
  static NABLA_INLINE T apply(T there, T arriving) { return (arriving < there) | (arriving != arriving) ? arriving : there; }
};

// Equal indices meet in order: a task owns a band of inner positions of one outer position, and goes through the axis from
// its start.
template <class Op, class T>
void scatterAs(const T* x, T* out, const Elements& e) {
  constexpr int64_t band = 1024;
  const int64_t bands = divideUp(e.inner, band);
  forRanges(e.outer * bands, e.count * smaller(e.inner, band), [=](int64_t first, int64_t last) {
    for (int64_t task = first; task < last; task++) {
      const int64_t o = task / bands, start = task % bands * band, end = smaller(e.inner, start + band);
      for (int64_t k = 0; k < e.count; k++) {
        const int32_t* index = e.index + e.i.at(o, k);
        const T* from = x + e.x.at(o, k);
        T* to = out + o * e.out.outer;
        for (int64_t j = start; j < end; j++) {
          T& there = to[index[j * e.i.inner] * e.out.axis + j * e.out.inner];
          there = Op::apply(there, from[j * e.x.inner]);
        }
      }
    }
  });
}

template <class T>
void scatter(int op, const void* x, void* out, const Elements& e) {
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  switch (op) {
    case 0:
      scatterAs<Set>(from, to, e);
      break;
    case 1:
      scatterAs<Add>(from, to, e);
      break;
    case 2:
      scatterAs<Max>(from, to, e);
      break;
    default:
      scatterAs<Min>(from, to, e);
  }
}

// The order of ops is that of `scatterOps` in src/backend/backend.ts.
double scatterElements(const double* args) {
  Arguments a(args);
  const auto op = static_cast<int>(a.integer());
  const auto dtype = static_cast<int>(a.integer());
  const void* x = a.pointer<const void>();
  const auto* index = a.pointer<const int32_t>();
  void* out = a.pointer<void>();
  const Elements e = readElements(a, index);
  const double bad = e.firstBad();
  if (bad >= 0) return bad;
  switch (dtype) {
    case Float32:
      scatter<float>(op, x, out, e);
      break;
    case Float64:
      scatter<double>(op, x, out, e);
      break;
    case Int32:
      scatter<int32_t>(op, x, out, e);
      break;
    default:
      scatter<uint8_t>(op, x, out, e);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(elements, {"gatherElements", gatherElements}, {"scatterElements", scatterElements})
