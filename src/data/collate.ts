/** Collating: from samples to the tensors of a batch. */

import type { DType } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { checkValue, isOptions, type Kind, listOf, needed, number, optionsOf, show, text } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import { tensor } from "../ops/create.js";
import { pad, stack } from "../ops/slice.js";
import { Tensor } from "../tensor/tensor.js";
import type { FieldValue, Sample } from "./dataset.js";

/** Makes the tensors of a batch from its samples. */
export type Collate<S, B> = (samples: readonly S[]) => B;

export interface StackOptions {
  /** Element types of fields, by name. @default float32 for numbers, the array's own type for typed arrays */
  readonly dtypes?: Readonly<Record<string, DType>>;
}

const byName: Kind = { what: 'types by the name of the field, such as { y: "int32" }', has: isOptions };

/**
 * Stacks the values of samples: each field of shape [...] becomes [n, ...]. What loaders do unless they are told otherwise.
 * @throws ShapeError when samples differ in shape, ValueError when one lacks a field.
 *
 * @example
 * const collate = data.stackSamples({ dtypes: { y: "int32" } });
 * const { x, y } = collate([{ x: [1, 2], y: 0 }, { x: [3, 4], y: 1 }]);
 * x       // → [[1, 2], [3, 4]]
 * y.dtype // → int32
 */
export function stackSamples<S extends Sample = Sample>(options: StackOptions = {}): Collate<S, { readonly [K in keyof S]: Tensor }> {
  const { dtypes = {} } = optionsOf("stackSamples", options, { dtypes: byName });
  return (samples) => mapFields(samples, (values, name) => stackField(name, values, dtypes[name]));
}

export interface PadSequencesOptions extends StackOptions {
  /** The fields whose first axis is the time. */
  readonly fields: readonly string[];
  /** What the ends of shorter sequences are filled with. @default 0 */
  readonly value?: number;
}

/**
 * Pads sequences of different lengths: field f of shapes [Lᵢ, ...] becomes [n, max L, ...], and `fLengths`, int32 [n], says how long each was. Other
 * fields are stacked.
 * @throws ShapeError when samples differ in other axes, ValueError when one lacks a field.
 *
 * @example
 * const collate = data.padSequences({ fields: ["x"] });
 * const { x, xLengths } = collate([{ x: [1, 2, 3] }, { x: [4] }]);
 * x        // → [[1, 2, 3], [4, 0, 0]]
 * xLengths // → [3, 1]
 */
export function padSequences<S extends Sample = Sample>(options: PadSequencesOptions): Collate<S, Readonly<Record<string, Tensor>>> {
  const { fields, value = 0, dtypes = {} } = optionsOf("padSequences", options, { fields: needed(listOf(text)), value: number(), dtypes: byName });
  return (samples) => {
    checkSamples("padSequences", samples);
    const missing = fields.find((name) => !samples.every((sample) => Object.hasOwn(sample, name)));
    if (missing !== undefined) throw new ValueError(`padSequences: there is a sample without field ${JSON.stringify(missing)}; it has ${Object.keys(samples[0]).join(", ")}.`);
    const batch: Record<string, Tensor> = mapFields(samples, (values, name) =>
      fields.includes(name) ? padField(name, values, dtypes[name], value) : stackField(name, values, dtypes[name]),
    );
    for (const name of fields) {
      batch[`${name}Lengths`] = tensor(Int32Array.from(samples, (sample) => toTensor(name, sample[name], dtypes[name]).shape[0]));
    }
    return batch;
  };
}

function checkSamples(caller: string, samples: readonly unknown[]): void {
  checkValue(caller, "the samples", samples, { what: "an array of at least one", has: (value) => Array.isArray(value) && value.length > 0 });
  const odd = samples.findIndex((sample) => typeof sample !== "object" || sample === null);
  if (odd < 0) return;
  throw new ValueError(`${caller}: a sample is an object of named values, such as { x, y }, but is ${show(samples[odd])}; give collate for others.`);
}

function mapFields<S extends Sample>(samples: readonly S[], f: (values: FieldValue[], name: string) => Tensor): { readonly [K in keyof S]: Tensor } {
  checkSamples("DataLoader", samples);
  const [first] = samples;
  const entries = Object.keys(first).map((name) => {
    const values = samples.map((sample, i) => {
      if (Object.hasOwn(sample, name)) return sample[name];
      throw new ValueError(`DataLoader: the sample at place ${i} of the batch has no field ${JSON.stringify(name)}, but the first has.`);
    });
    return [name, f(values, name)] as const;
  });
  return Object.fromEntries(entries) as { readonly [K in keyof S]: Tensor };
}

function stackField(name: string, values: readonly FieldValue[], dtype: DType | undefined): Tensor {
  const tensors = values.map((value) => toTensor(name, value, dtype));
  const odd = tensors.findIndex((t) => !sameShape(t.shape, tensors[0].shape));
  if (odd >= 0) {
    throw new ShapeError(
      `DataLoader: field ${name} has shape ${formatShape(tensors[odd].shape)} in the sample at place ${odd} of the batch, but ` +
        `${formatShape(tensors[0].shape)} in the first; pad sequences with collate: padSequences({ fields: [${JSON.stringify(name)}] }).`,
    );
  }
  return stack(tensors);
}

function padField(name: string, values: readonly FieldValue[], dtype: DType | undefined, value: number): Tensor {
  const tensors = values.map((v) => toTensor(name, v, dtype));
  const odd = tensors.findIndex((t) => t.ndim === 0 || !sameShape(t.shape.slice(1), tensors[0].shape.slice(1)));
  if (odd >= 0) {
    throw new ShapeError(
      `padSequences: field ${name} has shape ${formatShape(tensors[odd].shape)} in the sample at place ${odd} of the batch, but ` +
        `${formatShape(tensors[0].shape)} in the first; sequences may differ in their first axis only.`,
    );
  }
  const longest = Math.max(...tensors.map((t) => t.shape[0]));
  return stack(tensors.map((t) => (t.shape[0] === longest ? t : pad(t, t.shape.map((n, axis) => [0, axis === 0 ? longest - n : 0] as const), value))));
}

function toTensor(name: string, value: FieldValue, dtype: DType | undefined): Tensor {
  if (value instanceof Tensor) throw new ValueError(`DataLoader: field ${name} of a sample is a tensor; return numbers or arrays (await t.array()).`);
  if (typeof value === "object" && value !== null && "shape" in value && "dtype" in value) return tensor(value.data, { shape: value.shape, dtype: dtype ?? value.dtype });
  return tensor(value, dtype === undefined ? {} : { dtype });
}
