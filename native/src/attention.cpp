// Kernels "attention" and "attentionGrad": softmax(scale · q kᵀ + mask) v for each sequence and head (Vaswani et al., 2017).
//
// A head is worked off in blocks of queries whose scores stay in the cache, so that the T × S matrix of scores never exists as a whole; the
// backward pass computes the scores again from log Σ exp of their rows (Rabe and Staats, 2021; Dao et al., 2022). With `causal`, keys
// that no query of a block may see are left out. Heads are shared out among the threads whole.

#include "gemmTypes.h"
#include "rows.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t queriesOfBlock = 64;

// A matrix for each sequence and head.
template <class T>
struct Heads {
  T* data;
  int64_t sequence, head, row, column;  // strides

  static Heads read(Arguments& a) {
    Heads h;
    h.data = a.pointer<T>();
    h.sequence = a.integer(), h.head = a.integer(), h.row = a.integer(), h.column = a.integer();
    return h;
  }
  T* at(int64_t n, int64_t h) const { return data + n * sequence + h * head; }
};

template <class T>
struct Attention {
  using S = Simd<T>;

  int64_t sequences, heads, queries, keys, width, valueWidth;
  T scale;
  bool causal;
  Heads<const T> q, k, v, mask;
  Heads<T> out;
  T* logSum;
  // Memory of each worker, beside scratch(), which the products use.
  T* memory;
  int64_t memoryOfWorker;

  T* memoryOf(int worker) const { return memory + worker * memoryOfWorker; }
  void reserve(int64_t elements) {
    memoryOfWorker = divideUp(elements, 64) * 64;
    memory = static_cast<T*>(sharedScratch(0, threads() * memoryOfWorker * sizeof(T)));
  }

  void readSizes(Arguments& a) {
    sequences = a.integer(), heads = a.integer(), queries = a.integer(), keys = a.integer(), width = a.integer(), valueWidth = a.integer();
    scale = static_cast<T>(a.number());
    causal = a.flag();
    q = Heads<const T>::read(a), k = Heads<const T>::read(a), v = Heads<const T>::read(a), mask = Heads<const T>::read(a);
  }

  // Keys that queries below `end` may see.
  int64_t visible(int64_t end) const {
    return causal ? larger<int64_t>(0, smaller(keys, end + keys - queries)) : keys;
  }

  // out[M, N] = a[M, K] · b[K, N] inside a task, by strides; out's rows lie `ldo` apart.
  static void product(int worker, const T* a, int64_t ars, int64_t acs, const T* b, int64_t brs, int64_t bcs, T* out, int64_t ldo, int64_t M, int64_t N, int64_t K) {
    if (M == 0 || N == 0) return;
    if (K == 0) {
      for (int64_t i = 0; i < M; i++) std::memset(out + i * ldo, 0, N * sizeof(T));
      return;
    }
    const Product<T> p{a, b, out, nullptr, M, N, K, ars, acs, brs, bcs, ldo, 0, 0};
    if (M == 1 || N == 1) {
      multiplyVector(p, Place{true, worker});
    } else {
      multiplyTiled(p, Place{true, worker});
    }
  }

  // Scores of `rows` queries from `begin` with the first `seen` keys, scaled and masked; what a query may not see is −∞.
  void scores(int worker, int64_t n, int64_t h, int64_t begin, int64_t rows, int64_t seen, T* to) const {
    product(worker, q.at(n, h) + begin * q.row, q.row, q.column, k.at(n, h), k.column, k.row, to, keys, rows, seen, width);
    const auto factor = S::splat(scale);
    for (int64_t r = 0; r < rows; r++) {
      T* const row = to + r * keys;
      forVectors(seen, [=](int64_t s, int64_t count) { S::storePartial(row + s, S::loadPartial(row + s, count) * factor, count); });
      if (mask.data) {
        const T* const m = mask.at(n, h) + (begin + r) * mask.row;
        for (int64_t s = 0; s < seen; s++) row[s] += m[s * mask.column];
      }
      for (int64_t s = visible(begin + r + 1); s < seen; s++) row[s] = -static_cast<T>(__builtin_inf());
    }
  }

