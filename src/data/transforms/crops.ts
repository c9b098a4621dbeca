/** Several cuts of an image at test time, whose predictions are averaged. */

import { ShapeError } from "../../base/errors.js";
import { needed, optionsOf } from "../../base/options.js";
import { formatShape } from "../../base/shape.js";
import { tensor } from "../../ops/create.js";
import { indexSelect } from "../../ops/indexing.js";
import { slice, stack } from "../../ops/slice.js";
import { Tensor } from "../../tensor/tensor.js";
import { imageSize, sizeOfImages } from "./options.js";

export interface CropsOptions {
  /** Height and width of each cut, in pixels. */
  readonly size: number | readonly [height: number, width: number];
}

/**
 * The four corners and the middle of images [N, C, H, W] → [N, 5, C, height, width]: top left, top right, bottom left, bottom right, middle.
 * @throws ShapeError for anything but images; ValueError for a size that is not from 1 to theirs.
 *
 * @example
 * data.fiveCrop(zeros([2, 3, 40, 40]), { size: 32 }).shape // → [2, 5, 3, 32, 32]
 */
export function fiveCrop(x: Tensor, options: CropsOptions): Tensor {
  return stack(cuts("fiveCrop", x, options), 1);
}

/**
 * `fiveCrop` and the same cuts mirrored left to right: [N, C, H, W] → [N, 10, C, height, width]. Krizhevsky et al. 2012: predict for each, take the
 * mean over axis 1.
 * @throws ShapeError, ValueError as `fiveCrop`.
 *
 * @example
 * const crops = data.tenCrop(zeros([2, 1, 10, 10]), { size: 8 });
 * const logits = model.forward(crops.reshape([20, 1, 8, 8])).reshape([2, 10, 3]).mean({ axis: 1 });
 * logits.shape // → [2, 3]
 */
export function tenCrop(x: Tensor, options: CropsOptions): Tensor {
  const upright = cuts("tenCrop", x, options);
  return stack([...upright, ...cuts("tenCrop", mirror(x), options)], 1);
}

/** Left to right. */
function mirror(x: Tensor): Tensor {
  const width = x.shape[3];
  return indexSelect(x, 3, tensor(Int32Array.from({ length: width }, (_, i) => width - 1 - i)));
}

function cuts(name: string, x: Tensor, options: CropsOptions): Tensor[] {
  const { size } = optionsOf(name, options, { size: needed(imageSize) });
  if (!(x instanceof Tensor) || x.ndim !== 4) {
    throw new ShapeError(`${name}: expected images [N, C, H, W], got ${x instanceof Tensor ? formatShape(x.shape) : typeof x}.`);
  }
  const [, , height, width] = x.shape;
  const [h, w] = sizeOfImages(name, size);
  if (h > height || w > width) throw new ShapeError(`${name}: cuts of ${h}×${w} do not fit into images of ${height}×${width}; take a smaller size.`);
  const cut = (top: number, left: number): Tensor => slice(x, null, null, { start: top, end: top + h }, { start: left, end: left + w });
  const [bottom, right] = [height - h, width - w];
  return [cut(0, 0), cut(0, right), cut(bottom, 0), cut(bottom, right), cut(Math.round(bottom / 2), Math.round(right / 2))];
}
