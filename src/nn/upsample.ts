/** Layers that change the size of images by resampling, or by exchanging channels and pixels. */

import type { Shape } from "../base/shape.js";
import { ValueError } from "../base/errors.js";
import { checkMode, interpolate, type InterpolateOptions, type InterpolationMode } from "../ops/interpolate.js";
import { pixelShuffle, pixelUnshuffle } from "../ops/pixelShuffle.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Windowed, Windows } from "./cost.js";
import { checkSizes } from "./linear.js";
import { Module } from "./module.js";
import { oneOrAll } from "./shown.js";

/** Entries of the input that one of the result sees on an axis; "area" sees what it covers. */
const taps: Readonly<Partial<Record<InterpolationMode, number>>> = { linear: 2, bilinear: 2, trilinear: 2, bicubic: 4 };

/**
 * x in another size, as `interpolate`. x: [N, C, …] → [N, C, …size].
 * @throws ValueError unless one of `size` and `scaleFactor` is given, for an unknown mode, or corners that cannot be aligned; forward: as
 * `interpolate`.
 *
 * @example
 * new nn.Upsample({ scaleFactor: 2 }).forward(tensor([[[[1, 2]]]]))                  // → [[[[1, 1, 2, 2], [1, 1, 2, 2]]]]
 * new nn.Upsample({ size: [7, 9], mode: "bilinear" }).forward(zeros([1, 3, 4, 4])).shape // → [1, 3, 7, 9]
 */
export class Upsample extends Module implements Windowed {
  constructor(readonly options: InterpolateOptions) {
    super();
    if ((options?.size === undefined) === (options?.scaleFactor === undefined)) throw new ValueError("Upsample: give either size or scaleFactor.");
    checkMode("Upsample", options);
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  windows(input: Shape, output: Shape): Windows {
    const { mode = "nearest" } = this.options;
    const stride = output.slice(2).map((n, i) => input[2 + i] / n);
    return { kernel: stride.map((s) => taps[mode] ?? (mode === "area" ? Math.ceil(s) : 1)), stride };
  }

  override describe(): string {
    const { size, scaleFactor, mode = "nearest", alignCorners = false } = this.options;
    const value = (size ?? scaleFactor)!;
    const target = `${size === undefined ? "scaleFactor" : "size"}=${oneOrAll(typeof value === "number" ? [value] : value)}`;
    return `Upsample(${target}, mode="${mode}"${alignCorners ? ", alignCorners=true" : ""})`;
  }
}

/**
 * r² channels become r × r pixels each. x: [N, C·r², H, W] → [N, C, H·r, W·r].
 * @throws ValueError for a factor below 1; forward: ShapeError unless r² divides the channels.
 *
 * @example
 * new nn.PixelShuffle(3).forward(zeros([1, 9, 4, 4])).shape // → [1, 1, 12, 12]
 */
export class PixelShuffle extends Module implements Windowed {
  constructor(readonly factor: number) {
    super();
    checkSizes("PixelShuffle", { factor });
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this);
  }

  windows(): Windows {
    return { kernel: [1, 1], stride: [1 / this.factor, 1 / this.factor] };
  }

  override describe(): string {
    return `PixelShuffle(${this.factor})`;
  }
}

/**
 * r × r pixels become r² channels: the inverse of `PixelShuffle`. x: [N, C, H·r, W·r] → [N, C·r², H, W].
 * @throws ValueError for a factor below 1; forward: ShapeError unless r divides height and width.
 *
 * @example
 * new nn.PixelUnshuffle(3).forward(zeros([1, 1, 12, 12])).shape // → [1, 9, 4, 4]
 */
export class PixelUnshuffle extends Module implements Windowed {
  constructor(readonly factor: number) {
    super();
    checkSizes("PixelUnshuffle", { factor });
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this);
  }

  windows(): Windows {
    const { factor } = this;
    return { kernel: [factor, factor], stride: [factor, factor] };
  }

  override describe(): string {
    return `PixelUnshuffle(${this.factor})`;
  }
}
