// Kernel "random": Philox4x32-10 (Salmon et al., 2011) as bits, uniform or standard normal numbers.
//
// The same bits as src/base/philox.ts and src/base/normal.ts, to the last: doubles only, the same operations in the same
// order, and this file is compiled without contraction to fused multiply-adds.

#include "simd.h"
#include "strided.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// Blocks computed side by side, so that the compiler can use vectors.
constexpr int batch = 64;

struct Words {
  uint32_t w[4][batch];
};

void philox(Words& out, uint32_t key0, uint32_t key1, uint64_t block) {
  for (int i = 0; i < batch; i++) {
    out.w[0][i] = static_cast<uint32_t>(block + i);
    out.w[1][i] = static_cast<uint32_t>((block + i) >> 32);
    out.w[2][i] = 0;
    out.w[3][i] = 0;
  }
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < batch; i++) {
      const uint64_t p0 = uint64_t{0xd2511f53u} * out.w[0][i], p1 = uint64_t{0xcd9e8d57u} * out.w[2][i];
      out.w[0][i] = static_cast<uint32_t>(p1 >> 32) ^ out.w[1][i] ^ key0;
      out.w[2][i] = static_cast<uint32_t>(p0 >> 32) ^ out.w[3][i] ^ key1;
      out.w[1][i] = static_cast<uint32_t>(p1);
      out.w[3][i] = static_cast<uint32_t>(p0);
    }
    key0 += 0x9e3779b9u;
    key1 += 0xbb67ae85u;
  }
}

// ln x of a normal positive double, by the series of 2·artanh((m − 1)/(m + 1)).
double logarithm(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, 8);
  int e = static_cast<int>(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  double m;
  __builtin_memcpy(&m, &bits, 8);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  double series = 1.0 / 21;
  series = series * z + 1.0 / 19;
  series = series * z + 1.0 / 17;
  series = series * z + 1.0 / 15;
  series = series * z + 1.0 / 13;
  series = series * z + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = series * z + 1.0 / 3;
  series = series * z + 1;
  return 2 * s * series + e * 0.6931471805599453;
}

// Φ⁻¹(p): AS 241, PPND16 (Wichura, 1988).
double normalQuantile(double p) {
  const double q = p - 0.5;
  if (__builtin_fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    const double numerator =
        ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r +
            4.5921953931549871457e4) * r + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r +
         1.3314166789178437745e2) * r + 3.387132872796366608;
    const double denominator =
        ((((((5.226495278852854561e3 * r + 2.8729085735721942674e4) * r + 3.930789580009271061e4) * r +
            2.1213794301586595867e4) * r + 5.3941960214247511077e3) * r + 6.871870074920579083e2) * r +
         4.2313330701600911252e1) * r + 1;
    return (q * numerator) / denominator;
  }
  double r = __builtin_sqrt(-logarithm(q < 0 ? p : 1 - p));
  double numerator, denominator;
  if (r <= 5) {
    r -= 1.6;
    numerator =
        ((((((7.7454501427834140764e-4 * r + 2.27238449892691845833e-2) * r + 2.4178072517745061177e-1) * r +
            1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r +
         4.6303378461565452959) * r + 1.42343711074968357734;
    denominator =
        ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 1.51986665636164571966e-2) * r +
            1.4810397642748007459e-1) * r + 6.8976733498510000455e-1) * r + 1.6763848301838038494) * r +
         2.05319162663775882187) * r + 1;
  } else {
    r -= 5;
    numerator =
        ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.2426609473880784386e-3) * r +
            2.6532189526576123093e-2) * r + 2.9656057182850489123e-1) * r + 1.7848265399172913358) * r +
         5.4637849111641143699) * r + 6.6579046435011037772;
    denominator =
        ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r +
            7.868691311456132591e-4) * r + 1.48753612908506148525e-2) * r + 1.3692988092273580531e-1) * r +
         5.9983220655588793769e-1) * r + 1;
  }
  const double z = numerator / denominator;
  return q < 0 ? -z : z;
}

struct Bits {
  using Type = int32_t;
  static constexpr int perBlock = 4;
  static int32_t value(const Words& w, int block, int part) { return static_cast<int32_t>(w.w[part][block]); }
};
struct Uniform32 {
  using Type = float;
  static constexpr int perBlock = 4;
  static float value(const Words& w, int block, int part) { return static_cast<float>(w.w[part][block] >> 8) * 0x1p-24f; }
};
struct Uniform64 {
  using Type = double;
  static constexpr int perBlock = 2;
  static double value(const Words& w, int block, int part) {
    const double high = w.w[2 * part][block] >> 5, low = w.w[2 * part + 1][block] >> 6;
    return (high * 0x1p26 + low) * 0x1p-53;
  }
};
template <class T>
struct Normal {
  using Type = T;
  static constexpr int perBlock = 4;
  static T value(const Words& w, int block, int part) {
    return static_cast<T>(normalQuantile((static_cast<double>(w.w[part][block]) + 0.5) * 0x1p-32));
  }
};

template <class Draw>
void drawAll(void* out, int64_t n, uint32_t key0, uint32_t key1, uint64_t block) {
  constexpr int64_t perBatch = batch * Draw::perBlock;
  constexpr int64_t perTask = chunkElements / perBatch;
  auto* to = static_cast<typename Draw::Type*>(out);
  const int64_t batches = divideUp(n, perBatch);
  const auto task = [&](int64_t index, int) {
    Words words;
    for (int64_t b = index * perTask; b < smaller(batches, (index + 1) * perTask); b++) {
      philox(words, key0, key1, block + static_cast<uint64_t>(b) * batch);
      const int64_t first = b * perBatch, count = smaller(perBatch, n - first);
      if (count == perBatch) {
        for (int i = 0; i < batch; i++) {
          for (int part = 0; part < Draw::perBlock; part++) to[first + i * Draw::perBlock + part] = Draw::value(words, i, part);
        }
      } else {
        for (int64_t i = 0; i < count; i++) {
          to[first + i] = Draw::value(words, static_cast<int>(i / Draw::perBlock), static_cast<int>(i % Draw::perBlock));
        }
      }
    }
  };
  parallelFor(divideUp(batches, perTask), task);
}

enum RandomKind { UniformKind, NormalKind, BitsKind };

double random(const double* args) {
  Arguments a(args);
  const auto kind = static_cast<int>(a.integer());
  const auto dtype = static_cast<int>(a.integer());
  void* out = a.pointer<void>();
  const int64_t n = a.integer();
  const auto key0 = static_cast<uint32_t>(a.integer()), key1 = static_cast<uint32_t>(a.integer());
  const auto low = static_cast<uint64_t>(a.integer()), high = static_cast<uint64_t>(a.integer());
  const uint64_t block = low + (high << 32);
  if (kind == BitsKind) {
    drawAll<Bits>(out, n, key0, key1, block);
  } else if (kind == UniformKind && dtype == Float32) {
    drawAll<Uniform32>(out, n, key0, key1, block);
  } else if (kind == UniformKind) {
    drawAll<Uniform64>(out, n, key0, key1, block);
  } else if (dtype == Float32) {
    drawAll<Normal<float>>(out, n, key0, key1, block);
  } else {
    drawAll<Normal<double>>(out, n, key0, key1, block);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(random, {"random", random})
