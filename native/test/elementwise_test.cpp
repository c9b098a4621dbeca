// Checks the kernels other than products and convolutions where C++ sees more than the TypeScript tests: the accuracy of
// the vector functions over their whole range, strided loops, reductions, and that one and two threads give the same bits.
// Runs every instruction set this CPU has. Prints "ok N", or what went wrong and exits 1. Built by native/bench/build.sh.

#include <algorithm>

#include "harness.h"

using namespace harness;

namespace {

int checks = 0, failures = 0;

void fail(const char* isa, const std::string& what, double x, double got, double expected) {
  if (++failures <= 20) std::printf("FAILED %s %s at %.9g: %.9g, expected %.9g\n", isa, what.c_str(), x, got, expected);
}

// Codes of src/backend/backend.ts.
enum Unary { Exp = 7, Expm1 = 8, Log = 9, Log1p = 10, Tanh = 13, Sigmoid = 14, Softplus = 18, Silu = 19, Gelu = 20 };
enum Binary { Add = 0 };
enum Reduce { Sum = 0, Mean = 1, Max = 2, LogSumExp = 5 };

double normal(double x) { return 0.5 * std::erfc(-x * std::sqrt(0.5)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Function {
  const char* name;
  int op;
  double low, high;
  double (*exact)(double);
  double tolerance = 2.5e-7;  // relative
};

const Function functions[] = {
    {"exp", Exp, -110, 95, std::exp},
    {"expm1", Expm1, -30, 95, std::expm1},
    {"log", Log, 1e-40, 3e38, std::log},
    {"log1p", Log1p, -0.9999, 1e6, std::log1p},
    {"tanh", Tanh, -12, 12, std::tanh},
    {"sigmoid", Sigmoid, -100, 30, sigmoid},
    {"softplus", Softplus, -100, 100, [](double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }},
    {"silu", Silu, -85, 30, [](double x) { return x * sigmoid(x); }},
    {"gelu", Gelu, -12, 12, [](double x) { return x * normal(x); }, 8e-7},
};

void testFunctions(const nabla::Level& level) {
  const nabla::Kernel unary = find(level, "unary");
  const float infinity = INFINITY;
  for (const Function& f : functions) {
    Vector<float> x;
    Random random;
    // Evenly over the range, and over the exponents of small numbers of both signs.
    for (int i = 0; i <= 60000; i++) x.push_back(static_cast<float>(f.low + (f.high - f.low) * i / 60000));
    for (int i = 0; i < 30000; i++) {
      const double v = std::pow(10, random() * 20) * (i % 2 && f.low < 0 ? -1 : 1);
      if (v > f.low && v < f.high) x.push_back(static_cast<float>(v));
    }
    Vector<float> y(x.size());
    const auto n = static_cast<int64_t>(x.size());
    unary(Block().add({f.op, nabla::Float32}).add(x.data()).add(y.data()).add({0, 1, n, 1, 1}).values.data());
    checks++;
    double worst = 0;
    for (size_t i = 0; i < x.size(); i++) {
      const double expected = f.exact(x[i]);
      if (std::fabs(expected) > 3.4028235e38) {
        if (y[i] != infinity) fail(level.name, f.name, x[i], y[i], expected);
        continue;
      }
      // Below the normal numbers the last place is fixed.
      const double error = std::fabs(y[i] - expected) / std::max(std::fabs(expected), 1.17549435e-38);
      worst = std::max(worst, error);
      if (!(error <= f.tolerance)) fail(level.name, f.name, x[i], y[i], expected);
    }
    if (std::getenv("NABLA_VERBOSE")) std::printf("%s %s: worst relative error %.2e\n", level.name, f.name, worst);
  }
}

// out[i, j] = x[j, i] + y[j] for odd sizes: a transposed operand and a broadcast one.
void testStrides(const nabla::Level& level) {
  Random random;
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{3, 5}, {37, 61}, {300, 411}, {20000, 3}}) {
    const Vector<float> x = randomVector<float>(random, rows * columns), y = randomVector<float>(random, columns);
    for (int threads : {1, 2}) {
      nabla::setThreads(threads);
      Vector<float> out(x.size());
      const Block block = Block().add({Add, nabla::Float32}).add(x.data()).add(y.data()).add(out.data())
                              .add({0, 2, rows, columns, 1, rows, 0, 1, columns, 1});
      find(level, "binary")(block.values.data());
      checks++;
      for (int64_t i = 0; i < rows * columns; i++) {
        const float expected = x[i % columns * rows + i / columns] + y[i % columns];
        if (out[i] != expected) return fail(level.name, "strided add", double(i), out[i], expected);
      }
    }
  }
}

void testReductions(const nabla::Level& level) {
  Random random;
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{1, 1}, {5, 7}, {640, 10}, {70, 3001}, {5000, 33}}) {
    Vector<float> x = randomVector<float>(random, rows * columns);
    for (float& v : x) v += 1;
    for (int op : {Sum, Mean, Max, LogSumExp}) {
      for (bool overRows : {false, true}) {
        const int64_t kept = overRows ? columns : rows, reduced = overRows ? rows : columns;
        const int64_t keptStride = overRows ? 1 : columns, reducedStride = overRows ? columns : 1;
        Vector<float> outs[2];
        for (int threads : {1, 2}) {
          nabla::setThreads(threads);
          Vector<float>& out = outs[threads - 1];
          out.resize(static_cast<size_t>(kept));
          find(level, "reduce")(Block().add({op, nabla::Float32}).add(x.data()).add(out.data())
                                    .add({1, 1, kept, keptStride, reduced, reducedStride}).values.data());
        }
        checks++;
        if (std::memcmp(outs[0].data(), outs[1].data(), outs[0].size() * 4) != 0) fail(level.name, "bits of two threads", op, 0, 0);
        for (int64_t k = 0; k < kept; k++) {
          double sum = 0, max = -INFINITY, exps = 0;
          for (int64_t i = 0; i < reduced; i++) {
            const double v = x[k * keptStride + i * reducedStride];
            sum += v;
            max = std::max(max, v);
            exps += std::exp(v);
          }
          const double expected = op == Sum ? sum : op == Mean ? sum / double(reduced) : op == Max ? max : std::log(exps);
          if (std::fabs(outs[0][k] - expected) > 1e-6 * std::fabs(expected) + 1e-6) fail(level.name, "reduce", op, outs[0][k], expected);
        }
      }
    }
  }
}

