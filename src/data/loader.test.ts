import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { ImageDataset } from "./imageDataset.js";
import { type Batch, DataLoader, type DataLoaderOptions } from "./loader.js";
import { randomCrop } from "./transforms/crop.js";
import { randomHorizontalFlip } from "./transforms/flip.js";

/** Ten images [1, 2, 2]; every pixel of image i is i. */
const data = new ImageDataset({
  name: "ten",
  images: Uint8Array.from({ length: 40 }, (_, i) => Math.floor(i / 4)),
  labels: Int32Array.from({ length: 10 }, (_, i) => i % 2),
  shape: [1, 2, 2],
  classes: ["even", "odd"],
});

async function visited(batches: AsyncIterable<{ indices: Int32Array }>): Promise<number[][]> {
  const result: number[][] = [];
  for await (const { indices } of batches) result.push([...indices]);
  return result;
}

test("batches are tensors of normalised images and int32 labels; the last one is smaller", async () => {
  const loader = new DataLoader(data, { batch: 4, normalize: "none" });
  expect(loader.length).toBe(3);
  const shapes: (readonly number[])[] = [];
  let seen = 0;
  for await (const { x, y, indices } of loader) {
    shapes.push(x.shape);
    expect(x.dtype).toBe("float32");
    expect(y.dtype).toBe("int32");
    expect([...(await x.data())]).toEqual([...indices].flatMap((i) => [i, i, i, i]));
    expect([...(await y.data())]).toEqual([...indices].map((i) => i % 2));
    seen += indices.length;
  }
  expect(shapes).toEqual([[4, 1, 2, 2], [4, 1, 2, 2], [2, 1, 2, 2]]);
  expect(seen).toBe(10);
});

test("each loop over a shuffling loader is the next epoch, and every epoch can be had again", async () => {
  const loader = new DataLoader(data, { batch: 3, shuffle: true, seed: 7 });
  const first = await visited(loader);
  const second = await visited(loader);
  expect(first).not.toEqual(second);
  expect(first.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await visited(loader.epoch(0))).toEqual(first);
  loader.setEpoch(1);
  expect(await visited(loader)).toEqual(second);
  const resumed = new DataLoader(data, { batch: 3, shuffle: true, seed: 7 });
  expect(await visited(resumed.epoch(1, { start: 2 }))).toEqual(second.slice(2));
});

test("dropLast leaves the incomplete batch out", async () => {
  const loader = new DataLoader(data, { batch: 4, dropLast: true });
  expect(loader.length).toBe(2);
  expect(await visited(loader)).toHaveLength(2);
  expect(() => new DataLoader(data, { batch: 11, dropLast: true })).toThrow(/ten has no batch: 10 samples, batch size 11/);
});

test("the ring uses two batches of tensors over and over", async () => {
  const loader = new DataLoader(data, { batch: 2, transforms: [randomHorizontalFlip()] });
  const tensors = new Set<unknown>();
  for (const epoch of [0, 1]) for await (const { x } of loader.epoch(epoch)) tensors.add(x);
  expect(tensors.size).toBe(2);
});

test("a validation loader takes the normalisation of the training loader", () => {
  const train = new DataLoader(data, { normalize: "standardize" });
  const validation = new DataLoader(data.limit(3), { normalize: train.normalization });
  expect(validation.normalization).toBe(train.normalization);
  expect(validation.normalization.mean).toEqual([4.5]);
});

test("a batch size must be an integer from 1 on", () => {
  for (const batch of [0, -1, 2.5]) expect(() => new DataLoader(data, { batch })).toThrow(/batch size must be an integer ≥ 1/);
});

/** 200 images [3, 16, 16] of random bytes: batches large enough for the prefetch thread. */
const photos = new ImageDataset({
  name: "photos",
  images: Uint8Array.from({ length: 200 * 768 }, ((generator) => () => generator.uint32() & 255)(new Generator(3))),
  labels: Int32Array.from({ length: 200 }, (_, i) => i % 2),
  shape: [3, 16, 16],
  classes: ["even", "odd"],
});

const photoLoader = (options: DataLoaderOptions): DataLoader =>
  new DataLoader(photos, { batch: 48, shuffle: true, seed: 5, normalize: "standardize", transforms: [randomCrop({ padding: 2 }), randomHorizontalFlip()], ...options });

/** What the batches hold, images as a hash of their numbers. After each there is a pause in which a thread can get ahead. */
async function contents(batches: AsyncIterable<Batch>): Promise<{ x: string; y: number[]; indices: number[] }[]> {
  const result: { x: string; y: number[]; indices: number[] }[] = [];
  for await (const { x, y, indices } of batches) {
    const hash = createHash("sha256").update(Float32Array.from(await x.data()));
    result.push({ x: hash.digest("hex"), y: [...(await y.data())], indices: [...indices] });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return result;
}

test("batches prepared ahead are those prepared inline, to the bit, from any start", async () => {
  const inline = photoLoader({ prefetch: 0 });
  const expected = [await contents(inline.epoch(0)), await contents(inline.epoch(1))];
  expect(expected[0]).toHaveLength(5);
  for (const prefetch of [1, 3, 9, undefined]) {
    const loader = photoLoader({ prefetch });
    expect(await contents(loader)).toEqual(expected[0]);
    expect(await contents(loader)).toEqual(expected[1]);
    expect(await contents(loader.epoch(0, { start: 2 }))).toEqual(expected[0].slice(2));
    loader.close();
  }
});

test("a loop may break off, and another begin or run beside it", async () => {
  const expected = await contents(photoLoader({ prefetch: 0 }).epoch(1));
  const loader = photoLoader({ prefetch: 2 });
  for await (const { indices } of loader.epoch(0)) if (indices.length > 0) break;
  expect(await contents(loader.epoch(1))).toEqual(expected);
  const first = loader.epoch(1);
  const second = loader.epoch(0);
  for (const { indices } of expected) {
    expect([...((await first.next()).value?.indices ?? [])]).toEqual(indices);
    await second.next();
  }
  await first.return();
  await second.return();
  loader.close();
});

test("a closed loader goes on: the loop at hand prepares its batches, the next one starts a thread again", async () => {
  const expected = await contents(photoLoader({ prefetch: 0 }).epoch(0));
  const loader = photoLoader({ prefetch: 1 });
  const seen: number[][] = [];
  for await (const { indices } of loader.epoch(0)) {
    loader.close();
    seen.push([...indices]);
  }
  expect(seen).toEqual(expected.map(({ indices }) => indices));
  expect(await contents(loader.epoch(0))).toEqual(expected);
  loader.close();
  loader.close();
});

test("a transform of one's own runs on this thread, and its errors come out of the loop", async () => {
  let calls = 0;
  const counting = { name: "counting", apply: () => void calls++ };
  await contents(photoLoader({ prefetch: 2, transforms: [counting] }));
  expect(calls).toBe(5);
  const failing = {
    name: "failing",
    apply: () => {
      throw new ValueError("no such colour");
    },
  };
  await expect(contents(photoLoader({ prefetch: 2, transforms: [failing] }))).rejects.toThrow(new ValueError("no such colour"));
  const renamed = { ...randomHorizontalFlip(), name: "another stream" };
  expect(await contents(photoLoader({ prefetch: 2, transforms: [renamed] }))).toEqual(await contents(photoLoader({ prefetch: 0, transforms: [renamed] })));
});

test("prefetch must be an integer from 0 on", () => {
  for (const prefetch of [-1, 0.5]) expect(() => new DataLoader(data, { prefetch })).toThrow(/prefetch must be an integer ≥ 0/);
});
