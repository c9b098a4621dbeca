import { expect, test } from "vitest";
import { DataError, ValueError } from "../base/errors.js";
import { ImageDataset } from "./imageDataset.js";

/** `count` images [1, 2, 2]; pixel j of image i is 10·i + j; labels 0 1 2 0 1 2 … */
function numbered(count: number): ImageDataset {
  return new ImageDataset({
    name: "numbered",
    images: Uint8Array.from({ length: count * 4 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4)),
    labels: Int32Array.from({ length: count }, (_, i) => i % 3),
    shape: [1, 2, 2],
    classes: ["a", "b", "c"],
  });
}

test("a data set counts its images and classes", () => {
  const data = numbered(7);
  expect(data.length).toBe(7);
  expect([...data.classCounts()]).toEqual([3, 2, 2]);
});

test("subset copies the named images in order, limit shares the first ones", () => {
  const data = numbered(7);
  const subset = data.subset([5, 0, 5]);
  expect([...subset.images]).toEqual([50, 51, 52, 53, 0, 1, 2, 3, 50, 51, 52, 53]);
  expect([...subset.labels]).toEqual([2, 0, 2]);
  const limited = data.limit(2);
  expect([...limited.images]).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
  expect(limited.images.buffer).toBe(data.images.buffer);
  expect(data.limit(100)).toBe(data);
});

test("indices and limits out of range are refused by name", () => {
  expect(() => numbered(3).subset([0, 3])).toThrow(/numbered\.subset: index 3 at place 1.*the samples are numbered 0 to 2/);
  for (const count of [0, -1, 1.5, Number.NaN]) expect(() => numbered(3).limit(count)).toThrow(ValueError);
});

test("data that do not fit together are refused with the sizes", () => {
  const init = { name: "bad", images: new Uint8Array(8), labels: new Int32Array(2), shape: [1, 2, 2] as const, classes: ["a"] };
  expect(() => new ImageDataset({ ...init, images: new Uint8Array(7) })).toThrow(/2 labels.*8 bytes.*there are 7/);
  expect(() => new ImageDataset({ ...init, labels: Int32Array.of(0, 1) })).toThrow(/image 1 has label 1.*0 to 0/);
  expect(() => new ImageDataset({ ...init, labels: Int32Array.of(-1, 0) })).toThrow(/label -1/);
  expect(() => new ImageDataset({ ...init, labels: new Int32Array(0), images: new Uint8Array(0) })).toThrow(/no images/);
  expect(() => new ImageDataset({ ...init, shape: [1, 0, 2] })).toThrow(DataError);
});
