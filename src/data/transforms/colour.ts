/** Colours: brightness, contrast, saturation, hue; grey. Images of one channel have no saturation and no hue. */

import { either, number, optionsOf } from "../../base/options.js";
import { type Change, type FloatImage, imageTransform, uniform } from "./floatImage.js";
import { type Interval, interval, share } from "./options.js";
import type { Transform } from "./transform.js";

/** Weights of red, green and blue in grey (ITU-R 601-2). */
const [redShare, greenShare, blueShare] = [0.2989, 0.587, 0.114];

/** pixels = factor · pixels, at most maxValue. */
export function adjustBrightness({ pixels, maxValue }: FloatImage, factor: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.min(factor * pixels[i], maxValue);
}

/** Mixes the image with the mean of its grey version: 0 leaves that, 1 the image, 2 twice the contrast. */
export function adjustContrast({ pixels, shape: [channels, height, width], maxValue }: FloatImage, factor: number): void {
  const plane = height * width;
  let sum = 0;
  if (channels === 3) {
    const [red, green, blue] = [pixels.subarray(0, plane), pixels.subarray(plane, 2 * plane), pixels.subarray(2 * plane, 3 * plane)];
    for (let i = 0; i < plane; i++) sum += redShare * red[i] + greenShare * green[i] + blueShare * blue[i];
  } else {
    for (let i = 0; i < pixels.length; i++) sum += pixels[i] / channels;
  }
  const rest = ((1 - factor) * sum) / plane;
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.max(0, Math.min(factor * pixels[i] + rest, maxValue));
}

/** Mixes the image with its grey version: 0 leaves that, 1 the image, 2 twice the colour. */
export function adjustSaturation({ pixels, shape: [channels, height, width], maxValue }: FloatImage, factor: number): void {
  if (channels !== 3) return;
  const plane = height * width;
  const rest = 1 - factor;
  const [red, green, blue] = [pixels.subarray(0, plane), pixels.subarray(plane, 2 * plane), pixels.subarray(2 * plane, 3 * plane)];
  for (let i = 0; i < plane; i++) {
    const grey = rest * (redShare * red[i] + greenShare * green[i] + blueShare * blue[i]);
    red[i] = Math.max(0, Math.min(factor * red[i] + grey, maxValue));
    green[i] = Math.max(0, Math.min(factor * green[i] + grey, maxValue));
    blue[i] = Math.max(0, Math.min(factor * blue[i] + grey, maxValue));
  }
}

/**
 * Turns the hue of every pixel by `turns` (−0.5 … 0.5, 1 is the full circle), in HSV. A primary colour (red at 0, green at 2, blue at 4 sixths of
 * the circle) is at its brightest up to one sixth from the hue, and at its darkest from two sixths on.
 */
export function adjustHue({ pixels, shape: [channels, height, width] }: FloatImage, turns: number): void {
  if (channels !== 3) return;
  const plane = height * width;
  const by = 6 * (turns - Math.floor(turns));
  for (let i = 0; i < plane; i++) {
    const [r, g, b] = [pixels[i], pixels[plane + i], pixels[2 * plane + i]];
    const most = Math.max(Math.max(r, g), b);
    const chroma = most - Math.min(Math.min(r, g), b);
    if (chroma === 0) continue;
    // In sixths of the circle, −1 … 5.
    let hue = by + (most === r ? (g - b) / chroma : most === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma);
    if (hue >= 5) hue -= 6;
    const fromRed = hue < 3 ? Math.abs(hue) : 6 - hue;
    const fromGreen = Math.abs(hue - 2);
    const fromBlue = Math.min(Math.abs(hue - 4), 6 - Math.abs(hue - 4));
    pixels[i] = most - chroma * Math.max(0, Math.min(fromRed - 1, 1));
    pixels[plane + i] = most - chroma * Math.max(0, Math.min(fromGreen - 1, 1));
    pixels[2 * plane + i] = most - chroma * Math.max(0, Math.min(fromBlue - 1, 1));
  }
}

/** A factor: f for max(0, 1 − f) … 1 + f, or the two ends. */
const factors = (value: number | Interval): Interval => (typeof value === "number" ? [Math.max(0, 1 - value), 1 + value] : value);

export interface ColorJitterOptions {
  /** Factor of brightness: b for max(0, 1 − b) … 1 + b, or the two ends. @default 0 */
  readonly brightness?: number | Interval;
  /** Factor of contrast, given likewise. @default 0 */
  readonly contrast?: number | Interval;
  /** Factor of saturation, given likewise. @default 0 */
  readonly saturation?: number | Interval;
  /** Turn of the hue: h for −h … h, or the two ends, from −0.5 to 0.5 of the circle. @default 0 */
  readonly hue?: number | Interval;
}

/**
 * Changes brightness, contrast, saturation and hue, each by a random amount, in random order. Numbers are float32 in between and rounded once.
 * @throws ValueError for options out of range.
 *
 * @example
 * const jitter = data.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [jitter] });
 */
export function colorJitter(options: ColorJitterOptions): Transform {
  const factor = either(number(0), interval(0));
  const kinds = { brightness: factor, contrast: factor, saturation: factor, hue: either(number(0, 0.5), interval(-0.5, 0.5)) };
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = optionsOf("colorJitter", options, kinds);
  const [brightnesses, contrasts, saturations] = [brightness, contrast, saturation].map(factors);
  const hues = typeof hue === "number" ? ([-hue, hue] as const) : hue;
  const parts: readonly { readonly range: Interval; readonly neutral: number; readonly adjust: (image: FloatImage, amount: number) => void }[] = [
    { range: brightnesses, neutral: 1, adjust: adjustBrightness },
    { range: contrasts, neutral: 1, adjust: adjustContrast },
    { range: saturations, neutral: 1, adjust: adjustSaturation },
    { range: hues, neutral: 0, adjust: adjustHue },
  ];
  const order = parts.filter(({ range, neutral }) => range[0] !== neutral || range[1] !== neutral);
  return imageTransform("colorJitter", { brightness, contrast, saturation, hue }, (random) => {
    if (order.length === 0) return undefined;
    const places = order.map((_, i) => i);
    random.shuffle(places);
    const amounts = order.map(({ range }) => uniform(random, range));
    return (image) => {
      for (const place of places) order[place].adjust(image, amounts[place]);
    };
  });
}

const toGrey: Change = ({ pixels, shape: [channels, height, width] }) => {
  if (channels !== 3) return;
  const plane = height * width;
  for (let i = 0; i < plane; i++) {
    const grey = redShare * pixels[i] + greenShare * pixels[plane + i] + blueShare * pixels[2 * plane + i];
    pixels[i] = pixels[plane + i] = pixels[2 * plane + i] = grey;
  }
};

/**
 * Takes the colour out of an image with the given probability; it keeps its three channels.
 * @throws ValueError unless the probability lies in 0 … 1.
 *
 * @example
 * const grey = data.randomGrayscale({ probability: 1 });
 * const pixels = Uint8Array.of(255, 0, 0);
 * grey.apply({ pixels, count: 1, shape: [3, 1, 1] }, () => new Generator(0));
 * pixels // → [76, 76, 76]
 */
export function randomGrayscale(options: { /** @default 0.1 */ readonly probability?: number } = {}): Transform {
  const { probability = 0.1 } = optionsOf("randomGrayscale", options, { probability: share });
  return imageTransform("randomGrayscale", { probability }, (random) => (random.float() < probability ? toGrey : undefined));
}
