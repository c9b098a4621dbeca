// Building blocks of linear algebra: products, transposition, reflections, rotations.

#include "linalg.h"

#include "transpose.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int temporarySlot = 8;

}  // namespace

void multiplyInto(double* out, int64_t ldo, int64_t M, int64_t N, int64_t K, Factor a, Factor b) {
  if (M == 0 || N == 0) return;
  const Product<double> p{a.data, b.data, out, nullptr, M, N, K, a.rows, a.columns, b.rows, b.columns, ldo, 0, 0};
  if (K > 0 && (M == 1 || N == 1)) return multiplyVector(p, Place{false, 0});
  multiplyTiled(p, Place{false, 0});
}

void subtractProduct(double* out, int64_t ldo, int64_t M, int64_t N, int64_t K, Factor a, Factor b) {
  if (M == 0 || N == 0 || K == 0) return;
  double* const product = static_cast<double*>(sharedScratch(temporarySlot, M * N * sizeof(double)));
  multiplyInto(product, N, M, N, K, a, b);
  forRanges(M, N, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) addScaled(out + i * ldo, -1, product + i * N, N);
  });
}

void transposeMatrix(const double* a, int64_t m, int64_t n, double* to) {
  constexpr int64_t rows = 64;
  forTasks(divideUp(m, rows), m * n, [&](int64_t task) {
    const int64_t first = task * rows;
    transpose(a + first * n, n, smaller(rows, m - first), n, to + first, m);
  });
}

void symmetricPart(const double* a, int64_t n, double* to) {
  constexpr int64_t side = 32;
  const int64_t blocks = divideUp(n, side);
  forTasks(blocks, n * n, [&](int64_t block) {
    const int64_t i1 = smaller((block + 1) * side, n);
    for (int64_t j0 = 0; j0 < n; j0 += side) {
      const int64_t j1 = smaller(j0 + side, n);
      for (int64_t i = block * side; i < i1; i++) {
        for (int64_t j = j0; j < j1; j++) to[i * n + j] = a[i * n + j] / 2 + a[j * n + i] / 2;
      }
    }
  });
}

double reflector(double* x, int64_t n) {
  double largest = 0;
  for (int64_t i = 1; i < n; i++) largest = larger(largest, std::fabs(x[i]));
  if (largest == 0) return 0;
  double sum = 0;
  for (int64_t i = 1; i < n; i++) sum += (x[i] / largest) * (x[i] / largest);
  const double alpha = x[0], length = std::hypot(alpha, largest * std::sqrt(sum));
  const double beta = alpha > 0 ? -length : length;
  for (int64_t i = 1; i < n; i++) x[i] /= alpha - beta;
  x[0] = beta;
  return (beta - alpha) / beta;
}

ReflectionBlock::ReflectionBlock(const double* from, int64_t ld, int64_t count, int64_t m, const double* taus) : count(count), m(m), v(count * m) {
  for (int64_t k = 0; k < count; k++) {
    double* const row = v + k * m;
    for (int64_t j = 0; j < k; j++) row[j] = 0;
    row[k] = 1;
    std::memcpy(row + k + 1, from + k * ld + k + 1, (m - k - 1) * sizeof(double));
  }
  // H₀ … Hₖ = I − Vᵀ T V: column k of T is −τₖ T V vₖ (Schreiber & Van Loan 1989).
  for (int64_t k = 0; k < count; k++) {
    double products[reflectionsTogether];
    for (int64_t j = 0; j < k; j++) products[j] = dotProduct(v + j * m + k, v + k * m + k, m - k);
    for (int64_t i = 0; i < k; i++) t[i * count + k] = -taus[k] * dotProduct(t + i * count + i, products + i, k - i);
    t[k * count + k] = taus[k];
    for (int64_t i = k + 1; i < count; i++) t[i * count + k] = 0;
  }
}

