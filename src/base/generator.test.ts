import { expect, test } from "vitest";
import { ValueError } from "./errors.js";
import { Generator } from "./generator.js";
import { normalQuantile } from "./normal.js";
import { philox4x32 } from "./philox.js";

// Random123's kat_vectors, philox4x32 with 10 rounds: counter, key, expected block.
test.each([
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
])("philox of counter %j", ([c0, c1, c2, c3], [key0, key1], expected) => {
  const words = new Uint32Array(4);
  philox4x32(words, key0, key1, c0, c1, c2, c3);
  expect([...words]).toEqual(expected);
});

test("a stream is the words of successive blocks", () => {
  const generator = new Generator(0);
  expect([0, 1, 2, 3].map(() => generator.uint32())).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const second = new Uint32Array(4);
  philox4x32(second, 0, 0, 1, 0, 0, 0);
  expect([0, 1, 2, 3].map(() => generator.uint32())).toEqual([...second]);
});

test("blocks past 2³² count in the second word", () => {
  const generator = Generator.fromState({ key0: 7, key1: 8, offset: 4 * (2 ** 32 + 5) + 2 });
  const block = new Uint32Array(4);
  philox4x32(block, 7, 8, 5, 1, 0, 0);
  expect(generator.uint32()).toBe(block[2]);
});

test("seeds past 2³² reach the second key word", () => {
  expect(new Generator(3 * 2 ** 32 + 9).state).toEqual({ key0: 9, key1: 3, offset: 0 });
});

test("a restored state continues the stream", () => {
  const generator = new Generator(5);
  for (let i = 0; i < 6; i++) generator.uint32();
  const saved = JSON.parse(JSON.stringify(generator.state));
  const expected = [generator.uint32(), generator.float(), generator.normal(), generator.integer(10)];
  const restored = Generator.fromState(saved);
  expect([restored.uint32(), restored.float(), restored.normal(), restored.integer(10)]).toEqual(expected);
});

test("reserve hands out whole blocks and skips them", () => {
  const generator = new Generator(5);
  generator.uint32();
  expect(generator.reserve(5)).toEqual({ key0: 5, key1: 0, block: 1 });
  expect(generator.state.offset).toBe(12);
  expect(generator.reserve(4)).toEqual({ key0: 5, key1: 0, block: 3 });
});

test("forks depend on key and name only", () => {
  const parent = new Generator(1);
  const before = parent.fork("weights").uint32();
  parent.uint32();
  parent.fork("other");
  expect(parent.fork("weights").uint32()).toBe(before);
  expect(parent.fork("weight").uint32()).not.toBe(before);
  expect(new Generator(2).fork("weights").uint32()).not.toBe(before);
  expect(parent.fork("a").fork("b").uint32()).not.toBe(parent.fork("b").fork("a").uint32());
});

// Python 3.11: statistics.NormalDist().inv_cdf(p); scipy.special.ndtri agrees within 1e-15.
test.each([
  [0.5, 0],
  [0.975, 1.9599639845400536],
  [0.841344746068543, 1.0000000000000007],
  [0.05, -1.6448536269514726],
  [0.9, 1.2815515655446008],
  [1e-6, -4.753424308822899],
  [2 ** -33, -6.337957754553789],
  [1e-12, -7.034483825301132],
])("normal quantile of %d", (p, z) => {
  expect(Math.abs(normalQuantile(p) - z)).toBeLessThanOrEqual(4e-15 * Math.max(1, Math.abs(z)));
});

test("moments of float, normal and integer", () => {
  const generator = new Generator(42);
  const n = 200_000;
  let uniform = 0, normal = 0, square = 0, fourth = 0;
  for (let i = 0; i < n; i++) {
    uniform += generator.float();
    const z = generator.normal();
    normal += z;
    square += z * z;
    fourth += z ** 4;
  }
  // Five standard errors of each mean: √(1/12), 1, √2 and √96 over √n.
  const error = 5 / Math.sqrt(n);
  expect(Math.abs(uniform / n - 0.5)).toBeLessThan(error * Math.sqrt(1 / 12));
  expect(Math.abs(normal / n)).toBeLessThan(error);
  expect(Math.abs(square / n - 1)).toBeLessThan(error * Math.SQRT2);
  expect(Math.abs(fourth / n - 3)).toBeLessThan(error * Math.sqrt(96));

  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 70_000; i++) counts[generator.integer(7)]++;
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chiSquare).toBeLessThan(22.46); // 0.999 quantile of χ² with 6 degrees of freedom
});

test("permutation holds each index once; shuffle keeps the items", () => {
  const generator = new Generator(3);
  const order = generator.permutation(1000);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect([...order]).not.toEqual(Array.from({ length: 1000 }, (_, i) => i));
  const letters = ["a", "b", "c", "d"];
  generator.shuffle(letters);
  expect(letters.toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(generator.permutation(0).length).toBe(0);
});

test("bad arguments are named", () => {
  expect(() => new Generator(-1)).toThrow(ValueError);
  expect(() => new Generator(0.5)).toThrow("the seed must be an integer from 0 to 2^53 − 1, but is 0.5");
  expect(() => new Generator(1).integer(0)).toThrow("n must be an integer from 1 to 2^32, but is 0");
  expect(() => Generator.fromState({ key0: -1, key1: 0, offset: 0 })).toThrow(ValueError);
});
