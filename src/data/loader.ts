/**
 * DataLoader: a data set as a sequence of batches of tensors. Batches come in a ring of two tensors that are filled again and
 * again, so a steady loop allocates nothing. Training steps block the thread they run on, so another one prepares the batches ahead.
 */

import { availableParallelism } from "node:os";
import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { zeros } from "../ops/create.js";
import { keep } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { BatchMaker, epochOrder } from "./batches.js";
import type { ImageDataset } from "./imageDataset.js";
import { macrotask } from "./macrotask.js";
import { type Normalization, type NormalizationKind, normalizationOf } from "./normalize.js";
import { Prefetcher, PrefetchPass } from "./prefetcher.js";
import { recipeOf, type Transform, type TransformRecipe } from "./transforms.js";

export interface DataLoaderOptions {
  /** Images a batch, ≥ 1. @default 32 */
  readonly batch?: number;
  /** Visit the images in an order drawn anew for each epoch. @default false */
  readonly shuffle?: boolean;
  /** What order and augmentation are drawn from; ignored when `generator` is given. @default 0 */
  readonly seed?: number;
  /** Like `seed`, as a generator; its key alone counts, nothing is drawn from it. */
  readonly generator?: Generator;
  /** Leave out the last batch of an epoch when it is smaller than the others. @default false */
  readonly dropLast?: boolean;
  /** Augmentation, applied in this order to the bytes of a batch. @default none */
  readonly transforms?: readonly Transform[];
  /**
   * How bytes become numbers. A kind takes its numbers from this data set, so a loader of validation images wants
   * `trainLoader.normalization` here. @default "unit"
   */
  readonly normalize?: NormalizationKind | Normalization;
  /**
   * Batches that a thread prepares ahead of the loop, an integer ≥ 0; 0 prepares each when it is asked for, and so do loaders
   * of small batches or with a transform of your own, which has to run where it was made. The batches are the same to the bit.
   *
   * One pays even where kernels use all cores. On two (Xeon, 2.6 GHz), batches of 128×3×32×32, median step with 0 → with 1:
   * a 256-unit MLP 3.3 → 3.0 ms on two kernel threads, 4.6 → 4.1 on one; with crop and flip 3.7 → 3.2 and 4.9 → 4.2. For
   * the ConvNet, 55 ms, the difference is lost in the noise; while other programs use the cores, the MLP's steps take 1 to 4 %
   * longer with 1. 2 is no faster than 1.
   * @default 1; 0 on a machine with a single core
   */
  readonly prefetch?: number;
}

/** Valid until the next iteration, which overwrites it. */
export interface Batch {
  /** Images [n, C, H, W], float32. */
  readonly x: Tensor;
  /** Labels [n], int32. */
  readonly y: Tensor;
  /** The numbers of the images in the data set: [n]. */
  readonly indices: Int32Array;
}

/** Tensors of one batch. */
interface Slot {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Host memory that a batch is prepared in. */
interface Staging {
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** Batches alive at once. */
const ringSize = 2;

/** The event loop gets a turn (signals, finalisers, timers) at least this often while batches are handed out. */
const yieldEveryMs = 20;

/** Below this number of pixels a batch is prepared in less time than it takes to hand it over. */
const leastPixels = 2 ** 15;

/** Ends the threads of loaders that were collected. */
const abandoned = new FinalizationRegistry<Prefetcher>((prefetcher) => prefetcher.close());

/**
 * A data set as batches of tensors: x [n, C, H, W] in float32, y [n] in int32. `for await` over it visits one epoch after the other.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, shuffle: true, seed: 1, normalize: "standardize" });
 * loader.length // → 3
 * for await (const { x, y } of loader) {
 *   x.shape // → [8, 1, 8, 8]
 *   y.shape // → [8]
 * }
 */
export class DataLoader implements AsyncIterable<Batch> {
  readonly dataset: ImageDataset;
  readonly batch: number;
  readonly normalization: Normalization;
  /** Batches an epoch. */
  readonly length: number;
  readonly #generator: Generator;
  readonly #shuffle: boolean;
  readonly #maker: BatchMaker;
  readonly #largest: number;
  /** Undefined when one of the transforms is not built in. */
  readonly #recipes: readonly TransformRecipe[] | undefined;
  readonly #prefetch: number | undefined;
  readonly #rings = new Map<number, Slot[]>();
  #staging: Staging | undefined;
  /** Null where there can be none. */
  #prefetcher: Prefetcher | null | undefined;
  #nextEpoch = 0;

