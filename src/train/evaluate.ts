/** Evaluation: metrics of a model over a data set, in evaluation mode and without a tape. */

import type { Metric } from "../metrics/metric.js";
import type { Values } from "../metrics/values.js";
import { ValueError } from "../base/errors.js";
import { callback, optionsOf, show } from "../base/options.js";
import { checkModule, Module, type TensorModule } from "../nn/module.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Batches, checkBatches } from "./batches.js";
import type { EvaluatedBatch } from "./events.js";
import { abortSignal, metricList } from "./options.js";
import { classifierMetrics, type Metrics, RunningMetrics } from "./runningMetrics.js";

/** Mean loss of a batch from the model's output and the target, such as `crossEntropy`. */
export type Loss = (output: Tensor, target: Tensor) => Tensor;

/** A loss, as a function or as a layer. */
export type LossLike = Loss | Module<[Tensor, Tensor]>;

export function lossFunction(loss: LossLike): Loss {
  if (loss instanceof Module) return (output, target) => loss.forward(output, target);
  if (typeof loss !== "function") throw new ValueError(`expected a loss, such as crossEntropy or new nn.CrossEntropyLoss(), got ${show(loss)}.`);
  return (output, target) => {
    const mean = loss(output, target);
    if (!(mean instanceof Tensor)) throw new ValueError(`the loss must give a tensor of one number, got ${show(mean)}.`);
    return mean;
  };
}

export interface EvaluateOptions<Name extends string = string> {
  /** What is measured beside the loss. @default metrics.Accuracy, and of more than five classes metrics.TopKAccuracy, "top5" */
  readonly metrics?: readonly Metric<Name>[];
  /** Called after each batch, whose tensors may be read until it, or its promise, is done. */
  readonly onStep?: (step: number, batch: EvaluatedBatch) => void | Promise<void>;
  /** Ends the evaluation early. */
  readonly signal?: AbortSignal;
}

/**
 * Loss and metrics of `model` over one pass of `batches`, in evaluation mode and without a tape. The model is in its old mode
 * afterwards.
 * @returns the values over all samples; null when the signal was raised before the end.
 *
 * @example
 * const measured = await evaluate(model, crossEntropy, validationLoader);
 * measured?.samples             // → 6
 * Object.keys(measured ?? {})   // → ["samples", "loss", "accuracy"]
 * const f1 = await evaluate(model, crossEntropy, validationLoader, { metrics: [new metrics.F1Score()] });
 * Object.keys(f1 ?? {})         // → ["samples", "loss", "f1"]
 */
export async function evaluate<Name extends string = "accuracy">(
  model: TensorModule,
  loss: LossLike,
  batches: Batches,
  options: EvaluateOptions<Name> = {},
): Promise<(Metrics & Readonly<Record<Name, number>>) | null> {
  checkModule("evaluate", model);
  checkBatches("evaluate", batches);
  optionsOf("evaluate", options, { metrics: metricList, onStep: callback, signal: abortSignal });
  const running = new RunningMetrics(options.metrics ?? classifierMetrics());
  const lossOf = lossFunction(loss);
  const { training } = model;
  model.eval();
  try {
    let done = 0;
    for await (const { x, y, indices } of batches.epoch(0)) {
      await step(async () => {
        const [output, mean] = noGrad(() => {
          const output = model.forward(x);
          return [output, lossOf(output, y)];
        });
        await countIn(running, await mean.item(), output, y);
        await options.onStep?.(++done, { x, y, output, indices });
      });
      if (options.signal?.aborted === true) return null;
    }
  } finally {
    model.train(training);
  }
  return running.value as Metrics & Record<Name, number>;
}

/** Adds a batch to `running`; what no metric wants is not read. */
export async function countIn(running: RunningMetrics, loss: number, output: Tensor, target: Tensor): Promise<void> {
  const read = async (t: Tensor): Promise<Values> => ({ data: running.metrics.length > 0 ? await t.data() : [], shape: t.shape });
  running.add(loss, target.shape[0] ?? 1, await read(output), await read(target));
}
