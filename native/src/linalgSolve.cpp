// LU and Cholesky factorisations and triangular systems, by recursion on halves (Toledo 1997; Elmroth, Gustavson, Jonsson & Kågström 2004).

#include "linalg.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t smallColumns = 16;    // columns that LU eliminates one by one
constexpr int64_t smallTriangle = 32;   // rows that substitution takes one by one
constexpr int64_t columnsOfTask = 256;  // right-hand sides of one task there
constexpr int64_t smallSymmetric = 192;  // rows of a symmetric product that is computed whole

// About half, a multiple of 16.
int64_t half(int64_t n) { return n <= 32 ? n / 2 : (n / 2 + 15) / 16 * 16; }

void swapRows(double* a, double* b, int64_t n) {
  for (int64_t j = 0; j < n; j++) {
    const double x = a[j];
    a[j] = b[j];
    b[j] = x;
  }
}

// A matrix [m, n] on its way to LU.
struct Elimination {
  double* a;
  int64_t m, n;
  int32_t* permutation;
  double parity;

  double* at(int64_t i, int64_t j) const { return a + i * n + j; }

  // Columns first … first + width, of the rows from `first` on.
  void run(int64_t first, int64_t width) {
    if (width <= smallColumns) return runSmall(first, width);
    const int64_t left = half(width), right = width - left, next = first + left;
    run(first, left);
    solveLower(at(first, first), n, left, at(first, next), n, right, true);
    subtractProduct(at(next, next), n, m - next, right, left, rowMajor(at(next, first), n), rowMajor(at(first, next), n));
    run(next, right);
  }

  void runSmall(int64_t first, int64_t width) {
    // A copy of the columns lies together; rows of the matrix are swapped whole, and the copy is written back over it.
    const int64_t rows = m - first;
    double* const copy = static_cast<double*>(scratch(0, rows * smallColumns * sizeof(double)));
    for (int64_t i = 0; i < rows; i++) std::memcpy(copy + i * smallColumns, at(first + i, first), width * sizeof(double));
    for (int64_t k = 0; k < width; k++) {
      int64_t pivot = k;
      for (int64_t i = k + 1; i < rows; i++) {
        if (std::fabs(copy[i * smallColumns + k]) > std::fabs(copy[pivot * smallColumns + k])) pivot = i;
      }
      double* const top = copy + k * smallColumns;
      if (pivot != k) {
        parity = -parity;
        const int32_t row = permutation[first + k];
        permutation[first + k] = permutation[first + pivot];
        permutation[first + pivot] = row;
        swapRows(top, copy + pivot * smallColumns, width);
        swapRows(at(first + k, 0), at(first + pivot, 0), n);
      }
      if (top[k] == 0) continue;
      for (int64_t i = k + 1; i < rows; i++) {
        double* const row = copy + i * smallColumns;
        const double factor = row[k] /= top[k];
        for (int64_t j = k + 1; j < width; j++) row[j] -= factor * top[j];
      }
    }
    for (int64_t i = 0; i < rows; i++) std::memcpy(at(first + i, first), copy + i * smallColumns, width * sizeof(double));
  }
};

double factorLU(double* a, int64_t m, int64_t n, int32_t* permutation) {
  for (int64_t i = 0; i < m; i++) permutation[i] = static_cast<int32_t>(i);
  Elimination elimination{a, m, n, permutation, 1};
  const int64_t rank = smaller(m, n);
  elimination.run(0, rank);
  if (n > rank) solveLower(a, n, rank, a + rank, n, n - rank, true);
  return elimination.parity;
}

int64_t firstZero(const double* t, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    if (t[i * n + i] == 0) return i;
  }
  return -1;
}

// B [m, n] ← B L⁻ᵀ.
void solveRight(const double* l, int64_t ldl, int64_t n, double* b, int64_t ldb, int64_t m) {
  if (n <= smallTriangle) {
    return forRanges(m, n * n, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; i++) {
        double* const x = b + i * ldb;
        for (int64_t j = 0; j < n; j++) x[j] = (x[j] - dotProduct(x, l + j * ldl, j)) / l[j * ldl + j];
      }
    });
  }
  const int64_t left = half(n);
  solveRight(l, ldl, left, b, ldb, m);
  subtractProduct(b + left, ldb, m, n - left, left, rowMajor(b, ldb), rowMajor(l + left * ldl, ldl).transposed());
  solveRight(l + left * ldl + left, ldl, n - left, b + left, ldb, m);
}

