import { describe, expect, test } from "vitest";
import { Generator } from "../../base/generator.js";
import { tensor } from "../../ops/create.js";
import { ImageDataset, type ImageShape } from "../imageDataset.js";
import { gaussianBlur, gaussianNoise } from "./blur.js";
import { colorJitter } from "./colour.js";
import { centerCrop, randomCrop } from "./crop.js";
import { fiveCrop, tenCrop } from "./crops.js";
import { cutout, randomErasing } from "./erase.js";
import { randomHorizontalFlip, randomVerticalFlip } from "./flip.js";
import { applyMix, beta, cutmix, mixup } from "./mix.js";
import { augment, augmentationWarnings } from "./offline.js";
import { applyTransforms, largestSize, shapeAfter } from "./pipeline.js";
import { randAugment } from "./randAugment.js";
import { randomResizedCrop, resize } from "./resample.js";
import { transformFrom, transformNames } from "./registry.js";
import { recipeOf, type Transform } from "./transform.js";
import { randomAffine, randomRotation } from "./warp.js";

const shape: ImageShape = [3, 8, 8];
const size = 192;

/** Options that each built-in transform works with, where it needs some. */
const needed: Record<string, object> = {
  centerCrop: { size: 5 },
  colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.2 },
  cutout: { size: 3 },
  gaussianBlur: { size: 3 },
  gaussianNoise: { std: 0.1 },
  randomAffine: { degrees: 30, translate: [0.1, 0.2], scale: [0.8, 1.2], shear: 10 },
  randomCrop: { padding: 2, mode: "reflect" },
  randomGrayscale: { probability: 0.5 },
  randomPosterize: { bits: 2 },
  randomResizedCrop: { size: [6, 10] },
  randomRotation: { degrees: 66 },
  randomSharpness: { factor: 2 },
  randomSolarize: { threshold: 0.5 },
  resize: { size: 9 },
};

const built = (name: string): Transform => transformFrom({ name, options: needed[name] ?? {} });

function randomImages(count: number, seed = 1): Uint8Array {
  const generator = new Generator(seed);
  return Uint8Array.from({ length: count * size }, () => generator.integer(256));
}

/** The images after the transforms, when they are given in this order of numbers. */
function run(transforms: readonly Transform[], numbers: readonly number[], images = randomImages(12)): number[][] {
  const room = new Uint8Array(numbers.length * largestSize(transforms, shape));
  for (const [i, number] of numbers.entries()) room.set(images.subarray(number * size, (number + 1) * size), i * size);
  applyTransforms(transforms, { pixels: room, count: numbers.length, shape }, new Generator(4), 0, (i) => numbers[i]);
  const [c, h, w] = shapeAfter(transforms, shape);
  return numbers.map((_, i) => [...room.subarray(i * c * h * w, (i + 1) * c * h * w)]);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe.each(transformNames)("%s", (name) => {
  test("changes an image by its number alone, whatever batch it comes in (coverage F3)", () => {
    const together = run([built(name)], upTo(12));
    expect(run([built(name)], upTo(12).toReversed())).toEqual(together.toReversed());
    expect(upTo(12).flatMap((i) => run([built(name)], [i]))).toEqual(together);
    // 64 pixels are too few to make 256 brightnesses equally frequent.
    if (name !== "randomEqualize") expect(together.some((image, i) => String(image) !== String([...randomImages(12).subarray(i * size, (i + 1) * size)]))).toBe(true);
  });

  test("is built again from its recipe, and does the same", () => {
    const transform = built(name);
    const recipe = recipeOf(transform);
    if (recipe === undefined) throw new Error("there is no recipe");
    expect(recipe.name).toBe(name);
    expect(run([transformFrom(structuredClone(recipe))], upTo(6))).toEqual(run([transform], upTo(6)));
    expect(recipeOf({ ...transform })).toBeUndefined();
  });

  test("takes grey images, float images and other brightness", () => {
    for (const [count, grey] of [[3, [1, 8, 8]], [1, [1, 8, 8]], [2, [3, 8, 8]]] as [number, ImageShape][]) {
      const transform = built(name);
      const perImage = largestSize([transform], grey);
      for (const maxValue of [1, 16]) {
        const pixels = Float32Array.from({ length: count * perImage }, (_, i) => ((i * 37) % 101) / 100 * maxValue);
        transform.apply({ pixels, count, shape: grey, maxValue }, (i) => new Generator(i));
        expect(pixels.subarray(0, count * perImage).every((value) => value >= 0 && value <= maxValue * (1 + 1e-6))).toBe(true);
      }
    }
  });
});

test("transforms follow one another through changing shapes", () => {
  const transforms = [resize({ size: 12 }), randomHorizontalFlip(), centerCrop({ size: [5, 7] }), randomResizedCrop({ size: 9 })];
  expect(shapeAfter(transforms, shape)).toEqual([3, 9, 9]);
  expect(largestSize(transforms, shape)).toBe(3 * 144);
  expect(run(transforms, [3, 5, 3])[0]).toEqual(run(transforms, [3])[0]);
});

test("vertical flips swap rows, reflected crops show the mirrored border", () => {
  const pixels = Uint8Array.from([1, 2, 3, 4, 5, 6]);
  randomVerticalFlip({ probability: 1 }).apply({ pixels, count: 1, shape: [1, 3, 2] }, () => new Generator(0));
  expect([...pixels]).toEqual([5, 6, 3, 4, 1, 2]);
  const seen = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const row = Uint8Array.of(1, 2, 3, 1, 2, 3);
    randomCrop({ padding: 1, mode: "reflect" }).apply({ pixels: row, count: 1, shape: [1, 2, 3] }, () => new Generator(seed));
    expect(row.subarray(0, 3)).toEqual(row.subarray(3));
    seen.add(row.subarray(0, 3).join());
  }
  expect([...seen].toSorted()).toEqual(["1,2,3", "2,1,2", "2,3,2"]);
});

