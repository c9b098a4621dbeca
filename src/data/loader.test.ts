import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { crossEntropy, models, optim, Trainer } from "../index.js";
import { ones, tensor } from "../ops/create.js";
import { memoryStats } from "../tensor/stats.js";
import { keep } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { padSequences, stackSamples } from "./collate.js";
import { ImageDataset } from "./imageDataset.js";
import { type Batch, DataLoader, type DataLoaderOptions } from "./loader.js";
import { TensorDataset } from "./tensorDataset.js";
import { gaussianNoise } from "./transforms/blur.js";
import { colorJitter } from "./transforms/colour.js";
import { randomCrop } from "./transforms/crop.js";
import { randomHorizontalFlip } from "./transforms/flip.js";
import { cutmix, mixup } from "./transforms/mix.js";
import { randAugment } from "./transforms/randAugment.js";

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
  for (const batch of [0, -1, 2.5]) expect(() => new DataLoader(data, { batch })).toThrow(/batch must be an integer ≥ 1/);
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

test("prefetch, workers and samples must be integers", () => {
  for (const prefetch of [-1, 0.5]) expect(() => new DataLoader(data, { prefetch })).toThrow(/prefetch must be an integer ≥ 0/);
  expect(() => new DataLoader(data, { workers: -1 })).toThrow(/workers must be an integer from 0 to 256/);
  expect(() => new DataLoader(data, { sampling: "balanced", samples: 0 })).toThrow(/samples must be an integer ≥ 1/);
  expect(() => new DataLoader(data, { samples: 5 })).toThrow(/goes with sampling/);
});

test("order and contents are the same for any number of workers, batches of one and mixed ones too (coverage F4)", async () => {
  const transforms = [randomCrop({ padding: 2, mode: "reflect" }), colorJitter({ brightness: 0.3, hue: 0.1 }), randAugment(), gaussianNoise({ std: 0.02 })];
  for (const options of [{ transforms }, { mix: [mixup(), cutmix()], batch: 64 }, { sampling: "balanced" as const, samples: 150 }]) {
    const expected = await contents(photoLoader({ ...options, workers: 0 }).epoch(3));
    for (const [workers, prefetch] of [[1, 1], [2, 2], [4, 4], [2, 7]]) {
      const loader = photoLoader({ ...options, workers, prefetch });
      for (const start of [0, 1]) expect(await contents(loader.epoch(3, { start }))).toEqual(expected.slice(start));
      loader.close();
    }
  }
});

test("a loop that breaks off leaves its threads free for the next (coverage F4)", async () => {
  const expected = await contents(photoLoader({ workers: 0 }).epoch(7));
  const loader = photoLoader({ workers: 2, prefetch: 4 });
  for (let epoch = 0; epoch < 6; epoch++) {
    for await (const { indices } of loader.epoch(epoch)) if (indices.length > 0) break;
  }
  expect(await contents(loader.epoch(7))).toEqual(expected);
  loader.close();
});

test("mixed batches have probabilities for labels", async () => {
  for await (const { x, y, indices } of photoLoader({ mix: mixup({ alpha: 0.4 }), workers: 0 })) {
    expect(x.shape).toEqual([indices.length, 3, 16, 16]);
    expect([y.shape, y.dtype]).toEqual([[indices.length, 2], "float32"]);
    const q = await y.data();
    for (let i = 0; i < indices.length; i++) expect(q[2 * i] + q[2 * i + 1]).toBeCloseTo(1, 5);
  }
});

test("a trainer learns from mixed batches, its accuracy by the likelier label", async () => {
  const bright = new ImageDataset({
    name: "bright",
    images: Uint8Array.from({ length: 64 * 30 }, (_, i) => 120 * (Math.floor(i / 64) % 2) + (i % 5)),
    labels: Int32Array.from({ length: 30 }, (_, i) => i % 2),
    shape: [1, 8, 8],
    classes: ["dark", "light"],
  });
  const training = new DataLoader(bright, { batch: 10, shuffle: true, mix: [mixup(), cutmix()], normalize: "standardize" });
  const validation = new DataLoader(bright, { batch: 30, normalize: training.normalization });
  const model = models.mlp({ input: [1, 8, 8], classes: 2, hidden: [8] });
  const trainer = new Trainer({ model, optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }), loss: crossEntropy });
  const { history } = await trainer.fit(training, validation, { epochs: 10 });
  expect(history.at(-1)?.validation?.accuracy).toBe(1);
  expect(history.at(-1)?.train.accuracy).toBeGreaterThan(0.7);
});

