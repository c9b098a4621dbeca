/**
 * Normalisation: from bytes to the numbers a network sees, (pixel − mean) / std, channel by channel. The two numbers come from
 * the training set and serve the validation set too. With 256 possible pixels a channel, the formula is a table.
 */

import { ValueError } from "../base/errors.js";
import { ImageDataset } from "./imageDataset.js";
import { checkValue, instanceOf, show } from "../base/options.js";
import type { ImageFolder } from "./imageFolder.js";

/**
 * - `none`: pixels as stored, 0 … maxValue;
 * - `unit`: divided by maxValue, 0 … 1;
 * - `standardize`: mean 0 and standard deviation 1 in each channel of the training set.
 */
export type NormalizationKind = "none" | "unit" | "standardize";

/** All kinds by name. */
export const normalizationKinds: readonly NormalizationKind[] = ["none", "unit", "standardize"];

/** Plain numbers, fit for a checkpoint: value = (pixel − mean[c]) / std[c], both in units of stored pixels. */
export interface Normalization {
  readonly kind: NormalizationKind;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Mean and (population) standard deviation of the pixels of each channel, in units of stored pixels; exact integer sums.
 *
 * @example
 * const { mean, std } = data.channelStatistics(train);
 * mean // → [82.0]
 */
export function channelStatistics(dataset: ImageDataset): { mean: number[]; std: number[] } {
  checkValue("channelStatistics", "the data set", dataset, instanceOf(ImageDataset, "an ImageDataset"));
  const { images, length } = dataset;
  const [channels, height, width] = dataset.shape;
  const plane = height * width;
  const count = length * plane;
  const mean: number[] = [];
  const std: number[] = [];
  for (let c = 0; c < channels; c++) {
    const histogram = new Float64Array(256);
    for (let start = c * plane; start < images.length; start += channels * plane) {
      for (let i = start; i < start + plane; i++) histogram[images[i]] += 1;
    }
    const m = histogram.reduce((sum, times, pixel) => sum + times * pixel, 0) / count;
    const variance = histogram.reduce((sum, times, pixel) => sum + times * (pixel - m) ** 2, 0) / count;
    mean.push(m);
    std.push(Math.sqrt(variance));
  }
  return { mean, std };
}

/**
 * The normalisation of one kind with the numbers of `training`; give the same object to the loader of the validation set.
 * A channel whose pixels are all equal is only centred (std 1).
 * @throws ValueError for "standardize" and a folder of images, which would have to be decoded first.
 *
 * @example
 * data.normalizationOf("unit", train) // → { kind: "unit", mean: [0], std: [255] }
 */
export function normalizationOf(kind: NormalizationKind, training: ImageDataset | ImageFolder): Normalization {
  checkImages("normalizationOf", training);
  const channels = training.shape[0];
  switch (kind) {
    case "none":
      return { kind, mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(1) };
    case "unit":
      return { kind, mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(training.maxValue) };
    case "standardize": {
      if (!(training instanceof ImageDataset)) {
        throw new ValueError(
          `normalize: the statistics of ${training.name} are not known before its files are decoded; give ` +
            `normalizationOf("standardize", await folder.load()), or a mean and std for each channel.`,
        );
      }
      const { mean, std } = channelStatistics(training);
      return { kind, mean, std: std.map((s) => (s > 0 ? s : 1)) };
    }
    default:
      throw new ValueError(`normalize: expected ${normalizationKinds.join(", ")} or a mean and std for each channel, got ${show(kind)}.`);
  }
}

function checkImages(caller: string, images: ImageDataset | ImageFolder): void {
  const has = (value: unknown): boolean => value instanceof ImageDataset || (typeof value === "object" && value !== null && "maxValue" in value && "shape" in value && Array.isArray(value.shape));
  checkValue(caller, "the images", images, { what: "an ImageDataset or an ImageFolder", has });
}

/** A normalisation as one table of 256 float32 values a channel. @throws ValueError when it is for another number of channels. */
export function normalizationTables({ mean, std }: Normalization, channels: number): Float32Array[] {
  if (mean.length !== channels || std.length !== channels) {
    throw new ValueError(
      `normalize: the images have ${channels} channels, but the normalisation has ${mean.length} means and ${std.length} ` +
        `standard deviations; take normalizationOf(kind, the training set of these images).`,
    );
  }
  return mean.map((m, c) => Float32Array.from({ length: 256 }, (_, pixel) => (pixel - m) / std[c]));
}
