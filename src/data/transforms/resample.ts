/** Sizes: a part of an image, drawn larger or smaller. */

import type { Generator } from "../../base/generator.js";
import { needed, optionsOf } from "../../base/options.js";
import type { ImageShape } from "../imageDataset.js";
import { uniform } from "./floatImage.js";
import { imageSize, type Interval, interval, sizeOfImages } from "./options.js";
import { builtIn, type ImageBatch, type Transform } from "./transform.js";

/** A rectangle of pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** For each place of an axis: the first pixel that it is made of, and the weights of that and the next ones. */
interface AxisWeights {
  readonly first: Int32Array;
  /** [places, most] */
  readonly weights: Float64Array;
  /** Weights kept for each place. */
  readonly most: number;
}

/**
 * Weights of linear interpolation of `from` pixels to `to`. Where the image gets smaller, each new pixel is the mean of all that it covers,
 * weighted by a triangle (as PIL does, and PyTorch with antialias=True): fine patterns become grey, not another pattern.
 */
function axisWeights(from: number, to: number): AxisWeights {
  const scale = from / to;
  const reach = Math.max(1, scale);
  const most = Math.ceil(2 * reach) + 1;
  const first = new Int32Array(to);
  const weights = new Float64Array(to * most);
  for (let i = 0; i < to; i++) {
    const center = scale * (i + 0.5);
    const low = Math.max(0, Math.floor(center - reach + 0.5));
    const high = Math.min(from, Math.floor(center + reach + 0.5));
    let sum = 0;
    for (let j = low; j < high; j++) {
      const weight = Math.max(0, 1 - Math.abs((j - center + 0.5) / reach));
      weights[i * most + j - low] = weight;
      sum += weight;
    }
    for (let j = 0; j < high - low; j++) weights[i * most + j] /= sum;
    first[i] = low;
  }
  return { first, weights, most };
}

/** Draws `box` of the plane [·, width] at `start` as [outHeight, outWidth] to `out` at `outStart`, in linear interpolation (see `axisWeights`). */
export function resample(
  pixels: ArrayLike<number>,
  start: number,
  width: number,
  box: Box,
  out: Float32Array,
  outStart: number,
  [outHeight, outWidth]: readonly [number, number],
): void {
  const across = axisWeights(box.width, outWidth);
  const down = axisWeights(box.height, outHeight);
  const rows = new Float64Array(box.height * outWidth);
  for (let y = 0; y < box.height; y++) {
    const row = start + (box.top + y) * width + box.left;
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      const stop = Math.min(across.most, box.width - across.first[x]);
      for (let j = 0; j < stop; j++) sum += across.weights[x * across.most + j] * pixels[row + across.first[x] + j];
      rows[y * outWidth + x] = sum;
    }
  }
  for (let y = 0; y < outHeight; y++) {
    const stop = Math.min(down.most, box.height - down.first[y]);
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let j = 0; j < stop; j++) sum += down.weights[y * down.most + j] * rows[(down.first[y] + j) * outWidth + x];
      out[outStart + y * outWidth + x] = sum;
    }
  }
}

/** A transform that draws a box of each image in another size. */
function resizing(
  name: string,
  options: object,
  [height, width]: readonly [number, number],
  boxOf: (random: () => Generator, shape: ImageShape) => Box,
  words?: number,
): Transform {
  const outputShape = ([channels]: ImageShape): ImageShape => [channels, height, width];
  const apply = ({ pixels, count, shape }: ImageBatch, random: (i: number) => Generator): void => {
    const [channels, oldHeight, oldWidth] = shape;
    const oldSize = channels * oldHeight * oldWidth;
    const newSize = channels * height * width;
    const drawn = new Float32Array(newSize);
    for (let place = 0; place < count; place++) {
      // Larger images are written from the last to the first, so that none is overwritten before it is read.
      const i = newSize > oldSize ? count - 1 - place : place;
      const box = boxOf(() => random(i), shape);
      for (let c = 0; c < channels; c++) {
        resample(pixels, i * oldSize + c * oldHeight * oldWidth, oldWidth, box, drawn, c * height * width, [height, width]);
      }
      if (pixels instanceof Float32Array) pixels.set(drawn, i * newSize);
      else for (let j = 0; j < newSize; j++) pixels[i * newSize + j] = drawn[j] + 0.5;
    }
  };
  return builtIn(name, options, { words, outputShape, apply });
}

