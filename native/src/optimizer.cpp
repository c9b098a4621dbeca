// Kernels "sgd" and "adam": one step of all parameters in one call, in place, with PyTorch's formulas.
//
// Parameters are worked off as one long list of elements, cut into tasks at fixed positions within each of them.

#include "rows.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// Calls run(parameter, first, last) for pieces that cover all parameters; size(i) is the length of parameter i.
template <class Size, class F>
void forPieces(int64_t count, Size&& size, F&& run) {
  int64_t total = 0, pieces = 0;
  for (int64_t i = 0; i < count; i++) {
    total += size(i);
    pieces += divideUp(size(i), chunkElements);
  }
  if (total <= parallelElements) {
    for (int64_t i = 0; i < count; i++) run(i, int64_t{0}, size(i));
    return;
  }
  struct Piece {
    int64_t parameter, first;
  };
  auto* list = static_cast<Piece*>(sharedScratch(0, pieces * sizeof(Piece)));
  int64_t next = 0;
  for (int64_t i = 0; i < count; i++) {
    for (int64_t first = 0; first < size(i); first += chunkElements) list[next++] = {i, first};
  }
  // Small parameters would make small tasks: four pieces are taken at once when there are many.
  const int64_t perTask = pieces >= 64 ? 4 : 1;
  parallelFor(divideUp(pieces, perTask), [&](int64_t task, int) {
    for (int64_t i = task * perTask; i < smaller(pieces, (task + 1) * perTask); i++) {
      const Piece piece = list[i];
      run(piece.parameter, piece.first, smaller(size(piece.parameter), piece.first + chunkElements));
    }
  });
}

struct Sgd {
  double lr, momentum, dampening, weightDecay;
  bool nesterov, first;
};

// v ← momentum·v + (1 − dampening)·g, on the first step v ← g; p ← p − lr·(v, or g + momentum·v with Nesterov).
template <class T>
void sgdPiece(const Sgd& o, T* p, const T* g, T* v, int64_t n) {
  const T lr = static_cast<T>(o.lr), momentum = static_cast<T>(o.momentum), fresh = static_cast<T>(1 - o.dampening),
          decay = static_cast<T>(o.weightDecay);
  if (!v) {
    NABLA_ELEMENTWISE_LOOP
    for (int64_t i = 0; i < n; i++) p[i] -= lr * (g[i] + decay * p[i]);
  } else if (o.first) {
    const T scale = o.nesterov ? T(1) + momentum : T(1);
    NABLA_ELEMENTWISE_LOOP
    for (int64_t i = 0; i < n; i++) {
      const T slope = g[i] + decay * p[i];
      v[i] = slope;
      p[i] -= lr * (scale * slope);
    }
  } else if (o.nesterov) {
    NABLA_ELEMENTWISE_LOOP
    for (int64_t i = 0; i < n; i++) {
      const T slope = g[i] + decay * p[i];
      const T velocity = momentum * v[i] + fresh * slope;
      v[i] = velocity;
      p[i] -= lr * (slope + momentum * velocity);
    }
  } else {
    NABLA_ELEMENTWISE_LOOP
    for (int64_t i = 0; i < n; i++) {
      const T velocity = momentum * v[i] + fresh * (g[i] + decay * p[i]);
      v[i] = velocity;
      p[i] -= lr * velocity;
    }
  }
}

template <class T>
T* pointerAt(double address) {
  return reinterpret_cast<T*>(static_cast<uintptr_t>(address));
}

template <class T>
void sgdAs(const Sgd& o, bool hasBuffers, const double* list, int64_t count) {
  const auto size = [&](int64_t i) { return static_cast<int64_t>(list[i * 4 + 3]); };
  forPieces(count, size, [&](int64_t i, int64_t first, int64_t last) {
    const double* at = list + i * 4;
    T* v = hasBuffers ? pointerAt<T>(at[2]) + first : nullptr;
    sgdPiece(o, pointerAt<T>(at[0]) + first, pointerAt<const T>(at[1]) + first, v, last - first);
  });
}

double sgd(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  Sgd o;
  o.lr = a.number();
  o.momentum = a.number();
  o.dampening = a.number();
  o.weightDecay = a.number();
  o.nesterov = a.flag();
  o.first = a.flag();
  const bool hasBuffers = a.flag();
  const int64_t count = a.integer();
  if (dtype == Float32) {
    sgdAs<float>(o, hasBuffers, a.next, count);
  } else {
    sgdAs<double>(o, hasBuffers, a.next, count);
  }
  return -1;
}

struct Adam {
  double lr, beta1, beta2, eps, weightDecay;
  bool decoupled;
  double correction1, correction2;
};

// Kingma and Ba, 2015: p ← p − lr/c₁ · m/(√v/√c₂ + ε); `decoupled` is AdamW (Loshchilov and Hutter, 2019).
template <class T>
void adamPiece(const Adam& o, T* p, const T* g, T* m, T* v, int64_t n) {
  const T beta1 = static_cast<T>(o.beta1), fresh1 = static_cast<T>(1 - o.beta1), beta2 = static_cast<T>(o.beta2),
          fresh2 = static_cast<T>(1 - o.beta2), eps = static_cast<T>(o.eps);
  const T keep = static_cast<T>(o.decoupled ? 1 - o.lr * o.weightDecay : 1);
  const T decay = static_cast<T>(o.decoupled ? 0 : o.weightDecay);
  const T step = static_cast<T>(o.lr / o.correction1), inverseRoot = static_cast<T>(1 / __builtin_sqrt(o.correction2));
  NABLA_ELEMENTWISE_LOOP
  for (int64_t i = 0; i < n; i++) {
    const T slope = g[i] + decay * p[i];
    const T first = beta1 * m[i] + fresh1 * slope;
    const T second = beta2 * v[i] + fresh2 * slope * slope;
    m[i] = first;
    v[i] = second;
    const T deviation = sizeof(T) == 4 ? static_cast<T>(__builtin_sqrtf(static_cast<float>(second)))
                                       : static_cast<T>(__builtin_sqrt(static_cast<double>(second)));
    p[i] = p[i] * keep - step * (first / (deviation * inverseRoot + eps));
  }
}

template <class T>
void adamAs(const Adam& o, const double* list, int64_t count) {
  const auto size = [&](int64_t i) { return static_cast<int64_t>(list[i * 5 + 4]); };
  forPieces(count, size, [&](int64_t i, int64_t first, int64_t last) {
    const double* at = list + i * 5;
    adamPiece(o, pointerAt<T>(at[0]) + first, pointerAt<const T>(at[1]) + first, pointerAt<T>(at[2]) + first,
              pointerAt<T>(at[3]) + first, last - first);
  });
}

double adam(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  Adam o;
  o.lr = a.number();
  o.beta1 = a.number();
  o.beta2 = a.number();
  o.eps = a.number();
  o.weightDecay = a.number();
  o.decoupled = a.flag();
  o.correction1 = a.number();
  o.correction2 = a.number();
  const int64_t count = a.integer();
  if (dtype == Float32) {
    adamAs<float>(o, a.next, count);
  } else {
    adamAs<double>(o, a.next, count);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(optimizer, {"sgd", sgd}, {"adam", adam})
