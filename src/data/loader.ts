/** DataLoader: a data set as a sequence of batches of tensors, in an order that depends on seed and epoch alone. */

import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { anything, callback, checkValue, either, flag, instanceOf, integer, isOptions, type Kinds, oneOf, optionsOf, show } from "../base/options.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Collate, stackSamples, type StackOptions } from "./collate.js";
import type { Sample, SampleSource } from "./dataset.js";
import { ImageBatches } from "./imageBatches.js";
import { ImageDataset } from "./imageDataset.js";
import { ImageFolder } from "./imageFolder.js";
import { macrotask } from "./macrotask.js";
import { type Normalization, type NormalizationKind, normalizationKinds, normalizationOf } from "./normalize.js";
import type { Preparation } from "./preparation.js";
import { RowBatches } from "./rowBatches.js";
import { SampleBatches } from "./sampleBatches.js";
import { epochOrder, type Sampler, samplerOf, type Sampling } from "./samplers.js";
import { TensorDataset } from "./tensorDataset.js";
import { isMix, type Mix } from "./transforms/mix.js";
import { checkTransforms, type Transform } from "./transforms/transform.js";

/** S is a sample, B what `collate` makes of some; without one they say nothing. */
export interface DataLoaderOptions<S = unknown, B = { readonly x: Tensor; readonly y: Tensor }> {
  /** Samples a batch, ≥ 1. @default 32 */
  readonly batch?: number;
  /** Visit the samples in an order drawn anew for each epoch. @default false */
  readonly shuffle?: boolean;
  /** Draw the samples of each epoch instead of visiting each once; `shuffle` then says nothing. @default each once */
  readonly sampling?: Sampling;
  /** Samples an epoch, with `sampling`. @default the length of the data set */
  readonly samples?: number;
  /** What order and augmentation are drawn from; ignored when `generator` is given. @default 0 */
  readonly seed?: number;
  /** Like `seed`, as a generator; its key alone counts, nothing is drawn from it. */
  readonly generator?: Generator;
  /** Leave out the last batch of an epoch when it is smaller than the others. @default false */
  readonly dropLast?: boolean;
  /** Augmentation, applied in this order to the bytes of a batch; images only. @default none */
  readonly transforms?: readonly Transform[];
  /** Blend the images of a batch; with several ways, each batch takes one of them. Labels become probabilities. Images only. @default none */
  readonly mix?: Mix | readonly Mix[];
  /**
   * How bytes become numbers; images only. A kind takes its numbers from this data set, so a loader of validation images wants
   * `trainLoader.normalization` here. @default "unit"
   */
  readonly normalize?: NormalizationKind | Normalization;
  /** Makes a batch of samples: for data sets of your own, and for sequences (`padSequences`). @default `stackSamples` */
  readonly collate?: Collate<S, B>;
  /** Element types of fields that are plain numbers, for `stackSamples`. @default float32 */
  readonly dtypes?: StackOptions["dtypes"];
  /**
   * Threads that prepare batches of images ahead of the loop, an integer ≥ 0; with 0 the loop prepares each when it is asked for, and so do
   * loaders of small batches or with a transform of your own, which has to run where it was made. The batches are the same to the bit.
   *
   * One pays even where kernels use all cores. On two (Xeon, 2.6 GHz), batches of 128×3×32×32, median step with 0 → with 1:
   * a 256-unit MLP 3.3 → 3.0 ms on two kernel threads, 4.6 → 4.1 on one; with crop and flip 3.7 → 3.2 and 4.9 → 4.2. For
   * the ConvNet, 55 ms, the difference is lost in the noise; while other programs use the cores, the MLP's steps take 1 to 4 %
   * longer with 1.
   * @default 1; 0 on a machine with a single core
   */
  readonly workers?: number;
  /** Batches prepared ahead, by all threads together, or asked of a data set of your own; an integer ≥ 0. @default one for each of `workers` */
  readonly prefetch?: number;
}

/** A batch of images. Valid until the next iteration, which overwrites it. */
export interface Batch {
  /** Images [n, C, H, W], float32. */
  readonly x: Tensor;
  /** Labels [n], int32; probabilities [n, classes], float32, where images are mixed. */
  readonly y: Tensor;
  /** The numbers of the samples in the data set: [n]. */
  readonly indices: Int32Array;
}