// Jobs of every size, one after the other and from inside a job: each index exactly once.
void testPool() {
  for (int threads : {1, 2, 5}) {
    nabla::setThreads(threads);
    for (int64_t n : {0, 1, 2, 3, 100, 10000}) {
      for (int repeat = 0; repeat < 20; repeat++) {
        Vector<int> seen(static_cast<size_t>(n) + 1);
        nabla::parallelFor(n, [&](int64_t i, int worker) {
          seen[i]++;
          if (worker < 0 || worker >= threads) fail("pool", "worker number", double(n), worker, threads);
          // With one index there is no job around this one, and it may use other workers.
          if (n > 1 && i % 50 == 0) nabla::parallelFor(3, [&](int64_t, int inner) { seen[i] += inner == worker ? 0 : 100; });
        });
        for (int64_t i = 0; i < n; i++) {
          if (seen[i] != 1) return fail("pool", "index visited", double(i), seen[i], 1);
        }
      }
      checks++;
    }
  }
}

}  // namespace

int main() {
  int count = 0;
  const nabla::Level* levels = nabla::levels(count);
  for (int i = 0; i < count; i++) {
    if (!levels[i].supported) continue;
    testFunctions(levels[i]);
    testStrides(levels[i]);
    testReductions(levels[i]);
  }
  testPool();
  if (failures > 0) return std::printf("%d failures in %d checks\n", failures, checks), 1;
  std::printf("ok %d\n", checks);
}
