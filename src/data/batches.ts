/**
 * Batches as plain arrays: which images an epoch visits in which order, and how a batch becomes numbers. The order of epoch e
 * depends on (seed, e) only, so that a resumed run sees the batches that it would have seen.
 */

import { ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { ByteReader } from "./byteReader.js";
import type { ImageDataset } from "./imageDataset.js";
import { type Normalization, normalizationTables } from "./normalize.js";
import { type Transform, wordsPerImage } from "./transforms.js";

/** The images of epoch `epoch` in the order of their visit: a permutation of 0 … count − 1, or that range itself. */
export function epochOrder(generator: Generator, epoch: number, count: number, shuffle: boolean): Int32Array {
  if (!Number.isInteger(epoch) || epoch < 0) {
    throw new ValueError(`DataLoader: an epoch is an integer ≥ 0, but is ${epoch}.`);
  }
  return shuffle ? generator.fork(`order ${epoch}`).permutation(count) : Int32Array.from({ length: count }, (_, i) => i);
}

/** What a batch is made of: a data set, or its arrays on another thread. */
export type ImageSource = Pick<ImageDataset, "images" | "labels" | "shape">;

/** Turns numbers of images into normalised float32 batches. Holds scratch memory: one batch at a time. */
export class BatchMaker {
  readonly #source: ImageSource;
  readonly #tables: readonly Float32Array[];
  readonly #transforms: readonly Transform[];
  readonly #generator: Generator;
  readonly #images: ByteReader;
  /** Copies of a batch's images for transforms to change, and their numbers there: 0, 1, 2, … */
  readonly #scratch: ByteReader;
  readonly #places: Int32Array;

  /** @param largest the most images a batch may have. */
  constructor(
    source: ImageSource,
    normalization: Normalization,
    transforms: readonly Transform[],
    generator: Generator,
    largest: number,
  ) {
    this.#source = source;
    this.#tables = normalizationTables(normalization, source.shape[0]);
    this.#transforms = transforms;
    this.#generator = generator;
    this.#images = new ByteReader(source.images);
    const copies = transforms.length > 0 ? largest : 0;
    this.#scratch = new ByteReader(new Uint8Array((copies * source.images.length) / source.labels.length));
    this.#places = Int32Array.from({ length: copies }, (_, i) => i);
  }

  /** Writes images `indices` of epoch `epoch` to x ([n, C, H, W]) and their labels to y ([n]). */
  make(indices: Int32Array, epoch: number, x: Float32Array, y: Int32Array): void {
    const { images, labels, shape } = this.#source;
    const plane = shape[1] * shape[2];
    for (let i = 0; i < indices.length; i++) y[i] = labels[indices[i]];
    if (this.#transforms.length === 0) {
      this.#images.lookUp(indices, this.#tables, plane, x);
      return;
    }
    const perImage = shape[0] * plane;
    const pixels = this.#scratch.bytes;
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
    this.#scratch.lookUp(this.#places.subarray(0, indices.length), this.#tables, plane, x);
  }
}
