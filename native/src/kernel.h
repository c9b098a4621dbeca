// What a kernel is, and how a source file offers its kernels.
//
// A kernel is a function of a flat block of doubles (pointers, sizes, strides, numbers) that returns −1, or the flat
// position of the first bad value. Every file of kernels is compiled once per instruction set with -DNABLA_ISA=avx512,
// avx2, sse2 or neon, has all it defines in namespace nabla::NABLA_ISA, and ends with a table:
//
//   NABLA_KERNELS(softmax, {"softmax", softmax}, {"softmaxGrad", softmaxGrad})
//
// dispatch.cpp names these tables and picks the instruction set. Inline functions and templates of shared headers belong
// in namespace nabla::NABLA_ISA too, and the standard library's containers and algorithms stay out of kernel files: the
// linker merges equal inline functions, and could keep the copy that this CPU cannot run.
#pragma once

#include <cstdint>

#ifndef NABLA_ISA
#define NABLA_ISA generic
#endif

namespace nabla {

using Kernel = double (*)(const double* args);

struct KernelEntry {
  const char* name;
  Kernel run;
};

// Element types, by their codes in the argument block.
enum DType : int { Float32 = 0, Float64 = 1, Int32 = 2, UInt8 = 3, Bool = 4 };

}  // namespace nabla

// The table `unit`Kernels of this file, ended by an empty entry.
#define NABLA_KERNELS(unit, ...)                                                            \
  namespace nabla {                                                                         \
  namespace NABLA_ISA {                                                                     \
  extern const KernelEntry unit##Kernels[];                                                 \
  const KernelEntry unit##Kernels[] = {__VA_ARGS__, {nullptr, nullptr}};                    \
  }                                                                                         \
  }

// Next arguments of a kernel's block.
namespace nabla {
namespace NABLA_ISA {

struct Arguments {
  const double* next;
  explicit Arguments(const double* args) : next(args) {}
  int64_t integer() { return static_cast<int64_t>(*next++); }
  double number() { return *next++; }
  bool flag() { return *next++ != 0; }
  // An address; 0 is "not given".
  template <class T>
  T* pointer() {
    return reinterpret_cast<T*>(static_cast<uintptr_t>(*next++));
  }
  // `count` integers into `into`.
  void integers(int64_t* into, int64_t count) {
    for (int64_t i = 0; i < count; i++) into[i] = integer();
  }
};

// A kernel of float32 and float64: calls run(zero of the type, arguments after the type's code).
template <class F>
double forFloats(const double* block, F&& run) {
  Arguments args(block);
  args.integer() == Float32 ? run(0.0f, args) : run(0.0, args);
  return -1;
}

}  // namespace NABLA_ISA
}  // namespace nabla
