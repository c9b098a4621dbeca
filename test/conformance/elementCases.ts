/** Kernel cases: element-wise kernels, copies, reductions, indexing, random numbers, matrix products. */

import { binaryOps, compareOps, reduceOps, unaryOps } from "../../src/backend/backend.js";
import type { UnaryOp } from "../../src/backend/backend.js";
import type { DType } from "../../src/base/dtype.js";
import { stridings } from "./kernelCases.js";
import type { KernelCase } from "./kernelCases.js";
import type { Layout } from "./views.js";

const floatTypes: readonly DType[] = ["float32", "float64"];
const allTypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const specials = [0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, NaN, Infinity, -Infinity, 1e-40, -1e-40, 1e-30, 20, -20, 88.5, -87.5, -95, 100, -104, 1e30, -1e30];
const tests: readonly UnaryOp[] = ["isnan", "isfinite", "logicalNot"];
/** Unary ops that take integers. */
const integerOps: readonly UnaryOp[] = ["neg", "abs", "sign", "square", "relu", "addScalar", "mulScalar", "logicalNot"];

const resultType = (op: UnaryOp, dtype: DType): DType => (tests.includes(op) ? "bool" : dtype);

const unaryCases: KernelCase[] = [
  ...unaryOps.flatMap((op) => floatTypes.map((dtype): KernelCase => ({
    name: `unary ${op} ${dtype}`,
    run(io) {
      const alpha = op === "powScalar" ? 2.5 : 0.75;
      for (const shape of [[7], [16], [333]]) io.backend.unary(op, io.input(dtype, shape), io.output(resultType(op, dtype), shape), alpha);
      const edges = ["sin", "cos", "tan"].includes(op) ? specials.filter((x) => !(Math.abs(x) > 1e6)) : specials;
      io.backend.unary(op, io.values(dtype, [edges.length], edges), io.output(resultType(op, dtype), [edges.length]), alpha);
    },
  }))),
  ...integerOps.flatMap((op) => (["int32", "uint8"] as const).map((dtype): KernelCase => ({
    name: `unary ${op} ${dtype}`,
    run: (io) => io.backend.unary(op, io.input(dtype, [50]), io.output(resultType(op, dtype), [50]), 3),
  }))),
  ...stridings.map(([name, shape, [x, , out]]): KernelCase => ({
    name: `unary tanh, ${name}`,
    run: (io) => io.backend.unary("tanh", io.input("float32", shape, x), io.output("float32", shape, out)),
  })),
  ...[2, 3, 0.5, -1, -2].map((alpha): KernelCase => ({
    name: `unary powScalar ${alpha}`,
    run: (io) => io.backend.unary("powScalar", io.input("float32", [40]), io.output("float32", [40]), alpha),
  })),
];

const binaryCases: KernelCase[] = [
  ...binaryOps.flatMap((op) => floatTypes.map((dtype): KernelCase => ({
    name: `binary ${op} ${dtype}`,
    run(io) {
      io.backend.binary(op, io.input(dtype, [45]), io.input(dtype, [45]), io.output(dtype, [45]), 0.25);
      const n = specials.length;
      const edges = specials.map((_, i) => specials[(i * 7) % n]);
      if (op !== "pow") io.backend.binary(op, io.values(dtype, [n], edges), io.values(dtype, [n], specials), io.output(dtype, [n]), 0.25);
    },
  }))),
  ...(["add", "sub", "mul", "div", "maximum", "minimum"] as const).flatMap((op) => (["int32", "uint8"] as const).map((dtype): KernelCase => ({
    name: `binary ${op} ${dtype}`,
    run: (io) => io.backend.binary(op, io.input(dtype, [77]), io.input(dtype, [77]), io.output(dtype, [77])),
  }))),
  ...stridings.flatMap(([name, shape, [x, y, out]]) => (["float32", "int32", "uint8", "float64"] as const).map((dtype): KernelCase => ({
    name: `binary sub ${dtype}, ${name}`,
    run: (io) => io.backend.binary("sub", io.input(dtype, shape, x), io.input(dtype, shape, y), io.output(dtype, shape, out)),
  }))),
  {
    name: "binary in place",
    run(io) {
      const x = io.watch(io.input("float32", [101]));
      io.backend.binary("mul", x, io.input("float32", [101]), x);
    },
  },
];

