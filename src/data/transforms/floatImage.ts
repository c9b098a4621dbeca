/** Transforms that need more than whole pixels work on one image at a time in float32, and round once at the end. */

import type { Generator } from "../../base/generator.js";
import type { ImageShape } from "../imageDataset.js";
import { builtIn, type ImageBatch, type Transform } from "./transform.js";

/** An image [C, H, W] of numbers from 0 to maxValue, while transforms work on it. */
export class FloatImage {
  readonly shape: ImageShape;
  readonly maxValue: number;
  /** The image. */
  pixels: Float32Array;
  /** Memory of the same size, to write a new image to. */
  scratch: Float32Array;

  constructor(shape: ImageShape, maxValue = 255) {
    const size = shape[0] * shape[1] * shape[2];
    this.shape = shape;
    this.maxValue = maxValue;
    this.pixels = new Float32Array(size);
    this.scratch = new Float32Array(size);
  }

  /** Makes what was written to `scratch` the image. */
  swap(): void {
    const { pixels } = this;
    this.pixels = this.scratch;
    this.scratch = pixels;
  }

  /** Reads the image that starts at `start`. */
  load(source: Uint8Array | Float32Array, start: number): void {
    this.pixels.set(source.subarray(start, start + this.pixels.length));
  }

  /** Writes the image from `start` on; to bytes rounded. */
  store(target: Uint8Array | Float32Array, start: number): void {
    const rounding = target instanceof Uint8Array ? new Uint8ClampedArray(target.buffer, target.byteOffset, target.length) : target;
    rounding.set(this.pixels, start);
  }
}

/** Changes an image in place. */
export type Change = (image: FloatImage) => void;

/**
 * A transform of single images. `draw` settles by lot what is done to one, or that nothing is.
 * @param words random words that `draw` and the change may use.
 */
export function imageTransform(
  name: string,
  options: object,
  draw: (random: Generator, shape: ImageShape, maxValue: number) => Change | undefined,
  words?: number,
): Transform {
  let image = new FloatImage([0, 0, 0]);
  const apply = ({ pixels, count, shape, maxValue = 255 }: ImageBatch, random: (i: number) => Generator): void => {
    const size = shape[0] * shape[1] * shape[2];
    if (image.shape !== shape || image.maxValue !== maxValue) image = new FloatImage(shape, maxValue);
    for (let i = 0; i < count; i++) {
      const change = draw(random(i), shape, maxValue);
      if (change === undefined) continue;
      image.load(pixels, i * size);
      change(image);
      image.store(pixels, i * size);
    }
  };
  return builtIn(name, options, { words, apply });
}

/** Uniform in the interval. */
export function uniform(random: Generator, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.float();
}
