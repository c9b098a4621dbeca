import { expect, test } from "vitest";
import { Generator } from "../base/generator.js";
import { ByteReader } from "./byteReader.js";

const generator = new Generator(4);
const tables = [0, 1, 2].map((c) => Float32Array.from({ length: 256 }, (_, pixel) => pixel / 7 - c));

test.each([
  ["words", 16, 0],
  ["planes that are no whole words", 9, 0],
  ["memory that does not begin at a word", 16, 3],
])("images are looked up channel by channel: %s", (_, plane, offset) => {
  const bytes = Uint8Array.from({ length: offset + 5 * 3 * plane }, () => generator.uint32() & 255).subarray(offset);
  const indices = Int32Array.of(4, 0, 4);
  const out = new Float32Array(3 * 3 * plane);
  new ByteReader(bytes).lookUp(indices, tables, plane, out);
  const expected = [...indices].flatMap((index) =>
    tables.flatMap((table, c) => Array.from({ length: plane }, (_, i) => table[bytes[(index * 3 + c) * plane + i]])),
  );
  expect([...out]).toEqual(expected);
});
