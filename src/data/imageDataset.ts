/**
 * Image data in memory: bytes as they came from the file, one label an image. Everything that changes values
 * (normalisation, augmentation) happens later, batch by batch, in the loader.
 */

import { DataError, ValueError } from "../base/errors.js";
import type { HostTensor } from "../base/hostTensor.js";
import { instanceOf, type Kinds, listOf, needed, number, optionsOf, show, text } from "../base/options.js";
import { checkedIndices, checkIndex, Dataset } from "./dataset.js";
import { sharedBytes } from "./sharedBytes.js";

/** [channels, height, width]. */
export type ImageShape = readonly [channels: number, height: number, width: number];

export interface ImageDatasetInit {
  /** What error messages call it, for example `cifar10 train`. */
  readonly name: string;
  /** N·C·H·W bytes, [N, C, H, W] row-major. */
  readonly images: Uint8Array;
  /** N class numbers, 0 … classes.length − 1. */
  readonly labels: Int32Array;
  readonly shape: ImageShape;
  /** Class names; their order is the meaning of a label. */
  readonly classes: readonly string[];
  /** The pixel value of full brightness. @default 255 */
  readonly maxValue?: number;
}

const kinds: Kinds<ImageDatasetInit> = {
  name: needed(text),
  images: needed(instanceOf(Uint8Array, "a Uint8Array of pixels")),
  labels: needed(instanceOf(Int32Array, "an Int32Array of labels")),
  shape: needed(listOf(number(), 3)),
  classes: needed(listOf(text)),
  maxValue: number(1, 255),
};

/**
 * Images [N, C, H, W] of bytes with labels [N]. Immutable: views share the memory they were cut from.
 *
 * @example
 * const dots = new data.ImageDataset({
 *   name: "dots",
 *   images: Uint8Array.of(0, 255, 255, 0), // two images of 1 × 2 pixels
 *   labels: Int32Array.of(1, 0),
 *   shape: [1, 1, 2],
 *   classes: ["left", "right"],
 * });
 * dots.length             // → 2
 * dots.subset([1]).images // → [255, 0]
 * dots.classCounts()      // → [1, 1]
 */
export class ImageDataset extends Dataset<{ readonly x: HostTensor; readonly y: HostTensor }> {
  readonly name: string;
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  readonly maxValue: number;

  /** @throws DataError when sizes disagree, there is no image, or a label names no class; ValueError for an option that is missing or of another kind. */
  constructor(init: ImageDatasetInit) {
    super();
    const { name, images, labels, shape, classes, maxValue = 255 } = optionsOf("ImageDataset", init, kinds);
    const perImage = shape[0] * shape[1] * shape[2];
    if (shape.some((size) => !Number.isInteger(size) || size < 1)) {
      throw new DataError(`${name}: an image shape is [channels, height, width], each ≥ 1, but is [${shape.join(", ")}].`);
    }
    if (labels.length === 0) {
      throw new DataError(`${name}: there are no images; give at least one.`);
    }
    if (images.length !== labels.length * perImage) {
      throw new DataError(
        `${name}: ${labels.length} labels and images of [${shape.join(", ")}] need ${labels.length * perImage} bytes of pixels, ` +
          `but there are ${images.length}; give one label an image.`,
      );
    }
    const wrong = labels.findIndex((label) => label < 0 || label >= classes.length);
    if (wrong >= 0) {
      throw new DataError(
        `${name}: image ${wrong} has label ${labels[wrong]}, but the labels of ${classes.length} classes are ` +
          `0 to ${classes.length - 1}; renumber the labels or name all classes.`,
      );
    }
    this.name = name;
    this.images = images;
    this.labels = labels;
    this.shape = shape;
    this.classes = classes;
    this.maxValue = maxValue;
  }

  /** Number of images, N. */
  get length(): number {
    return this.labels.length;
  }

  /** Image `index` as stored, uint8 [C, H, W], and its label, int32 []. */
  get(index: number): { readonly x: HostTensor; readonly y: HostTensor } {
    checkIndex(this, index);
    const perImage = this.images.length / this.length;
    return {
      x: { dtype: "uint8", shape: this.shape, data: this.images.slice(index * perImage, (index + 1) * perImage) },
      y: { dtype: "int32", shape: [], data: this.labels.slice(index, index + 1) },
    };
  }

  /** The images numbered `indices`, in that order (repeats allowed), copied. @throws ValueError for an index out of range. */
  override subset(indices: ArrayLike<number>): ImageDataset {
    const chosen = checkedIndices(this, indices);
    const perImage = this.images.length / this.length;
    const images = sharedBytes(chosen.length * perImage);
    for (const [i, index] of chosen.entries()) images.set(this.images.subarray(index * perImage, (index + 1) * perImage), i * perImage);
    return this.#with(images, chosen.map((index) => this.labels[index]));
  }

  /** The images of this set and then those of the others, copied. @throws ValueError for sets of other shape, classes or brightness. */
  override concat(...others: readonly ImageDataset[]): ImageDataset {
    const sets: readonly ImageDataset[] = [this, ...others];
    const kind = ({ shape, classes, maxValue }: ImageDataset): string => JSON.stringify([shape, classes, maxValue]);
    const at = others.findIndex((set) => !(set instanceof ImageDataset) || kind(set) !== kind(this));
    if (at >= 0) {
      const odd: unknown = others[at];
      throw new ValueError(`${this.name}.concat: expected images of [${this.shape.join(", ")}] with the same classes and brightness, but ${odd instanceof ImageDataset ? `${odd.name} has others` : `got ${show(odd)}`}.`);
    }
    const images = sharedBytes(sets.reduce((sum, set) => sum + set.images.length, 0));
    const labels = new Int32Array(sets.reduce((sum, set) => sum + set.length, 0));
    let done = 0;
    for (const set of sets) {
      images.set(set.images, (done * images.length) / labels.length);
      labels.set(set.labels, done);
      done += set.length;
    }
    return this.#with(images, labels);
  }

  /** The first `count` images (all of them when there are fewer), sharing memory. @throws ValueError unless count is an integer ≥ 1. */
  limit(count: number): ImageDataset {
    if (!Number.isInteger(count) || count < 1) {
      throw new ValueError(`${this.name}.limit: the number of images must be an integer ≥ 1, but is ${count}.`);
    }
    if (count >= this.length) return this;
    const perImage = this.images.length / this.length;
    return this.#with(this.images.subarray(0, count * perImage), this.labels.subarray(0, count));
  }

  /** How many images each class has: [classes.length]. */
  classCounts(): Int32Array {
    const counts = new Int32Array(this.classes.length);
    for (const label of this.labels) counts[label] += 1;
    return counts;
  }

  #with(images: Uint8Array, labels: Int32Array): ImageDataset {
    const { name, shape, classes, maxValue } = this;
    return new ImageDataset({ name, images, labels, shape, classes, maxValue });
  }
}

/** A data set ready to train on: what is learnt from, and what tells how well. */
export interface Splits {
  /** The name on the command line, for example `cifar10`. */
  readonly name: string;
  readonly train: ImageDataset;
  readonly validation: ImageDataset;
  /** Where it came from, for people: a folder, an archive, `drawn from 58 fonts`. */
  readonly source: string;
}
