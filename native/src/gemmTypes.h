// What the parts of the matrix product share.
#pragma once

#include "microkernel.h"

namespace nabla {
namespace NABLA_ISA {

// out[i][j] = Σ_k a[i][k] · b[k][j] + bias[i][j]; out has unit column stride. bias may be null.
template <class T>
struct Product {
  const T* a;
  const T* b;
  T* out;
  const T* bias;
  int64_t M, N, K;
  int64_t ars, acs, brs, bcs, ldo, biasRs, biasCs;

  T biasAt(int64_t i, int64_t j) const { return bias ? bias[i * biasRs + j * biasCs] : T(0); }
};

// Where a product may use shared memory: nowhere, if it runs inside a job of the pool.
struct Place {
  bool nested;
  int worker;
};

// Slots of sharedScratch.
enum GemmSlot : int { panelSlot = 5, rowsSlot = 6, vectorSlot = 7 };

// M = 1 or N = 1: matrix times vector.
template <class T>
void multiplyVector(const Product<T>& p, const Place& place);

// Everything else that is worth tiles.
template <class T>
void multiplyTiled(const Product<T>& p, const Place& place);

}  // namespace NABLA_ISA
}  // namespace nabla
