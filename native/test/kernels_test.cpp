// Checks matrix products and convolutions against plain loops: odd sizes, strides, dilation, groups, layouts, NaN, float
// and double, every instruction set this CPU has; and that one and two threads give the same bits. Prints "ok N", or what
// went wrong and exits 1. Built by native/bench/build.sh.

#include "conv_reference.h"
#include "matmul_reference.h"

using namespace harness;

namespace {

int checks = 0, failures = 0;

void report(const std::string& what, int64_t at, double got, double expected) {
  if (++failures <= 20) std::printf("FAILED %s: element %lld is %.9g, expected %.9g\n", what.c_str(), static_cast<long long>(at), got, expected);
}

template <class T>
void close(const std::string& what, const Vector<T>& got, const std::vector<double>& expected, double scale) {
  checks++;
  const double tolerance = (sizeof(T) == 4 ? 2e-6 : 1e-14) * scale;
  for (size_t i = 0; i < expected.size(); i++) {
    const double g = static_cast<double>(got[i]);
    if (std::isnan(expected[i]) ? !std::isnan(g) : !(std::fabs(g - expected[i]) <= tolerance)) return report(what, int64_t(i), g, expected[i]);
  }
}

template <class T>
void same(const std::string& what, const Vector<T>& a, const Vector<T>& b) {
  checks++;
  if (a.size() != b.size() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) != 0) report(what + ", bits of 1 and 2 threads", -1, 0, 0);
}

// Runs with one and with two threads; `fill` resets the outputs, `outputs` names them.
template <class T, class Fill>
void runBoth(const nabla::Level& level, const char* name, const std::string& what, const Block& block, Vector<T>& out, Fill&& fill) {
  nabla::setThreads(1);
  fill();
  find(level, name)(block.values.data());
  const Vector<T> first = out;
  nabla::setThreads(2);
  fill();
  find(level, name)(block.values.data());
  same(what, first, out);
}

