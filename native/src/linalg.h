// What the kernels of linear algebra share. They work on contiguous float64 matrices in row-major order, one of a batch
// after the other, and follow src/backend/linalg, where the algorithms and their sources are; here they are recursive or
// blocked, so that most of the work is in matrix products.
#pragma once

#include <cmath>
#include <cstdlib>

#include "gemmTypes.h"
#include "tasks.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {

// Memory of a kernel's call: too large to be kept.
class Numbers {
 public:
  explicit Numbers(int64_t count) {
    void* memory = nullptr;
    if (posix_memalign(&memory, 64, larger<int64_t>(count, 1) * sizeof(double)) != 0) std::abort();
    data = static_cast<double*>(memory);
  }
  ~Numbers() { std::free(data); }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  operator double*() const { return data; }

 private:
  double* data;
};

// A matrix as a product reads it: element (i, j) at data[i · rows + j · columns].
struct Factor {
  const double* data;
  int64_t rows, columns;
  Factor transposed() const { return {data, columns, rows}; }
};

// Rows one after the other, `ld` apart.
NABLA_INLINE Factor rowMajor(const double* data, int64_t ld) { return {data, ld, 1}; }

// out [M, N], rows ldo apart, = or −= a [M, K] · b [K, N]; no operand overlaps out.
void multiplyInto(double* out, int64_t ldo, int64_t M, int64_t N, int64_t K, Factor a, Factor b);
void subtractProduct(double* out, int64_t ldo, int64_t M, int64_t N, int64_t K, Factor a, Factor b);

// B [n, k] ← T⁻¹B.
void solveLower(const double* t, int64_t ldt, int64_t n, double* b, int64_t ldb, int64_t k, bool unit);
void solveUpper(const double* t, int64_t ldt, int64_t n, double* b, int64_t ldb, int64_t k, bool unit);

// to [n, m] = aᵀ of a [m, n].
void transposeMatrix(const double* a, int64_t m, int64_t n, double* to);

// to = (a + aᵀ)/2 of a [n, n].
void symmetricPart(const double* a, int64_t n, double* to);

// Σ x[i] y[i].
NABLA_INLINE double dotProduct(const double* x, const double* y, int64_t n) {
  using S = Simd<double>;
  S::Vec sums[4] = {};
  int64_t i = 0;
  for (; i + 4 * S::lanes <= n; i += 4 * S::lanes) {
    for (int v = 0; v < 4; v++) sums[v] += S::load(x + i + v * S::lanes) * S::load(y + i + v * S::lanes);
  }
  for (; i + S::lanes <= n; i += S::lanes) sums[0] += S::load(x + i) * S::load(y + i);
  double sum = S::sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < n; i++) sum += x[i] * y[i];
  return sum;
}

// y += scale · x.
NABLA_INLINE void addScaled(double* y, double scale, const double* x, int64_t n) {
  using S = Simd<double>;
  int64_t i = 0;
  for (; i + S::lanes <= n; i += S::lanes) S::store(y + i, S::load(y + i) + scale * S::load(x + i));
  for (; i < n; i++) y[i] += scale * x[i];
}

// √(x² + y²), without overflow or underflow.
NABLA_INLINE double hypotenuse(double x, double y) {
  const double sum = x * x + y * y;
  return sum > 1e-280 && sum < 1e280 ? std::sqrt(sum) : std::hypot(x, y);
}

// Householder reflections H = I − τ v vᵀ, v₀ = 1. `reflector` overwrites x[0 … n) by (β, v₁, …) and returns τ.
double reflector(double* x, int64_t n);

// y ← Hy, where v = (1, x₁, …).
NABLA_INLINE void reflect(const double* x, int64_t n, double tau, double* y) {
  const double scale = tau * (y[0] + dotProduct(x + 1, y + 1, n - 1));
  y[0] -= scale;
  addScaled(y + 1, -scale, x + 1, n - 1);
}

// Reflections are applied this many at a time, as I − VᵀTV.
constexpr int64_t reflectionsTogether = 32;

// A block of up to `reflectionsTogether` reflections. Reflection k lies in row k of `from`, from column k on; all have m columns.
struct ReflectionBlock {
  ReflectionBlock(const double* from, int64_t ld, int64_t count, int64_t m, const double* taus);
  // The rows of c [rows, m], ldc apart, by H₀H₁… of the block from the right, or by its transpose.
  void apply(double* c, int64_t ldc, int64_t rows, bool transposed) const;

  int64_t count, m;
  Numbers v;  // [count, m], with ones and zeros
  double t[reflectionsTogether * reflectionsTogether];
};

// rows [p, m] = the first p rows of (H₀H₁ …)ᵀ. Reflection k lies in row k of `from`, from column k + offset on.
void accumulateReflections(const double* from, int64_t ld, int64_t steps, int64_t offset, const double* taus, double* rows, int64_t p, int64_t m);

// Plane rotations of rows of a matrix [rows, columns], gathered and then run over a few columns at a time that stay in the cache.
class Rotations {
 public:
  // matrix may be null: then there is nothing to rotate.
  Rotations(double* matrix, int64_t rows, int64_t columns);
  ~Rotations();
  // Rows i and j ← c·xᵢ + s·xⱼ and −s·xᵢ + c·xⱼ.
  void add(int64_t i, int64_t j, double c, double s) {
    if (!matrix) return;
    list[count++] = {static_cast<int32_t>(i), static_cast<int32_t>(j), c, s};
    if (count == capacity) run();
  }
  void run();

 private:
  struct Rotation {
    int32_t i, j;
    double c, s;
  };
  double* matrix;
  int64_t rows, columns, capacity, count = 0;
  Rotation* list = nullptr;
};

// Positions of the n keys, smallest first; equal ones stay in order.
void sortedOrder(const double* keys, int64_t n, int64_t* order);

// See src/backend/linalg/signs.ts.
double signOf(const double* x, int64_t n);
double scaleOf(const double* a, int64_t n);

// Sweeps that one eigenvalue or singular value may take.
constexpr int64_t mostSweeps = 60;
constexpr double epsilon = 2.220446049250313e-16;

// qr and svd without the batch. q [m, p] may be null; p is min(m, n) or m.
void factorQR(const double* a, int64_t m, int64_t n, double* q, double* r, int64_t p);

}  // namespace NABLA_ISA
}  // namespace nabla
