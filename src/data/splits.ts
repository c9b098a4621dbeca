/** Splits: a set in parts for learning, choosing and judging. Chosen by seed, they are the same on every machine. */

import { ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import { callback, checkValue, flag, integer, optionsOf } from "../base/options.js";

/** A set that parts can be taken of. */
export interface Splittable<Part> {
  readonly length: number;
  readonly name?: string;
  readonly labels?: Int32Array;
  subset(indices: ArrayLike<number>): Part;
}

export interface SplitOptions {
  /** What the choice is drawn from. @default 0 */
  readonly seed?: number;
  /** Choose by lot; without it, parts are stretches of the set. @default true */
  readonly shuffle?: boolean;
  /** Give each part its share of every class; needs labels, and is always by lot. @default false */
  readonly stratify?: boolean;
}

/** The parts of one fold of a cross-validation. */
export interface Fold<Part> {
  readonly train: Part;
  readonly validation: Part;
}

/**
 * Splits a set by shares, such as [0.6, 0.2, 0.2] or [80, 10, 10]. Every sample comes into one part; each part keeps the order of the
 * whole.
 * @throws ValueError unless the shares are positive and add up to 1 or 100, for a part without samples, and without labels to stratify by.
 *
 * @example
 * const [larger, smaller] = data.split(train, [0.75, 0.25], { stratify: true });
 * larger.classCounts()                                    // → [6, 6, 6]
 * smaller.classCounts()                                   // → [2, 2, 2]
 * data.split(train, [60, 20, 20]).map((part) => part.length) // → [14, 5, 5]
 */
export function split<Part>(dataset: Splittable<Part>, shares: readonly number[], options: SplitOptions = {}): Part[] {
  if (!Array.isArray(shares)) throw new ValueError(`split: expected a list of shares such as [0.8, 0.2], got ${typeof shares}.`);
  checkSplittable("split", dataset);
  const total = shares.reduce((sum: number, share) => sum + share, 0);
  if (shares.length < 2 || !shares.every((share) => share > 0) || !(near(total, 1) || near(total, 100))) {
    throw new ValueError(`split: expected at least two positive shares that add up to 1 or 100, got [${shares.join(", ")}].`);
  }
  const parts = shares.map((): number[] => []);
  // The end of part p, counted from the end of a group of samples: the last parts are rounded, the first takes the rest.
  const ends = shares.map((_, p) => shares.slice(p).reduce((sum, share) => sum + share, 0) / total);
  for (const group of groups("split", dataset, options)) {
    let done = 0;
    for (let p = shares.length - 1; p >= 0; p--) {
      const end = p === 0 ? group.length : Math.round(ends[p] * group.length);
      for (; done < end; done++) parts[p].push(group[done]);
    }
  }
  const empty = parts.findIndex((part) => part.length === 0);
  if (empty >= 0) throw new ValueError(`split: part ${empty} of ${nameOf(dataset)} would have none of its ${dataset.length} samples; give it a larger share.`);
  return parts.map((part) => dataset.subset(Int32Array.from(part).sort()));
}

/**
 * The k folds of a cross-validation: each sample is in the validation part of one fold and in the training part of all others. Folds differ
 * by one sample at most, stratified ones also in each class.
 * @throws ValueError unless k is an integer from 2 to the number of samples, and without labels to stratify by.
 *
 * @example
 * const folds = data.kFold(train, 4, { stratify: true });
 * folds.map(({ validation }) => validation.length) // → [6, 6, 6, 6]
 */
export function kFold<Part>(dataset: Splittable<Part>, k: number, options: SplitOptions = {}): Fold<Part>[] {
  checkSplittable("kFold", dataset);
  if (!Number.isInteger(k) || k < 2 || k > dataset.length) {
    throw new ValueError(`kFold: k must be an integer from 2 to the ${dataset.length} samples of ${nameOf(dataset)}, but is ${k}.`);
  }
  const order = groups("kFold", dataset, options).flat();
  const foldOf = new Int32Array(dataset.length);
  // Consecutive samples of a class go to different folds; without classes, a fold is a stretch of the order.
  for (const [place, sample] of order.entries()) {
    foldOf[sample] = options.stratify === true ? place % k : Math.floor((place * k) / order.length);
  }
  return Array.from({ length: k }, (_, fold) => {
    const members = [...foldOf.keys()];
    return {
      train: dataset.subset(members.filter((sample) => foldOf[sample] !== fold)),
      validation: dataset.subset(members.filter((sample) => foldOf[sample] === fold)),
    };
  });
}

function checkSplittable(caller: string, dataset: unknown): void {
  const has = (value: unknown): boolean =>
    typeof value === "object" && value !== null && "length" in value && Number.isInteger(value.length) && "subset" in value && typeof value.subset === "function";
  checkValue(caller, "the data set", dataset, { what: "a data set (an object with length and subset)", has });
}

/** The numbers of the samples in the order in which they are dealt out: class by class when stratified. The last stand first. */
function groups<Part>(caller: string, dataset: Splittable<Part>, options: SplitOptions): number[][] {
  const { seed = 0, shuffle = true, stratify = false } = optionsOf(caller, options, { seed: integer(0), shuffle: flag, stratify: flag });
  const generator = new Generator(seed).fork("split");
  const { labels, length } = dataset;
  if (!stratify) {
    const order = Array.from({ length }, (_, i) => i);
    if (shuffle) generator.shuffle(order);
    return [caller === "split" && !shuffle ? order.toReversed() : order];
  }
  if (labels === undefined) {
    throw new ValueError(`${caller}: ${nameOf(dataset)} has no labels to stratify by; leave stratify out, or name the field of the labels.`);
  }
  const members = new Map<number, number[]>();
  for (const [i, label] of labels.entries()) {
    const group = members.get(label);
    if (group === undefined) members.set(label, [i]);
    else group.push(i);
  }
  const classes = [...members].toSorted(([a], [b]) => a - b).map(([, group]) => group);
  for (const group of classes) generator.shuffle(group);
  return classes;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9 * b;

const nameOf = ({ name }: { readonly name?: string }): string => name ?? "the set";

/** One look at a test set. */
export interface TestUse {
  /** What it was for. */
  readonly purpose: string;
  readonly at: Date;
}

/**
 * A test set kept apart: its samples are handed out for a stated purpose only, and every time is counted and shown. A figure measured on samples
 * that a choice was made by is no longer an estimate for unseen ones.
 *
 * @example
 * const test = new data.TestSet(validation, { show: () => {} });
 * const samples = test.use("accuracy of the final model");
 * samples.length  // → 6
 * test.uses.length // → 1
 */
export class TestSet<Part extends { readonly length: number; readonly name?: string }> {
  readonly #dataset: Part;
  readonly #uses: TestUse[] = [];
  readonly #show: (line: string) => void;

  /** @param show where each use is shown. Default: the console's error stream. */
  constructor(dataset: Part, options: { readonly show?: (line: string) => void } = {}) {
    const { show = (line: string) => console.warn(line) } = optionsOf("TestSet", options, { show: callback });
    checkValue("TestSet", "the data set", dataset, { what: "a data set", has: (value) => typeof value === "object" && value !== null && "length" in value });
    this.#dataset = dataset;
    this.#show = show;
  }

  /** How many samples it has; looking at that is no use of it. */
  get length(): number {
    return this.#dataset.length;
  }

  /** All uses so far, in order. */
  get uses(): readonly TestUse[] {
    return this.#uses;
  }

  /** Hands the samples out. @throws ValueError when no purpose is given. */
  use(purpose: string): Part {
    if (typeof purpose !== "string" || purpose.trim() === "") {
      throw new ValueError(`TestSet.use: say what the test set is used for, such as "accuracy of the final model".`);
    }
    this.#uses.push({ purpose, at: new Date() });
    const count = this.#uses.length;
    this.#show(
      `test set ${nameOf(this.#dataset)} (${this.length} samples): use ${count}: ${purpose}` +
        (count === 1 ? "" : `; used before for ${this.#uses.slice(0, -1).map((use) => use.purpose).join(", ")}. Choose by validation samples instead.`),
    );
    return this.#dataset;
  }
}