/** 100 numbers, nine of ten in class 0. */
const skewed = new TensorDataset({
  x: tensor(Float32Array.from({ length: 100 }, (_, i) => i)),
  y: tensor(Int32Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 1 : 0))),
});

test("balanced sampling visits classes equally often, weighted by weight (coverage F4)", async () => {
  const loader = new DataLoader(skewed, { batch: 10, sampling: "balanced", samples: 180, seed: 1 });
  expect(loader.length).toBe(18);
  const seen = new Int32Array(100);
  for await (const { y, indices } of loader) {
    expect([...(await y.data())].filter((label) => label === 1)).toHaveLength(5);
    for (const index of indices) seen[index] += 1;
  }
  // 90 of each class: every common sample once, every rare one nine times.
  expect([...seen].every((times, i) => times === (i % 10 === 0 ? 9 : 1))).toBe(true);
  const weights = Array.from({ length: 100 }, (_, i) => (i < 2 ? 1 + 2 * i : 0));
  const drawn = (await visited(new DataLoader(skewed, { sampling: { weights }, samples: 4000 }))).flat();
  expect(new Set(drawn)).toEqual(new Set([0, 1]));
  expect(drawn.filter((i) => i === 1).length / 4000).toBeCloseTo(0.75, 1);
  const again = new DataLoader(skewed, { sampling: { weights }, samples: 4000 });
  expect((await visited(again)).flat()).toEqual(drawn);
  expect((await visited(again)).flat()).not.toEqual(drawn);
});

test("weights that do not fit are refused", () => {
  const sampling = (...weights: number[]) => () => new DataLoader(skewed, { sampling: { weights } });
  expect(sampling(1, 2)).toThrow(/a weight for each of the 100 samples of tensors, got 2/);
  expect(sampling(...new Array<number>(100).fill(0))).toThrow(/all sampling weights are 0/);
  expect(sampling(...new Array<number>(99).fill(1), -1)).toThrow(/that of sample 99 is -1/);
  expect(() => new DataLoader({ length: 3, get: (i: number) => ({ i }) }, { sampling: "balanced" })).toThrow(/needs labels, and the data set has none/);
});

test("tensors come as rows, whatever the type, and with a batch size of one", async () => {
  const loader = new DataLoader(skewed, { batch: 1, shuffle: true, seed: 2 });
  expect(loader.length).toBe(100);
  for await (const { x, y, indices } of loader) {
    expect([x.shape, y.shape, y.dtype]).toEqual([[1], [1], "int32"]);
    expect(await x.array()).toEqual([indices[0]]);
  }
});

test("data sets of one's own are stacked, and asked ahead", async () => {
  const asked: number[] = [];
  const squares = {
    name: "squares",
    length: 5,
    get: async (i: number) => {
      asked.push(i);
      return { x: [i, i * i], y: i, name: [i > 2] };
    },
  };
  const loader = new DataLoader(squares, { batch: 2, dtypes: { y: "int32" } });
  for await (const { x, y, name, indices } of loader) {
    expect(await x.array()).toEqual([...indices].map((i) => [i, i * i]));
    expect([y.dtype, await y.array()]).toEqual(["int32", [...indices]]);
    expect(name.dtype).toBe("bool");
    expect(asked).toHaveLength(Math.min(5, indices[0] + 4));
  }
  asked.length = 0;
  for await (const { indices } of new DataLoader(squares, { batch: 2, prefetch: 0 })) {
    expect(asked).toHaveLength(Math.min(5, indices[0] + 2));
    if (indices[0] === 2) break;
  }
});

test("batches of one's own samples give their memory back, except what is kept", async () => {
  const constant = ones([3]);
  const rows = { length: 400, get: (i: number) => ({ x: new Float32Array(1000).fill(i) }) };
  const collate = (samples: readonly { x: Float32Array }[]) => ({ ...stackSamples<{ x: Float32Array }>()(samples), constant });
  const kept: Tensor[] = [];
  const before = memoryStats().bytesInUse;
  for await (const { x, indices } of new DataLoader(rows, { batch: 2, collate })) {
    if (indices[0] === 10) kept.push(keep(x));
    expect(memoryStats().bytesInUse - before).toBeLessThan(100_000);
  }
  expect((await kept[0].data())[0]).toBe(10);
  expect(await constant.array()).toEqual([1, 1, 1]);
});

