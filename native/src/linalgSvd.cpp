// QR factorisation and singular values; see src/backend/linalg/qr.ts and svd.ts.

#include "linalg.h"

namespace nabla {
namespace NABLA_ISA {

void factorQR(const double* a, int64_t m, int64_t n, double* q, double* r, int64_t p) {
  // Column j of A is row j of `columns`: reflections run along it.
  const int64_t steps = smaller(m, n);
  const Numbers columns(m * n), taus(steps);
  transposeMatrix(a, m, n, columns);
  for (int64_t k = 0; k < steps; k += reflectionsTogether) {
    const int64_t end = smaller(k + reflectionsTogether, steps);
    for (int64_t i = k; i < end; i++) {
      taus[i] = reflector(columns + i * m + i, m - i);
      for (int64_t j = i + 1; j < end; j++) reflect(columns + i * m + i, m - i, taus[i], columns + j * m + i);
    }
    const ReflectionBlock reflections(columns + k * m + k, m, end - k, m - k, taus + k);
    reflections.apply(columns + end * m + k, m, n - end, false);
  }
  for (int64_t i = 0; i < p; i++) {
    for (int64_t j = 0; j < n; j++) r[i * n + j] = i <= j ? columns[j * m + i] : 0;
  }
  if (!q) return;
  const Numbers vectors(p * m);
  accumulateReflections(columns, m, steps, 0, taus, vectors, p, m);
  transposeMatrix(vectors, p, m, q);
}

namespace {

constexpr int64_t rowsOfTask = 32;  // of which partial sums are kept

// A [n, n] = U·B·Vᵀ: the diagonal of B and the entries right of it. Reflections from the left stay in row k of c, column k of A,
// from k on; those from the right in row k of `right`, from k + 1 on.
void bidiagonalize(double* c, double* right, int64_t n, double* d, double* e, double* leftTaus, double* rightTaus) {
  const int64_t mostTasks = divideUp(n, rowsOfTask);
  const Numbers product(n), partial(mostTasks * n);
  for (int64_t k = 0; k < n; k++) {
    double* const left = c + k * n + k;
    leftTaus[k] = reflector(left, n - k);
    d[k] = left[0];
    if (k == n - 1) break;
    const int64_t first = k + 1, length = n - first;
    forRanges(length, 2 * length, [&](int64_t begin, int64_t end) {
      for (int64_t j = first + begin; j < first + end; j++) reflect(left, n - k, leftTaus[k], c + j * n + k);
    });
    double* const v = right + k * n;
    for (int64_t j = first; j < n; j++) v[j] = c[j * n + k];
    rightTaus[k] = reflector(v + first, length);
    e[k] = v[first];
    v[first] = 1;
    // product = Σⱼ vⱼ · column j, in partial sums that are added in order.
    const int64_t tasks = divideUp(length, rowsOfTask);
    forTasks(tasks, length * length, [&](int64_t task) {
      double* const sum = partial + task * n;
      std::memset(sum + first, 0, length * sizeof(double));
      const int64_t begin = first + task * rowsOfTask, end = smaller(begin + rowsOfTask, n);
      for (int64_t j = begin; j < end; j++) addScaled(sum + first, v[j], c + j * n + first, length);
    });
    std::memset(product, 0, n * sizeof(double));
    for (int64_t task = 0; task < tasks; task++) addScaled(product + first, 1, partial + task * n + first, length);
    forRanges(length, 2 * length, [&](int64_t begin, int64_t end) {
      for (int64_t j = first + begin; j < first + end; j++) addScaled(c + j * n + first, -rightTaus[k] * v[j], product + first, length);
    });
  }
}

// A bidiagonal matrix on its way to its singular values.
struct Bidiagonal {
  double *d, *e;
  int64_t n;
  Rotations &left, &right;

