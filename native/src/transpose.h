// Transposition of small blocks in registers.
#pragma once

#include "simd.h"

namespace nabla {
namespace NABLA_ISA {

// out[j · ldo + i] = in[i · ldi + j] for i, j < 4.
NABLA_INLINE void transpose4x4(const float* in, int64_t ldi, float* out, int64_t ldo) {
  typedef float Four __attribute__((vector_size(16)));
  Four a, b, c, d;
  __builtin_memcpy(&a, in, 16);
  __builtin_memcpy(&b, in + ldi, 16);
  __builtin_memcpy(&c, in + 2 * ldi, 16);
  __builtin_memcpy(&d, in + 3 * ldi, 16);
  const Four ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd1 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
  __builtin_memcpy(out, &a, 16);
  __builtin_memcpy(out + ldo, &b, 16);
  __builtin_memcpy(out + 2 * ldo, &c, 16);
  __builtin_memcpy(out + 3 * ldo, &d, 16);
}

NABLA_INLINE void transpose4x4(const double* in, int64_t ldi, double* out, int64_t ldo) {
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) out[j * ldo + i] = in[i * ldi + j];
  }
}

// out[j · ldo + i] = in[i · ldi + j] for i < rows, j < columns. In blocks of rows: few, so that rows of `in` a large power of
// two apart do not push each other out of the cache, unless it is the rows of `out` that are far apart.
template <class T, int64_t blockRows = 8>
inline void transpose(const T* in, int64_t ldi, int64_t rows, int64_t columns, T* out, int64_t ldo) {
  constexpr int64_t blockColumns = 64;
  const int64_t fullRows = rows / 4 * 4, fullColumns = columns / 4 * 4;
  for (int64_t j0 = 0; j0 < fullColumns; j0 += blockColumns) {
    const int64_t j1 = smaller(j0 + blockColumns, fullColumns);
    for (int64_t i0 = 0; i0 < fullRows; i0 += blockRows) {
      const int64_t i1 = smaller(i0 + blockRows, fullRows);
      for (int64_t j = j0; j < j1; j += 4) {
        for (int64_t i = i0; i < i1; i += 4) transpose4x4(in + i * ldi + j, ldi, out + j * ldo + i, ldo);
      }
    }
  }
  for (int64_t j = 0; j < columns; j++) {
    for (int64_t i = j < fullColumns ? fullRows : 0; i < rows; i++) out[j * ldo + i] = in[i * ldi + j];
  }
}

}  // namespace NABLA_ISA
}  // namespace nabla
