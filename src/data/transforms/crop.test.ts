import { expect, test } from "vitest";
import { Generator } from "../../base/generator.js";
import { randomCrop } from "./crop.js";
import { randomHorizontalFlip } from "./flip.js";
import { transformFrom } from "./registry.js";
import { recipeOf } from "./transform.js";

/** A generator whose integer(n) gives the numbers of a list. */
function scripted(...integers: number[]): Generator {
  const generator = new Generator(0);
  generator.integer = () => integers.shift() ?? 0;
  return generator;
}

/** Crop by the definition: pad on all sides, cut a window out. */
function cropByDefinition(image: number[], size: number, padding: number, down: number, right: number, fill: number): number[] {
  const result: number[] = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [sy, sx] = [y + padding - (down + padding), x + padding - (right + padding)];
      result.push(sy >= 0 && sy < size && sx >= 0 && sx < size ? image[sy * size + sx] : fill);
    }
  }
  return result;
}

test.each([Uint8Array, Float32Array])("randomCrop pads and cuts, for every one of its places (%o)", (Pixels) => {
  const padding = 4; // wider than the image, so that some cuts show padding only
  const size = 3;
  const image = Array.from({ length: 9 }, (_, i) => i + 1);
  for (let down = 0; down <= 2 * padding; down++) {
    for (let right = 0; right <= 2 * padding; right++) {
      const pixels = Pixels.from([...image, ...image.map((p) => p + 10)]);
      randomCrop({ padding, fill: 99 }).apply({ pixels, count: 1, shape: [2, size, size] }, () => scripted(down, right));
      const expected = cropByDefinition(image, size, padding, down - padding, right - padding, 99);
      const second = cropByDefinition(image.map((p) => p + 10), size, padding, down - padding, right - padding, 99);
      expect([...pixels]).toEqual([...expected, ...second]);
    }
  }
});

test("randomHorizontalFlip mirrors all rows of all channels, or none", () => {
  const apply = (probability: number): number[] => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    randomHorizontalFlip({ probability }).apply({ pixels, count: 1, shape: [2, 2, 3] }, () => new Generator(3));
    return [...pixels];
  };
  expect(apply(1)).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);
  expect(apply(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test.each([8, 12, 3])("rows of %i bytes are mirrored wherever they lie in memory", (width) => {
  const rows = Array.from({ length: 4 * width }, (_, i) => i + 1);
  const mirrored = Array.from({ length: 4 }, (_, row) => rows.slice(row * width, (row + 1) * width).toReversed()).flat();
  for (const offset of [0, 1]) {
    const pixels = new Uint8Array(offset + rows.length).subarray(offset);
    pixels.set(rows);
    randomHorizontalFlip({ probability: 1 }).apply({ pixels, count: 2, shape: [1, 2, width] }, () => new Generator(3));
    expect([...pixels]).toEqual(mirrored);
  }
});

test("built-in transforms can be built again from their recipe; changed copies have none", () => {
  for (const transform of [randomCrop({ padding: 1, fill: 7 }), randomHorizontalFlip({ probability: 0.3 })]) {
    const recipe = recipeOf(transform);
    expect(recipe).toBeDefined();
    if (recipe === undefined) continue;
    const again = transformFrom(structuredClone(recipe));
    const pixels = [transform, again].map((t) => {
      const image = Uint8Array.from({ length: 9 }, (_, i) => i);
      t.apply({ pixels: image, count: 1, shape: [1, 3, 3] }, () => new Generator(2));
      return image;
    });
    expect(again.name).toBe(transform.name);
    expect(pixels[1]).toEqual(pixels[0]);
    expect(recipeOf({ ...transform })).toBeUndefined();
  }
});

test("about half of the images are flipped by default", () => {
  const count = 1000;
  const pixels = Uint8Array.from({ length: 2 * count }, (_, i) => i % 2);
  const generator = new Generator(1);
  randomHorizontalFlip().apply({ pixels, count, shape: [1, 1, 2] }, () => generator);
  const flipped = pixels.filter((p, i) => i % 2 === 0 && p === 1).length;
  expect(flipped).toBeGreaterThan(430);
  expect(flipped).toBeLessThan(570);
});

test("options out of range are refused", () => {
  expect(() => randomCrop({ padding: -1 })).toThrow(/padding must be an integer ≥ 0/);
  expect(() => randomHorizontalFlip({ probability: 1.5 })).toThrow(/probability must be a number from 0 to 1/);
});