template <class T>
void testConv(const nabla::Level& level, const Conv& s, Layout (*layout)(int64_t, int64_t, int64_t, int64_t), bool withNan) {
  Random random;
  const std::string name = std::string(level.name) + (sizeof(T) == 4 ? " f32 " : " f64 ") + s.text();
  const int64_t OH = s.OH(), OW = s.OW(), groupC = s.C / s.groups;
  const Layout xl = layout(s.N, s.C, s.H, s.W), dyl = layout(s.N, s.O, OH, OW), yl = Layout::hwnc(s.N, s.O, OH, OW), dxl = Layout::hwnc(s.N, s.C, s.H, s.W);
  Vector<T> x = randomVector<T>(random, xl.size(s.N, s.C, s.H, s.W)), dy = randomVector<T>(random, dyl.size(s.N, s.O, OH, OW));
  const Vector<T> weight = randomVector<T>(random, s.O * groupC * s.kH * s.kW), bias = randomVector<T>(random, s.O);
  if (withNan) x[static_cast<size_t>(xl.at(s.N / 2, s.C / 2, s.H / 2, s.W / 2))] = static_cast<T>(NAN);
  const double scale = double(groupC * s.kH * s.kW) + 4;

  std::vector<double> y(s.N * s.O * OH * OW), dx(s.N * s.C * s.H * s.W), dw(weight.size()), db(s.O);
  forEachProduct(s, [&](int64_t n, int64_t o, int64_t oy, int64_t ox, int64_t c, int64_t iy, int64_t ix, int64_t w) {
    const double in = x[xl.at(n, c, iy, ix)], gradient = dy[dyl.at(n, o, oy, ox)];
    y[yl.at(n, o, oy, ox)] += in * weight[w];
    dx[dxl.at(n, c, iy, ix)] += gradient * weight[w];
    dw[w] += in * gradient;
  });
  for (int64_t o = 0; o < s.O; o++)
    for (int64_t n = 0; n < s.N; n++)
      for (int64_t i = 0; i < OH * OW; i++) db[o] += dy[dyl.at(n, o, i / OW, i % OW)];

  for (int mode = 0; mode < 6; mode++) {
    const bool withBias = mode != 0, relu = mode == 2 || mode >= 4, pool = mode >= 3 && OH >= 2 && OW >= 2, withArgmax = mode != 5;
    if (mode >= 3 && !pool) continue;
    std::vector<double> full = y;
    for (int64_t i = 0; i < int64_t(full.size()); i++) {
      if (withBias) full[i] += bias[i % s.O];
      if (relu && full[i] <= 0) full[i] = 0;
    }
    std::vector<double> expected = full;
    const int64_t PH = pool ? OH / 2 : OH, PW = pool ? OW / 2 : OW;
    const Layout pl = Layout::hwnc(s.N, s.O, PH, PW);
    if (pool) {
      expected.assign(PH * PW * s.N * s.O, 0);
      for (int64_t n = 0; n < s.N; n++)
        for (int64_t o = 0; o < s.O; o++)
          for (int64_t py = 0; py < PH; py++)
            for (int64_t px = 0; px < PW; px++) {
              double best = full[yl.at(n, o, 2 * py, 2 * px)];
              for (int q = 1; q < 4; q++) {
                const double v = full[yl.at(n, o, 2 * py + q / 2, 2 * px + q % 2)];
                if (v > best || (std::isnan(v) && !std::isnan(best))) best = v;
              }
              expected[pl.at(n, o, py, px)] = best;
            }
    }
    Vector<T> out(expected.size());
    Vector<uint8_t> argmax(expected.size());
    Block block;
    block.add(dtypeOf<T>()).add(x.data()).add(weight.data()).add(withBias ? bias.data() : nullptr).add(out.data());
    block.add(pool && withArgmax ? argmax.data() : nullptr);
    s.addTo(block);
    block.add({relu, pool});
    xl.addTo(block);
    const std::string what = name + " conv2d" + (withBias ? " bias" : "") + (relu ? " relu" : "") + (pool ? " pool" : "");
    runBoth(level, "conv2d", what, block, out, [&] { out.assign(out.size(), T(7)), argmax.assign(argmax.size(), 9); });
    close(what, out, expected, scale);
    if (!pool || !withArgmax) continue;
    // The position named must hold the value written (which may differ from ours where two are equal but for rounding).
    checks++;
    for (int64_t i = 0; i < int64_t(out.size()); i++) {
      const int q = argmax[i];
      const int64_t o = i % s.O, n = i / s.O % s.N, px = i / s.O / s.N % PW, py = i / s.O / s.N / PW;
      const double v = q < 4 ? full[yl.at(n, o, 2 * py + q / 2, 2 * px + q % 2)] : 1e30;
      const bool firstZero = !(relu && out[i] == 0 && q != 0);
      const bool right = std::isnan(v) ? std::isnan(double(out[i])) : std::fabs(v - out[i]) <= 2e-6 * scale;
      if (!right || !firstZero) {
        report(what + " argmax", i, q, v);
        break;
      }
    }
    // Backward of this epilogue, from a gradient of the given layout.
    const Layout gl = layout(s.N, s.O, PH, PW);
    const Vector<T> g = randomVector<T>(random, gl.size(s.N, s.O, PH, PW));
    Vector<T> spread(full.size());
    std::vector<double> spreadExpected(full.size());
    for (int64_t i = 0; i < int64_t(out.size()); i++) {
      const int q = argmax[i];
      const int64_t o = i % s.O, n = i / s.O % s.N, px = i / s.O / s.N % PW, py = i / s.O / s.N / PW;
      if (!relu || out[i] > 0) spreadExpected[yl.at(n, o, 2 * py + q / 2, 2 * px + q % 2)] = g[gl.at(n, o, py, px)];
    }
    Block back;
    back.add(dtypeOf<T>()).add(g.data()).add(out.data()).add(argmax.data()).add(spread.data());
    back.add({s.N, s.O, OH, OW, relu, pool});
    gl.addTo(back);
    runBoth(level, "convEpilogueGrad", what + " grad", back, spread, [&] { spread.assign(spread.size(), T(7)); });
    close(what + " grad", spread, spreadExpected, 0);
  }

  Vector<T> dxGot(dx.size()), dwGot(dw.size() + s.O);
  Block input;
  input.add(dtypeOf<T>()).add(dy.data()).add(weight.data()).add(dxGot.data());
  s.addTo(input);
  dyl.addTo(input);
  runBoth(level, "conv2dInputGrad", name + " inputGrad", input, dxGot, [&] { dxGot.assign(dxGot.size(), T(7)); });
  close(name + " inputGrad", dxGot, dx, double(s.O / s.groups * s.kH * s.kW) + 1);

  for (const bool withBias : {false, true}) {
    Block block;
    block.add(dtypeOf<T>()).add(x.data()).add(dy.data()).add(dwGot.data()).add(withBias ? dwGot.data() + dw.size() : nullptr);
    s.addTo(block);
    xl.addTo(block);
    dyl.addTo(block);
    runBoth(level, "conv2dWeightGrad", name + " weightGrad", block, dwGot, [&] { dwGot.assign(dwGot.size(), T(7)); });
    std::vector<double> expected = dw;
    for (int64_t o = 0; o < s.O; o++) expected.push_back(withBias ? db[o] : 7);
    close(name + " weightGrad", dwGot, expected, double(s.N * OH * OW) + 1);
  }
}

