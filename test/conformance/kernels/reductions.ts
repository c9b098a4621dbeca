/** Kernels along axes: reductions, running values, sorting, selection, products. */

import type { DType } from "../../../src/base/dtype.js";
import type { ReduceOp } from "../../../src/backend/backend.js";
import { reduceOps, scatterOps } from "../../../src/backend/backend.js";
import type { Layout } from "../views.js";
import type { Bench, Case } from "./bench.js";

const floats = ["float32", "float64"] as const;

const reductions: readonly { shape: number[]; axes: number[]; layout?: Layout }[] = [
  { shape: [1037], axes: [0] },
  { shape: [100_003], axes: [0] },
  { shape: [1], axes: [0] },
  { shape: [7, 5], axes: [] },
  { shape: [13, 21], axes: [1] },
  { shape: [13, 21], axes: [0] },
  { shape: [21, 13], axes: [0], layout: { order: [1, 0] } },
  { shape: [900, 10], axes: [0] },
  { shape: [3, 1100], axes: [0] },
  { shape: [4, 5, 6, 7], axes: [0, 2] },
  { shape: [4, 5, 6, 7], axes: [1, 3], layout: { order: [2, 3, 0, 1] } },
  { shape: [8, 6, 9, 9], axes: [0, 2, 3], layout: { order: [2, 3, 0, 1] } },
  { shape: [5, 8], axes: [1], layout: { step: 2, offset: 3 } },
  { shape: [5, 8], axes: [0, 1], layout: { broadcast: [0] } },
  { shape: [3, 0, 4], axes: [1] },
];

function* reduceCases(): Iterable<Case> {
  for (const op of reduceOps) {
    for (const dtype of floats) {
      for (const { shape, axes, layout } of reductions) {
        if (shape.includes(0) && (op === "max" || op === "min")) continue;
        yield {
          name: `${op} ${dtype} of [${shape}] over [${axes}], layout ${JSON.stringify(layout)}`,
          run: (b) => {
            // Products stay in range when factors are near 1.
            const x = op === "prod" ? b.uniform(dtype, shape, 0.99, 1.01, layout) : b.random(dtype, shape, layout);
            const out = b.empty(dtype, shape.map((size, axis) => (axes.includes(axis) ? 1 : size)));
            b.backend.reduce(op, x, axes, out);
            return [out];
          },
          ...(op === "prod" && { tolerance: 1e-4 }),
        };
      }
    }
  }
  const whole: readonly ReduceOp[] = ["sum", "max", "min", "prod"];
  for (const op of whole) {
    yield {
      name: `${op} int32`,
      run: (b) => {
        const out = b.empty("int32", [1, 9]);
        b.backend.reduce(op, b.random("int32", [30, 9], { order: [1, 0] }), [0], out);
        return [out];
      },
    };
  }
  for (const dtype of ["uint8", "bool"] as const) {
    yield {
      name: `sum ${dtype} into int32`,
      run: (b) => {
        const out = b.empty("int32", [4, 1]);
        b.backend.reduce("sum", b.random(dtype, [4, 999]), [1], out);
        return [out];
      },
    };
  }
  yield {
    name: "reductions of NaN and infinities",
    run: (b) => {
      const x = b.values("float32", [4, 5], [
        1, NaN, 3, 4, 5, Infinity, 1, 2, 3, 4, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity, 1e30, -1e30, 1, 0, 2,
      ]);
      return (["max", "min", "logsumexp"] as const).flatMap((op) =>
        [0, 1].map((axis) => {
          const out = b.empty("float32", axis === 0 ? [1, 5] : [4, 1]);
          b.backend.reduce(op, x, [axis], out);
          return out;
        }),
      );
    },
  };
}

function* argCases(): Iterable<Case> {
  const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint8"];
  for (const dtype of dtypes) {
    for (const op of ["max", "min"] as const) {
      for (const axis of [0, 1, 2]) {
        yield {
          name: `arg${op} ${dtype} along ${axis}`,
          run: (b) => {
            const shape = [11, 7, 13];
            const out = b.empty("int32", shape.with(axis, 1));
            b.backend.argReduce(op, b.integers(dtype, shape, 20, { order: [1, 2, 0] }), axis, out);
            return [out];
          },
        };
      }
    }
  }
  yield {
    name: "argmax and argmin of NaN",
    run: (b) => {
      const x = b.values("float32", [2, 4], [1, NaN, 3, NaN, NaN, 1, 2, 3]);
      return (["max", "min"] as const).map((op) => {
        const out = b.empty("int32", [2, 1]);
        b.backend.argReduce(op, x, 1, out);
        return out;
      });
    },
  };
  for (const dtype of ["float32", "float64", "int32"] as const) {
    for (const axis of [0, 1, 2]) {
      yield {
        name: `cumsum ${dtype} along ${axis}`,
        run: (b) => {
          const out = b.empty(dtype, [5, 33, 4]);
          b.backend.cumsum(b.random(dtype, [5, 33, 4], { order: [2, 1, 0] }), axis, out);
          return [out];
        },
      };
    }
  }
}

