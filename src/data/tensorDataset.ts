/**
 * TensorDataset: tensors whose first axis counts the samples, on the host. Rows may overlap (windows of a text): a field is numbers, the
 * shape of a row, and where each row starts.
 */

import { type DType, hostArray, isFloat, type TypedArray } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import type { HostTensor } from "../base/hostTensor.js";
import { checkValue, instanceOf, isOptions, listOf, numbers, optionsOf, show, text } from "../base/options.js";
import { formatShape, sizeOf, type Shape } from "../base/shape.js";
import { tensor } from "../ops/create.js";
import { reshape } from "../ops/views.js";
import { Tensor } from "../tensor/tensor.js";
import { checkedIndices, checkIndex, Dataset } from "./dataset.js";

/** Rows of equal shape. */
export interface RowField {
  readonly dtype: DType;
  /** Shape of a row. */
  readonly shape: Shape;
  readonly data: TypedArray;
  /** Row r starts at element r · stride + offset. */
  readonly stride: number;
  readonly offset: number;
}

/** Tensors of all samples by name, first axis the samples. */
export type TensorFields = Readonly<Record<string, Tensor | HostTensor>>;

export interface TensorDatasetOptions {
  /** What error messages call it. @default "tensors" */
  readonly name?: string;
  /** The field that holds the classes. @default "y", where that holds one int32 or uint8 a sample */
  readonly labels?: string;
  /** Class names; their order is the meaning of a label. @default none */
  readonly classes?: readonly string[];
}

/**
 * Tensors with equal first axes, as samples. Values are copied to the host once; a batch is copied from there.
 * @throws ValueError when the first axes differ, or there is no sample.
 *
 * @example
 * const xor = new data.TensorDataset({
 *   x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]),
 *   y: tensor([0, 1, 1, 0], { dtype: "int32" }),
 * });
 * xor.length           // → 4
 * xor.tensors().x.shape // → [4, 2]
 * for await (const { x, y } of new data.DataLoader(xor, { batch: 2 })) {
 *   x.shape // → [2, 2]
 *   y.shape // → [2]
 * }
 */
export class TensorDataset<Fields extends TensorFields = { readonly x: Tensor; readonly y: Tensor }> extends Dataset<{
  readonly [K in keyof Fields]: HostTensor;
}> {
  readonly name: string;
  readonly length: number;
  readonly classes: readonly string[];
  readonly fields: { readonly [K in keyof Fields]: RowField };
  /** The class of each sample, or undefined where there are no classes. */
  readonly labels: Int32Array | undefined;
  /** Row numbers of the samples; undefined for all rows in order. */
  readonly rows: Int32Array | undefined;
  readonly #labelField: string | undefined;

  constructor(fields: Fields | Rows<Fields>, options: TensorDatasetOptions = {}) {
    super();
    const { name = "tensors", classes = [] } = optionsOf("TensorDataset", options, { name: text, labels: text, classes: listOf(text) });
    const parts = fields instanceof Rows ? fields : rowsOf(name, fields);
    this.name = name;
    this.classes = classes;
    this.rows = parts.rows;
    this.length = parts.rows?.length ?? parts.count;
    this.fields = parts.fields;
    if (options.labels !== undefined && !Object.hasOwn(parts.fields, options.labels)) {
      throw new ValueError(`${name}: there is no field ${JSON.stringify(options.labels)} for labels; there are ${Object.keys(parts.fields).join(", ")}.`);
    }
    this.#labelField = options.labels ?? "y";
    this.labels = this.#readLabels(options.labels !== undefined);
  }

  /** Rows that may overlap or lie apart in one array: row r of a field is `shape` numbers from r · stride + offset on. */
  static ofRows<Fields extends TensorFields>(
    count: number,
    fields: { readonly [K in keyof Fields]: RowField },
    options?: TensorDatasetOptions,
  ): TensorDataset<Fields> {
    return new TensorDataset<Fields>(new Rows(count, fields, undefined), options);
  }

  get(index: number): { readonly [K in keyof Fields]: HostTensor } {
    checkIndex(this, index);
    return this.#map((field) => {
      const start = this.#start(field, index);
      return { dtype: field.dtype, shape: field.shape, data: field.data.slice(start, start + sizeOf(field.shape)) };
    });
  }

  /** Copies the rows of samples `indices` of a field to `out`, one after the other. */
  gather(name: keyof Fields, indices: Int32Array, out: TypedArray): void {
    if (!Object.hasOwn(this.fields, name)) throw new ValueError(`${this.name}.gather: there is no field ${show(name)}; there are ${Object.keys(this.fields).join(", ")}.`);
    const field = this.fields[name];
    checkValue(`${this.name}.gather`, "indices", indices, instanceOf(Int32Array, "an Int32Array"));
    const least = indices.length * sizeOf(field.shape);
    checkValue(`${this.name}.gather`, "out", out, { what: `a typed array of ${least} numbers`, has: (value) => numbers.has(value) && !Array.isArray(value) && (value as TypedArray).length >= least });
    const size = sizeOf(field.shape);
    if (size === 1) {
      for (let i = 0; i < indices.length; i++) out[i] = field.data[this.#start(field, indices[i])];
      return;
    }
    for (let i = 0; i < indices.length; i++) {
      const start = this.#start(field, indices[i]);
      out.set(field.data.subarray(start, start + size), i * size);
    }
  }

  /** All samples as tensors: for training on the whole set at once. */
  tensors(): { readonly [K in keyof Fields]: Tensor } {
    const all = Int32Array.from({ length: this.length }, (_, i) => i);
    return this.#map((field, name) => {
      const values = hostArray(field.dtype, this.length * sizeOf(field.shape));
      this.gather(name, all, values);
      return tensor(values, { dtype: field.dtype, shape: [this.length, ...field.shape] });
    });
  }

  override subset(indices: ArrayLike<number>): TensorDataset<Fields> {
    const chosen = checkedIndices(this, indices);
    const { name, classes, rows } = this;
    const kept = new Rows(chosen.length, this.fields, rows === undefined ? chosen : chosen.map((index) => rows[index]));
    return new TensorDataset<Fields>(kept, { name, classes, labels: this.labels && this.#labelField });
  }

  #start(field: RowField, index: number): number {
    return (this.rows === undefined ? index : this.rows[index]) * field.stride + field.offset;
  }

  #map<T>(f: (field: RowField, name: keyof Fields) => T): { readonly [K in keyof Fields]: T } {
    const entries = Object.entries<RowField>(this.fields).map(([name, field]) => [name, f(field, name)] as const);
    return Object.fromEntries(entries) as { readonly [K in keyof Fields]: T };
  }

  /** @param asked whether it was said which field holds the labels */
  #readLabels(asked: boolean): Int32Array | undefined {
    const name = this.#labelField ?? "";
    const field: RowField | undefined = Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
    if (field === undefined || sizeOf(field.shape) !== 1 || isFloat(field.dtype)) {
      if (!asked) return undefined;
      throw new ValueError(`${this.name}: labels are one whole number a sample, but ${name} is ${field?.dtype} ${formatShape(field?.shape ?? [])} a sample.`);
    }
    return Int32Array.from({ length: this.length }, (_, i) => field.data[this.#start(field, i)]);
  }
}

