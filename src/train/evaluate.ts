/** Evaluation: metrics of a model over a data set, in evaluation mode and without a tape. */

import type { Module } from "../nn/module.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Batches } from "./batches.js";
import { type Metrics, RunningMetrics } from "./metrics.js";

/** Mean loss of a batch from its scores [N, C] and labels [N], such as `crossEntropy`. */
export type Loss = (scores: Tensor, labels: Tensor) => Tensor;

export interface EvaluateOptions {
  /** Called after each batch. */
  readonly onStep?: (step: number) => void | Promise<void>;
  /** Ends the evaluation early. */
  readonly signal?: AbortSignal;
}

/**
 * Loss and accuracies of `model` over one pass of `batches`, in evaluation mode and without a tape. The model is in its old mode
 * afterwards.
 * @returns means over the samples; null when the signal was raised before the end.
 *
 * @example
 * const metrics = await evaluate(model, crossEntropy, validationLoader);
 * metrics?.samples // → 6
 * Object.keys(metrics ?? {}) // → ["samples", "loss", "accuracy", "top5"]
 */
export async function evaluate(model: Module, loss: Loss, batches: Batches, options: EvaluateOptions = {}): Promise<Metrics | null> {
  const metrics = new RunningMetrics();
  const { training } = model;
  model.eval();
  try {
    let done = 0;
    for await (const { x, y } of batches.epoch(0)) {
      await step(async () => {
        const [scores, mean] = noGrad(() => {
          const output = model.forward(x);
          return [output, loss(output, y)];
        });
        metrics.add(await mean.item(), await scores.data(), await y.data());
      });
      await options.onStep?.(++done);
      if (options.signal?.aborted === true) return null;
    }
  } finally {
    model.train(training);
  }
  return metrics.value;
}
