/**
 * Batches as plain arrays: which images an epoch visits in which order, and how a batch becomes numbers. The order of epoch e
 * depends on (seed, e) only, so that a resumed run sees the batches that it would have seen.
 */

import { ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import type { ImageDataset } from "./dataset.js";
import { type Normalization, normalizationTables } from "./normalize.js";
import { type Transform, wordsPerImage } from "./transforms.js";

/** The images of epoch `epoch` in the order of their visit: a permutation of 0 … count − 1, or that range itself. */
export function epochOrder(generator: Generator, epoch: number, count: number, shuffle: boolean): Int32Array {
  if (!Number.isInteger(epoch) || epoch < 0) {
    throw new ValueError(`DataLoader: an epoch is an integer ≥ 0, but is ${epoch}.`);
  }
  return shuffle ? generator.fork(`order ${epoch}`).permutation(count) : Int32Array.from({ length: count }, (_, i) => i);
}

/** Turns numbers of images into normalised float32 batches. Holds scratch memory: one batch at a time. */
export class BatchMaker {
  readonly #dataset: ImageDataset;
  readonly #tables: readonly Float32Array[];
  readonly #transforms: readonly Transform[];
  readonly #generator: Generator;
  readonly #scratch: Uint8Array;

  /** @param largest the most images a batch may have. */
  constructor(
    dataset: ImageDataset,
    normalization: Normalization,
    transforms: readonly Transform[],
    generator: Generator,
    largest: number,
  ) {
    this.#dataset = dataset;
    this.#tables = normalizationTables(normalization, dataset.shape[0]);
    this.#transforms = transforms;
    this.#generator = generator;
    this.#scratch = new Uint8Array(transforms.length > 0 ? (largest * dataset.images.length) / dataset.length : 0);
  }

  /** Writes images `indices` of epoch `epoch` to x ([n, C, H, W]) and their labels to y ([n]). */
  make(indices: Int32Array, epoch: number, x: Float32Array, y: Int32Array): void {
    const { images, labels, shape } = this.#dataset;
    const perImage = images.length / labels.length;
    for (let i = 0; i < indices.length; i++) y[i] = labels[indices[i]];
    if (this.#transforms.length === 0) {
      for (let i = 0; i < indices.length; i++) this.#normalize(images, indices[i] * perImage, x, i * perImage);
      return;
    }
    const pixels = this.#scratch;
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i] * perImage;
      pixels.set(images.subarray(start, start + perImage), i * perImage);
    }
    this.#transforms.forEach((transform, place) => {
      const stream = this.#generator.fork(`transform ${place} ${transform.name} ${epoch}`);
      const { key0, key1 } = stream.state;
      transform.apply({ pixels, count: indices.length, shape }, (image) => {
        stream.state = { key0, key1, offset: indices[image] * wordsPerImage };
        return stream;
      });
    });
    for (let i = 0; i < indices.length; i++) this.#normalize(pixels, i * perImage, x, i * perImage);
  }

  /** One image [C, H, W] through the table. Reading four pixels before writing four is 1.7 times as fast in V8 as one by one. */
  #normalize(pixels: Uint8Array, from: number, x: Float32Array, to: number): void {
    const [channels, height, width] = this.#dataset.shape;
    const plane = height * width;
    for (let c = 0; c < channels; c++, from += plane, to += plane) {
      const table = this.#tables[c];
      let i = 0;
      for (; i + 4 <= plane; i += 4) {
        const p0 = pixels[from + i];
        const p1 = pixels[from + i + 1];
        const p2 = pixels[from + i + 2];
        const p3 = pixels[from + i + 3];
        x[to + i] = table[p0];
        x[to + i + 1] = table[p1];
        x[to + i + 2] = table[p2];
        x[to + i + 3] = table[p3];
      }
      for (; i < plane; i++) x[to + i] = table[pixels[from + i]];
    }
  }
}
