/** Pooling layers over windows: the largest value, the mean or the norm of each. */

import { optionsOf } from "../base/options.js";
import { checkPower, lpPool1d, lpPool2d, type LpPoolOptions } from "../ops/lpPool.js";
import { avgPool1d, maxPool1d, maxPool1dWithIndices } from "../ops/pool1d.js";
import { avgPool2d, maxPool2d, maxPool2dWithIndices } from "../ops/pool.js";
import { avgPool3d, maxPool3d, maxPool3dWithIndices } from "../ops/pool3d.js";
import { type AvgPoolOptions, type MaxPoolOptions, poolGeometry } from "../ops/poolShape.js";
import type { Axes, Pair, PerAxis, Single, Triple } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Windowed, Windows } from "./cost.js";
import { Module } from "./module.js";
import { oneOrAll, shown } from "./shown.js";

/** Options of max-pooling layers; P: number of spatial axes. */
export type MaxPoolLayerOptions<P extends PerAxis> = Omit<MaxPoolOptions<P>, "kernel">;
/** Options of average-pooling layers; P: number of spatial axes. */
export type AvgPoolLayerOptions<P extends PerAxis> = Omit<AvgPoolOptions<P>, "kernel">;

/** What the layers share: the window, for every axis. */
abstract class WindowPool<P extends PerAxis> extends Module implements Windowed {
  readonly kernel: Axes<P>;
  readonly stride: Axes<P>;
  readonly padding: Axes<P>;
  readonly dilation: Axes<P>;
  readonly ceilMode: boolean;

  constructor(rank: number, kernel: P, options: MaxPoolLayerOptions<P> = {}) {
    super();
    const { ceil, ...geometry } = poolGeometry<P>(this.constructor.name, rank, { ...options, kernel });
    this.kernel = geometry.kernel;
    this.stride = geometry.stride;
    this.padding = geometry.padding;
    this.dilation = geometry.dilation;
    this.ceilMode = ceil;
  }

  windows(): Windows {
    return this;
  }

  override describe(): string {
    const { kernel, stride, padding, dilation, ceilMode } = this;
    return (
      `${this.constructor.name}(${oneOrAll(kernel)}, stride=${oneOrAll(stride)}${shown("padding", padding, 0)}${shown("dilation", dilation, 1)}` +
      `${ceilMode ? ", ceilMode=true" : ""})`
    );
  }
}

/**
 * Largest value of each window. x: [N, C, L] → [N, C, L'], L' = ⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
 * @throws ValueError for an option out of its range; ShapeError for padding of more than half the window; forward: ShapeError if x has another
 * shape, or no window fits.
 *
 * @example
 * new nn.MaxPool1d(2).forward(tensor([[[1, 5, 2, 4, 3]]])) // → [[[5, 4]]]
 */
export class MaxPool1d extends WindowPool<Single> {
  constructor(kernel: Single, options?: MaxPoolLayerOptions<Single>) {
    super(1, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return maxPool1d(x, this);
  }

  /** The maxima, and where they stand in their planes: what `MaxUnpool1d` takes. */
  forwardWithIndices(x: Tensor): [values: Tensor, indices: Tensor] {
    return maxPool1dWithIndices(x, this);
  }
}

/**
 * Largest value of each window. x: [N, C, H, W] → [N, C, H', W'], H' = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
 * @throws ValueError and ShapeError as `MaxPool1d`.
 *
 * @example
 * new nn.MaxPool2d(3, { stride: 2 }).forward(zeros([8, 16, 31, 31])).shape // → [8, 16, 15, 15]
 */
export class MaxPool2d extends WindowPool<Pair> {
  constructor(kernel: Pair, options?: MaxPoolLayerOptions<Pair>) {
    super(2, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this);
  }

  /** The maxima, and where they stand in their planes: what `MaxUnpool2d` takes. */
  forwardWithIndices(x: Tensor): [values: Tensor, indices: Tensor] {
    return maxPool2dWithIndices(x, this);
  }

  /** Whether a convolution can do it while writing: 2 × 2 windows side by side, no padding. */
  get fusible(): boolean {
    const { kernel, stride, padding, dilation, ceilMode } = this;
    return [...kernel, ...stride].every((n) => n === 2) && padding.every((p) => p === 0) && dilation.every((d) => d === 1) && !ceilMode;
  }
}

/**
 * Largest value of each window. x: [N, C, D, H, W] → [N, C, D', H', W'], each size as for `MaxPool2d`.
 * @throws ValueError and ShapeError as `MaxPool1d`.
 *
 * @example
 * new nn.MaxPool3d([1, 2, 2]).forward(zeros([2, 4, 5, 8, 8])).shape // → [2, 4, 5, 4, 4]
 */
export class MaxPool3d extends WindowPool<Triple> {
  constructor(kernel: Triple, options?: MaxPoolLayerOptions<Triple>) {
    super(3, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return maxPool3d(x, this);
  }

  /** The maxima, and where they stand in their planes: (depth · H + row) · W + column. */
  forwardWithIndices(x: Tensor): [values: Tensor, indices: Tensor] {
    return maxPool3dWithIndices(x, this);
  }
}

/** Average pooling: a window, and whether zeros of the padding count. */
abstract class WindowMean<P extends PerAxis> extends WindowPool<P> {
  readonly countIncludePad: boolean;

