/** Public functions that are made of operations: their gradients, gradients of gradients, and what they refuse. */

import { describe, expect, test } from "vitest";
import * as nabla from "../../src/index.js";
import { grad, gradcheck, ones, type Tensor, tensor, zeros } from "../../src/index.js";

const generator = new nabla.Generator(5);

/** A leaf with numbers between −2 and 2. */
function leaf(shape: readonly number[], i: number): Tensor {
  const random = generator.fork(`${shape.join("x")}/${i}`);
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 4 * random.float() - 2);
  return tensor(data, { shape, requiresGrad: true });
}

const index = (...data: number[]): Tensor => tensor(data, { dtype: "int32" });

type Composition = readonly [name: string, shapes: readonly (readonly number[])[], f: (...x: Tensor[]) => Tensor];

const differentiable: readonly Composition[] = [
  ["gather of a longer tensor", [[3, 4]], (x) => nabla.gather(x, 0, tensor([[2, 0], [2, 1]], { dtype: "int32" }))],
  ["scatter of a longer source", [[3, 4], [3, 3]], (x, s) => nabla.scatter(x, 1, tensor([[0, 2], [1, 3]], { dtype: "int32" }), s)],
  ["scatter of a number", [[3, 2]], (x) => nabla.scatter(x, 0, index(1, 1), 5)],
  ["scatterAdd", [[3, 2], [4, 2]], (x, s) => nabla.scatterAdd(x, 0, index(0, 2, 2, 0), s)],
  ["scatterReduce sum", [[3, 2], [4, 2]], (x, s) => nabla.scatterReduce(x, 0, index(0, 2, 2, 0), s, { reduce: "sum", includeSelf: false })],
  ["scatterReduce mean", [[3, 2], [4, 2]], (x, s) => nabla.scatterReduce(x, 0, index(0, 2, 2, 0), s, { reduce: "mean" })],
  ["take", [[3, 4]], (x) => nabla.take(x, index(11, 0, 0))],
  ["indexCopy", [[3, 2], [2, 2]], (x, s) => nabla.indexCopy(x, 0, index(2, 0), s)],
  ["sort", [[3, 4]], (x) => nabla.sort(x, { axis: 0 }).values],
  ["topk", [[2, 6]], (x) => nabla.topk(x, 3).values],
  ["maxWithIndex", [[3, 4]], (x) => nabla.maxWithIndex(x, 1).values],
  ["einsum of three", [[2, 3], [3, 2], [2, 2]], (a, b, c) => nabla.einsum("ij,jk,kl->il", a, b, c)],
  ["einsum of a diagonal", [[3, 3, 2]], (a) => nabla.einsum("iij->j", a)],
  ["einsum that broadcasts", [[2, 1], [2, 3]], (a, b) => nabla.einsum("ij,ij->", a, b)],
  ["tensordot", [[2, 3, 2], [3, 2, 2]], (a, b) => nabla.tensordot(a, b)],
  ["kron", [[2, 2], [3]], (a, b) => nabla.kron(a, b)],
  ["addmm", [[3], [2, 2], [2, 3]], (c, a, b) => nabla.addmm(c, a, b, { alpha: 2, beta: 3 })],
  ["roll", [[3, 4]], (x) => nabla.roll(x, [1, -1], [0, 1])],
  ["rot90", [[3, 4]], (x) => nabla.rot90(x)],
  ["repeat", [[2, 3]], (x) => nabla.repeat(x, [2, 1, 2])],
  ["repeatInterleave", [[2, 3]], (x) => nabla.repeatInterleave(x, [2, 0, 1], 1)],
  ["split", [[5, 2]], (x) => nabla.split(x, 2)[2]],
  ["tril", [[3, 4]], (x) => nabla.tril(x)],
  ["diag", [[3]], (x) => nabla.diag(x, { offset: -1 })],
  ["trace", [[3, 3]], (x) => nabla.trace(x)],
  ["unfold", [[1, 2, 3, 4]], (x) => nabla.unfold(x, { kernel: 2, padding: 1, stride: 2 })],
  ["fold", [[1, 4, 6]], (x) => nabla.fold(x, { outputSize: [3, 4], kernel: 2 })],
  ["geluTanh", [[7]], (x) => nabla.gelu(x, { approximate: "tanh" })],
  ["softsign", [[7]], (x) => nabla.softsign(x)],
  ["tanhshrink", [[7]], (x) => nabla.tanhshrink(x)],
  ["logSigmoid", [[7]], (x) => nabla.logSigmoid(x)],
  ["mish", [[7]], (x) => nabla.mish(x)],
  ["selu", [[7]], (x) => nabla.selu(x)],
  ["celu", [[7]], (x) => nabla.celu(x, 0.7)],
  ["glu", [[2, 4]], (x) => nabla.glu(x)],
  ["prelu", [[2, 3, 2], [3]], (x, weight) => nabla.prelu(x, weight)],
  ["maxout", [[2, 6]], (x) => nabla.maxout(x, 3)],
  ["hardtanh", [[7]], (x) => nabla.hardtanh(x)],
  ["hardswish", [[7]], (x) => nabla.hardswish(x)],
  ["hardshrink", [[7]], (x) => nabla.hardshrink(x)],
  ["softshrink", [[7]], (x) => nabla.softshrink(x)],
  ["threshold", [[7]], (x) => nabla.threshold(x, 0.1, 3)],
  ["frac", [[7]], (x) => nabla.frac(x)],
  ["lerp", [[3], [2, 3], [2, 1]], (a, b, weight) => nabla.lerp(a, b, weight)],
  ["norm", [[3, 4]], (x) => nabla.norm(x, { axis: 0 })],
  ["norm 3", [[3, 4]], (x) => nabla.norm(x, { p: 3 })],
  ["norm Infinity", [[3, 4]], (x) => nabla.norm(x, { p: Infinity, axis: 1 })],
  ["normalize", [[3, 4]], (x) => nabla.normalize(x)],
  ["cosineSimilarity", [[3, 4], [4]], (a, b) => nabla.cosineSimilarity(a, b.unsqueeze(0))],
  ["cdist", [[3, 2], [4, 2]], (a, b) => nabla.cdist(a, b)],
  ["cdist of many", [[27, 2], [2, 2]], (a, b) => nabla.cdist(a, b)],
  ["varMean", [[3, 4]], (x) => nabla.stack(Object.values(nabla.varMean(x, { axis: 1 })))],
  ["prod with one zero", [[2, 3]], (x) => nabla.prod(x.mul(tensor([[1, 0, 1], [1, 1, 1]])), { axis: 1 })],
  ["prod with two zeros", [[4]], (x) => nabla.prod(x.mul(tensor([1, 0, 0, 1])))],
  ["prod of several axes", [[2, 3, 2]], (x) => nabla.prod(x, { axis: [0, 2] })],
  ["cumprod with zeros", [[2, 4]], (x) => nabla.cumprod(x.mul(tensor([1, 0, 1, 0])), 1)],
  ["cummax", [[2, 5]], (x) => nabla.cummax(x, 1).values],
  ["logcumsumexp", [[2, 4]], (x) => nabla.logcumsumexp(x, 1)],
  ["quantile", [[2, 5]], (x) => nabla.quantile(x, [0.3, 0.5], { axis: 1 })],
  ["median", [[2, 5]], (x) => nabla.median(x)],
  ["mode", [[2, 3]], (x) => nabla.mode(x).values],
  ["maskedFill", [[2, 3]], (x) => nabla.maskedFill(x, tensor([true, false, true]), 2)],
  ["nanmean", [[2, 3]], (x) => nabla.nanmean(x.add(tensor([0, NaN, 0])), { axis: 1 })],
  ["nanToNum", [[3]], (x) => nabla.nanToNum(x.add(tensor([0, NaN, Infinity])), { posinf: 1 })],
  ["pad reflect", [[2, 3]], (x) => nabla.pad(x, [[1, 0], [2, 2]], { mode: "reflect" })],
];