  /** @throws ValueError for a batch size that is no integer ≥ 1, or when dropLast leaves no batch; for a prefetch that is none ≥ 0. */
  constructor(dataset: ImageDataset, options: DataLoaderOptions = {}) {
    const { batch = 32, shuffle = false, seed = 0, dropLast = false, transforms = [], normalize = "unit", prefetch } = options;
    if (!Number.isInteger(batch) || batch < 1) {
      throw new ValueError(`DataLoader: the batch size must be an integer ≥ 1, but is ${batch}.`);
    }
    if (prefetch !== undefined && (!Number.isInteger(prefetch) || prefetch < 0)) {
      throw new ValueError(`DataLoader: prefetch must be an integer ≥ 0 (batches), but is ${prefetch}.`);
    }
    if (dropLast && batch > dataset.length) {
      throw new ValueError(
        `DataLoader: with dropLast, ${dataset.name} has no batch: ${dataset.length} images, batch size ${batch}; make the batch smaller.`,
      );
    }
    this.dataset = dataset;
    this.batch = batch;
    this.length = dropLast ? Math.floor(dataset.length / batch) : Math.ceil(dataset.length / batch);
    this.normalization = typeof normalize === "string" ? normalizationOf(normalize, dataset) : normalize;
    this.#shuffle = shuffle;
    this.#generator = (options.generator ?? new Generator(seed)).fork("loader");
    this.#largest = Math.min(batch, dataset.length);
    this.#maker = new BatchMaker(dataset, this.normalization, transforms, this.#generator, this.#largest);
    const recipes = transforms.map(recipeOf);
    this.#recipes = recipes.every((recipe) => recipe !== undefined) ? recipes : undefined;
    this.#prefetch = prefetch;
  }

  /** The epoch that the next `for await` over the loader visits; each such loop moves on by one. */
  setEpoch(epoch: number): void {
    this.#nextEpoch = epoch;
  }

  /** One pass over the data. */
  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return this.epoch(this.#nextEpoch++)[Symbol.asyncIterator]();
  }

  /**
   * The batches of epoch `epoch` (counted from 0) from batch `start` on, the same whatever was visited before.
   * @throws ValueError for an epoch that is no integer ≥ 0.
   */
  async *epoch(epoch: number, { start = 0 }: { start?: number } = {}): AsyncGenerator<Batch, void, undefined> {
    const order = epochOrder(this.#generator, epoch, this.dataset.length, this.#shuffle);
    const indicesOf = (k: number): Int32Array => order.subarray(k * this.batch, (k + 1) * this.batch);
    const prefetcher = this.length - start > 1 ? this.#startPrefetcher() : null;
    const pass = prefetcher && new PrefetchPass(prefetcher, epoch, this.length, indicesOf);
    let lastYield = performance.now();
    try {
      for (let k = start; k < this.length; k++) {
        const indices = indicesOf(k);
        const { x, y } = this.#slot(indices.length, k);
        const fill = ({ pixels, labels }: Staging): void => {
          x.copyFrom(pixels);
          y.copyFrom(labels);
        };
        const fetched = pass !== null && (await pass.fetch(k, fill));
        if (!fetched) fill(this.#make(indices, epoch));
        if (performance.now() - lastYield > yieldEveryMs) {
          await macrotask();
          lastYield = performance.now();
        }
        yield { x, y, indices };
      }
    } finally {
      pass?.end();
    }
  }

  /** Ends the thread that prepares batches, which otherwise ends with the process or when the loader is collected. A later loop starts another. */
  close(): void {
    if (!this.#prefetcher) return;
    abandoned.unregister(this);
    this.#prefetcher.close();
    this.#prefetcher = undefined;
  }

  /** The thread that prepares batches, if this loop is to have one. */
  #startPrefetcher(): Prefetcher | null {
    const ahead = this.#prefetch ?? (availableParallelism() > 1 ? 1 : 0);
    const [channels, height, width] = this.dataset.shape;
    if (ahead === 0 || this.#recipes === undefined || this.#largest * channels * height * width < leastPixels) return null;
    if (this.#prefetcher === undefined) {
      const { dataset: source, normalization } = this;
      const plan = { source, normalization, transforms: this.#recipes, generator: this.#generator.state, largest: this.#largest };
      this.#prefetcher = Prefetcher.start(plan, ahead);
      if (this.#prefetcher !== null) abandoned.register(this, this.#prefetcher, this);
    }
    return this.#prefetcher;
  }

  /** The batch of images `indices`, prepared here; valid until the next. */
  #make(indices: Int32Array, epoch: number): Staging {
    const perImage = this.dataset.images.length / this.dataset.length;
    const { pixels, labels } = (this.#staging ??= {
      pixels: new Float32Array(this.#largest * perImage),
      labels: new Int32Array(this.#largest),
    });
    const staging = { pixels: pixels.subarray(0, indices.length * perImage), labels: labels.subarray(0, indices.length) };
    this.#maker.make(indices, epoch, staging.pixels, staging.labels);
    return staging;
  }

  /** The tensors for a batch of n images; made once, outside the memory of any step. */
  #slot(n: number, k: number): Slot {
    let ring = this.#rings.get(n);
    if (ring === undefined) this.#rings.set(n, (ring = []));
    return (ring[k % ringSize] ??= { x: keep(zeros([n, ...this.dataset.shape])), y: keep(zeros([n], { dtype: "int32" })) });
  }
}
