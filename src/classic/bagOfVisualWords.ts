/** Bag of visual words: an image as a histogram of which kinds of small patches it has, wherever they are. */

import { ShapeError, ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { formatShape } from "../base/shape.js";
import { tensor } from "../ops/create.js";
import { indexSelect } from "../ops/indexing.js";
import { slice } from "../ops/slice.js";
import { reshape, unsqueeze } from "../ops/views.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import { Tensor } from "../tensor/tensor.js";
import { DenseSift, type DenseSiftOptions } from "./denseSift.js";
import { Estimator, type Layout } from "./estimator.js";
import { KMeans } from "./kMeans.js";
import { checkOptions } from "./options.js";

/** Images of one size, [N, C, H, W], or of several, each [C, H, W]; C is 1, or 3 for RGB. */
export type Images = Tensor | readonly Tensor[];

export interface BagOfVisualWordsOptions extends DenseSiftOptions {
  /** Size of the dictionary. Default 1000. */
  readonly words?: number;
  /** At most about as many descriptors, evenly from all images, make the dictionary. Default 100000. */
  readonly descriptors?: number;
  /**
   * Of histograms: "counts" are left as they are, "l1" adds up to 1, "l2" has length 1; "hellinger" is the square root of "l1", so that products of histograms
   * compare distributions (Arandjelović & Zisserman 2012). Default "hellinger".
   */
  readonly normalization?: "counts" | "l1" | "l2" | "hellinger";
  /** What the descriptors and the starts of k-means are drawn from. Default 0. */
  readonly seed?: number;
}

type BagOfVisualWordsState = { readonly words: Tensor };

/** Images of a tensor that are described at once. */
const batch = 16;

/**
 * Histograms of visual words: dense SIFT descriptors of the training images are clustered by k-means, and the centres are the dictionary; every descriptor of an
 * image counts for the nearest word. Sivic & Zisserman 2003; Csurka et al. 2004. Classify the histograms with `LinearSVC`, and rank images by its
 * `decisionFunction` for `metrics.averagePrecision`.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const images = rand([4, 1, 24, 24]);
 * const bag = await new classic.BagOfVisualWords({ words: 5, normalization: "l1" }).fit(images);
 * const histograms = await bag.transform(images);
 * histograms.shape             // → [4, 5]
 * histograms.sum({ axis: 1 })  // → [1, 1, 1, 1]
 */
export class BagOfVisualWords extends Estimator<BagOfVisualWordsState, Images> {
  readonly options: Required<Omit<BagOfVisualWordsOptions, keyof DenseSiftOptions>>;
  readonly sift: DenseSift;

  protected readonly layouts: readonly Layout<BagOfVisualWordsState>[] = [{ words: ["words", 128] }];

  constructor(given: BagOfVisualWordsOptions = {}) {
    super();
    checkOptions("BagOfVisualWords", given, "words");
    const { binSize, stride, ...options } = given;
    this.sift = new DenseSift({ ...(binSize !== undefined && { binSize }), ...(stride !== undefined && { stride }) });
    this.options = resolveOptions<Omit<BagOfVisualWordsOptions, keyof DenseSiftOptions>>(
      "BagOfVisualWords",
      { words: 1000, descriptors: 100000, normalization: "hellinger", seed: 0 },
      options,
    );
    const { words, descriptors, normalization, seed } = this.options;
    checkRange("BagOfVisualWords", { words, descriptors }, { min: 1 });
    checkRange("BagOfVisualWords", { seed });
    if (!Number.isInteger(words)) throw new ValueError(`BagOfVisualWords: words must be a whole number, got ${words}.`);
    if (!Object.hasOwn(normalizations, normalization)) {
      throw new ValueError(`BagOfVisualWords: normalization must be "counts", "l1", "l2" or "hellinger", got "${String(normalization)}".`);
    }
  }

  /** The dictionary, centres of k-means: [words, 128]. */
  get words(): Tensor {
    return this.state.words;
  }

  /**
   * Makes the dictionary.
   * @throws ShapeError for other shapes, and images smaller than a patch; ValueError if they have fewer descriptors than there are words.
   */
  async fit(images: Images): Promise<this> {
    return step(async () => {
      const { words, descriptors, seed } = this.options;
      const random = new Generator(seed).fork("BagOfVisualWords");
      const count = imagesIn("BagOfVisualWords.fit", images);
      const quota = Math.ceil(descriptors / count);
      const chosen: Float32Array[] = [];
      for (const part of batchesOf("BagOfVisualWords.fit", images)) {
        const values = await step(async () => {
          const found = this.sift.transform(part);
          const [here, patches] = found.dims(3);
          const rows = Array.from({ length: here }, (_, i) => Array.from(random.permutation(patches).subarray(0, quota), (p) => i * patches + p)).flat();
          return Float32Array.from(await indexSelect(reshape(found, [here * patches, 128]), 0, tensor(rows, { dtype: "int32", backend: found.backend })).data());
        });
        chosen.push(values);
      }
      const total = chosen.reduce((sum, values) => sum + values.length / 128, 0);
      if (total < words) throw new ValueError(`BagOfVisualWords.fit: ${total} descriptors do not make ${words} words; give more or larger images, a smaller stride, or fewer words.`);
      const all = new Float32Array(total * 128);
      chosen.reduce((at, values) => (all.set(values, at), at + values.length), 0);
      const { centers } = await new KMeans({ k: words, nInit: 1, maxIterations: 100, tolerance: 0.01, seed }).fit(tensor(all, { shape: [total, 128] }));
      this.state = { words: centers };
      return this;
    });
  }

  /** The histogram of each image: float32 [N, words]. @throws ShapeError for other shapes, and images smaller than a patch. */
  async transform(images: Images): Promise<Tensor> {
    const { words } = this.state;
    return step(async () => {
      const size = words.shape[0];
      const nearest = new KMeans({ k: size }).loadStateDict(new Map([["centers", words]]));
      const histograms = new Float32Array(imagesIn("BagOfVisualWords.transform", images) * size);
      let row = 0;
      for (const part of batchesOf("BagOfVisualWords.transform", images)) {
        await step(async () => {
          const found = this.sift.transform(part);
          const [here, patches] = found.dims(3);
          const labels = await (await nearest.predict(reshape(found, [here * patches, 128]))).data();
          labels.forEach((label: number, i: number) => histograms[(row + Math.floor(i / patches)) * size + label]++);
          row += here;
        });
      }
      const normalize = normalizations[this.options.normalization];
      for (let n = 0; n < row; n++) normalize(histograms.subarray(n * size, (n + 1) * size));
      return tensor(histograms, { shape: [row, size], backend: words.backend });
    });
  }
}

/** Each in place. */
const normalizations: Readonly<Record<Required<BagOfVisualWordsOptions>["normalization"], (histogram: Float32Array) => void>> = {
  counts: () => {},
  l1: (histogram) => scale(histogram, histogram.reduce((a, b) => a + b)),
  l2: (histogram) => scale(histogram, Math.sqrt(histogram.reduce((a, b) => a + b * b, 0))),
  hellinger: (histogram) => {
    const total = histogram.reduce((a, b) => a + b);
    histogram.forEach((count, i) => (histogram[i] = Math.sqrt(count / total)));
  },
};

function scale(histogram: Float32Array, by: number): void {
  histogram.forEach((count, i) => (histogram[i] = count / by));
}

function imagesIn(owner: string, images: Images): number {
  const list = Array.isArray(images);
  const count = list ? images.length : images instanceof Tensor && images.ndim === 4 ? images.shape[0] : 0;
  if (count === 0) {
    const got = images instanceof Tensor ? formatShape(images.shape) : list ? "an empty list" : typeof images;
    throw new ShapeError(`${owner}: expected images [N, C, H, W], or a list of images [C, H, W], at least one; got ${got}.`);
  }
  return count;
}

/** [n, C, H, W] each. */
function* batchesOf(owner: string, images: Images): Iterable<Tensor> {
  if (images instanceof Tensor) {
    for (let start = 0; start < images.shape[0]; start += batch) yield slice(images, { start, end: Math.min(start + batch, images.shape[0]) });
    return;
  }
  for (const [i, image] of images.entries()) {
    if (!(image instanceof Tensor) || image.ndim !== 3) {
      throw new ShapeError(`${owner}: image ${i} must be a tensor [C, H, W], got ${image instanceof Tensor ? formatShape(image.shape) : typeof image}.`);
    }
    yield unsqueeze(image, 0);
  }
}
