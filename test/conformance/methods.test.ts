/** Every method of a tensor does what the free function of its name does. */

import { expect, test } from "vitest";
import * as nabla from "../../src/index.js";
import { Tensor, tensor } from "../../src/index.js";

const x = tensor([[0.3, 0.9], [0.7, 0.1]], { dtype: "float64" });
const y = tensor([[0.5, 0.9], [0.2, 0.4]], { dtype: "float64" });
const vector = tensor([2, 3], { dtype: "float64" });
const batch = x.reshape(1, 2, 2);
const index = tensor([[1, 0]], { dtype: "int32" });
const mask = tensor([[true, false], [true, true]]);

/** What methods that need arguments are called with, and on what, if not on x. */
const calls: Readonly<Record<string, readonly [args: readonly unknown[], on?: Tensor]>> = {
  ...Object.fromEntries(["add", "sub", "mul", "div", "pow", "remainder", "floorDivide", "maximum", "minimum", "matmul"].map((name) => [name, [[y]]])),
  ...Object.fromEntries(["eq", "ne", "lt", "le", "gt", "ge", "isclose", "allclose", "logicalAnd", "logicalOr", "logicalXor"].map((name) => [name, [[y]]])),
  lerp: [[y, 0.25]], dot: [[vector], vector], outer: [[vector], vector], mv: [[vector]], bmm: [[batch], batch], clamp: [[0.2, 0.8]],
  maskedFill: [[mask, 7]], maskedSelect: [[mask]], quantile: [[0.4]], cumsum: [[1]], cumprod: [[0]], topk: [[1]], gather: [[0, index]],
  scatter: [[0, index, 5]], scatterAdd: [[0, index, 5]], indexSelect: [[1, index.reshape(2)]], take: [[index]], slice: [[0, { end: 1 }]], narrow: [[0, 1, 1]],
  select: [[1, 0]], split: [[1, 1]], chunk: [[2]], reshape: [[[4, 1]]], permute: [[[1, 0]]], movedim: [[0, 1]], expand: [[[3, 2, 2]]], repeat: [[[2, 1]]],
  repeatInterleave: [[2, 0]], squeeze: [[0], batch], unsqueeze: [[0]], roll: [[1, 0]], to: [["int32"]],
};

/** Methods whose function has another name: `var` is a reserved word. */
const renamed: Readonly<Record<string, string>> = { to: "cast", makeContiguous: "contiguous", var: "variance" };

async function valuesOf(result: unknown): Promise<unknown> {
  const settled = await result;
  if (settled instanceof Tensor) return [settled.dtype, await settled.array()];
  if (Array.isArray(settled)) return Promise.all(settled.map(valuesOf));
  if (typeof settled === "object" && settled !== null) return Promise.all(Object.values(settled).map(valuesOf));
  return settled;
}

const functions = nabla as unknown as Readonly<Record<string, unknown>>;
const isMethod = (name: string): boolean => typeof Object.getOwnPropertyDescriptor(Tensor.prototype, name)?.value === "function";
const methods = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => isMethod(name) && typeof functions[renamed[name] ?? name] === "function");

test("there are methods", () => {
  expect(methods.length).toBeGreaterThan(100);
  expect(Object.keys(calls).filter((name) => !methods.includes(name))).toEqual([]);
});

test.each(methods)("%s", async (name) => {
  const [args, on = x] = calls[name] ?? [[]];
  const method = (on as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
  const free = functions[renamed[name] ?? name] as (...args: unknown[]) => unknown;
  expect(await valuesOf(method.apply(on, [...args]))).toEqual(await valuesOf(free(on, ...args)));
});

test("sizes come one by one, too", () => {
  expect(x.reshape(4, 1).shape).toEqual([4, 1]);
  expect(x.permute(1, 0).shape).toEqual([2, 2]);
  expect(x.expand(3, 2, 2).shape).toEqual([3, 2, 2]);
  expect(x.repeat(2, 1).shape).toEqual([4, 2]);
});

test("T is the transpose of a matrix", async () => {
  expect(await x.T.array()).toEqual([[0.3, 0.7], [0.9, 0.1]]);
  expect(() => batch.T).toThrow("T: expected a matrix, got [1, 2, 2]");
});
