/**
 * Early stopping: the listener that ends a training when it no longer gets better, and takes the best weights back. Where it stands follows
 * from the history; only the best weights have to be kept, and travel with the checkpoint.
 */

import { toDevice, toHost } from "../interop/hostTensors.js";
import type { HostTensor } from "../interop/safetensors.js";
import { isBetter } from "../metrics/metric.js";
import { flag, instanceOf, integer, needed, number, optionsOf } from "../base/options.js";
import { step } from "../tensor/step.js";
import { type EpochRecord, type Listener, measured } from "./events.js";
import { Trainer } from "./trainer.js";

export interface EarlyStoppingOptions {
  readonly trainer: Trainer;
  /** Epochs without progress that are put up with. @default 5 */
  readonly patience?: number;
  /** Less than this is no progress. @default 0 */
  readonly minDelta?: number;
  /** Whether the model ends with the weights of its best epoch. @default true */
  readonly restoreBest?: boolean;
}

/**
 * Ends the training of `trainer` after more than `patience` epochs in which what it monitors (its option `monitor`; of validation data, or of
 * training without them) did not get better than the best so far by more than `minDelta`. The model then has the weights of its best epoch, also
 * when all epochs were done; a training that is stopped by its signal keeps its last ones, from which it can be resumed. Prechelt 1998.
 * @throws ValueError unless `patience` is a whole number from 0 on, and `minDelta` at least 0.
 *
 * @example
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy, monitor: "loss" });
 * trainer.listen(earlyStopping({ trainer, patience: 0, minDelta: 0.5 }));
 * const { history, reason } = await trainer.fit(loader, validationLoader, { epochs: 50 });
 * history.length // → 2
 * reason         // → early stopping: loss no better than in epoch 1 for 1 epoch
 */
export function earlyStopping(options: EarlyStoppingOptions): Listener {
  const { trainer, patience = 5, minDelta = 0, restoreBest = true } = optionsOf("earlyStopping", options, { trainer: needed(instanceOf(Trainer)), patience: integer(0), minDelta: number(0), restoreBest: flag });
  let best: ReadonlyMap<string, HostTensor> = new Map();

  /** The best of these epochs: each is compared with the best before it. */
  const bestOf = (history: readonly EpochRecord[]): EpochRecord | undefined => {
    const { monitor } = trainer;
    const margin = monitor.direction === "higher" ? minDelta : -minDelta;
    return history.reduce<EpochRecord | undefined>(
      (top, record) => (top === undefined || isBetter(monitor, measured(record, monitor.name), measured(top, monitor.name) + margin) ? record : top),
      undefined,
    );
  };
  const keepIfBest = async (epoch: number): Promise<void> => {
    if (restoreBest && bestOf(trainer.history)?.epoch === epoch) best = await toHost(trainer.model.stateDict());
  };
  const stopIfDue = (): void => {
    const { history, monitor } = trainer;
    const top = bestOf(history);
    const waited = history.length - (top?.epoch ?? 0);
    if (waited <= patience) return;
    trainer.stop(`early stopping: ${monitor.name} no better than in epoch ${top!.epoch} for ${waited} ${waited === 1 ? "epoch" : "epochs"}`);
  };

  return {
    memory: {
      name: "earlyStopping",
      save: () => best,
      restore: (tensors) => (best = tensors),
    },
    async fitStart({ epochsDone, stepsDone }) {
      // A checkpoint of the very end of the best epoch may have been written before this listener heard of that end.
      if (epochsDone > 0 && stepsDone === 0) await keepIfBest(epochsDone);
      stopIfDue();
    },
    async epochEnd({ epoch }) {
      await keepIfBest(epoch);
      stopIfDue();
    },
    fitEnd({ status }) {
      if (restoreBest && status === "finished" && best.size > 0) step(() => trainer.model.loadStateDict(toDevice(best)));
    },
  };
}
