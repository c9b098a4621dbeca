/**
 * Dataset: samples by number. What a set is made of (images, tensors, files) is its own business; looking at it through a function, at a
 * part of it or at several as one is the same for all.
 */

import { ValueError } from "../base/errors.js";
import { callback, checkValue, numbers, show } from "../base/options.js";
import type { HostTensor } from "../base/hostTensor.js";
import type { TensorData } from "../ops/create.js";

/** One value of a sample: a number, an array, or an array with its shape and type. */
export type FieldValue = TensorData | HostTensor;

/** The values of a sample, by name: `{ x, y }`. */
export type Sample = Readonly<Record<string, FieldValue>>;

/** What a loader needs of a data set; any object with these two will do. */
export interface SampleSource<S> {
  readonly length: number;
  /** Sample number `index`, 0 … length − 1. It may take its time. */
  get(index: number): S | Promise<S>;
  readonly name?: string;
  /** The class of each sample, where there are classes: for stratified splits and balanced batches. */
  readonly labels?: Int32Array;
}

/**
 * Base of all data sets. A set of your own needs `length` and `get`.
 *
 * @example
 * class Squares extends data.Dataset<{ x: number; y: number }> {
 *   readonly name = "squares";
 *   readonly length = 10;
 *   readonly labels = undefined;
 *   get(i: number) {
 *     return { x: i, y: i * i };
 *   }
 * }
 * const even = new Squares().subset([0, 2, 4]).map(({ x, y }) => ({ x, y: y + 1 }));
 * even.length       // → 3
 * await even.get(2) // → { x: 4, y: 17 }
 */
export abstract class Dataset<S> implements SampleSource<S> {
  /** What error messages call it. */
  abstract readonly name: string;
  abstract readonly length: number;
  /** The class of each sample, or undefined where there are no classes. */
  abstract readonly labels: Int32Array | undefined;
  /** Sample number `index`. @throws ValueError for a number out of range. */
  abstract get(index: number): S | Promise<S>;

  /** The samples as `f` turns them out; `f` is called whenever one is asked for. Labels stay those of this set. */
  map<T>(f: (sample: S, index: number) => T | Promise<T>): Dataset<T> {
    checkValue(`${this.name}.map`, "f", f, callback);
    return new MappedDataset(this, f);
  }

  /** The samples numbered `indices`, in that order, repeats allowed. @throws ValueError for a number out of range. */
  subset(indices: ArrayLike<number>): Dataset<S> {
    return new SubsetDataset(this, checkedIndices(this, indices));
  }

  /** The samples of this set and then those of the others. */
  concat(...others: readonly Dataset<S>[]): Dataset<S> {
    for (const other of others) checkValue(`${this.name}.concat`, "each argument", other, { what: "a data set", has: isSource });
    return new ConcatDataset([this, ...others]);
  }
}

/** Whether a loader can make batches of it. */
export function isSource(value: unknown): boolean {
  return typeof value === "object" && value !== null && "length" in value && typeof value.length === "number" && "get" in value && typeof value.get === "function";
}

/** @throws ValueError unless `index` is the number of a sample. */
export function checkIndex({ name, length }: { readonly name: string; readonly length: number }, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new ValueError(`${name}.get: index ${show(index)}, but the samples are numbered 0 to ${length - 1}.`);
}

/** A copy of `indices`. @throws ValueError for one out of range. */
export function checkedIndices({ name, length }: { readonly name: string; readonly length: number }, indices: ArrayLike<number>): Int32Array {
  checkValue(`${name}.subset`, "indices", indices, numbers);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (Number.isInteger(index) && index >= 0 && index < length) continue;
    throw new ValueError(`${name}.subset: index ${index} at place ${i}, but the samples are numbered 0 to ${length - 1}.`);
  }
  return Int32Array.from(indices);
}

class MappedDataset<S, T> extends Dataset<T> {
  readonly name: string;
  readonly length: number;
  readonly labels: Int32Array | undefined;
  readonly #source: Dataset<S>;
  readonly #f: (sample: S, index: number) => T | Promise<T>;

  constructor(source: Dataset<S>, f: (sample: S, index: number) => T | Promise<T>) {
    super();
    this.name = source.name;
    this.length = source.length;
    this.labels = source.labels;
    this.#source = source;
    this.#f = f;
  }

  get(index: number): T | Promise<T> {
    const sample = this.#source.get(index);
    return sample instanceof Promise ? sample.then((value) => this.#f(value, index)) : this.#f(sample, index);
  }
}

class SubsetDataset<S> extends Dataset<S> {
  readonly name: string;
  readonly length: number;
  readonly labels: Int32Array | undefined;
  readonly #source: Dataset<S>;
  readonly #indices: Int32Array;

  constructor(source: Dataset<S>, indices: Int32Array) {
    super();
    const { name, labels } = source;
    this.name = name;
    this.length = indices.length;
    this.labels = labels && indices.map((index) => labels[index]);
    this.#source = source;
    this.#indices = indices;
  }

  get(index: number): S | Promise<S> {
    checkIndex(this, index);
    return this.#source.get(this.#indices[index]);
  }
}

class ConcatDataset<S> extends Dataset<S> {
  readonly name: string;
  readonly length: number;
  readonly labels: Int32Array | undefined;
  readonly #parts: readonly Dataset<S>[];

  constructor(parts: readonly Dataset<S>[]) {
    super();
    this.name = parts.map(({ name }) => name).join(" + ");
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
    const labels = parts.flatMap((part) => (part.labels === undefined ? [] : [part.labels]));
    this.labels = labels.length < parts.length ? undefined : Int32Array.from(labels.flatMap((of) => [...of]));
    this.#parts = parts;
  }

  get(index: number): S | Promise<S> {
    checkIndex(this, index);
    let place = index;
    for (const part of this.#parts) {
      if (place < part.length) return part.get(place);
      place -= part.length;
    }
    throw new ValueError(`${this.name}.get: a part of the set has become shorter.`);
  }
}