template <class T>
void testConvs(const nabla::Level& level) {
  const Conv shapes[] = {
      {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1},    {2, 3, 7, 9, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1},   {1, 3, 8, 8, 33, 5, 5, 1, 1, 2, 2, 1, 1, 1},
      {13, 3, 6, 7, 32, 5, 5, 1, 1, 2, 2, 1, 1, 1},  {9, 16, 6, 5, 20, 3, 3, 1, 1, 1, 1, 1, 1, 1}, {1, 16, 9, 10, 65, 3, 3, 1, 1, 1, 1, 1, 1, 1},
      {4, 12, 8, 6, 17, 3, 2, 2, 2, 1, 0, 1, 1, 1},  {8, 12, 8, 6, 17, 3, 2, 2, 2, 1, 0, 1, 1, 1}, {3, 10, 9, 9, 12, 3, 3, 1, 1, 2, 2, 2, 2, 1},
      {7, 10, 9, 9, 12, 3, 3, 2, 1, 2, 3, 2, 2, 1},  {2, 2, 9, 9, 4, 3, 3, 1, 1, 2, 2, 2, 2, 1},   {5, 8, 6, 6, 12, 3, 3, 1, 1, 1, 1, 1, 1, 4},
      {10, 18, 6, 6, 6, 3, 3, 1, 1, 1, 1, 1, 1, 2},  {3, 24, 7, 6, 24, 3, 3, 1, 1, 1, 1, 1, 1, 24}, {6, 5, 8, 8, 5, 3, 5, 2, 2, 1, 2, 1, 1, 5},
      {2, 4, 5, 5, 8, 3, 3, 1, 1, 1, 1, 1, 1, 4},    {150, 9, 3, 4, 11, 3, 3, 1, 1, 1, 1, 1, 1, 1}, {20, 9, 11, 3, 70, 1, 1, 1, 1, 0, 0, 1, 1, 1},
      {2, 64, 6, 6, 96, 1, 1, 2, 2, 0, 0, 1, 1, 1},  {4, 2, 12, 3, 3, 4, 1, 3, 1, 0, 0, 1, 1, 1},  {2, 4, 4, 4, 3, 7, 7, 1, 1, 3, 3, 1, 1, 1},
      {1, 20, 5, 40, 7, 3, 3, 1, 1, 0, 0, 1, 1, 1},  {70, 3, 5, 6, 10, 3, 3, 2, 2, 1, 1, 1, 1, 1}, {3, 9, 4, 5, 4, 2, 2, 1, 1, 4, 4, 1, 1, 1},
  };
  int i = 0;
  Layout (*const layouts[])(int64_t, int64_t, int64_t, int64_t) = {Layout::hwnc, Layout::nchw, Layout::chwn, Layout::odd};
  for (const Conv& s : shapes) {
    testConv<T>(level, s, Layout::hwnc, false);
    testConv<T>(level, s, layouts[1 + i % 3], i % 4 == 0);
    i++;
  }
  testConv<T>(level, {9, 16, 6, 5, 20, 3, 3, 1, 1, 1, 1, 1, 1, 1}, Layout::hwnc, true);
  // Minimal filtering: in blocks that all threads share, and in blocks of each task's own.
  if (sizeof(T) == 8) return;
  testConv<T>(level, {7, 32, 9, 10, 48, 3, 3, 1, 1, 1, 1, 1, 1, 1}, Layout::nchw, false);
  testConv<T>(level, {3, 96, 6, 5, 64, 3, 3, 1, 1, 0, 2, 1, 1, 1}, Layout::hwnc, false);
  testConv<T>(level, {34, 32, 28, 30, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1}, Layout::hwnc, false);
  testConv<T>(level, {5, 32, 9, 8, 48, 5, 5, 1, 1, 2, 2, 1, 1, 1}, Layout::nchw, false);
  testConv<T>(level, {16, 32, 22, 23, 32, 5, 5, 1, 1, 0, 2, 1, 1, 1}, Layout::hwnc, false);
}

