/** Single images as tensors. */

import { atomicWriteAsync } from "../../base/atomicWrite.js";
import { DTypeError, ShapeError } from "../../base/errors.js";
import { checkValue, instanceOf, oneOf, optionsOf } from "../../base/options.js";
import { formatShape } from "../../base/shape.js";
import { tensor } from "../../ops/create.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkPath } from "../cache.js";
import { decodeImage, encodePng } from "./image.js";

export interface ReadImageOptions {
  /** 3 for red, green, blue, 1 for grey; the image is converted. @default 3 */
  readonly channels?: 1 | 3;
  /** The contents of the file, if they are there already; the path then serves for messages only. */
  readonly bytes?: Uint8Array;
}

/**
 * Reads a PNG, JPEG or WebP image as uint8 [C, H, W], 0 … 255, turned upright by its EXIF orientation; transparent parts lie on black.
 * @throws DataError for a file that is missing, damaged or no image, or when sharp is not installed.
 *
 * @example
 * await data.writePng(`${folder}/red.png`, tensor(Uint8Array.of(255, 0, 0), { shape: [3, 1, 1] }));
 * const image = await data.readImage(`${folder}/red.png`); // → [[[255]], [[0]], [[0]]]
 * image.dtype // → uint8
 */
export async function readImage(file: string, options: ReadImageOptions = {}): Promise<Tensor> {
  checkPath(file);
  const { channels = 3, bytes } = optionsOf("readImage", options, { channels: oneOf(1, 3), bytes: instanceOf(Uint8Array) });
  const { shape, data } = await decodeImage(file, channels, bytes);
  return tensor(data, { shape, dtype: "uint8" });
}

/**
 * Writes an image [C, H, W] or [H, W], C 1 or 3, as a PNG file: uint8 0 … 255 as it is, float 0 … 1 times 255, rounded, what lies outside cut off.
 * @throws ShapeError, DTypeError for another tensor; DataError when the file cannot be written.
 *
 * @example
 * await data.writePng(`${folder}/half.png`, full([1, 4, 4], 0.5));
 * await data.readImage(`${folder}/half.png`, { channels: 1 }).then((image) => image.shape) // → [1, 4, 4]
 */
export async function writePng(file: string, image: Tensor): Promise<void> {
  checkValue("writePng", "the image", image, instanceOf(Tensor));
  const shape = image.ndim === 2 ? [1, ...image.shape] : image.shape;
  const [channels, height, width] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3) || height < 1 || width < 1) {
    throw new ShapeError(`writePng: expected an image [C, H, W] of 1 or 3 channels, or [H, W], got ${formatShape(image.shape)}.`);
  }
  const values = await image.data();
  if (image.dtype === "int32" || image.dtype === "bool") {
    throw new DTypeError(`writePng: expected uint8 0 … 255 or float 0 … 1, got ${image.dtype}; convert with to("uint8").`);
  }
  const data = values instanceof Uint8Array ? values : Uint8Array.from(values, (v) => Math.round(255 * Math.min(1, Math.max(0, v))));
  await atomicWriteAsync(file, await encodePng({ shape: [channels, height, width], data }));
}