function* runningCases(): Iterable<Case> {
  for (const dtype of ["float32", "float64", "int32", "uint8"] as const) {
    for (const axis of [0, 1, 2]) {
      yield {
        name: `linearRecurrence ${dtype} along ${axis}`,
        run: (b) => {
          const out = b.empty(dtype, [5, 33, 4]);
          const a = dtype === "float32" || dtype === "float64" ? b.uniform(dtype, [5, 33, 4], -1, 1) : b.random(dtype, [5, 33, 4]);
          b.backend.linearRecurrence(a, b.random(dtype, [5, 33, 4], { order: [2, 1, 0] }), axis, out);
          return [out];
        },
      };
      yield {
        name: `cumulativeArg ${dtype} along ${axis}`,
        run: (b) =>
          (["max", "min"] as const).map((op) => {
            const out = b.empty("int32", [5, 33, 4]);
            b.backend.cumulativeArg(op, b.integers(dtype, [5, 33, 4], 9, { order: [1, 2, 0] }), axis, out);
            return out;
          }),
      };
    }
  }
  yield {
    name: "cumulativeArg of NaN",
    run: (b) =>
      (["max", "min"] as const).map((op) => {
        const out = b.empty("int32", [2, 5]);
        b.backend.cumulativeArg(op, b.values("float32", [2, 5], [1, 1, NaN, 3, NaN, NaN, 0, -1, 2, 2]), 1, out);
        return out;
      }),
  };
}

function* sortCases(): Iterable<Case> {
  const shapes: readonly (readonly number[])[] = [[1], [7], [300, 12], [12, 300], [40, 49], [2, 3, 70], [20_011]];
  for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const) {
    for (const descending of [false, true]) {
      yield {
        name: `argsort ${dtype}${descending ? " descending" : ""}`,
        run: (b) =>
          shapes.flatMap((shape) => {
            const order = shape.map((_, i) => shape.length - 1 - i);
            return [b.random(dtype, shape), b.random(dtype, shape, { order })].map((x) => {
              const out = b.empty("int32", shape);
              b.backend.argsort(x, out, descending);
              return out;
            });
          }),
      };
    }
  }
  for (const length of [9, 90]) {
    yield {
      name: `argsort of ${length} with NaN, infinities and zeros of both signs`,
      run: (b) =>
        (["float32", "float64"] as const).flatMap((dtype) =>
          [false, true].map((descending) => {
            const values = Array.from({ length }, (_, i) => [0, NaN, -0, Infinity, -1, -Infinity, 1e-40, NaN, -1e-40][i % 9]);
            const out = b.empty("int32", [length]);
            b.backend.argsort(b.values(dtype, [length], values), out, descending);
            return out;
          }),
        ),
    };
  }
}

interface Product {
  readonly batch?: number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly a?: Layout;
  readonly b?: Layout;
  readonly bias?: Layout;
}

const swapped: Layout = { order: [1, 0] };
const products: readonly Product[] = [
  { m: 1, k: 1, n: 1 },
  { m: 2, k: 7, n: 1, a: {}, b: {} },
  { m: 3, k: 5, n: 7 },
  { m: 1, k: 300, n: 129 },
  { m: 1, k: 300, n: 129, b: swapped },
  { m: 64, k: 50, n: 17 },
  { m: 64, k: 50, n: 17, a: swapped },
  { m: 64, k: 50, n: 17, b: swapped },
  { m: 65, k: 51, n: 18, a: swapped, b: swapped },
  { m: 37, k: 29, n: 8, a: { step: 2 }, b: { step: 3 } },
  { m: 33, k: 1100, n: 40, bias: { broadcast: [0] } },
  { m: 130, k: 40, n: 70, bias: { broadcast: [1] } },
  { m: 130, k: 40, n: 70, a: swapped, bias: {} },
  { m: 5, k: 0, n: 4 },
  { batch: [3], m: 20, k: 30, n: 11 },
  { batch: [2, 3], m: 7, k: 6, n: 5, a: { broadcast: [0] }, b: { broadcast: [1] } },
  { batch: [2, 3], m: 17, k: 26, n: 35, a: { order: [0, 1, 3, 2] }, b: { order: [2, 3, 0, 1] } },
];

function runProduct(b: Bench, dtype: DType, { batch = [], m, k, n, ...layouts }: Product) {
  const x = b.random(dtype, [...batch, m, k], layouts.a);
  const y = b.random(dtype, [...batch, k, n], layouts.b);
  const out = b.empty(dtype, [...batch, m, n]);
  b.backend.matmul(x, y, out, layouts.bias && b.random(dtype, [...batch, m, n], layouts.bias));
  return [out];
}

