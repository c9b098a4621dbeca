/** Where the images of a loader come from: bytes in memory, or files that are decoded batch by batch. Plain data, fit for a message to a thread. */

import type { ImageShape } from "./imageDataset.js";
import type { ResizeFit } from "./formats/image.js";

interface Labelled {
  /** [N]. */
  readonly labels: Int32Array;
  /** Shape of an image. */
  readonly shape: ImageShape;
  /** Number of classes. */
  readonly classes: number;
  /** The pixel value of full brightness. */
  readonly maxValue: number;
}

export interface ImagesInMemory extends Labelled {
  /** [N, C, H, W]. */
  readonly images: Uint8Array;
}

export interface ImageFiles extends Labelled {
  /** N paths. */
  readonly files: readonly string[];
  /** How an image of another shape is made to fit. */
  readonly fit: ResizeFit;
}

/**
 * Decodes files to images of one shape, [n, C, H, W], at the start of `out`.
 * @throws DataError that names the first file that cannot be decoded, and its place among them by `placeOf`.
 */
export type DecodeImages = (files: readonly string[], shape: ImageShape, fit: ResizeFit, out: Uint8Array, placeOf: (i: number) => number) => Promise<void>;

export type ImageSource = ImagesInMemory | ImageFiles;
