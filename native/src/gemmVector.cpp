// Matrix times vector: bound by reading the matrix once, so it is read where it lies, in the order it lies.

#include "gemmTypes.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t taskElements = 1 << 15;  // of the matrix, per task

// out[i · outStride] = Σ_k matrix[i · rs + k · cs] · vector[k] + bias[i · biasStride]
template <class T>
struct MatrixVector {
  using S = Simd<T>;
  using Vec = typename S::Vec;

  const T* matrix;
  const T* vector;
  const T* bias;
  T* out;
  int64_t rows, K, rs, cs, biasStride, outStride;

  void put(int64_t row, T sum) const { out[row * outStride] = bias ? sum + bias[row * biasStride] : sum; }

  // Rows are contiguous: R dot products at once.
  template <int R>
  void dots(int64_t row) const {
    Vec sum[R][2];
    for (int r = 0; r < R; r++) sum[r][0] = sum[r][1] = S::splat(0);
    const T* const m = matrix + row * rs;
    int64_t k = 0;
    for (; k + 2 * S::lanes <= K; k += 2 * S::lanes) {
      const Vec v0 = S::load(vector + k), v1 = S::load(vector + k + S::lanes);
#pragma GCC unroll 4
      for (int r = 0; r < R; r++) {
        sum[r][0] += S::load(m + r * rs + k) * v0;
        sum[r][1] += S::load(m + r * rs + k + S::lanes) * v1;
      }
    }
    for (; k < K; k += S::lanes) {
      const int64_t count = smaller<int64_t>(S::lanes, K - k);
      const Vec v = S::loadPartial(vector + k, count);
      for (int r = 0; r < R; r++) sum[r][0] += S::loadPartial(m + r * rs + k, count) * v;
    }
    for (int r = 0; r < R; r++) put(row + r, S::sum(sum[r][0] + sum[r][1]));
  }

  // Columns are contiguous: V vectors of outputs, or part of one.
  template <int V>
  void sums(int64_t row, int64_t count) const {
    Vec sum[V];
    for (int v = 0; v < V; v++) sum[v] = S::splat(0);
    const T* m = matrix + row;
    for (int64_t k = 0; k < K; k++, m += cs) {
      const Vec x = S::splat(vector[k]);
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) sum[v] += (V == 1 ? S::loadPartial(m, count) : S::load(m + v * S::lanes)) * x;
    }
    T buffer[V * S::lanes] __attribute__((aligned(NABLA_VECTOR_BYTES)));
    for (int v = 0; v < V; v++) S::store(buffer + v * S::lanes, sum[v]);
    for (int64_t i = 0; i < count; i++) put(row + i, buffer[i]);
  }

  void range(int64_t row, int64_t end) const {
    if (cs == 1) {
      for (; row + 4 <= end; row += 4) dots<4>(row);
      for (; row < end; row++) dots<1>(row);
    } else if (rs == 1) {
      for (; row + 8 * S::lanes <= end; row += 8 * S::lanes) sums<8>(row, 8 * S::lanes);
      for (; row < end; row += S::lanes) sums<1>(row, smaller<int64_t>(S::lanes, end - row));
    } else {
      for (; row < end; row++) {
        T sum = 0;
        for (int64_t k = 0; k < K; k++) sum += matrix[row * rs + k * cs] * vector[k];
        put(row, sum);
      }
    }
  }
};

}  // namespace

template <class T>
void multiplyVector(const Product<T>& p, const Place& place) {
  const bool row = p.M == 1;
  const int64_t stride = row ? p.acs : p.brs;
  const T* vector = row ? p.a : p.b;
  if (stride != 1) {
    const size_t bytes = p.K * sizeof(T);
    T* const copy = static_cast<T*>(place.nested ? scratch(place.worker, bytes) : sharedScratch(vectorSlot, bytes));
    for (int64_t k = 0; k < p.K; k++) copy[k] = vector[k * stride];
    vector = copy;
  }
  const MatrixVector<T> job = row ? MatrixVector<T>{p.b, vector, p.bias, p.out, p.N, p.K, p.bcs, p.brs, p.biasCs, 1}
                                  : MatrixVector<T>{p.a, vector, p.bias, p.out, p.M, p.K, p.ars, p.acs, p.biasRs, p.ldo};
  constexpr int64_t unit = 8 * Simd<T>::lanes;
  const int64_t rowsOfTask = divideUp(larger<int64_t>(1, taskElements / p.K), unit) * unit;
  parallelFor(divideUp(job.rows, rowsOfTask), [&](int64_t task, int) {
    job.range(task * rowsOfTask, smaller((task + 1) * rowsOfTask, job.rows));
  });
}

template void multiplyVector(const Product<float>&, const Place&);
template void multiplyVector(const Product<double>&, const Place&);

}  // namespace NABLA_ISA
}  // namespace nabla
