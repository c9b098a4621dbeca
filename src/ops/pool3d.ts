/** Pooling of volumes: first within each slice, then along the depth. The maximum, the mean and their gradients are the same as in one go. */

import type { Tensor } from "../tensor/tensor.js";
import { checkTensors } from "./operation.js";
import { avgPool2d, maxPool2d, pooledIndices } from "./pool.js";
import { type AvgPoolOptions, type MaxPoolOptions, pooledShape, type PoolGeometry, poolGeometry } from "./poolShape.js";
import { permute, reshape } from "./views.js";
import { pickFromPlanes } from "./windowMax.js";
import type { Axes, Pair, Triple } from "./windows.js";

type PoolImages = (x: Tensor, options: MaxPoolOptions<Pair>) => Tensor;

function geometryFor(op: string, x: Tensor, options: MaxPoolOptions<Triple>): PoolGeometry<Triple> {
  checkTensors(op, [x]);
  const geometry = poolGeometry<Triple>(op, 3, options);
  pooledShape(op, x.shape, geometry);
  return geometry;
}

function poolInTurn(x: Tensor, { kernel, stride, padding, dilation, ceil }: PoolGeometry<Triple>, pool: PoolImages): Tensor {
  const [n, c, d, h, w] = x.shape;
  const pair = (option: Axes<Triple>): [number, number] => [option[1], option[2]];
  const slices = (images: Tensor): Tensor =>
    pool(images, { kernel: pair(kernel), stride: pair(stride), padding: pair(padding), dilation: pair(dilation), ceilMode: ceil });
  const depths = (images: Tensor): Tensor =>
    pool(images, { kernel: [kernel[0], 1], stride: [stride[0], 1], padding: [padding[0], 0], dilation: [dilation[0], 1], ceilMode: ceil });

  // Volumes lie in memory as convolutions write them, or row by row; either way the slices are images without a copy.
  const volumes = permute(x, [3, 4, 2, 0, 1]);
  if (volumes.contiguous && !x.contiguous) {
    const y = permute(slices(permute(reshape(volumes, [h, w, d * n, c]), [2, 3, 0, 1])), [2, 3, 0, 1]);
    const [rows, columns] = y.shape;
    const z = depths(reshape(y, [1, rows * columns, d, n * c]));
    return permute(reshape(z, [rows, columns, z.shape[2], n, c]), [3, 4, 2, 0, 1]);
  }
  const y = slices(reshape(x, [n, c * d, h, w]));
  const [, , rows, columns] = y.shape;
  const z = depths(reshape(y, [n, c, d, rows * columns]));
  return reshape(z, [n, c, z.shape[2], rows, columns]);
}

/**
 * Largest value of each window. x: [N, C, D, H, W] → [N, C, D', H', W'], each size as for `maxPool2d`.
 * @throws ShapeError and ValueError as `maxPool2d`.
 *
 * @example
 * maxPool3d(tensor([[[[[1, 2], [3, 4]], [[8, 7], [6, 5]]]]]), { kernel: 2 }) // → [[[[[8]]]]]
 */
export function maxPool3d(x: Tensor, options: MaxPoolOptions<Triple>): Tensor {
  return poolInTurn(x, geometryFor("maxPool3d", x, options), maxPool2d);
}

/**
 * `maxPool3d`, and where each maximum stands: its flat position (depth · H + row) · W + column (int32, [N, C, D', H', W']).
 * @throws ShapeError and ValueError as `maxPool2d`.
 *
 * @example
 * const [values, indices] = maxPool3dWithIndices(tensor([[[[[1, 2], [3, 4]], [[8, 7], [6, 5]]]]]), { kernel: 2 });
 * indices // → [[[[[4]]]]]
 */
export function maxPool3dWithIndices(x: Tensor, options: MaxPoolOptions<Triple>): [values: Tensor, indices: Tensor] {
  const indices = pooledIndices("maxPool3d", x, geometryFor("maxPool3d", x, options));
  return [pickFromPlanes(x, indices), indices];
}

/**
 * Mean of each window. x: [N, C, D, H, W] → [N, C, D', H', W'], sizes and options as for `avgPool2d`.
 * @throws ShapeError and ValueError as `maxPool2d`.
 *
 * @example
 * avgPool3d(tensor([[[[[1, 2], [3, 4]], [[8, 7], [6, 5]]]]]), { kernel: 2 }) // → [[[[[4.5]]]]]
 */
export function avgPool3d(x: Tensor, options: AvgPoolOptions<Triple>): Tensor {
  const geometry = geometryFor("avgPool3d", x, options);
  return poolInTurn(x, geometry, (images, window) => avgPool2d(images, { ...window, countIncludePad: options.countIncludePad }));
}
