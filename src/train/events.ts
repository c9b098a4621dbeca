/**
 * Events of training: one typed stream. Progress lines, run folders, early stopping and dashboards are listeners of it;
 * the loop itself knows none of them.
 */

import type { HostTensor } from "../interop/safetensors.js";
import type { MetricInfo } from "../metrics/metric.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Batches } from "./batches.js";
import type { Phases } from "./phases.js";
import type { Metrics } from "./runningMetrics.js";

/** What one epoch came to. Epochs count from 1. */
export interface EpochRecord {
  readonly epoch: number;
  /** Learning rate of this epoch, of its first step if it changes before each. */
  readonly lr: number;
  /** Running means over the epoch, while the weights changed. */
  readonly train: Metrics;
  /** Measured after the epoch, in evaluation mode; null without validation data. */
  readonly validation: Metrics | null;
  /** Wall time of the epoch, validation included. */
  readonly seconds: number;
  /** Wall time of its training part. */
  readonly trainSeconds: number;
  /** Where the time went; absent in what earlier versions recorded. */
  readonly phases?: Phases;
  /** Absent in what earlier versions recorded. */
  readonly memory?: EpochMemory;
}

/** Memory of an epoch, in bytes. */
export interface EpochMemory {
  /** Of all tensors at the end of a backward pass, when they are most; the most of the epoch. */
  readonly tensors: number;
  /** Of the whole process, at the end of the epoch; null where the system does not say, as in browsers. */
  readonly process: number | null;
}

/** The value of a metric after an epoch: on validation data, or in training without them. */
export function measured({ train, validation }: EpochRecord, name: string): number {
  return (validation ?? train)[name];
}

export interface FitStart {
  readonly epochs: number;
  /** Steps of one epoch. */
  readonly steps: number;
  /** Training samples of one epoch. */
  readonly samples: number;
  /** Where training begins: 0 and 0, or the place at which a resumed run stopped. */
  readonly epochsDone: number;
  readonly stepsDone: number;
  /** What is measured beside the loss. */
  readonly metrics: readonly MetricInfo[];
  /** The epochs done before. */
  readonly history: readonly EpochRecord[];
  /** Where the batches come from. */
  readonly training: Batches;
  readonly validation: Batches | null;
}

export interface EpochStart {
  readonly epoch: number;
  readonly epochs: number;
  readonly lr: number;
}

export interface StepEnd {
  readonly epoch: number;
  /** In this epoch, from 1. */
  readonly step: number;
  /** Since the beginning of the run, from 1. */
  readonly globalStep: number;
  /** Learning rate of this step. */
  readonly lr: number;
  /** Mean loss of this batch. */
  readonly loss: number;
  readonly samples: number;
  /** Loss and metrics of the epoch so far; computed when asked for. */
  readonly running: Metrics;
}

/** After each batch of validation. Its tensors may be read until the handler, or its promise, is done. */
export interface EvaluateStep extends EvaluatedBatch {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

/** A batch, and what the model made of it in evaluation mode. */
export interface EvaluatedBatch {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly output: Tensor;
  /** The numbers of its samples in the data set, where the batches tell them. */
  readonly indices?: Int32Array;
}

export interface EpochEnd extends EpochRecord {
  readonly epochs: number;
  /** What the trainer monitors (validation accuracy, as a rule) is the best so far. */
  readonly best: boolean;
}

export interface FitEnd {
  /** "stopped": the signal was raised; the state is that of the last whole step. */
  readonly status: "finished" | "stopped";
  /** Why a listener ended the training before its last epoch, by `trainer.stop`. */
  readonly reason?: string;
  readonly history: readonly EpochRecord[];
}

/** An error ended the training. */
export interface FitFailure {
  readonly error: unknown;
}

/** Every event by name. */
export interface TrainerEvents {
  fitStart: FitStart;
  epochStart: EpochStart;
  step: StepEnd;
  evaluate: EvaluateStep;
  epochEnd: EpochEnd;
  fitEnd: FitEnd;
  fitFail: FitFailure;
}

/**
 * Handlers for the events that one listener cares about. The loop awaits what a handler returns; an error that it throws
 * ends the training.
 *
 * @example
 * const losses: number[] = [];
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy });
 * trainer.listen({ step: ({ loss }) => void losses.push(loss) });
 * await trainer.fit(loader, null, { epochs: 2 });
 * losses.length // → 6
 */
export type Listener = Handlers & {
  /** What the listener must not forget when the training is resumed. */
  readonly memory?: ListenerMemory;
};

type Handlers = {
  readonly [Name in keyof TrainerEvents]?: (event: TrainerEvents[Name]) => void | Promise<void>;
};

/** Tensors that a listener keeps from one epoch to a later one; they travel with the checkpoint. */
export interface ListenerMemory {
  /** Unlike that of other listeners; without a full stop. */
  readonly name: string;
  save(): ReadonlyMap<string, HostTensor>;
  restore(tensors: ReadonlyMap<string, HostTensor>): void;
}

/** Calls the handlers of one event in the order of the listeners. Allocates no promise where none is returned. */
export function emit<Name extends keyof TrainerEvents>(
  listeners: readonly Handlers[],
  name: Name,
  event: TrainerEvents[Name],
): void | Promise<void> {
  for (let i = 0; i < listeners.length; i++) {
    const pending = listeners[i][name]?.(event);
    if (pending instanceof Promise) return pending.then(() => emit(listeners.slice(i + 1), name, event));
  }
}
