/** Small made-up sets, in the plane and on the line: what a classifier or a fit can be seen on. Every set is a function of its seed. */

import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { either, flag, integer, type Kinds, listOf, number, optionsOf } from "../base/options.js";
import type { HostTensor } from "../base/hostTensor.js";
import { TensorDataset } from "./tensorDataset.js";

/** Points x float32 [features] with classes y int32. */
export type PointSet = TensorDataset<{ readonly x: HostTensor; readonly y: HostTensor }>;

export interface SyntheticOptions {
  /** Points in all. */
  readonly samples?: number;
  /** Standard deviation of the normal noise on every coordinate. @default 0 */
  readonly noise?: number;
  /** Mix the classes; without it, they follow one another. @default true */
  readonly shuffle?: boolean;
  /** @default 0 */
  readonly seed?: number;
}

/** A point before noise and shuffling. */
type Point = readonly [...coordinates: number[]];

/** Points that fit into memory. */
const most = 2 ** 24;

const common: Kinds<SyntheticOptions> = { samples: integer(2, most), noise: number(0), shuffle: flag, seed: integer(0) };

/** A set of points, class after class, with noise and in random order where wanted. */
function pointSet(name: string, classes: readonly (readonly Point[])[], { noise = 0, shuffle = true, seed = 0 }: SyntheticOptions): PointSet {
  const generator = new Generator(seed).fork(name);
  const points = classes.flat();
  const labels = classes.flatMap((members, label) => members.map(() => label));
  const order = shuffle ? generator.fork("order").permutation(points.length) : Int32Array.from(points.keys());
  const features = points[0].length;
  const x = new Float32Array(points.length * features);
  const random = generator.fork("noise");
  for (const [i, point] of points.entries()) {
    // The place of point i, so that shuffling leaves its noise alone.
    const row = order[i] * features;
    for (const [j, coordinate] of point.entries()) x[row + j] = coordinate + (noise > 0 ? noise * random.normal() : 0);
  }
  const y = new Int32Array(points.length);
  for (const [i, label] of labels.entries()) y[order[i]] = label;
  const fields = { x: { dtype: "float32", shape: [points.length, features], data: x }, y: { dtype: "int32", shape: [points.length], data: y } } as const;
  return new TensorDataset<{ readonly x: HostTensor; readonly y: HostTensor }>(fields, { name, classes: classes.map((_, label) => String(label)) });
}

/** `count` numbers from `low` to `high`, that one included or not. */
function spaced(low: number, high: number, count: number, { endpoint = true } = {}): number[] {
  const steps = Math.max(1, endpoint ? count - 1 : count);
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / steps);
}

export interface CirclesOptions extends SyntheticOptions {
  /** @default 100 */
  readonly samples?: number;
  /** Radius of the inner circle; the outer one has 1. @default 0.8 */
  readonly factor?: number;
}

/**
 * Two circles about the origin, class 0 the outer one, half of the points on each (as scikit-learn's make_circles).
 * @throws ValueError for options out of range.
 *
 * @example
 * const set = data.circles({ samples: 200, noise: 0.05, factor: 0.5, seed: 1 });
 * set.tensors().x.shape // → [200, 2]
 */
export function circles(options: CirclesOptions = {}): PointSet {
  const { samples = 100, factor = 0.8, ...rest } = optionsOf("circles", options, { ...common, factor: number(0) });
  if (factor >= 1) throw new ValueError(`circles: factor must lie in 0 … 1, 1 excluded, but is ${factor}.`);
  const outer = Math.floor(samples / 2);
  const circle = (radius: number, count: number): Point[] =>
    spaced(0, 2 * Math.PI, count, { endpoint: false }).map((angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]);
  return pointSet("circles", [circle(1, outer), circle(factor, samples - outer)], rest);
}

/**
 * Two half circles that reach into each other, class 0 the upper one (as scikit-learn's make_moons).
 * @throws ValueError for options out of range.
 *
 * @example
 * const set = data.moons({ samples: 4, shuffle: false });
 * set.tensors().x // → [[1, 0], [-1, 0], [0, 0.5], [2, 0.5]]
 * set.tensors().y // → [0, 0, 1, 1]
 */
export function moons(options: SyntheticOptions & { /** @default 100 */ readonly samples?: number } = {}): PointSet {
  const { samples = 100, ...rest } = optionsOf("moons", options, common);
  const upper = Math.floor(samples / 2);
  const above = spaced(0, Math.PI, upper).map((angle): Point => [Math.cos(angle), Math.sin(angle)]);
  const below = spaced(0, Math.PI, samples - upper).map((angle): Point => [1 - Math.cos(angle), 0.5 - Math.sin(angle)]);
  return pointSet("moons", [above, below], rest);
}