const compareCases: KernelCase[] = [
  ...compareOps.flatMap((op) => allTypes.map((dtype): KernelCase => ({
    name: `compare ${op} ${dtype}`,
    run: (io) => io.backend.compare(op, io.input(dtype, [6, 31]), io.input(dtype, [6, 31], { broadcast: [0] }), io.output("bool", [6, 31])),
  }))),
  ...compareOps.map((op): KernelCase => ({
    name: `compare ${op} NaN`,
    run: (io) => io.backend.compare(op, io.values("float32", [4], [NaN, 1, NaN, 0]), io.values("float32", [4], [NaN, NaN, 1, 0]), io.output("bool", [4])),
  })),
  ...stridings.flatMap(([name, shape, [x, y, out]]) => (["float32", "bool", "float64"] as const).map((dtype): KernelCase => ({
    name: `where ${dtype}, ${name}`,
    run: (io) => io.backend.where(io.input("bool", shape, y), io.input(dtype, shape, x), io.input(dtype, shape), io.output(dtype, shape, out)),
  }))),
];

const copyCases: KernelCase[] = [
  ...allTypes.flatMap((from) => allTypes.map((to): KernelCase => ({
    name: `copy ${from} to ${to}`,
    run(io) {
      io.backend.copy(io.input(from, [7, 9], { order: [1, 0] }), io.output(to, [7, 9]));
      io.backend.copy(io.values(from, [6], from === "bool" ? [0, 1, 0, 1, 1, 0] : [0, 1, 0, 200, 77, 255]), io.output(to, [6]));
    },
  }))),
  {
    name: "copy of numbers beyond integers",
    run: (io) => io.backend.copy(io.values("float64", [7], [NaN, Infinity, -1.9, 3e9, -3e9, 1e18, -0.5]), io.output("int32", [7])),
  },
  ...stridings.flatMap(([name, shape, [x, , out]]) => (["float32", "float64", "uint8"] as const).map((dtype): KernelCase => ({
    name: `copy ${dtype}, ${name}`,
    run: (io) => io.backend.copy(io.input(dtype, shape, x), io.output(dtype, shape, out)),
  }))),
  ...stridings.map(([name, shape, [x]]): KernelCase => ({
    name: `fill, ${name}`,
    run: (io) => io.backend.fill(io.output("float32", shape, x?.broadcast ? {} : x), -1.5),
  })),
  ...allTypes.map((dtype): KernelCase => ({ name: `fill ${dtype}`, run: (io) => io.backend.fill(io.output(dtype, [13]), dtype === "bool" ? 1 : 3.7) })),
];

/** Shape, axes to reduce, layout of the input. */
const reductions: readonly (readonly [readonly number[], readonly number[], Layout?])[] = [
  [[], []], [[7], [0]], [[1, 5, 1], [0, 2]], [[5, 33], [1]], [[5, 33], [0]], [[5, 33], [0, 1]], [[33, 5], [0], { order: [1, 0] }],
  [[640, 10], [0]], [[128, 10], [1]], [[3, 4, 5, 6], [0, 2, 3]], [[3, 4, 5, 6], [0, 2, 3], { order: [2, 3, 0, 1] }],
  [[3, 4, 5, 6], [2, 3], { order: [2, 3, 0, 1] }], [[3, 4, 5, 6], [1]], [[3, 4, 5, 6], [1, 3], { order: [3, 1, 0, 2] }],
  [[50, 21], [0], { step: 2 }], [[6, 3000], [1]], [[70000], [0]], [[4000, 12], [0]], [[3, 40000], [1]], [[90, 700], [0]], [[700, 90], [1]],
  [[40, 1000, 2], [1], { broadcast: [0] }],
];

