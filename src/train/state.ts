/** The state of a training, as plain host data: what a checkpoint holds and `Trainer.restore` takes. */

import type { GeneratorState } from "../base/generator.js";
import type { HostTensor } from "../interop/safetensors.js";
import type { EpochRecord } from "./events.js";
import type { Phases } from "./phases.js";
import type { RunningState } from "./runningMetrics.js";

/** How far a training is. */
export interface TrainerPosition {
  /** Whole epochs that lie behind. */
  readonly epochsDone: number;
  /** Steps done in the epoch under way. */
  readonly stepsDone: number;
  /** Steps since the beginning. */
  readonly globalStep: number;
  /** Running metrics of the epoch under way. */
  readonly running: RunningState;
  /** Seconds spent in the epoch under way. */
  readonly seconds: number;
  /** Where they went, and the most bytes that tensors took; absent in what earlier versions wrote. */
  readonly phases?: Phases;
  readonly tensorBytes?: number;
  /** One record for each epoch done. */
  readonly history: readonly EpochRecord[];
  /** Random streams that the model draws from (dropout), by name. */
  readonly generators: Readonly<Record<string, GeneratorState>>;
}

export interface TrainerState {
  /** Parameters and buffers, in the order of the model's state dictionary. */
  readonly model: ReadonlyMap<string, HostTensor>;
  readonly optimizer: {
    readonly tensors: ReadonlyMap<string, HostTensor>;
    readonly scalars: Readonly<Record<string, number>>;
  };
  /** What listeners keep, by their names. */
  readonly listeners: ReadonlyMap<string, ReadonlyMap<string, HostTensor>>;
  readonly position: TrainerPosition;
}
