/** Element-wise operations and their gradients against PyTorch, with broadcasting and at the edges of the number line. */

import { describe, test } from "vitest";
import {
  abs, add, ceil, cos, div, elu, exp, expm1, floor, gelu, leakyRelu, log, log1p, maximum, minimum, mul, neg, pow, reciprocal, relu,
  round, rsqrt, sigmoid, sign, silu, sin, softplus, sqrt, square, sub, tanh, type Tensor,
} from "../../src/index.js";
import { constant, expectClose, floatTypes, golden, leaf, type Packed, pullBack, tolerances } from "../golden/golden.js";

interface Unary { readonly op: keyof typeof unary; readonly alpha?: number; readonly x: Packed; readonly y: Packed; readonly dy: Packed; readonly dx: Packed }
interface Binary { readonly op: keyof typeof binary; readonly a: Packed; readonly b: Packed; readonly y: Packed; readonly dy: Packed; readonly da: Packed; readonly db: Packed }
interface Edge { readonly op: keyof typeof unary | keyof typeof binary; readonly x?: Packed; readonly a?: Packed; readonly b?: Packed; readonly y: Packed }

const unary = {
  neg, abs, square, exp, expm1, sin, cos, tanh, sigmoid, relu, softplus, silu, gelu: (x: Tensor) => gelu(x), sign, floor, ceil, round, sqrt, rsqrt, log,
  log1p, reciprocal, leakyRelu, elu,
};
const binary = { add, sub, mul, div, pow, maximum, minimum };

const file = golden<{ unary: Unary[]; binary: Binary[]; edges: Edge[] }>("elementwise.json");

describe.each(floatTypes)("%s", (dtype) => {
  const tolerance = tolerances[dtype];

  test.each(file.unary)("$op alpha $alpha", async ({ op, alpha, x, y, dy, dx }) => {
    const input = leaf(x, dtype);
    const f: (x: Tensor, alpha?: number) => Tensor = unary[op];
    const output = alpha === undefined ? f(input) : f(input, alpha);
    await expectClose(output, y, tolerance, `${op}: y`);
    if (!output.requiresGrad) return; // a step function: its derivative is 0 wherever it exists
    pullBack(output, dy, dtype);
    await expectClose(input.grad, dx, tolerance, `${op}: dx`);
  });

  test.each(file.binary)("$op of $a.shape and $b.shape", async ({ op, a, b, y, dy, da, db }) => {
    const [left, right] = [leaf(a, dtype), leaf(b, dtype)];
    const output = binary[op](left, right);
    await expectClose(output, y, tolerance, `${op}: y`);
    pullBack(output, dy, dtype);
    await expectClose(left.grad, da, tolerance, `${op}: da`);
    await expectClose(right.grad, db, tolerance, `${op}: db`);
  });

  test.each(file.edges)("$op at NaN, infinities and large numbers", async ({ op, x, a, b, y }) => {
    const operands = x ? [x] : [a!, b!];
    const f = { ...unary, ...binary }[op] as (...operands: Tensor[]) => Tensor;
    const output = f(...operands.map((packed) => constant(packed, dtype)));
    const largest = dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
    const rounded = { ...y, data: y.data.map((v) => (Number(v) > largest ? "Infinity" : Number(v) < -largest ? "-Infinity" : v)) };
    await expectClose(output, rounded, tolerance, op);
  });
});
