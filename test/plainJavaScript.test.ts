/** What a program in plain JavaScript may pass, where no compiler objects: every mistake is an error in words, none a wrong number. */

import { describe, expect, test } from "vitest";
import * as nabla from "../src/index.js";

const { crossEntropy, expand, full, grad, linear, mul, nllLoss, nn, optim, pow, setBackend, getBackend, sub, tensor, zeros } = nabla;

/** Calls `f` as plain JavaScript would: with any arguments. */
const call = (f: unknown, ...args: unknown[]): unknown => Reflect.apply(f as (...rest: unknown[]) => unknown, undefined, args);
const construct = (f: unknown, ...args: unknown[]): unknown => Reflect.construct(f as new (...rest: unknown[]) => unknown, args);

const x = zeros([2, 3]);
const labels = (...values: number[]) => tensor(values, { dtype: "int32" });

describe("mistakes", () => {
  const cases: [what: string, run: () => unknown, message: RegExp][] = [
    ["a size below 0", () => call(zeros, [-1]), /a shape is an array of whole numbers of at least 0, such as \[2, 3\]; got \[-1\]/],
    ["a broken size", () => call(zeros, [1.5]), /a shape is an array of whole numbers/],
    ["sizes one by one", () => call(zeros, 3, 4), /a shape is an array of whole numbers .* got 3/],
    ["sizes of a random tensor", () => call(nabla.randn, [NaN]), /a shape is an array of whole numbers/],
    ["expanding to −1", () => expand(zeros([2, 1]), [2, -1]), /expand: \[2, -1\] is no shape/],
    ["an unknown type", () => call(tensor, [1], { dtype: "float16" }), /expected dtype float32, .* got "float16"/],
    ["a text as value", () => call(full, [2], "x"), /full: expected a number, got string/],
    ["64-bit integers", () => call(tensor, new BigInt64Array(2)), /expected numbers, got bigint/],
    ["NaN as a label", () => labels(0, NaN), /element 1 is NaN, which int32 cannot hold/],
    ["a number beyond its type", () => tensor([255, 256], { dtype: "uint8" }), /element 1 is 256, which uint8 cannot hold/],
    ["no operand", () => call(nabla.add, x), /add: operand 1 must be a tensor, got undefined; make one with tensor/],
    ["a text as operand", () => call(mul, "3", x), /mul: operand 0 must be a tensor, got string/],
    ["two numbers", () => call(sub, 1, 2), /sub: operand 1 must be a tensor, got number/],
    ["arrays for a layer", () => call(linear, [[1, 2]], x), /linear: operand 0 must be a tensor, got an array/],
    ["arrays as labels", () => call(crossEntropy, x, [0, 1]), /crossEntropy: operand 1 must be a tensor, got an array/],
    ["an axis without a name", () => call(nabla.sum, x, 0), /sum: expected options such as \{ axis: 0 \}, got 0/],
    ["a range as an array", () => call(nabla.slice, x, [0, 1]), /slice: axis 0: expected an index, \{ start, end, step \} or null, got \[0, 1\]/],
    ["a broken range", () => nabla.slice(x, { start: 0.5 }), /start and end must be whole numbers, got 0.5 and 2/],
    ["PyTorch's view", () => call(x.view.bind(x), 3, -1), /view: shape 3, .* to change the shape use reshape\(\)/],
    ["a window beyond the memory", () => x.view([2, 4], [3, 1]), /view: shape \[2, 4\], strides \[3, 1\] and offset 0 do not lie inside Tensor\(\[2, 3\], float32\)/],
    ["a label out of range", () => nllLoss(x, labels(0, 3)), /the label of row 1 is not in 0…2/],
    ["random integers", () => nabla.rand([9], { dtype: "uint8" }), /random numbers are float32 or float64, not uint8/],
    ["dropout of integers", () => nabla.dropout(labels(1, 2), 0.2), /dropout: expected float32 or float64, got int32/],
    ["a gradient of another type", () => zeros([2], { requiresGrad: true }).mul(2).backward({ gradient: zeros([2], { dtype: "float64" }) }), /gradient is float64, the output float32/],
    ["a gradient of another shape", () => (zeros([2]).grad = zeros([3])), /grad: expected float32 \[2\] .* got float32 \[3\]/],
    ["layers in an array", () => construct(nn.Sequential, [new nn.ReLU()]), /Sequential: argument 0 must be a module, got an array; spread it/],
    ["a class for a layer", () => construct(nn.Sequential, nn.ReLU), /got function; write new in front/],
    ["a model for its parameters", () => construct(optim.SGD, new nn.Linear(1, 1), { lr: 1 }), /got Linear; pass model.parameters\(\)/],
    ["a result as parameter", () => new optim.SGD([mul(zeros([1], { requiresGrad: true }), 2)], { lr: 1 }), /only leaves can be optimised/],
    ["a learning rate of NaN", () => (new optim.SGD(new nn.Linear(1, 1).parameters(), { lr: 1 }).lr = NaN), /the learning rate must be 0 or more, got NaN/],
  ];
  test.each(cases)("%s", (_what, run, message) => {
    expect(run).toThrow(nabla.NablaError);
    expect(run).toThrow(message);
  });
});

test("shapes and axes come one by one or as an array", () => {
  expect([x.reshape(3, 2).shape, x.reshape([3, -1]).shape]).toEqual([[3, 2], [3, 2]]);
  expect([x.permute(1, 0).shape, x.permute([-1, 0]).shape]).toEqual([[3, 2], [3, 2]]);
  expect([x.expand(4, 2, 3).shape, x.expand([4, 2, 3]).shape]).toEqual([[4, 2, 3], [4, 2, 3]]);
});

test("types meet in one that holds every value", async () => {
  const small = tensor([0, 200], { dtype: "uint8" });
  expect(await nabla.clamp(small, -1, 100).array()).toEqual([0, 100]);
  expect(await small.add(300).array()).toEqual([300, 500]);
  expect(await labels(1).add(1e10).array()).toEqual([1e10]);
  expect(await nabla.cumsum(small, 0).add(small).array()).toEqual([0, 400]);
  expect(await nabla.concat([labels(1), tensor([0.5])]).array()).toEqual([1, 0.5]);
});

test("a power of 0 is flat, also at 0", async () => {
  const at = tensor([0, 2], { requiresGrad: true });
  expect(await grad(pow(at, 0).sum(), [at])[0].array()).toEqual([0, 0]);
  const [slope] = grad(pow(at, 1).sum(), [at], { createGraph: true });
  expect(await grad(slope.sum(), [at])[0].array()).toEqual([0, 0]);
});

test("initial weights are the same on every backend", async () => {
  const before = getBackend().info.name;
  const weights = [];
  for (const name of ["native", "wasm", "reference"]) {
    try {
      setBackend(name);
    } catch {
      continue; // not on this machine
    }
    nabla.manualSeed(7);
    weights.push(await new nn.Conv2d(3, 4, 3).weight.data());
  }
  setBackend(before);
  for (const other of weights) expect(other).toEqual(weights[0]);
});
