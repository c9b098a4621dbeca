// Kernels that move along one axis: argReduce, gather, scatterAdd, cumsum, linearRecurrence, cumulativeArg.

#include "axes.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

template <class T>
int32_t argBest(const T* x, int64_t n, int64_t stride, bool largest) {
  int64_t best = 0;
  T value = x[0];
  for (int64_t i = 1; i < n && value == value; i++) {
    const T candidate = x[i * stride];
    if ((largest ? candidate > value : candidate < value) || candidate != candidate) {
      best = i;
      value = candidate;
    }
  }
  return static_cast<int32_t>(best);
}

template <class T>
void argReduceAs(const void* x, int32_t* out, const Axes& kept, int64_t n, int64_t stride, bool largest) {
  const T* from = static_cast<const T*>(x);
  forRanges(kept.size(), n, [=](int64_t first, int64_t last) {
    for (int64_t o = first; o < last; o++) out[o] = argBest(from + kept.offset(o), n, stride, largest);
  });
}

double argReduce(const double* args) {
  Arguments a(args);
  const bool largest = a.integer() == 0;
  const auto dtype = static_cast<int>(a.integer());
  const void* x = a.pointer<const void>();
  auto* out = a.pointer<int32_t>();
  Axes kept;
  kept.count = static_cast<int>(a.integer());
  kept.read(a);
  const int64_t n = a.integer(), stride = a.integer();
  switch (dtype) {
    case Float32:
      argReduceAs<float>(x, out, kept, n, stride, largest);
      break;
    case Float64:
      argReduceAs<double>(x, out, kept, n, stride, largest);
      break;
    case Int32:
      argReduceAs<int32_t>(x, out, kept, n, stride, largest);
      break;
    default:
      argReduceAs<uint8_t>(x, out, kept, n, stride, largest);
  }
  return -1;
}

// A tensor [outer, size, inner] and an index of `count` positions on its middle axis.
struct Selection {
  int64_t outer, size, inner, count;
  const int32_t* index;

  // The first position that points outside, or −1.
  double firstBad() const {
    for (int64_t i = 0; i < count; i++) {
      if (index[i] < 0 || index[i] >= size) return static_cast<double>(i);
    }
    return -1;
  }
};

Selection readSelection(Arguments& a, const int32_t* index) {
  Selection s;
  s.index = index;
  s.outer = a.integer();
  s.size = a.integer();
  s.inner = a.integer();
  s.count = a.integer();
  return s;
}

template <class T>
void gatherAs(const T* x, T* out, const Selection& s) {
  forRanges(s.outer * s.count, s.inner, [=](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t o = i / s.count;
      const T* from = x + (o * s.size + s.index[i - o * s.count]) * s.inner;
      if (s.inner == 1) {
        out[i] = *from;
      } else {
        __builtin_memcpy(out + i * s.inner, from, s.inner * sizeof(T));
      }
    }
  });
}

double gather(const double* args) {
  Arguments a(args);
  const int bytes = bytesOf(static_cast<int>(a.integer()));
  void* x = a.pointer<void>();
  const auto* index = a.pointer<const int32_t>();
  void* out = a.pointer<void>();
  const Selection s = readSelection(a, index);
  const double bad = s.firstBad();
  if (bad >= 0) return bad;
  if (bytes == 1) {
    gatherAs(static_cast<uint8_t*>(x), static_cast<uint8_t*>(out), s);
  } else if (bytes == 4) {
    gatherAs(static_cast<Bits32*>(x), static_cast<Bits32*>(out), s);
  } else {
    gatherAs(static_cast<Bits64*>(x), static_cast<Bits64*>(out), s);
  }
  return -1;
}

// T: unsigned for integers, which wrap around. Equal indices meet in order: a task owns a band of inner positions of one
// outer position, and goes through the index from its start.
template <class T>
void scatterAddAs(const T* x, T* out, const Selection& s) {
  constexpr int64_t band = 1024;
  const int64_t bands = divideUp(s.inner, band);
  forRanges(s.outer * bands, s.count * smaller(s.inner, band), [=](int64_t first, int64_t last) {
    for (int64_t task = first; task < last; task++) {
      const int64_t o = task / bands, start = task % bands * band, n = smaller(band, s.inner - start);
      for (int64_t i = 0; i < s.count; i++) {
        const T* from = x + (o * s.count + i) * s.inner + start;
        T* to = out + (o * s.size + s.index[i]) * s.inner + start;
        for (int64_t j = 0; j < n; j++) to[j] = static_cast<T>(to[j] + from[j]);
      }
    }
  });
}