/** What `collate` makes of samples of D, unless it is given. */
type Collated<D> = D extends ImageDataset | ImageFolder
  ? { readonly x: Tensor; readonly y: Tensor }
  : D extends TensorDataset<infer Fields>
    ? { readonly [K in keyof Fields]: Tensor }
    : D extends SampleSource<infer S>
      ? { readonly [K in keyof S]: Tensor }
      : never;

/** A sample of D. */
type SampleOf<D> = D extends SampleSource<infer S> ? S : never;

const kinds: Kinds<DataLoaderOptions> = {
  batch: integer(1), shuffle: flag, sampling: anything, samples: integer(1), seed: integer(0), generator: instanceOf(Generator, "what new Generator(seed) makes"),
  dropLast: flag, transforms: anything, mix: anything, collate: callback, workers: integer(0, 256), prefetch: integer(0),
  normalize: either(oneOf(...normalizationKinds), { what: "{ kind, mean, std }", has: (value) => isOptions(value) && "mean" in value && Array.isArray(value.mean) && "std" in value && Array.isArray(value.std) }),
  dtypes: { what: "types by the name of the field, such as { y: \"int32\" }", has: isOptions },
};

/** The event loop gets a turn (signals, finalisers, timers) at least this often while batches are handed out. */
const yieldEveryMs = 20;

/**
 * A data set as batches of tensors. Of images: x [n, C, H, W] in float32, y [n] in int32. Of tensors: their rows. Of others: the fields of its samples,
 * stacked. `for await` over it visits one epoch after the other. A batch is valid until the next one.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, shuffle: true, seed: 1, normalize: "standardize" });
 * loader.length // → 3
 * for await (const { x, y } of loader) {
 *   x.shape // → [8, 1, 8, 8]
 *   y.shape // → [8]
 * }
 */
export class DataLoader<D extends SampleSource<unknown> = ImageDataset, B = Collated<D>> implements AsyncIterable<B & { readonly indices: Int32Array }> {
  readonly dataset: D;
  readonly batch: number;
  /** How bytes become numbers; for data sets other than images it changes nothing. */
  readonly normalization: Normalization;
  /** Batches an epoch. */
  readonly length: number;
  /** Samples an epoch. */
  readonly samples: number;
  readonly #generator: Generator;
  readonly #order: Sampler;
  readonly #preparation: Preparation<B>;
  #nextEpoch = 0;

  /**
   * @throws ValueError for sizes that are no integers ≥ 1, or when dropLast leaves no batch; for workers or prefetch that are none ≥ 0; for options of
   * images with other data, and of samples with images.
   */
  constructor(dataset: D, options: DataLoaderOptions<SampleOf<D>, B> = {}) {
    if (typeof dataset !== "object" || dataset === null || typeof dataset.get !== "function") {
      throw new ValueError(`DataLoader: expected a data set (an object with length and get), got ${dataset === null ? "null" : typeof dataset}.`);
    }
    const { batch = 32, shuffle = false, seed = 0, dropLast = false, sampling, samples = dataset.length } = optionsOf("DataLoader", options, kinds);
    if (!(dataset.length >= 1)) throw new ValueError(`DataLoader: ${nameOf(dataset)} has no samples (length ${String(dataset.length)}).`);
    if (sampling === undefined && options.samples !== undefined) {
      throw new ValueError(`DataLoader: samples (${samples} an epoch) goes with sampling; for the first ones of a set take a subset.`);
    }
    if (dropLast && batch > samples) {
      throw new ValueError(
        `DataLoader: with dropLast, ${nameOf(dataset)} has no batch: ${samples} samples, batch size ${batch}; make the batch smaller.`,
      );
    }
    this.dataset = dataset;
    this.batch = batch;
    this.samples = samples;
    this.length = dropLast ? Math.floor(samples / batch) : Math.ceil(samples / batch);
    this.#generator = (options.generator ?? new Generator(seed)).fork("loader");
    this.#order = sampling === undefined ? (generator, epoch, count) => epochOrder(generator, epoch, count, shuffle) : samplerOf(sampling, dataset);
    this.normalization = normalizationFor(dataset, options.normalize);
    this.#preparation = preparationOf(this, options, this.#generator);
  }

