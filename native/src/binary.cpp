// Kernels "binary": z = f(x, y), "compare": z = x ∘ y as 0 or 1, and "where": z = c ? x : y, over strided views.
//
// The orders of the tables are those of `binaryOps` and `compareOps` in src/backend/backend.ts.

#include "rows.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

using vmath::F;

// Arithmetic in unsigned numbers, so that integers wrap around.
template <class T>
struct Wrapping {
  using Type = T;
};
template <>
struct Wrapping<int32_t> {
  using Type = uint32_t;
};
template <>
struct Wrapping<uint8_t> {
  using Type = uint32_t;
};

struct Add {
  template <class T>
  static NABLA_INLINE T apply(T x, T y, T) {
    using W = typename Wrapping<T>::Type;
    return static_cast<T>(static_cast<W>(x) + static_cast<W>(y));
  }
};
struct Sub {
  template <class T>
  static NABLA_INLINE T apply(T x, T y, T) {
    using W = typename Wrapping<T>::Type;
    return static_cast<T>(static_cast<W>(x) - static_cast<W>(y));
  }
};
struct Mul {
  template <class T>
  static NABLA_INLINE T apply(T x, T y, T) {
    using W = typename Wrapping<T>::Type;
    return static_cast<T>(static_cast<W>(x) * static_cast<W>(y));
  }
};
// Integers: cut towards zero; 0 when the divisor is 0.
struct Div {
  static NABLA_INLINE float apply(float x, float y, float) { return x / y; }
  static NABLA_INLINE double apply(double x, double y, double) { return x / y; }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t y, int32_t) {
    return y == 0 ? 0 : static_cast<int32_t>(static_cast<int64_t>(x) / y);
  }
  static NABLA_INLINE uint8_t apply(uint8_t x, uint8_t y, uint8_t) { return y == 0 ? 0 : x / y; }
};
struct Pow {
  static NABLA_INLINE float apply(float x, float y, float) { return __builtin_powf(x, y); }
  static NABLA_INLINE double apply(double x, double y, double) { return __builtin_pow(x, y); }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t y, int32_t) { return toInt32(__builtin_pow(x, y)); }
  static NABLA_INLINE uint8_t apply(uint8_t x, uint8_t y, uint8_t) { return static_cast<uint8_t>(toInt32(__builtin_pow(x, y))); }
};
// NaN in either operand gives NaN.
struct Maximum {
  template <class T>
  static NABLA_INLINE T apply(T x, T y, T) { return (x > y) | (x != x) ? x : y; }
};
struct Minimum {
  template <class T>
  static NABLA_INLINE T apply(T x, T y, T) { return (x < y) | (x != x) ? x : y; }
};
struct ReluGrad {
  template <class T>
  static NABLA_INLINE T apply(T dy, T y, T) { return y > T(0) ? dy : T(0); }
};
struct TanhGrad {
  template <class T>
  static NABLA_INLINE T apply(T dy, T y, T) { return dy * (T(1) - y * y); }
};
struct SigmoidGrad {
  template <class T>
  static NABLA_INLINE T apply(T dy, T y, T) { return dy * y * (T(1) - y); }
};
struct LeakyReluGrad {
  template <class T>
  static NABLA_INLINE T apply(T dy, T x, T alpha) { return x > T(0) ? dy : alpha * dy; }
};

NABLA_INLINE double logistic(double x) { return 1 / (1 + __builtin_exp(-x)); }

struct EluGrad {
  static NABLA_INLINE F vector(F dy, F x, F alpha) { return x > 0.0f ? dy : dy * alpha * vmath::exp(x); }
  static NABLA_INLINE double apply(double dy, double x, double alpha) { return x > 0 ? dy : dy * alpha * __builtin_exp(x); }
};
struct SiluGrad {
  static NABLA_INLINE F vector(F dy, F x, F) {
    const F s = vmath::sigmoid(x);
    return dy * s * (1.0f + x * (1.0f - s));
  }
  static NABLA_INLINE double apply(double dy, double x, double) {
    const double s = logistic(x);
    return dy * s * (1 + x * (1 - s));
  }
};
struct GeluGrad {
  static NABLA_INLINE F vector(F dy, F x, F) { return dy * vmath::geluSlope(x); }
  static NABLA_INLINE double apply(double dy, double x, double) {
    const double cumulative = 0.5 * __builtin_erfc(x * -0.70710678118654752440);
    return dy * (cumulative + x * 0.39894228040143267794 * __builtin_exp(-0.5 * x * x));
  }
};
struct SoftplusGrad {
  static NABLA_INLINE F vector(F dy, F x, F) { return dy * vmath::sigmoid(x); }
  static NABLA_INLINE double apply(double dy, double x, double) { return dy * logistic(x); }
};