double scatterAdd(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  void* x = a.pointer<void>();
  const auto* index = a.pointer<const int32_t>();
  void* out = a.pointer<void>();
  const Selection s = readSelection(a, index);
  const double bad = s.firstBad();
  if (bad >= 0) return bad;
  switch (dtype) {
    case Float32:
      scatterAddAs(static_cast<float*>(x), static_cast<float*>(out), s);
      break;
    case Float64:
      scatterAddAs(static_cast<double*>(x), static_cast<double*>(out), s);
      break;
    case Int32:
      scatterAddAs(static_cast<uint32_t*>(x), static_cast<uint32_t*>(out), s);
      break;
    default:
      scatterAddAs(static_cast<uint8_t*>(x), static_cast<uint8_t*>(out), s);
  }
  return -1;
}

// Totals run in Sum: double for float types.
template <class T, class Sum>
void cumsumAs(const void* x, void* out, int64_t outer, int64_t size, int64_t inner) {
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  forRanges(outer * inner, size, [=](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t start = i / inner * size * inner + i % inner;
      Sum total = 0;
      for (int64_t j = 0; j < size; j++) {
        total += static_cast<Sum>(from[start + j * inner]);
        to[start + j * inner] = static_cast<T>(total);
      }
    }
  });
}

double cumsum(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  const void* x = a.pointer<const void>();
  void* out = a.pointer<void>();
  const int64_t outer = a.integer(), size = a.integer(), inner = a.integer();
  if (dtype == Float32) {
    cumsumAs<float, double>(x, out, outer, size, inner);
  } else if (dtype == Float64) {
    cumsumAs<double, double>(x, out, outer, size, inner);
  } else if (dtype == Int32) {
    cumsumAs<int32_t, uint32_t>(x, out, outer, size, inner);
  } else {
    cumsumAs<uint8_t, uint32_t>(x, out, outer, size, inner);
  }
  return -1;
}

// y = a·y + b, beginning with b; Sum as above.
template <class T, class Sum>
void linearRecurrenceAs(const void* a, const void* b, void* out, int64_t outer, int64_t size, int64_t inner) {
  const T* factors = static_cast<const T*>(a);
  const T* terms = static_cast<const T*>(b);
  T* to = static_cast<T*>(out);
  forRanges(outer * inner, size, [=](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t start = i / inner * size * inner + i % inner;
      Sum y = static_cast<Sum>(terms[start]);
      to[start] = static_cast<T>(y);
      for (int64_t j = 1; j < size; j++) {
        const int64_t at = start + j * inner;
        y = static_cast<Sum>(factors[at]) * y + static_cast<Sum>(terms[at]);
        to[at] = static_cast<T>(y);
      }
    }
  });
}

double linearRecurrence(const double* args) {
  Arguments r(args);
  const auto dtype = static_cast<int>(r.integer());
  const void* a = r.pointer<const void>();
  void* out = r.pointer<void>();
  const int64_t outer = r.integer(), size = r.integer(), inner = r.integer();
  const void* b = r.pointer<const void>();
  if (dtype == Float32) {
    linearRecurrenceAs<float, double>(a, b, out, outer, size, inner);
  } else if (dtype == Float64) {
    linearRecurrenceAs<double, double>(a, b, out, outer, size, inner);
  } else if (dtype == Int32) {
    linearRecurrenceAs<int32_t, uint32_t>(a, b, out, outer, size, inner);
  } else {
    linearRecurrenceAs<uint8_t, uint32_t>(a, b, out, outer, size, inner);
  }
  return -1;
}

template <class T>
void cumulativeArgAs(const void* x, int32_t* to, int64_t outer, int64_t size, int64_t inner, bool largest) {
  const T* from = static_cast<const T*>(x);
  forRanges(outer * inner, size, [=](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const int64_t start = i / inner * size * inner + i % inner;
      T value = from[start];
      int32_t best = 0;
      for (int64_t j = 0; j < size; j++) {
        const T candidate = from[start + j * inner];
        if ((largest ? candidate >= value : candidate <= value) || candidate != candidate) {
          best = static_cast<int32_t>(j);
          value = candidate;
        }
        to[start + j * inner] = best;
      }
    }
  });
}

double cumulativeArg(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  const void* x = a.pointer<const void>();
  auto* out = a.pointer<int32_t>();
  const int64_t outer = a.integer(), size = a.integer(), inner = a.integer();
  const bool largest = a.integer() == 0;
  if (dtype == Float32) {
    cumulativeArgAs<float>(x, out, outer, size, inner, largest);
  } else if (dtype == Float64) {
    cumulativeArgAs<double>(x, out, outer, size, inner, largest);
  } else if (dtype == Int32) {
    cumulativeArgAs<int32_t>(x, out, outer, size, inner, largest);
  } else {
    cumulativeArgAs<uint8_t>(x, out, outer, size, inner, largest);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(indexing, {"argReduce", argReduce}, {"gather", gather}, {"scatterAdd", scatterAdd}, {"cumsum", cumsum},
              {"linearRecurrence", linearRecurrence}, {"cumulativeArg", cumulativeArg})
