// Loops that are split among threads only when there is enough to do. How they are cut follows from sizes alone.
#pragma once

#include "simd.h"
#include "strided.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {

// Calls run(i) for i < tasks, which together touch `elements`.
template <class F>
void forTasks(int64_t tasks, int64_t elements, F&& run) {
  if (elements <= parallelElements) {
    for (int64_t i = 0; i < tasks; i++) run(i);
  } else {
    parallelFor(tasks, [&](int64_t i, int) { run(i); });
  }
}

// Calls run(first, last) for ranges that cover 0 … n, each index touching `cost` elements.
template <class F>
void forRanges(int64_t n, int64_t cost, F&& run) {
  if (n * cost <= parallelElements) {
    if (n > 0) run(int64_t{0}, n);
    return;
  }
  const int64_t perTask = larger(int64_t{1}, chunkElements / larger(cost, int64_t{1}));
  parallelFor(divideUp(n, perTask), [&](int64_t task, int) { run(task * perTask, smaller(n, (task + 1) * perTask)); });
}

}  // namespace NABLA_ISA
}  // namespace nabla
