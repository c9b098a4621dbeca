/** Pooling of sequences: that of images of height 1. */

import type { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./operation.js";
import { avgPool2d, maxPool2d, maxPool2dWithIndices } from "./pool.js";
import { type AvgPoolOptions, type MaxPoolOptions, pooledShape, poolGeometry } from "./poolShape.js";
import { squeeze, unsqueeze } from "./views.js";
import type { Pair, Single } from "./windows.js";

/** The options for images of height 1, checked for sequences. */
function flat(op: string, x: Tensor, options: MaxPoolOptions<Single>): MaxPoolOptions<Pair> {
  checkTensors(op, [x]);
  const geometry = poolGeometry<Single>(op, 1, options);
  pooledShape(op, x.shape, geometry);
  const { kernel, stride, padding, dilation, ceil } = geometry;
  return { kernel: [1, kernel[0]], stride: [1, stride[0]], padding: [0, padding[0]], dilation: [1, dilation[0]], ceilMode: ceil };
}

/**
 * Largest value of each window. x: [N, C, L] → [N, C, L'], L' as for `maxPool2d`.
 * @throws ShapeError and ValueError as `maxPool2d`.
 *
 * @example
 * maxPool1d(tensor([[[1, 5, 2, 4, 3]]]), { kernel: 2 })                 // → [[[5, 4]]]
 * maxPool1d(tensor([[[1, 5, 2, 4, 3]]]), { kernel: 2, ceilMode: true }) // → [[[5, 4, 3]]]
 */
export function maxPool1d(x: Tensor, options: MaxPoolOptions<Single>): Tensor {
  const image = flat("maxPool1d", x, options);
  return squeeze(maxPool2d(unsqueeze(x, 2), image), 2);
}

/**
 * `maxPool1d`, and the position of each maximum (int32, [N, C, L']), as `maxUnpool1d` takes it.
 * @throws ShapeError and ValueError as `maxPool2d`.
 *
 * @example
 * const [values, indices] = maxPool1dWithIndices(tensor([[[1, 5, 2, 4, 3]]]), { kernel: 2 });
 * indices // → [[[1, 3]]]
 */
export function maxPool1dWithIndices(x: Tensor, options: MaxPoolOptions<Single>): [values: Tensor, indices: Tensor] {
  const image = flat("maxPool1d", x, options);
  const [values, indices] = maxPool2dWithIndices(unsqueeze(x, 2), image);
  return [squeeze(values, 2), squeeze(indices, 2)];
}

/**
 * Mean of each window. x: [N, C, L] → [N, C, L'], L' and options as for `avgPool2d`.
 * @throws ShapeError and ValueError as `maxPool2d`.
 *
 * @example
 * avgPool1d(tensor([[[1, 5, 2, 4, 3]]]), { kernel: 3, stride: 2 }) // → [[[2.66667, 3]]]
 */
export function avgPool1d(x: Tensor, options: AvgPoolOptions<Single>): Tensor {
  const image = flat("avgPool1d", x, options);
  return squeeze(avgPool2d(unsqueeze(x, 2), { ...image, countIncludePad: options.countIncludePad }), 2);
}
