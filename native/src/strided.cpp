// Element-wise loops over strided views; see strided.h.
//
// The two innermost axes form a plane of rows × columns, worked off in tiles of at most `tileElements`: several short
// rows at once, or part of a long one. Planes and tiles are numbered, so a task is a range of numbers.

#include "strided.h"

#include "simd.h"
#include "threadpool.h"

namespace nabla {
namespace NABLA_ISA {
namespace {

constexpr int64_t tileElements = 1024;

template <class T>
void gather(T* into, const T* from, int64_t rows, int64_t columns, int64_t rowStride, int64_t columnStride) {
  for (int64_t r = 0; r < rows; r++, from += rowStride) {
    if (columnStride == 1) {
      __builtin_memcpy(into, from, columns * sizeof(T));
    } else if (columnStride == 0) {
      const T value = *from;
      for (int64_t c = 0; c < columns; c++) into[c] = value;
    } else {
      for (int64_t c = 0; c < columns; c++) into[c] = from[c * columnStride];
    }
    into += columns;
  }
}

template <class T>
void scatter(T* to, const T* from, int64_t rows, int64_t columns, int64_t rowStride, int64_t columnStride) {
  for (int64_t r = 0; r < rows; r++, to += rowStride, from += columns) {
    for (int64_t c = 0; c < columns; c++) to[c * columnStride] = from[c];
  }
}

// The plane's geometry and how it is cut.
struct Plan {
  int64_t rows, columns;            // of the plane
  int64_t tileRows, tileColumns;    // of a full tile; one of them is the whole or 1
  int64_t tilesPerPlane, planes;
};

Plan planOf(const Elementwise& call) {
  Plan plan;
  const int axes = call.axes;
  plan.columns = axes > 0 ? call.shape[axes - 1] : 1;
  plan.rows = axes > 1 ? call.shape[axes - 2] : 1;
  plan.planes = 1;
  for (int a = 0; a < axes - 2; a++) plan.planes *= call.shape[a];
  if (plan.rows * plan.columns <= tileElements) {
    plan.tileRows = plan.rows;
    plan.tileColumns = plan.columns;
    plan.tilesPerPlane = 1;
  } else {
    plan.tileColumns = smaller(plan.columns, tileElements);
    plan.tileRows = plan.columns >= tileElements ? 1 : tileElements / plan.columns;
    plan.tilesPerPlane = divideUp(plan.columns, plan.tileColumns) * divideUp(plan.rows, plan.tileRows);
  }
  return plan;
}

// Where a tile starts: in its plane, and the plane's indices along the outer axes.
struct Position {
  int64_t row = 0, column = 0;
  int64_t index[maxAxes] = {};

  Position(const Elementwise& call, const Plan& plan, int64_t tile) {
    if (tile == 0) return;
    int64_t plane = tile / plan.tilesPerPlane;
    const int64_t within = tile % plan.tilesPerPlane, tilesPerRow = divideUp(plan.columns, plan.tileColumns);
    row = within / tilesPerRow * plan.tileRows;
    column = within % tilesPerRow * plan.tileColumns;
    for (int a = call.axes - 3; a >= 0; a--) {
      index[a] = plane % call.shape[a];
      plane /= call.shape[a];
    }
  }

