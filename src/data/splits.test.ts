import { expect, test } from "vitest";
import { Generator } from "../base/generator.js";
import { ImageDataset } from "./imageDataset.js";
import { kFold, split, TestSet } from "./splits.js";

/** 200 images of random pixels; classes 0 … 9 in turn. */
const set = new ImageDataset({
  name: "set",
  images: Uint8Array.from({ length: 200 * 4 }, ((generator) => () => generator.integer(256))(new Generator(3))),
  labels: Int32Array.from({ length: 200 }, (_, i) => i % 10),
  shape: [1, 2, 2],
  classes: [..."0123456789"],
});

const rows = (data: ImageDataset): string[] => Array.from({ length: data.length }, (_, i) => data.images.subarray(4 * i, 4 * i + 4).join());

/** Numbers 0 … length − 1; a part is the list of its numbers. */
const numbers = (length: number, labels?: Int32Array) => ({ name: "numbers", length, labels, subset: (indices: ArrayLike<number>) => Array.from(indices) });

const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test("a stratified split takes its share of every class and loses no sample (coverage A2)", () => {
  const [train, validation] = split(set, [0.8, 0.2], { stratify: true, seed: 1 });
  expect([...train.classCounts()]).toEqual(new Array(10).fill(16));
  expect([...validation.classCounts()]).toEqual(new Array(10).fill(4));
  expect([...rows(train), ...rows(validation)].toSorted()).toEqual(rows(set).toSorted());
  expect(split(set, [0.8, 0.2], { stratify: true, seed: 1 })[1].images).toEqual(validation.images);
  expect(split(set, [0.8, 0.2], { stratify: true, seed: 2 })[1].images).not.toEqual(validation.images);
});

test.each([
  [[60, 20, 20], [60, 20, 20]],
  [[0.8, 0.1, 0.1], [80, 10, 10]],
])("shares %j of 100 samples (coverage A2)", (shares, lengths) => {
  for (const options of [{}, { shuffle: false }, { seed: 5 }]) {
    const parts = split(numbers(100), shares, options);
    expect(parts.map((part) => part.length)).toEqual(lengths);
    expect(sorted(parts.flat())).toEqual(upTo(100));
    for (const part of parts) expect(part).toEqual(sorted(part));
  }
  expect(split(numbers(100), shares, { shuffle: false })[0]).toEqual(upTo(lengths[0]));
});

test("splits that cannot be made are refused", () => {
  expect(() => split(numbers(10), [0.5, 0.4])).toThrow(/add up to 1 or 100, got \[0.5, 0.4\]/);
  expect(() => split(numbers(10), [1])).toThrow(/at least two/);
  expect(() => split(numbers(10), [1.2, -0.2])).toThrow(/positive/);
  expect(() => split(numbers(3), [90, 5, 5])).toThrow(/part 1 of numbers would have none of its 3 samples/);
  expect(() => split(numbers(3), [50, 50], { stratify: true })).toThrow(/numbers has no labels/);
});

test("k folds: every sample validates once; folds differ by one at most (coverage A2)", () => {
  const labels = Int32Array.from({ length: 53 }, (_, i) => (i < 40 ? 0 : 1));
  for (const options of [{}, { shuffle: false }, { stratify: true }]) {
    const folds = kFold(numbers(53, labels), 5, options);
    expect(sorted(folds.flatMap(({ validation }) => validation))).toEqual(upTo(53));
    for (const { train, validation } of folds) {
      expect(sorted([...train, ...validation])).toEqual(upTo(53));
      expect([10, 11]).toContain(validation.length);
      if (options.stratify === true) expect([2, 3]).toContain(validation.filter((i) => labels[i] === 1).length);
    }
  }
  expect(kFold(numbers(6), 3, { shuffle: false }).map(({ validation }) => validation)).toEqual([[0, 1], [2, 3], [4, 5]]);
  for (const k of [1, 2.5, 54]) expect(() => kFold(numbers(53), k)).toThrow(/from 2 to the 53 samples/);
});

test("a test set counts and shows every use (coverage A2)", () => {
  const shown: string[] = [];
  const held = new TestSet(set, { show: (line) => shown.push(line) });
  expect(held.length).toBe(200);
  expect(shown).toEqual([]);
  expect(held.use("choose k")).toBe(set);
  held.use("final accuracy");
  expect(held.uses.map(({ purpose }) => purpose)).toEqual(["choose k", "final accuracy"]);
  expect(shown[0]).toBe("test set set (200 samples): use 1: choose k");
  expect(shown[1]).toMatch(/use 2: final accuracy; used before for choose k\. Choose by validation samples/);
  expect(() => held.use("")).toThrow(/say what the test set is used for/);
  expect(held.uses).toHaveLength(2);
});
