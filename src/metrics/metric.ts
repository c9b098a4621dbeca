/**
 * Metric: a number that says how good predictions are, gathered batch by batch. What it has gathered is a list of plain numbers, so that a
 * checkpoint can carry it, and a resumed epoch ends with the same digits.
 */

import { type Numbers, type Values, valuesOf } from "./values.js";

/**
 * Gathers batches of predictions and targets into a value.
 *
 * @example
 * class Count extends metrics.Accumulator<number> {
 *   add(prediction: metrics.Values): void {
 *     this.state = [this.value + prediction.shape[0]];
 *   }
 *   get value(): number {
 *     return this.state[0] ?? 0;
 *   }
 * }
 * const count = new Count();
 * await count.update(zeros([5, 3]), zeros([5]));
 * count.value // → 5
 */
export abstract class Accumulator<Value> {
  /** All that was gathered: plain numbers, fit for a checkpoint. */
  state: number[] = [];

  /** Counts a batch in, from tensors or arrays. */
  async update(prediction: Numbers, target: Numbers): Promise<void> {
    this.add(await valuesOf(prediction), await valuesOf(target));
  }

  /** Counts a batch in that is on the host already. */
  abstract add(prediction: Values, target: Values): void;

  /** The value over all that was counted in. */
  abstract get value(): Value;

  /** Forgets everything. */
  reset(): void {
    this.state = [];
  }
}

/** What a metric is, apart from its value. */
export interface MetricInfo<Name extends string = string> {
  readonly name: Name;
  /** "fraction": from 0 to 1, shown in percent; "dB"; or none. */
  readonly unit: "fraction" | "dB" | "";
  /** Which values are better. */
  readonly direction: "higher" | "lower";
}

/**
 * Base of all metrics with one number. `update` counts batches in, `value` is the number over all of them (NaN of none), `reset` begins
 * anew; `Trainer` and `evaluate` take any of them.
 *
 * @example
 * const accuracy = new metrics.Accuracy();
 * await accuracy.update([[0.1, 0.9], [0.8, 0.2]], [1, 1]);
 * await accuracy.update([[0.3, 0.7]], [1]);
 * accuracy.value     // → 0.66667
 * accuracy.direction // → higher
 */
export abstract class Metric<Name extends string = string> extends Accumulator<number> implements MetricInfo<Name> {
  abstract readonly name: Name;
  readonly unit: MetricInfo["unit"] = "fraction";
  readonly direction: MetricInfo["direction"] = "higher";
}

/** Whether `value` is better than `than`; anything is better than NaN. */
export function isBetter({ direction }: Pick<MetricInfo, "direction">, value: number, than: number): boolean {
  if (Number.isNaN(than)) return !Number.isNaN(value);
  return direction === "higher" ? value > than : value < than;
}

/** A value with its unit, for people. */
export function formatMetric({ unit }: Pick<MetricInfo, "unit">, value: number): string {
  if (unit === "fraction") return `${(100 * value).toFixed(1)} %`;
  if (unit === "dB") return `${value.toFixed(2)} dB`;
  return Math.abs(value) < 1000 ? value.toFixed(4) : value.toExponential(2);
}

/** The value over one batch. */
export async function once<Value>(accumulator: Accumulator<Value>, prediction: Numbers, target: Numbers): Promise<Value> {
  await accumulator.update(prediction, target);
  return accumulator.value;
}