  /** The epoch that the next `for await` over the loader visits; each such loop moves on by one. */
  setEpoch(epoch: number): void {
    checkValue("DataLoader.setEpoch", "the epoch", epoch, integer(0));
    this.#nextEpoch = epoch;
  }

  /** One pass over the data. */
  [Symbol.asyncIterator](): AsyncIterator<B & { readonly indices: Int32Array }> {
    return this.epoch(this.#nextEpoch++)[Symbol.asyncIterator]();
  }

  /**
   * The batches of epoch `epoch` (counted from 0) from batch `start` on, the same whatever was visited before.
   * @throws ValueError for an epoch that is no integer ≥ 0; DataError for a sample that cannot be had, with its number.
   */
  async *epoch(epoch: number, options: { start?: number } = {}): AsyncGenerator<B & { readonly indices: Int32Array }, void, undefined> {
    checkValue("DataLoader.epoch", "the epoch", epoch, integer(0));
    const { start = 0 } = optionsOf("DataLoader.epoch", options, { start: integer(0) });
    const order = this.#order(this.#generator, epoch, this.samples);
    const indicesOf = (k: number): Int32Array => order.subarray(k * this.batch, (k + 1) * this.batch);
    const pass = this.#preparation.begin({ epoch, start, end: this.length, indicesOf });
    let lastYield = performance.now();
    try {
      for (let k = start; k < this.length; k++) {
        const batch = await pass.fetch(k);
        if (performance.now() - lastYield > yieldEveryMs) {
          await macrotask();
          lastYield = performance.now();
        }
        yield { ...batch, indices: indicesOf(k) };
      }
    } finally {
      pass.end();
    }
  }

  /** Ends the threads that prepare batches, which otherwise end with the process or when the loader is collected. A later loop starts others. */
  close(): void {
    this.#preparation.close();
  }
}

const nameOf = ({ name }: { readonly name?: string }): string => name ?? "the data set";

function normalizationFor(dataset: SampleSource<unknown>, normalize: NormalizationKind | Normalization = "unit"): Normalization {
  if (typeof normalize !== "string") return normalize;
  if (dataset instanceof ImageDataset || dataset instanceof ImageFolder) return normalizationOf(normalize, dataset);
  return { kind: "none", mean: [], std: [] };
}

/** Options for images alone, and for all others. */
const imageOptions = ["transforms", "mix", "normalize"] as const;
const sampleOptions = ["dtypes"] as const;

function preparationOf<D extends SampleSource<unknown>, B>(
  { dataset, normalization, batch, samples }: DataLoader<D, B>,
  options: DataLoaderOptions<SampleOf<D>, B>,
  generator: Generator,
): Preparation<B> {
  const { transforms = [], mix = [], workers, prefetch, collate } = options;
  const images = collate === undefined && (dataset instanceof ImageDataset || dataset instanceof ImageFolder);
  const foreign = (images ? sampleOptions : imageOptions).find((name) => options[name] !== undefined);
  if (foreign !== undefined) {
    const known = images ? "data sets other than images" : "data sets of images, without collate";
    throw new ValueError(`DataLoader: ${nameOf(dataset)} cannot take ${foreign}, which is for ${known}; leave it out.`);
  }
  // The kinds of data decide what B is; TypeScript cannot see that.
  if (images) {
    const mixes = Array.isArray(mix) ? mix : [mix];
    if (!mixes.every(isMix)) throw new ValueError(`DataLoader: mix takes mixup(), cutmix() or a list of them, got ${show(mix)}.`);
    checkTransforms("DataLoader", transforms);
    const largest = Math.min(batch, samples);
    return new ImageBatches({ dataset, normalization, transforms, mixes, generator, largest, workers, prefetch }) as Preparation<unknown> as Preparation<B>;
  }
  if (collate === undefined && dataset instanceof TensorDataset) return new RowBatches(dataset) as Preparation<unknown> as Preparation<B>;
  const ahead = prefetch ?? workers ?? 1;
  const source = dataset as SampleSource<SampleOf<D>>;
  if (collate !== undefined) return new SampleBatches(source, collate, ahead);
  const stacked = new SampleBatches(dataset as SampleSource<Sample>, stackSamples({ dtypes: options.dtypes }), ahead);
  return stacked as Preparation<unknown> as Preparation<B>;
}
