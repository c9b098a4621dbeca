/** Dense SIFT: histograms of gradient directions around the points of a grid, which describe small patches whatever their contrast. */

import { ShapeError, ValueError } from "../base/errors.js";
import { isFloat } from "../base/dtype.js";
import { checkValue, integer } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { add, div, maximum, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { arange, tensor } from "../ops/create.js";
import { remainder } from "../ops/division.js";
import { abs, addScalar, clamp, mulScalar, sqrt, square } from "../ops/elementwise.js";
import { relu } from "../ops/activations.js";
import { matmul } from "../ops/matmul.js";
import { norm } from "../ops/norm.js";
import { concat, slice } from "../ops/slice.js";
import { sum } from "../ops/reduce.js";
import { atan2 } from "../ops/trigonometry.js";
import { permute, reshape, transpose } from "../ops/views.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkOptions } from "./options.js";

export interface DenseSiftOptions {
  /** Side of a bin in pixels; a descriptor covers 4 × 4 of them. Of several sides, each has a grid of its own. Default 4. */
  readonly binSize?: number | readonly number[];
  /** Distance of neighbouring descriptors in pixels. Default 4. */
  readonly stride?: number;
}

/** Bins along one side of a descriptor. */
const bins = 4;
const orientations = 8;
/** Components above this are cut off, so that one strong edge does not outshine the rest. Lowe 2004, section 6.1. */
const highest = 0.2;

/**
 * Descriptors of 4 × 4 bins of 8 gradient directions, on a grid that covers the image. Every pixel of a patch votes by the length of its gradient for
 * the two directions nearest to its own and the four nearest bins, in proportion to how near they are, times a Gaussian about the middle of the patch of
 * σ = 2 bins; then the 128 numbers are brought to length 1, cut off at 0.2, and brought to length 1 again. Patches are upright, and of one size each. Patches without
 * any gradient are 0. Directions go from +x (to the right) to +y (down) in steps of 45°. Lowe 2004, section 6; on a grid, Bosch, Zisserman & Muñoz 2007.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const sift = new classic.DenseSift({ binSize: 2, stride: 4 });
 * const descriptors = sift.transform(rand([3, 1, 16, 20]));
 * descriptors.shape            // → [3, 12, 128]
 * sift.positions(16, 20)[1]    // → { y: 3.5, x: 7.5, size: 8 }
 */
export class DenseSift {
  readonly options: { readonly binSize: readonly number[]; readonly stride: number };

  constructor(given: DenseSiftOptions = {}) {
    checkOptions("DenseSift", given, "binSize");
    const { binSize = 4, ...options } = given;
    const { stride } = resolveOptions<Omit<DenseSiftOptions, "binSize">>("DenseSift", { stride: 4 }, options);
    const sizes: readonly unknown[] = Array.isArray(binSize) ? binSize : [binSize];
    if (sizes.length === 0 || !sizes.every((size) => typeof size === "number" && Number.isInteger(size) && size >= 1)) {
      throw new ValueError(`DenseSift: binSize must be a whole number of pixels from 1 on, or several, got ${JSON.stringify(binSize)}.`);
    }
    checkRange("DenseSift", { stride }, { min: 1 });
    if (!Number.isInteger(stride)) throw new ValueError(`DenseSift: stride must be a whole number of pixels, got ${stride}.`);
    this.options = { binSize: sizes as readonly number[], stride };
  }

  /** The middle of each patch and its side, in pixels, in the order of the descriptors: size by size, row by row. Pixel (0, 0) has its middle at 0, 0. */
  positions(height: number, width: number): { readonly y: number; readonly x: number; readonly size: number }[] {
    checkValue("DenseSift.positions", "height", height, integer(1, 2 ** 16));
    checkValue("DenseSift.positions", "width", width, integer(1, 2 ** 16));
    return this.options.binSize.flatMap((binSize) => {
      const size = bins * binSize;
      const middle = (size - 1) / 2;
      return this.#corners(height, size).flatMap((y) => this.#corners(width, size).map((x) => ({ y: y + middle, x: x + middle, size })));
    });
  }

  /**
   * images: [N, C, H, W], C = 1, or 3 for RGB, of which the luma 0.299 R + 0.587 G + 0.114 B is taken; in any unit → [N, P, 128], P patches an image; element
   * (4·row + column)·8 + direction of a descriptor is a bin's. float32, or float64 as the images are.
   * @throws ShapeError for other shapes, and images smaller than a patch.
   */
  transform(images: Tensor): Tensor {
    if (!(images instanceof Tensor) || images.ndim !== 4 || (images.shape[1] !== 1 && images.shape[1] !== 3)) {
      throw new ShapeError(`DenseSift.transform: expected images [N, 1, H, W] or [N, 3, H, W], got ${images instanceof Tensor ? formatShape(images.shape) : typeof images}.`);
    }
    const [, , height, width] = images.dims(4);
    const smallest = bins * Math.max(...this.options.binSize);
    if (Math.min(height, width) < smallest) {
      throw new ShapeError(`DenseSift.transform: a patch has ${smallest} × ${smallest} pixels, but the images ${height} × ${width}; choose a smaller binSize, or enlarge them.`);
    }
    return step(() =>
      noGrad(() => {
        const votes = directions(luma(images));
        return concat(this.options.binSize.map((binSize) => normalized(this.#patches(votes, binSize))), 1);
      }),
    );
  }

  /** Votes [N, 8, H, W] → summed into bins, [N, P, 128]. */
  #patches(votes: Tensor, binSize: number): Tensor {
    const [count, , height, width] = votes.dims(4);
    const [rows, columns] = [this.#corners(height, bins * binSize), this.#corners(width, bins * binSize)];
    const [down, across] = [windowsOf(rows, binSize, height, votes), windowsOf(columns, binSize, width, votes)];
    // Both weights of a pixel, of its row and of its column, are factors: two products of matrices do all patches.
    const summed = matmul(matmul(down, votes), transpose(across));
    const parts = reshape(summed, [count, orientations, rows.length, bins, columns.length, bins]);
    return reshape(permute(parts, [0, 2, 4, 3, 5, 1]), [count, rows.length * columns.length, bins * bins * orientations]);
  }

  /** First pixels of the patches along an axis, as many as fit, in the middle of it. */
  #corners(length: number, size: number): number[] {
    const { stride } = this.options;
    const count = Math.floor((length - size) / stride) + 1;
    const margin = Math.floor((length - size - (count - 1) * stride) / 2);
    return Array.from({ length: Math.max(0, count) }, (_, i) => margin + i * stride);
  }
}

/** [N, 1, H, W], float. */
function luma(images: Tensor): Tensor {
  const values = cast(images.detach(), isFloat(images.dtype) ? images.dtype : "float32");
  if (values.shape[1] === 1) return values;
  const weights = tensor([0.299, 0.587, 0.114], { shape: [3, 1, 1], dtype: values.dtype, backend: values.backend });
  return sum(mul(values, weights), { axis: 1, keepDim: true });
}

/** The slope along an axis: half the difference of both neighbours, at the rim the difference to the one there is. */
function slope(x: Tensor, axis: 2 | 3): Tensor {
  const part = (start?: number, end?: number): Tensor => slice(x, ...[0, 1, 2, 3].map((a) => (a === axis ? { start, end } : null)));
  const inner = mulScalar(sub(part(2), part(undefined, -2)), 0.5);
  return concat([sub(part(1, 2), part(0, 1)), inner, sub(part(-1), part(-2, -1))], axis);
}

/** Gradients of [N, 1, H, W] as votes for each direction: [N, 8, H, W]. */
function directions(image: Tensor): Tensor {
  const [dy, dx] = [slope(image, 2), slope(image, 3)];
  const place = mulScalar(atan2(dy, dx), orientations / (2 * Math.PI));
  const each = reshape(arange(0, orientations, 1, { dtype: image.dtype, backend: image.backend }), [orientations, 1, 1]);
  // How far around the circle, −4 … 4; votes go to those nearer than 1.
  const away = addScalar(remainder(addScalar(sub(place, each), orientations / 2), orientations), -orientations / 2);
  return mul(sqrt(add(square(dx), square(dy))), relu(addScalar(mulScalar(abs(away), -1), 1)));
}

/** The weight of each pixel of an axis in each of the four bins of each patch: [patches · 4, length]. */
function windowsOf(corners: readonly number[], binSize: number, length: number, like: Tensor): Tensor {
  const size = bins * binSize;
  const weights = new Float64Array(corners.length * bins * length);
  for (const [patch, corner] of corners.entries()) {
    for (let bin = 0; bin < bins; bin++) {
      for (let i = 0; i < size; i++) {
        const nearness = Math.max(0, 1 - Math.abs((i + 0.5) / binSize - (bin + 0.5)));
        const fromMiddle = (i + 0.5) / binSize - bins / 2;
        weights[(patch * bins + bin) * length + corner + i] = nearness * Math.exp(-(fromMiddle ** 2) / (2 * (bins / 2) ** 2));
      }
    }
  }
  return tensor(weights, { shape: [corners.length * bins, length], dtype: like.dtype, backend: like.backend });
}

/** Length 1, cut off, length 1 again; 0 stays 0. */
function normalized(descriptors: Tensor): Tensor {
  const unit = (t: Tensor): Tensor => div(t, maximum(norm(t, { axis: 2, keepDim: true }), 1e-30));
  return unit(clamp(unit(descriptors), 0, highest));
}
