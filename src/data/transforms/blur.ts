/** Gaussian blur and Gaussian noise. */

import { ValueError } from "../../base/errors.js";
import type { Generator } from "../../base/generator.js";
import { either, integer, needed, number, optionsOf, positive } from "../../base/options.js";
import { type Change, type FloatImage, imageTransform, uniform } from "./floatImage.js";
import { type Interval, interval, share } from "./options.js";
import type { Transform } from "./transform.js";

/** Weights of a Gaussian at −half … half, their sum 1. */
function gaussianWeights(size: number, sigma: number): Float64Array {
  const half = (size - 1) / 2;
  const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - half) / sigma) ** 2));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Blurs with a Gaussian of `size` × `size` pixels; beyond the border the image goes on mirrored. */
export function applyGaussianBlur({ pixels, scratch, shape: [channels, height, width] }: FloatImage, size: number, sigma: number): void {
  const weights = gaussianWeights(size, sigma);
  const rows = { lines: channels * height, apart: width, length: width, stride: 1 };
  blurLines(pixels, scratch, weights, 0, rows);
  const columns = { lines: width, apart: 1, length: height, stride: width };
  for (let c = 0; c < channels; c++) blurLines(scratch, pixels, weights, c * height * width, columns);
}

/** Lines of pixels: `apart` from the first of one to the first of the next, `stride` from pixel to pixel. */
interface Lines {
  readonly lines: number;
  readonly apart: number;
  readonly length: number;
  readonly stride: number;
}

function blurLines(from: Float32Array, to: Float32Array, weights: Float64Array, start: number, { lines, apart, length, stride }: Lines): void {
  const half = (weights.length - 1) / 2;
  for (let line = 0; line < lines; line++) {
    const first = start + line * apart;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = -half; k <= half; k++) {
        let place = Math.abs(i + k);
        if (place >= length) place = 2 * (length - 1) - place;
        sum += weights[k + half] * from[first + place * stride];
      }
      to[first + i * stride] = sum;
    }
  }
}

export interface GaussianBlurOptions {
  /** Side of the window in pixels, odd. */
  readonly size: number;
  /** Standard deviation in pixels, or the interval that it is drawn from. @default [0.1, 2] */
  readonly sigma?: number | Interval;
  /** @default 1 */
  readonly probability?: number;
}

/**
 * Blurs every image with a Gaussian of random width.
 * @throws ValueError for options out of range; on use, for images smaller than half the window.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.gaussianBlur({ size: 3, sigma: [0.1, 1] })] });
 */
export function gaussianBlur(options: GaussianBlurOptions): Transform {
  const kinds = { size: needed(integer(1)), sigma: either(positive, interval(Number.MIN_VALUE)), probability: share };
  const { size, sigma = [0.1, 2], probability = 1 } = optionsOf("gaussianBlur", options, kinds);
  if (size % 2 === 0) throw new ValueError(`gaussianBlur: size must be odd, but is ${size}.`);
  const sigmas = typeof sigma === "number" ? ([sigma, sigma] as const) : sigma;
  return imageTransform("gaussianBlur", { size, sigma, probability }, (random, [, height, width]) => {
    if (random.float() >= probability) return undefined;
    if (size >> 1 >= Math.min(height, width)) {
      throw new ValueError(`gaussianBlur: images of ${height}×${width} are too small for a window of ${size}; at most ${2 * Math.min(height, width) - 1}.`);
    }
    const drawn = uniform(random, sigmas);
    return (image) => applyGaussianBlur(image, size, drawn);
  });
}

export interface GaussianNoiseOptions {
  /** Standard deviation as a share of full brightness, 0 … 1. */
  readonly std: number;
  /** @default 1 */
  readonly probability?: number;
}

/**
 * Adds normal noise to every pixel of every channel; values stay in 0 … full brightness.
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.gaussianNoise({ std: 0.05 })] });
 */
export function gaussianNoise(options: GaussianNoiseOptions): Transform {
  const { std, probability = 1 } = optionsOf("gaussianNoise", options, { std: needed(number(0, 1)), probability: share });
  const draw = (random: Generator, _: unknown, maxValue: number): Change | undefined => {
    if (random.float() >= probability) return undefined;
    return ({ pixels }) => {
      for (let i = 0; i < pixels.length; i++) {
        const value = pixels[i] + std * maxValue * random.normal();
        pixels[i] = value < 0 ? 0 : value > maxValue ? maxValue : value;
      }
    };
  };
  // A word a pixel; images of up to 16 million numbers.
  return imageTransform("gaussianNoise", { std, probability }, draw, 2 ** 24);
}
