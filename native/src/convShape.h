// The sizes of a convolution and the arithmetic of its two spatial axes.
//
// Tensors lie in memory as [H, W, N, C]: channels innermost, the batch inside the pixels. For one output pixel and one
// filter tap a convolution is then a product of contiguous rows, [N × C] · [C × O], and a tap that falls on padding is
// left out altogether.
#pragma once

#include "kernel.h"
#include "simd.h"

namespace nabla {
namespace NABLA_ISA {

struct ConvShape {
  int64_t N, C, H, W, O, kH, kW, sH, sW, pH, pW, dH, dW, groups;
  int64_t OH, OW;
  int64_t groupC, groupO;  // channels per group
  int64_t taps;

  // Reads the fourteen numbers N … groups.
  explicit ConvShape(Arguments& args) {
    int64_t* const fields[] = {&N, &C, &H, &W, &O, &kH, &kW, &sH, &sW, &pH, &pW, &dH, &dW, &groups};
    for (int64_t* field : fields) *field = args.integer();
    OH = (H + 2 * pH - dH * (kH - 1) - 1) / sH + 1;
    OW = (W + 2 * pW - dW * (kW - 1) - 1) / sW + 1;
    groupC = C / groups;
    groupO = O / groups;
    taps = kH * kW;
  }

  bool depthwise() const { return groupC == 1 && groupO == 1 && groups > 1; }
};

// Strides of the logical axes [N, C, H, W], in elements.
struct Strides4 {
  int64_t n, c, h, w;

  Strides4(int64_t n, int64_t c, int64_t h, int64_t w) : n(n), c(c), h(h), w(w) {}
  explicit Strides4(Arguments& args) : n(args.integer()), c(args.integer()), h(args.integer()), w(args.integer()) {}

  // Whether a tensor [N, C, H, W] with these strides is dense in the order [H, W, N, C].
  bool isHwnc(int64_t N, int64_t C, int64_t H, int64_t W) const {
    return (C == 1 || c == 1) && (N == 1 || n == C) && (W == 1 || w == N * C) && (H == 1 || h == W * N * C);
  }
};

// One spatial axis of a correlation: where output position o meets tap k in the source, or −1 when it does not.
struct AxisMap {
  int32_t* table;
  int64_t taps;

  int64_t at(int64_t o, int64_t k) const { return table[o * taps + k]; }

  // y[o] += x[o·stride − padding + k·dilation] · w[k]; `table` has room for outputs × taps.
  static AxisMap forward(int32_t* table, int64_t outputs, int64_t taps, int64_t stride, int64_t padding, int64_t dilation, int64_t size) {
    for (int64_t o = 0; o < outputs; o++) {
      for (int64_t k = 0; k < taps; k++) {
        const int64_t i = o * stride - padding + k * dilation;
        table[o * taps + k] = static_cast<int32_t>(i >= 0 && i < size ? i : -1);
      }
    }
    return {table, taps};
  }

  // dx[i] += dy[(i + padding − k·dilation) / stride] · w[k], where that divides. `size` is dy's.
  static AxisMap backward(int32_t* table, int64_t inputs, int64_t taps, int64_t stride, int64_t padding, int64_t dilation, int64_t size) {
    for (int64_t i = 0; i < inputs; i++) {
      for (int64_t k = 0; k < taps; k++) {
        const int64_t o = i + padding - k * dilation;
        table[i * taps + k] = static_cast<int32_t>(o >= 0 && o % stride == 0 && o / stride < size ? o / stride : -1);
      }
    }
    return {table, taps};
  }
};

// Slots of sharedScratch that the convolutions use.
enum ConvSlot : int { sourceSlot = 0, weightSlot = 1, tableSlot = 2, partialSlot = 3, gradientSlot = 4 };

}  // namespace NABLA_ISA
}  // namespace nabla