test("sequences are padded to the longest of the batch, with their lengths (coverage F4)", async () => {
  const words = { length: 3, get: (i: number) => ({ x: Int32Array.from({ length: i + 1 }, () => i + 1), y: i }) };
  const loader = new DataLoader(words, { batch: 3, collate: padSequences({ fields: ["x"], value: 0 }) });
  for await (const { x, xLengths, y } of loader) {
    expect([x.dtype, await x.array()]).toEqual(["int32", [[1, 0, 0], [2, 2, 0], [3, 3, 3]]]);
    expect([xLengths.dtype, await xLengths.array()]).toEqual(["int32", [1, 2, 3]]);
    expect(await y.array()).toEqual([0, 1, 2]);
  }
  const stacked = new DataLoader(words, { batch: 3 });
  await expect(visited(stacked)).rejects.toThrow(/field x has shape \[2\] in the sample at place 1.*collate: padSequences\(\{ fields: \["x"\] \}\)/);
});

test("a sample that fails is named by its number, and nothing hangs (coverage F4)", async () => {
  const broken = (delay: number) => ({
    name: "broken",
    length: 9,
    get: async (i: number) => {
      await new Promise((resolve) => setTimeout(resolve, delay * (9 - i)));
      if (i === 4 || i === 5) throw new RangeError(`disk ${i} is on fire`);
      return { x: i };
    },
  });
  for (const delay of [0, 2]) {
    const loader = new DataLoader(broken(delay), { batch: 3, prefetch: 3 });
    const seen: number[] = [];
    const loop = async (): Promise<void> => {
      for await (const { indices } of loader) seen.push(...indices);
    };
    await expect(loop()).rejects.toThrow(/sample 4 of broken: disk 4 is on fire/);
    expect(seen).toEqual([0, 1, 2]);
  }
  const odd = { length: 2, get: (i: number) => (i === 0 ? { x: 1, y: 2 } : ({ x: 1 } as { x: number; y: number })) };
  await expect(visited(new DataLoader(odd))).rejects.toThrow(/sample at place 1 of the batch has no field "y"/);
  await expect(visited(new DataLoader({ length: 1, get: () => 3 }))).rejects.toThrow(/a sample is an object of named values.*but is 3/);
});

test("options for other data are refused by name", () => {
  expect(() => new DataLoader(skewed, { transforms: [randomHorizontalFlip()] })).toThrow(/tensors cannot take transforms, which is for data sets of images/);
  expect(() => new DataLoader(data, { dtypes: { y: "int32" } })).toThrow(/ten cannot take dtypes, which is for data sets other than images/);
  expect(() => new DataLoader({ length: 0, get: () => ({ x: 1 }) })).toThrow(/the data set has no samples/);
});

test("what plain JavaScript may pass is refused in words", () => {
  const wrong: [unknown, RegExp][] = [
    [{ mix: "mixup" }, /mix takes mixup\(\), cutmix\(\) or a list of them, got "mixup"/],
    [{ transforms: [() => {}] }, /transform 0 is none: expected \{ name, apply \}.*got a function/],
    [{ sampling: "random" }, /sampling is "balanced" or \{ weights \}, but is "random"/],
    [{ normalize: "zscore" }, /normalize must be "none", "unit" or "standardize" or \{ kind, mean, std \}, got "zscore"/],
    [{ collate: 3 }, /collate must be a function/],
  ];
  for (const [options, message] of wrong) expect(() => new DataLoader(data, options as object)).toThrow(message);
  expect(() => new DataLoader(undefined as never)).toThrow(/expected a data set .* got undefined/);
});

test("an epoch must be an integer from 0 on", async () => {
  await expect(visited(new DataLoader(data).epoch(-1))).rejects.toThrow(/the epoch must be an integer ≥ 0, got -1/);
  await expect(visited(new DataLoader(data).epoch(0, { start: -1 }))).rejects.toThrow(/start must be an integer ≥ 0/);
});
