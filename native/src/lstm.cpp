// Kernels "lstmCell" and "lstmCellGrad": one step of a batch of LSTM cells (Hochreiter and Schmidhuber, 1997; with forget gates, Gers et al.,
// 2000). Gates lie in rows of 4H: input, forget, cell, output.

#include "rows.h"
#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

template <class T>
struct Math;

template <>
struct Math<float> {
  using V = Simd<float>::Vec;
  static constexpr int lanes = Simd<float>::lanes;
  static NABLA_INLINE V load(const float* p, int64_t count) { return Simd<float>::loadPartial(p, count); }
  static NABLA_INLINE void store(float* p, V v, int64_t count) { Simd<float>::storePartial(p, v, count); }
  static NABLA_INLINE V sigmoid(V x) { return vmath::sigmoid(x); }
  static NABLA_INLINE V tanh(V x) { return vmath::tanh(x); }
};

// One element at a time: doubles are for checks.
template <>
struct Math<double> {
  using V = double;
  static constexpr int lanes = 1;
  static NABLA_INLINE V load(const double* p, int64_t) { return *p; }
  static NABLA_INLINE void store(double* p, V v, int64_t) { *p = v; }
  static NABLA_INLINE V sigmoid(V x) { return x >= 0 ? 1 / (1 + __builtin_exp(-x)) : __builtin_exp(x) / (1 + __builtin_exp(x)); }
  static NABLA_INLINE V tanh(V x) { return __builtin_tanh(x); }
};

constexpr int64_t costOfUnit = 32;  // in elements that are only copied

// Calls run(row, unit, count) for vectors of units of all rows.
template <class T, class F>
NABLA_INLINE void forUnits(int64_t rows, int64_t units, F&& run) {
  forRanges(rows, units * costOfUnit, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      for (int64_t unit = 0; unit < units; unit += Math<T>::lanes) run(row, unit, smaller<int64_t>(Math<T>::lanes, units - unit));
    }
  });
}

template <class T>
void forward(Arguments& a) {
  using M = Math<T>;
  T* gates = a.pointer<T>();
  const T* cPrev = a.pointer<const T>();
  T* cell = a.pointer<T>();
  T* hidden = a.pointer<T>();
  const int64_t rows = a.integer(), units = a.integer();
  forUnits<T>(rows, units, [=](int64_t row, int64_t unit, int64_t count) {
    T* const gate = gates + row * 4 * units + unit;
    const int64_t at = row * units + unit;
    const auto i = M::sigmoid(M::load(gate, count)), f = M::sigmoid(M::load(gate + units, count));
    const auto g = M::tanh(M::load(gate + 2 * units, count)), o = M::sigmoid(M::load(gate + 3 * units, count));
    M::store(gate, i, count);
    M::store(gate + units, f, count);
    M::store(gate + 2 * units, g, count);
    M::store(gate + 3 * units, o, count);
    const auto c = f * M::load(cPrev + at, count) + i * g;
    M::store(cell + at, c, count);
    M::store(hidden + at, o * M::tanh(c), count);
  });
}

template <class T>
void backward(Arguments& a) {
  using M = Math<T>;
  const T* dh = a.pointer<const T>();
  T* dc = a.pointer<T>();
  const T* gates = a.pointer<const T>();
  const T* cPrev = a.pointer<const T>();
  const T* cell = a.pointer<const T>();
  T* dGates = a.pointer<T>();
  const int64_t rows = a.integer(), units = a.integer();
  forUnits<T>(rows, units, [=](int64_t row, int64_t unit, int64_t count) {
    const int64_t at = row * units + unit, first = row * 4 * units + unit;
    const T* const gate = gates + first;
    T* const dGate = dGates + first;
    const auto i = M::load(gate, count), f = M::load(gate + units, count), g = M::load(gate + 2 * units, count),
               o = M::load(gate + 3 * units, count);
    const auto t = M::tanh(M::load(cell + at, count));
    const auto dHidden = M::load(dh + at, count);
    const auto dCell = M::load(dc + at, count) + dHidden * o * (T(1) - t * t);
    M::store(dGate, dCell * g * i * (T(1) - i), count);
    M::store(dGate + units, dCell * M::load(cPrev + at, count) * f * (T(1) - f), count);
    M::store(dGate + 2 * units, dCell * i * (T(1) - g * g), count);
    M::store(dGate + 3 * units, dHidden * t * o * (T(1) - o), count);
    M::store(dc + at, dCell * f, count);
  });
}

double lstmCell(const double* block) {
  return forFloats(block, [](auto zero, Arguments& args) { forward<decltype(zero)>(args); });
}

double lstmCellGrad(const double* block) {
  return forFloats(block, [](auto zero, Arguments& args) { backward<decltype(zero)>(args); });
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(lstm, {"lstmCell", lstmCell}, {"lstmCellGrad", lstmCellGrad})