/** Fields that are cut into rows already. */
class Rows<Fields> {
  readonly count: number;
  readonly fields: { readonly [K in keyof Fields]: RowField };
  /** Numbers of the rows to take; undefined for all. */
  readonly rows: Int32Array | undefined;

  constructor(count: number, fields: { readonly [K in keyof Fields]: RowField }, rows: Int32Array | undefined) {
    this.count = count;
    this.fields = fields;
    this.rows = rows;
  }
}

function rowsOf<Fields extends TensorFields>(name: string, tensors: Fields): Rows<Fields> {
  checkValue(name, "the fields", tensors, { what: "tensors by name, such as { x, y }", has: isOptions });
  const entries = Object.entries(tensors);
  const odd = entries.find(([, t]) => typeof t !== "object" || t === null || !("shape" in t) || !("dtype" in t) || !(t instanceof Tensor || ("data" in t && numbers.has(t.data) && Array.isArray(t.shape))));
  if (odd !== undefined) throw new ValueError(`${name}: field ${odd[0]} must be a tensor or { dtype, shape, data }, but is ${typeof odd[1]}; make it one with tensor(…).`);
  const shapes = entries.map(([field, t]) => `${field} ${formatShape(t.shape)}`).join(", ");
  const count = entries[0]?.[1].shape[0];
  if (count === undefined || entries.some(([, t]) => t.shape[0] !== count)) {
    throw new ValueError(`${name}: the first axis of every field counts the samples and must be the same, but they are ${shapes || "none"}.`);
  }
  if (count === 0) throw new ValueError(`${name}: there are no samples: ${shapes}; give at least one.`);
  const fields = entries.map(([field, t]): [string, RowField] => {
    const shape = t.shape.slice(1);
    return [field, { dtype: t.dtype, shape, data: hostData(name, field, t), stride: sizeOf(shape), offset: 0 }];
  });
  return new Rows<Fields>(count, Object.fromEntries(fields) as { readonly [K in keyof Fields]: RowField }, undefined);
}

function hostData(name: string, field: string, t: Tensor | HostTensor): TypedArray {
  if (!(t instanceof Tensor)) {
    if (t.data.length === sizeOf(t.shape)) return t.data;
    throw new ValueError(`${name}: ${field} of shape ${formatShape(t.shape)} needs ${sizeOf(t.shape)} numbers, but there are ${t.data.length}.`);
  }
  const values = hostArray(t.dtype, t.size);
  if (t.backend.read(reshape(t.detach(), [t.size]), values) instanceof Promise) {
    throw new ValueError(`${name}: ${field} lives on backend ${t.backend.info.name}, which is read with a delay; give { dtype, shape, data: await t.data() }.`);
  }
  return values;
}