// The lower triangle of S [n, n] −= B Bᵀ, B [n, k].
void subtractSquare(double* s, int64_t lds, int64_t n, const double* b, int64_t ldb, int64_t k) {
  if (n <= smallSymmetric) return subtractProduct(s, lds, n, n, k, rowMajor(b, ldb), rowMajor(b, ldb).transposed());
  const int64_t top = half(n);
  subtractSquare(s, lds, top, b, ldb, k);
  subtractProduct(s + top * lds, lds, n - top, top, k, rowMajor(b + top * ldb, ldb), rowMajor(b, ldb).transposed());
  subtractSquare(s + top * lds + top, lds, n - top, b + top * ldb, ldb, k);
}

// Overwrites the lower triangle of s; returns the first leading minor that is not positive.
int64_t factorCholesky(double* s, int64_t lds, int64_t n) {
  if (n <= smallTriangle) {
    for (int64_t i = 0; i < n; i++) {
      double* const row = s + i * lds;
      for (int64_t j = 0; j < i; j++) row[j] = (row[j] - dotProduct(row, s + j * lds, j)) / s[j * lds + j];
      const double rest = row[i] - dotProduct(row, row, i);
      if (!(rest > 0)) return i;
      row[i] = std::sqrt(rest);
    }
    return -1;
  }
  const int64_t top = half(n);
  double* const below = s + top * lds;
  const int64_t bad = factorCholesky(s, lds, top);
  if (bad >= 0) return bad;
  solveRight(s, lds, top, below, lds, n - top);
  subtractSquare(below + top, lds, n - top, below, lds, top);
  const int64_t later = factorCholesky(below + top, lds, n - top);
  return later < 0 ? -1 : top + later;
}

double lu(const double* block) {
  Arguments args(block);
  const double* const a = args.pointer<const double>();
  double* const out = args.pointer<double>();
  int32_t* const permutation = args.pointer<int32_t>();
  double* const parity = args.pointer<double>();
  const int64_t batch = args.integer(), m = args.integer(), n = args.integer();
  std::memcpy(out, a, batch * m * n * sizeof(double));
  for (int64_t i = 0; i < batch; i++) parity[i] = factorLU(out + i * m * n, m, n, permutation + i * m);
  return -1;
}

double solve(const double* block) {
  Arguments args(block);
  const double* const a = args.pointer<const double>();
  const double* const b = args.pointer<const double>();
  double* const out = args.pointer<double>();
  const int64_t batch = args.integer(), n = args.integer(), k = args.integer();
  const Numbers factors(n * n), rows(n);
  int32_t* const permutation = reinterpret_cast<int32_t*>(static_cast<double*>(rows));
  for (int64_t i = 0; i < batch; i++) {
    std::memcpy(factors, a + i * n * n, n * n * sizeof(double));
    factorLU(factors, n, n, permutation);
    const int64_t zero = firstZero(factors, n);
    if (zero >= 0) return i * n + zero;
    double* const x = out + i * n * k;
    for (int64_t row = 0; row < n; row++) std::memcpy(x + row * k, b + (i * n + permutation[row]) * k, k * sizeof(double));
    solveLower(factors, n, n, x, k, k, true);
    solveUpper(factors, n, n, x, k, k, false);
  }
  return -1;
}

double solveTriangular(const double* block) {
  Arguments args(block);
  const double* const t = args.pointer<const double>();
  const double* const b = args.pointer<const double>();
  double* const out = args.pointer<double>();
  const int64_t batch = args.integer(), n = args.integer(), k = args.integer();
  const bool upper = args.flag(), unit = args.flag();
  std::memcpy(out, b, batch * n * k * sizeof(double));
  for (int64_t i = 0; i < batch; i++) {
    const double* const matrix = t + i * n * n;
    const int64_t zero = unit ? -1 : firstZero(matrix, n);
    if (zero >= 0) return i * n + zero;
    (upper ? solveUpper : solveLower)(matrix, n, n, out + i * n * k, k, k, unit);
  }
  return -1;
}

