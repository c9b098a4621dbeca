import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DataError } from "../../base/errors.js";
import { Generator } from "../../base/generator.js";
import { parseIdx } from "./idx.js";
import { readIdx, readIdxImages } from "./readIdx.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-idx-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** An IDX file of unsigned bytes 0, 1, 2, … */
function idx(...shape: number[]): Uint8Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  for (let i = 0; i < size; i++) bytes[4 + 4 * shape.length + i] = i;
  return bytes;
}

test("an IDX file is its header's shape and the bytes behind it", () => {
  const { shape, data } = parseIdx("f", idx(2, 3, 4), 3);
  expect(shape).toEqual([2, 3, 4]);
  expect([...data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
});

test("plain and compressed files read alike", async () => {
  const bytes = idx(5, 2, 2);
  await writeFile(join(folder, "plain"), bytes);
  await writeFile(join(folder, "packed"), gzipSync(bytes));
  expect(await readIdx(join(folder, "packed"), 3)).toEqual(await readIdx(join(folder, "plain"), 3));
});

test("every header field is checked, with its place", () => {
  const changed = (place: number, value: number): Uint8Array => {
    const bytes = idx(2, 3, 4);
    bytes[place] = value;
    return bytes;
  };
  expect(() => parseIdx("f.gz", changed(0, 1), 3)).toThrow(/f\.gz: at byte 0, expected two zero bytes.*got 0x0100.*fetch/s);
  expect(() => parseIdx("f", changed(2, 0x0d), 3)).toThrow(/at byte 2, expected type code 0x08.*got 0x0d/);
  expect(() => parseIdx("f", changed(3, 1), 3)).toThrow(/at byte 3, expected 3 axes, got 1/);
  expect(() => parseIdx("f", changed(7, 0), 3)).toThrow(/at byte 4, expected a size of axis 0 from 1 on, got 0/);
  expect(() => parseIdx("f", changed(7, 3), 3)).toThrow(/at byte 16, expected 36 values \(shape \[3, 3, 4\]\), got 24/);
});

test("a header that promises terabytes is refused without allocating them", () => {
  const bytes = idx(2, 3, 4);
  bytes.fill(0xff, 4, 16);
  expect(() => parseIdx("f", bytes, 3)).toThrow(DataError);
});

test("every truncation and every flipped header bit gives a DataError", async () => {
  const bytes = idx(3, 4, 5);
  for (let length = 0; length < bytes.length; length++) expect(() => parseIdx("f", bytes.subarray(0, length), 3)).toThrow(DataError);
  for (let bit = 0; bit < 8 * 16; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    expect(() => parseIdx("f", flipped, 3)).toThrow(DataError);
  }
  const packed = gzipSync(bytes);
  for (let length = 2; length < packed.length; length += 3) {
    await writeFile(join(folder, "cut"), packed.subarray(0, length));
    await expect(readIdx(join(folder, "cut"), 3)).rejects.toThrow(DataError);
  }
});

test("a compressed file with any bit flipped is either the same or refused", async () => {
  const bytes = idx(4, 6, 6);
  const packed = gzipSync(bytes);
  const generator = new Generator(1);
  for (let round = 0; round < 200; round++) {
    const flipped = packed.slice();
    flipped[generator.integer(packed.length)] ^= 1 << generator.integer(8);
    await writeFile(join(folder, "flipped"), flipped);
    const result = await readIdx(join(folder, "flipped"), 3).catch((error: unknown) => error);
    if (!(result instanceof DataError)) expect(result).toEqual(parseIdx("f", bytes, 3));
  }
});

test("images and labels must belong together", async () => {
  const path = (name: string): string => join(folder, name);
  await writeFile(path("images"), idx(3, 2, 2));
  await writeFile(path("labels"), idx(3));
  await writeFile(path("few"), idx(2));
  const classes = ["a", "b", "c"];
  const data = await readIdxImages("set", path("images"), path("labels"), classes);
  expect(data.shape).toEqual([1, 2, 2]);
  expect([...data.labels]).toEqual([0, 1, 2]);
  await expect(readIdxImages("set", path("images"), path("few"), classes)).rejects.toThrow(/few: expected one label for each of the 3 images of .*images, got 2/);
  await expect(readIdxImages("set", path("images"), path("labels"), ["a", "b"])).rejects.toThrow(/at byte 10, expected a label from 0 to 1, got 2/);
});
