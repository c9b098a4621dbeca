/**
 * The samples whose way through the network is recorded after an epoch: the same ones throughout, evenly chosen from the validation data when they are first
 * gone over, or, without such data, from the first batch of training. They lie on the host until they are looked at.
 */

import { type DType, dtypeBytes, hostArray, type TypedArray } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../base/shape.js";
import { tensor } from "../ops/create.js";
import type { Tensor } from "../tensor/tensor.js";
import type { LabelledBatch } from "./batches.js";
import type { EvaluateStep, FitStart } from "./events.js";
import type { Recording } from "./recording.js";

const most = 128;
/** Of all inputs together. */
const mostBytes = 64 * 2 ** 20;

export class FollowedSamples implements Recording {
  readonly name = "samples";
  /** Of one input. */
  inputShape: Shape = [];
  inputType: DType = "float32";
  #x = new Rows("float32", [], 0);
  #y = new Rows("float32", [], 0);
  /** Numbers of the samples in their data set. */
  readonly #indices: number[] = [];
  #wanted = 0;
  /** In a pass over the data, all in all and so far. */
  #total = 0;
  #seen = 0;
  #found = false;

  async fitStart({ training, validation }: FitStart): Promise<void> {
    const source = validation ?? training;
    for await (const batch of source.epoch(0)) {
      const { x, y } = batch;
      this.inputShape = x.shape.slice(1);
      this.inputType = x.dtype;
      if (x.ndim === 0 || x.shape[0] === 0 || y.shape[0] !== x.shape[0]) {
        throw new ValueError(`inputs ${formatShape(x.shape)} and targets ${formatShape(y.shape)} do not begin with the same axis of samples.`);
      }
      this.#total = validation === null ? x.shape[0] : source.dataset.length;
      this.#wanted = Math.max(1, Math.min(most, this.#total, Math.floor(mostBytes / Math.max(1, sizeOf(this.inputShape) * dtypeBytes[x.dtype]))));
      this.#x = new Rows(x.dtype, this.inputShape, this.#wanted);
      this.#y = new Rows(y.dtype, y.shape.slice(1), this.#wanted);
      this.#restart();
      if (validation === null) await this.#choose(batch);
      this.#found = validation === null;
      return;
    }
  }

  async evaluate({ step, steps, ...batch }: EvaluateStep): Promise<void> {
    if (this.#found) return;
    if (step === 1) this.#restart();
    await this.#choose(batch);
    this.#found = step === steps;
  }

  /** How many there are. */
  get count(): number {
    return this.#indices.length;
  }

  /** Of each, its number in the data set. */
  get indices(): readonly number[] {
    return this.#indices;
  }

  /** Of a classification: the class of each; undefined of other tasks. */
  get labels(): readonly number[] | undefined {
    const { dtype, shape, data } = this.#y;
    return shape.length === 0 && (dtype === "int32" || dtype === "uint8") ? Array.from(data.subarray(0, this.count)) : undefined;
  }

  /** Samples `from` … `to` − 1 on the device, [to − from, …]. */
  batch(from: number, to: number): { x: Tensor; y: Tensor } {
    return { x: this.#x.tensor(from, to), y: this.#y.tensor(from, to) };
  }

  #restart(): void {
    this.#seen = 0;
    this.#indices.length = 0;
  }

  async #choose({ x, y, indices }: LabelledBatch): Promise<void> {
    const places: number[] = [];
    for (let row = 0; row < x.shape[0]; row++) {
      const share = this.#wanted / this.#total;
      if (Math.floor((this.#seen + row + 1) * share) > Math.floor((this.#seen + row) * share)) places.push(row);
    }
    const room = places.slice(0, this.#wanted - this.count);
    // Batches of sequences may each be of another length; those of the first one's are followed.
    if (room.length > 0 && sameShape(x.shape.slice(1), this.#x.shape) && sameShape(y.shape.slice(1), this.#y.shape)) {
      this.#x.put(this.count, await x.data(), room);
      this.#y.put(this.count, await y.data(), room);
      for (const row of room) this.#indices.push(indices?.[row] ?? this.#seen + row);
    }
    this.#seen += x.shape[0];
  }
}

/** Rows of equal shape, one after the other. */
class Rows {
  readonly data: TypedArray;

  constructor(
    readonly dtype: DType,
    /** Of one row. */
    readonly shape: Shape,
    count: number,
  ) {
    this.data = hostArray(dtype, count * sizeOf(shape));
  }

  /** Copies rows of `values` to the places from `at` on. */
  put(at: number, values: TypedArray, rows: readonly number[]): void {
    const size = sizeOf(this.shape);
    rows.forEach((row, i) => this.data.set(values.subarray(row * size, (row + 1) * size), (at + i) * size));
  }

  tensor(from: number, to: number): Tensor {
    const size = sizeOf(this.shape);
    return tensor(this.data.slice(from * size, to * size), { dtype: this.dtype, shape: [to - from, ...this.shape] });
  }
}
