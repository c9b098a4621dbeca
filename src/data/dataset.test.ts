import { expect, test } from "vitest";
import { tensor } from "../ops/create.js";
import { transpose } from "../ops/views.js";
import { ImageDataset } from "./imageDataset.js";
import { TensorDataset } from "./tensorDataset.js";

const pairs = new TensorDataset({ x: tensor([[1, 2], [3, 4], [5, 6]]), y: tensor([0, 1, 0], { dtype: "int32" }) }, { name: "pairs" });

test("a tensor data set is its rows, with their types and shapes", async () => {
  expect(pairs.length).toBe(3);
  expect(pairs.get(1)).toEqual({ x: { dtype: "float32", shape: [2], data: Float32Array.of(3, 4) }, y: { dtype: "int32", shape: [], data: Int32Array.of(1) } });
  expect([...(pairs.labels ?? [])]).toEqual([0, 1, 0]);
  expect(await pairs.tensors().x.array()).toEqual([[1, 2], [3, 4], [5, 6]]);
  const views = new TensorDataset({ x: transpose(tensor([[1, 2, 3], [4, 5, 6]])) });
  expect([...views.get(2).x.data]).toEqual([3, 6]);
});

test("subsets of subsets, maps and chains", async () => {
  const part = pairs.subset([2, 0, 2]).subset([1, 2]);
  expect([...part.get(0).x.data, ...part.get(1).x.data]).toEqual([1, 2, 5, 6]);
  expect([...(part.labels ?? [])]).toEqual([0, 0]);
  expect(await part.tensors().y.array()).toEqual([0, 0]);
  const sums = pairs.map(({ x }, i) => x.data[0] + x.data[1] + 100 * i).concat(pairs.map(() => -1));
  expect([sums.length, await sums.get(1), await sums.get(5)]).toEqual([6, 107, -1]);
  expect([...(sums.labels ?? [])]).toEqual([0, 1, 0, 0, 1, 0]);
  expect(await sums.subset([5, 2]).get(1)).toBe(211);
});

test("image data sets are data sets too", () => {
  const images = new ImageDataset({ name: "two", images: Uint8Array.of(1, 2, 3, 4), labels: Int32Array.of(1, 0), shape: [1, 1, 2], classes: ["a", "b"] });
  expect(images.get(1)).toEqual({ x: { dtype: "uint8", shape: [1, 1, 2], data: Uint8Array.of(3, 4) }, y: { dtype: "int32", shape: [], data: Int32Array.of(0) } });
  const twice = images.concat(images);
  expect([[...twice.images], [...twice.labels]]).toEqual([[1, 2, 3, 4, 1, 2, 3, 4], [1, 0, 1, 0]]);
  const others = new ImageDataset({ name: "others", images: Uint8Array.of(1), labels: Int32Array.of(0), shape: [1, 1, 1], classes: ["a", "b"] });
  expect(() => images.concat(others)).toThrow(/expected images of \[1, 1, 2\].*but others has others/);
});

test("what does not fit together is refused with the shapes", () => {
  expect(() => new TensorDataset({ x: tensor([[1], [2]]), y: tensor([1]) })).toThrow(/first axis.*x \[2, 1\], y \[1\]/);
  expect(() => new TensorDataset({})).toThrow(/are none/);
  expect(() => new TensorDataset({ x: tensor(1) })).toThrow(/first axis/);
  expect(() => new TensorDataset({ x: { dtype: "float32", shape: [2, 2], data: new Float32Array(3) } })).toThrow(/needs 4 numbers, but there are 3/);
  expect(() => new TensorDataset({ x: tensor([1.5]) }, { labels: "x" })).toThrow(/labels are one whole number a sample/);
  expect(() => new TensorDataset({ x: tensor([1]) }, { labels: "z" })).toThrow(/no field "z"/);
  expect(() => pairs.get(3)).toThrow(/numbered 0 to 2/);
  expect(() => pairs.subset([-1])).toThrow(/index -1 at place 0/);
  expect(() => pairs.concat(pairs).get(6)).toThrow(/numbered 0 to 5/);
});