double cholesky(const double* block) {
  Arguments args(block);
  const double* const a = args.pointer<const double>();
  double* const out = args.pointer<double>();
  const int64_t batch = args.integer(), n = args.integer();
  for (int64_t i = 0; i < batch; i++) {
    double* const l = out + i * n * n;
    symmetricPart(a + i * n * n, n, l);
    const int64_t minor = factorCholesky(l, n, n);
    if (minor >= 0) return i * n + minor;
    for (int64_t row = 0; row < n; row++) std::memset(l + row * n + row + 1, 0, (n - row - 1) * sizeof(double));
  }
  return -1;
}

double findNonFinite(const double* block) {
  Arguments args(block);
  const double* const x = args.pointer<const double>();
  const int64_t n = args.integer();
  // x·0 is NaN for NaN and infinities, and stays so in a sum.
  constexpr int64_t piece = 4096;
  for (int64_t first = 0; first < n; first += piece) {
    const int64_t last = smaller(first + piece, n);
    Simd<double>::Vec sums = {};
    int64_t i = first;
    for (; i + Simd<double>::lanes <= last; i += Simd<double>::lanes) sums += Simd<double>::load(x + i) * 0.0;
    double sum = Simd<double>::sum(sums);
    for (; i < last; i++) sum += x[i] * 0.0;
    if (sum == 0) continue;
    for (i = first; i < last; i++) {
      if (!(x[i] - x[i] == 0)) return static_cast<double>(i);
    }
  }
  return -1;
}

}  // namespace

void solveLower(const double* t, int64_t ldt, int64_t n, double* b, int64_t ldb, int64_t k, bool unit) {
  if (n == 0 || k == 0) return;
  if (n <= smallTriangle) {
    return forTasks(divideUp(k, columnsOfTask), n * n * k, [&](int64_t task) {
      const int64_t first = task * columnsOfTask, count = smaller(columnsOfTask, k - first);
      for (int64_t i = 0; i < n; i++) {
        double* const x = b + i * ldb + first;
        for (int64_t j = 0; j < i; j++) addScaled(x, -t[i * ldt + j], b + j * ldb + first, count);
        for (int64_t c = 0; c < count && !unit; c++) x[c] /= t[i * ldt + i];
      }
    });
  }
  const int64_t top = half(n);
  solveLower(t, ldt, top, b, ldb, k, unit);
  subtractProduct(b + top * ldb, ldb, n - top, k, top, rowMajor(t + top * ldt, ldt), rowMajor(b, ldb));
  solveLower(t + top * ldt + top, ldt, n - top, b + top * ldb, ldb, k, unit);
}

void solveUpper(const double* t, int64_t ldt, int64_t n, double* b, int64_t ldb, int64_t k, bool unit) {
  if (n == 0 || k == 0) return;
  if (n <= smallTriangle) {
    return forTasks(divideUp(k, columnsOfTask), n * n * k, [&](int64_t task) {
      const int64_t first = task * columnsOfTask, count = smaller(columnsOfTask, k - first);
      for (int64_t i = n - 1; i >= 0; i--) {
        double* const x = b + i * ldb + first;
        for (int64_t j = i + 1; j < n; j++) addScaled(x, -t[i * ldt + j], b + j * ldb + first, count);
        for (int64_t c = 0; c < count && !unit; c++) x[c] /= t[i * ldt + i];
      }
    });
  }
  const int64_t top = half(n);
  solveUpper(t + top * ldt + top, ldt, n - top, b + top * ldb, ldb, k, unit);
  subtractProduct(b, ldb, top, k, n - top, rowMajor(t + top, ldt), rowMajor(b + top * ldb, ldb));
  solveUpper(t, ldt, top, b, ldb, k, unit);
}

}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(linalgSolve, {"lu", lu}, {"solve", solve}, {"solveTriangular", solveTriangular}, {"cholesky", cholesky}, {"findNonFinite", findNonFinite})
