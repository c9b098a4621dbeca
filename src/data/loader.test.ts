import { expect, test } from "vitest";
import { ImageDataset } from "./dataset.js";
import { DataLoader } from "./loader.js";
import { randomHorizontalFlip } from "./transforms.js";

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
  expect(() => new DataLoader(data, { batch: 11, dropLast: true })).toThrow(/ten has no batch: 10 images, batch size 11/);
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