  constructor(rank: number, kernel: P, options: AvgPoolLayerOptions<P> = {}) {
    const { countIncludePad = true, ...rest } = optionsOf(new.target.name, options);
    super(rank, kernel, rest);
    this.countIncludePad = countIncludePad;
  }
}

/**
 * Mean of each window; padded zeros count unless `countIncludePad` is false. x: [N, C, L] → [N, C, L'], L' as for `MaxPool1d`.
 * @throws ValueError and ShapeError as `MaxPool1d`.
 *
 * @example
 * new nn.AvgPool1d(2).forward(tensor([[[1, 5, 2, 4]]])) // → [[[3, 3]]]
 */
export class AvgPool1d extends WindowMean<Single> {
  constructor(kernel: Single, options?: AvgPoolLayerOptions<Single>) {
    super(1, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool1d(x, this);
  }
}

/**
 * Mean of each window; padded zeros count unless `countIncludePad` is false. x: [N, C, H, W] → [N, C, H', W'], H' as for `MaxPool2d`.
 * @throws ValueError and ShapeError as `MaxPool1d`.
 *
 * @example
 * new nn.AvgPool2d(2).forward(tensor([[[[1, 2], [3, 6]]]])) // → [[[[3]]]]
 */
export class AvgPool2d extends WindowMean<Pair> {
  constructor(kernel: Pair, options?: AvgPoolLayerOptions<Pair>) {
    super(2, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this);
  }
}

/**
 * Mean of each window; padded zeros count unless `countIncludePad` is false. x: [N, C, D, H, W] → [N, C, D', H', W'], sizes as for `MaxPool2d`.
 * @throws ValueError and ShapeError as `MaxPool1d`.
 *
 * @example
 * new nn.AvgPool3d(2).forward(tensor([[[[[1, 2], [3, 4]], [[8, 7], [6, 5]]]]])) // → [[[[[4.5]]]]]
 */
export class AvgPool3d extends WindowMean<Triple> {
  constructor(kernel: Triple, options?: AvgPoolLayerOptions<Triple>) {
    super(3, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool3d(x, this);
  }
}

/** Options of `LPPool1d` and `LPPool2d`; P: number of spatial axes. */
export type LpPoolLayerOptions<P extends PerAxis> = Omit<LpPoolOptions<P>, "p" | "kernel">;

/** Norm pooling: a window and a power. */
abstract class WindowNorm<P extends PerAxis> extends WindowPool<P> {
  constructor(rank: number, readonly p: number, kernel: P, options?: LpPoolLayerOptions<P>) {
    super(rank, kernel, options);
    checkPower(this.constructor.name, p);
  }

  override describe(): string {
    return super.describe().replace("(", `(${this.p}, `);
  }
}

/**
 * (Σ xᵖ)^(1/p) over each window. x: [N, C, L] → [N, C, L'], L' as for `MaxPool1d`.
 * @throws ValueError unless p is above 0; ValueError and ShapeError as `MaxPool1d`.
 *
 * @example
 * new nn.LPPool1d(2, 2).forward(tensor([[[3, 4, 0, 0]]])) // → [[[5, 0]]]
 */
export class LPPool1d extends WindowNorm<Single> {
  constructor(p: number, kernel: Single, options?: LpPoolLayerOptions<Single>) {
    super(1, p, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return lpPool1d(x, this);
  }
}

/**
 * (Σ xᵖ)^(1/p) over each window. x: [N, C, H, W] → [N, C, H', W'], H' as for `MaxPool2d`.
 * @throws ValueError unless p is above 0; ValueError and ShapeError as `MaxPool1d`.
 *
 * @example
 * new nn.LPPool2d(2, 2).forward(ones([1, 1, 2, 2])) // → [[[[2]]]]
 */
export class LPPool2d extends WindowNorm<Pair> {
  constructor(p: number, kernel: Pair, options?: LpPoolLayerOptions<Pair>) {
    super(2, p, kernel, options);
  }

  forward(x: Tensor): Tensor {
    return lpPool2d(x, this);
  }
}
