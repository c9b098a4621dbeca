/** Runs a lab in a run folder: gives it its data, settings and memory, collects what it shows, and judges its results. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultBackend } from "../backend/select.js";
import { NablaError } from "../base/errors.js";
import { load } from "../data/prepare.js";
import { manualSeed } from "../ops/random.js";
import type { Batches } from "../train/batches.js";
import type { FitEnd, Listener } from "../train/events.js";
import { RunFolder } from "../train/run.js";
import { newRunInfo } from "../train/runInfo.js";
import { runRecording } from "../train/runRecording.js";
import type { Trainer } from "../train/trainer.js";
import type { LabEntry } from "./catalogue.js";
import { type ClaimValue, judge } from "./claims.js";
import { dataRoot, requireFolder, setLookup } from "./dataFolders.js";
import { LabError, LabStopped } from "./errors.js";
import type { Lab, LabDefinition, LabFigure, LabFitOptions, LabMode, LabRow } from "./lab.js";
import { checkKey, MemoStore } from "./memo.js";
import { Pace, type ShowProgress } from "./pace.js";
import type { Block, LabResult } from "./result.js";
import { resolveSettings, type SettingValue } from "./settings.js";

/** What a run of a lab does: what `run.json` records under `config`. */
export interface LabPlan {
  readonly lab: string;
  readonly mode: LabMode;
  readonly seeds: number;
  readonly settings: Readonly<Record<string, SettingValue>>;
  readonly dataDir: string | undefined;
}

export interface RunLabOptions {
  readonly entry: LabEntry;
  readonly definition: LabDefinition;
  readonly plan: LabPlan;
  readonly run: RunFolder;
  readonly resumed: boolean;
  readonly signal?: AbortSignal;
  /** @default nothing is shown */
  readonly show?: ShowProgress;
  /** Told when a part that is kept is done: its key, and the seconds it took; undefined when it was done before. */
  readonly partDone?: (key: string, seconds: number | undefined) => void;
}

/** How many seeds a lab takes in a mode; undefined when it takes none. */
export function seedCount({ seeds }: LabDefinition, mode: LabMode): number | undefined {
  return typeof seeds === "object" ? seeds[mode] : seeds;
}

/**
 * Runs the experiment.
 * @throws LabStopped when the signal is raised; LabError when the lab breaks its contract; whatever the lab throws
 */