export interface DoubleMoonOptions extends SyntheticOptions {
  /** Half of them in each moon. @default 2000 */
  readonly samples?: number;
  /** Radius of the middle of a moon. @default 10 */
  readonly radius?: number;
  /** Width of a moon. @default 6 */
  readonly width?: number;
  /** How far the lower moon lies below the axis; below 0 the moons cannot be separated by a line. @default 1 */
  readonly distance?: number;
}

/**
 * The double moon: points uniform by radius and angle in two half rings, class 0 the upper one, the lower shifted right by the radius and down by
 * `distance`. Haykin, Neural Networks and Learning Machines, 2009, section 1.5.
 * @throws ValueError for options out of range.
 *
 * @example
 * const set = data.doubleMoon({ distance: -4, seed: 1 }); // 1000 + 1000 points
 * set.length // → 2000
 */
export function doubleMoon(options: DoubleMoonOptions = {}): PointSet {
  const kinds = { ...common, radius: number(0), width: number(0), distance: number() };
  const { samples = 2000, radius = 10, width = 6, distance = 1, ...rest } = optionsOf("doubleMoon", options, kinds);
  const random = new Generator(rest.seed ?? 0).fork("doubleMoon points");
  const half = (count: number, sign: number, right: number, up: number): Point[] =>
    Array.from({ length: count }, () => {
      const r = radius + width * (random.float() - 0.5);
      const angle = Math.PI * random.float();
      return [r * Math.cos(angle) + right, sign * r * Math.sin(angle) + up];
    });
  const upper = Math.floor(samples / 2);
  return pointSet("doubleMoon", [half(upper, 1, 0, 0), half(samples - upper, -1, radius, -distance)], rest);
}

export interface SpiralsOptions extends SyntheticOptions {
  /** @default 200 */
  readonly samples?: number;
  /** Arms, a class each. @default 2 */
  readonly arms?: number;
  /** Full turns of an arm. @default 1.75 */
  readonly turns?: number;
}

/**
 * Spirals about the origin, radius from near 0 to 1, turned against one another.
 * @throws ValueError for options out of range.
 *
 * @example
 * const set = data.spirals({ samples: 300, arms: 3, turns: 0.75, noise: 0.02 });
 * set.classes.length // → 3
 */
export function spirals(options: SpiralsOptions = {}): PointSet {
  const kinds = { ...common, samples: integer(1, most), arms: integer(1), turns: number() };
  const { samples = 200, arms = 2, turns = 1.75, ...rest } = optionsOf("spirals", options, kinds);
  if (samples < arms) throw new ValueError(`spirals: samples must be an integer ≥ ${arms}, one for each arm, got ${samples}.`);
  const classes = Array.from({ length: arms }, (_, arm) => {
    const count = Math.floor(samples / arms) + (arm < samples % arms ? 1 : 0);
    return Array.from({ length: count }, (_unused, i): Point => {
      const r = (i + 1) / count;
      const angle = 2 * Math.PI * (turns * r + arm / arms);
      return [r * Math.cos(angle), r * Math.sin(angle)];
    });
  });
  return pointSet("spirals", classes, rest);
}

/**
 * Exclusive or: the corners of the unit square in turn, class 1 where one coordinate is 1. Four samples without noise are the truth table.
 * @throws ValueError for options out of range.
 *
 * @example
 * const { x, y } = data.xor({ shuffle: false }).tensors();
 * x // → [[0, 0], [1, 1], [0, 1], [1, 0]]
 * y // → [0, 0, 1, 1]
 */
export function xor(options: SyntheticOptions & { /** @default 4 */ readonly samples?: number } = {}): PointSet {
  const { samples = 4, ...rest } = optionsOf("xor", options, common);
  const corners: readonly (readonly Point[])[] = [[[0, 0], [1, 1]], [[0, 1], [1, 0]]];
  const counts = [Math.ceil(samples / 2), Math.floor(samples / 2)];
  return pointSet("xor", corners.map((pair, label) => Array.from({ length: counts[label] }, (_, i) => pair[i % 2])), rest);
}

export interface BlobsOptions extends Omit<SyntheticOptions, "noise"> {
  /** @default 100 */
  readonly samples?: number;
  /** Centres [classes, features], or how many are drawn. @default 3 */
  readonly centers?: number | readonly (readonly number[])[];
  /** Coordinates of a point, where the centres are drawn. @default 2 */
  readonly features?: number;
  /** Standard deviation about the centre: one, or one for each class. @default 1 */
  readonly std?: number | readonly number[];
  /** Where drawn centres lie, in each coordinate. @default [-10, 10] */
  readonly box?: readonly [low: number, high: number];
}