describe.each(differentiable)("%s", (_name, shapes, f) => {
  const inputs = (): Tensor[] => shapes.map(leaf);

  test("gradient", async () => {
    await gradcheck((xs) => f(...xs), inputs());
  });

  test("gradient of the gradient", async () => {
    const squaredGradients = (xs: readonly Tensor[]): Tensor => {
      const y = f(...xs);
      return grad(y.mul(y).sum(), xs, { createGraph: true }).map((g) => g.mul(g).sum()).reduce((a, b) => a.add(b));
    };
    await gradcheck(squaredGradients, inputs(), { tolerance: 2e-5 });
  });
});

const refused: readonly (readonly [message: string, f: () => unknown])[] = [
  ["scatterAdd: 2 indices for axis 0 of [3, 2]; give one for each of the 3 slices", () => nabla.scatterAdd(zeros([3, 2]), 0, index(0, 1), ones([3, 2]))],
  ['scatterReduce: expected reduce "sum", "mean", "max" or "min", got "prod"', () => nabla.scatterReduce(zeros([3]), 0, index(0), ones([1]), { reduce: "prod" as "sum" })],
  ["scatter: the source has 1 axes, what it is written into 2", () => nabla.scatter(zeros([3, 2]), 0, index(0), ones([1]))],
  ["take: axis 2 is out of range", () => nabla.take(zeros([3, 2]), index(0), { axis: 2 })],
  ["indexSelect: index number 1 is not in 0…5", () => nabla.take(zeros([3, 2]), index(0, 6))],
  ["indexCopy: index [2] and source [3, 2] do not fit [3, 2]", () => nabla.indexCopy(zeros([3, 2]), 0, index(0, 1), ones([3, 2]))],
  ["indexFill: expected an index of one axis, got [1, 2]", () => nabla.indexFill(zeros([3, 2]), 0, zeros([1, 2], { dtype: "int32" }), 1)],
  ["topk: expected k from 0 to 4, the length of axis -1 of [3, 4]; got 5", () => nabla.topk(zeros([3, 4]), 5)],
  ["argsort: axis -1 is out of range for 0 axes", () => nabla.sort(tensor(1))],
  ["searchsorted: the rows of [2, 3] and [4, 3] do not correspond", () => nabla.searchsorted(zeros([2, 3]), zeros([4, 3]))],
  ["bucketize: expected boundaries of shape [N], got [2, 2]", () => nabla.bucketize(zeros([2]), zeros([2, 2]))],
  ['einsum: "ij,jk->ik" names 2 operands, but 1 came', () => nabla.einsum("ij,jk->ik", zeros([2, 3]))],
  ['einsum: operand 1 has shape [3], but "jk" in "ij,jk->ik" names 2 axes', () => nabla.einsum("ij,jk->ik", zeros([2, 3]), zeros([3]))],
  ['einsum: "j" has sizes 3 and 4 in "ij,jk->ik"', () => nabla.einsum("ij,jk->ik", zeros([2, 3]), zeros([4, 2]))],
  ['einsum: the result names "x", which no operand has, in "ij->x"', () => nabla.einsum("ij->x", zeros([2, 3]))],
  ['einsum: the result names "i" twice in "ij->ii"', () => nabla.einsum("ij->ii", zeros([2, 3]))],
  ['einsum: "i1" is no list of letters', () => nabla.einsum("i1->i", zeros([2, 3]))],
  ["einsum: operand 0 must be a tensor, got an array", () => nabla.einsum("i->i", [1] as unknown as Tensor)],
  ["dot: operand 1 has shape [2, 1]; expected a vector [N]", () => nabla.dot(zeros([2]), zeros([2, 1]))],
  ["bmm: batches of 2 and 3 matrices", () => nabla.bmm(zeros([2, 1, 1]), zeros([3, 1, 1]))],
  ["tensordot: axis 2 of [2, 3, 4] and axis 0 of [3, 4] must have the same size", () => nabla.tensordot(zeros([2, 3, 4]), zeros([3, 4]), 1)],
  ["tensordot: cannot pair 3 axes of [2, 3, 4] and [3, 4]", () => nabla.tensordot(zeros([2, 3, 4]), zeros([3, 4]), 3)],
  ["split: the sizes [1, 2] must be whole numbers that add up to 5", () => nabla.split(zeros([5]), [1, 2])],
  ["split: expected parts of at least 1, got 0", () => nabla.split(zeros([5]), 0)],
  ["narrow: 3 elements from 4 on are not inside axis 0 of [5]", () => nabla.narrow(zeros([5]), 0, 4, 3)],
  ["select: index 5 is out of range for axis 0 of [5]", () => nabla.select(zeros([5]), 0, 5)],
  ["flip: an axis is named twice in [0, 0]", () => nabla.flip(zeros([5, 5]), [0, -2])],
  ["roll: expected a whole number for each of 2 axes, got [1]", () => nabla.roll(zeros([5, 5]), 1, [0, 1])],
  ["repeat: [2] does not fit [5, 5]", () => nabla.repeat(zeros([5, 5]), [2])],
  ["repeatInterleave: expected a whole number of at least 0 for each of the 5 slices, got [1, 2]", () => nabla.repeatInterleave(zeros([5]), [1, 2])],
  ["meshgrid: operand 1 has shape [1, 2]; expected a vector", () => nabla.meshgrid([zeros([2]), zeros([1, 2])])],
  ["diagonal: axis1 and axis2 are both axis 1", () => nabla.diagonal(zeros([2, 2]), { axis1: 1, axis2: -1 })],
  ["diag: expected a vector or a matrix, got [1, 2, 3]", () => nabla.diag(zeros([1, 2, 3]))],
  ["tril: expected at least two axes, got [3]", () => nabla.tril(zeros([3]))],
  ["windows: a window of 4 (kernel 4, dilation 1) does not fit into 3", () => nabla.windows(zeros([3]), 0, { size: 4 })],
  ["windows: size must be a whole number of at least 1, got undefined", () => nabla.windows(zeros([3]), 0, {} as { size: number })],
  ["unfold: expected images [N, C, H, W], got [3]", () => nabla.unfold(zeros([3]), { kernel: 1 })],
  ["fold: expected columns [N, C·4, 6] for images of 3 × 4, got [1, 4, 5]", () => nabla.fold(zeros([1, 4, 5]), { outputSize: [3, 4], kernel: 2 })],
  ['gelu: expected approximate "none" or "tanh", got "fast"', () => nabla.gelu(zeros([2]), { approximate: "fast" as "tanh" })],
  ["hardtanh: expected low < high, got 1 and -1", () => nabla.hardtanh(zeros([2]), { low: 1, high: -1 })],
  ["celu: alpha must not be 0, got 0", () => nabla.celu(zeros([2]), 0)],
  ["glu: axis -1 of [3] has an odd length", () => nabla.glu(zeros([3]))],
  ["prelu: weight [2] does not fit input [4, 3]; expected [1] or [3]", () => nabla.prelu(zeros([4, 3]), zeros([2]))],
  ["maxout: 4 features, axis 1 of [2, 4], cannot be taken 3 at a time", () => nabla.maxout(zeros([2, 4]), 3)],
  ["norm: p must be a number such as 1, 2 or Infinity, got fro", () => nabla.norm(zeros([2]), { p: "fro" as unknown as number })],
  ["max: nothing to reduce along axes [0] of [0]", () => nabla.norm(zeros([0]), { p: Infinity })],
  ["cdist: expected [..., P, D] and [..., R, D], got [3, 2] and [3, 4]", () => nabla.cdist(zeros([3, 2]), zeros([3, 4]))],
  ["quantile: expected a share from 0 to 1, got 1.5", () => nabla.quantile(zeros([3]), 1.5)],
  ["quantile: axis 0 of [0] is empty", () => nabla.quantile(zeros([0]), 0.5)],
  ['quantile: expected interpolation "linear"', () => nabla.quantile(zeros([4]), 0.5, { interpolation: "cubic" as "linear" })],
  ["mode: axis 1 of [2, 0] is empty", () => nabla.mode(zeros([2, 0]))],
  ["histogram: expected at least one bin, got 0", () => nabla.histogram(zeros([3]), { bins: 0 })],
  ["histogram: expected a range [low, high] with low ≤ high, got [1, 0]", () => nabla.histogram(zeros([3]), { range: [1, 0] })],
  ["maskedFill: expected a bool mask, got float32", () => nabla.maskedFill(zeros([3]), zeros([3]), 1)],
  ["maskedFill: expected a number, got Tensor([3], float32)", () => nabla.maskedFill(zeros([3]), nabla.gt(zeros([3]), 0), zeros([3]))],
  ["cumprod: axis 1 is out of range", () => nabla.cumprod(zeros([3]), 1)],
  ["slice: step -1 on axis 0; it must be a whole number of at least 1; flip(x, 0) goes backwards", () => nabla.slice(zeros([3]), { step: -1 })],
];