  // Calls f(i, count) for vectors of n elements.
  template <class F>
  static NABLA_INLINE void forVectors(int64_t n, F&& f) {
    int64_t i = 0;
    for (; i + S::lanes <= n; i += S::lanes) f(i, int64_t{S::lanes});
    if (i < n) f(i, n - i);
  }

  // The largest of n; NaN if there is one, −∞ of none.
  static NABLA_INLINE T maximum(const T* x, int64_t n) {
    const auto largerOf = [](auto a, auto b) { return (b > a) | (b != b) ? b : a; };
    typename S::Vec acc = S::splat(-static_cast<T>(__builtin_inf()));
    int64_t i = 0;
    for (; i + S::lanes <= n; i += S::lanes) acc = largerOf(acc, S::load(x + i));
    T lane[S::lanes];
    S::store(lane, acc);
    T max = lane[0];
    for (int l = 1; l < S::lanes; l++) max = largerOf(max, lane[l]);
    for (; i < n; i++) max = largerOf(max, x[i]);
    return max;
  }

  void forward() const {
    parallelFor(sequences * heads, [this](int64_t index, int worker) {
      const int64_t n = index / heads, h = index % heads;
      T* const block = memoryOf(worker);
      for (int64_t begin = 0; begin < queries; begin += queriesOfBlock) {
        const int64_t rows = smaller(queriesOfBlock, queries - begin), seen = visible(begin + rows);
        scores(worker, n, h, begin, rows, seen, block);
        for (int64_t r = 0; r < rows; r++) logSum[(index * queries) + begin + r] = softmax(block + r * keys, seen);
        product(worker, block, keys, 1, v.at(n, h), v.row, v.column, out.at(n, h) + begin * out.row, out.row, rows, valueWidth, seen);
      }
    });
  }

  // Softmax in place; returns log Σ exp. A row of nothing but −∞ becomes zeros.
  static T softmax(T* row, int64_t n) {
    const T max = maximum(row, n);
    if (max == -static_cast<T>(__builtin_inf())) {
      for (int64_t i = 0; i < n; i++) row[i] = 0;
      return max;
    }
    const double total = exponentials(row, n, max);
    const T inverse = static_cast<T>(1 / total);
    forVectors(n, [=](int64_t i, int64_t count) { S::storePartial(row + i, S::loadPartial(row + i, count) * inverse, count); });
    return max + static_cast<T>(__builtin_log(total));
  }

