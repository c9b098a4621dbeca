/**
 * Mixing: every image of a batch is blended with another one, and so are their labels, which become probabilities [n, classes]. Whom an
 * image meets depends on seed, epoch and the batch's number alone.
 */

import type { Generator } from "../../base/generator.js";
import { optionsOf, positive } from "../../base/options.js";
import type { ImageShape } from "../imageDataset.js";
import { share } from "./options.js";

/** A way to mix, as plain data. */
export interface Mix {
  readonly kind: "mixup" | "cutmix";
  /** The share of the first image is drawn from Beta(alpha, alpha). */
  readonly alpha: number;
  /** Share of the batches that are mixed. */
  readonly probability: number;
}

export interface MixOptions {
  /** Shares are drawn from Beta(alpha, alpha), alpha > 0: 1 is uniform, less favours one of the two images. */
  readonly alpha?: number;
  /** Share of the batches that are mixed. @default 1 */
  readonly probability?: number;
}

function mix(kind: Mix["kind"], usual: number, options: MixOptions): Mix {
  const { alpha = usual, probability = 1 } = optionsOf(kind, options, { alpha: positive, probability: share });
  return Object.freeze({ kind, alpha, probability });
}

/** Whether `value` is what `mixup` or `cutmix` made. */
export function isMix(value: unknown): value is Mix {
  return typeof value === "object" && value !== null && "kind" in value && (value.kind === "mixup" || value.kind === "cutmix");
}

/**
 * x = λ·xᵢ + (1 − λ)·xⱼ, q = λ·qᵢ + (1 − λ)·qⱼ, λ ~ Beta(α, α) for each batch, j a permutation of it. Zhang et al. 2018. For the loader's
 * option `mix`; default α 0.2. `crossEntropy` takes the probabilities.
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, shuffle: true, mix: data.mixup({ alpha: 0.2 }) });
 * for await (const { y } of loader) {
 *   y.shape // → [8, 3]
 * }
 */
export function mixup(options: MixOptions = {}): Mix {
  return mix("mixup", 0.2, options);
}

/**
 * Replaces a rectangle of each image by that of another; labels mix by area. λ ~ Beta(α, α) is the share of the first image. Yun et al. 2019.
 * For the loader's option `mix`; default α 1.
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, shuffle: true, mix: [data.mixup(), data.cutmix()] }); // one of them a batch
 */
export function cutmix(options: MixOptions = {}): Mix {
  return mix("cutmix", 1, options);
}

/** Mixes a batch in place by one of `mixes`. x: [n, C, H, W], normalised; y: [n, classes], one-hot. */
export function applyMix(mixes: readonly Mix[], random: Generator, x: Float32Array, y: Float32Array, shape: ImageShape): void {
  const perImage = shape[0] * shape[1] * shape[2];
  const count = x.length / perImage;
  const { kind, alpha, probability } = mixes[mixes.length === 1 ? 0 : random.integer(mixes.length)];
  if (random.float() >= probability) return;
  const share = beta(random, alpha);
  const partners = random.permutation(count);
  if (kind === "mixup") {
    blend(x, perImage, partners, share);
    blend(y, y.length / count, partners, share);
  } else {
    blend(y, y.length / count, partners, pasteBoxes(x, partners, share, random, shape));
  }
}

/** Rows [n, size]: row i becomes share · row i + (1 − share) · row partners[i], all of the old rows. */
function blend(rows: Float32Array, size: number, partners: Int32Array, share: number): void {
  const old = rows.slice();
  for (let i = 0; i < partners.length; i++) {
    const other = partners[i] * size;
    for (let j = 0, at = i * size; j < size; j++, at++) rows[at] = share * old[at] + (1 - share) * old[other + j];
  }
}

/** Pastes one rectangle of 1 − share of the area, cut at the border. @returns the share that is left of each first image */
function pasteBoxes(x: Float32Array, partners: Int32Array, share: number, random: Generator, [channels, height, width]: ImageShape): number {
  const [middleY, middleX] = [random.integer(height), random.integer(width)];
  const half = 0.5 * Math.sqrt(1 - share);
  const [halfHeight, halfWidth] = [Math.trunc(half * height), Math.trunc(half * width)];
  const [top, bottom] = [Math.max(0, middleY - halfHeight), Math.min(height, middleY + halfHeight)];
  const [left, right] = [Math.max(0, middleX - halfWidth), Math.min(width, middleX + halfWidth)];
  const old = x.slice();
  for (let i = 0; i < partners.length; i++) {
    for (let c = 0; c < channels; c++) {
      for (let y = top; y < bottom; y++) {
        const from = ((partners[i] * channels + c) * height + y) * width;
        x.set(old.subarray(from + left, from + right), ((i * channels + c) * height + y) * width + left);
      }
    }
  }
  return 1 - ((bottom - top) * (right - left)) / (height * width);
}

/** A number from Beta(alpha, alpha). */
export function beta(random: Generator, alpha: number): number {
  const a = logGamma(random, alpha);
  const b = logGamma(random, alpha);
  return 1 / (1 + Math.exp(b - a));
}

/** ln of a number from Gamma(shape, 1); its logarithm, since small shapes give numbers below the smallest float. Marsaglia & Tsang 2000. */
function logGamma(random: Generator, shape: number): number {
  // Gamma(a) is Gamma(a + 1) · U^(1/a).
  if (shape < 1) return logGamma(random, shape + 1) + Math.log(1 - random.float()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = random.normal();
    const v = (1 + c * z) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.float()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
