/** Turns, shifts, stretches and tilts: every new pixel is looked up where it comes from in the old image. */

import type { Generator } from "../../base/generator.js";
import { either, listOf, needed, number, oneOf, optionsOf } from "../../base/options.js";
import { type Change, type FloatImage, imageTransform, uniform } from "./floatImage.js";
import { type Interval, interval, share } from "./options.js";
import type { Transform } from "./transform.js";

/** How a place between pixels is read: the pixel nearest to it, or its four neighbours, weighted linearly. */
export type Interpolation = "nearest" | "bilinear";

export interface WarpOptions {
  /** @default "bilinear" */
  readonly interpolation?: Interpolation;
  /** What lies outside the image, in the units of the batch. @default 0 */
  readonly fill?: number;
}

const warpKinds = { interpolation: oneOf("nearest", "bilinear"), fill: number() };

const withDefaults = ({ interpolation = "bilinear", fill = 0 }: WarpOptions): Required<WarpOptions> => ({ interpolation, fill });

/** Degrees: d for −d … d, or the two ends. */
const angles = either(number(0), interval());

const symmetric = (value: number | Interval): Interval => (typeof value === "number" ? [-value, value] : value);

/** Where new pixels come from: old x = a·x + b·y + c, old y = d·x + e·y + f, counted in pixels from the middle of the image. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export interface AffineParts {
  /** Degrees, clockwise. */
  readonly angle?: number;
  /** Shift in pixels, to the right and down. */
  readonly translate?: readonly [x: number, y: number];
  readonly scale?: number;
  /** Degrees by which the vertical and the horizontal axis lean. */
  readonly shear?: readonly [x: number, y: number];
  /** The point that stays, in pixels from the middle of the image. */
  readonly center?: readonly [x: number, y: number];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The inverse of translate · center · rotate · scale · shear · center⁻¹, as torchvision composes them. */
