// Times the matrix product and the convolutions of the course's ConvNet (batch 128 and 1) and of a small MLP, with one and
// two threads, and prints GFLOP/s (products that fall on padding not counted). Built by native/bench/build.sh; run as
// kernels_bench [level] [part of a name]. Takes the best of several runs, of one thread its processor time: others may use
// the machine too.

#include <algorithm>
#include <chrono>
#include <ctime>

#include "../test/conv_reference.h"
#include "../test/matmul_reference.h"

using namespace harness;

namespace {

const nabla::Level* level;
std::string only;
double totalMs[3];

// Processor time of this thread, which others on the machine disturb less.
double ownTime() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double best(nabla::Kernel kernel, const Block& block, bool alone) {
  double fastest = 1e9;
  const double start = now();
  for (int run = 0; run < 200 && (run < 5 || now() - start < 0.25); run++) {
    const double t = alone ? ownTime() : now();
    kernel(block.values.data());
    fastest = std::min(fastest, (alone ? ownTime() : now()) - t);
  }
  return fastest;
}

void report(const std::string& name, const char* kernel, const Block& block, double flop) {
  if (!only.empty() && name.find(only) == std::string::npos) return;
  std::printf("%-44s", name.c_str());
  for (int threads = 1; threads <= 2; threads++) {
    nabla::setThreads(threads);
    const double seconds = best(find(*level, kernel), block, threads == 1);
    totalMs[threads] += seconds * 1e3;
    std::printf("  %9.4f ms %7.1f", seconds * 1e3, flop / seconds * 1e-9);
  }
  std::printf("\n");
}

double productsOf(const Conv& s) {
  double rows = 0, columns = 0;
  for (int64_t o = 0; o < s.OH(); o++)
    for (int64_t k = 0; k < s.kH; k++) rows += (o * s.sH - s.pH + k * s.dH >= 0 && o * s.sH - s.pH + k * s.dH < s.H);
  for (int64_t o = 0; o < s.OW(); o++)
    for (int64_t k = 0; k < s.kW; k++) columns += (o * s.sW - s.pW + k * s.dW >= 0 && o * s.sW - s.pW + k * s.dW < s.W);
  return rows * columns * double(s.N) * double(s.O) * double(s.C / s.groups);
}

void benchConv(const std::string& name, const Conv& s, bool pool, bool inputGrad, bool imageInput) {
  Random random;
  const double flop = 2 * productsOf(s);
  const int64_t OH = s.OH(), OW = s.OW(), PH = pool ? OH / 2 : OH, PW = pool ? OW / 2 : OW;
  const Layout xl = imageInput ? Layout::nchw(s.N, s.C, s.H, s.W) : Layout::hwnc(s.N, s.C, s.H, s.W);
  const Layout yl = Layout::hwnc(s.N, s.O, OH, OW), pl = Layout::hwnc(s.N, s.O, PH, PW);
  const Vector<float> x = randomVector<float>(random, s.N * s.C * s.H * s.W), dy = randomVector<float>(random, s.N * s.O * OH * OW);
  const Vector<float> weight = randomVector<float>(random, s.O * (s.C / s.groups) * s.kH * s.kW), bias = randomVector<float>(random, s.O);
  Vector<float> y(s.N * s.O * PH * PW), dx(x.size()), dw(weight.size()), db(bias.size()), spread(dy.size());
  Vector<uint8_t> argmax(y.size());
  Block forward, input, weights, epilogue;
  forward.add(nabla::Float32).add(x.data()).add(weight.data()).add(bias.data()).add(y.data()).add(pool ? argmax.data() : nullptr);
  s.addTo(forward);
  forward.add({1, pool});
  xl.addTo(forward);
  report(name + " forward", "conv2d", forward, flop);
  if (s.N == 1) return;
  input.add(nabla::Float32).add(dy.data()).add(weight.data()).add(dx.data());
  s.addTo(input);
  yl.addTo(input);
  if (inputGrad) report(name + " input gradient", "conv2dInputGrad", input, flop);
  weights.add(nabla::Float32).add(x.data()).add(dy.data()).add(dw.data()).add(db.data());
  s.addTo(weights);
  xl.addTo(weights);
  yl.addTo(weights);
  report(name + " weight gradient", "conv2dWeightGrad", weights, flop);
  epilogue.add(nabla::Float32).add(dy.data()).add(y.data()).add(argmax.data()).add(spread.data());
  epilogue.add({s.N, s.O, OH, OW, 1, pool});
  pl.addTo(epilogue);
  report(name + " epilogue gradient", "convEpilogueGrad", epilogue, 0);
}

void benchMatmul(const std::string& name, int64_t M, int64_t N, int64_t K, int layout) {
  Random random;
  const Matmul s = Matmul::make(M, N, K, layout, 0, 1);
  const Vector<float> a = randomVector<float>(random, s.sizeA()), b = randomVector<float>(random, s.sizeB());
  Vector<float> out(s.sizeOut());
  Block block;
  block.add(nabla::Float32).add(a.data()).add(b.data()).add(out.data()).add(nullptr);
  s.addTo(block);
  report(name, "matmul", block, 2.0 * double(M) * double(N) * double(K));
}

}  // namespace

