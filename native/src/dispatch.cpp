// Collects the tables of kernels; see dispatch.h. The build passes NABLA_UNITS, the list of tables as NABLA_UNIT(name)…

#include "dispatch.h"

namespace nabla {

#define NABLA_UNIT(unit) extern const KernelEntry unit##Kernels[];
#if defined(__x86_64__)
namespace avx512 {
NABLA_UNITS
}
namespace avx2 {
NABLA_UNITS
}
namespace sse2 {
NABLA_UNITS
}
#elif defined(__aarch64__)
namespace neon {
NABLA_UNITS
}
#else
#error "nabla's native kernels are for x86-64 and arm64"
#endif
#undef NABLA_UNIT

namespace {

Level collect(const char* name, bool supported, const KernelEntry* const* tables) {
  Level level{name, supported, 0, {}};
  for (; *tables; tables++) {
    for (const KernelEntry* entry = *tables; entry->name && level.count < maxKernels; entry++) {
      level.kernels[level.count++] = *entry;
    }
  }
  return level;
}

}  // namespace

const Level* levels(int& count) {
#if defined(__x86_64__)
#define NABLA_UNIT(unit) avx512::unit##Kernels,
  static const KernelEntry* const avx512Tables[] = {NABLA_UNITS nullptr};
#undef NABLA_UNIT
#define NABLA_UNIT(unit) avx2::unit##Kernels,
  static const KernelEntry* const avx2Tables[] = {NABLA_UNITS nullptr};
#undef NABLA_UNIT
#define NABLA_UNIT(unit) sse2::unit##Kernels,
  static const KernelEntry* const sse2Tables[] = {NABLA_UNITS nullptr};
#undef NABLA_UNIT
  // These look at the processor and at what the operating system saves of its registers.
  __builtin_cpu_init();
  const bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool wide = fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  static const Level all[] = {
      collect("avx512", wide, avx512Tables), collect("avx2", fma, avx2Tables), collect("sse2", true, sse2Tables)};
#else
#define NABLA_UNIT(unit) neon::unit##Kernels,
  static const KernelEntry* const neonTables[] = {NABLA_UNITS nullptr};
#undef NABLA_UNIT
  static const Level all[] = {collect("neon", true, neonTables)};
#endif
  count = sizeof all / sizeof all[0];
  return all;
}

}  // namespace nabla