void ReflectionBlock::apply(double* c, int64_t ldc, int64_t rows, bool transposed) const {
  if (rows == 0) return;
  Numbers first(rows * count), second(rows * count);
  multiplyInto(first, count, rows, count, m, rowMajor(c, ldc), rowMajor(v, m).transposed());
  const Factor middle = rowMajor(t, count);
  multiplyInto(second, count, rows, count, count, rowMajor(first, count), transposed ? middle.transposed() : middle);
  subtractProduct(c, ldc, rows, m, count, rowMajor(second, count), rowMajor(v, m));
}

void accumulateReflections(const double* from, int64_t ld, int64_t steps, int64_t offset, const double* taus, double* rows, int64_t p, int64_t m) {
  std::memset(rows, 0, p * m * sizeof(double));
  for (int64_t i = 0; i < p; i++) rows[i * m + i] = 1;
  for (int64_t block = divideUp(steps, reflectionsTogether) - 1; block >= 0; block--) {
    const int64_t k = block * reflectionsTogether, start = k + offset;
    const ReflectionBlock reflections(from + k * ld + start, ld, smaller(reflectionsTogether, steps - k), m - start, taus + k);
    reflections.apply(rows + start * m + start, m, p - start, true);
  }
}

Rotations::Rotations(double* matrix, int64_t rows, int64_t columns) : matrix(matrix), rows(rows), columns(columns), capacity(32 * rows) {
  if (!matrix) return;
  list = static_cast<Rotation*>(std::malloc(larger<int64_t>(capacity, 1) * sizeof(Rotation)));
  if (!list) std::abort();
}

Rotations::~Rotations() { std::free(list); }

void Rotations::run() {
  using S = Simd<double>;
  constexpr int64_t vectors = 8, width = vectors * S::lanes;
  if (!matrix || count == 0) return;
  parallelFor(divideUp(columns, width), [&](int64_t task, int worker) {
    const int64_t first = task * width, used = smaller(width, columns - first);
    double* const strip = static_cast<double*>(scratch(worker, rows * width * sizeof(double)));
    for (int64_t i = 0; i < rows; i++) {
      std::memcpy(strip + i * width, matrix + i * columns + first, used * sizeof(double));
      for (int64_t j = used; j < width; j++) strip[i * width + j] = 0;
    }
    for (int64_t r = 0; r < count; r++) {
      double* const x = strip + list[r].i * width;
      double* const y = strip + list[r].j * width;
      const S::Vec c = S::splat(list[r].c), s = S::splat(list[r].s);
      for (int64_t v = 0; v < vectors; v++) {
        const S::Vec a = S::load(x + v * S::lanes), b = S::load(y + v * S::lanes);
        S::store(x + v * S::lanes, c * a + s * b);
        S::store(y + v * S::lanes, c * b - s * a);
      }
    }
    for (int64_t i = 0; i < rows; i++) std::memcpy(matrix + i * columns + first, strip + i * width, used * sizeof(double));
  });
  count = 0;
}

void sortedOrder(const double* keys, int64_t n, int64_t* order) {
  for (int64_t i = 0; i < n; i++) {
    int64_t at = i;
    for (; at > 0 && keys[order[at - 1]] > keys[i]; at--) order[at] = order[at - 1];
    order[at] = i;
  }
}

double signOf(const double* x, int64_t n) {
  double most = 0;
  for (int64_t i = 0; i < n; i++) most = larger(most, std::fabs(x[i]));
  for (int64_t i = 0; i < n; i++) {
    if (std::fabs(x[i]) >= most * (1 - 1e-8)) return x[i] < 0 ? -1 : 1;
  }
  return 1;
}

double scaleOf(const double* a, int64_t n) {
  double most = 0;
  for (int64_t i = 0; i < n; i++) most = larger(most, std::fabs(a[i]));
  if (most == 0) return 1;
  int exponent;
  std::frexp(most, &exponent);
  return std::ldexp(1.0, static_cast<int>(-larger<int64_t>(-1000, smaller<int64_t>(1000, exponent - 1))));
}

}  // namespace NABLA_ISA
}  // namespace nabla