export function affineMatrix({ angle = 0, translate = [0, 0], scale = 1, shear = [0, 0], center = [0, 0] }: AffineParts): AffineMatrix {
  const turn = radians(angle);
  const [sx, sy] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(turn - sy) / Math.cos(sy);
  const b = (-Math.cos(turn - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(turn);
  const c = Math.sin(turn - sy) / Math.cos(sy);
  const d = (-Math.sin(turn - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(turn);
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  const [x, y] = [center[0] + translate[0], center[1] + translate[1]];
  return [xx, xy, center[0] - xx * x - xy * y, yx, yy, center[1] - yx * x - yy * y];
}

/** Draws the image anew, each pixel from where the matrix says. */
export function warpAffine(image: FloatImage, [a, b, c, d, e, f]: AffineMatrix, { interpolation, fill }: Required<WarpOptions>): void {
  const [, height, width] = image.shape;
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const read = reader(image, interpolation, fill);
  for (let y = 0, o = 0; y < height; y++) {
    const dy = y - middleY;
    for (let x = 0; x < width; x++, o++) {
      const dx = x - middleX;
      read(o, a * dx + b * dy + c + middleX, d * dx + e * dy + f + middleY);
    }
  }
  image.swap();
}

/** Writes pixel o of the new image, which comes from (x, y) of the old one, in all channels. */
function reader(image: FloatImage, interpolation: Interpolation, fill: number): (o: number, x: number, y: number) => void {
  const { pixels, scratch, shape } = image;
  const [channels, height, width] = shape;
  const plane = height * width;
  if (interpolation === "nearest") {
    return (o, x, y) => {
      const column = Math.floor(x + 0.5);
      const row = Math.floor(y + 0.5);
      const inside = column >= 0 && column < width && row >= 0 && row < height;
      const from = row * width + column;
      for (let c = 0, start = 0; c < channels; c++, start += plane) scratch[start + o] = inside ? pixels[start + from] : fill;
    };
  }
  return (o, x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    if (!(left >= -1 && left < width && top >= -1 && top < height)) {
      for (let c = 0, start = 0; c < channels; c++, start += plane) scratch[start + o] = fill;
      return;
    }
    const [right, bottom] = [x - left, y - top];
    const from = top * width + left;
    const inner = left >= 0 && left + 1 < width && top >= 0 && top + 1 < height;
    for (let c = 0, start = 0; c < channels; c++, start += plane) {
      const at = start + from;
      let [nw, ne, sw, se] = [fill, fill, fill, fill];
      if (inner || (top >= 0 && left >= 0)) nw = pixels[at];
      if (inner || (top >= 0 && left + 1 < width)) ne = pixels[at + 1];
      if (inner || (top + 1 < height && left >= 0)) sw = pixels[at + width];
      if (inner || (top + 1 < height && left + 1 < width)) se = pixels[at + width + 1];
      scratch[start + o] = (nw * (1 - right) + ne * right) * (1 - bottom) + (sw * (1 - right) + se * right) * bottom;
    }
  };
}

export interface RandomRotationOptions extends WarpOptions {
  /** Degrees: d for −d … d, or the two ends. [66, 66] turns every image by 66°. Positive is counter-clockwise. */
  readonly degrees: number | Interval;
}

/**
 * Turns every image about its middle by a random angle.
 * @throws ValueError for options out of range.
 *
 * @example
 * const turn = data.randomRotation({ degrees: [90, 90] });
 * const pixels = Uint8Array.of(1, 2, 3, 4);
 * turn.apply({ pixels, count: 1, shape: [1, 2, 2] }, () => new Generator(0));
 * pixels // → [2, 4, 1, 3]
 */
export function randomRotation(options: RandomRotationOptions): Transform {
  const { degrees, ...rest } = optionsOf("randomRotation", options, { degrees: needed(angles), ...warpKinds });
  const range = symmetric(degrees);
  const warp = withDefaults(rest);
  return imageTransform("randomRotation", { degrees, ...warp }, (random) => {
    const matrix = affineMatrix({ angle: -uniform(random, range) });
    return (image) => warpAffine(image, matrix, warp);
  });
}

export interface RandomAffineOptions extends WarpOptions {
  /** Degrees of rotation: d for −d … d, or the two ends. @default 0 */
  readonly degrees?: number | Interval;
  /** Largest shift in each direction, as shares of width and height. @default [0, 0] */
  readonly translate?: readonly [x: number, y: number];
  /** @default [1, 1] */
  readonly scale?: Interval;
  /** Degrees by which the vertical axis leans: s for −s … s, or the two ends. @default 0 */
  readonly shear?: number | Interval;
}

/**
 * Turns, shifts, scales and slants every image, each by a random amount.
 * @throws ValueError for options out of range.
 *
 * @example
 * const jitter = data.randomAffine({ degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1], shear: 5 });
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [jitter] });
 */
export function randomAffine(options: RandomAffineOptions): Transform {
  const kinds = { degrees: angles, translate: listOf(share, 2), scale: interval(Number.MIN_VALUE), shear: angles, ...warpKinds };
  const { degrees = 0, translate = [0, 0], scale = [1, 1], shear = 0, ...rest } = optionsOf("randomAffine", options, kinds);
  const [turns, leans] = [symmetric(degrees), symmetric(shear)];
  const warp = withDefaults(rest);
  return imageTransform("randomAffine", { degrees, translate, scale, shear, ...warp }, (random, [, height, width]) => {
    const angle = uniform(random, turns);
    const [x, y] = [translate[0] * width, translate[1] * height];
    const shift = [Math.round(uniform(random, [-x, x])), Math.round(uniform(random, [-y, y]))] as const;
    const matrix = affineMatrix({ angle, translate: shift, scale: uniform(random, scale), shear: [uniform(random, leans), 0] });
    return (image) => warpAffine(image, matrix, warp);
  });
}

/** Four corners [x, y]: top left, top right, bottom right, bottom left. */
export type Corners = readonly [readonly number[], readonly number[], readonly number[], readonly number[]];

/** Draws the image so that its points `from` come to lie at `to` (pixels from the top left corner). */
export function warpPerspective(image: FloatImage, from: Corners, to: Corners, { interpolation, fill }: Required<WarpOptions>): void {
  const [a, b, c, d, e, f, g, h] = perspectiveCoefficients(from, to);
  const [, height, width] = image.shape;
  const read = reader(image, interpolation, fill);
  for (let row = 0, o = 0; row < height; row++) {
    const y = row + 0.5;
    for (let column = 0; column < width; column++, o++) {
      const x = column + 0.5;
      const depth = g * x + h * y + 1;
      read(o, (a * x + b * y + c) / depth - 0.5, (d * x + e * y + f) / depth - 0.5);
    }
  }
  image.swap();
}

/** a … h with old x = (a·x + b·y + c)/(g·x + h·y + 1), old y = (d·x + e·y + f)/(g·x + h·y + 1), from four pairs of points. */
function perspectiveCoefficients(from: Corners, to: Corners): number[] {
  const rows = to.flatMap(([x, y], i) => [
    [x, y, 1, 0, 0, 0, -from[i][0] * x, -from[i][0] * y, from[i][0]],
    [0, 0, 0, x, y, 1, -from[i][1] * x, -from[i][1] * y, from[i][1]],
  ]);
  // Gauss elimination with the largest pivot of the column.
  for (let k = 0; k < 8; k++) {
    let pivot = k;
    for (let r = k + 1; r < 8; r++) if (Math.abs(rows[r][k]) > Math.abs(rows[pivot][k])) pivot = r;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let r = 0; r < 8; r++) {
      if (r === k) continue;
      const factor = rows[r][k] / rows[k][k];
      for (let j = k; j <= 8; j++) rows[r][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, k) => row[8] / row[k]);
}

export interface RandomPerspectiveOptions extends WarpOptions {
  /** How far corners move at most, as a share of half the side: 0 … 1. @default 0.5 */
  readonly distortion?: number;
  /** @default 0.5 */
  readonly probability?: number;
}

/**
 * Shows an image as if seen from the side: each corner moves inwards by a random amount.
 * @throws ValueError for options out of range.
 *
 * @example
 * const loader = new data.DataLoader(train, { batch: 8, transforms: [data.randomPerspective({ distortion: 0.3 })] });
 */
export function randomPerspective(options: RandomPerspectiveOptions = {}): Transform {
  const kinds = { distortion: share, probability: share, ...warpKinds };
  const { distortion = 0.5, probability = 0.5, ...rest } = optionsOf("randomPerspective", options, kinds);
  const warp = withDefaults(rest);
  const draw = (random: Generator, [, height, width]: readonly [number, number, number]): Change | undefined => {
    if (random.float() >= probability) return undefined;
    const x = (): number => random.integer(Math.floor((distortion * width) / 2) + 1);
    const y = (): number => random.integer(Math.floor((distortion * height) / 2) + 1);
    const [right, bottom] = [width - 1, height - 1];
    const from: Corners = [[0, 0], [right, 0], [right, bottom], [0, bottom]];
    const to: Corners = [[x(), y()], [right - x(), y()], [right - x(), bottom - y()], [x(), bottom - y()]];
    return (image) => warpPerspective(image, from, to, warp);
  };
  return imageTransform("randomPerspective", { distortion, probability, ...warp }, draw, 32);
}
