/** Max-unpooling layers: maxima go back to where they stood, between zeros. */

import { maxUnpool1d, maxUnpool2d, maxUnpool3d, type MaxUnpoolOptions } from "../ops/unpool.js";
import { poolGeometry } from "../ops/poolShape.js";
import type { Axes, Pair, PerAxis, Single, Triple } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";
import { oneOrAll, shown } from "./shown.js";

/** Options of max-unpooling layers: those of the pooling that is undone; P: number of spatial axes. */
export type MaxUnpoolLayerOptions<P extends PerAxis> = Omit<MaxUnpoolOptions<P>, "kernel" | "size">;

/** What the layers share: the window of the pooling that is undone. */
abstract class MaxUnpool<P extends PerAxis> extends Module<[x: Tensor, indices: Tensor, size?: Axes<P>]> {
  readonly kernel: Axes<P>;
  readonly stride: Axes<P>;
  readonly padding: Axes<P>;

  constructor(rank: number, kernel: P, options: MaxUnpoolLayerOptions<P> = {}) {
    super();
    const { kernel: sizes, stride, padding } = poolGeometry<P>(this.constructor.name, rank, { ...options, kernel });
    this.kernel = sizes;
    this.stride = stride;
    this.padding = padding;
  }

  override describe(): string {
    const { kernel, stride, padding } = this;
    return `${this.constructor.name}(${oneOrAll(kernel)}, stride=${oneOrAll(stride)}${shown("padding", padding, 0)})`;
  }
}

/**
 * Undoes MaxPool1d(kernel, …), but for what the maxima had beside them: zeros. x, indices: [N, C, L] → [N, C, …size]; without `size` each
 * axis becomes (size − 1)·stride − 2·padding + kernel, which is too small where pooling left a rest over.
 * @throws ValueError for an option out of its range; forward: as `maxUnpool1d`.
 *
 * @example
 * const [values, indices] = new nn.MaxPool1d(2).forwardWithIndices(tensor([[[1, 5, 2, 4]]]));
 * new nn.MaxUnpool1d(2).forward(values, indices) // → [[[0, 5, 0, 4]]]
 */
export class MaxUnpool1d extends MaxUnpool<Single> {
  constructor(kernel: Single, options?: MaxUnpoolLayerOptions<Single>) {
    super(1, kernel, options);
  }

  forward(x: Tensor, indices: Tensor, size?: Axes<Single>): Tensor {
    const { kernel, stride, padding } = this;
    return maxUnpool1d(x, indices, { kernel, stride, padding, size });
  }
}

/**
 * Undoes MaxPool2d(kernel, …), but for what the maxima had beside them: zeros. x, indices: [N, C, H, W] → [N, C, …size]; without `size` each
 * axis becomes (size − 1)·stride − 2·padding + kernel, which is too small where pooling left a rest over.
 * @throws ValueError for an option out of its range; forward: as `maxUnpool2d`.
 *
 * @example
 * const [values, indices] = new nn.MaxPool2d(2).forwardWithIndices(tensor([[[[1, 2, 5, 6], [3, 4, 8, 7]]]]));
 * new nn.MaxUnpool2d(2).forward(values, indices) // → [[[[0, 0, 0, 0], [0, 4, 8, 0]]]]
 */
export class MaxUnpool2d extends MaxUnpool<Pair> {
  constructor(kernel: Pair, options?: MaxUnpoolLayerOptions<Pair>) {
    super(2, kernel, options);
  }

  forward(x: Tensor, indices: Tensor, size?: Axes<Pair>): Tensor {
    const { kernel, stride, padding } = this;
    return maxUnpool2d(x, indices, { kernel, stride, padding, size });
  }
}

/**
 * Undoes MaxPool3d(kernel, …), but for what the maxima had beside them: zeros. x, indices: [N, C, D, H, W] → [N, C, …size]; without `size` each
 * axis becomes (size − 1)·stride − 2·padding + kernel, which is too small where pooling left a rest over.
 * @throws ValueError for an option out of its range; forward: as `maxUnpool3d`.
 *
 * @example
 * const [values, indices] = new nn.MaxPool3d(2).forwardWithIndices(rand([1, 2, 4, 4, 4]));
 * new nn.MaxUnpool3d(2).forward(values, indices).shape // → [1, 2, 4, 4, 4]
 */
export class MaxUnpool3d extends MaxUnpool<Triple> {
  constructor(kernel: Triple, options?: MaxUnpoolLayerOptions<Triple>) {
    super(3, kernel, options);
  }

  forward(x: Tensor, indices: Tensor, size?: Axes<Triple>): Tensor {
    const { kernel, stride, padding } = this;
    return maxUnpool3d(x, indices, { kernel, stride, padding, size });
  }
}