function* productCases(): Iterable<Case> {
  for (const dtype of ["float32", "float64", "int32"] as const) {
    for (const product of products) {
      yield { name: `matmul ${dtype} ${JSON.stringify(product)}`, tolerance: 1e-4, run: (b) => runProduct(b, dtype, product) };
    }
  }
}

function* indexCases(): Iterable<Case> {
  for (const dtype of ["float32", "float64", "int32", "uint8"] as const) {
    for (const axis of [0, 1, 2]) {
      const shape = [6, 7, 5];
      yield {
        name: `gather ${dtype} along ${axis}`,
        run: (b) => {
          const out = b.empty(dtype, shape.with(axis, 9));
          const bad = b.backend.gather(b.random(dtype, shape, { order: [2, 0, 1] }), axis, b.integers("int32", [9], 5), out);
          return [bad, out];
        },
      };
      yield {
        name: `scatterAdd ${dtype} along ${axis}`,
        run: (b) => {
          const out = b.random(dtype, shape);
          const bad = b.backend.scatterAdd(b.random(dtype, shape.with(axis, 9)), axis, b.integers("int32", [9], 5), out);
          return [bad, out];
        },
      };
    }
  }
  for (const indices of [[0, 3, 1], [0, -1, 5], [2, 1, 0]]) {
    yield {
      name: `gather and scatterAdd check [${indices}]`,
      run: (b) => {
        const index = b.values("int32", [3], indices);
        const x = b.random("float32", [3, 2]);
        const out = b.random("float32", [3, 2]);
        const sum = b.random("float32", [3, 2]);
        return [b.backend.gather(x, 0, index, out), b.backend.scatterAdd(x, 0, index, sum), out, sum];
      },
    };
  }
}

/** Layouts of the data and of the index. */
const elementLayouts: readonly [Layout, Layout][] = [[{}, {}], [{ order: [2, 0, 1] }, {}], [{}, { broadcast: [0, 2] }], [{ step: 2 }, { order: [1, 0, 2] }]];

function* elementCases(): Iterable<Case> {
  for (const dtype of ["float32", "float64", "int32", "uint8"] as const) {
    for (const axis of [0, 1, 2]) {
      for (const [i, [data, indices]] of elementLayouts.entries()) {
        const shape = [6, 7, 5];
        const longer = shape.with(axis, 9);
        yield {
          name: `gatherElements ${dtype} along ${axis}, layout ${i}`,
          run: (b) => {
            const out = b.empty(dtype, longer);
            const bad = b.backend.gatherElements(b.random(dtype, shape, data), axis, b.integers("int32", longer, 5, indices), out);
            return [bad, out];
          },
        };
        for (const op of scatterOps) {
          yield {
            name: `scatterElements ${op} ${dtype} along ${axis}, layout ${i}`,
            run: (b) => {
              const out = b.random(dtype, shape);
              const bad = b.backend.scatterElements(op, b.random(dtype, longer, data), axis, b.integers("int32", longer, 5, indices), out);
              return [bad, out];
            },
          };
        }
      }
    }
  }
  yield {
    name: "scatterElements of many columns, to a permuted output",
    run: (b) => {
      const out = b.random("float32", [3, 2, 2100], { order: [1, 2, 0] });
      const bad = b.backend.scatterElements("add", b.random("float32", [3, 40, 2100]), 1, b.integers("int32", [3, 40, 2100], 2), out);
      return [bad, out];
    },
  };
  for (const indices of [[0, 2, 1, 1], [0, 1, 3, -1], [-1, 0, 0, 0]]) {
    yield {
      name: `gatherElements and scatterElements check [${indices}]`,
      run: (b) => {
        const index = b.values("int32", [2, 2], indices);
        const out = b.random("float32", [2, 2]);
        const sum = b.random("float32", [3, 2]);
        const gathered = b.backend.gatherElements(b.random("float32", [3, 2]), 0, index, out);
        return [gathered, b.backend.scatterElements("add", b.random("float32", [2, 2]), 0, index, sum), out, sum];
      },
    };
  }
  yield {
    name: "scatterElements max and min pass NaN on",
    run: (b) =>
      (["max", "min"] as const).map((op) => {
        const out = b.values("float32", [4], [NaN, 1, 2, 3]);
        b.backend.scatterElements(op, b.values("float32", [5], [1, NaN, 0, 9, 2]), 0, b.values("int32", [5], [0, 1, 1, 2, 2]), out);
        return out;
      }),
  };
}

export const reductionCases: readonly Case[] = [
  ...reduceCases(), ...argCases(), ...runningCases(), ...sortCases(), ...productCases(), ...indexCases(), ...elementCases(),
];
