/**
 * Batches of images: x [n, C, H, W] in float32 and y [n] in int32, or [n, classes] in float32 where images are mixed. They come in a ring of two
 * pairs of tensors that are filled again and again, so a steady loop allocates nothing. Training steps block the thread they run on, so
 * others prepare the batches ahead.
 */

import type { Generator } from "../base/generator.js";
import { sizeOf } from "../base/shape.js";
import { zeros } from "../ops/create.js";
import { keep } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { BatchMaker, type Job, type Targets } from "./batches.js";
import type { ImageDataset, ImageShape } from "./imageDataset.js";
import type { ImageFolder } from "./imageFolder.js";
import type { ImageSource } from "./imageSource.js";
import type { Normalization } from "./normalize.js";
import { PrefetchPass, runtimePrefetching } from "./prefetchPass.js";
import type { Prefetcher } from "./prefetcher.js";
import type { Pass, PassPlan, Preparation } from "./preparation.js";
import type { Mix } from "./transforms/mix.js";
import { shapeAfter } from "./transforms/pipeline.js";
import { recipeOf, type Transform, type TransformRecipe } from "./transforms/transform.js";

/** Tensors of a batch. */
interface Slot {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Slots of a pass by the number of images; loops that run at once have a ring each. */
type Ring = Map<number, Slot[]>;

/** Host memory that a batch is prepared in. */
interface Staging {
  readonly pixels: Float32Array;
  readonly targets: Targets;
}

/** Batches alive at once. */
const ringSize = 2;

/** Below this number of pixels a batch is prepared in less time than it takes to hand it over. */
const leastPixels = 2 ** 15;

/** Ends the threads of loaders that were collected. */
const abandoned = new FinalizationRegistry<Prefetcher>((prefetcher) => prefetcher.close());

export interface ImageBatchesInit {
  readonly dataset: ImageDataset | ImageFolder;
  readonly normalization: Normalization;
  readonly transforms: readonly Transform[];
  readonly mixes: readonly Mix[];
  readonly generator: Generator;
  /** The most images a batch may have. */
  readonly largest: number;
  /** Threads; undefined for one where there are several cores. */
  readonly workers: number | undefined;
  /** Batches ahead; undefined for one a thread. */
  readonly prefetch: number | undefined;
}

export class ImageBatches implements Preparation<Slot> {
  readonly #init: ImageBatchesInit;
  readonly #source: ImageSource;
  readonly #maker: BatchMaker;
  /** Shape of an image in a batch. */
  readonly #shape: ImageShape;
  /** Numbers of a probable target; 0 for labels. */
  readonly #classes: number;
  /** Undefined when one of the transforms is not built in. */
  readonly #recipes: readonly TransformRecipe[] | undefined;
  /** Rings that no pass is using, to be used by the next. */
  readonly #spare: Ring[] = [];
  #staging: Staging | undefined;
  /** Null where there can be none. */
  #prefetcher: Prefetcher | null | undefined;

  constructor(init: ImageBatchesInit) {
    const { dataset, transforms, mixes } = init;
    this.#init = init;
    this.#source = sourceOf(dataset);
    this.#maker = new BatchMaker({ ...init, source: this.#source, decode: "files" in dataset ? dataset.decode : undefined });
    this.#shape = shapeAfter(transforms, dataset.shape);
    this.#classes = mixes.length > 0 ? dataset.classes.length : 0;
    const recipes = transforms.map(recipeOf);
    this.#recipes = recipes.every((recipe) => recipe !== undefined) ? recipes : undefined;
  }

  begin({ epoch, start, end, indicesOf }: PassPlan): Pass<Slot> {
    const prefetcher = end - start > 1 ? this.#startPrefetcher() : null;
    const pass = prefetcher && new PrefetchPass(prefetcher, epoch, end, indicesOf);
    const ring: Ring = this.#spare.pop() ?? new Map<number, Slot[]>();
    return {
      fetch: async (k) => {
        const indices = indicesOf(k);
        const slot = this.#slot(ring, indices.length, k);
        const fill = ({ pixels, targets }: Staging): void => {
          slot.x.copyFrom(pixels);
          slot.y.copyFrom(targets);
        };
        if (pass === null || !(await pass.fetch(k, fill))) await this.#make({ indices, epoch, number: k }, fill);
        return slot;
      },
      end: () => {
        pass?.end();
        this.#spare.push(ring);
      },
    };
  }

  close(): void {
    if (!this.#prefetcher) return;
    abandoned.unregister(this);
    this.#prefetcher.close();
    this.#prefetcher = undefined;
  }

  /** The threads that prepare batches, if this loader is to have any. */
  #startPrefetcher(): Prefetcher | null {
    const { largest, normalization, mixes, generator, prefetch } = this.#init;
    const prefetching = runtimePrefetching();
    const workers = prefetch === 0 ? 0 : (this.#init.workers ?? ((prefetching?.cores ?? 1) > 1 ? 1 : 0));
    const perImage = sizeOf(this.#shape);
    const small = "images" in this.#source && largest * perImage < leastPixels;
    if (prefetching === undefined || workers === 0 || this.#recipes === undefined || small) return null;
    if (this.#prefetcher === undefined) {
      const plan = { source: this.#source, normalization, transforms: this.#recipes, mixes, generator: generator.state, largest };
      const size = { largest, perImage, classes: this.#classes };
      this.#prefetcher = prefetching.start(plan, { workers, places: Math.max(workers, prefetch ?? workers), size });
      if (this.#prefetcher !== null) abandoned.register(this, this.#prefetcher, this);
    }
    return this.#prefetcher;
  }

  /** Prepares a batch here and hands it to `use`. */
  async #make(job: Job, use: (staging: Staging) => void): Promise<void> {
    // Files take their time, in which another pass may prepare a batch too.
    const staging = "files" in this.#source ? this.#allocate(job.indices.length) : this.#sharedStaging(job.indices.length);
    const pending = this.#maker.make(job, staging.pixels, staging.targets);
    if (pending !== undefined) await pending;
    use(staging);
  }

  #sharedStaging(n: number): Staging {
    const { pixels, targets } = (this.#staging ??= this.#allocate(this.#init.largest));
    return { pixels: pixels.subarray(0, n * sizeOf(this.#shape)), targets: targets.subarray(0, n * Math.max(1, this.#classes)) };
  }

  #allocate(n: number): Staging {
    const pixels = new Float32Array(n * sizeOf(this.#shape));
    return { pixels, targets: this.#classes > 0 ? new Float32Array(n * this.#classes) : new Int32Array(n) };
  }

  /** The tensors for batch k of n images; made once, outside the memory of any step. */
  #slot(ring: Ring, n: number, k: number): Slot {
    let slots = ring.get(n);
    if (slots === undefined) ring.set(n, (slots = []));
    const soft = this.#classes > 0;
    return (slots[k % ringSize] ??= {
      x: keep(zeros([n, ...this.#shape])),
      y: keep(soft ? zeros([n, this.#classes]) : zeros([n], { dtype: "int32" })),
    });
  }
}

function sourceOf(dataset: ImageDataset | ImageFolder): ImageSource {
  const { labels, shape, maxValue } = dataset;
  const rest = { labels, shape, maxValue, classes: dataset.classes.length };
  return "files" in dataset ? { ...rest, files: dataset.files, fit: dataset.fit } : { ...rest, images: dataset.images };
}
