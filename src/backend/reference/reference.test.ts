/** What the golden values do not cover: integers, conversions, NaN rules, strides, indices, random streams, epilogues. */

import { expect, test } from "vitest";
import { emptyView, hwnc, readStorage, valuesOf, viewOf } from "../../../test/conformance/views.js";
import type { DType } from "../../base/dtype.js";
import { Generator } from "../../base/generator.js";
import { ReferenceBackend } from "./reference.js";

const backend = new ReferenceBackend();
const vector = (dtype: DType, ...values: number[]) => viewOf(backend, dtype, [values.length], values);
const empty = (dtype: DType, ...shape: number[]) => emptyView(backend, dtype, shape);

test("copy converts: to int cuts towards zero, to bool is x ≠ 0", () => {
  const x = vector("float32", 0, 1.9, -1.9, 300);
  const ints = empty("int32", 4);
  backend.copy(x, ints);
  expect(valuesOf(backend, ints)).toEqual([0, 1, -1, 300]);
  const flags = empty("bool", 4);
  backend.copy(vector("float64", 0, 0.5, NaN, -0), flags);
  expect(valuesOf(backend, flags)).toEqual([0, 1, 1, 0]);
});

test("kernels write the elements of a strided output and nothing between", () => {
  const x = viewOf(backend, "float32", [2, 3], [1, 2, 3, 4, 5, 6], { order: [1, 0] });
  const out = emptyView(backend, "float32", [2, 3], { step: 2, offset: 1 });
  backend.unary("neg", x, out);
  expect(valuesOf(backend, out)).toEqual([-1, -2, -3, -4, -5, -6]);
  expect([...readStorage(backend, out)]).toEqual([77, -1, 77, -2, 77, -3, 77, -4, 77, -5, 77, -6]);
});

test("float32 rounds at the store", () => {
  const out = empty("float32", 1);
  backend.unary("reciprocal", vector("float32", 3), out);
  expect(valuesOf(backend, out)).toEqual([Math.fround(1 / 3)]);
});

test("integers wrap around, divide towards zero, and divide by zero to 0", () => {
  const x = vector("int32", 2 ** 31 - 1, -7, 65537, 5);
  const y = vector("int32", 1, 2, 65537, 0);
  const out = empty("int32", 4);
  backend.binary("add", x, y, out);
  expect(valuesOf(backend, out)).toEqual([-(2 ** 31), -5, 131074, 5]);
  backend.binary("mul", x, y, out);
  expect(valuesOf(backend, out)).toEqual([2 ** 31 - 1, -14, 131073, 0]);
  backend.binary("div", x, y, out);
  expect(valuesOf(backend, out)).toEqual([2 ** 31 - 1, -3, 1, 0]);
});

test("round takes ties to the even integer", () => {
  const out = empty("float64", 6);
  backend.unary("round", vector("float64", 0.5, 1.5, 2.5, -0.5, -1.5, 2.4), out);
  expect(valuesOf(backend, out)).toEqual([0, 2, 2, -0, -2, 2]);
});

test("comparisons and logic give 0 or 1; NaN differs from all", () => {
  const x = vector("float32", 1, NaN, 2);
  const y = vector("float32", 1, NaN, 3);
  const out = empty("bool", 3);
  backend.compare("eq", x, y, out);
  expect(valuesOf(backend, out)).toEqual([1, 0, 0]);
  backend.compare("ne", x, y, out);
  expect(valuesOf(backend, out)).toEqual([0, 1, 1]);
  backend.compare("lt", x, y, out);
  expect(valuesOf(backend, out)).toEqual([0, 0, 1]);
});

test("where broadcasts by strides", () => {
  const condition = vector("bool", 1, 0, 1);
  const x = viewOf(backend, "float32", [3], [5, 5, 5], { broadcast: [0] });
  const out = empty("float32", 3);
  backend.where(condition, x, vector("float32", 1, 2, 3), out);
  expect(valuesOf(backend, out)).toEqual([5, 2, 5]);
});

test("max, argmax and argmin stop at NaN; ties go to the first", () => {
  const x = viewOf(backend, "float32", [2, 3], [1, NaN, 3, 2, 7, 7]);
  const out = empty("float32", 2, 1);
  backend.reduce("max", x, [1], out);
  expect(valuesOf(backend, out)).toEqual([NaN, 7]);
  const index = empty("int32", 2, 1);
  backend.argReduce("max", x, 1, index);
  expect(valuesOf(backend, index)).toEqual([1, 1]);
  backend.argReduce("min", x, 1, index);
  expect(valuesOf(backend, index)).toEqual([1, 0]);
});

test("empty reductions: sum 0, product 1, mean NaN, logsumexp −∞", () => {
  const x = empty("float64", 2, 0);
  const out = empty("float64", 2, 1);
  for (const [op, value] of [["sum", 0], ["prod", 1], ["mean", NaN], ["logsumexp", -Infinity]] as const) {
    backend.reduce(op, x, [1], out);
    expect(valuesOf(backend, out)).toEqual([value, value]);
  }
});

