/** Pooling layers whose result has a given size, whatever the input's: with size 1 they are global. */

import type { Shape } from "../base/shape.js";
import {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool1dWithIndices, adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices, adaptiveMaxPool3d, adaptiveMaxPool3dWithIndices, type AdaptivePoolOptions,
} from "../ops/adaptivePool.js";
import { reshape } from "../ops/views.js";
import { perAxis } from "../ops/windows.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Windowed, Windows } from "./cost.js";
import { Module } from "./module.js";
import { oneOrAll } from "./shown.js";

/** One size for all axes, or one for each; null keeps the input's. */
export type AdaptiveSize = AdaptivePoolOptions["size"];

/** What the layers share. */
abstract class AdaptivePool extends Module implements Windowed {
  readonly size: readonly (number | null)[];

  constructor(rank: number, size: AdaptiveSize) {
    super();
    const { name } = this.constructor;
    if (typeof size === "object" && size !== null) {
      perAxis(name, "size", Array.from(size, (n) => n ?? 1), rank, 1);
      this.size = size;
    } else {
      this.size = perAxis<number | readonly number[]>(name, "size", size, rank, 1);
    }
  }

  windows(input: Shape, output: Shape): Windows {
    const stride = output.slice(2).map((n, i) => input[2 + i] / n);
    return { kernel: stride.map(Math.ceil), stride };
  }

  override describe(): string {
    return `${this.constructor.name}(${oneOrAll(this.size)})`;
  }
}

/**
 * Mean over windows that give a result of `size`. x: [N, C, L] → [N, C, …size].
 * @throws ValueError for a size below 1; forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.AdaptiveAvgPool1d(2).forward(tensor([[[1, 2, 3, 4, 5]]])) // → [[[2, 4]]]
 */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(size: AdaptiveSize) {
    super(1, size);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this);
  }
}

/**
 * Mean over windows that give a result of `size`. x: [N, C, H, W] → [N, C, …size].
 * @throws ValueError for a size below 1; forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.AdaptiveAvgPool2d(7).forward(zeros([8, 512, 9, 11])).shape // → [8, 512, 7, 7]
 */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(size: AdaptiveSize) {
    super(2, size);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this);
  }
}

/**
 * Mean over windows that give a result of `size`. x: [N, C, D, H, W] → [N, C, …size].
 * @throws ValueError for a size below 1; forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.AdaptiveAvgPool3d([1, 2, 2]).forward(zeros([2, 8, 5, 6, 7])).shape // → [2, 8, 1, 2, 2]
 */
export class AdaptiveAvgPool3d extends AdaptivePool {
  constructor(size: AdaptiveSize) {
    super(3, size);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this);
  }
}

/**
 * Largest value over windows that give a result of `size`. x: [N, C, L] → [N, C, …size].
 * @throws ValueError for a size below 1; forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.AdaptiveMaxPool1d(2).forward(tensor([[[1, 2, 3, 4, 5]]])) // → [[[3, 5]]]
 */
export class AdaptiveMaxPool1d extends AdaptivePool {
  constructor(size: AdaptiveSize) {
    super(1, size);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this);
  }

  /** The maxima, and where they stand in their planes. */
  forwardWithIndices(x: Tensor): [values: Tensor, indices: Tensor] {
    return adaptiveMaxPool1dWithIndices(x, this);
  }
}

/**
 * Largest value over windows that give a result of `size`. x: [N, C, H, W] → [N, C, …size].
 * @throws ValueError for a size below 1; forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.AdaptiveMaxPool2d([3, null]).forward(zeros([8, 16, 9, 11])).shape // → [8, 16, 3, 11]
 */
export class AdaptiveMaxPool2d extends AdaptivePool {
  constructor(size: AdaptiveSize) {
    super(2, size);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this);
  }

  /** The maxima, and where they stand in their planes. */
  forwardWithIndices(x: Tensor): [values: Tensor, indices: Tensor] {
    return adaptiveMaxPool2dWithIndices(x, this);
  }
}

/**
 * Largest value over windows that give a result of `size`. x: [N, C, D, H, W] → [N, C, …size].
 * @throws ValueError for a size below 1; forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.AdaptiveMaxPool3d(2).forward(zeros([2, 8, 5, 6, 7])).shape // → [2, 8, 2, 2, 2]
 */
export class AdaptiveMaxPool3d extends AdaptivePool {
  constructor(size: AdaptiveSize) {
    super(3, size);
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, this);
  }

  /** The maxima, and where they stand in their planes. */
  forwardWithIndices(x: Tensor): [values: Tensor, indices: Tensor] {
    return adaptiveMaxPool3dWithIndices(x, this);
  }
}

/** Global pooling: over all of each plane, whose axes are gone afterwards. */
abstract class GlobalPool extends Module implements Windowed {
  protected abstract pool(x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    const y = this.pool(x);
    return reshape(y, y.shape.slice(0, 2));
  }

  windows(): "whole" {
    return "whole";
  }
}

/**
 * Mean of each plane. x: [N, C, L] → [N, C].
 * @throws forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.GlobalAvgPool1d().forward(tensor([[[1, 2, 6], [1, 1, 1]]])) // → [[3, 1]]
 */
export class GlobalAvgPool1d extends GlobalPool {
  protected pool(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, { size: 1 });
  }
}

/**
 * Mean of each plane. x: [N, C, H, W] → [N, C].
 * @throws forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.GlobalAvgPool2d().forward(tensor([[[[1, 2], [3, 6]]]])) // → [[3]]
 */
export class GlobalAvgPool2d extends GlobalPool {
  protected pool(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, { size: 1 });
  }
}

/**
 * Mean of each plane. x: [N, C, D, H, W] → [N, C].
 * @throws forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.GlobalAvgPool3d().forward(ones([2, 8, 5, 6, 7])).shape // → [2, 8]
 */
export class GlobalAvgPool3d extends GlobalPool {
  protected pool(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, { size: 1 });
  }
}

/**
 * Largest value of each plane. x: [N, C, L] → [N, C].
 * @throws forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.GlobalMaxPool1d().forward(tensor([[[1, 2, 6], [1, 1, 1]]])) // → [[6, 1]]
 */
export class GlobalMaxPool1d extends GlobalPool {
  protected pool(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, { size: 1 });
  }
}

/**
 * Largest value of each plane. x: [N, C, H, W] → [N, C].
 * @throws forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.GlobalMaxPool2d().forward(tensor([[[[1, 2], [3, 6]]]])) // → [[6]]
 */
export class GlobalMaxPool2d extends GlobalPool {
  protected pool(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, { size: 1 });
  }
}

/**
 * Largest value of each plane. x: [N, C, D, H, W] → [N, C].
 * @throws forward: ShapeError if x has another number of axes or is empty.
 *
 * @example
 * new nn.GlobalMaxPool3d().forward(ones([2, 8, 5, 6, 7])).shape // → [2, 8]
 */
export class GlobalMaxPool3d extends GlobalPool {
  protected pool(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, { size: 1 });
  }
}