  bool diagonalize() {
    double norm = 0;
    for (int64_t i = 0; i < n; i++) norm = larger(norm, std::fabs(d[i]) + std::fabs(e[i]));
    const double negligible = epsilon * norm;
    for (int64_t high = n - 1, sweep = 0; high > 0; sweep++) {
      int64_t low = high;
      while (low > 0 && std::fabs(e[low - 1]) > epsilon * (std::fabs(d[low - 1]) + std::fabs(d[low]))) low--;
      if (low > 0) e[low - 1] = 0;
      if (low == high) {
        high--;
        sweep = -1;
        continue;
      }
      if (sweep == mostSweeps) return false;
      int64_t zero = high;
      while (zero >= low && std::fabs(d[zero]) > negligible) zero--;
      if (zero == high) clearColumn(low, high);
      else if (zero >= low) clearRow(zero, high);
      else step(low, high);
    }
    left.run();
    right.run();
    return true;
  }

  void clearColumn(int64_t low, int64_t high) {
    d[high] = 0;
    double f = e[high - 1];
    e[high - 1] = 0;
    for (int64_t j = high - 1; j >= low && f != 0; j--) {
      const double r = hypotenuse(d[j], f), c = d[j] / r, s = f / r;
      d[j] = r;
      if (j > low) {
        f = -s * e[j - 1];
        e[j - 1] *= c;
      }
      right.add(j, high, c, s);
    }
  }

  void clearRow(int64_t zero, int64_t high) {
    d[zero] = 0;
    double f = e[zero];
    e[zero] = 0;
    for (int64_t j = zero + 1; j <= high && f != 0; j++) {
      const double r = hypotenuse(d[j], f), c = d[j] / r, s = f / r;
      d[j] = r;
      f = -s * e[j];
      e[j] *= c;
      left.add(j, zero, c, s);
    }
  }

