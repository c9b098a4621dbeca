/** Policies without a search: operations drawn from one list, all of one strength (RandAugment) or each of its own (TrivialAugment). */

import type { Generator } from "../../base/generator.js";
import { integer, number, optionsOf } from "../../base/options.js";
import type { ImageShape } from "../imageDataset.js";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./colour.js";
import { type Change, type FloatImage, imageTransform } from "./floatImage.js";
import { applyAutocontrast, applyEqualize, applyPosterize, applySharpness, applySolarize } from "./tone.js";
import type { Transform } from "./transform.js";
import { affineMatrix, type AffineParts, warpAffine, type WarpOptions } from "./warp.js";

/** Strengths of the operations at full magnitude. */
interface Strengths {
  /** Pixels across by which a pixel down is shifted. */
  readonly shear: number;
  /** Largest shift, in pixels of an image of that side. */
  readonly translate: (side: number) => number;
  /** Degrees. */
  readonly rotate: number;
  /** Change of a factor from 1. */
  readonly factor: number;
  /** Bits that posterizing takes away. */
  readonly bits: number;
}

/** An operation at `strength` (0 … 1, already with its sign where that is drawn). */
interface Operation {
  readonly signed: boolean;
  readonly change: (strength: number, strengths: Strengths, shape: ImageShape, warp: Required<WarpOptions>) => Change | undefined;
}

const warped =
  (parts: (strength: number, strengths: Strengths, shape: ImageShape) => AffineParts): Operation["change"] =>
  (strength, strengths, shape, warp) => {
    const matrix = affineMatrix(parts(strength, strengths, shape));
    return (image) => warpAffine(image, matrix, warp);
  };

const factored =
  (adjust: (image: FloatImage, factor: number) => void): Operation["change"] =>
  (strength, { factor }) =>
  (image) =>
    adjust(image, 1 + factor * strength);

const degrees = (slope: number): number => (Math.atan(slope) * 180) / Math.PI;

/** Shears keep the top left corner where it is. */
const corner = ([, height, width]: ImageShape): readonly [number, number] => [-width / 2, -height / 2];

const operations: readonly Operation[] = [
  { signed: false, change: () => undefined },
  { signed: true, change: warped((s, { shear }, shape) => ({ shear: [degrees(s * shear), 0], center: corner(shape) })) },
  { signed: true, change: warped((s, { shear }, shape) => ({ shear: [0, degrees(s * shear)], center: corner(shape) })) },
  { signed: true, change: warped((s, { translate }, [, , width]) => ({ translate: [Math.trunc(s * translate(width)), 0] })) },
  { signed: true, change: warped((s, { translate }, [, height]) => ({ translate: [0, Math.trunc(s * translate(height))] })) },
  { signed: true, change: warped((s, { rotate }) => ({ angle: -s * rotate })) },
  { signed: true, change: factored(adjustBrightness) },
  { signed: true, change: factored(adjustSaturation) },
  { signed: true, change: factored(adjustContrast) },
  { signed: true, change: factored(applySharpness) },
  { signed: false, change: (s, { bits }) => (image) => applyPosterize(image, 8 - Math.round(s * bits)) },
  { signed: false, change: (s) => (image) => applySolarize(image, 1 - s) },
  { signed: false, change: () => applyAutocontrast },
  { signed: false, change: () => applyEqualize },
];

/** Magnitudes are steps 0 … 30. */
const mostMagnitude = 30;

export interface RandAugmentOptions extends Pick<WarpOptions, "fill"> {
  /** Operations on each image. @default 2 */
  readonly operations?: number;
  /** Strength of all of them, an integer from 0 to 30. @default 9 */
  readonly magnitude?: number;
}

/**
 * Applies operations drawn from fourteen (none, shears, shifts, rotation, brightness, colour, contrast, sharpness, posterize, solarize, autocontrast,
 * equalize), all of one strength. Cubuk et al. 2019, with torchvision's ranges; the images are read at the nearest pixel.
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.randAugment({ operations: 2, magnitude: 9 })] });
 */
export function randAugment(options: RandAugmentOptions = {}): Transform {
  const kinds = { operations: integer(1, 100), magnitude: integer(0, mostMagnitude), fill: number() };
  const { operations: count = 2, magnitude = 9, fill = 0 } = optionsOf("randAugment", options, kinds);
  const strengths: Strengths = { shear: 0.3, translate: (side) => (150 / 331) * side, rotate: 30, factor: 0.9, bits: 4 };
  const draw = (random: Generator, shape: ImageShape): Change => {
    const changes = Array.from({ length: count }, () => drawChange(random, magnitude / mostMagnitude, strengths, shape, fill));
    return (image) => {
      for (const change of changes) change?.(image);
    };
  };
  return imageTransform("randAugment", { operations: count, magnitude, fill }, draw, 1024);
}

/**
 * Applies one of RandAugment's operations to each image, of a strength drawn for each. Müller & Hutter 2021 (the "wide" ranges).
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.trivialAugment()] });
 */
export function trivialAugment(options: Pick<WarpOptions, "fill"> = {}): Transform {
  const { fill = 0 } = optionsOf("trivialAugment", options, { fill: number() });
  const strengths: Strengths = { shear: 0.99, translate: () => 32, rotate: 135, factor: 0.99, bits: 6 };
  return imageTransform("trivialAugment", { fill }, (random, shape) =>
    drawChange(random, random.integer(mostMagnitude + 1) / mostMagnitude, strengths, shape, fill),
  );
}

function drawChange(random: Generator, strength: number, strengths: Strengths, shape: ImageShape, fill: number): Change | undefined {
  const { signed, change } = operations[random.integer(operations.length)];
  const sign = signed && random.integer(2) === 0 ? -1 : 1;
  return change(sign * strength, strengths, shape, { interpolation: "nearest", fill });
}
