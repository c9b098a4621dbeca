// One pool of threads for all kernels.
//
// parallelFor hands out the indices 0 … n−1 one by one through an atomic counter, so a thread that loses its core delays
// only the index it holds. What an index means must follow from shapes alone, never from threads(): that keeps results
// the same to the bit for every thread count. Workers spin for about a millisecond after their last job, then park.
//
// Units compiled for different instruction sets include this header: nothing in it may be an inline function with
// external linkage that the linker could merge between them (parallelFor is safe: its lambda's type is the unit's own).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace nabla {

constexpr int maxThreads = 256;

// Threads that take part in a job, the caller included.
int threads();
// Clamped to 1 … maxThreads. Not to be called from inside a job.
void setThreads(int count);

// Per-worker memory, 64-byte aligned, kept and grown between calls; contents undefined. worker: 0 … threads()−1, the
// number parallelFor passes (0 outside of it). A later call for the same worker may move it. Aborts when memory is out.
void* scratch(int worker, size_t bytes);

// The same, but shared by the workers of one kernel call: several slots may be held at once.
constexpr int sharedSlots = 16;
void* sharedScratch(int slot, size_t bytes);

namespace detail {
using Task = void (*)(void* context, int64_t index, int worker);
// Worker number of this thread when a job must run inline (nested, one thread), else −1.
int inlineWorker();
void runJob(int64_t n, Task task, void* context);
}  // namespace detail

// Calls f(int64_t index, int worker) for all indices below n; returns when all are done. The caller takes part as worker
// 0. With n == 1, one thread, or from inside another job it runs in the caller, in order.
template <class F>
void parallelFor(int64_t n, F&& f) {
  using Function = std::remove_reference_t<F>;
  const int self = detail::inlineWorker();
  if (n > 1 && self < 0) {
    detail::runJob(
        n, [](void* context, int64_t index, int worker) { (*static_cast<Function*>(context))(index, worker); },
        const_cast<void*>(static_cast<const void*>(&f)));
    return;
  }
  for (int64_t i = 0; i < n; i++) f(i, self < 0 ? 0 : self);
}

}  // namespace nabla
