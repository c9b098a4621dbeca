/** Event files of a training, for TensorBoard: curves of steps and epochs, and how weights and gradients are distributed. */

import type { TypedArray } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { anything, optionsOf, show } from "../base/options.js";
import type { EventWriter } from "../interop/tfevents/eventWriter.js";
import { type AnyModule, Module } from "../nn/module.js";
import { EventRuns } from "./eventRuns.js";
import type { EpochRecord, Listener } from "./events.js";
import type { Metrics } from "./runningMetrics.js";
import { someOf } from "./someOf.js";
import type { Tensor } from "../tensor/tensor.js";

export interface EventFilesOptions {
  /** Steps between points of loss and learning rate within an epoch; 0: none. @default 1 */
  readonly everySteps?: number;
  /** The model whose weights and gradients become histograms after each epoch; what is not finite is left out, and of more than 131,072 values evenly chosen ones are taken. @default none */
  readonly histograms?: AnyModule;
}

/**
 * A listener that writes event files below `folder`, for `tensorboard --logdir folder`. They are three runs, so that training and validation
 * share a chart:
 * - `train` and `validation`: the loss and each metric by epoch, and in `train` the learning rate, seconds and histograms;
 * - `steps`: loss and learning rate by step.
 *
 * A training that is resumed goes on in new files, which take the place of what the earlier ones hold beyond the checkpoint.
 *
 * @example
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy, listeners: [eventFiles(`${folder}/run`, { histograms: model })] });
 * await trainer.fit(loader, validationLoader, { epochs: 2 });
 * const found = new Set<string>();
 * for await (const event of readEvents(`${folder}/run/validation`)) if (event.kind === "scalar") found.add(event.tag);
 * [...found] // → ["epoch/loss", "epoch/accuracy"]
 */
export function eventFiles(folder: string, options: EventFilesOptions = {}): Listener {
  const { everySteps = 1, histograms } = optionsOf("eventFiles", options, { everySteps: anything, histograms: anything });
  if (typeof folder !== "string" || folder === "") throw new ValueError(`eventFiles: expected the path of a folder, got ${show(folder)}.`);
  if (!Number.isInteger(everySteps) || everySteps < 0) throw new ValueError(`eventFiles: everySteps must be a whole number of at least 0, got ${show(everySteps)}.`);
  if (histograms !== undefined && !(histograms instanceof Module)) throw new ValueError(`eventFiles: histograms must be the model, got ${show(histograms)}.`);
  const runs = new EventRuns(folder);
  return {
    fitStart: (event) => runs.begin(event),
    step({ globalStep, loss, lr }) {
      if (everySteps === 0 || globalStep % everySteps !== 0) return;
      const to = runs.writer("steps");
      to.addScalar("step/loss", loss, globalStep);
      to.addScalar("step/lr", lr, globalStep);
    },
    async epochEnd(event) {
      addScalars(runs, event);
      if (histograms !== undefined) await addParameters(runs.writer("train"), histograms, event.epoch);
      await runs.flush();
    },
    fitEnd: () => runs.close(),
    fitFail: () => runs.close(),
  };
}

/** The curves of an epoch. */
export function addScalars(runs: EventRuns, { epoch, lr, train, validation, seconds }: EpochRecord): void {
  const add = (to: EventWriter, metrics: Metrics): void => {
    for (const [name, value] of Object.entries(metrics)) if (name !== "samples") to.addScalar(`epoch/${name}`, value, epoch);
  };
  const to = runs.writer("train");
  add(to, train);
  to.addScalar("epoch/lr", lr, epoch);
  to.addScalar("epoch/seconds", seconds, epoch);
  if (validation !== null) add(runs.writer("validation"), validation);
}

/** Values that a histogram is made of; of more, evenly chosen ones. */
const mostValues = 1 << 17;

/** How the weights, and the gradients of the last step, are distributed. */
export async function addParameters(to: EventWriter, model: AnyModule, epoch: number): Promise<void> {
  const valuesOf = (t: Tensor): Promise<TypedArray> => (t.size > mostValues ? someOf(t, mostValues) : t).data();
  for (const [name, t] of model.namedParameters()) {
    await addHistogram(to, `weights/${name}`, await valuesOf(t), epoch);
    if (t.heldGrad !== null) await addHistogram(to, `gradients/${name}`, await valuesOf(t.heldGrad), epoch);
  }
}

/** What is not finite is left out. */
export async function addHistogram(to: EventWriter, tag: string, values: TypedArray, epoch: number): Promise<void> {
  await to.addHistogram(tag, allFinite(values) ? values : values.filter(Number.isFinite), epoch);
}

function allFinite(values: TypedArray): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
