// Kernel "unary": y = f(x), over strided views.
//
// Float32 transcendental functions run on vectors (vmath.h); float64 ones call the C library. The order of `rows` is that
// of `unaryOps` in src/backend/backend.ts.

#include "rows.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

using vmath::F;

// Functions that C++ operators give, for any type; integers wrap around.
struct Neg {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return -x; }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t) { return static_cast<int32_t>(0u - static_cast<uint32_t>(x)); }
};
struct Abs {
  static NABLA_INLINE float apply(float x, float) { return __builtin_fabsf(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_fabs(x); }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t) { return x < 0 ? Neg::apply(x, 0) : x; }
  static NABLA_INLINE uint8_t apply(uint8_t x, uint8_t) { return x; }
};
struct Sign {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return static_cast<T>((x > T(0) ? T(1) : T(0)) - (x < T(0) ? T(1) : T(0))); }
};
struct Reciprocal {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return T(1) / x; }
};
struct Square {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return x * x; }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t) {
    return static_cast<int32_t>(static_cast<uint32_t>(x) * static_cast<uint32_t>(x));
  }
};
struct Sqrt {
  static NABLA_INLINE float apply(float x, float) { return __builtin_sqrtf(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_sqrt(x); }
};
struct Rsqrt {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return T(1) / Sqrt::apply(x, x); }
};
struct Relu {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return x <= T(0) ? T(0) : x; }
};
struct LeakyRelu {
  template <class T>
  static NABLA_INLINE T apply(T x, T alpha) { return x > T(0) ? x : alpha * x; }
};
struct Floor {
  static NABLA_INLINE float apply(float x, float) { return __builtin_floorf(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_floor(x); }
};
struct Ceil {
  static NABLA_INLINE float apply(float x, float) { return __builtin_ceilf(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_ceil(x); }
};
// Ties to the even integer.
struct Round {
  static NABLA_INLINE float apply(float x, float) { return __builtin_rintf(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_rint(x); }
};
struct AddScalar {
  template <class T>
  static NABLA_INLINE T apply(T x, T alpha) { return x + alpha; }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t alpha) {
    return static_cast<int32_t>(static_cast<uint32_t>(x) + static_cast<uint32_t>(alpha));
  }
};
struct MulScalar {
  template <class T>
  static NABLA_INLINE T apply(T x, T alpha) { return x * alpha; }
  static NABLA_INLINE int32_t apply(int32_t x, int32_t alpha) {
    return static_cast<int32_t>(static_cast<uint32_t>(x) * static_cast<uint32_t>(alpha));
  }
};
struct PowScalar {
  static NABLA_INLINE float apply(float x, float alpha) { return __builtin_powf(x, alpha); }
  static NABLA_INLINE double apply(double x, double alpha) { return __builtin_pow(x, alpha); }
};
struct Cube {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return x * x * x; }
};
struct IsNan {
  template <class T>
  static NABLA_INLINE bool apply(T x, T) { return x != x; }
};
struct IsFinite {
  template <class T>
  static NABLA_INLINE bool apply(T x, T) { return x - x == T(0); }
};
struct LogicalNot {
  template <class T>
  static NABLA_INLINE bool apply(T x, T) { return x == T(0); }
};
struct Step {
  template <class T>
  static NABLA_INLINE T apply(T x, T) { return x > T(0) ? T(1) : T(0); }
};

// Functions with a vector form for float and a library form for double.
struct Exp {
  static NABLA_INLINE F vector(F x, F) { return vmath::exp(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_exp(x); }
};
struct Expm1 {
  static NABLA_INLINE F vector(F x, F) { return vmath::expm1(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_expm1(x); }
};
struct Log {
  static NABLA_INLINE F vector(F x, F) { return vmath::log(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_log(x); }
};
struct Log1p {
  static NABLA_INLINE F vector(F x, F) { return vmath::log1p(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_log1p(x); }
};
// These are rare in networks: the library's are exact to the last place or nearly so.
#define NABLA_LIBRARY(Name, function)                                                          \
  struct Name {                                                                                \
    static NABLA_INLINE float apply(float x, float) { return __builtin_##function##f(x); }     \
    static NABLA_INLINE double apply(double x, double) { return __builtin_##function(x); }     \
  };
NABLA_LIBRARY(Sin, sin)
NABLA_LIBRARY(Cos, cos)
NABLA_LIBRARY(Tan, tan)
NABLA_LIBRARY(Asin, asin)
NABLA_LIBRARY(Acos, acos)
NABLA_LIBRARY(Atan, atan)
NABLA_LIBRARY(Sinh, sinh)
NABLA_LIBRARY(Cosh, cosh)
NABLA_LIBRARY(Asinh, asinh)
NABLA_LIBRARY(Acosh, acosh)
NABLA_LIBRARY(Atanh, atanh)
NABLA_LIBRARY(Erf, erf)
NABLA_LIBRARY(Exp2, exp2)
NABLA_LIBRARY(Log2, log2)
NABLA_LIBRARY(Log10, log10)
NABLA_LIBRARY(Trunc, trunc)
#undef NABLA_LIBRARY
struct Tanh {
  static NABLA_INLINE F vector(F x, F) { return vmath::tanh(x); }
  static NABLA_INLINE double apply(double x, double) { return __builtin_tanh(x); }
};
struct Sigmoid {
  static NABLA_INLINE F vector(F x, F) { return vmath::sigmoid(x); }
  static NABLA_INLINE double apply(double x, double) { return 1 / (1 + __builtin_exp(-x)); }
};
struct Elu {
  static NABLA_INLINE F vector(F x, F alpha) { return x > 0.0f ? x : alpha * vmath::expm1(x); }
  static NABLA_INLINE double apply(double x, double alpha) { return x > 0 ? x : alpha * __builtin_expm1(x); }
};
struct Softplus {
  static NABLA_INLINE F vector(F x, F) { return vmath::softplus(x); }
  static NABLA_INLINE double apply(double x, double) {
    return (x <= 0 ? 0 : x) + __builtin_log1p(__builtin_exp(-__builtin_fabs(x)));
  }
};
struct Silu {
  static NABLA_INLINE F vector(F x, F) { return x * vmath::sigmoid(x); }
  static NABLA_INLINE double apply(double x, double) { return x / (1 + __builtin_exp(-x)); }
};
struct Gelu {
  static NABLA_INLINE F vector(F x, F) { return vmath::gelu(x); }
  static NABLA_INLINE double apply(double x, double) { return 0.5 * x * __builtin_erfc(x * -0.70710678118654752440); }
};

struct Rows {
  Row float32, float64, int32, uint8;
};

template <class Op>
constexpr Rows anyType() {
  return {mapRow<float, float, Op>, mapRow<double, double, Op>, mapRow<int32_t, int32_t, Op>, mapRow<uint8_t, uint8_t, Op>};
}
template <class Op>
constexpr Rows floats() {
  return {mapRow<float, float, Op>, mapRow<double, double, Op>, nullptr, nullptr};
}
template <class Op>
constexpr Rows vectors() {
  return {mapVectors<Op>, mapRow<double, double, Op>, nullptr, nullptr};
}
template <class Op>
constexpr Rows tests() {
  return {mapRow<float, uint8_t, Op>, mapRow<double, uint8_t, Op>, mapRow<int32_t, uint8_t, Op>, mapRow<uint8_t, uint8_t, Op>};
}

constexpr int powScalar = 26, firstTest = 27, lastTest = 29;

constexpr Rows rows[] = {
    anyType<Neg>(),       anyType<Abs>(),    anyType<Sign>(),      floats<Reciprocal>(), anyType<Square>(),
    floats<Sqrt>(),       floats<Rsqrt>(),   vectors<Exp>(),       vectors<Expm1>(),     vectors<Log>(),
    vectors<Log1p>(),     floats<Sin>(),     floats<Cos>(),        vectors<Tanh>(),      vectors<Sigmoid>(),
    anyType<Relu>(),      floats<LeakyRelu>(), vectors<Elu>(),     vectors<Softplus>(),  vectors<Silu>(),
    vectors<Gelu>(),      floats<Floor>(),   floats<Ceil>(),       floats<Round>(),      anyType<AddScalar>(),
    anyType<MulScalar>(), floats<PowScalar>(), tests<IsNan>(),     tests<IsFinite>(),    tests<LogicalNot>(),
    anyType<Step>(),      floats<Tan>(),     floats<Asin>(),       floats<Acos>(),       floats<Atan>(),
    floats<Sinh>(),       floats<Cosh>(),    floats<Asinh>(),      floats<Acosh>(),      floats<Atanh>(),
    floats<Erf>(),        floats<Exp2>(),    floats<Log2>(),       floats<Log10>(),      floats<Trunc>(),
};

// Powers that need no logarithm.
Rows rowsOfPower(double exponent) {
  if (exponent == 2) return floats<Square>();
  if (exponent == 3) return floats<Cube>();
  if (exponent == 0.5) return floats<Sqrt>();
  if (exponent == -1) return floats<Reciprocal>();
  return rows[powScalar];
}

double unary(const double* args) {
  Arguments a(args);
  const auto op = static_cast<int>(a.integer());
  const auto dtype = static_cast<int>(a.integer());
  Elementwise call;
  call.inputs = 1;
  call.in[0].data = a.pointer<char>();
  call.out.data = a.pointer<char>();
  call.in[0].bytes = bytesOf(dtype);
  call.out.bytes = op >= firstTest && op <= lastTest ? 1 : call.in[0].bytes;
  call.alpha = a.number();
  call.axes = static_cast<int>(a.integer());
  a.integers(call.shape, call.axes);
  a.integers(call.in[0].strides, call.axes);
  a.integers(call.out.strides, call.axes);
  const Rows& row = op == powScalar ? rowsOfPower(call.alpha) : rows[op];
  call.row = dtype == Float32 ? row.float32 : dtype == Float64 ? row.float64 : dtype == Int32 ? row.int32 : row.uint8;
  if (call.row) runElementwise(call);
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(unary, {"unary", unary})
