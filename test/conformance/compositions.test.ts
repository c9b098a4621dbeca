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
  ["repeatInterleave: expected a whole number of at least 0 for each of the 5 slices, got [1,2]", () => nabla.repeatInterleave(zeros([5]), [1, 2])],
  ["meshgrid: operand 1 has shape [1, 2]; expected a vector", () => nabla.meshgrid([zeros([2]), zeros([1, 2])])],
  ["diagonal: axis1 and axis2 are both axis 1", () => nabla.diagonal(zeros([2, 2]), { axis1: 1, axis2: -1 })],
  ["diag: expected a vector or a matrix, got [1, 2, 3]", () => nabla.diag(zeros([1, 2, 3]))],
  ["tril: expected at least two axes, got [3]", () => nabla.tril(zeros([3]))],
  ["windows: a window of 4 (kernel 4, dilation 1) does not fit into 3", () => nabla.windows(zeros([3]), 0, { size: 4 })],
  ["windows: size must be a whole number of at least 1, got undefined", () => nabla.windows(zeros([3]), 0, {} as { size: number })],
  ["unfold: expected images [N, C, H, W], got [3]", () => nabla.unfold(zeros([3]), { kernel: 1 })],
  ["fold: expected columns [N, C·4, 6] for images of 3 × 4, got [1, 4, 5]", () => nabla.fold(zeros([1, 4, 5]), { outputSize: [3, 4], kernel: 2 })],
  ["slice: step -1 on axis 0; it must be a whole number of at least 1; flip(x, 0) goes backwards", () => nabla.slice(zeros([3]), { step: -1 })],
];

test.each(refused)("%s", (message, f) => {
  expect(f).toThrow(nabla.NablaError);
  expect(f).toThrow(message);
});

test("casts to integers cut off, stay in range, and make 0 of NaN", async () => {
  const x = tensor([NaN, Infinity, -Infinity, 3e9, -3e9, -1.9, 255.9], { dtype: "float64" });
  expect([...(await x.to("int32").data())]).toEqual([0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, -(2 ** 31), -1, 255]);
  expect([...(await x.to("uint8").data())]).toEqual([0, 255, 0, 255, 0, 0, 255]);
  expect([...(await tensor([-1, 256, 7], { dtype: "int32" }).to("uint8").data())]).toEqual([0, 255, 7]);
});