struct Atan2 {
  static NABLA_INLINE float apply(float y, float x, float) { return __builtin_atan2f(y, x); }
  static NABLA_INLINE double apply(double y, double x, double) { return __builtin_atan2(y, x); }
};
struct Hypot {
  static NABLA_INLINE float apply(float x, float y, float) { return __builtin_hypotf(x, y); }
  static NABLA_INLINE double apply(double x, double y, double) { return __builtin_hypot(x, y); }
};
// Equal operands apart: the difference of two infinities is no number.
struct LogAddExp {
  static NABLA_INLINE F vector(F x, F y, F) {
    const F apart = (x > y ? x : y) + vmath::log1p(vmath::exp(-vmath::absolute(x - y)));
    return x == y ? x + 0.693147182f : apart;
  }
  static NABLA_INLINE double apply(double x, double y, double) {
    return x == y ? x + 0.69314718055994530942 : (x > y ? x : y) + __builtin_log1p(__builtin_exp(-__builtin_fabs(x - y)));
  }
};

// Whether the rest of a division that was cut towards zero has the wrong sign for one that is rounded down.
template <class T>
NABLA_INLINE bool isBelow(T rest, T y) {
  return rest != T(0) && (rest < T(0)) != (y < T(0));
}
NABLA_INLINE float cutRemainder(float x, float y) { return __builtin_fmodf(x, y); }
NABLA_INLINE double cutRemainder(double x, double y) { return __builtin_fmod(x, y); }

// Quotient and remainder have the sign rules of division rounded down; integers give 0 when the divisor is 0.
struct Remainder {
  template <class T>
  static NABLA_INLINE T apply(T x, T y, T) {
    const T rest = cutRemainder(x, y);
    return isBelow(rest, y) ? rest + y : rest;
  }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t y, int32_t) {
    if (y == 0 || y == -1) return 0;
    return isBelow(x % y, y) ? x % y + y : x % y;
  }
  static NABLA_INLINE uint8_t apply(uint8_t x, uint8_t y, uint8_t) { return y == 0 ? 0 : x % y; }
};
struct FloorDivide {
  template <class T>
  static NABLA_INLINE T apply(T x, T y, T) {
    if (y == T(0)) return x / y;
    const T rest = cutRemainder(x, y);
    const T quotient = (x - rest) / y - (isBelow(rest, y) ? T(1) : T(0));
    const T below = static_cast<T>(__builtin_floor(static_cast<double>(quotient)));
    return quotient - below > T(0.5) ? below + T(1) : below;
  }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t y, int32_t) {
    if (y == 0) return 0;
    const int64_t quotient = static_cast<int64_t>(x) / y;
    return static_cast<int32_t>(isBelow(x - quotient * y, static_cast<int64_t>(y)) ? quotient - 1 : quotient);
  }
  static NABLA_INLINE uint8_t apply(uint8_t x, uint8_t y, uint8_t) { return y == 0 ? 0 : x / y; }
};

struct Equal {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return x == y; }
};
struct NotEqual {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return x != y; }
};
struct Less {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return x < y; }
};
struct LessEqual {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return x <= y; }
};
struct Greater {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return x > y; }
};
struct GreaterEqual {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return x >= y; }
};
struct LogicalAnd {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return (x != T(0)) & (y != T(0)); }
};
struct LogicalOr {
  template <class T>
  static NABLA_INLINE bool apply(T x, T y, T) { return (x != T(0)) | (y != T(0)); }
};

struct Rows {
  Row float32, float64, int32, uint8;

  Row of(int dtype) const {
    return dtype == Float32 ? float32 : dtype == Float64 ? float64 : dtype == Int32 ? int32 : uint8;
  }
};

template <class Op>
constexpr Rows anyType() {
  return {zipRow<float, float, Op>, zipRow<double, double, Op>, zipRow<int32_t, int32_t, Op>, zipRow<uint8_t, uint8_t, Op>};
}
template <class Op>
constexpr Rows floats() {
  return {zipRow<float, float, Op>, zipRow<double, double, Op>, nullptr, nullptr};
}
template <class Op>
constexpr Rows vectors() {
  return {zipVectors<Op>, zipRow<double, double, Op>, nullptr, nullptr};
}
template <class Op>
constexpr Rows comparison() {
  return {zipRow<float, uint8_t, Op>, zipRow<double, uint8_t, Op>, zipRow<int32_t, uint8_t, Op>, zipRow<uint8_t, uint8_t, Op>};
}

