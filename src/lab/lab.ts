/** Lab: an experiment that anyone can rerun and change, whose results are compared with what a text reports. */

import { UsageError } from "../base/errors.js";
import type { Splits } from "../data/imageDataset.js";
import type { Batches } from "../train/batches.js";
import type { FitEnd } from "../train/events.js";
import type { Trainer } from "../train/trainer.js";
import type { ClaimValue } from "./claims.js";
import type { SettingDefinitions, SettingValue, SettingValues } from "./settings.js";

/** "quick": within a minute, to see how it works; "full": the real experiment. */
export type LabMode = "quick" | "full";

export const labModes = ["quick", "full"] as const satisfies readonly LabMode[];

/** What `lab.figure` takes: every chart of `plot`. */
export interface LabFigure {
  svg(options?: { readonly theme?: "auto" | "light" | "dark" }): string;
}

/** A row of a table: a value for each column. */
export type LabRow = Readonly<Record<string, string | number | boolean | null>>;

export interface LabFitOptions {
  /** Epochs of the whole training. */
  readonly epochs: number;
  /** Seconds between checkpoints within an epoch. @default 30 */
  readonly everySeconds?: number;
  /** What the board can show of the training: "metrics", its curves, or "all" of its network too, as `recordRun`. @default "metrics" */
  readonly record?: "all" | "metrics";
}

/** What a running lab works with. Whatever it shows appears in the report in the order of the calls. */
export interface Lab<Values = Readonly<Record<string, SettingValue>>> {
  readonly mode: LabMode;
  readonly settings: Values;
  /** Seeds to repeat the experiment with: 0, 1, …; as many as the lab declares, or as `--seeds` says. */
  readonly seeds: readonly number[];
  /** Raised when the reader wants to stop; `progress`, `memo` and `fit` stop by themselves. */
  readonly signal: AbortSignal;
  /** A data set by name, as `data.load`. @throws DataError when it is not here, with what brings it. */
  data(name: string): Promise<Splits>;
  /** Path of a folder with real data that `data.load` does not know, such as "photos". @throws DataError when it is not here. */
  folder(name: string): string;
  /**
   * Says how far a part of the work is, and lets Ctrl-C through when awaited. Cheap enough for every step of a loop.
   * @param text what is being done, such as `seed 2`
   */
  progress(done: number, total: number, text: string): Promise<void>;
  /** Shows a figure; `name` is the name of its file. */
  figure(name: string, figure: LabFigure, caption: string): void;
  /** Shows a table; its columns are the keys of the first row. */
  table(name: string, rows: readonly LabRow[], caption?: string): void;
  /** Shows a paragraph, in Markdown. */
  text(markdown: string): void;
  /** Gives the result for a claim of `expected.json`. @throws LabError for a claim that is not there, or given twice. */
  claim(id: string, value: ClaimValue): void;
  /**
   * Does a long part once: its result, which must be plain JSON (numbers may be NaN or infinite), is kept in the run folder, so that a run that
   * was stopped goes on behind it. Draws from the default random stream begin anew at the part, by its key, so that a resumed run gives the same
   * numbers. One part after the other. @throws LabError for a result that JSON cannot hold, or a key used twice
   */
  memo<T>(key: string, work: () => T | Promise<T>): Promise<T>;
  /**
   * `trainer.fit` with checkpoints in the run folder, under `key`: a run that was stopped goes on from the last one. Build the trainer as ever,
   * before each call. @throws LabError for a key used twice
   */
  fit(key: string, trainer: Trainer, training: Batches, validation: Batches | null, options: LabFitOptions): Promise<FitEnd>;
}

export interface LabDefinition<Definitions extends SettingDefinitions = SettingDefinitions> {
  /** What readers may change, with `--set name=value`: a value, or one for each mode; see `Setting`. @default none */
  readonly settings?: Definitions;
  /** How many seeds, in all modes or in each. Absent: the lab draws nothing that a seed would change. */
  readonly seeds?: number | Readonly<Record<LabMode, number>>;
  /** The experiment. */
  run(lab: Lab<SettingValues<Definitions>>): void | Promise<void>;
}

/**
 * Defines a lab: the default export of a file `lab.ts`, in a folder with `README.md` and `expected.json`. `nabla lab run FOLDER` runs it.
 * @throws UsageError for a definition without `run`, or with seeds that are none. Its settings are checked when the command loads it.
 *
 * @example
 * const lab = defineLab({
 *   settings: { rate: 0.1, steps: { quick: 10, full: 1000 } },
 *   async run(lab) {
 *     let x = 5;
 *     for (let i = 0; i < lab.settings.steps; i++) x -= lab.settings.rate * 2 * x;
 *     lab.claim("minimum", x);
 *   },
 * });
 * Object.keys(lab.settings ?? {}) // → ["rate", "steps"]
 */
export function defineLab<const Definitions extends SettingDefinitions = Record<never, never>>(definition: LabDefinition<Definitions>): LabDefinition<Definitions> {
  if (typeof definition !== "object" || definition === null || typeof definition.run !== "function") {
    throw new UsageError("defineLab: expected { settings?, seeds?, run(lab) { … } } with a function run.");
  }
  const counts = definition.seeds === undefined ? [1] : typeof definition.seeds === "number" ? [definition.seeds] : labModes.map((mode) => (definition.seeds as Record<LabMode, number>)[mode]);
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 1)) {
    throw new UsageError(`defineLab: seeds must be a whole number of at least 1, or { quick, full } of them, got ${JSON.stringify(definition.seeds)}.`);
  }
  return definition;
}
