/** Batches of images as plain arrays: how images and labels become numbers. What comes out depends on the job alone, not on who does it. */

import type { Generator } from "../base/generator.js";
import { ByteReader } from "./byteReader.js";
import type { DecodeImages, ImageFiles, ImageSource } from "./imageSource.js";
import { type Normalization, normalizationTables } from "./normalize.js";
import { applyMix, type Mix } from "./transforms/mix.js";
import { applyTransforms, largestSize, shapeAfter } from "./transforms/pipeline.js";
import type { Transform } from "./transforms/transform.js";

/** A batch to be made. */
export interface Job {
  /** The numbers of its images. */
  readonly indices: Int32Array;
  readonly epoch: number;
  /** Its number in the epoch. */
  readonly number: number;
}

/** Labels [n], or probabilities [n, classes] where batches are mixed. */
export type Targets = Int32Array | Float32Array;

/** Everything that a batch depends on besides the job. */
export interface Recipe {
  readonly source: ImageSource;
  /** For a source of files. */
  readonly decode?: DecodeImages;
  readonly normalization: Normalization;
  readonly transforms: readonly Transform[];
  /** Ways to mix; none for plain labels. */
  readonly mixes: readonly Mix[];
  readonly generator: Generator;
  /** The most images a batch may have. */
  readonly largest: number;
}

/** Random words set aside for mixing a batch. */
const wordsPerBatch = 2 ** 24;

/** Turns numbers of images into normalised float32 batches. Holds scratch memory: one batch at a time. */
export class BatchMaker {
  readonly #recipe: Recipe;
  readonly #tables: readonly Float32Array[];
  readonly #stored: ByteReader;
  /** Copies of a batch's images for transforms to change, and their numbers there: 0, 1, 2, … */
  readonly #scratch: ByteReader;
  readonly #places: Int32Array;

  constructor(recipe: Recipe) {
    const { source, normalization, transforms, largest } = recipe;
    this.#recipe = recipe;
    this.#tables = normalizationTables(normalization, shapeAfter(transforms, source.shape)[0]);
    this.#stored = new ByteReader("images" in source ? source.images : new Uint8Array(0));
    const copies = "files" in source || transforms.length > 0 ? largest : 0;
    this.#scratch = new ByteReader(new Uint8Array(copies * largestSize(transforms, source.shape)));
    this.#places = Int32Array.from({ length: copies }, (_, i) => i);
  }

  /** Writes the batch to x ([n, C, H, W]) and y. Images in files take their time; the others are there when the call returns. */
  make(job: Job, x: Float32Array, y: Targets): void | Promise<void> {
    const { source } = this.#recipe;
    if ("files" in source) return this.#makeOfFiles(source, job, x, y);
    const { images, shape } = source;
    const { indices } = job;
    if (this.#recipe.transforms.length === 0) {
      this.#stored.lookUp(indices, this.#tables, shape[1] * shape[2], x);
    } else {
      const perImage = shape[0] * shape[1] * shape[2];
      for (let i = 0; i < indices.length; i++) {
        this.#scratch.bytes.set(images.subarray(indices[i] * perImage, (indices[i] + 1) * perImage), i * perImage);
      }
      this.#transform(this.#scratch, job, x);
    }
    this.#label(job, x, y);
  }

  async #makeOfFiles(source: ImageFiles, job: Job, x: Float32Array, y: Targets): Promise<void> {
    const { shape } = source;
    // Another batch may be under way: memory of its own.
    const pixels = new ByteReader(new Uint8Array(this.#scratch.bytes.length));
    const files = Array.from(job.indices, (index) => source.files[index]);
    await this.#recipe.decode?.(files, shape, source.fit, pixels.bytes, (i) => job.indices[i]);
    this.#transform(pixels, job, x);
    this.#label(job, x, y);
  }

  /** Runs the images at the start of `pixels` through the transforms and normalises them to x. */
  #transform(pixels: ByteReader, { indices, epoch }: Job, x: Float32Array): void {
    const { source, transforms, generator } = this.#recipe;
    const { shape, maxValue } = source;
    applyTransforms(transforms, { pixels: pixels.bytes, count: indices.length, shape, maxValue }, generator, epoch, (i) => indices[i]);
    const [, height, width] = shapeAfter(transforms, shape);
    pixels.lookUp(this.#places.subarray(0, indices.length), this.#tables, height * width, x);
  }

  #label({ indices, epoch, number }: Job, x: Float32Array, y: Targets): void {
    const { source, mixes, generator, transforms } = this.#recipe;
    const { labels, classes } = source;
    if (mixes.length === 0 || !(y instanceof Float32Array)) {
      for (let i = 0; i < indices.length; i++) y[i] = labels[indices[i]];
      return;
    }
    y.fill(0);
    for (let i = 0; i < indices.length; i++) y[i * classes + labels[indices[i]]] = 1;
    const stream = generator.fork(`mix ${epoch}`);
    stream.state = { ...stream.state, offset: number * wordsPerBatch };
    applyMix(mixes, stream, x, y, shapeAfter(transforms, source.shape));
  }
}