constexpr Rows binaryRows[] = {
    anyType<Add>(),      anyType<Sub>(),        anyType<Mul>(),          anyType<Div>(),     anyType<Pow>(),
    anyType<Maximum>(),  anyType<Minimum>(),    floats<ReluGrad>(),      floats<TanhGrad>(), floats<SigmoidGrad>(),
    floats<LeakyReluGrad>(), vectors<EluGrad>(), vectors<SiluGrad>(),    vectors<GeluGrad>(), vectors<SoftplusGrad>(),
    floats<Atan2>(),     floats<Hypot>(),       vectors<LogAddExp>(),    anyType<Remainder>(), anyType<FloorDivide>(),
};

constexpr Rows compareRows[] = {
    comparison<Equal>(),   comparison<NotEqual>(),     comparison<Less>(),       comparison<LessEqual>(),
    comparison<Greater>(), comparison<GreaterEqual>(), comparison<LogicalAnd>(), comparison<LogicalOr>(),
};

double binary(const double* args) {
  Arguments a(args);
  const auto op = static_cast<int>(a.integer());
  const auto dtype = static_cast<int>(a.integer());
  Elementwise call;
  call.inputs = 2;
  call.in[0].data = a.pointer<char>();
  call.in[1].data = a.pointer<char>();
  call.out.data = a.pointer<char>();
  call.in[0].bytes = call.in[1].bytes = call.out.bytes = bytesOf(dtype);
  call.alpha = a.number();
  call.axes = static_cast<int>(a.integer());
  a.integers(call.shape, call.axes);
  a.integers(call.in[0].strides, call.axes);
  a.integers(call.in[1].strides, call.axes);
  a.integers(call.out.strides, call.axes);
  call.row = binaryRows[op].of(dtype);
  if (call.row) runElementwise(call);
  return -1;
}

double compare(const double* args) {
  Arguments a(args);
  const auto op = static_cast<int>(a.integer());
  const auto dtype = static_cast<int>(a.integer());
  Elementwise call;
  call.inputs = 2;
  call.alpha = 0;
  call.in[0].data = a.pointer<char>();
  call.in[1].data = a.pointer<char>();
  call.out.data = a.pointer<char>();
  call.in[0].bytes = call.in[1].bytes = bytesOf(dtype);
  call.out.bytes = 1;
  call.axes = static_cast<int>(a.integer());
  a.integers(call.shape, call.axes);
  a.integers(call.in[0].strides, call.axes);
  a.integers(call.in[1].strides, call.axes);
  a.integers(call.out.strides, call.axes);
  call.row = compareRows[op].of(dtype);
  runElementwise(call);
  return -1;
}

// A choice moves bits: an integer type of the element's size will do.
template <class T>
void chooseRow(const void* const* in, void* out, int64_t n, double) {
  const uint8_t* condition = static_cast<const uint8_t*>(in[0]);
  const T* x = static_cast<const T*>(in[1]);
  const T* y = static_cast<const T*>(in[2]);
  T* z = static_cast<T*>(out);
  NABLA_ELEMENTWISE_LOOP
  for (int64_t i = 0; i < n; i++) {
    const T yes = x[i], no = y[i];
    z[i] = condition[i] ? yes : no;
  }
}

double where(const double* args) {
  Arguments a(args);
  const int bytes = bytesOf(static_cast<int>(a.integer()));
  Elementwise call;
  call.inputs = 3;
  call.alpha = 0;
  for (int i = 0; i < 3; i++) {
    call.in[i].data = a.pointer<char>();
    call.in[i].bytes = i == 0 ? 1 : bytes;
  }
  call.out.data = a.pointer<char>();
  call.out.bytes = bytes;
  call.axes = static_cast<int>(a.integer());
  a.integers(call.shape, call.axes);
  for (int i = 0; i < 3; i++) a.integers(call.in[i].strides, call.axes);
  a.integers(call.out.strides, call.axes);
  call.row = bytes == 1 ? chooseRow<uint8_t> : bytes == 4 ? chooseRow<Bits32> : chooseRow<Bits64>;
  runElementwise(call);
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(binary, {"binary", binary}, {"compare", compare}, {"where", where})
