/**
 * Running metrics: the mean loss over samples, and metrics of choice, over an epoch or an evaluation. All that they hold is plain numbers, so
 * that a checkpoint in mid-epoch carries them and the resumed epoch ends with the same digits.
 */

import { ValueError } from "../base/errors.js";
import { Accuracy, TopKAccuracy } from "../metrics/accuracy.js";
import { Metric, type MetricInfo } from "../metrics/metric.js";
import type { Values } from "../metrics/values.js";
import { show } from "../base/options.js";

/** What was measured: the mean loss, and each metric by its name. */
export interface Metrics {
  readonly samples: number;
  /** Mean over samples; lower is better. */
  readonly loss: number;
  readonly [name: string]: number;
}

/** Sums over the samples seen so far. */
export interface RunningState {
  readonly samples: number;
  readonly loss: number;
  /** The state of each metric, by name. */
  readonly metrics: Readonly<Record<string, readonly number[]>>;
}

/** The loss, as what it is to `best` and to progress. */
export const lossInfo: MetricInfo = { name: "loss", unit: "", direction: "lower" };

/** Top-5 accuracy of more than five classes: of fewer every label is among the first five, which is not told. */
class TopFiveOfMany extends TopKAccuracy {
  /** Whether there is something to tell. */
  get counts(): boolean {
    return this.state.length > 0;
  }

  override add(prediction: Values, target: Values): void {
    super.add(prediction, target);
    if (prediction.shape[1] <= this.k) this.reset();
  }
}

/** Metrics of a classifier, whose scores are [N, C] and labels [N]: accuracy, and of more than five classes top-5 accuracy. */
export const classifierMetrics = (): readonly [Accuracy, TopKAccuracy] => [new Accuracy(), new TopFiveOfMany()];

/** Each metric's state is held here: one metric may run in several places at once. */
export class RunningMetrics {
  #samples = 0;
  #loss = 0;
  readonly #states: number[][];

  constructor(readonly metrics: readonly Metric[]) {
    if (!Array.isArray(metrics)) throw new ValueError(`metrics: expected an array such as [new metrics.Accuracy()], got ${show(metrics)}.`);
    const names = new Set(["samples", "loss"]);
    for (const metric of metrics) {
      if (!(metric instanceof Metric)) throw new ValueError(`metrics: expected metrics such as new metrics.Accuracy(), got ${typeof metric}.`);
      if (names.has(metric.name)) throw new ValueError(`metrics: the name ${metric.name} is taken already; leave one of the two out.`);
      names.add(metric.name);
    }
    this.#states = metrics.map(() => []);
  }

  /**
   * Adds a batch.
   * @param loss mean loss of the batch
   */
  add(loss: number, samples: number, prediction: Values, target: Values): void {
    this.metrics.forEach((metric, i) => {
      this.#within(metric, i, () => metric.add(prediction, target));
    });
    this.#samples += samples;
    this.#loss += loss * samples;
  }

  get value(): Metrics {
    const measured = this.metrics.flatMap((metric, i) =>
      this.#within(metric, i, () => (metric instanceof TopFiveOfMany && !metric.counts ? [] : [[metric.name, metric.value] as const])),
    );
    return { samples: this.#samples, loss: this.#loss / this.#samples, ...Object.fromEntries(measured) };
  }

  get state(): RunningState {
    const states = this.metrics.map(({ name }, i) => [name, [...this.#states[i]]] as const);
    return { samples: this.#samples, loss: this.#loss, metrics: Object.fromEntries(states) };
  }

  set state({ samples, loss, metrics }: RunningState) {
    this.#samples = samples;
    this.#loss = loss;
    this.metrics.forEach(({ name }, i) => (this.#states[i] = [...(metrics[name] ?? [])]));
  }

  reset(): void {
    this.state = { samples: 0, loss: 0, metrics: {} };
  }

  /** Runs `body` while `metric` has the state that is held here. */
  #within<T>(metric: Metric, index: number, body: () => T): T {
    const own = metric.state;
    metric.state = this.#states[index];
    try {
      return body();
    } finally {
      this.#states[index] = metric.state;
      metric.state = own;
    }
  }
}
