/** Perplexity of a language model: between how many tokens it wavers, on average. */

import { checkLabels, scoresOf } from "./labels.js";
import { Metric, type MetricInfo, once } from "./metric.js";
import type { Numbers, Values } from "./values.js";
import { integer, optionsOf } from "../base/options.js";

export interface PerplexityOptions {
  /** Tokens with this label do not count. Default −100. */
  readonly ignoreIndex?: number;
}

/**
 * e to the mean cross-entropy of the tokens. Streaming form of `perplexity`.
 *
 * @example
 * const perplexity = new metrics.Perplexity();
 * await perplexity.update(zeros([2, 10]), [3, 7]);
 * perplexity.value // → 10
 */
export class Perplexity extends Metric<"perplexity"> {
  readonly name = "perplexity";
  override readonly unit: MetricInfo["unit"] = "";
  override readonly direction: MetricInfo["direction"] = "lower";
  readonly #ignoreIndex: number;

  constructor(options: PerplexityOptions = {}) {
    const { ignoreIndex = -100 } = optionsOf("Perplexity", options, { ignoreIndex: integer() });
    super();
    this.#ignoreIndex = ignoreIndex;
  }

  add(prediction: Values, target: Values): void {
    const { classes, stride, base } = scoresOf(this.name, prediction, target);
    let [sum = 0, count = 0] = this.state;
    const { data } = prediction;
    checkLabels(this.name, target, classes, this.#ignoreIndex);
    for (let n = 0; n < target.data.length; n++) {
      const label = target.data[n];
      if (label === this.#ignoreIndex) continue;
      const start = base(n);
      let max = -Infinity;
      for (let c = 0; c < classes; c++) max = Math.max(max, data[start + c * stride]);
      let total = 0;
      for (let c = 0; c < classes; c++) total += Math.exp(data[start + c * stride] - max);
      sum += Math.log(total) + max - data[start + label * stride];
      count += 1;
    }
    this.state = [sum, count];
  }

  get value(): number {
    const [sum = 0, count = 0] = this.state;
    return Math.exp(sum / count);
  }
}

/**
 * e to the mean cross-entropy of tokens. logits: [N, C] or [N, C, d₁, …]; target: [N] or [N, d₁, …], class indices. C for a model that knows nothing.
 * @throws ShapeError if the shapes do not fit; ValueError for a label that is no class.
 *
 * @example
 * await metrics.perplexity(zeros([2, 10]), [3, 7]) // → 10
 */
export function perplexity(logits: Numbers, target: Numbers, options: PerplexityOptions = {}): Promise<number> {
  return once(new Perplexity(options), logits, target);
}
