// Depthwise convolution: every channel has its own filter, so the work is element-wise along the channels.
#pragma once

#include "convShape.h"

namespace nabla {
namespace NABLA_ISA {

// out[y][x][n][c] = Σ_taps source[rows.at(y, ky)][columns.at(x, kx)][n][c] · weight[c][ky][kx] (+ bias, ReLU); both HWNC,
// source of sourceWidth, out of height × width pixels. Forward and input gradient alike: the maps say which.
template <class T>
void depthwise(const T* source, int64_t sourceWidth, const T* weight, const T* bias, bool relu, T* out, int64_t height,
               int64_t width, const ConvShape& shape, const AxisMap& rows, const AxisMap& columns);

// out[c][tap] = Σ x · dy, dBias[c] = Σ dy (if not null); x and dy HWNC.
template <class T>
void depthwiseWeightGrad(const T* x, const T* dy, T* out, T* dBias, const ConvShape& shape, const AxisMap& rows, const AxisMap& columns);

}  // namespace NABLA_ISA
}  // namespace nabla