test("a rotation by 66° and back leaves the middle nearly as it was (coverage F3)", () => {
  const smooth = Float32Array.from({ length: 32 * 32 }, (_, i) => Math.sin((i % 32) / 5) + Math.cos(Math.floor(i / 32) / 4) + 2);
  const pixels = smooth.slice();
  for (const degrees of [66, -66]) {
    randomRotation({ degrees: [degrees, degrees] }).apply({ pixels, count: 1, shape: [1, 32, 32] }, () => new Generator(0));
  }
  for (let y = 11; y < 21; y++) for (let x = 11; x < 21; x++) expect(Math.abs(pixels[y * 32 + x] - smooth[y * 32 + x])).toBeLessThan(0.05);
});

test("noise has the deviation asked for, and stays in range", () => {
  const pixels = new Float32Array(30_000).fill(0.5);
  gaussianNoise({ std: 0.1 }).apply({ pixels, count: 1, shape: [3, 100, 100], maxValue: 1 }, () => new Generator(2));
  const mean = pixels.reduce((a, b) => a + b) / pixels.length;
  const deviation = Math.sqrt(pixels.reduce((a, b) => a + (b - mean) ** 2, 0) / pixels.length);
  expect(mean).toBeCloseTo(0.5, 2);
  expect(deviation).toBeCloseTo(0.1, 2);
});

test("holes have the size asked for", () => {
  const holes = (transform: Transform): number[] => run([transform], upTo(12), new Uint8Array(12 * size).fill(9)).map((image) => image.filter((v) => v === 0).length / 3);
  for (const area of holes(cutout({ size: 4 }))) expect([4, 6, 8, 9, 12, 16]).toContain(area);
  for (const area of holes(randomErasing({ probability: 1, scale: [0.1, 0.4] }))) expect(area / 64).toSatisfy((share: number) => share > 0.05 && share < 0.5);
  const colours = new Uint8Array(size).fill(9);
  cutout({ size: 30, fill: [1, 2, 3] }).apply({ pixels: colours, count: 1, shape }, () => new Generator(0));
  expect([colours[0], colours[64], colours[128]]).toEqual([1, 2, 3]);
});

