import { expect, test } from "vitest";
import { Generator } from "../base/generator.js";
import { BatchMaker } from "./batches.js";
import { ImageDataset } from "./imageDataset.js";
import { normalizationOf } from "./normalize.js";
import { epochOrder } from "./samplers.js";
import { randomCrop } from "./transforms/crop.js";
import { randomHorizontalFlip } from "./transforms/flip.js";
import type { Transform } from "./transforms/transform.js";

const shape = [2, 5, 3] as const;
const perImage = 30;

/** 40 images of random bytes. */
const data = new ImageDataset({
  name: "random",
  images: Uint8Array.from({ length: 40 * perImage }, ((generator) => () => generator.uint32() & 255)(new Generator(5))),
  labels: Int32Array.from({ length: 40 }, (_, i) => i % 4),
  shape,
  classes: ["a", "b", "c", "d"],
});

function make(indices: Int32Array, epoch: number, transforms: readonly Transform[] = []): { x: Float32Array; y: Int32Array } {
  const source = { ...data, classes: 4 };
  const maker = new BatchMaker({ source, normalization: normalizationOf("standardize", data), transforms, mixes: [], generator: new Generator(9), largest: 40 });
  const x = new Float32Array(indices.length * perImage);
  const y = new Int32Array(indices.length);
  void maker.make({ indices, epoch, number: 0 }, x, y);
  return { x, y };
}

test("the order of an epoch is a permutation that depends on seed and epoch alone", () => {
  const order = (seed: number, epoch: number): number[] => [...epochOrder(new Generator(seed), epoch, 100, true)];
  expect(order(1, 3)).toEqual(order(1, 3));
  expect(order(1, 3)).not.toEqual(order(1, 4));
  expect(order(1, 3)).not.toEqual(order(2, 3));
  expect(order(1, 3).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect([...epochOrder(new Generator(1), 3, 4, false)]).toEqual([0, 1, 2, 3]);
});

test("a batch holds (pixel − mean) / std of the images asked for, and their labels", () => {
  const { mean, std } = normalizationOf("standardize", data);
  const { x, y } = make(Int32Array.of(7, 30), 0);
  expect([...y]).toEqual([3, 2]);
  for (const [i, index] of [7, 30].entries()) {
    for (let j = 0; j < perImage; j++) {
      const c = j < 15 ? 0 : 1;
      expect(x[i * perImage + j]).toBe(Math.fround((data.images[index * perImage + j] - mean[c]) / std[c]));
    }
  }
});

test("over the whole set, standardised channels have mean 0 and deviation 1", () => {
  const { x } = make(epochOrder(new Generator(0), 0, 40, false), 0);
  for (const c of [0, 1]) {
    const values = x.filter((_, i) => Math.floor(i / 15) % 2 === c);
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length).toBeCloseTo(1, 6);
  }
});

test("augmentation of an image depends on seed, epoch and image, not on the batch it comes in", () => {
  const transforms = [randomCrop({ padding: 2 }), randomHorizontalFlip()];
  const order = epochOrder(new Generator(1), 0, 40, true);
  const together = make(order, 0, transforms).x;
  for (const size of [1, 7]) {
    const apart = new Float32Array(together.length);
    for (let k = 0; k < 40; k += size) apart.set(make(order.subarray(k, k + size), 0, transforms).x, k * perImage);
    expect(apart).toEqual(together);
  }
  expect(make(order, 1, transforms).x).not.toEqual(together);
});

test("two equal transforms draw independently", () => {
  const mirrored = (transforms: Transform[]): boolean[] => {
    const plain = make(epochOrder(new Generator(0), 0, 40, false), 0).x;
    const { x } = make(epochOrder(new Generator(0), 0, 40, false), 0, transforms);
    return Array.from({ length: 40 }, (_, i) => x.slice(i * perImage, (i + 1) * perImage).some((v, j) => v !== plain[i * perImage + j]));
  };
  expect(mirrored([randomHorizontalFlip(), randomHorizontalFlip()])).toContain(true);
});
