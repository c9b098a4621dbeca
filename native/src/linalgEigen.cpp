// Eigenvalues and vectors of symmetric matrices; see src/backend/linalg/symmetricEigen.ts.

#include "linalg.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// S = QTQᵀ: the diagonal of T and the entries below it; reflection k stays in row k of s, from column k + 1 on.
void tridiagonalize(double* s, int64_t n, double* diagonal, double* below, double* taus) {
  const Numbers pBefore(n), p(n), v(n), vBefore(n);
  const auto update = [&](int64_t i, int64_t from) {
    // Row i of S − v pᵀ − p vᵀ of the step before.
    addScaled(s + i * n + from, -vBefore[i], pBefore + from, n - from);
    addScaled(s + i * n + from, -pBefore[i], vBefore + from, n - from);
  };
  for (int64_t k = 0; k < n; k++) {
    double* const row = s + k * n;
    if (k > 0) update(k, k);
    diagonal[k] = row[k];
    if (k == n - 1) break;
    const int64_t first = k + 1, length = n - first;
    taus[k] = reflector(row + first, length);
    below[k] = row[first];
    std::memcpy(v + first, row + first, length * sizeof(double));
    v[first] = 1;
    // The rows below get the last step's update and are multiplied by v in one pass.
    forRanges(length, 3 * length, [&](int64_t begin, int64_t end) {
      for (int64_t i = first + begin; i < first + end; i++) {
        if (k > 0) update(i, first);
        p[i] = taus[k] * dotProduct(s + i * n + first, v + first, length);
      }
    });
    addScaled(p + first, -taus[k] / 2 * dotProduct(p + first, v + first, length), v + first, length);
    std::memcpy(pBefore + first, p + first, length * sizeof(double));
    std::memcpy(vBefore + first, v + first, length * sizeof(double));
  }
}

// Implicit QL: turns d into the eigenvalues of the tridiagonal matrix (d, e).
bool diagonalize(double* d, double* e, int64_t n, Rotations& rotations) {
  double largest = 0;
  for (int64_t l = 0; l < n; l++) {
    largest = larger(largest, std::fabs(d[l]) + std::fabs(e[l]));
    for (int64_t sweep = 0;; sweep++) {
      int64_t m = l;
      while (m < n - 1 && std::fabs(e[m]) > epsilon * largest) m++;
      if (m == l) break;
      if (sweep == mostSweeps) return false;
      const double half = (d[l + 1] - d[l]) / (2 * e[l]);
      double g = d[m] - d[l] + e[l] / (half + (half < 0 ? -1 : 1) * std::hypot(half, 1.0)), c = 1, s = 1, p = 0;
      int64_t i = m - 1;
      for (; i >= l; i--) {
        const double f = s * e[i], b = c * e[i], r = hypotenuse(f, g);
        e[i + 1] = r;
        if (r == 0) break;
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        const double t = (d[i] - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        rotations.add(i + 1, i, c, s);
      }
      if (i >= l) {
        d[i + 1] -= p;
      } else {
        d[l] -= p;
        e[l] = g;
      }
      e[m] = 0;
    }
  }
  rotations.run();
  return true;
}

bool symmetricEigen(const double* a, int64_t n, double* w, double* v) {
  const Numbers s(n * n), vectors(v ? n * n : 0), numbers(4 * n);
  double* const diagonal = numbers;
  double* const below = diagonal + n;
  double* const taus = below + n;
  symmetricPart(a, n, s);
  const double scale = scaleOf(s, n * n);
  for (int64_t i = 0; i < n * n; i++) s[i] *= scale;
  below[n - 1] = 0;
  tridiagonalize(s, n, diagonal, below, taus);
  if (v) accumulateReflections(s, n, n - 1, 1, taus, vectors, n, n);
  Rotations rotations(v ? static_cast<double*>(vectors) : nullptr, n, n);
  if (!diagonalize(diagonal, below, n, rotations)) return false;

  int64_t* const order = reinterpret_cast<int64_t*>(taus);
  sortedOrder(diagonal, n, order);
  double* const sorted = s;  // its content is used up
  for (int64_t i = 0; i < n; i++) w[i] = diagonal[order[i]] / scale;
  if (!v) return true;
  forRanges(n, n, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const double* const from = vectors + order[i] * n;
      const double sign = signOf(from, n);
      for (int64_t j = 0; j < n; j++) sorted[i * n + j] = sign * from[j];
    }
  });
  transposeMatrix(sorted, n, n, v);
  return true;
}

double eigh(const double* block) {
  Arguments args(block);
  const double* const a = args.pointer<const double>();
  double* const w = args.pointer<double>();
  double* const v = args.pointer<double>();
  const int64_t batch = args.integer(), n = args.integer();
  for (int64_t i = 0; i < batch; i++) {
    if (!symmetricEigen(a + i * n * n, n, w + i * n, v ? v + i * n * n : nullptr)) return static_cast<double>(i);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(linalgEigen, {"eigh", eigh})