  void step(int64_t low, int64_t high) {
    const double last = d[high], before = d[high - 1], beside = e[high - 1];
    const double b = ((before + last) * (before - last) + beside * beside) / 2, c2 = last * beside * (last * beside);
    const double root = std::sqrt(b * b + c2), shift = c2 == 0 ? 0 : c2 / (b + (b < 0 ? -root : root));
    double f = (d[low] + last) * (d[low] - last) + shift, g = d[low] * e[low];
    for (int64_t j = low; j < high; j++) {
      double r = hypotenuse(f, g), c = r == 0 ? 1 : f / r, s = r == 0 ? 0 : g / r;
      if (j > low) e[j - 1] = r;
      f = c * d[j] + s * e[j];
      e[j] = c * e[j] - s * d[j];
      g = s * d[j + 1];
      d[j + 1] *= c;
      right.add(j, j + 1, c, s);
      r = hypotenuse(f, g), c = r == 0 ? 1 : f / r, s = r == 0 ? 0 : g / r;
      d[j] = r;
      f = c * e[j] + s * d[j + 1];
      d[j + 1] = c * d[j + 1] - s * e[j];
      g = s * e[j + 1];
      e[j + 1] *= c;
      left.add(j, j + 1, c, s);
    }
    e[high - 1] = f;
  }
};

// The rows of u, and with them those of v as far as there are any, get the largest component of u's rows positive.
void settleSigns(double* u, int64_t m, int64_t p, double* v, int64_t n, int64_t q) {
  forRanges(larger(p, q), m + n, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
      const double sign = i < p ? signOf(u + i * m, m) : signOf(v + i * n, n);
      if (sign > 0) continue;
      for (int64_t j = 0; j < m && i < p; j++) u[i * m + j] = -u[i * m + j];
      for (int64_t j = 0; j < n && i < q; j++) v[i * n + j] = -v[i * n + j];
    }
  });
}

// a [m, n], m ≥ n, → s [n] and, unless null, rows that are the left [p, m] and the right [n, n] vectors, but for signs.
bool tallSvd(const double* a, int64_t m, int64_t n, double* s, double* leftRows, double* rightRows, int64_t p) {
  const bool wanted = leftRows != nullptr;
  const Numbers scaled(m * n), columns(n * n), right(n * n), numbers(5 * n), u(wanted ? n * n : 0), v(wanted ? n * n : 0);
  const double scale = scaleOf(a, m * n);
  for (int64_t i = 0; i < m * n; i++) scaled[i] = a[i] * scale;
  const Numbers q(wanted && m > n ? m * p : 0), r(m > n ? p * n : 0);
  if (m > n) factorQR(scaled, m, n, wanted ? static_cast<double*>(q) : nullptr, r, p);
  transposeMatrix(m > n ? r : scaled, n, n, columns);

  double* const d = numbers;
  double *const e = d + n, *const leftTaus = e + n, *const rightTaus = leftTaus + n, *const keys = rightTaus + n;
  if (n > 0) e[n - 1] = 0;
  bidiagonalize(columns, right, n, d, e, leftTaus, rightTaus);
  if (wanted) {
    accumulateReflections(columns, n, n, 0, leftTaus, u, n, n);
    accumulateReflections(right, n, n - 1, 1, rightTaus, v, n, n);
  }
  Rotations leftRotations(wanted ? static_cast<double*>(u) : nullptr, n, n), rightRotations(wanted ? static_cast<double*>(v) : nullptr, n, n);
  Bidiagonal bidiagonal{d, e, n, leftRotations, rightRotations};
  if (!bidiagonal.diagonalize()) return false;

  int64_t* const order = reinterpret_cast<int64_t*>(leftTaus);
  for (int64_t i = 0; i < n; i++) keys[i] = -std::fabs(d[i]);
  sortedOrder(keys, n, order);
  for (int64_t i = 0; i < n; i++) s[i] = std::fabs(d[order[i]]) / scale;
  if (!wanted) return true;
  double* const sorted = columns;  // its content is used up
  for (int64_t i = 0; i < n; i++) {
    std::memcpy(sorted + i * n, u + order[i] * n, n * sizeof(double));
    for (int64_t j = 0; j < n; j++) rightRows[i * n + j] = d[order[i]] < 0 ? -v[order[i] * n + j] : v[order[i] * n + j];
  }
  if (m == n) {
    std::memcpy(leftRows, sorted, n * n * sizeof(double));
    return true;
  }
  // Uᵀ = (Uᵀ of R)·Qᵀ; columns of Q past n complete it.
  multiplyInto(leftRows, m, n, m, n, rowMajor(sorted, n), rowMajor(q, p).transposed());
  for (int64_t j = n; j < p; j++) {
    for (int64_t i = 0; i < m; i++) leftRows[j * m + i] = q[i * p + j];
  }
  return true;
}

// u [m, p] and vh [q, n], or both null.
bool svdOf(const double* a, int64_t m, int64_t n, double* u, int64_t p, double* s, double* vh, int64_t q) {
  const bool tall = m >= n;
  if (!u) {
    const Numbers turned(tall ? 0 : m * n);
    if (!tall) transposeMatrix(a, m, n, turned);
    return tall ? tallSvd(a, m, n, s, nullptr, nullptr, n) : tallSvd(turned, n, m, s, nullptr, nullptr, m);
  }
  const Numbers rows(p * m);
  if (tall) {
    if (!tallSvd(a, m, n, s, rows, vh, p)) return false;
  } else {
    const Numbers turned(m * n);
    transposeMatrix(a, m, n, turned);
    if (!tallSvd(turned, n, m, s, vh, rows, q)) return false;
  }
  settleSigns(rows, m, p, vh, n, q);
  transposeMatrix(rows, p, m, u);
  return true;
}

double svd(const double* block) {
  Arguments args(block);
  const double* const a = args.pointer<const double>();
  double* const u = args.pointer<double>();
  double* const s = args.pointer<double>();
  double* const vh = args.pointer<double>();
  const int64_t batch = args.integer(), m = args.integer(), n = args.integer(), p = args.integer(), q = args.integer(), k = smaller(m, n);
  for (int64_t i = 0; i < batch; i++) {
    if (!svdOf(a + i * m * n, m, n, u ? u + i * m * p : nullptr, p, s + i * k, vh ? vh + i * q * n : nullptr, q)) return static_cast<double>(i);
  }
  return -1;
}

double qr(const double* block) {
  Arguments args(block);
  const double* const a = args.pointer<const double>();
  double* const q = args.pointer<double>();
  double* const r = args.pointer<double>();
  const int64_t batch = args.integer(), m = args.integer(), n = args.integer(), p = args.integer();
  for (int64_t i = 0; i < batch; i++) factorQR(a + i * m * n, m, n, q + i * m * p, r + i * p * n, p);
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(linalgSvd, {"svd", svd}, {"qr", qr})
