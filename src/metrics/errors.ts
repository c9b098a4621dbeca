/** Errors of predicted numbers: mean absolute, mean squared and its root, and the share of variance explained. */

import { Metric, type MetricInfo, once } from "./metric.js";
import { checkSameShape, type Numbers, type Values } from "./values.js";

/** State: the sum of the errors, and how many there are. */
abstract class MeanError<Name extends string> extends Metric<Name> {
  override readonly unit: MetricInfo["unit"] = "";
  override readonly direction: MetricInfo["direction"] = "lower";

  protected abstract error(difference: number): number;

  add(prediction: Values, target: Values): void {
    checkSameShape(this.name, prediction, target);
    let [sum = 0, count = 0] = this.state;
    for (let i = 0; i < target.data.length; i++) sum += this.error(prediction.data[i] - target.data[i]);
    count += target.data.length;
    this.state = [sum, count];
  }

  get value(): number {
    const [sum = 0, count = 0] = this.state;
    return sum / count;
  }
}

/**
 * Mean of |prediction − target| over all numbers. Streaming form of `meanAbsoluteError`.
 *
 * @example
 * const mae = new metrics.MeanAbsoluteError();
 * await mae.update([1, 2], [1, 4]);
 * mae.value // → 1
 */
export class MeanAbsoluteError extends MeanError<"mae"> {
  readonly name = "mae";

  protected error(difference: number): number {
    return Math.abs(difference);
  }
}

/**
 * Mean of (prediction − target)² over all numbers. Streaming form of `meanSquaredError`.
 *
 * @example
 * const mse = new metrics.MeanSquaredError();
 * await mse.update([1, 2], [1, 4]);
 * mse.value // → 2
 */
export class MeanSquaredError extends MeanError<"mse"> {
  readonly name = "mse";

  protected error(difference: number): number {
    return difference * difference;
  }
}

/**
 * Root of the mean of (prediction − target)² over all numbers. Streaming form of `rootMeanSquaredError`.
 *
 * @example
 * const rmse = new metrics.RootMeanSquaredError();
 * await rmse.update([1, 2], [1, 4]);
 * rmse.value // → 1.41421
 */
export class RootMeanSquaredError extends MeanError<"rmse"> {
  readonly name = "rmse";

  protected error(difference: number): number {
    return difference * difference;
  }

  override get value(): number {
    return Math.sqrt(super.value);
  }
}

/**
 * Share of the target's variance that the prediction explains. Streaming form of `r2Score`.
 *
 * @example
 * const r2 = new metrics.R2Score();
 * await r2.update([2.5, 0, 2, 8], [3, -0.5, 2, 7]);
 * r2.value // → 0.94861
 */
export class R2Score extends Metric<"r2"> {
  readonly name = "r2";
  override readonly unit = "";

  /** State: the samples; then of each column the targets' mean and sum of squared deviations (Welford), and the squared errors. */
  add(prediction: Values, target: Values): void {
    checkSameShape(this.name, prediction, target);
    const [samples = 1] = target.shape;
    const columns = samples === 0 ? 0 : target.data.length / samples;
    if (this.state.length === 0) this.state = Array.from({ length: 1 + 3 * columns }, () => 0);
    const { state } = this;
    for (let n = 0; n < samples; n++) {
      state[0] += 1;
      for (let c = 0; c < columns; c++) {
        const at = 1 + 3 * c;
        const y = target.data[n * columns + c];
        const deviation = y - state[at];
        state[at] += deviation / state[0];
        state[at + 1] += deviation * (y - state[at]);
        state[at + 2] += (prediction.data[n * columns + c] - y) ** 2;
      }
    }
  }

  get value(): number {
    let [sum, columns] = [0, 0];
    for (let at = 1; at < this.state.length; at += 3) {
      sum += explained(this.state[at + 1], this.state[at + 2]);
      columns += 1;
    }
    return sum / columns;
  }
}

/** 1 − errors/variance; of a constant target 1 if it is met, else 0 (as scikit-learn has it). */
const explained = (variance: number, errors: number): number => (variance > 0 ? 1 - errors / variance : errors > 0 ? 0 : 1);

/**
 * Mean of |prediction − target| over all numbers, both of one shape.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * await metrics.meanAbsoluteError([1, 2], [1, 4]) // → 1
 */
export function meanAbsoluteError(prediction: Numbers, target: Numbers): Promise<number> {
  return once(new MeanAbsoluteError(), prediction, target);
}

/**
 * Mean of (prediction − target)² over all numbers, both of one shape.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * await metrics.meanSquaredError([1, 2], [1, 4]) // → 2
 */
export function meanSquaredError(prediction: Numbers, target: Numbers): Promise<number> {
  return once(new MeanSquaredError(), prediction, target);
}

/**
 * Root of the mean of (prediction − target)² over all numbers, both of one shape: in the unit of the target.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * await metrics.rootMeanSquaredError([1, 2], [1, 4]) // → 1.41421
 */
export function rootMeanSquaredError(prediction: Numbers, target: Numbers): Promise<number> {
  return once(new RootMeanSquaredError(), prediction, target);
}

/**
 * R² = 1 − Σ(ŷ − y)² / Σ(y − ȳ)² over the samples (first axis): 1 is perfect, 0 as good as the mean, below 0 worse. Of several columns the mean.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * await metrics.r2Score([2.5, 0, 2, 8], [3, -0.5, 2, 7]) // → 0.94861
 */
export function r2Score(prediction: Numbers, target: Numbers): Promise<number> {
  return once(new R2Score(), prediction, target);
}