export interface ResizeOptions {
  /** Height and width of what comes out, in pixels. */
  readonly size: number | readonly [height: number, width: number];
}

/**
 * Draws every image in another size, in linear interpolation; smaller images are means of what they cover: [C, H, W] → [C, height, width].
 * @throws ValueError unless the sizes are integers ≥ 1.
 *
 * @example
 * const half = data.resize({ size: [1, 2] });
 * const pixels = Float32Array.of(0, 2, 4, 6);
 * half.apply({ pixels, count: 1, shape: [1, 1, 4] }, () => new Generator(0));
 * pixels.subarray(0, 2) // → [1.428571, 4.571429]
 */
export function resize(options: ResizeOptions): Transform {
  const { size } = optionsOf("resize", options, { size: needed(imageSize) });
  const target = sizeOfImages("resize", size);
  return resizing("resize", { size }, target, (_, [, height, width]) => ({ top: 0, left: 0, height, width }));
}

export interface RandomResizedCropOptions {
  /** Height and width of what comes out, in pixels. */
  readonly size: number | readonly [height: number, width: number];
  /** Share of the image's area that is cut out. @default [0.08, 1] */
  readonly scale?: Interval;
  /** Width over height of what is cut out, before it is drawn in its new size; ln is uniform. @default [3/4, 4/3] */
  readonly ratio?: Interval;
}

/** Attempts to find a box that fits into the image, each of six words: area, ratio, place. */
const attempts = 10;

/**
 * Cuts a part of random area and shape out of every image and draws it in the size wanted: [C, H, W] → [C, height, width]. Szegedy et al. 2015.
 * Where ten attempts find no part that fits, the middle is taken, with the nearest ratio allowed.
 * @throws ValueError for options out of range.
 *
 * @example
 * const crop = data.randomResizedCrop({ size: 8, scale: [0.5, 1] });
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [crop] });
 */
export function randomResizedCrop(options: RandomResizedCropOptions): Transform {
  const kinds = { size: needed(imageSize), scale: interval(Number.MIN_VALUE, 1), ratio: interval(Number.MIN_VALUE) };
  const { size, scale = [0.08, 1], ratio = [3 / 4, 4 / 3] } = optionsOf("randomResizedCrop", options, kinds);
  const target = sizeOfImages("randomResizedCrop", size);
  const boxOf = (random: () => Generator, [, height, width]: ImageShape): Box => {
    const generator = random();
    for (let attempt = 0; attempt < attempts; attempt++) {
      const area = height * width * uniform(generator, scale);
      const aspect = Math.exp(uniform(generator, [Math.log(ratio[0]), Math.log(ratio[1])]));
      const w = Math.round(Math.sqrt(area * aspect));
      const h = Math.round(Math.sqrt(area / aspect));
      if (w < 1 || h < 1 || w > width || h > height) continue;
      return { top: generator.integer(height - h + 1), left: generator.integer(width - w + 1), height: h, width: w };
    }
    const aspect = Math.min(ratio[1], Math.max(ratio[0], width / height));
    const w = Math.max(1, Math.min(width, Math.round(height * aspect)));
    const h = Math.max(1, Math.min(height, Math.round(width / aspect)));
    return { top: Math.round((height - h) / 2), left: Math.round((width - w) / 2), height: h, width: w };
  };
  return resizing("randomResizedCrop", { size, scale, ratio }, target, boxOf, 64);
}
