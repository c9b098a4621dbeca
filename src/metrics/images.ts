/** Likeness of images: peak signal-to-noise ratio and structural similarity. */

import { ShapeError } from "../base/errors.js";
import { optionsOf, positive } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { Metric, type MetricInfo, once } from "./metric.js";
import { checkSameShape, type Numbers, type Values } from "./values.js";

export interface RangeOptions {
  /** Largest possible value minus smallest: 1 for images in [0, 1] (default), 255 for bytes. */
  readonly range?: number;
}

function rangeOf(metric: string, options: RangeOptions): number {
  const { range = 1 } = optionsOf(metric, options, { range: positive });
  return range;
}

/**
 * Peak signal-to-noise ratio over all pixels. Streaming form of `psnr`.
 *
 * @example
 * const psnr = new metrics.Psnr();
 * await psnr.update([[0, 0.5]], [[0, 0.6]]);
 * psnr.value // → 23.0103
 */
export class Psnr extends Metric<"psnr"> {
  readonly name = "psnr";
  override readonly unit: MetricInfo["unit"] = "dB";
  readonly #range: number;

  constructor(options: RangeOptions = {}) {
    super();
    this.#range = rangeOf("psnr", options);
  }

  add(prediction: Values, target: Values): void {
    checkSameShape(this.name, prediction, target);
    let [sum = 0, count = 0] = this.state;
    for (let i = 0; i < target.data.length; i++) sum += (prediction.data[i] - target.data[i]) ** 2;
    count += target.data.length;
    this.state = [sum, count];
  }

  get value(): number {
    const [sum = 0, count = 0] = this.state;
    return 10 * Math.log10((this.#range ** 2 * count) / sum);
  }
}

/**
 * 10 log₁₀(range² / MSE) in decibels, over all pixels of images of one shape; ∞ of equal ones.
 * @throws ShapeError if the shapes differ; ValueError unless the range is above 0.
 *
 * @example
 * await metrics.psnr([[0, 128]], [[0, 138]], { range: 255 }) // → 31.1411
 */
export function psnr(prediction: Numbers, target: Numbers, options: RangeOptions = {}): Promise<number> {
  return once(new Psnr(options), prediction, target);
}

/** The window of Wang et al.: a Gaussian of σ = 1.5 over 11 × 11 pixels. */
const size = 11;
const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * 1.5 ** 2)));
const total = weights.reduce((a, b) => a + b);
const window = weights.map((w) => w / total);

/** The weighted mean in every window that lies within a plane [height, width]: rows first, then columns. */
function blur(plane: Float64Array, height: number, width: number): Float64Array {
  const [h, w] = [height - size + 1, width - size + 1];
  const rows = new Float64Array(height * w);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += window[k] * plane[y * width + x + k];
      rows[y * w + x] = sum;
    }
  }
  const out = new Float64Array(h * w);
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) for (let k = 0; k < size; k++) out[y * w + x] += window[k] * rows[(y + k) * w + x];
  return out;
}

/** Mean structural similarity of two planes. */
function similarity(a: Float64Array, b: Float64Array, height: number, width: number, range: number): number {
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const product = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value * y[i]);
  const [ma, mb, aa, bb, ab] = [a, b, product(a, a), product(b, b), product(a, b)].map((plane) => blur(plane, height, width));
  let sum = 0;
  for (let i = 0; i < ma.length; i++) {
    const [varianceA, varianceB, covariance] = [aa[i] - ma[i] ** 2, bb[i] - mb[i] ** 2, ab[i] - ma[i] * mb[i]];
    sum += ((2 * ma[i] * mb[i] + c1) * (2 * covariance + c2)) / ((ma[i] ** 2 + mb[i] ** 2 + c1) * (varianceA + varianceB + c2));
  }
  return sum / ma.length;
}

/**
 * Structural similarity, the mean over images and channels. Streaming form of `ssim`.
 *
 * @example
 * const ssim = new metrics.Ssim();
 * await ssim.update(zeros([1, 1, 16, 16]), zeros([1, 1, 16, 16]));
 * ssim.value // → 1
 */
export class Ssim extends Metric<"ssim"> {
  readonly name = "ssim";
  override readonly unit: MetricInfo["unit"] = "";
  readonly #range: number;

  constructor(options: RangeOptions = {}) {
    super();
    this.#range = rangeOf("ssim", options);
  }

  add(prediction: Values, target: Values): void {
    checkSameShape(this.name, prediction, target);
    const [height = 0, width = 0] = target.shape.slice(-2);
    if (target.shape.length < 2 || height < size || width < size) {
      throw new ShapeError(`ssim: expected images [..., H, W] of at least ${size} × ${size}, the size of its window, got ${formatShape(target.shape)}.`);
    }
    const pixels = height * width;
    let [sum = 0, count = 0] = this.state;
    for (let start = 0; start < target.data.length; start += pixels) {
      const plane = ({ data }: Values): Float64Array => Float64Array.from({ length: pixels }, (_, i) => data[start + i]);
      sum += similarity(plane(prediction), plane(target), height, width, this.#range);
      count += 1;
    }
    this.state = [sum, count];
  }

  get value(): number {
    const [sum = 0, count = 0] = this.state;
    return sum / count;
  }
}

/**
 * Structural similarity in Gaussian windows of 11 × 11 pixels (σ = 1.5), the mean over windows within the image, channels and images: 1 of equal
 * images. Images [..., H, W] of one shape. Wang et al. 2004.
 * @throws ShapeError if the shapes differ or an image is smaller than the window.
 *
 * @example
 * const image = arange(0, 256).reshape(16, 16).div(256);
 * await metrics.ssim(image, image)            // → 1
 * await metrics.ssim(image.mul(0.5), image)   // → 0.65216
 */
export function ssim(prediction: Numbers, target: Numbers, options: RangeOptions = {}): Promise<number> {
  return once(new Ssim(options), prediction, target);
}
