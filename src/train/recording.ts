/** A recording: something that a board shows of a network, made between the end of an epoch and its checkpoint. */

import type { EpochEnd, EvaluateStep, FitStart } from "./events.js";

export interface Recording {
  /** For messages, such as "the activations". */
  readonly name: string;
  fitStart?(event: FitStart): void | Promise<void>;
  evaluate?(event: EvaluateStep): void | Promise<void>;
  /** After each epoch that is recorded. */
  epochEnd?(event: EpochEnd): void | Promise<void>;
}
