// The kernels of every instruction set in this library, and which of the sets this machine can run.
#pragma once

#include "kernel.h"

namespace nabla {

constexpr int maxKernels = 256;

// One instruction set: its name and its kernels, in the same order for every set.
struct Level {
  const char* name;
  bool supported;
  int count;
  KernelEntry kernels[maxKernels];
};

// Levels compiled in, best first; their number in `count`.
const Level* levels(int& count);

}  // namespace nabla
