/**
 * Recorder: the listener that keeps a run folder up to date. A checkpoint is written when training begins, after each
 * epoch, now and then in between, and when training is stopped; a line of metrics after each epoch.
 */

import type { EpochMemory, EpochRecord, Listener } from "./events.js";
import type { Phases } from "./phases.js";
import type { RunFolder } from "./run.js";
import type { Metrics } from "./runningMetrics.js";
import type { Trainer } from "./trainer.js";

export interface RecorderOptions {
  readonly run: RunFolder;
  readonly trainer: Trainer;
  /** Seconds between checkpoints within an epoch. @default 30 */
  readonly everySeconds?: number;
  /** Steps between checkpoints within an epoch; 0: by time only. @default 0 */
  readonly everySteps?: number;
  /** What the line of an epoch holds besides. @default nothing */
  readonly beside?: () => object;
  /** Called before a checkpoint within an epoch is written. @default nothing */
  readonly beforeCheckpoint?: () => void;
}

/**
 * The listener that keeps the folder `run` up to date while `trainer` trains: `trainer.listen(recorder({ run, trainer }))`.
 */
export function recorder({ run, trainer, everySeconds = 30, everySteps = 0, beside = () => ({}), beforeCheckpoint }: RecorderOptions): Listener {
  let lastSave = 0;
  const save = async (): Promise<void> => {
    beforeCheckpoint?.();
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
      run.appendMetrics({ ...epochMetrics(record), ...beside() });
      lastSave = performance.now();
    },
    async fitEnd({ status }) {
      if (status === "stopped") await save();
    },
  };
}

/** One line of `metrics.jsonl`; each metric, such as the accuracy, is there as `trainAccuracy` and `valAccuracy`. Shares are fractions. */
export interface EpochMetrics {
  readonly event: "epoch";
  readonly epoch: number;
  readonly lr: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly phases?: Phases;
  readonly memory?: EpochMemory;
  readonly [metric: `train${string}`]: number;
  readonly [metric: `val${string}`]: number | null;
}

export function epochMetrics({ epoch, lr, train, validation, seconds, trainSeconds, phases, memory }: EpochRecord): EpochMetrics {
  const names = Object.keys(train).filter((name) => name !== "samples");
  return {
    event: "epoch",
    epoch,
    lr,
    ...named("train", names, train),
    ...named("val", names, validation),
    seconds,
    imagesPerSecond: train.samples / trainSeconds,
    ...(phases !== undefined && { phases }),
    ...(memory !== undefined && { memory }),
  };
}

/** What was measured after an epoch, from its line of `metrics.jsonl`. */
export function measuredIn(line: object): Pick<EpochRecord, "epoch"> & { readonly train: Readonly<Record<string, number>>; readonly validation: Readonly<Record<string, number>> | null } {
  const part = (prefix: "train" | "val"): Readonly<Record<string, number>> =>
    Object.fromEntries(
      Object.entries(line).flatMap(([name, value]) => {
        const metric = name.slice(prefix.length);
        return name.startsWith(prefix) && /^[^a-z]/.test(metric) && typeof value === "number" ? [[metric[0].toLowerCase() + metric.slice(1), value] as const] : [];
      }),
    );
  const validation = part("val");
  return { epoch: "epoch" in line ? Number(line.epoch) : NaN, train: part("train"), validation: Object.keys(validation).length > 0 ? validation : null };
}

const named = (prefix: "train" | "val", names: readonly string[], values: Metrics | null): object =>
  Object.fromEntries(names.map((name) => [prefix + name[0].toUpperCase() + name.slice(1), values?.[name] ?? null]));