  // row[i] ← exp(row[i] − shift); returns the sum.
  static NABLA_INLINE double exponentials(float* row, int64_t n, float shift) {
    using F = Simd<float>;
    double total = 0;
    F::Vec acc = {};
    int64_t i = 0;
    for (; i + F::lanes <= n; i += F::lanes) {
      const F::Vec e = vmath::exp(F::load(row + i) - shift);
      F::store(row + i, e);
      acc += e;
    }
    total = F::sum(acc);
    if (i < n) {
      F::storePartial(row + i, vmath::exp(F::loadPartial(row + i, n - i) - shift), n - i);
      for (; i < n; i++) total += row[i];
    }
    return total;
  }
  static NABLA_INLINE double exponentials(double* row, int64_t n, double shift) {
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
      row[i] = __builtin_exp(row[i] - shift);
      total += row[i];
    }
    return total;
  }

  // With P the attention of a block and dP = dOut vᵀ:
  // dS = P ∘ (dP − Σ dOut ∘ out), dq = scale · dS k, dk = scale · dSᵀ q, dv = Pᵀ dOut.
  void backward(const Heads<const T>& dOut, const Heads<T>& dq, const Heads<T>& dk, const Heads<T>& dv) const {
    parallelFor(sequences * heads, [&](int64_t index, int worker) {
      const int64_t n = index / heads, h = index % heads;
      T* const P = memoryOf(worker);
      T* const dS = P + queriesOfBlock * keys;
      T* const part = dS + queriesOfBlock * keys;
      clear(dk.at(n, h), dk, keys, width);
      clear(dv.at(n, h), dv, keys, valueWidth);
      for (int64_t begin = 0; begin < queries; begin += queriesOfBlock) {
        const int64_t rows = smaller(queriesOfBlock, queries - begin), seen = visible(begin + rows);
        const T* const slope = dOut.at(n, h) + begin * dOut.row;
        scores(worker, n, h, begin, rows, seen, P);
        product(worker, slope, dOut.row, dOut.column, v.at(n, h), v.column, v.row, dS, keys, rows, seen, valueWidth);
        for (int64_t r = 0; r < rows; r++) {
          const T sum = logSum[index * queries + begin + r];
          T* const p = P + r * keys;
          T* const d = dS + r * keys;
          if (sum == -static_cast<T>(__builtin_inf())) {
            std::memset(p, 0, seen * sizeof(T));
          } else {
            exponentials(p, seen, sum);
          }
          const T* const y = out.at(n, h) + (begin + r) * out.row;
          const T* const dy = slope + r * dOut.row;
          T along = 0;
          for (int64_t e = 0; e < valueWidth; e++) along += dy[e * dOut.column] * y[e * out.column];
          const auto factor = S::splat(scale), shift = S::splat(along);
          forVectors(seen, [=](int64_t s, int64_t count) {
            S::storePartial(d + s, S::loadPartial(p + s, count) * (S::loadPartial(d + s, count) - shift) * factor, count);
          });
        }
        product(worker, dS, keys, 1, k.at(n, h), k.row, k.column, dq.at(n, h) + begin * dq.row, dq.row, rows, width, seen);
        product(worker, dS, 1, keys, q.at(n, h) + begin * q.row, q.row, q.column, part, width, seen, width, rows);
        add(part, width, dk.at(n, h), dk, seen);
        product(worker, P, 1, keys, slope, dOut.row, dOut.column, part, valueWidth, seen, valueWidth, rows);
        add(part, valueWidth, dv.at(n, h), dv, seen);
      }
    });
  }

  static void clear(T* to, const Heads<T>& like, int64_t rows, int64_t columns) {
    for (int64_t r = 0; r < rows; r++) std::memset(to + r * like.row, 0, columns * sizeof(T));
  }
  static void add(const T* from, int64_t columns, T* to, const Heads<T>& like, int64_t rows) {
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t c = 0; c < columns; c++) to[r * like.row + c] += from[r * columns + c];
    }
  }
};

template <class T>
void run(Arguments& a) {
  Attention<T> job;
  job.readSizes(a);
  job.out = Heads<T>::read(a);
  job.logSum = a.pointer<T>();
  job.reserve(queriesOfBlock * job.keys);
  job.forward();
}

template <class T>
void runGrad(Arguments& a) {
  Attention<T> job;
  job.readSizes(a);
  job.out = Heads<T>::read(a);
  job.logSum = a.pointer<T>();
  const auto dOut = Heads<const T>::read(a);
  const auto dq = Heads<T>::read(a), dk = Heads<T>::read(a), dv = Heads<T>::read(a);
  job.reserve(2 * queriesOfBlock * job.keys + job.keys * larger(job.width, job.valueWidth));
  job.backward(dOut, dq, dk, dv);
}

double attention(const double* block) {
  return forFloats(block, [](auto zero, Arguments& args) { run<decltype(zero)>(args); });
}

double attentionGrad(const double* block) {
  return forFloats(block, [](auto zero, Arguments& args) { runGrad<decltype(zero)>(args); });
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(attention, {"attention", attention}, {"attentionGrad", attentionGrad})
