/**
 * Recorder: the listener that keeps a run folder up to date. A checkpoint is written when training begins, after each
 * epoch, now and then in between, and when training is stopped; a line of metrics after each epoch.
 */

import type { EpochRecord, Listener } from "./events.js";
import type { RunFolder } from "./run.js";
import type { Trainer } from "./trainer.js";

export interface RecorderOptions {
  readonly run: RunFolder;
  readonly trainer: Trainer;
  /** Seconds between checkpoints within an epoch. @default 30 */
  readonly everySeconds?: number;
  /** Steps between checkpoints within an epoch; 0: by time only. @default 0 */
  readonly everySteps?: number;
}

/**
 * The listener that keeps the folder `run` up to date while `trainer` trains: `trainer.listen(recorder({ run, trainer }))`.
 */
export function recorder({ run, trainer, everySeconds = 30, everySteps = 0 }: RecorderOptions): Listener {
  let lastSave = 0;
  const save = async (): Promise<void> => {
    run.saveCheckpoint(await trainer.state());
    lastSave = performance.now();
  };
  return {
    async fitStart() {
      const state = await trainer.state();
      run.reconcileMetrics(state.position.history.map(epochMetrics));
      if (run.checkpointPath === undefined) run.saveCheckpoint(state);
      lastSave = performance.now();
    },
    step({ globalStep }) {
      const due = everySteps > 0 && globalStep % everySteps === 0;
      if (due || performance.now() - lastSave > 1000 * everySeconds) return save();
    },
    async epochEnd({ epochs: _, best, ...record }) {
      const state = await trainer.state();
      // Before the checkpoint: a run killed in between goes through the end of this epoch again and writes the same file.
      if (best) run.saveBest(state.model, { epoch: String(record.epoch), metrics: JSON.stringify(epochMetrics(record)) });
      run.saveCheckpoint(state);
      run.appendMetrics(epochMetrics(record));
      lastSave = performance.now();
    },
    async fitEnd({ status }) {
      if (status === "stopped") await save();
    },
  };
}

/** One line of `metrics.jsonl`. Accuracies are fractions. */
export interface EpochMetrics {
  readonly event: "epoch";
  readonly epoch: number;
  readonly lr: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly trainTop5: number;
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly valTop5: number | null;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

export function epochMetrics({ epoch, lr, train, validation, seconds, trainSeconds }: EpochRecord): EpochMetrics {
  return {
    event: "epoch",
    epoch,
    lr,
    trainLoss: train.loss,
    trainAccuracy: train.accuracy,
    trainTop5: train.top5,
    valLoss: validation?.loss ?? null,
    valAccuracy: validation?.accuracy ?? null,
    valTop5: validation?.top5 ?? null,
    seconds,
    imagesPerSecond: train.samples / trainSeconds,
  };
}
