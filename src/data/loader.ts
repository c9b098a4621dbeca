/**
 * DataLoader: a data set as a sequence of batches of tensors. Batches come in a ring of two tensors that are filled again and
 * again, so a steady loop allocates nothing.
 *
 * The batch is prepared when it is asked for, on the thread that asks. Preparing 128 images of 3×32×32 takes about half a
 * millisecond against tens of milliseconds of a training step on two cores, all of them busy: a thread of its own would take
 * from the kernels what it gives to the loop.
 */

import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { zeros } from "../ops/create.js";
import { keep } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { BatchMaker, epochOrder } from "./batches.js";
import type { ImageDataset } from "./dataset.js";
import { type Normalization, type NormalizationKind, normalizationOf } from "./normalize.js";
import type { Transform } from "./transforms.js";

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

/** Tensors of one batch size with the host memory they are filled from. */
interface Slot {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
}

/** Batches alive at once. */
const ringSize = 2;

/** The event loop gets a turn (signals, finalisers, timers) at least this often while batches are handed out. */
const yieldEveryMs = 20;

/** Node's setImmediate waits for nothing; a browser's setTimeout is the next best. */
const macrotask: (callback: () => void) => unknown = typeof setImmediate === "function" ? setImmediate : setTimeout;

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
  readonly #rings = new Map<number, Slot[]>();
  #nextEpoch = 0;

  /** @throws ValueError for a batch size that is no integer ≥ 1, or when dropLast leaves no batch. */
  constructor(dataset: ImageDataset, options: DataLoaderOptions = {}) {
    const { batch = 32, shuffle = false, seed = 0, dropLast = false, transforms = [], normalize = "unit" } = options;
    if (!Number.isInteger(batch) || batch < 1) {
      throw new ValueError(`DataLoader: the batch size must be an integer ≥ 1, but is ${batch}.`);
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
    this.#maker = new BatchMaker(dataset, this.normalization, transforms, this.#generator, Math.min(batch, dataset.length));
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
    let lastYield = performance.now();
    for (let k = start; k < this.length; k++) {
      const indices = order.subarray(k * this.batch, (k + 1) * this.batch);
      const { x, y, pixels, labels } = this.#slot(indices.length, k);
      this.#maker.make(indices, epoch, pixels, labels);
      x.copyFrom(pixels);
      y.copyFrom(labels);
      if (performance.now() - lastYield > yieldEveryMs) {
        await new Promise<void>((resolve) => void macrotask(resolve));
        lastYield = performance.now();
      }
      yield { x, y, indices };
    }
  }

  /** The tensors for a batch of n images; made once, outside the memory of any step. */
  #slot(n: number, k: number): Slot {
    let ring = this.#rings.get(n);
    if (ring === undefined) this.#rings.set(n, (ring = []));
    const place = k % ringSize;
    return (ring[place] ??= {
      x: keep(zeros([n, ...this.dataset.shape])),
      y: keep(zeros([n], { dtype: "int32" })),
      pixels: new Float32Array((n * this.dataset.images.length) / this.dataset.length),
      labels: new Int32Array(n),
    });
  }
}
