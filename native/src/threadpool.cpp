// The thread pool: see threadpool.h.
//
// A job is open while its indices are handed out. A worker enters by raising `inside` and then looking whether a job is
// open; the caller closes the job when no index is left and then waits until nobody is inside. So a worker that was too
// late costs nothing, and nobody reads a job that has ended.

#include "threadpool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <dlfcn.h>
#include <sched.h>

namespace nabla {
namespace {

using Clock = std::chrono::steady_clock;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits a little; after some rounds lets others have the core, so that an oversubscribed machine makes progress.
inline void backOff(int& round) {
  if (++round % 64 == 0 && round > 512) {
    sched_yield();
  } else {
    pause();
  }
}

struct Memory {
  void* data = nullptr;
  size_t bytes = 0;

  void* grow(size_t wanted) {
    if (wanted > bytes) {
      std::free(data);
      bytes = (wanted + wanted / 4 + 4095) / 4096 * 4096;
      if (posix_memalign(&data, 64, bytes) != 0) {
        std::fprintf(stderr, "nabla: out of memory (%zu bytes of scratch)\n", bytes);
        std::abort();
      }
    }
    return data;
  }
};

struct Pool {
  alignas(64) std::atomic<uint64_t> generation{0};  // odd while a job is open
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) std::atomic<int> inside{0};
  alignas(64) std::atomic<int> parked{0};
  detail::Task task = nullptr;
  void* context = nullptr;
  int64_t n = 0;
  int limit = 1;  // workers of the open job

  std::mutex mutex;
  std::condition_variable wake;
  int started = 1;  // threads that exist, the caller included
  Memory own[maxThreads];
  Memory shared[sharedSlots];
};

// Never destroyed: workers may outlive main's static destructors.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

int wanted = 1;
// −1: not inside a job.
thread_local int currentWorker = -1;

void work(Pool& p, detail::Task task, void* context, int64_t n, int worker) {
  for (int64_t i = p.next.fetch_add(1, std::memory_order_relaxed); i < n; i = p.next.fetch_add(1, std::memory_order_relaxed)) {
    task(context, i, worker);
  }
}

// Returns when the generation is no longer `seen`: spins about a millisecond, then parks.
uint64_t awaitChange(Pool& p, uint64_t seen) {
  int round = 0;
  Clock::time_point start = Clock::now();
  for (;;) {
    uint64_t now = p.generation.load(std::memory_order_acquire);
    if (now != seen) return now;
    backOff(round);
    if (round % 256 == 0 && Clock::now() - start > std::chrono::milliseconds(1)) break;
  }
  std::unique_lock<std::mutex> lock(p.mutex);
  p.parked.fetch_add(1, std::memory_order_seq_cst);
  p.wake.wait(lock, [&] { return p.generation.load(std::memory_order_seq_cst) != seen; });
  p.parked.fetch_sub(1, std::memory_order_relaxed);
  return p.generation.load(std::memory_order_acquire);
}

void workerLoop(int worker) {
  Pool& p = pool();
  currentWorker = worker;
  uint64_t seen = 0;
  for (;;) {
    uint64_t now = awaitChange(p, seen);
    if (now & 1) {
      p.inside.fetch_add(1, std::memory_order_seq_cst);
      now = p.generation.load(std::memory_order_seq_cst);
      if ((now & 1) && worker < p.limit) work(p, p.task, p.context, p.n, worker);
      p.inside.fetch_sub(1, std::memory_order_release);
    }
    seen = now;
  }
}

// The code of running workers must stay mapped when a JavaScript worker that loaded the library ends.
void pinLibrary() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&pinLibrary), &info) && info.dli_fname) {
    dlopen(info.dli_fname, RTLD_LAZY | RTLD_NODELETE);
  }
}

// Starts missing workers; with fewer than wanted (the system refused) the pool goes on with those it has.
void startWorkers(Pool& p) {
  if (p.started == 1) pinLibrary();
  try {
    while (p.started < wanted) {
      std::thread(workerLoop, p.started).detach();
      p.started++;
    }
  } catch (const std::exception&) {
    wanted = p.started;
  }
}

}  // namespace

int threads() { return wanted; }

void setThreads(int count) { wanted = count < 1 ? 1 : count > maxThreads ? maxThreads : count; }

void* scratch(int worker, size_t bytes) { return pool().own[worker].grow(bytes); }

void* sharedScratch(int slot, size_t bytes) { return pool().shared[slot].grow(bytes); }

namespace detail {

int inlineWorker() { return currentWorker >= 0 ? currentWorker : wanted == 1 ? 0 : -1; }

void runJob(int64_t n, Task task, void* context) {
  Pool& p = pool();
  if (p.started < wanted) startWorkers(p);
  p.task = task;
  p.context = context;
  p.n = n;
  p.limit = wanted;
  p.next.store(0, std::memory_order_relaxed);
  p.generation.fetch_add(1, std::memory_order_seq_cst);
  if (p.parked.load(std::memory_order_seq_cst) > 0) {
    std::lock_guard<std::mutex> lock(p.mutex);
    p.wake.notify_all();
  }
  currentWorker = 0;
  work(p, task, context, n, 0);
  currentWorker = -1;
  p.generation.fetch_add(1, std::memory_order_seq_cst);
  for (int round = 0; p.inside.load(std::memory_order_seq_cst) > 0;) backOff(round);
}

}  // namespace detail
}  // namespace nabla
