// The matrix product: sorts products by size and shape to the code that suits them, and runs through batches.

#include "gemmTypes.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t tinyProduct = 256;      // M·N·K up to which plain loops are fastest
constexpr int64_t parallelBatches = 4;    // from here on, batch entries are shared out whole
constexpr int maxBatchAxes = 8;

template <class T>
void multiplyPlain(const Product<T>& p) {
  for (int64_t i = 0; i < p.M; i++) {
    for (int64_t j = 0; j < p.N; j++) {
      T sum = p.biasAt(i, j);
      const T* a = p.a + i * p.ars;
      const T* b = p.b + j * p.bcs;
      for (int64_t k = 0; k < p.K; k++) sum += a[k * p.acs] * b[k * p.brs];
      p.out[i * p.ldo + j] = sum;
    }
  }
}

// Integers wrap around; row by row, so that the compiler can vectorise along a contiguous b.
void multiplyIntegers(const Product<int32_t>& p) {
  parallelFor(p.M, [&](int64_t i, int) {
    int32_t* const out = p.out + i * p.ldo;
    for (int64_t j = 0; j < p.N; j++) out[j] = p.biasAt(i, j);
    for (int64_t k = 0; k < p.K; k++) {
      const uint32_t a = static_cast<uint32_t>(p.a[i * p.ars + k * p.acs]);
      const int32_t* const b = p.b + k * p.brs;
      for (int64_t j = 0; j < p.N; j++) out[j] = static_cast<int32_t>(static_cast<uint32_t>(out[j]) + a * static_cast<uint32_t>(b[j * p.bcs]));
    }
  });
}

template <class T>
void multiply(const Product<T>& p, const Place& place) {
  if (p.M * p.N * p.K <= tinyProduct) return multiplyPlain(p);
  if (p.M == 1 || p.N == 1) return multiplyVector(p, place);
  multiplyTiled(p, place);
}
void multiply(const Product<int32_t>& p, const Place&) { multiplyIntegers(p); }

template <class T>
void run(Arguments& args) {
  Product<T> p;
  p.a = args.pointer<const T>();
  p.b = args.pointer<const T>();
  p.out = args.pointer<T>();
  p.bias = args.pointer<const T>();
  int64_t* const sizes[] = {&p.M, &p.N, &p.K, &p.ars, &p.acs, &p.brs, &p.bcs, &p.ldo, &p.biasRs, &p.biasCs};
  for (int64_t* size : sizes) *size = args.integer();
  const int64_t axes = args.integer();
  if (axes == 0) return multiply(p, Place{false, 0});

  int64_t shape[maxBatchAxes], aStrides[maxBatchAxes], bStrides[maxBatchAxes], outStrides[maxBatchAxes], biasStrides[maxBatchAxes];
  int64_t* const lists[] = {shape, aStrides, bStrides, outStrides, biasStrides};
  for (int64_t* list : lists) args.integers(list, axes);
  // One b for all and evenly spaced rows: one tall product.
  const bool tall = axes == 1 && bStrides[0] == 0 && aStrides[0] == p.M * p.ars && outStrides[0] == p.M * p.ldo &&
                    (!p.bias || biasStrides[0] == p.M * p.biasRs);
  if (tall) {
    p.M *= shape[0];
    return multiply(p, Place{false, 0});
  }
  int64_t count = 1;
  for (int64_t axis = 0; axis < axes; axis++) count *= shape[axis];
  const auto entry = [&](int64_t index) {
    Product<T> one = p;
    for (int64_t axis = axes - 1; axis >= 0; axis--) {
      const int64_t i = index % shape[axis];
      index /= shape[axis];
      one.a += i * aStrides[axis];
      one.b += i * bStrides[axis];
      one.out += i * outStrides[axis];
      if (one.bias) one.bias += i * biasStrides[axis];
    }
    return one;
  };
  if (count < parallelBatches) {
    for (int64_t i = 0; i < count; i++) multiply(entry(i), Place{false, 0});
  } else {
    parallelFor(count, [&](int64_t i, int worker) { multiply(entry(i), Place{true, worker}); });
  }
}

double matmul(const double* block) {
  Arguments args(block);
  const int64_t dtype = args.integer();
  if (dtype == Float32) run<float>(args);
  if (dtype == Float64) run<double>(args);
  if (dtype == Int32) run<int32_t>(args);
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(gemm, {"matmul", matmul})