template <class T>
void testMatmul(const nabla::Level& level, const Matmul& s) {
  Random random;
  const std::string name = std::string(level.name) + (sizeof(T) == 4 ? " f32 " : " f64 ") + s.text();
  const Vector<T> a = randomVector<T>(random, s.sizeA()), b = randomVector<T>(random, s.sizeB()), bias = randomVector<T>(random, s.sizeBias());
  std::vector<double> expected(s.sizeOut(), 7);
  s.forEachOutput([&](int64_t out, int64_t ai, int64_t bi, int64_t biasAt) {
    double sum = s.bias ? double(bias[biasAt]) : 0;
    for (int64_t k = 0; k < s.K; k++) sum += double(a[ai + k * s.acs]) * double(b[bi + k * s.brs]);
    expected[out] = sum;
  });
  Vector<T> out(expected.size());
  Block block;
  block.add(dtypeOf<T>()).add(a.data()).add(b.data()).add(out.data()).add(s.bias ? bias.data() : nullptr);
  s.addTo(block);
  runBoth(level, "matmul", name, block, out, [&] { out.assign(out.size(), T(7)); });
  close(name, out, expected, double(s.K) + 2);
}

template <class T>
void testMatmuls(const nabla::Level& level) {
  const int64_t sizes[][3] = {{1, 1, 1},     {2, 7, 1},     {2, 1, 7},    {1, 1, 30},    {1, 50, 33},    {50, 1, 33},  {3, 5, 0},       {7, 65, 9},    {64, 10, 128},
                              {13, 17, 300}, {130, 70, 40}, {5, 200, 64}, {200, 5, 64},  {33, 129, 513}, {3, 300, 37}, {100, 100, 100}, {12, 64, 1030}, {2, 33, 700}, {40, 530, 20}};
  int i = 0;
  for (const auto& size : sizes) {
    for (int layout = 0; layout < 5; layout++) {
      for (int bias = 0; bias < 4; bias++) {
        if (bias > 0 && (i++ % 4) != 0) continue;
        testMatmul<T>(level, Matmul::make(size[0], size[1], size[2], layout, bias, 1));
      }
    }
  }
  for (int layout = 0; layout < 5; layout++) {
    testMatmul<T>(level, Matmul::make(9, 21, 15, layout, layout % 4, 6));
    testMatmul<T>(level, Matmul::make(70, 40, 33, layout, 0, 3));
    testMatmul<T>(level, Matmul::make(1, 6, 5, layout, 2, 20));
  }
}

void testIntegers(const nabla::Level& level) {
  const int32_t a[] = {1, -2, 3, 4, 5, -6}, b[] = {7, 8, 9, 10, 11, -12};
  Vector<int32_t> out(4);
  Block block;
  block.add(nabla::Int32).add(a).add(b).add(out.data()).add(nullptr);
  block.add({2, 2, 3, 3, 1, 2, 1, 2, 0, 0, 0});
  find(level, "matmul")(block.values.data());
  close(std::string(level.name) + " i32 matmul", Vector<double>(out.begin(), out.end()), {7 - 18 + 33, 8 - 20 - 36, 28 + 45 - 66, 32 + 50 + 72}, 0);
}

}  // namespace

int main() {
  int count = 0;
  const nabla::Level* levels = nabla::levels(count);
  for (int i = 0; i < count; i++) {
    if (!levels[i].supported) continue;
    testConvs<float>(levels[i]);
    testConvs<double>(levels[i]);
    testMatmuls<float>(levels[i]);
    testMatmuls<double>(levels[i]);
    testIntegers(levels[i]);
  }
  if (failures > 0) return std::printf("%d of %d failed\n", failures, checks), 1;
  std::printf("ok %d\n", checks);
}
