/** Mirrors, left to right and top to bottom. */

import { optionsOf } from "../../base/options.js";
import { builtIn, type Transform } from "./transform.js";
import { share } from "./options.js";

export interface FlipOptions {
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
export function randomHorizontalFlip(options: FlipOptions = {}): Transform {
  const { probability = 0.5 } = optionsOf("randomHorizontalFlip", options, { probability: share });
  return builtIn("randomHorizontalFlip", { probability }, {
    apply({ pixels, count, shape: [channels, height, width] }, random) {
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
    },
  });
}

/**
 * Mirrors an image top to bottom with the given probability. It makes other signs of letters and digits (6 and 9): see
 * `augmentationWarnings`.
 * @throws ValueError unless the probability lies in 0 … 1.
 *
 * @example
 * const flip = data.randomVerticalFlip({ probability: 1 });
 * const pixels = Uint8Array.of(1, 2, 3, 4);
 * flip.apply({ pixels, count: 1, shape: [1, 2, 2] }, () => new Generator(0));
 * pixels // → [3, 4, 1, 2]
 */
export function randomVerticalFlip(options: FlipOptions = {}): Transform {
  const { probability = 0.5 } = optionsOf("randomVerticalFlip", options, { probability: share });
  return builtIn("randomVerticalFlip", { probability }, {
    apply({ pixels, count, shape: [channels, height, width] }, random) {
      const plane = height * width;
      for (let i = 0; i < count; i++) {
        if (random(i).float() >= probability) continue;
        for (let c = 0; c < channels; c++) mirrorColumns(pixels, (i * channels + c) * plane, height, width);
      }
    },
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

function mirrorColumns(pixels: Uint8Array | Float32Array, start: number, height: number, width: number): void {
  for (let top = start, bottom = start + (height - 1) * width; top < bottom; top += width, bottom -= width) {
    for (let x = 0; x < width; x++) {
      const pixel = pixels[top + x];
      pixels[top + x] = pixels[bottom + x];
      pixels[bottom + x] = pixel;
    }
  }
}