const reduceCases: KernelCase[] = [
  ...reduceOps.flatMap((op) => floatTypes.map((dtype): KernelCase => ({
    name: `reduce ${op} ${dtype}`,
    tolerance: 1e-5,
    run(io) {
      for (const [shape, axes, layout] of reductions) {
        const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
        io.backend.reduce(op, io.input(dtype, shape, layout), axes, io.output(dtype, kept));
      }
    },
  }))),
  ...(["sum", "prod", "max", "min"] as const).flatMap((op) => (["int32", "uint8", "bool"] as const).map((dtype): KernelCase => ({
    name: `reduce ${op} ${dtype}`,
    run(io) {
      io.backend.reduce(op, io.input(dtype, [5, 30], { order: [1, 0] }), [1], io.output("int32", [5, 1]));
      io.backend.reduce(op, io.input(dtype, [5, 30]), [0], io.output("int32", [1, 30]));
    },
  }))),
  ...(["max", "min", "sum", "logsumexp"] as const).map((op): KernelCase => ({
    name: `reduce ${op} with NaN and infinities`,
    run(io) {
      const x = io.values("float32", [4, 3], [1, NaN, 2, Infinity, 1, 0, -Infinity, -Infinity, -Infinity, -Infinity, 3, 4]);
      io.backend.reduce(op, x, [1], io.output("float32", [4, 1]));
      io.backend.reduce(op, x, [0], io.output("float32", [1, 3]));
    },
  })),
  {
    name: "reduce to a permuted output, and of nothing",
    run(io) {
      io.backend.reduce("sum", io.input("float32", [4, 5, 6]), [1], io.output("float32", [4, 1, 6], { order: [2, 1, 0] }));
      io.backend.reduce("sum", io.input("float32", [4, 5, 6]), [1], io.output("float32", [4, 1, 6], { step: 2 }));
      io.backend.reduce("sum", io.input("float32", [4, 0]), [1], io.output("float32", [4, 1]));
      io.backend.reduce("prod", io.input("float32", [0, 3]), [0], io.output("float32", [1, 3]));
    },
  },
  ...(["max", "min"] as const).flatMap((op) => allTypes.map((dtype): KernelCase => ({
    name: `argReduce ${op} ${dtype}`,
    run(io) {
      io.backend.argReduce(op, io.input(dtype, [40]), 0, io.output("int32", [1]));
      io.backend.argReduce(op, io.input(dtype, [6, 9, 5]), 1, io.output("int32", [6, 1, 5]));
      io.backend.argReduce(op, io.input(dtype, [60, 900], { order: [1, 0] }), 1, io.output("int32", [60, 1]));
    },
  }))),
  {
    name: "argReduce with NaN",
    run(io) {
      const x = io.values("float32", [3, 3], [1, NaN, 2, NaN, 1, NaN, 3, 3, 3]);
      io.backend.argReduce("max", x, 1, io.output("int32", [3, 1]));
      io.backend.argReduce("min", x, 1, io.output("int32", [3, 1]));
    },
  },
  ...(["float32", "float64", "int32", "uint8"] as const).map((dtype): KernelCase => ({
    name: `cumsum ${dtype}`,
    tolerance: 3e-6,
    run(io) {
      for (const axis of [0, 1, 2]) io.backend.cumsum(io.input(dtype, [5, 7, 4], { order: [1, 2, 0] }), axis, io.output(dtype, [5, 7, 4]));
      io.backend.cumsum(io.input(dtype, [200, 300]), 1, io.output(dtype, [200, 300], { order: [1, 0] }));
    },
  })),
];

