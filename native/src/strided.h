// Element-wise work over strided views, reduced to work over contiguous rows.
//
// A row function knows nothing of strides, types of other operands or threads: it turns n contiguous elements of each
// input into n contiguous elements of the output. runElementwise feeds it: dense operands directly, others through small
// staging buffers that stay in the first-level cache.
#pragma once

#include <cstdint>

#include "kernel.h"

namespace nabla {
namespace NABLA_ISA {

// Elements of 4 and 8 bytes that are moved without regard to their type.
typedef int32_t Bits32 __attribute__((may_alias));
typedef int64_t Bits64 __attribute__((may_alias));

constexpr int maxAxes = 8;
constexpr int maxInputs = 3;

using Row = void (*)(const void* const* in, void* out, int64_t n, double alpha);

struct Operand {
  char* data;
  int bytes;  // of one element: 1, 4 or 8
  int64_t strides[maxAxes];
};

struct Elementwise {
  Row row;
  double alpha;
  int inputs;
  Operand in[maxInputs];
  Operand out;
  int axes;
  int64_t shape[maxAxes];
};

void runElementwise(const Elementwise& call);

// Elements that one task of a parallel loop handles, and below which a loop is not split.
constexpr int64_t chunkElements = 16384;
constexpr int64_t parallelElements = 32768;

inline __attribute__((always_inline)) int bytesOf(int dtype) {
  return dtype == Float64 ? 8 : dtype == Float32 || dtype == Int32 ? 4 : 1;
}

}  // namespace NABLA_ISA
}  // namespace nabla
