// A list of axes with their sizes and strides, counted through in row-major order.
#pragma once

#include "simd.h"
#include "strided.h"

namespace nabla {
namespace NABLA_ISA {

struct Axes {
  int count;
  int64_t shape[maxAxes];
  int64_t strides[maxAxes];

  // Sizes, then strides, of `count` axes.
  void read(Arguments& a) {
    a.integers(shape, count);
    a.integers(strides, count);
  }

  NABLA_INLINE int64_t size() const {
    int64_t n = 1;
    for (int i = 0; i < count; i++) n *= shape[i];
    return n;
  }

  // Where element `index` of the row-major order lies.
  NABLA_INLINE int64_t offset(int64_t index) const {
    int64_t offset = 0;
    for (int i = count - 1; i > 0; i--) {
      offset += index % shape[i] * strides[i];
      index /= shape[i];
    }
    return count > 0 ? offset + index * strides[0] : offset;
  }
};

}  // namespace NABLA_ISA
}  // namespace nabla
