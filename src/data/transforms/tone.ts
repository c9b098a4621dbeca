/** Tones: operations on the values of pixels, as RandAugment and TrivialAugment use them. */

import { integer, needed, number, optionsOf } from "../../base/options.js";
import { type Change, type FloatImage, imageTransform } from "./floatImage.js";
import { share } from "./options.js";
import type { Transform } from "./transform.js";

/** Steps of brightness that "bits" and histograms count in, whatever the image's own units. */
const levels = 255;

/** Keeps the highest `bits` bits of 8. */
export function applyPosterize({ pixels, maxValue }: FloatImage, bits: number): void {
  const mask = (0xff << (8 - bits)) & 0xff;
  const scale = levels / maxValue;
  for (let i = 0; i < pixels.length; i++) pixels[i] = (Math.round(pixels[i] * scale) & mask) / scale;
}

/** Inverts the pixels that are at least as bright as `threshold` (0 … 1 of full brightness). */
export function applySolarize({ pixels, maxValue }: FloatImage, threshold: number): void {
  const limit = threshold * maxValue;
  for (let i = 0; i < pixels.length; i++) if (pixels[i] >= limit) pixels[i] = maxValue - pixels[i];
}

/** Stretches each channel so that its darkest pixel is black and its brightest white. */
export const applyAutocontrast: Change = ({ pixels, shape: [channels, height, width], maxValue }) => {
  const plane = height * width;
  for (let start = 0; start < channels * plane; start += plane) {
    let [least, most] = [Infinity, -Infinity];
    for (let i = start; i < start + plane; i++) {
      least = Math.min(least, pixels[i]);
      most = Math.max(most, pixels[i]);
    }
    if (most === least) continue;
    const scale = maxValue / (most - least);
    for (let i = start; i < start + plane; i++) pixels[i] = (pixels[i] - least) * scale;
  }
};

/** Makes all brightnesses of a channel about equally frequent (PIL's integer arithmetic). */
export const applyEqualize: Change = ({ pixels, shape: [channels, height, width], maxValue }) => {
  const plane = height * width;
  const scale = levels / maxValue;
  for (let start = 0; start < channels * plane; start += plane) {
    const histogram = new Float64Array(levels + 1);
    for (let i = start; i < start + plane; i++) histogram[Math.round(pixels[i] * scale)] += 1;
    const brightest = histogram.findLastIndex((count) => count > 0);
    const step = Math.floor((plane - histogram[brightest]) / levels);
    if (step === 0) continue;
    const table = new Float64Array(levels + 1);
    let below = Math.floor(step / 2);
    for (let level = 0; level <= levels; level++) {
      table[level] = Math.min(levels, Math.floor(below / step));
      below += histogram[level];
    }
    for (let i = start; i < start + plane; i++) pixels[i] = table[Math.round(pixels[i] * scale)] / scale;
  }
};

/** Mixes the image with a blurred one (3×3, the middle 5 of 13): 0 leaves that, 1 the image, 2 a sharper one. The border stays. */
export function applySharpness(image: FloatImage, factor: number): void {
  const { pixels, scratch, shape, maxValue } = image;
  const [channels, height, width] = shape;
  if (height < 3 || width < 3) return;
  scratch.set(pixels);
  for (let c = 0; c < channels; c++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const i = (c * height + y) * width + x;
        const above = pixels[i - width - 1] + pixels[i - width] + pixels[i - width + 1];
        const below = pixels[i + width - 1] + pixels[i + width] + pixels[i + width + 1];
        const blurred = (above + pixels[i - 1] + 5 * pixels[i] + pixels[i + 1] + below) / 13;
        const value = factor * pixels[i] + (1 - factor) * blurred;
        scratch[i] = value < 0 ? 0 : value > maxValue ? maxValue : value;
      }
    }
  }
  image.swap();
}

export interface ToneOptions {
  /** @default 0.5 */
  readonly probability?: number;
}

function tone<Options extends { readonly probability: number }>(name: string, options: Options, change: Change): Transform {
  const { probability } = options;
  return imageTransform(name, options, (random) => (random.float() < probability ? change : undefined));
}

/**
 * Keeps the highest `bits` bits (0 … 8) of every pixel, with the given probability.
 * @throws ValueError for options out of range.
 *
 * @example
 * const coarse = data.randomPosterize({ bits: 1, probability: 1 });
 * const pixels = Uint8Array.of(100, 200);
 * coarse.apply({ pixels, count: 1, shape: [1, 1, 2] }, () => new Generator(0));
 * pixels // → [0, 128]
 */
export function randomPosterize(options: ToneOptions & { readonly bits: number }): Transform {
  const { bits, probability = 0.5 } = optionsOf("randomPosterize", options, { bits: needed(integer(0, 8)), probability: share });
  return tone("randomPosterize", { bits, probability }, (image) => applyPosterize(image, bits));
}

/**
 * Inverts the pixels that are at least as bright as `threshold`, from 0 to 1 of full brightness, with the given probability.
 * @throws ValueError for options out of range.
 *
 * @example
 * const solarize = data.randomSolarize({ threshold: 0.5, probability: 1 });
 * const pixels = Uint8Array.of(100, 200);
 * solarize.apply({ pixels, count: 1, shape: [1, 1, 2] }, () => new Generator(0));
 * pixels // → [100, 55]
 */
export function randomSolarize(options: ToneOptions & { readonly threshold: number }): Transform {
  const { threshold, probability = 0.5 } = optionsOf("randomSolarize", options, { threshold: needed(number(0, 1)), probability: share });
  return tone("randomSolarize", { threshold, probability }, (image) => applySolarize(image, threshold));
}

/**
 * Stretches the brightness of each channel to the full range, with the given probability.
 * @throws ValueError unless the probability lies in 0 … 1.
 *
 * @example
 * const stretch = data.randomAutocontrast({ probability: 1 });
 * const pixels = Uint8Array.of(100, 150, 200);
 * stretch.apply({ pixels, count: 1, shape: [1, 1, 3] }, () => new Generator(0));
 * pixels // → [0, 128, 255]
 */
export function randomAutocontrast(options: ToneOptions = {}): Transform {
  const { probability = 0.5 } = optionsOf("randomAutocontrast", options, { probability: share });
  return tone("randomAutocontrast", { probability }, applyAutocontrast);
}

/**
 * Makes all brightnesses of each channel about equally frequent, with the given probability.
 * @throws ValueError unless the probability lies in 0 … 1.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.randomEqualize()] });
 */
export function randomEqualize(options: ToneOptions = {}): Transform {
  const { probability = 0.5 } = optionsOf("randomEqualize", options, { probability: share });
  return tone("randomEqualize", { probability }, applyEqualize);
}

/**
 * Makes an image sharper (factor above 1) or softer (below 1), with the given probability.
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.randomSharpness({ factor: 2 })] });
 */
export function randomSharpness(options: ToneOptions & { readonly factor: number }): Transform {
  const { factor, probability = 0.5 } = optionsOf("randomSharpness", options, { factor: needed(number(0)), probability: share });
  return tone("randomSharpness", { factor, probability }, (image) => applySharpness(image, factor));
}
