// A matrix product with every freedom the kernel has: strides, bias, batches.
#pragma once

#include "harness.h"

namespace harness {

struct Matmul {
  int64_t M, N, K, ars, acs, brs, bcs, ldo, biasRs = 0, biasCs = 0, batch = 1, aBs = 0, bBs = 0, oBs = 0, biasBs = 0;
  bool bias = false;
  int layout = 0, biasKind = 0;

  // layout: 0 both row-major, 1 b transposed, 2 a transposed, 3 both transposed, 4 neither has a unit stride and rows of
  // the output are apart. bias: 0 none, 1 a row, 2 a column, 3 a matrix.
  static Matmul make(int64_t M, int64_t N, int64_t K, int layout, int biasKind, int64_t batch) {
    Matmul s{};
    s.M = M, s.N = N, s.K = K, s.batch = batch, s.layout = layout, s.biasKind = biasKind;
    const bool aT = layout == 2 || layout == 3, bT = layout == 1 || layout == 3;
    s.ars = aT ? 1 : K, s.acs = aT ? M : 1, s.brs = bT ? 1 : N, s.bcs = bT ? K : 1, s.ldo = N;
    if (layout == 4) s.ars = 2 * K + 1, s.acs = 2, s.brs = 3, s.bcs = 3 * K + 2, s.ldo = N + 3;
    s.aBs = (batch > 1) * (layout == 4 ? M * s.ars : M * K), s.bBs = (batch > 1 && layout != 1) * (layout == 4 ? N * s.bcs : K * N);
    s.oBs = M * s.ldo;
    s.bias = biasKind > 0;
    if (biasKind == 1 || biasKind == 3) s.biasCs = 1;
    if (biasKind == 2) s.biasRs = 1;
    if (biasKind == 3) s.biasRs = N, s.biasBs = (batch > 1) * M * N;
    return s;
  }

  int64_t sizeA() const { return (batch - 1) * aBs + (M - 1) * ars + (K > 0 ? K - 1 : 0) * acs + 1; }
  int64_t sizeB() const { return (batch - 1) * bBs + (K > 0 ? K - 1 : 0) * brs + (N - 1) * bcs + 1; }
  int64_t sizeBias() const { return (batch - 1) * biasBs + (M - 1) * biasRs + (N - 1) * biasCs + 1; }
  int64_t sizeOut() const { return (batch - 1) * oBs + (M - 1) * ldo + N; }

  template <class F>
  void forEachOutput(F&& f) const {
    for (int64_t t = 0; t < batch; t++)
      for (int64_t i = 0; i < M; i++)
        for (int64_t j = 0; j < N; j++) f(t * oBs + i * ldo + j, t * aBs + i * ars, t * bBs + j * bcs, t * biasBs + i * biasRs + j * biasCs);
  }

  void addTo(Block& block) const {
    block.add({M, N, K, ars, acs, brs, bcs, ldo, biasRs, biasCs});
    if (batch == 1) {
      block.add({0});
    } else {
      block.add({1, batch, aBs, bBs, oBs, biasBs});
    }
  }

  std::string text() const {
    char line[120];
    std::snprintf(line, sizeof line, "matmul %dx%dx%d layout %d bias %d batch %d", int(M), int(N), int(K), layout, biasKind, int(batch));
    return line;
  }
};

}  // namespace harness
