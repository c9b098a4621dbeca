// Kernel "argsort": positions that sort each row; equal elements keep their order, NaN counts as the largest.
//
// An element becomes an unsigned key of the same order, and (key, position) pairs are sorted: short rows by insertion, long
// ones digit by digit of 8 bits from the lowest (radix sort), which keeps the order of equal keys.

#include "tasks.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

// Bits of a float in the order of the numbers: −0 as 0, every NaN above all.
NABLA_INLINE uint32_t keyOf(float x) {
  if (x != x) return ~uint32_t{0};
  x += 0.0f;
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}
NABLA_INLINE uint64_t keyOf(double x) {
  if (x != x) return ~uint64_t{0};
  x += 0.0;
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | 0x8000000000000000u;
}
NABLA_INLINE uint32_t keyOf(int32_t x) { return static_cast<uint32_t>(x) ^ 0x80000000u; }
NABLA_INLINE uint8_t keyOf(uint8_t x) { return x; }

template <class Key>
struct Pair {
  Key key;
  int32_t position;
};

constexpr int64_t insertionLength = 48;
constexpr int digits = 256;

template <class Key>
void insertionSort(Pair<Key>* pairs, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    const Pair<Key> pair = pairs[i];
    int64_t j = i;
    for (; j > 0 && pairs[j - 1].key > pair.key; j--) pairs[j] = pairs[j - 1];
    pairs[j] = pair;
  }
}

// Sorts `pairs` with the help of `other`; returns which of the two holds the result.
template <class Key>
Pair<Key>* radixSort(Pair<Key>* pairs, Pair<Key>* other, int64_t n) {
  constexpr int passes = sizeof(Key);
  int64_t counts[passes][digits] = {};
  for (int64_t i = 0; i < n; i++) {
    for (int p = 0; p < passes; p++) counts[p][pairs[i].key >> (8 * p) & 255]++;
  }
  for (int p = 0; p < passes; p++) {
    int64_t* next = counts[p];
    if (next[pairs[0].key >> (8 * p) & 255] == n) continue;  // all agree in this digit
    int64_t start = 0;
    for (int digit = 0; digit < digits; digit++) {
      const int64_t count = next[digit];
      next[digit] = start;
      start += count;
    }
    for (int64_t i = 0; i < n; i++) other[next[pairs[i].key >> (8 * p) & 255]++] = pairs[i];
    Pair<Key>* swap = pairs;
    pairs = other;
    other = swap;
  }
  return pairs;
}

template <class T>
void sortRow(const T* x, int32_t* out, int64_t n, bool descending, void* memory) {
  using Key = decltype(keyOf(T{}));
  auto* pairs = static_cast<Pair<Key>*>(memory);
  for (int64_t i = 0; i < n; i++) {
    const Key key = keyOf(x[i]);
    pairs[i] = {descending ? static_cast<Key>(~key) : key, static_cast<int32_t>(i)};
  }
  if (n <= insertionLength) {
    insertionSort(pairs, n);
  } else {
    pairs = radixSort(pairs, pairs + n, n);
  }
  for (int64_t i = 0; i < n; i++) out[i] = pairs[i].position;
}

template <class T>
void sortRows(const void* x, int32_t* out, int64_t rows, int64_t n, bool descending) {
  using Key = decltype(keyOf(T{}));
  const T* from = static_cast<const T*>(x);
  const int64_t perTask = larger(int64_t{1}, chunkElements / n);
  parallelFor(divideUp(rows, perTask), [=](int64_t task, int worker) {
    void* memory = scratch(worker, 2 * n * sizeof(Pair<Key>));
    const int64_t last = smaller(rows, (task + 1) * perTask);
    for (int64_t row = task * perTask; row < last; row++) sortRow(from + row * n, out + row * n, n, descending, memory);
  });
}

double argsort(const double* args) {
  Arguments a(args);
  const auto dtype = static_cast<int>(a.integer());
  const void* x = a.pointer<const void>();
  auto* out = a.pointer<int32_t>();
  const int64_t rows = a.integer(), n = a.integer();
  const bool descending = a.flag();
  switch (dtype) {
    case Float32:
      sortRows<float>(x, out, rows, n, descending);
      break;
    case Float64:
      sortRows<double>(x, out, rows, n, descending);
      break;
    case Int32:
      sortRows<int32_t>(x, out, rows, n, descending);
      break;
    default:
      sortRows<uint8_t>(x, out, rows, n, descending);
  }
  return -1;
}

}  // namespace
}  // namespace NABLA_ISA
}  // namespace nabla

NABLA_KERNELS(sort, {"argsort", argsort})