const indexCases: KernelCase[] = allTypes.filter((dtype) => dtype !== "bool").flatMap((dtype): KernelCase[] => [
  {
    name: `gather ${dtype}`,
    run(io) {
      for (const axis of [0, 1, 2]) {
        const shape = [5, 6, 7];
        shape[axis] = 9;
        io.backend.gather(io.input(dtype, [5, 6, 7], { order: [1, 0, 2] }), axis, io.indices(9, [5, 6, 7][axis]), io.output(dtype, shape));
      }
      io.backend.gather(io.input(dtype, [50, 400]), 0, io.indices(120, 50), io.output(dtype, [120, 400]));
    },
  },
  {
    name: `scatterAdd ${dtype}`,
    run(io) {
      for (const axis of [0, 1, 2]) {
        const shape = [5, 6, 7];
        shape[axis] = 9;
        io.backend.scatterAdd(io.input(dtype, shape), axis, io.indices(9, [5, 6, 7][axis]), io.watch(io.input(dtype, [5, 6, 7], { order: [2, 1, 0] })));
      }
      io.backend.scatterAdd(io.input(dtype, [120, 2400]), 0, io.indices(120, 5), io.watch(io.input(dtype, [5, 2400])));
    },
  },
]);

const randomCases: KernelCase[] = [
  ...floatTypes.flatMap((dtype) => (["uniform", "normal"] as const).map((kind): KernelCase => ({
    name: `random ${kind} ${dtype}`,
    tolerance: 0,
    run(io) {
      for (const n of [1, 7, 257, 40000]) io.backend.random(kind, { key0: 0xdeadbeef, key1: 7, block: 2 ** 32 - 3 }, io.output(dtype, [n]));
      io.backend.random(kind, { key0: 1, key1: 2, block: 5 }, io.output(dtype, [7, 5], { order: [1, 0] }));
    },
  }))),
  { name: "random bits", run: (io) => io.backend.random("bits", { key0: 3, key1: 0xffffffff, block: 2 ** 40 }, io.output("int32", [1003])) },
];

const matmulCases: KernelCase[] = (["float32", "float64", "int32"] as const).map((dtype) => ({
  name: `matmul ${dtype}`,
  tolerance: 5e-5,
  run(io) {
    const k = io.backend;
    const t: Layout = { order: [1, 0] };
    for (const [M, N, K] of [[1, 1, 1], [1, 7, 5], [7, 1, 5], [2, 7, 0], [13, 17, 19], [64, 33, 70], [130, 65, 40]]) {
      k.matmul(io.input(dtype, [M, K]), io.input(dtype, [K, N]), io.output(dtype, [M, N]));
      k.matmul(io.input(dtype, [M, K], t), io.input(dtype, [K, N], t), io.output(dtype, [M, N], t), io.input(dtype, [M, N], { broadcast: [0] }));
      k.matmul(io.input(dtype, [M, K], t), io.input(dtype, [K, N]), io.output(dtype, [M, N], { step: 2 }), io.input(dtype, [M, N], { broadcast: [1] }));
    }
    k.matmul(io.input(dtype, [3, 4, 5, 6]), io.input(dtype, [3, 4, 6, 7], { broadcast: [1] }), io.output(dtype, [3, 4, 5, 7]));
    k.matmul(io.input(dtype, [3, 4, 5, 6]), io.input(dtype, [3, 4, 6, 7], { broadcast: [0, 1] }), io.output(dtype, [3, 4, 5, 7]), io.input(dtype, [3, 4, 5, 7], { broadcast: [0, 1, 2] }));
    k.matmul(io.input(dtype, [9, 1, 6]), io.input(dtype, [9, 6, 7], { broadcast: [0] }), io.output(dtype, [9, 1, 7]));
    k.matmul(io.input(dtype, [2, 3, 4, 5], { order: [0, 2, 1, 3] }), io.input(dtype, [2, 3, 5, 4], { order: [0, 2, 1, 3] }), io.output(dtype, [2, 3, 4, 4]));
  },
}));

export const elementCases: readonly KernelCase[] = [
  ...unaryCases, ...binaryCases, ...compareCases, ...copyCases, ...reduceCases, ...indexCases, ...randomCases, ...matmulCases,
];
