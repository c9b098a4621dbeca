import { expect, test } from "vitest";
import { Heap } from "./heap.js";

/** A heap over 0 … limit − 1 that grows by 1024 bytes or more; `grown` collects the growth. */
function bounded(limit: number): { heap: Heap; grown: number[] } {
  const grown: number[] = [];
  let end = 0;
  const heap = new Heap(0, (bytes) => {
    const size = Math.max(1024, Math.ceil(bytes / 64) * 64);
    if (end + size > limit) throw new Error("full");
    end += size;
    grown.push(size);
    return size;
  });
  return { heap, grown };
}

test("blocks are aligned and do not overlap", () => {
  const { heap } = bounded(65536);
  const blocks = [1, 64, 65, 200, 0].map((bytes) => ({ bytes, address: heap.allocate(bytes) }));
  for (const { address } of blocks) expect(address % 64).toBe(0);
  const sorted = blocks.toSorted((a, b) => a.address - b.address);
  sorted.slice(1).forEach(({ address }, i) => expect(address).toBeGreaterThanOrEqual(sorted[i].address + Math.max(1, sorted[i].bytes)));
});

test("what comes back is joined with its neighbours and used again", () => {
  const { heap, grown } = bounded(65536);
  const a = heap.allocate(256);
  const b = heap.allocate(256);
  const c = heap.allocate(512);
  expect(grown).toEqual([1024]);
  heap.release(a, 256);
  heap.release(c, 512);
  heap.release(b, 256);
  expect(heap.allocate(1024)).toBe(a);
  expect(grown).toEqual([1024]);
});

test("growth counts the free rest at the end", () => {
  const { heap, grown } = bounded(65536);
  heap.allocate(512);
  heap.allocate(2048);
  expect(grown).toEqual([1024, 1536]);
});

test("a heap that cannot grow says so and still serves what fits", () => {
  const { heap } = bounded(1024);
  expect(() => heap.allocate(2000)).toThrow("full");
  expect(heap.allocate(1000)).toBe(0);
});
