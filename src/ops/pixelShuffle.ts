/** Channels become pixels, and back: how sub-pixel convolution enlarges. Shi et al. 2016, "Real-time single image and video super-resolution". */

import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./operation.js";
import { permute, reshape } from "./views.js";
import { checkImage } from "./windows.js";

export interface PixelShuffleOptions {
  /** How many pixels an edge becomes, at least 1. */
  readonly factor: number;
}

function checkFactor(op: string, x: Tensor, options: PixelShuffleOptions): number {
  checkTensors(op, [x]);
  checkImage(op, x.shape, 2);
  const { factor } = options ?? {};
  if (!Number.isSafeInteger(factor) || factor < 1) throw new ValueError(`${op}: factor must be a whole number of at least 1, got ${String(factor)}.`);
  return factor;
}

/**
 * r² channels become r × r pixels each, r = factor. x: [N, C·r², H, W] → [N, C, H·r, W·r]. The result lies in memory as [H·r, W·r, N, C].
 * @throws ShapeError unless x is an image whose channels r² divides; ValueError for a factor below 1.
 *
 * @example
 * pixelShuffle(reshape(tensor([1, 2, 3, 4]), [1, 4, 1, 1]), { factor: 2 }) // → [[[[1, 2], [3, 4]]]]
 */
export function pixelShuffle(x: Tensor, options: PixelShuffleOptions): Tensor {
  const r = checkFactor("pixelShuffle", x, options);
  const [n, c, h, w] = x.shape;
  if (c % (r * r) !== 0) throw new ShapeError(`pixelShuffle: ${r}² = ${r * r} does not divide the ${c} channels of input ${formatShape(x.shape)}.`);
  const channels = c / (r * r);
  const pixels = permute(reshape(x, [n, channels, r, r, h, w]), [4, 2, 5, 3, 0, 1]);
  return permute(reshape(pixels, [h * r, w * r, n, channels]), [2, 3, 0, 1]);
}

/**
 * r × r pixels become r² channels, r = factor: the inverse of `pixelShuffle`. x: [N, C, H·r, W·r] → [N, C·r², H, W].
 * @throws ShapeError unless x is an image whose height and width r divides; ValueError for a factor below 1.
 *
 * @example
 * pixelUnshuffle(tensor([[[[1, 2], [3, 4]]]]), { factor: 2 }).shape // → [1, 4, 1, 1]
 */
export function pixelUnshuffle(x: Tensor, options: PixelShuffleOptions): Tensor {
  const r = checkFactor("pixelUnshuffle", x, options);
  const [n, c, h, w] = x.shape;
  if (h % r !== 0 || w % r !== 0) throw new ShapeError(`pixelUnshuffle: ${r} does not divide height and width of input ${formatShape(x.shape)}.`);
  const channels = permute(reshape(x, [n, c, h / r, r, w / r, r]), [2, 4, 0, 1, 3, 5]);
  return permute(reshape(channels, [h / r, w / r, n, c * r * r]), [2, 3, 0, 1]);
}
