import { expect, test } from "vitest";
import { BatchRing, type MakeBatch } from "./batchRing.js";

/** Writes image number + epoch to every pixel, the number alone as label. */
const make: MakeBatch = (indices, epoch, pixels, labels) => {
  const perImage = pixels.length / labels.length;
  indices.forEach((index, i) => {
    labels[i] = index;
    pixels.fill(index + epoch, i * perImage, (i + 1) * perImage);
  });
};

/** Serves what is posted, on this thread: the last job closes the ring. */
function serveAll(ring: BatchRing, jobs: number): void {
  let left = jobs;
  ring.serve((...job) => {
    make(...job);
    if (--left === 0) ring.close();
  });
}

test("posted batches come out at their places, of the size they were posted with", () => {
  const ring = BatchRing.allocate(2, 3, 2);
  expect(ring.post(0, Int32Array.of(5, 6, 7), 100)).toBe(true);
  expect(ring.post(1, Int32Array.of(8), 200)).toBe(true);
  expect(ring.finished(0)).toBeUndefined();
  serveAll(ring, 2);
  expect(ring.finished(0)).toEqual({ pixels: Float32Array.of(105, 105, 106, 106, 107, 107), labels: Int32Array.of(5, 6, 7) });
  expect(ring.finished(1)).toEqual({ pixels: Float32Array.of(208, 208), labels: Int32Array.of(8) });
});

test("a place takes the next job only when its batch was released", () => {
  const ring = BatchRing.allocate(1, 1, 1);
  ring.post(0, Int32Array.of(1), 0);
  expect(ring.post(0, Int32Array.of(2), 0)).toBe(false);
  serveAll(ring, 1);
  expect(ring.post(0, Int32Array.of(2), 0)).toBe(false);
  ring.release(0);
  expect(ring.post(0, Int32Array.of(2), 0)).toBe(true);
});

test("a job can be withdrawn until it is begun, and is then not served", () => {
  const ring = BatchRing.allocate(2, 1, 1);
  ring.post(0, Int32Array.of(1), 0);
  ring.post(1, Int32Array.of(2), 0);
  expect(ring.withdraw(0)).toBe(true);
  expect(ring.withdraw(0)).toBe(false);
  serveAll(ring, 1);
  expect(ring.finished(0)).toBeUndefined();
  expect(ring.withdraw(1)).toBe(false);
  expect(ring.finished(1)?.labels).toEqual(Int32Array.of(2));
});

test("epochs are exact beyond 32 bits", () => {
  const ring = BatchRing.allocate(1, 1, 1);
  ring.post(0, Int32Array.of(0), 2 ** 40);
  let seen = 0;
  ring.serve((_, epoch) => {
    seen = epoch;
    ring.close();
  });
  expect(seen).toBe(2 ** 40);
});
