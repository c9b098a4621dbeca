/** fill, copy, unary, binary, compare, where and random over types, odd sizes and strides. */

import type { DType } from "../../../src/base/dtype.js";
import type { BinaryOp, RandomKind, UnaryOp } from "../../../src/backend/backend.js";
import { binaryOps, compareOps, unaryOps } from "../../../src/backend/backend.js";
import type { Layout } from "../views.js";
import type { Case } from "./bench.js";

const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const floats = ["float32", "float64"] as const;

/** Shapes with the layouts of up to three operands and the output. */
const arrangements: readonly { name: string; shape: number[]; layouts: Layout[] }[] = [
  { name: "dense", shape: [1037], layouts: [{}, {}, {}, {}] },
  { name: "scalar", shape: [], layouts: [{}, {}, {}, {}] },
  { name: "offset", shape: [7], layouts: [{ offset: 1 }, { offset: 3 }, { offset: 2 }, { offset: 5 }] },
  { name: "step", shape: [5, 9], layouts: [{ step: 2 }, {}, { step: 3 }, { step: 2, offset: 1 }] },
  { name: "transposed", shape: [13, 19], layouts: [{ order: [1, 0] }, {}, {}, {}] },
  { name: "transposed output", shape: [3, 17, 5], layouts: [{}, { order: [2, 0, 1] }, {}, { order: [2, 1, 0] }] },
  { name: "row broadcast", shape: [33, 21], layouts: [{}, { broadcast: [0] }, { broadcast: [1] }, {}] },
  { name: "column broadcast", shape: [6, 1, 11], layouts: [{ broadcast: [0, 2] }, { broadcast: [2] }, {}, {}] },
  { name: "many", shape: [17_003], layouts: [{}, { broadcast: [0] }, {}, {}] },
  { name: "many rows", shape: [250, 70], layouts: [{ order: [1, 0] }, { broadcast: [0] }, {}, {}] },
];

const special = [0, -0, 1, -1, 0.5, -2.5, 3.5, NaN, Infinity, -Infinity, 88, -88, 1e-30, -1e-30, 104, -104, 1e20, -1e20];

const positive: readonly UnaryOp[] = ["log", "sqrt", "rsqrt", "log1p", "powScalar"];
const wholeNumbers: readonly UnaryOp[] = ["neg", "abs", "sign", "square", "relu", "addScalar", "mulScalar"];
const tests: readonly UnaryOp[] = ["isnan", "isfinite", "logicalNot"];
/** Values at which powers and slopes of the trigonometric functions are a matter of taste or of 32 bits. */
const withoutSpecials: readonly UnaryOp[] = ["sin", "cos", "tan", "powScalar"];
const alpha = 1.5;

function* unaryCases(): Iterable<Case> {
  for (const op of unaryOps) {
    for (const dtype of floats) {
      for (const { name, shape, layouts } of arrangements) {
        yield {
          name: `${op} ${dtype} ${name}`,
          run: (b) => {
            const x = positive.includes(op) ? b.uniform(dtype, shape, 0.01, 30, layouts[0]) : b.random(dtype, shape, layouts[0]);
            const out = b.empty(tests.includes(op) ? "bool" : dtype, shape, layouts[3]);
            b.backend.unary(op, x, out, alpha);
            return [out];
          },
        };
      }
      if (withoutSpecials.includes(op)) continue;
      yield {
        name: `${op} ${dtype} of special values`,
        run: (b) => {
          const out = b.empty(tests.includes(op) ? "bool" : dtype, [special.length]);
          b.backend.unary(op, b.values(dtype, [special.length], special), out, alpha);
          return [out];
        },
      };
    }
  }
  for (const op of wholeNumbers) {
    yield {
      name: `${op} int32`,
      run: (b) => {
        const out = b.empty("int32", [5, 7]);
        b.backend.unary(op, b.random("int32", [5, 7], { order: [1, 0] }), out, 3);
        return [out];
      },
    };
  }
  for (const dtype of ["int32", "uint8", "bool"] as const) {
    yield {
      name: `logicalNot ${dtype}`,
      run: (b) => {
        const out = b.empty("bool", [67]);
        b.backend.unary("logicalNot", b.integers(dtype, [67], 2), out);
        return [out];
      },
    };
  }
}

