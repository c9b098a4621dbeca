/**
 * Augmentation: random changes of whole batches, in place. Every image draws from a stream of its own, fixed by seed, transform,
 * epoch and the image's number in the data set, so results depend neither on batch size and order nor on who prepares the batch.
 */

import { ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import type { ImageShape } from "./imageDataset.js";

/** Images [count, C, H, W], row-major; the arrays may be longer. */
export interface ImageBatch {
  readonly pixels: Uint8Array | Float32Array;
  readonly count: number;
  readonly shape: ImageShape;
}

export interface Transform {
  /** Names the transform and, with its place in the list, its stream of random numbers. */
  readonly name: string;
  /** Changes `batch.pixels` in place. `random(i)` is the stream of image i of the batch, at most `wordsPerImage` words long, valid until the next call. */
  apply(batch: ImageBatch, random: (image: number) => Generator): void;
}

/** A built-in transform as plain data, from which another thread builds it again. */
export type TransformRecipe =
  | { readonly name: "randomCrop"; readonly options: RandomCropOptions }
  | { readonly name: "randomHorizontalFlip"; readonly options: RandomHorizontalFlipOptions };

/** Recipes by the objects that the functions below made: a changed copy of one is somebody's own transform and has none. */
const recipes = new WeakMap<Transform, TransformRecipe>();

/** What to build `transform` from; undefined for one that is not built in. */
export function recipeOf(transform: Transform): TransformRecipe | undefined {
  return recipes.get(transform);
}

/** @throws ValueError for options out of range. */
export function transformFrom(recipe: TransformRecipe): Transform {
  switch (recipe.name) {
    case "randomCrop":
      return randomCrop(recipe.options);
    case "randomHorizontalFlip":
      return randomHorizontalFlip(recipe.options);
  }
}

function builtIn(recipe: TransformRecipe, apply: Transform["apply"]): Transform {
  const transform: Transform = Object.freeze({ name: recipe.name, apply });
  recipes.set(transform, recipe);
  return transform;
}

/** Random words set aside for one image and transform. */
export const wordsPerImage = 16;

export interface RandomCropOptions {
  /** Pixels added on each of the four sides before an image of the old size is cut out. */
  readonly padding: number;
  /** The padding's value, in the units of the batch. @default 0 */
  readonly fill?: number;
}

/**
 * Pads every image on all sides and cuts one of the old size out of it, at a place uniform among (2·padding + 1)².
 * @throws ValueError unless padding is an integer ≥ 0.
 *
 * @example
 * const transforms = [data.randomCrop({ padding: 4 }), data.randomHorizontalFlip()];
 * const loader = new data.DataLoader(train, { batch: 8, shuffle: true, transforms });
 */
export function randomCrop({ padding, fill = 0 }: RandomCropOptions): Transform {
  if (!Number.isInteger(padding) || padding < 0) {
    throw new ValueError(`randomCrop: padding must be an integer ≥ 0 (pixels), but is ${padding}.`);
  }
  return builtIn({ name: "randomCrop", options: { padding, fill } }, ({ pixels, count, shape: [channels, height, width] }, random) => {
    const plane = height * width;
    for (let i = 0; i < count; i++) {
      const generator = random(i);
      const down = generator.integer(2 * padding + 1) - padding;
      const right = generator.integer(2 * padding + 1) - padding;
      for (let c = 0; c < channels; c++) shift(pixels, (i * channels + c) * plane, height, width, down, right, fill);
    }
  });
}

/** Moves the plane at `start` by whole pixels; what comes into sight is `fill`. */
function shift(
  pixels: Uint8Array | Float32Array,
  start: number,
  height: number,
  width: number,
  down: number,
  right: number,
  fill: number,
): void {
  const end = start + height * width;
  if (Math.abs(down) >= height || Math.abs(right) >= width) {
    pixels.fill(fill, start, end);
    return;
  }
  // One move of the whole plane; pixels that leave a row on one side come in at the other and are painted over.
  const by = down * width + right;
  pixels.copyWithin(start + Math.max(0, by), start + Math.max(0, -by), end - Math.max(0, by));
  if (down > 0) pixels.fill(fill, start, start + down * width);
  if (down < 0) pixels.fill(fill, end + down * width, end);
  const [left, stop] = right > 0 ? [0, right] : [width + right, width];
  for (let row = start; row < end; row += width) {
    for (let x = left; x < stop; x++) pixels[row + x] = fill;
  }
}

export interface RandomHorizontalFlipOptions {
  /** @default 0.5 */
  readonly probability?: number;
}

/**
 * Mirrors an image left to right with the given probability.
 * @throws ValueError unless it lies in 0 … 1.
 *
 * @example
 * const flip = data.randomHorizontalFlip({ probability: 1 });
 * const pixels = Uint8Array.of(1, 2, 3);
 * flip.apply({ pixels, count: 1, shape: [1, 1, 3] }, () => new Generator(0));
 * pixels // → [3, 2, 1]
 */
export function randomHorizontalFlip({ probability = 0.5 }: RandomHorizontalFlipOptions = {}): Transform {
  if (!(probability >= 0 && probability <= 1)) {
    throw new ValueError(`randomHorizontalFlip: the probability must lie in 0 … 1, but is ${probability}.`);
  }
  return builtIn({ name: "randomHorizontalFlip", options: { probability } }, ({ pixels, count, shape: [channels, height, width] }, random) => {
    const perImage = channels * height * width;
    // Bytes are turned four at a time where rows are whole words.
    const words =
      pixels instanceof Uint8Array && width % 4 === 0 && pixels.byteOffset % 4 === 0
        ? new Int32Array(pixels.buffer, pixels.byteOffset, (count * perImage) / 4)
        : undefined;
    for (let i = 0; i < count; i++) {
      if (random(i).float() >= probability) continue;
      if (words === undefined) mirrorRows(pixels, i * perImage, (i + 1) * perImage, width);
      else mirrorWordRows(words, (i * perImage) / 4, ((i + 1) * perImage) / 4, width / 4);
    }
  });
}

function mirrorRows(pixels: Uint8Array | Float32Array, start: number, end: number, width: number): void {
  for (let row = start; row < end; row += width) {
    for (let left = row, right = row + width - 1; left < right; left++, right--) {
      const pixel = pixels[left];
      pixels[left] = pixels[right];
      pixels[right] = pixel;
    }
  }
}

/** Rows of `width` words of four bytes; the middle one of an odd number is turned where it stands. */
function mirrorWordRows(words: Int32Array, start: number, end: number, width: number): void {
  for (let row = start; row < end; row += width) {
    for (let left = row, right = row + width - 1; left <= right; left++, right--) {
      const word = words[left];
      words[left] = reverseBytes(words[right]);
      words[right] = reverseBytes(word);
    }
  }
}

function reverseBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
