// What the programs that exercise the kernels share: random data, calling a kernel by name, and plain loops to compare with.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sys/mman.h>

#include "../src/dispatch.h"
#include "../src/threadpool.h"

namespace harness {

inline nabla::Kernel find(const nabla::Level& level, const char* name) {
  for (int i = 0; i < level.count; i++) {
    if (std::strcmp(level.kernels[i].name, name) == 0) return level.kernels[i].run;
  }
  std::fprintf(stderr, "no kernel %s for %s\n", name, level.name);
  std::exit(2);
}

// A block of arguments, filled in order.
struct Block {
  std::vector<double> values;
  Block& add(double value) { return values.push_back(value), *this; }
  Block& add(std::initializer_list<int64_t> numbers) {
    for (int64_t n : numbers) add(static_cast<double>(n));
    return *this;
  }
  Block& add(const void* pointer) { return add(static_cast<double>(reinterpret_cast<uintptr_t>(pointer))); }
};

template <class T>
constexpr int dtypeOf() {
  return sizeof(T) == 4 ? nabla::Float32 : nabla::Float64;
}

// Uniform in [−1, 1), the same on every machine.
struct Random {
  uint64_t state = 0x9e3779b97f4a7c15u;
  double operator()() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state >> 11) / 4503599627370496.0 - 1;
  }
  int64_t below(int64_t n) { return static_cast<int64_t>((state = state * 6364136223846793005u + 1442695040888963407u) >> 33) % n; }
};

// Memory as the tensors have it: 64-byte aligned, huge pages for large blocks.
template <class T>
struct Aligned {
  using value_type = T;
  Aligned() = default;
  template <class U>
  Aligned(const Aligned<U>&) {}
  T* allocate(size_t n) {
    constexpr size_t hugePage = size_t{2} << 20;
    const size_t wanted = n * sizeof(T), unit = wanted < 2 * hugePage ? 64 : hugePage, bytes = wanted / unit * unit + unit;
    void* const memory = std::aligned_alloc(unit, bytes);
#if defined(MADV_HUGEPAGE)
    if (unit == hugePage) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* p, size_t) { std::free(p); }
  bool operator==(const Aligned&) const { return true; }
  bool operator!=(const Aligned&) const { return false; }
};
template <class T>
using Vector = std::vector<T, Aligned<T>>;

template <class T>
Vector<T> randomVector(Random& random, int64_t n) {
  Vector<T> v(static_cast<size_t>(n));
  for (T& x : v) x = static_cast<T>(random());
  return v;
}

struct Conv {
  int64_t N, C, H, W, O, kH, kW, sH, sW, pH, pW, dH, dW, groups;
  int64_t OH() const { return (H + 2 * pH - dH * (kH - 1) - 1) / sH + 1; }
  int64_t OW() const { return (W + 2 * pW - dW * (kW - 1) - 1) / sW + 1; }
  std::string text() const {
    char line[200];
    std::snprintf(line, sizeof line, "N%d C%d %dx%d O%d k%dx%d s%d,%d p%d,%d d%d,%d g%d", int(N), int(C), int(H), int(W), int(O), int(kH),
                  int(kW), int(sH), int(sW), int(pH), int(pW), int(dH), int(dW), int(groups));
    return line;
  }
  void addTo(Block& block) const { block.add({N, C, H, W, O, kH, kW, sH, sW, pH, pW, dH, dW, groups}); }
};

// Strides of the logical axes N, C, H, W.
struct Layout {
  int64_t n, c, h, w;
  static Layout hwnc(int64_t N, int64_t C, int64_t, int64_t W) { return {C, 1, W * N * C, N * C}; }
  static Layout nchw(int64_t, int64_t C, int64_t H, int64_t W) { return {C * H * W, H * W, W, 1}; }
  static Layout chwn(int64_t N, int64_t, int64_t H, int64_t W) { return {1, H * W * N, W * N, N}; }
  static Layout odd(int64_t N, int64_t C, int64_t H, int64_t W) { return {2, 2 * N, C * 2 * N, H * C * 2 * N + 0 * W}; }
  int64_t at(int64_t N, int64_t C, int64_t H, int64_t W) const { return N * n + C * c + H * h + W * w; }
  int64_t size(int64_t N, int64_t C, int64_t H, int64_t W) const { return at(N - 1, C - 1, H - 1, W - 1) + 1; }
  void addTo(Block& block) const { block.add({n, c, h, w}); }
};

}  // namespace harness
