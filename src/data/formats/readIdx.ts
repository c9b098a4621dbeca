/** IDX files, and pairs of them as data sets. */

import { DataError } from "../../base/errors.js";
import { checkValue, listOf, text } from "../../base/options.js";
import { readBytes } from "../cache.js";
import { ImageDataset } from "../imageDataset.js";
import { damaged } from "./damaged.js";
import { gunzipIfNeeded } from "./gunzip.js";
import { type IdxArray, parseIdx } from "./idx.js";

/** More than any of these files holds: 1 GiB. */
const mostBytes = 2 ** 30;

/**
 * Reads and parses an IDX file of `axes` axes, plain or compressed with gzip.
 * @throws DataError as `parseIdx`.
 *
 * @example
 * const { shape } = await data.readIdx(`${folder}/train-images-idx3-ubyte`, 3); // → [2, 28, 28]
 */
export async function readIdx(file: string, axes: number): Promise<IdxArray> {
  return parseIdx(file, await gunzipIfNeeded(file, await readBytes(file), mostBytes), axes);
}

/**
 * Images [N, H, W] and labels [N] in two IDX files as grey images [N, 1, H, W].
 * @throws DataError when they do not belong together.
 *
 * @example
 * const [images, labels] = [`${folder}/train-images-idx3-ubyte`, `${folder}/train-labels-idx1-ubyte`];
 * const mnist = await data.readIdxImages("mnist train", images, labels, [..."0123456789"]);
 * mnist.shape // → [1, 28, 28]
 */
export async function readIdxImages(name: string, imagesFile: string, labelsFile: string, classes: readonly string[]): Promise<ImageDataset> {
  checkValue("readIdxImages", "name", name, text);
  checkValue("readIdxImages", "classes", classes, listOf(text));
  const images = await readIdx(imagesFile, 3);
  const labels = await readIdx(labelsFile, 1);
  const [count, height, width] = images.shape;
  if (labels.shape[0] !== count) {
    throw new DataError(
      `${labelsFile}: expected one label for each of the ${count} images of ${imagesFile}, got ${labels.shape[0]}; ` +
        `take both files from one source.`,
    );
  }
  const wrong = labels.data.findIndex((label) => label >= classes.length);
  if (wrong >= 0) throw damaged(labelsFile, `byte ${8 + wrong}`, `a label from 0 to ${classes.length - 1}`, String(labels.data[wrong]));
  return new ImageDataset({ name, images: images.data, labels: Int32Array.from(labels.data), shape: [1, height, width], classes });
}
