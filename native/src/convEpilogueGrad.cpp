// Backward of a convolution's epilogue: the gradient goes to the maximum of each window, where the output was positive.

#include <cstring>

#include "convPack.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// out[i] = dy[i] where y[i] > 0.
template <class T>
void throughRelu(const T* dy, const T* y, T* out, int64_t n) {
  using S = Simd<T>;
  for (int64_t i = 0; i < n; i += S::lanes) {
    const int64_t count = smaller<int64_t>(S::lanes, n - i);
    const typename S::Vec zero = S::splat(0);
    S::storePartial(out + i, S::loadPartial(y + i, count) > zero ? S::loadPartial(dy + i, count) : zero, count);
  }
}

// The same for n elements of pooled pixels, each to the one of its window's four pixels that argmax names.
template <class T>
void throughPool(const T* dy, const T* y, const uint8_t* argmax, bool relu, T* const (&window)[4], int64_t n) {
  using S = Simd<T>;
  typedef uint8_t Bytes __attribute__((vector_size(S::lanes)));
  const typename S::Vec zero = S::splat(0);
  for (int64_t i = 0; i < n; i += S::lanes) {
    const int64_t count = smaller<int64_t>(S::lanes, n - i);
    typename S::Vec g = S::loadPartial(dy + i, count);
    if (relu) g = S::loadPartial(y + i, count) > zero ? g : zero;
    Bytes bytes = {};
    __builtin_memcpy(&bytes, argmax + i, static_cast<size_t>(count));
    const typename S::Mask index = __builtin_convertvector(bytes, typename S::Mask);
    for (int q = 0; q < 4; q++) S::storePartial(window[q] + i, index == q ? g : zero, count);
  }
}

template <class T>
void epilogueGrad(Arguments& args) {
  const T* const dy = args.pointer<const T>();
  const T* const y = args.pointer<const T>();
  const uint8_t* const argmax = args.pointer<const uint8_t>();
  T* const out = args.pointer<T>();
  const int64_t N = args.integer(), O = args.integer(), H = args.integer(), W = args.integer();
  const bool relu = args.flag(), pool = args.flag();
  const Strides4 strides(args);

  const int64_t pixel = N * O, PH = pool ? H / 2 : H, PW = pool ? W / 2 : W;
  const T* const gradient = asHwnc(dy, strides, N, O, PH, PW, gradientSlot);
  parallelFor(PH, [=](int64_t h, int) {
    const int64_t line = h * PW * pixel;
    if (!pool) {
      T* const to = out + line;
      if (relu) {
        throughRelu(gradient + line, y + line, to, PW * pixel);
      } else {
        std::memcpy(to, gradient + line, PW * pixel * sizeof(T));
      }
      return;
    }
    T* const top = out + 2 * h * W * pixel;
    T* const bottom = top + W * pixel;
    for (int64_t x = 0; x < PW; x++) {
      const int64_t at = line + x * pixel, to = 2 * x * pixel;
      throughPool(gradient + at, y + at, argmax + at, relu, {top + to, top + to + pixel, bottom + to, bottom + to + pixel}, pixel);
    }
    // What the floor rule left out got no gradient.
    if (W % 2 == 0) return;
    std::memset(top + (W - 1) * pixel, 0, pixel * sizeof(T));
    std::memset(bottom + (W - 1) * pixel, 0, pixel * sizeof(T));
  });
  if (pool && H % 2 == 1) std::memset(out + (H - 1) * W * pixel, 0, W * pixel * sizeof(T));
}

double convEpilogueGrad(const double* block) {
  Arguments args(block);
  args.integer() == Float32 ? epilogueGrad<float>(args) : epilogueGrad<double>(args);
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(convEpilogueGrad, {"convEpilogueGrad", convEpilogueGrad})