/** Calls `f` as plain JavaScript would: with any arguments. */
const call = (f: unknown, ...args: unknown[]): unknown => Reflect.apply(f as (...rest: unknown[]) => unknown, undefined, args);
const x = zeros([2, 2]);

const untyped: typeof refused = [
  ["cast: operand 0 must be a tensor, got undefined", () => call(nabla.exp)],
  ['cast: expected dtype float32, float64, int32, uint8, bool, got "float16"', () => call(nabla.cast, x, "float16")],
  ["eq: operand 0 must be a tensor, got number", () => call(nabla.eq, 1, 2)],
  ["where: operand 0 must be a tensor, got an array", () => call(nabla.where, [true], 1, 2)],
  ["matmul: operand 1 must be a tensor, got an array", () => call(nabla.matmul, x, [[1]])],
  ["gather: operand 1 must be a tensor, got an array", () => call(nabla.gather, x, 0, [[1]])],
  ["scatter: operand 2 must be a tensor, got undefined", () => call(nabla.scatter, x, 0, index(1))],
  ["scatterReduce: expected reduce", () => call(nabla.scatterReduce, x, 0, index(1, 0), x)],
  ["take: operand 1 must be a tensor, got number", () => call(nabla.take, x, 1)],
  ["mv: operand 1 must be a tensor, got an array", () => call(nabla.mv, x, [1, 2])],
  ["kron: operand 1 must be a tensor, got undefined", () => call(nabla.kron, x)],
  ["cdist: operand 1 must be a tensor, got undefined", () => call(nabla.cdist, x)],
  ["prelu: operand 1 must be a tensor, got number", () => call(nabla.prelu, x, 0.25)],
  ["maskedFill: operand 1 must be a tensor, got boolean", () => call(nabla.maskedFill, x, true, 1)],
  ["meshgrid: expected an array of vectors; write meshgrid([a, b])", () => call(nabla.meshgrid, x, x)],
  ["flip: expected an axis or a list of axes, got string", () => call(nabla.flip, x, "rows")],
  ["repeat: 2 does not fit [2, 2]", () => call(nabla.repeat, x, 2)],
  ["quantile: expected a share from 0 to 1, got undefined", () => call(nabla.quantile, x)],
];

