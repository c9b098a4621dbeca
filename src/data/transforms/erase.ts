/** Holes: rectangles painted over, so that no single part of an image decides. */

import type { Generator } from "../../base/generator.js";
import { integer, type Kind, needed, optionsOf } from "../../base/options.js";
import type { ImageShape } from "../imageDataset.js";
import { uniform } from "./floatImage.js";
import { type Interval, interval, share } from "./options.js";
import type { Box } from "./resample.js";
import { builtIn, type ImageBatch, type Transform } from "./transform.js";

/** What a hole is filled with, in the units of the batch: one number, one for each channel, or noise uniform in 0 … full brightness. */
export type HoleFill = number | readonly number[] | "noise";

const holeFill: Kind = {
  what: 'a number, a number for each channel or "noise"',
  has: (fill) => fill === "noise" || (Array.isArray(fill) ? fill.length > 0 && fill.every(Number.isFinite) : Number.isFinite(fill)),
};

function paint({ pixels, shape: [channels, height, width], maxValue = 255 }: ImageBatch, i: number, box: Box, fill: HoleFill, random: Generator): void {
  for (let c = 0; c < channels; c++) {
    const value = typeof fill === "number" ? fill : fill === "noise" ? 0 : fill[c % fill.length];
    for (let y = box.top; y < box.top + box.height; y++) {
      const row = ((i * channels + c) * height + y) * width + box.left;
      if (fill !== "noise") pixels.fill(value, row, row + box.width);
      else for (let x = row; x < row + box.width; x++) pixels[x] = (random.uint32() / 2 ** 32) * (pixels instanceof Float32Array ? maxValue : maxValue + 1);
    }
  }
}

/** A transform that paints over one box of each image that gets one. */
function holes(name: string, options: object, fill: HoleFill, boxOf: (random: Generator, shape: ImageShape) => Box | undefined): Transform {
  const words = fill === "noise" ? 2 ** 24 : 64;
  return builtIn(name, options, {
    words,
    apply(batch, random) {
      for (let i = 0; i < batch.count; i++) {
        const generator = random(i);
        const box = boxOf(generator, batch.shape);
        if (box !== undefined) paint(batch, i, box, fill, generator);
      }
    },
  });
}

export interface CutoutOptions {
  /** Side of the hole in pixels. */
  readonly size: number;
  /** @default 0 */
  readonly fill?: HoleFill;
  /** @default 1 */
  readonly probability?: number;
}

/**
 * Paints a square over, its middle anywhere in the image, so that part of it may lie outside. DeVries & Taylor 2017.
 * @throws ValueError for options out of range.
 *
 * @example
 * const transforms = [data.randomCrop({ padding: 4 }), data.randomHorizontalFlip(), data.cutout({ size: 4 })];
 * const loader = new data.DataLoader(train, { batch: 8, transforms });
 */
export function cutout(options: CutoutOptions): Transform {
  const { size, fill = 0, probability = 1 } = optionsOf("cutout", options, { size: needed(integer(1, 2 ** 30)), fill: holeFill, probability: share });
  return holes("cutout", { size, fill, probability }, fill, (random, [, height, width]) => {
    if (random.float() >= probability) return undefined;
    const [y, x] = [random.integer(height) - (size >> 1), random.integer(width) - (size >> 1)];
    const [top, left] = [Math.max(0, y), Math.max(0, x)];
    return { top, left, height: Math.min(height, y + size) - top, width: Math.min(width, x + size) - left };
  });
}

export interface RandomErasingOptions {
  /** @default 0.5 */
  readonly probability?: number;
  /** Area of the hole as a share of the image. @default [0.02, 0.33] */
  readonly scale?: Interval;
  /** Height over width of the hole; ln is uniform. @default [0.3, 3.3] */
  readonly ratio?: Interval;
  /** @default 0 */
  readonly fill?: HoleFill;
}

/**
 * Paints a rectangle of random size, shape and place over. Zhong et al. 2017. Where ten attempts find none that fits, the image stays.
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.randomErasing({ fill: "noise" })] });
 */
export function randomErasing(options: RandomErasingOptions = {}): Transform {
  const kinds = { probability: share, scale: interval(Number.MIN_VALUE, 1), ratio: interval(Number.MIN_VALUE), fill: holeFill };
  const { probability = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], fill = 0 } = optionsOf("randomErasing", options, kinds);
  return holes("randomErasing", { probability, scale, ratio, fill }, fill, (random, [, height, width]) => {
    if (random.float() >= probability) return undefined;
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = height * width * uniform(random, scale);
      const aspect = Math.exp(uniform(random, [Math.log(ratio[0]), Math.log(ratio[1])]));
      const [h, w] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))];
      if (h < 1 || w < 1 || h >= height || w >= width) continue;
      return { top: random.integer(height - h + 1), left: random.integer(width - w + 1), height: h, width: w };
    }
    return undefined;
  });
}
