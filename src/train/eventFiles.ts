/** Event files of a training, for TensorBoard: curves of steps and epochs, and how weights and gradients are distributed. */

import { join } from "node:path";
import { ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { EventWriter } from "../interop/tfevents/eventWriter.js";
import { type AnyModule, Module } from "../nn/module.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Listener } from "./events.js";
import type { Metrics } from "./runningMetrics.js";

export interface EventFilesOptions {
  /** Steps between points of loss and learning rate within an epoch; 0: none. @default 1 */
  readonly everySteps?: number;
  /** The model whose weights and gradients become histograms after each epoch; what is not finite is left out. @default none */
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
 * [...found] // → ["epoch/loss", "epoch/accuracy", "epoch/top5"]
 */
export function eventFiles(folder: string, options: EventFilesOptions = {}): Listener {
  const { everySteps = 1, histograms } = optionsOf("eventFiles", options);
  if (typeof folder !== "string" || folder === "") throw new ValueError(`eventFiles: expected the path of a folder, got ${show(folder)}.`);
  if (!Number.isInteger(everySteps) || everySteps < 0) throw new ValueError(`eventFiles: everySteps must be a whole number of at least 0, got ${show(everySteps)}.`);
  if (histograms !== undefined && !(histograms instanceof Module)) throw new ValueError(`eventFiles: histograms must be the model, got ${show(histograms)}.`);
  /** Open while a training goes on. */
  const writers = new Map<string, EventWriter>();
  let [epochsBefore, stepsBefore] = [0, 0];
  const writer = (run: "train" | "validation" | "steps"): EventWriter => {
    const before = run === "steps" ? stepsBefore : epochsBefore;
    const made = writers.get(run) ?? new EventWriter(join(folder, run), before > 0 ? { purgeStep: before + 1 } : {});
    writers.set(run, made);
    return made;
  };
  const addMetrics = (to: EventWriter, metrics: Metrics, epoch: number): void => {
    for (const [name, value] of Object.entries(metrics)) if (name !== "samples") to.addScalar(`epoch/${name}`, value, epoch);
  };
  const close = async (): Promise<void> => {
    for (const each of writers.values()) await each.close();
    writers.clear();
  };
  return {
    async fitStart({ epochsDone, stepsDone, steps }) {
      // An error may have ended the training before without a word.
      await close();
      epochsBefore = epochsDone;
      stepsBefore = epochsDone * steps + stepsDone;
    },
    step({ globalStep, loss, lr }) {
      if (everySteps === 0 || globalStep % everySteps !== 0) return;
      writer("steps").addScalar("step/loss", loss, globalStep);
      writer("steps").addScalar("step/lr", lr, globalStep);
    },
    async epochEnd({ epoch, lr, train, validation, seconds }) {
      const to = writer("train");
      addMetrics(to, train, epoch);
      to.addScalar("epoch/lr", lr, epoch);
      to.addScalar("epoch/seconds", seconds, epoch);
      if (validation !== null) addMetrics(writer("validation"), validation, epoch);
      for (const [name, t] of histograms?.namedParameters() ?? []) {
        await addHistogram(to, `weights/${name}`, t, epoch);
        if (t.grad !== null) await addHistogram(to, `gradients/${name}`, t.grad, epoch);
      }
      for (const each of writers.values()) await each.flush();
    },
    fitEnd: close,
  };
}

async function addHistogram(to: EventWriter, tag: string, t: Tensor, epoch: number): Promise<void> {
  const values = await t.data();
  await to.addHistogram(tag, values.every(Number.isFinite) ? values : values.filter(Number.isFinite), epoch);
}