test.each([...refused, ...untyped])("%s", (message, f) => {
  expect(f).toThrow(nabla.NablaError);
  expect(f).toThrow(message);
});

test.each([
  ["bincount: expected numbers of at least 0, got -1", () => nabla.bincount(index(1, -1))],
  ["bincount: expected integers of shape [N], got float32 [2]", () => nabla.bincount(zeros([2]))],
  ["bincount: the weights have shape [3]; expected [2]", () => nabla.bincount(index(0, 1), { weights: zeros([3]) })],
  ["maskedSelect: expected a bool mask, got float32", () => nabla.maskedSelect(zeros([2]), zeros([2]))],
  ["maskedSelect: shapes [2] and [3] do not broadcast", () => nabla.maskedSelect(zeros([2]), nabla.gt(zeros([3]), 0))],
] as const)("%s", async (message, f) => {
  await expect(f()).rejects.toThrow(message);
});

test("of nothing", async () => {
  const nothing = zeros([0]);
  expect(await nabla.any(nothing).item()).toBe(0);
  expect(await nabla.all(nothing).item()).toBe(1);
  expect((await nabla.nonzero(zeros([2, 3]))).shape).toEqual([0, 2]);
  expect((await nabla.unique(nothing)).values.shape).toEqual([0]);
  expect((await nabla.bincount(zeros([0], { dtype: "int32" }), { minLength: 2 })).shape).toEqual([2]);
  expect(await nabla.histogram(nothing, { bins: 2 }).edges.array()).toEqual([-0.5, 0, 0.5]);
  expect(nabla.cumprod(zeros([2, 0]), 1).shape).toEqual([2, 0]);
  expect(nabla.logcumsumexp(zeros([2, 0]), 1).shape).toEqual([2, 0]);
  expect(nabla.sort(zeros([0, 3]), { axis: 0 }).values.shape).toEqual([0, 3]);
  expect(nabla.topk(zeros([3]), 0).values.shape).toEqual([0]);
  expect(nabla.einsum("ij,jk->ik", zeros([2, 0]), zeros([0, 3])).shape).toEqual([2, 3]);
  expect(nabla.split(zeros([0]), 2).map((t) => t.shape)).toEqual([[0]]);
  expect(nabla.flip(zeros([2, 0])).shape).toEqual([2, 0]);
  expect(nabla.cdist(zeros([0, 2]), zeros([3, 2])).shape).toEqual([0, 3]);
});