function* binaryCases(): Iterable<Case> {
  for (const op of binaryOps) {
    for (const dtype of floats) {
      for (const { name, shape, layouts } of arrangements) {
        yield {
          name: `${op} ${dtype} ${name}`,
          run: (b) => {
            const x = op === "pow" ? b.uniform(dtype, shape, 0.1, 3, layouts[0]) : b.random(dtype, shape, layouts[0]);
            const y = op === "div" ? b.uniform(dtype, shape, 0.5, 2, layouts[1]) : b.random(dtype, shape, layouts[1]);
            const out = b.empty(dtype, shape, layouts[3]);
            b.backend.binary(op, x, y, out, alpha);
            return [out];
          },
        };
      }
    }
  }
  for (const op of ["atan2", "hypot", "logaddexp", "remainder", "floorDivide"] as const) {
    for (const dtype of floats) {
      yield {
        name: `${op} ${dtype} of special values`,
        run: (b) => {
          const values = special.filter((x) => Math.abs(x) !== 1e20);
          const n = values.length;
          const out = b.empty(dtype, [n, n]);
          b.backend.binary(op, b.values(dtype, [n, n], values.flatMap((x) => values.map(() => x))), b.values(dtype, [n, n], values.flatMap(() => values)), out);
          return [out];
        },
      };
    }
  }
  const whole: readonly BinaryOp[] = ["add", "sub", "mul", "div", "maximum", "minimum", "remainder", "floorDivide"];
  for (const op of whole) {
    for (const dtype of ["int32", "uint8"] as const) {
      yield {
        name: `${op} ${dtype}`,
        run: (b) => {
          const out = b.empty(dtype, [11, 5]);
          b.backend.binary(op, b.random(dtype, [11, 5]), b.random(dtype, [11, 5], { broadcast: [0] }), out);
          return [out];
        },
      };
    }
  }
  yield {
    name: "int32 division rounded down",
    run: (b) => {
      const x = b.values("int32", [6], [7, -7, 7, -7, -(2 ** 31), 5]);
      const y = b.values("int32", [6], [3, 3, -3, -3, -1, 0]);
      return (["remainder", "floorDivide"] as const).map((op) => {
        const out = b.empty("int32", [6]);
        b.backend.binary(op, x, y, out);
        return out;
      });
    },
  };
  yield {
    name: "int32 wraps around and divides by zero to 0",
    run: (b) => {
      const x = b.values("int32", [4], [2 ** 31 - 1, -(2 ** 31), 123456789, 5]);
      const y = b.values("int32", [4], [2, 3, 987654321, 0]);
      return (["add", "sub", "mul", "div"] as const).map((op) => {
        const out = b.empty("int32", [4]);
        b.backend.binary(op, x, y, out);
        return out;
      });
    },
  };
  yield {
    name: "maximum and minimum pass NaN on",
    run: (b) => {
      const x = b.values("float32", [5], [NaN, 1, Infinity, -Infinity, 2]);
      const y = b.values("float32", [5], [1, NaN, 2, NaN, 3]);
      return (["maximum", "minimum"] as const).map((op) => {
        const out = b.empty("float32", [5]);
        b.backend.binary(op, x, y, out);
        return out;
      });
    },
  };
  yield {
    name: "in place",
    run: (b) => {
      const x = b.random("float32", [5003]);
      b.backend.binary("add", x, b.random("float32", [5003]), x);
      b.backend.unary("relu", x, x);
      return [x];
    },
  };
}

function* compareCases(): Iterable<Case> {
  for (const op of compareOps) {
    for (const dtype of dtypes) {
      for (const { name, shape, layouts } of arrangements.slice(0, 8)) {
        yield {
          name: `${op} ${dtype} ${name}`,
          run: (b) => {
            const out = b.empty("bool", shape, layouts[3]);
            const n = dtype === "bool" ? 2 : 4;
            b.backend.compare(op, b.integers(dtype, shape, n, layouts[0]), b.integers(dtype, shape, n, layouts[1]), out);
            return [out];
          },
        };
      }
    }
    yield {
      name: `${op} with NaN`,
      run: (b) => {
        const out = b.empty("bool", [4]);
        b.backend.compare(op, b.values("float32", [4], [NaN, 1, NaN, 0]), b.values("float32", [4], [1, NaN, NaN, 0]), out);
        return [out];
      },
    };
  }
}

function* moveCases(): Iterable<Case> {
  for (const dtype of dtypes) {
    for (const { name, shape, layouts } of arrangements) {
      yield {
        name: `where ${dtype} ${name}`,
        run: (b) => {
          const out = b.empty(dtype, shape, layouts[3]);
          const condition = b.random("bool", shape, layouts[2]);
          b.backend.where(condition, b.random(dtype, shape, layouts[0]), b.random(dtype, shape, layouts[1]), out);
          return [out];
        },
      };
      yield {
        name: `fill ${dtype} ${name}`,
        run: (b) => {
          const out = b.empty(dtype, shape, layouts[3]);
          b.backend.fill(out, dtype === "bool" ? 1 : 5);
          return [out];
        },
      };
    }
    for (const to of dtypes) {
      for (const { name, shape, layouts } of arrangements) {
        yield {
          name: `copy ${dtype} to ${to} ${name}`,
          run: (b) => {
            const out = b.empty(to, shape, layouts[3]);
            b.backend.copy(b.uniform(dtype, shape, 0, dtype === "bool" ? 2 : 99, layouts[0]), out);
            return [out];
          },
        };
      }
    }
  }
  for (const [rows, columns] of [[64, 64], [33, 70], [4, 4], [130, 3]]) {
    yield {
      name: `copy, transposition of ${rows}×${columns} in a batch`,
      run: (b) => {
        const out = b.empty("float32", [3, rows, columns]);
        b.backend.copy(b.random("float32", [3, rows, columns], { order: [0, 2, 1] }), out);
        return [out];
      },
    };
  }
  yield {
    name: "copy of negative numbers cuts towards zero",
    run: (b) => {
      const out = b.empty("int32", [6]);
      b.backend.copy(b.values("float32", [6], [-0.9, -1.5, 2.9, 0, -3, 1e6]), out);
      return [out];
    },
  };
}

function* randomCases(): Iterable<Case> {
  const draws: [RandomKind, DType][] = [
    ["uniform", "float32"], ["uniform", "float64"], ["normal", "float32"], ["normal", "float64"], ["bits", "int32"],
  ];
  for (const [kind, dtype] of draws) {
    for (const block of [0, 2 ** 32 - 3]) {
      yield {
        name: `random ${kind} ${dtype} from block ${block}: equal to the bit`,
        tolerance: 0,
        run: (b) => {
          const out = b.empty(dtype, [9001]);
          b.backend.random(kind, { key0: 0x9abcdef0, key1: 3, block }, out);
          return [out];
        },
      };
    }
  }
}

export const elementwiseCases: readonly Case[] = [
  ...unaryCases(), ...binaryCases(), ...compareCases(), ...moveCases(), ...randomCases(),
];
