import { expect, test } from "vitest";
import type { Job } from "./batches.js";
import { BatchRing, type MakeBatch } from "./batchRing.js";

/** Writes image number + epoch to every pixel, the number alone as label. */
const make: MakeBatch = ({ indices, epoch }, pixels, targets) => {
  const perImage = pixels.length / targets.length;
  indices.forEach((index, i) => {
    targets[i] = index;
    pixels.fill(index + epoch, i * perImage, (i + 1) * perImage);
  });
};

/** Serves what is posted, on this thread: the last job closes the ring. */
function serveAll(ring: BatchRing, jobs: number): Promise<void> {
  let left = jobs;
  return ring.serve((...batch) => {
    if (--left === 0) ring.close();
    return make(...batch);
  });
}

const ringOf = (places: number, largest: number, perImage: number): BatchRing => BatchRing.allocate(places, { largest, perImage, classes: 0 });
const job = (epoch: number, ...indices: number[]): Job => ({ indices: Int32Array.from(indices), epoch, number: 0 });

test("posted batches come out at their places, of the size they were posted with", async () => {
  const ring = ringOf(2, 3, 2);
  expect(ring.post(0, job(100, 5, 6, 7))).toBe(true);
  expect(ring.post(1, job(200, 8))).toBe(true);
  expect(ring.finished(0)).toBeUndefined();
  await serveAll(ring, 2);
  expect(ring.finished(0)).toEqual({ pixels: Float32Array.of(105, 105, 106, 106, 107, 107), targets: Int32Array.of(5, 6, 7) });
  expect(ring.finished(1)).toEqual({ pixels: Float32Array.of(208, 208), targets: Int32Array.of(8) });
});

test("a place takes the next job only when its batch was released", async () => {
  const ring = ringOf(1, 1, 1);
  ring.post(0, job(0, 1));
  expect(ring.post(0, job(0, 2))).toBe(false);
  await serveAll(ring, 1);
  expect(ring.post(0, job(0, 2))).toBe(false);
  ring.release(0);
  expect(ring.post(0, job(0, 2))).toBe(true);
});

test("a job can be withdrawn until it is begun, and is then not served", async () => {
  const ring = ringOf(2, 1, 1);
  ring.post(0, job(0, 1));
  ring.post(1, job(0, 2));
  expect(ring.withdraw(0)).toBe(true);
  expect(ring.withdraw(0)).toBe(false);
  await serveAll(ring, 1);
  expect(ring.finished(0)).toBeUndefined();
  expect(ring.withdraw(1)).toBe(false);
  expect(ring.finished(1)?.targets).toEqual(Int32Array.of(2));
});

test("epochs are exact beyond 32 bits", async () => {
  const ring = ringOf(1, 1, 1);
  ring.post(0, job(2 ** 40, 0));
  let seen = 0;
  await ring.serve(({ epoch }) => {
    seen = epoch;
    ring.close();
  });
  expect(seen).toBe(2 ** 40);
});

test("a batch that cannot be made has failed, and its place is free again when released", async () => {
  const ring = ringOf(1, 1, 1);
  ring.post(0, job(0, 1));
  await ring.serve(async () => {
    ring.close();
    throw new Error("unreadable");
  });
  expect(ring.finished(0)).toBeNull();
  ring.release(0);
  expect(ring.post(0, job(0, 2))).toBe(true);
});

test("probabilities have room for every class", async () => {
  const ring = BatchRing.allocate(1, { largest: 2, perImage: 1, classes: 3 });
  ring.post(0, job(0, 1));
  await ring.serve((_job, _pixels, targets) => {
    targets.fill(0.5);
    ring.close();
  });
  expect(ring.finished(0)?.targets).toEqual(Float32Array.of(0.5, 0.5, 0.5));
});
