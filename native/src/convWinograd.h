// Convolutions with small filters by Winograd's minimal filtering.
#pragma once

#include "convShape.h"
#include "microkernel.h"

namespace nabla {
namespace NABLA_ISA {

// Whether a convolution gains by it: filters of 3 × 3 or 5 × 5 over enough channels.
bool prefersWinograd(const ConvShape& shape);

// Whether its weight gradient does.
bool prefersWinogradGrad(const ConvShape& shape);

// Images [H, W, N, C], padded by `top` rows and `left` columns of zeros, to [OH, OW, N, O].
struct WinogradShape {
  int64_t N, C, H, W, O, OH, OW, top, left;
};

// What happens to the sums: bias [O] or null, ReLU, 2 × 2 max-pool with its places (or null).
struct WinogradEpilogue {
  const float* bias;
  bool relu, pool;
  uint8_t* argmax;
};

// out = source convolved with filters of size × size: panels of columns o, rows [tap][c] (packForward); turned: the taps in reverse order.
void winograd(int size, const WinogradShape& shape, const float* source, const float* filters, bool turned, const WinogradEpilogue& epilogue, float* out);

// weightGrad [O, C, size, size] for the same convolution, from dy [OH, OW, N, O], and biasGrad [O] unless it is null.
void winogradWeightGrad(int size, const WinogradShape& shape, const float* source, const float* dy, float* weightGrad, float* biasGrad);

}  // namespace NABLA_ISA
}  // namespace nabla
