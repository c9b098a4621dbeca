/** The event files of one training: several runs of TensorBoard side by side, each of them void from where a resumed training goes on. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { EventWriter } from "../interop/tfevents/eventWriter.js";
import type { FitStart } from "./events.js";

/** "train" and "validation" count epochs, so that both share a chart; "steps" counts steps. */
export type EventRun = "train" | "validation" | "steps";

export class EventRuns {
  readonly #folder: string;
  /** Open while a training goes on. */
  readonly #writers = new Map<EventRun, EventWriter>();
  #epochsBefore = 0;
  #stepsBefore = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A training begins, or goes on. */
  async begin({ epochsDone, stepsDone, steps }: FitStart): Promise<void> {
    // An error may have ended the training before without a word.
    await this.close();
    this.#epochsBefore = epochsDone;
    this.#stepsBefore = epochsDone * steps + stepsDone;
  }

  writer(run: EventRun): EventWriter {
    const open = this.#writers.get(run);
    if (open !== undefined) return open;
    const path = join(this.#folder, run);
    const before = run === "steps" ? this.#stepsBefore : this.#epochsBefore;
    const made = new EventWriter(path, existsSync(path) ? { purgeStep: before + 1 } : {});
    this.#writers.set(run, made);
    return made;
  }

  async flush(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.flush();
  }

  async close(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.close();
    this.#writers.clear();
  }
}