test("five and ten crops are the corners, the middle and their mirrors (coverage F3)", async () => {
  const x = tensor([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]);
  expect(await fiveCrop(x, { size: 1 }).data().then((data) => [...data])).toEqual([1, 3, 7, 9, 5]);
  expect(await tenCrop(x, { size: 1 }).data().then((data) => [...data])).toEqual([1, 3, 7, 9, 5, 3, 1, 9, 7, 5]);
  expect(await tenCrop(x, { size: [2, 3] }).data().then((data) => [...data].slice(0, 6))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(() => fiveCrop(x, { size: 4 })).toThrow(/4×4 do not fit into images of 3×3/);
  expect(() => fiveCrop(tensor([1]), { size: 1 })).toThrow(/expected images \[N, C, H, W\], got \[1\]/);
});

test("mixup blends images and labels by one share; cutmix by area", () => {
  const [n, classes] = [6, 3];
  for (const mix of [mixup({ alpha: 1 }), cutmix()]) {
    for (let seed = 0; seed < 20; seed++) {
      const x = Float32Array.from({ length: n * 100 }, (_, i) => Math.floor(i / 100) % classes);
      const y = Float32Array.from({ length: n * classes }, (_, i) => (i % classes === Math.floor(i / classes) % classes ? 1 : 0));
      applyMix([mix], new Generator(seed), x, y, [1, 10, 10]);
      for (let i = 0; i < n; i++) {
        const q = y.subarray(i * classes, (i + 1) * classes);
        expect(q[0] + q[1] + q[2]).toBeCloseTo(1, 5);
        // Image i is as bright as its class: the mean brightness is the mean class.
        const mean = x.subarray(i * 100, (i + 1) * 100).reduce((a, b) => a + b) / 100;
        expect(mean).toBeCloseTo(q[1] + 2 * q[2], 4);
      }
    }
  }
});

test("Beta(α, α) has mean 1/2 and variance 1/(8α + 4), for small and large α", () => {
  const random = new Generator(1);
  for (const alpha of [0.01, 0.2, 1, 4]) {
    const draws = Array.from({ length: 20_000 }, () => beta(random, alpha));
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
    expect(Math.abs(variance - 1 / (8 * alpha + 4))).toBeLessThan(0.006);
  }
});

const glyphs = new ImageDataset({ name: "glyphs", images: randomImages(4), labels: Int32Array.of(0, 1, 0, 1), shape, classes: ["6", "9"] });

test("offline augmentation keeps the images and adds changed ones", () => {
  const more = augment(glyphs, [randomAffine({ degrees: 20 })], { copies: 2, seed: 3 });
  expect(more.length).toBe(12);
  expect([...more.labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  expect(more.images.subarray(0, 4 * size)).toEqual(Uint8Array.from(glyphs.images));
  expect(more.images.subarray(4 * size, 8 * size)).not.toEqual(more.images.subarray(8 * size));
  expect(augment(glyphs, [randomAffine({ degrees: 20 })], { copies: 2, seed: 3 }).images).toEqual(more.images);
  expect(augment(glyphs, [resize({ size: 4 })], { keepOriginals: false }).shape).toEqual([3, 4, 4]);
  expect(() => augment(glyphs, [resize({ size: 4 })])).toThrow(/\[3, 8, 8\] would stand beside copies of \[3, 4, 4\]/);
});

test("a vertical flip of digits is warned of on request (coverage F3)", () => {
  const [warning, ...more] = augmentationWarnings(glyphs, [randomVerticalFlip(), gaussianBlur({ size: 3 })]);
  expect(more).toEqual([]);
  expect(warning).toMatch(/randomVerticalFlip changes the meaning of glyphs.*6 looks like a 9/);
  expect(augmentationWarnings({ name: "pets", classes: ["cat", "dog"] }, [randomVerticalFlip()])).toEqual([]);
});

test("options out of range are refused, with the option", () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => colorJitter({ hue: 0.6 }), /colorJitter: hue must be .*\[low, high\].*from -0.5 to 0.5, got 0.6/],
    [() => colorJitter({ brightness: -1 }), /brightness must be a number ≥ 0/],
    [() => gaussianBlur({ size: 4 }), /size must be odd/],
    [() => randomResizedCrop({ size: 0 }), /size must be an integer ≥ 1 or .*, got 0/],
    [() => randomResizedCrop({ size: 8, scale: [0.5, 0.2] }), /scale must be/],
    [() => randomRotation({ degrees: Number.NaN }), /degrees/],
    [() => randomAffine({ interpolation: "cubic" as "nearest" }), /interpolation must be "nearest" or "bilinear"/],
    [() => randAugment({ magnitude: 31 }), /magnitude must be an integer from 0 to 30/],
    [() => mixup({ alpha: 0 }), /mixup: alpha must be a number above 0/],
    [() => cutout({ size: 2, fill: "red" as "noise" }), /fill must be a number, .*"noise", got "red"/],
    [() => randomCrop({ padding: 1, mode: "wrap" as "reflect" }), /mode must be "constant" or "reflect"/],
    [() => transformFrom({ name: "toString", options: {} }), /no built-in "toString"/],
    [() => run([randomCrop({ padding: 8, mode: "reflect" })], [0]), /8×8 cannot be reflected by 8 pixels; at most 7/],
    [() => run([gaussianBlur({ size: 17 })], [0]), /too small for a window of 17; at most 15/],
    [() => run([centerCrop({ size: 9 })], [0]), /from 1 to 8, got 9/],
  ];
  for (const [make, message] of wrong) expect(make).toThrow(message);
});
