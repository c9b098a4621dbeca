/** Printing: what is shown is what is there. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { arange, reshape, tensor, transpose } from "../../src/index.js";
import { sizeOf } from "./naive.js";

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }).filter((shape) => sizeOf(shape) <= 300);

test("a small tensor prints every number, in order, with brackets that nest as the shape says", async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.infiniteStream(fc.integer({ min: -9999, max: 9999 })), async (shape, stream) => {
      const values = Array.from({ length: sizeOf(shape) }, () => stream.next().value as number);
      const text = await tensor(values, { dtype: "int32", shape }).print();
      const body = text.slice("tensor(".length, text.lastIndexOf(`, [${shape.join(", ")}], int32)`));
      const nested = JSON.parse(body) as number | number[];
      expect([nested].flat(Infinity)).toEqual(values);
      expect((body.match(/^\[*/) as RegExpMatchArray)[0].length).toBe(shape.length);
    }),
  );
});

test("columns line up: every row of a matrix has the same width", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 12, maxLength: 12 }), async (values) => {
      const lines = (await tensor(values, { dtype: "float64", shape: [4, 3] }).print()).split("\n");
      expect(lines).toHaveLength(4);
      const widths = lines.slice(0, 3).map((line) => line.lastIndexOf("]"));
      expect(new Set(widths).size).toBe(1);
    }),
  );
});

test("a large tensor is shortened to its corners", async () => {
  const text = await reshape(arange(10_000), [100, 100]).print();
  expect(text).toContain("…");
  expect(text).toContain("9999");
  expect(text.length).toBeLessThan(1000);
});

test("views, bools, empty tensors and numbers that are none have a picture of their own", async () => {
  expect(await transpose(tensor([[1, 2], [3, 4]], { dtype: "int32" })).print()).toBe("tensor([[1, 3],\n        [2, 4]], [2, 2], int32)");
  expect(await tensor([true, false]).print()).toBe("tensor([ true, false], [2], bool)");
  expect(await tensor([], { shape: [0, 3] }).print()).toBe("tensor([], [0, 3], float32)");
  const text = await tensor([NaN, Infinity, -Infinity, 1]).print();
  for (const part of ["NaN", "∞", "−∞", "1.0000"]) expect(text).toContain(part);
});
