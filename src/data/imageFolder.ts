/** ImageFolder: photographs in files, a folder for each class, decoded when a batch needs them. */

import type { HostTensor } from "../base/hostTensor.js";
import { checkedIndices, checkIndex, Dataset } from "./dataset.js";
import type { ResizeFit } from "./formats/image.js";
import { ImageDataset, type ImageShape } from "./imageDataset.js";
import type { DecodeImages } from "./imageSource.js";
import { sharedBytes } from "./sharedBytes.js";

interface ImageFolderInit {
  readonly name: string;
  readonly files: readonly string[];
  readonly labels: Int32Array;
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  readonly fit: ResizeFit;
  readonly decode: DecodeImages;
}

/**
 * Images in files, all brought to one shape. Made by `imageFolder`.
 *
 * @example
 * const pets: data.ImageFolder = await data.imageFolder(`${folder}/pets`, { size: 8 });
 * pets.length // → 4
 */
export class ImageFolder extends Dataset<{ readonly x: HostTensor; readonly y: HostTensor }> {
  readonly name: string;
  /** Paths, [N]. */
  readonly files: readonly string[];
  readonly labels: Int32Array;
  /** [channels, height, width] after decoding. */
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  readonly fit: ResizeFit;
  readonly maxValue = 255;
  /** @internal */
  readonly decode: DecodeImages;

  constructor({ name, files, labels, shape, classes, fit, decode }: ImageFolderInit) {
    super();
    this.name = name;
    this.files = files;
    this.labels = labels;
    this.shape = shape;
    this.classes = classes;
    this.fit = fit;
    this.decode = decode;
  }

  get length(): number {
    return this.files.length;
  }

  /** Image `index`, decoded, uint8 [C, H, W], and its label, int32 []. @throws DataError that names the file. */
  async get(index: number): Promise<{ readonly x: HostTensor; readonly y: HostTensor }> {
    checkIndex(this, index);
    const data = new Uint8Array(this.shape[0] * this.shape[1] * this.shape[2]);
    await this.decode([this.files[index]], this.shape, this.fit, data, () => index);
    return { x: { dtype: "uint8", shape: this.shape, data }, y: { dtype: "int32", shape: [], data: this.labels.slice(index, index + 1) } };
  }

  override subset(indices: ArrayLike<number>): ImageFolder {
    const chosen = checkedIndices(this, indices);
    const { name, shape, classes, fit, decode } = this;
    const files = Array.from(chosen, (index) => this.files[index]);
    return new ImageFolder({ name, files, labels: chosen.map((index) => this.labels[index]), shape, classes, fit, decode });
  }

  /** How many images each class has: [classes.length]. */
  classCounts(): Int32Array {
    const counts = new Int32Array(this.classes.length);
    for (const label of this.labels) counts[label] += 1;
    return counts;
  }

  /** Decodes all images into memory. @throws DataError that names the first file that cannot be decoded. */
  async load(): Promise<ImageDataset> {
    const { name, shape, classes, length } = this;
    const perImage = shape[0] * shape[1] * shape[2];
    const images = sharedBytes(length * perImage);
    await this.decode(this.files, shape, this.fit, images, (i) => i);
    return new ImageDataset({ name, images, labels: this.labels, shape, classes });
  }
}