const blobsKinds: Kinds<BlobsOptions> = {
  samples: integer(1, most), shuffle: flag, seed: integer(0), features: integer(1, 2 ** 16), box: listOf(number(), 2),
  centers: either(integer(1, 2 ** 16), { what: "centres in an array", has: (value) => Array.isArray(value) && value.length > 0 && value.every(Array.isArray) }),
  std: either(number(0), listOf(number(0))),
};

/**
 * Normal clouds about centres, a class each, equally many points in each (as scikit-learn's make_blobs).
 * @throws ValueError for options out of range.
 *
 * @example
 * const set = data.blobs({ samples: 90, centers: [[0, 0], [5, 5], [0, 5]], std: 0.5, seed: 1 });
 * set.length // → 90
 */
export function blobs(options: BlobsOptions = {}): PointSet {
  const { samples = 100, centers = 3, features = 2, std = 1, box = [-10, 10], ...rest } = optionsOf("blobs", options, blobsKinds);
  const random = new Generator(rest.seed ?? 0).fork("blobs points");
  const count = typeof centers === "number" ? centers : centers.length;
  if (samples < count) throw new ValueError(`blobs: samples must be an integer ≥ ${count}, one for each centre, got ${samples}.`);
  const draw = (): number[] => Array.from({ length: features }, () => box[0] + (box[1] - box[0]) * random.float());
  const middles = typeof centers === "number" ? Array.from({ length: count }, draw) : centers;
  const odd = middles.findIndex((middle) => middle.length !== middles[0].length || middle.length === 0 || !middle.every(Number.isFinite));
  if (odd >= 0) throw new ValueError(`blobs: centre ${odd} is [${middles[odd].join(", ")}]; centres are lists of numbers, all of one length.`);
  const deviations = typeof std === "number" ? middles.map(() => std) : std;
  if (deviations.length !== count) throw new ValueError(`blobs: std must be a number, or one for each of the ${count} classes, but there are ${deviations.length}.`);
  const classes = middles.map((middle, label) => {
    const members = Math.floor(samples / count) + (label < samples % count ? 1 : 0);
    return Array.from({ length: members }, (): Point => middle.map((m) => m + deviations[label] * random.normal()));
  });
  return pointSet("blobs", classes, rest);
}

export interface RegressionLineOptions {
  /** @default 100 */
  readonly samples?: number;
  /** Slope, or one for each feature. @default 2 */
  readonly slope?: number | readonly number[];
  /** @default 1 */
  readonly intercept?: number;
  /** Interval that x is uniform in. @default [-1, 1] */
  readonly range?: readonly [low: number, high: number];
  /** Standard deviation of the normal noise on y. @default 0 */
  readonly noise?: number;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * Points on a line (or plane) y = slope · x + intercept, with noise on y: x float32 [features], y float32 [1].
 * @throws ValueError for options out of range.
 *
 * @example
 * const { x, y } = data.regressionLine({ samples: 50, slope: 3, intercept: -1, noise: 0.1 }).tensors();
 * [x.shape, y.shape] // → [[50, 1], [50, 1]]
 */
export function regressionLine(options: RegressionLineOptions = {}): PointSet {
  const { samples = 100, slope = 2, intercept = 1, range = [-1, 1], noise = 0, seed = 0 } = optionsOf("regressionLine", options, {
    samples: integer(1, most), slope: either(number(), listOf(number())), intercept: number(), range: listOf(number(), 2), noise: number(0), seed: integer(0),
  });
  const slopes = typeof slope === "number" ? [slope] : slope;
  if (slopes.length === 0) throw new ValueError("regressionLine: slope must be a number, or one for each feature, but there are none.");
  if (!(range[0] < range[1])) throw new ValueError(`regressionLine: range must be [low, high] with low < high, but is [${range.join(", ")}].`);
  const random = new Generator(seed).fork("regressionLine");
  const x = new Float32Array(samples * slopes.length);
  const y = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    let sum = intercept;
    for (const [j, each] of slopes.entries()) {
      const value = range[0] + (range[1] - range[0]) * random.float();
      x[i * slopes.length + j] = value;
      sum += each * value;
    }
    y[i] = noise > 0 ? sum + noise * random.normal() : sum;
  }
  const fields = {
    x: { dtype: "float32", shape: [samples, slopes.length], data: x },
    y: { dtype: "float32", shape: [samples, 1], data: y },
  } as const;
  return new TensorDataset<{ readonly x: HostTensor; readonly y: HostTensor }>(fields, { name: "regressionLine" });
}
