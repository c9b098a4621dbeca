// Convolutions with 3 × 3 filters by Winograd's minimal filtering.
#pragma once

#include "convShape.h"
#include "microkernel.h"

namespace nabla {
namespace NABLA_ISA {

// Whether a convolution gains by it.
bool prefersWinograd(const ConvShape& shape);

// out [OH, OW, N, O] = source [H, W, N, C] convolved with 3 × 3 filters, padded by `top` rows and `left` columns of zeros. filters: panels of columns o,
// rows [tap][c] (packForward); turned: the taps in reverse order. bias may be null.
struct WinogradShape {
  int64_t N, C, H, W, O, OH, OW, top, left;
};
void winograd(const WinogradShape& shape, const float* source, const float* filters, bool turned, const float* bias, bool relu, float* out);

// weightGrad [O, C, 3, 3] for the same convolution, from dy [OH, OW, N, O], and biasGrad [O] unless it is null.
void winogradWeightGrad(const WinogradShape& shape, const float* source, const float* dy, float* weightGrad, float* biasGrad);

}  // namespace NABLA_ISA
}  // namespace nabla