int main(int argc, char** argv) {
  int count = 0;
  const nabla::Level* const levels = nabla::levels(count);
  for (int i = count - 1; i >= 0; i--) {
    if (levels[i].supported && (argc < 2 || std::strcmp(argv[1], levels[i].name) == 0)) level = &levels[i];
  }
  if (!level) return std::printf("no such level\n"), 2;
  if (argc > 2) only = argv[2];
  std::printf("%-44s  %20s  %20s\n", level->name, "1 thread: GFLOP/s", "2 threads: GFLOP/s");
  benchConv("w1 conv1 3>32 32x32 k5", {128, 3, 32, 32, 32, 5, 5, 1, 1, 2, 2, 1, 1, 1}, true, false, true);
  benchConv("w1 conv2 32>64 16x16 k5", {128, 32, 16, 16, 64, 5, 5, 1, 1, 2, 2, 1, 1, 1}, true, true, false);
  benchConv("w1 conv3 64>64 8x8 k5", {128, 64, 8, 8, 64, 5, 5, 1, 1, 2, 2, 1, 1, 1}, true, true, false);
  benchMatmul("w1 fc1 forward 128x1000x1024 nt", 128, 1000, 1024, 1);
  benchMatmul("w1 fc1 dX 128x1024x1000 nn", 128, 1024, 1000, 0);
  benchMatmul("w1 fc1 dW 1000x1024x128 tn", 1000, 1024, 128, 2);
  benchMatmul("w1 fc2 forward 128x10x1000 nt", 128, 10, 1000, 1);
  benchMatmul("w1 fc2 dX 128x1000x10 nn", 128, 1000, 10, 0);
  benchMatmul("w1 fc2 dW 10x1000x128 tn", 10, 1000, 128, 2);
  std::printf("%-44s  %9.4f ms          %9.4f ms\n", "total", totalMs[1], totalMs[2]);
  benchConv("b1 conv1", {1, 3, 32, 32, 32, 5, 5, 1, 1, 2, 2, 1, 1, 1}, true, false, true);
  benchConv("b1 conv2", {1, 32, 16, 16, 64, 5, 5, 1, 1, 2, 2, 1, 1, 1}, true, true, false);
  benchConv("b1 conv3", {1, 64, 8, 8, 64, 5, 5, 1, 1, 2, 2, 1, 1, 1}, true, true, false);
  benchMatmul("b1 fc1 1x1000x1024 nt", 1, 1000, 1024, 1);
  benchMatmul("b1 fc2 1x10x1000 nt", 1, 10, 1000, 1);
  benchMatmul("mlp 64x256x784 nt", 64, 256, 784, 1);
  benchMatmul("mlp 256x784x64 tn", 256, 784, 64, 2);
  benchMatmul("mlp 64x128x256 nt", 64, 128, 256, 1);
  benchMatmul("mlp 128x256x64 tn", 128, 256, 64, 2);
  benchMatmul("mlp 64x256x128 nn", 64, 256, 128, 0);
  benchMatmul("tiny 1x7x2 nt", 1, 7, 2, 1);
  benchMatmul("square 1024 nn", 1024, 1024, 1024, 0);
  benchMatmul("square 1024 nt", 1024, 1024, 1024, 1);
  benchMatmul("square 1024 tn", 1024, 1024, 1024, 2);
  benchMatmul("gpt 256x1536x384 nt", 256, 1536, 384, 1);
  benchMatmul("wide 64x8192x800 nn", 64, 8192, 800, 0);
  benchConv("resnet 64>64 56x56 k3 b8", {8, 64, 56, 56, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1}, false, true, false);
  benchConv("resnet 256>512 14x14 k3 s2 b32", {32, 256, 14, 14, 512, 3, 3, 2, 2, 1, 1, 1, 1, 1}, false, true, false);
  benchConv("depthwise 128 28x28 k3 b32", {32, 128, 28, 28, 128, 3, 3, 1, 1, 1, 1, 1, 1, 128}, false, true, false);
}