  void advance(const Elementwise& call, const Plan& plan) {
    column += plan.tileColumns;
    if (column < plan.columns) return;
    column = 0;
    row += plan.tileRows;
    if (row < plan.rows) return;
    row = 0;
    for (int a = call.axes - 3; a >= 0 && ++index[a] == call.shape[a]; a--) index[a] = 0;
  }
};

NABLA_INLINE int64_t strideOf(const Operand& operand, int axes, int fromEnd) {
  return axes >= fromEnd ? operand.strides[axes - fromEnd] : 0;
}

// True when a tile of these rows and columns is one run of memory.
NABLA_INLINE bool isRun(int64_t rows, int64_t columns, int64_t rowStride, int64_t columnStride) {
  return (columnStride == 1 || columns == 1) && (rows == 1 || rowStride == columns);
}

void runTiles(const Elementwise& call, const Plan& plan, int64_t first, int64_t last) {
  alignas(64) char staging[maxInputs + 1][tileElements * 8];
  struct Staged {
    const char* from = nullptr;  // what the buffer holds, when it was taken with row stride 0 or column stride 0
    int64_t rows = 0, columns = 0;
  } staged[maxInputs];
  Position at(call, plan, first);
  for (int64_t tile = first; tile < last; tile++, at.advance(call, plan)) {
    const int64_t rows = smaller(plan.tileRows, plan.rows - at.row);
    const int64_t columns = smaller(plan.tileColumns, plan.columns - at.column);
    const auto address = [&](const Operand& operand) {
      int64_t offset = at.row * strideOf(operand, call.axes, 2) + at.column * strideOf(operand, call.axes, 1);
      for (int a = 0; a < call.axes - 2; a++) offset += at.index[a] * operand.strides[a];
      return operand.data + offset * operand.bytes;
    };
    const void* in[maxInputs];
    for (int i = 0; i < call.inputs; i++) {
      const Operand& operand = call.in[i];
      const char* from = address(operand);
      const int64_t rowStride = strideOf(operand, call.axes, 2), columnStride = strideOf(operand, call.axes, 1);
      if (isRun(rows, columns, rowStride, columnStride)) {
        in[i] = from;
        continue;
      }
      in[i] = staging[i];
      Staged& held = staged[i];
      if (held.from == from && held.rows >= rows && held.columns == columns) continue;
      held.from = from;
      held.rows = rows;
      held.columns = columns;
      switch (operand.bytes) {
        case 1:
          gather(staging[i], from, rows, columns, rowStride, columnStride);
          break;
        case 4:
          gather(reinterpret_cast<Bits32*>(staging[i]), reinterpret_cast<const Bits32*>(from), rows, columns, rowStride,
                 columnStride);
          break;
        default:
          gather(reinterpret_cast<Bits64*>(staging[i]), reinterpret_cast<const Bits64*>(from), rows, columns, rowStride,
                 columnStride);
      }
    }
    char* to = address(call.out);
    const int64_t rowStride = strideOf(call.out, call.axes, 2), columnStride = strideOf(call.out, call.axes, 1);
    if (isRun(rows, columns, rowStride, columnStride)) {
      call.row(in, to, rows * columns, call.alpha);
      continue;
    }
    call.row(in, staging[maxInputs], rows * columns, call.alpha);
    switch (call.out.bytes) {
      case 1:
        scatter(to, staging[maxInputs], rows, columns, rowStride, columnStride);
        break;
      case 4:
        scatter(reinterpret_cast<Bits32*>(to), reinterpret_cast<Bits32*>(staging[maxInputs]), rows, columns, rowStride,
                columnStride);
        break;
      default:
        scatter(reinterpret_cast<Bits64*>(to), reinterpret_cast<Bits64*>(staging[maxInputs]), rows, columns, rowStride,
                columnStride);
    }
  }
}

void runDense(const Elementwise& call, int64_t n) {
  if (n <= parallelElements) {
    const void* in[maxInputs] = {call.in[0].data, call.in[1].data, call.in[2].data};
    call.row(in, call.out.data, n, call.alpha);
    return;
  }
  parallelFor(divideUp(n, chunkElements), [&](int64_t chunk, int) {
    const int64_t start = chunk * chunkElements;
    const void* in[maxInputs];
    for (int i = 0; i < call.inputs; i++) in[i] = call.in[i].data + start * call.in[i].bytes;
    call.row(in, call.out.data + start * call.out.bytes, smaller(chunkElements, n - start), call.alpha);
  });
}

}  // namespace

void runElementwise(const Elementwise& call) {
  if (call.axes == 1) {
    bool dense = call.out.strides[0] == 1;
    for (int i = 0; i < call.inputs; i++) dense &= call.in[i].strides[0] == 1;
    if (dense) return runDense(call, call.shape[0]);
  }
  int64_t n = 1;
  for (int a = 0; a < call.axes; a++) n *= call.shape[a];
  if (n == 0) return;
  const Plan plan = planOf(call);
  const int64_t tiles = plan.planes * plan.tilesPerPlane;
  if (n <= parallelElements) return runTiles(call, plan, 0, tiles);
  const int64_t perTask = larger(int64_t{1}, chunkElements / (plan.tileRows * plan.tileColumns));
  parallelFor(divideUp(tiles, perTask), [&](int64_t task, int) {
    runTiles(call, plan, task * perTask, smaller(tiles, (task + 1) * perTask));
  });
}

}  // namespace NABLA_ISA
}  // namespace nabla
