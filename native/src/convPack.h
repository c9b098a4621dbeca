// Bringing a convolution's operands into the order its inner loops want.
#pragma once

#include "convShape.h"
#include "microkernel.h"

namespace nabla {
namespace NABLA_ISA {

// x [N, C, H, W] of any strides, dense as [H, W, N, C]: x itself when it is so already, else a copy in shared scratch.
template <class T>
const T* asHwnc(const T* x, const Strides4& strides, int64_t N, int64_t C, int64_t H, int64_t W, int slot);

// out[h][n][j·C + c] = x[n, c, h, j − left], 0 outside of the image; j < width. A filter row of a few channels is then
// one contiguous run.
template <class T>
void padRows(const T* x, const Strides4& strides, int64_t N, int64_t C, int64_t H, int64_t W, int64_t left, int64_t width, T* out);

// out[h][j][n][c] = x[h][j − left][n][c] (x dense HWNC; a pixel is N·C elements), 0 outside; j < width.
template <class T>
void padPixels(const T* x, int64_t pixel, int64_t H, int64_t W, int64_t left, int64_t width, T* out);

// weight [O, C/groups, taps] as panels of columns o, rows [tap][c] (forward): per group, panel after panel. Columns past
// the last are 0. A group takes rows · panels.padded() elements.
template <class T>
void packForward(const T* weight, const ConvShape& shape, const Panels<T>& panels, T* out);

// The same with columns c and rows [tap][o] (input gradient).
template <class T>
void packBackward(const T* weight, const ConvShape& shape, const Panels<T>& panels, T* out);

}  // namespace NABLA_ISA
}  // namespace nabla
