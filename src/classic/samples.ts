/** Samples and targets as callers give them: brought into one form, and checked, before anything is computed. */

import { hostArray, isFloat, type TypedArray } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, sizeOf, type Shape } from "../base/shape.js";
import type { Numbers } from "../metrics/values.js";
import { cast, contiguous } from "../ops/cast.js";
import { tensor } from "../ops/create.js";
import { Tensor } from "../tensor/tensor.js";

/** N samples of D features. */
export interface Samples {
  /** float32 or float64 [N, D], without gradient. */
  readonly x: Tensor;
  /** The same on the host, row-major. */
  readonly data: TypedArray;
  readonly count: number;
  readonly features: number;
}

/** A float tensor of what was given, and its numbers. */
async function read(owner: string, name: string, given: Numbers): Promise<{ t: Tensor; data: TypedArray }> {
  const isTensor = given instanceof Tensor;
  if (!isTensor && !Array.isArray(given) && !ArrayBuffer.isView(given)) {
    throw new ValueError(`${owner}: ${name} must be a tensor or nested arrays, got ${given === null ? "null" : typeof given}.`);
  }
  const t = isTensor ? contiguous(cast(given.detach(), isFloat(given.dtype) ? given.dtype : "float64")) : tensor(given, { dtype: "float64" });
  return { t, data: await t.data() };
}

function checkFinite(owner: string, name: string, data: TypedArray, shape: Shape): void {
  let bad = 0;
  while (bad < data.length && Number.isFinite(data[bad])) bad++;
  if (bad === data.length) return;
  const row = sizeOf(shape.slice(1));
  throw new ValueError(`${owner}: ${name} must be finite, but sample ${Math.floor(bad / row)} holds ${data[bad]}; leave such samples out, or fill them in.`);
}

/**
 * @param features that the estimator was fitted to; without it, as many as there are.
 * @throws ShapeError unless x is [N, D] with N ≥ 1 and D ≥ 1; ValueError for NaN and infinities.
 */
export async function samplesOf(owner: string, given: Numbers, features?: number): Promise<Samples> {
  const { t, data } = await read(owner, "x", given);
  if (t.ndim !== 2 || t.size === 0) {
    const remedy = t.ndim === 1 ? "; one feature is [N, 1], one sample [1, D]" : t.ndim > 2 ? "; flatten what belongs to one sample" : "";
    throw new ShapeError(`${owner}: x must be samples [N, D], at least one, but is ${formatShape(t.shape)}${remedy}.`);
  }
  const [count, found] = t.dims(2);
  if (features !== undefined && found !== features) throw new ShapeError(`${owner}: it was fitted to samples of ${features} features, but these have ${found}.`);
  checkFinite(owner, "x", data, t.shape);
  return { x: t, data, count, features: found };
}

/** Fitted samples, which need no check. */
export async function samplesIn(x: Tensor): Promise<Samples> {
  const [count, features] = x.dims(2);
  return { x, data: await x.data(), count, features };
}

/**
 * Targets as float64 [N, T] beside the samples, with their own shape after N: [] or [T].
 * @throws ShapeError unless there is one target, or one row of targets, a sample; ValueError for NaN and infinities.
 */
export async function targetsOf(owner: string, given: Numbers, { x, count }: Pick<Samples, "x" | "count">): Promise<{ readonly y: Tensor; readonly data: Float64Array; readonly rest: Shape }> {
  const { t, data } = await read(owner, "y", given);
  if (t.ndim < 1 || t.ndim > 2 || t.shape[0] !== count || t.size === 0) {
    throw new ShapeError(`${owner}: y must hold a number or a row of numbers for each of the ${count} samples, [N] or [N, T], but is ${formatShape(t.shape)}.`);
  }
  checkFinite(owner, "y", data, t.shape);
  const values = Float64Array.from(data);
  return { y: tensor(values, { shape: [count, t.size / count], backend: x.backend }), data: values, rest: t.shape.slice(1) };
}

/**
 * One whole number a sample.
 * @throws ShapeError unless y is [N]; ValueError for anything but whole numbers within int32.
 */
export async function wholeNumbersOf(owner: string, given: Numbers, count: number): Promise<Int32Array> {
  const { t, data } = await read(owner, "y", given);
  if (t.ndim !== 1 || t.size !== count) {
    throw new ShapeError(`${owner}: y must hold one class for each of the ${count} samples, [${count}], but is ${formatShape(t.shape)}.`);
  }
  const labels = Int32Array.from(data);
  const bad = labels.findIndex((label, n) => label !== data[n]);
  if (bad >= 0) throw new ValueError(`${owner}: the class of sample ${bad} is ${data[bad]}, which is not a whole number; for numbers, take a regression.`);
  return labels;
}

/** Classes of samples. */
export interface Labels {
  /** Ascending. */
  readonly classes: Int32Array;
  /** Of each sample, the place of its class among `classes`. */
  readonly places: Int32Array;
}

/** @param least number of classes that there must be. */
export async function labelsOf(owner: string, given: Numbers, count: number, least = 1): Promise<Labels> {
  const labels = await wholeNumbersOf(owner, given, count);
  const classes = Int32Array.from(new Set(labels)).sort();
  if (classes.length < least) throw new ValueError(`${owner}: y must hold at least ${least} classes, but all samples are of class ${classes[0]}.`);
  const placeOf = new Map(Array.from(classes, (label, place) => [label, place]));
  return { classes, places: labels.map((label) => placeOf.get(label)!) };
}

/** A result on the host as a tensor of the samples' type, beside them. */
export function likeSamples({ x }: Samples, values: ArrayLike<number>, shape: Shape): Tensor {
  const host = hostArray(x.dtype, values.length);
  host.set(values);
  return tensor(host, { shape, dtype: x.dtype, backend: x.backend });
}

/** A fitted tensor, float64 unless the values are of another type. */
export function fitted({ x }: Samples, values: readonly number[] | TypedArray | number, shape?: Shape): Tensor {
  return tensor(values, { dtype: values instanceof Int32Array ? "int32" : "float64", backend: x.backend, ...(shape && { shape }) });
}
