import { Worker } from "node:worker_threads";
import { expect, test, vi } from "vitest";
import { Generator } from "../base/generator.js";
import type { Job } from "./batches.js";
import { PrefetchPass } from "./prefetchPass.js";
import { Prefetcher, type PrefetchPlan } from "./prefetcher.js";
import type { TransformRecipe } from "./transforms/transform.js";

const job = (...indices: number[]): Job => ({ indices: Int32Array.from(indices), epoch: 0, number: 0 });

/** Six images [1, 1, 2]; both pixels of image i are 10·i. */
const plan = (transforms: TransformRecipe[] = []): Omit<PrefetchPlan, "ring"> => ({
  source: {
    images: Uint8Array.from({ length: 12 }, (_, i) => 10 * Math.floor(i / 2)),
    labels: Int32Array.from({ length: 6 }, (_, i) => i),
    shape: [1, 1, 2],
    classes: 6,
    maxValue: 255,
  },
  normalization: { kind: "none", mean: [0], std: [1] },
  transforms,
  mixes: [],
  generator: new Generator(1).state,
  largest: 2,
});

function start(places: number, transforms?: TransformRecipe[]): Prefetcher {
  const prefetcher = Prefetcher.start(plan(transforms), { workers: 1, places, size: { largest: 2, perImage: 2, classes: 0 } });
  if (prefetcher === null) throw new Error("The worker is not built: run npm run build.");
  return prefetcher;
}

/** Asks for image `image` until the thread has made it: a job that it has not begun is taken back by `take`. */
async function fetched(prefetcher: Prefetcher, image: number): Promise<number[] | undefined> {
  let pixels: number[] | undefined;
  await vi.waitFor(async () => {
    const place = prefetcher.ask(job(image));
    expect(place).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await prefetcher.take(place ?? 0, (batch) => (pixels = [...batch.pixels]))).toBe(true);
  }, 20_000);
  return pixels;
}

test("the thread prepares what it was asked for", async () => {
  const prefetcher = start(2);
  expect(await fetched(prefetcher, 3)).toEqual([30, 30]);
  expect(await fetched(prefetcher, 4)).toEqual([40, 40]);
  expect(await fetched(prefetcher, 5)).toEqual([50, 50]);
  prefetcher.close();
  expect(prefetcher.alive).toBe(false);
  expect(prefetcher.ask(job(0))).toBeUndefined();
});

test("dropped jobs leave their places to the next pass", async () => {
  const prefetcher = start(1);
  expect(await fetched(prefetcher, 1)).toEqual([10, 10]);
  const dropped = prefetcher.ask(job(2));
  expect(prefetcher.ask(job(3))).toBeUndefined();
  prefetcher.drop(dropped ?? 0);
  expect(await fetched(prefetcher, 3)).toEqual([30, 30]);
  prefetcher.close();
});

test("two passes at once share the places, and each gets its own batches", async () => {
  const prefetcher = start(1);
  const visit = async (offset: number): Promise<number[]> => {
    const pass = new PrefetchPass(prefetcher, 0, 3, (k) => Int32Array.of(k + offset));
    const seen: number[] = [];
    for (let k = 0; k < 3; k++) {
      const done = await pass.fetch(k, ({ targets }) => seen.push(targets[0]));
      if (!done) seen.push(k + offset);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    pass.end();
    return seen;
  };
  await fetched(prefetcher, 0);
  expect(await Promise.all([visit(0), visit(3)])).toEqual([[0, 1, 2], [3, 4, 5]]);
  prefetcher.close();
});

test("a thread that fails says so and leaves the batches to the loop", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const prefetcher = start(1, [{ name: "randomCrop", options: { padding: -1 } }]);
  const place = prefetcher.ask(job(0));
  await vi.waitFor(() => expect(prefetcher.alive).toBe(false), 20_000);
  expect(await prefetcher.take(place ?? 0, () => {})).toBe(false);
  expect(prefetcher.ask(job(0))).toBeUndefined();
  expect(warned.mock.calls.map(String).join()).toMatch(/prefetch thread stopped \(.*padding must be an integer ≥ 0/);
  warned.mockRestore();
});

test("a program whose prefetch thread is still alive ends", async () => {
  // A process in miniature: this worker ends only if nothing in it keeps its event loop alive.
  const script = `
    const { pathToFileURL } = require("node:url");
    const { workerData: { file } } = require("node:worker_threads");
    import(pathToFileURL(file).href).then(({ Prefetcher }) => {
      const images = new Uint8Array(2), labels = new Int32Array(2);
      const normalization = { kind: "none", mean: [0], std: [1] };
      const generator = { key0: 0, key1: 0, offset: 0 };
      const source = { images, labels, shape: [1, 1, 1], classes: 1, maxValue: 255 };
      const width = { workers: 2, places: 2, size: { largest: 1, perImage: 1, classes: 0 } };
      const job = { indices: Int32Array.of(0), epoch: 0, number: 0 };
      Prefetcher.start({ source, normalization, transforms: [], mixes: [], generator, largest: 1 }, width).ask(job);
    });`;
  const file = new URL("../../dist/data/prefetcher.js", import.meta.url).pathname;
  const code = await new Promise((resolve, reject) => {
    new Worker(script, { eval: true, execArgv: [], workerData: { file } }).on("exit", resolve).on("error", reject);
  });
  expect(code).toBe(0);
});