test("maskedSelect passes gradients on", async () => {
  const x = tensor([1, -2, 3], { requiresGrad: true });
  (await nabla.maskedSelect(x, nabla.gt(x, 0))).sum().backward();
  expect(await x.grad?.array()).toEqual([1, 0, 1]);
});

test("histograms count what is finite and inside", async () => {
  const { counts, edges } = nabla.histogram(tensor([NaN, Infinity, -1, 0, 0.5, 1]), { bins: 2 });
  expect(await counts.array()).toEqual([1, 3]);
  expect(await edges.array()).toEqual([-1, 0, 1]);
});

test("a norm of 0 has gradient 0", async () => {
  for (const p of [0.5, 1, 2, 3, Infinity]) {
    const x = zeros([3], { requiresGrad: true });
    nabla.norm(x, { p }).backward();
    expect(await x.grad?.array(), `p = ${p}`).toEqual([0, 0, 0]);
  }
  const a = ones([2, 2], { requiresGrad: true });
  nabla.cdist(a, a.detach()).sum().backward();
  expect(await a.grad?.array()).toEqual([[0, 0], [0, 0]]);
});

test("casts to integers cut off, stay in range, and make 0 of NaN", async () => {
  const x = tensor([NaN, Infinity, -Infinity, 3e9, -3e9, -1.9, 255.9], { dtype: "float64" });
  expect([...(await x.to("int32").data())]).toEqual([0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, -(2 ** 31), -1, 255]);
  expect([...(await x.to("uint8").data())]).toEqual([0, 255, 0, 255, 0, 0, 255]);
  expect([...(await tensor([-1, 256, 7], { dtype: "int32" }).to("uint8").data())]).toEqual([0, 255, 7]);
});
