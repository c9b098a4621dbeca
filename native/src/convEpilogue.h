// What a convolution does to a block of sums on its way to memory: bias, ReLU, and the 2×2 max-pool.
#pragma once

#include "microkernel.h"

namespace nabla {
namespace NABLA_ISA {

// The last part of a panel may cover fewer columns than its vectors.
template <class T>
struct Epilogue {
  using S = Simd<T>;
  using Vec = typename S::Vec;

  const T* bias;  // of the panel's first column; null: none
  bool relu;
  int64_t columns;  // of the panel that exist
  int64_t ldOut;    // between rows of `out`

  // −0 becomes 0; NaN stays.
  NABLA_INLINE Vec finish(Vec x, Vec bias) const {
    const Vec sum = x + bias, zero = S::splat(0);
    return relu ? (sum <= zero ? zero : sum) : sum;
  }

  // out[r] = f(in[r · ldIn]) for `rows` rows.
  void store(const T* in, int64_t ldIn, int64_t rows, T* out) const {
    for (int64_t first = 0; first < columns; first += S::lanes) {
      const int64_t count = smaller<int64_t>(S::lanes, columns - first);
      const Vec b = bias ? S::loadPartial(bias + first, count) : S::splat(0);
      for (int64_t r = 0; r < rows; r++) {
        S::storePartial(out + r * ldOut + first, finish(S::load(in + r * ldIn + first), b), count);
      }
    }
  }

  // The maximum of a window of four positions, and which it was: the first of equals; NaN is larger than all. Where ReLU
  // leaves 0, all four are equal.
  void pool(const T* const (&window)[4], int64_t ldIn, int64_t rows, T* out, uint8_t* argmax) const {
    for (int64_t first = 0; first < columns; first += S::lanes) {
      const int64_t count = smaller<int64_t>(S::lanes, columns - first);
      const Vec b = bias ? S::loadPartial(bias + first, count) : S::splat(0);
      const auto poolRow = [&](int64_t r, int64_t lanes) {
        const int64_t from = r * ldIn + first;
        const Vec vectors[] = {S::load(window[0] + from), S::load(window[1] + from), S::load(window[2] + from), S::load(window[3] + from)};
        poolVector(vectors, b, lanes, out, argmax, r * ldOut + first);
      };
      if (count == S::lanes) {
        for (int64_t r = 0; r < rows; r++) poolRow(r, S::lanes);
      } else {
        for (int64_t r = 0; r < rows; r++) poolRow(r, count);
      }
    }
  }

  // The same for one vector of each position; its first `count` lanes are written at `to`.
  NABLA_INLINE void poolVector(const Vec (&window)[4], Vec b, int64_t count, T* out, uint8_t* argmax, int64_t to) const {
    using Mask = typename S::Mask;
    typedef uint8_t Bytes __attribute__((vector_size(S::lanes)));
    Vec best = window[0];
    Mask index = {};
    for (int q = 1; q < 4; q++) {
      const Vec x = window[q];
      const Mask better = ~(x <= best) & (best == best);
      best = better ? x : best;
      index = better ? Mask{} + q : index;
    }
    best += b;
    if (relu) {
      const Mask none = best <= S::splat(0);
      best = none ? S::splat(0) : best;
      index = none ? Mask{} : index;
    }
    S::storePartial(out + to, best, count);
    if (!argmax) return;
    const Bytes bytes = __builtin_convertvector(index, Bytes);
    __builtin_memcpy(argmax + to, &bytes, static_cast<size_t>(count));
  }
};

}  // namespace NABLA_ISA
}  // namespace nabla