export async function runLab({ entry, definition, plan, run, resumed, signal = new AbortController().signal, show = () => {}, partDone = () => {} }: RunLabOptions): Promise<LabResult> {
  const began = performance.now();
  const blocks: Block[] = [];
  const results = new Map<string, ClaimValue>();
  const pace = new Pace(signal, show);
  const memos = new MemoStore(run.path);
  const root = dataRoot(plan.dataDir);
  const fail = (message: string): never => {
    throw new LabError(`lab ${entry.name}: ${message}`);
  };
  const addBlock = (block: Block): void => {
    if (block.kind !== "text") {
      checkKey(block.kind, block.name);
      if (blocks.some((other) => other.kind === block.kind && other.name === block.name)) fail(`two ${block.kind}s are called "${block.name}".`);
    }
    blocks.push(block);
  };

  const fitted = new Set<string>();
  let underWay: string | undefined;
  const lab: Lab = {
    mode: plan.mode,
    settings: plan.settings,
    seeds: Array.from({ length: plan.seeds }, (_, i) => i),
    signal,
    data: (name) => load(name, { ...setLookup(name, plan.dataDir), onDraw: (share) => pace.show(share, 1, `drawing ${name}`) }),
    folder: (name) => requireFolder(name, root),
    progress: (done, total, text) => pace.progress(done, total, text),
    figure(name: string, figure: LabFigure, caption: string) {
      if (typeof figure?.svg !== "function") fail(`figure "${name}": expected a chart of plot, got ${typeof figure}.`);
      addBlock({ kind: "figure", name, caption, svg: figure.svg({ theme: "auto" }) });
    },
    table(name: string, rows: readonly LabRow[], caption = "") {
      if (!Array.isArray(rows) || rows.length === 0) fail(`table "${name}": expected at least one row.`);
      const wrong = rows.find((row) => typeof row !== "object" || row === null);
      if (wrong !== undefined) fail(`table "${name}": expected rows such as { name: value }, got ${String(wrong)}.`);
      addBlock({ kind: "table", name, caption, columns: Object.keys(rows[0]), rows });
    },
    text(markdown) {
      if (typeof markdown !== "string") fail(`text: expected Markdown, got ${typeof markdown}.`);
      addBlock({ kind: "text", markdown });
    },
    claim(id, value) {
      const ids = entry.expected.claims.map((claim) => claim.id);
      if (!ids.includes(id)) fail(`expected.json has no claim "${id}"; it has ${ids.join(", ")}.`);
      if (results.has(id)) fail(`claim "${id}" is given twice.`);
      if (!isClaimValue(value)) fail(`claim "${id}": expected a number, a word, or a list of either, got a ${nameOf(value)}.`);
      results.set(id, value);
    },
    async memo(key, work) {
      pace.check();
      if (underWay !== undefined) fail(`memo "${key}": the part "${underWay}" is still under way; await one after the other.`);
      underWay = key;
      const start = performance.now();
      manualSeed(seedOf(key));
      const { value, kept } = await memos.remember(key, work).finally(() => (underWay = undefined));
      manualSeed(seedOf(`after ${key}`));
      partDone(key, kept ? undefined : (performance.now() - start) / 1000);
      return value;
    },
    fit(key, trainer, training, validation, options) {
      checkKey("fit", key);
      if (fitted.has(key)) fail(`fit: the key "${key}" is used twice; every training needs its own.`);
      fitted.add(key);
      return fit({ key, trainer, training, validation, options, run, plan, signal, pace });
    },
  };

  for (const { id, when = {} } of entry.expected.claims) {
    const odd = Object.keys(when).find((name) => !Object.hasOwn(plan.settings, name));
    if (odd !== undefined) fail(`claim "${id}" of expected.json is about the setting "${odd}", which there is not.`);
  }
  pace.check();
  manualSeed(0);
  try {
    await definition.run(lab);
  } catch (error) {
    if (error instanceof NablaError) throw error;
    const own = new LabError(`lab ${entry.name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    if (error instanceof Error) own.stack = error.stack; // where to look
    throw own;
  }
  show("");
  const { claims } = entry.expected;
  return {
    lab: entry.name,
    title: entry.title,
    mode: plan.mode,
    seeds: lab.seeds,
    settings: plan.settings,
    changed: changedSettings(definition, plan),
    judgements: claims.map((claim) => judge(claim, plan.mode, results.get(claim.id), plan.settings)),
    blocks,
    seconds: (performance.now() - began) / 1000,
    resumed,
    backend: { ...defaultBackend().info },
  };
}

const isClaimValue = (value: unknown): value is ClaimValue =>
  [value].flat().every((each) => typeof each === "number") || [value].flat().every((each) => typeof each === "string");

const nameOf = (value: unknown): string => (typeof value === "object" && value !== null ? value.constructor.name : typeof value);

function changedSettings({ settings = {} }: LabDefinition, plan: LabPlan): string[] {
  const defaults = resolveSettings(settings, plan.mode);
  return Object.keys(defaults).filter((name) => JSON.stringify(defaults[name]) !== JSON.stringify(plan.settings[name]));
}

/** FNV-1a, 32 bits. */
function seedOf(key: string): number {
  let h = 0x811c9dc5;
  for (const sign of key) h = Math.imul(h ^ sign.codePointAt(0)!, 0x01000193);
  return h >>> 0;
}

interface FitRun {
  readonly key: string;
  readonly trainer: Trainer;
  readonly training: Batches;
  readonly validation: Batches | null;
  readonly options: LabFitOptions;
  readonly run: RunFolder;
  readonly plan: LabPlan;
  readonly signal: AbortSignal;
  readonly pace: Pace;
}

/** A training within a run: a run folder of its own below it. One that ended is not begun again, also when it ended early. */
async function fit({ key, trainer, training, validation, options: { epochs, everySeconds, record = "metrics" }, run, plan, signal, pace }: FitRun): Promise<FitEnd> {
  const path = join(run.path, "trainings", key);
  const config = { lab: plan.lab, training: key, epochs };
  const own = existsSync(join(path, "run.json")) ? RunFolder.open(path) : RunFolder.create(path, newRunInfo(config, run.info.seed));
  try {
    const found = own.loadCheckpoint();
    if (found !== undefined) trainer.restore(found.state);
    const { ended } = own.info.config;
    if (found !== undefined && typeof ended === "object" && ended !== null) return { ...ended, status: "finished", history: found.state.position.history };
    trainer.listen(runRecording({ run: own, trainer, record, everySeconds }));
    trainer.listen(progressOf(key, pace));
    const { status, reason, history } = await trainer.fit(training, validation, { epochs, signal });
    if (status === "stopped") throw new LabStopped("stopped.");
    own.updateInfo({ config: { ...config, ended: { reason } } });
    return { status, reason, history };
  } finally {
    own.close();
  }
}

function progressOf(key: string, pace: Pace): Listener {
  let steps = 1;
  let epochs = 1;
  return {
    fitStart: (event) => void ([steps, epochs] = [event.steps, event.epochs]),
    step: ({ epoch, step }) => pace.show((epoch - 1) * steps + step, epochs * steps, `${key}: epoch ${epoch}/${epochs}`),
  };
}