test("logsumexp of infinities", () => {
  const x = viewOf(backend, "float64", [2, 2], [-Infinity, -Infinity, Infinity, 1]);
  const out = empty("float64", 2, 1);
  backend.reduce("logsumexp", x, [1], out);
  expect(valuesOf(backend, out)).toEqual([-Infinity, Infinity]);
});

test("matmul adds a broadcast bias", () => {
  const a = viewOf(backend, "float32", [2, 2], [1, 2, 3, 4]);
  const b = viewOf(backend, "float32", [2, 2], [1, 0, 0, 1]);
  const bias = viewOf(backend, "float32", [2, 2], [10, 20, 10, 20], { broadcast: [0] });
  const out = empty("float32", 2, 2);
  backend.matmul(a, b, out, bias);
  expect(valuesOf(backend, out)).toEqual([11, 22, 13, 24]);
});

test("gather and scatterAdd name the first bad index and leave the output alone", () => {
  const x = viewOf(backend, "float32", [3, 2], [1, 2, 3, 4, 5, 6]);
  const out = empty("float32", 2, 2);
  expect(backend.gather(x, 0, vector("int32", 2, 0), out)).toBe(-1);
  expect(valuesOf(backend, out)).toEqual([5, 6, 1, 2]);
  expect(backend.gather(x, 0, vector("int32", 0, 3), out)).toBe(1);
  expect(valuesOf(backend, out)).toEqual([5, 6, 1, 2]);
  expect(backend.scatterAdd(x, 0, vector("int32", 1, 1, 0), out)).toBe(-1);
  expect(valuesOf(backend, out)).toEqual([10, 12, 5, 8]);
  expect(backend.scatterAdd(x, 0, vector("int32", -1, 1, 0), out)).toBe(0);
});

test("cumsum along an inner axis", () => {
  const out = empty("float64", 2, 2, 1);
  backend.cumsum(viewOf(backend, "float64", [2, 2, 1], [1, 2, 3, 4]), 1, out);
  expect(valuesOf(backend, out)).toEqual([1, 3, 3, 7]);
});

test("random kernels draw what the generator draws", () => {
  const state = new Generator(9).reserve(0);
  const bits = empty("int32", 6);
  backend.random("bits", state, bits);
  const normal = empty("float64", 6);
  backend.random("normal", state, normal);
  const uniform64 = empty("float64", 3);
  backend.random("uniform", state, uniform64);
  const uniform32 = empty("float32", 6);
  backend.random("uniform", state, uniform32);
  const stream = () => new Generator(9);
  const [a, b, c] = [stream(), stream(), stream()];
  const words = Array.from({ length: 6 }, () => a.uint32());
  expect(valuesOf(backend, bits)).toEqual(words.map((word) => word | 0));
  expect(valuesOf(backend, normal)).toEqual(words.map(() => b.normal()));
  expect(valuesOf(backend, uniform64)).toEqual([c.float(), c.float(), c.float()]);
  expect(valuesOf(backend, uniform32)).toEqual(words.map((word) => (word >>> 8) / 2 ** 24));
});

test("a convolution's ReLU and max-pool: first maximum, NaN is the maximum, gradient to its place", () => {
  const values = [
    1, 2, -1, -2, 0,
    3, 3, -3, NaN, 0,
    0, 0, 0, 0, 0,
  ];
  const x = viewOf(backend, "float32", [1, 1, 3, 5], values);
  const one = viewOf(backend, "float32", [1, 1, 1, 1], [1]);
  const out = emptyView(backend, "float32", [1, 1, 1, 2], hwnc);
  const argmax = emptyView(backend, "uint8", [1, 1, 1, 2], hwnc);
  const params = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
  const epilogue = { relu: true, maxPool: true };
  backend.conv2d(x, one, null, out, params, epilogue, argmax);
  expect(valuesOf(backend, out)).toEqual([3, NaN]);
  expect(valuesOf(backend, argmax)).toEqual([2, 3]);
  const gradient = emptyView(backend, "float32", [1, 1, 3, 5], hwnc);
  backend.convEpilogueGrad(viewOf(backend, "float32", [1, 1, 1, 2], [5, 7]), out, argmax, gradient, epilogue);
  expect(valuesOf(backend, gradient)).toEqual([0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("crossEntropy names the first row with a label out of range", () => {
  const logits = viewOf(backend, "float32", [3, 2], [0, 0, 0, 0, 0, 0]);
  const run = (...labels: number[]) =>
    backend.crossEntropy(logits, vector("int32", ...labels), empty("float32", 3), empty("float32", 3, 2), 0, -100);
  expect(run(0, -100, 1)).toBe(-1);
  expect(run(0, 1, 2)).toBe(2);
  expect(run(0, -1, 2)).toBe(1);
});

test("memory of an unknown handle is an error", () => {
  const view = { storage: { handle: 12345 }, dtype: "float32", shape: [1], strides: [1], offset: 0 } as const;
  expect(() => backend.fill(view, 0)).toThrow("no memory has the handle 12345");
});
