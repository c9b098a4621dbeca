/** Max-unpooling: maxima go back to where they stood, between zeros. */

import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import { formatShape, type Shape, sameShape, sizeOf } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameFloat } from "./checks.js";
import { zeros } from "./create.js";
import { scatter } from "./gatherScatter.js";
import { checkTensors } from "./operation.js";
import { poolGeometry, type PoolOptions } from "./poolShape.js";
import { reshape } from "./views.js";
import { planes } from "./windowMax.js";
import { type Axes, checkImage, type Pair, type PerAxis, perAxis, type Single, type Triple } from "./windows.js";

/** Options of max-unpooling: those of the pooling that is undone; P: number of spatial axes. */
export interface MaxUnpoolOptions<P extends PerAxis> extends Omit<PoolOptions<P>, "ceilMode"> {
  /** Spatial size of the result. Default: (size − 1)·stride − 2·padding + kernel, which is too small where pooling left a rest over. */
  readonly size?: Axes<P>;
}

function unpool<P extends PerAxis>(op: string, rank: number, x: Tensor, indices: Tensor, options: MaxUnpoolOptions<P>): Tensor {
  checkTensors(op, [x, indices]);
  checkSameFloat(op, [x]);
  checkImage(op, x.shape, rank);
  if (indices.dtype !== "int32") throw new DTypeError(`${op}: expected int32 indices, got ${indices.dtype}; take those of maxPool${rank}dWithIndices.`);
  if (!sameShape(x.shape, indices.shape)) {
    throw new ShapeError(`${op}: input ${formatShape(x.shape)} and indices ${formatShape(indices.shape)} must have one shape; take those of its pooling.`);
  }
  const { kernel, stride, padding } = poolGeometry<P>(op, rank, options);
  const { size } = options;
  const spatial: Shape =
    size === undefined
      ? stride.map((s, i) => (x.shape[2 + i] - 1) * s - 2 * padding[i] + kernel[i])
      : perAxis<P>(op, "size", size, rank, 1);
  const [n, c] = x.shape;
  const empty = zeros([n, c, sizeOf(spatial)], { dtype: x.dtype, backend: x.backend });
  try {
    return reshape(scatter(empty, 2, planes(indices), planes(x)), [n, c, ...spatial]);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(`${op}: an index lies beyond the result of ${spatial.join(" × ")}; give \`size\`, the size of what was pooled.`);
  }
}

/**
 * Values at their indices between zeros. x, indices: [N, C, L] → [N, C, L'], L' = (L − 1)·stride − 2·padding + kernel or `size`.
 * @throws ShapeError unless x and indices are [N, C, L]; DTypeError for other types; ValueError for an index beyond the result (give its
 * `size`), or an option out of its range.
 *
 * @example
 * const [values, indices] = maxPool1dWithIndices(tensor([[[1, 5, 2, 4]]]), { kernel: 2 });
 * maxUnpool1d(values, indices, { kernel: 2 }) // → [[[0, 5, 0, 4]]]
 */
export function maxUnpool1d(x: Tensor, indices: Tensor, options: MaxUnpoolOptions<Single>): Tensor {
  return unpool("maxUnpool1d", 1, x, indices, options);
}

/**
 * Values at their indices between zeros. x, indices: [N, C, H, W] → [N, C, H', W'], H' = (H − 1)·stride − 2·padding + kernel or `size`.
 * @throws ShapeError, DTypeError and ValueError as `maxUnpool1d`.
 *
 * @example
 * const [values, indices] = maxPool2dWithIndices(tensor([[[[1, 2, 5, 6], [3, 4, 8, 7]]]]), { kernel: 2 });
 * maxUnpool2d(values, indices, { kernel: 2 }) // → [[[[0, 0, 0, 0], [0, 4, 8, 0]]]]
 */
export function maxUnpool2d(x: Tensor, indices: Tensor, options: MaxUnpoolOptions<Pair>): Tensor {
  return unpool("maxUnpool2d", 2, x, indices, options);
}

/**
 * Values at their indices between zeros. x, indices: [N, C, D, H, W] → [N, C, D', H', W'], sizes as for `maxUnpool2d`.
 * @throws ShapeError, DTypeError and ValueError as `maxUnpool1d`.
 *
 * @example
 * const [values, indices] = maxPool3dWithIndices(rand([1, 2, 4, 4, 4]), { kernel: 2 });
 * maxUnpool3d(values, indices, { kernel: 2 }).shape // → [1, 2, 4, 4, 4]
 */
export function maxUnpool3d(x: Tensor, indices: Tensor, options: MaxUnpoolOptions<Triple>): Tensor {
  return unpool("maxUnpool3d", 3, x, indices, options);
}
