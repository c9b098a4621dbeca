/** A run folder for a training of one's own. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError, ValueError } from "../base/errors.js";
import { anything, flag, optionsOf, show } from "../base/options.js";
import { defaultBackend } from "../backend/select.js";
import { initialSeed } from "../ops/random.js";
import type { Listener } from "./events.js";
import { RunFolder } from "./run.js";
import { newRunInfo } from "./runInfo.js";
import { type RecordLevel, recordLevels, runRecording } from "./runRecording.js";
import { Trainer } from "./trainer.js";

export interface RecordRunOptions {
  readonly trainer: Trainer;
  /** What distinguishes this run from others, such as `{ hidden: 64, seed: 1 }`, beside model, optimiser, learning rate and epochs. @default {} */
  readonly config?: Readonly<Record<string, string | number | boolean | null>>;
  /**
   * "all": curves, and what the board shows of the network: its graph, histograms, filters, mistakes, some samples followed through it; at
   * most 2 % of the time of the training, see docs/runs.md. "metrics": curves alone. @default "all"
   */
  readonly record?: RecordLevel;
  /** Go on from the latest checkpoint in the folder, if there is one. The trainer must have been built as it was for it. @default false */
  readonly resume?: boolean;
  /** Seconds between checkpoints within an epoch. @default 30 */
  readonly everySeconds?: number;
}

/**
 * A listener that keeps all of a training in a folder, as `nabla train` does: metrics, checkpoints, the best weights, event files for TensorBoard, and
 * what `npx nabla board` shows. The folder is made, and belongs to this process until the training ends. Give it to `trainer.listen` before other listeners.
 *
 * A training that was stopped or killed goes on to the same bits with `resume: true`.
 * @throws DataError when the folder holds something else, is being written, or cannot be; with `resume`, when its checkpoints are damaged.
 *
 * @example
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy });
 * trainer.listen(recordRun(`${folder}/runs/first`, { trainer, config: { hidden: 4 } }));
 * await trainer.fit(loader, validationLoader, { epochs: 2 });
 * // npx nabla board runs
 */
export function recordRun(folder: string, options: RecordRunOptions): Listener {
  const { trainer, config = {}, record = "all", resume = false, everySeconds = 30 } = optionsOf("recordRun", options, { trainer: anything, config: anything, record: anything, resume: flag, everySeconds: anything });
  if (typeof folder !== "string" || folder === "") throw new ValueError(`recordRun: expected the path of a folder, got ${show(folder)}.`);
  if (!(trainer instanceof Trainer)) throw new ValueError(`recordRun: trainer must be a Trainer, got ${show(trainer)}.`);
  if (!recordLevels.includes(record)) throw new ValueError(`recordRun: record must be one of ${recordLevels.join(", ")}, got ${show(record)}.`);
  if (!(everySeconds > 0)) throw new ValueError(`recordRun: everySeconds must be above 0, got ${show(everySeconds)}.`);
  for (const [name, value] of Object.entries(optionsOf("recordRun", config))) {
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) continue;
    throw new ValueError(`recordRun: config.${name} must be a number, a string, true, false or null, got ${show(value)}.`);
  }
  const there = existsSync(join(folder, "run.json"));
  if (there && !resume) throw new DataError(`recordRun: ${folder} holds a run already; pass resume: true to go on with it, or give another folder.`);

  const { model, optimizer } = trainer;
  const facts = { model: model.constructor.name, optimizer: optimizer.constructor.name, lr: optimizer.lr, ...config };
  let run: RunFolder | undefined;
  if (there) {
    run = RunFolder.open(folder);
    const found = run.loadCheckpoint();
    if (found !== undefined) trainer.restore(found.state);
  } else {
    const seed = typeof config.seed === "number" ? config.seed : initialSeed();
    run = RunFolder.create(folder, { ...newRunInfo(facts, seed), backend: { ...defaultBackend().info } });
  }
  let recording: Listener = {};
  const close = (): void => {
    run?.close();
    run = undefined;
  };
  return {
    fitStart(event) {
      run ??= RunFolder.open(folder);
      run.updateInfo({ config: { ...facts, epochs: event.epochs } });
      recording = runRecording({ run, trainer, record, everySeconds });
      return recording.fitStart?.(event);
    },
    step: (event) => recording.step?.(event),
    evaluate: (event) => recording.evaluate?.(event),
    epochEnd: (event) => recording.epochEnd?.(event),
    async fitEnd(event) {
      await recording.fitEnd?.(event);
      close();
    },
    async fitFail(event) {
      try {
        await recording.fitFail?.(event);
      } finally {
        close();
      }
    },
  };
}
