/** One training from the command line: a new run, or one that goes on. */

import { join, resolve } from "node:path";
import { findBackend, setBackend, setThreads, defaultBackend } from "../backend/select.js";
import { DataError, NablaError } from "../base/errors.js";
import { shellPath } from "../base/shellPath.js";
import type { Splits } from "../data/imageDataset.js";
import { crossEntropy } from "../nn/losses/index.js";
import { fingerprint } from "../train/fingerprint.js";
import type { Listener } from "../train/events.js";
import { DivergenceError } from "../train/nonFinite.js";
import { progress } from "../train/progress.js";
import { epochMetrics } from "../train/recorder.js";
import { type FoundCheckpoint, RunFolder } from "../train/run.js";
import { newRunInfo, type RunInfo } from "../train/runInfo.js";
import { runRecording } from "../train/runRecording.js";
import type { TrainerState } from "../train/state.js";
import { Trainer } from "../train/trainer.js";
import { assemble, type Assembly } from "./assemble.js";
import { resolveConfig, type TrainConfig } from "./config.js";
import { type Io, printJson, printLine } from "./io.js";
import { loadSplits } from "./loadSplits.js";
import { displayPath, endRecord, endText } from "./runReport.js";
import { listenForStop, type StopSignal } from "./stopSignal.js";

export interface StartOptions {
  readonly config: TrainConfig;
  /** The run folder; undefined: a numbered one below runs/. */
  readonly out: string | undefined;
  readonly json: boolean;
  readonly io: Io;
}

/** Trains from the beginning. @returns the exit code */
export async function startRun({ config: given, out, json, io }: StartOptions): Promise<number> {
  const dataDir = given["data-dir"];
  const config = dataDir === undefined ? given : { ...given, "data-dir": resolve(dataDir) };
  selectBackend(config);
  const info = newRunInfo(config, config.seed);
  const day = info.created.slice(0, 10);
  const run =
    out === undefined
      ? RunFolder.createNumbered("runs", `${day}-${config.model}-${config.data}`, info)
      : RunFolder.create(out, info);
  const stop = listenForStop(io);
  try {
    const session = await prepare(config, io).catch((error: unknown) => {
      run.discard();
      throw error;
    });
    run.updateInfo({ backend: { ...defaultBackend().info }, data: fingerprint(session.splits) });
    return await train({ run, config, session, found: undefined, json, io, stop });
  } finally {
    stop.dispose();
    run.close();
  }
}

export interface ResumeOptions {
  readonly path: string;
  /** Options that replace the run's own. */
  readonly changes: ReadonlyMap<string, unknown>;
  readonly json: boolean;
  readonly io: Io;
}

/**
 * Goes on with a run from its latest checkpoint; one that is finished prints its end again.
 * @returns the exit code
 */
export async function resumeRun({ path, changes, json, io }: ResumeOptions): Promise<number> {
  const run = RunFolder.open(path);
  const stop = listenForStop(io);
  try {
    const config = resumedConfig(run, changes);
    const found = run.loadCheckpoint();
    if (found?.problem !== undefined) printLine(io.stderr, `warning: ${found.problem} Going on from the checkpoint before it.`);
    const epochsDone = found?.state.position.epochsDone ?? 0;
    if (found !== undefined && epochsDone >= config.epochs) {
      if (epochsDone > config.epochs && changes.has("epochs")) {
        throw new DataError(`run ${displayPath(run.path)} has done ${epochsDone} epochs already; give --epochs ${epochsDone + 1} or more to train on.`);
      }
      run.reconcileMetrics(found.state.position.history.map(epochMetrics));
      printEnd(found.state, run, config, json, io);
      return 0;
    }
    if (config.epochs !== run.info.config.epochs) run.updateInfo({ config });
    selectBackend(config, run.info.backend);
    warnOfOtherBackend(run, io);
    const session = await prepare(config, io, changes.has("data-dir") ? undefined : run.info.data?.source);
    checkData(run, session.splits);
    return await train({ run, config, session, found, json, io, stop });
  } finally {
    stop.dispose();
    run.close();
  }
}

/** The run's own configuration; a damaged one is a fault of the file, not of the command line. */
function resumedConfig(run: RunFolder, changes: ReadonlyMap<string, unknown>): TrainConfig {
  const recorded = new Map(Object.entries(run.info.config));
  if (recorded.has("lab")) {
    const path = displayPath(run.path);
    throw new DataError(`${path} is a run of lab ${String(recorded.get("lab"))}; go on with it by: npx nabla lab run --resume ${shellPath(path)}`);
  }
  try {
    resolveConfig(recorded);
  } catch (error) {
    throw new DataError(`${join(run.path, "run.json")} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
  return resolveConfig(new Map([...recorded, ...changes]));
}

type Session = Assembly & { readonly splits: Splits };

/** Reads the data and builds everything from them; all that can be wrong with either shows here. */
async function prepare(config: TrainConfig, io: Io, source?: string): Promise<Session> {
  const splits = await loadSplits(config, io, source);
  return { splits, ...assemble(config, splits) };
}

interface TrainOptions {
  readonly run: RunFolder;
  readonly config: TrainConfig;
  readonly session: Session;
  readonly found: FoundCheckpoint | undefined;
  readonly json: boolean;
  readonly io: Io;
  /** Listens since before the data were read: Ctrl-C then stops before the first step. */
  readonly stop: StopSignal;
}

async function train({ run, config, session, found, json, io, stop }: TrainOptions): Promise<number> {
  const { splits, model, optimizer, schedule, training, validation } = session;
  const trainer = new Trainer({ model, optimizer, schedule, loss: crossEntropy });
  if (found !== undefined) trainer.restore(found.state);
  if (!json) printLine(io.stdout, headline(config, splits, run, found));

  const { record, "checkpoint.seconds": everySeconds, "checkpoint.steps": everySteps } = config;
  trainer.listen(runRecording({ run, trainer, record, everySeconds, everySteps }));
  trainer.listen(json ? jsonLines(io) : progress({ stream: io.stdout }));
  if (json && io.stderr.isTTY === true) trainer.listen(progress({ stream: io.stderr, liveOnly: true }));

  try {
    const { status } = await trainer.fit(training, validation, { epochs: config.epochs, signal: stop.signal });
    const state = await trainer.state();
    if (status === "finished") {
      printEnd(state, run, config, json, io);
      return 0;
    }
    const { epochsDone, stepsDone } = state.position;
    printLine(
      io.stderr,
      `stopped in epoch ${epochsDone + 1} after ${stepsDone} of ${training.length} steps; a checkpoint is written. Go on with:\n` +
        `  npx nabla train --resume ${shellPath(displayPath(run.path))}`,
    );
    return stop.exitCode;
  } catch (error) {
    if (error instanceof DivergenceError) {
      const checkpoint = run.checkpointPath;
      error.message += checkpoint === undefined ? " No checkpoint was written before." : ` Last good checkpoint: ${displayPath(checkpoint)}`;
    }
    throw error;
  } finally {
    training.close();
    validation.close();
  }
}

function jsonLines({ stdout }: Io): Listener {
  return { epochEnd: ({ epochs: _epochs, best: _best, ...record }) => printJson(stdout, epochMetrics(record)) };
}

function printEnd(state: TrainerState, run: RunFolder, config: TrainConfig, json: boolean, { stdout }: Io): void {
  const end = endRecord(state, run.path);
  if (json) printJson(stdout, end);
  else printLine(stdout, endText(end, state.position.history, config));
}

function headline(config: TrainConfig, { train, validation, source }: Splits, run: RunFolder, found: FoundCheckpoint | undefined): string {
  const { name, isa, threads } = defaultBackend().info;
  const place = found === undefined ? "" : `, from epoch ${found.state.position.epochsDone + 1}, step ${found.state.position.stepsDone + 1}`;
  return (
    `${config.model} on ${config.data} (${source}): ${train.length} training, ${validation.length} validation images\n` +
    `${name} kernels (${isa}), ${threads} ${threads === 1 ? "thread" : "threads"}; run ${displayPath(run.path)}${place}`
  );
}

/** The backend asked for, else the one that the run began on if this machine has it, else the fastest. */
function selectBackend({ backend, threads }: TrainConfig, began: RunInfo["backend"] = null): void {
  if (backend !== undefined) setBackend(backend);
  else if (began !== null && "backend" in findBackend(began.name)) setBackend(began.name);
  if (threads !== undefined) setThreads(threads);
}

function warnOfOtherBackend(run: RunFolder, { stderr }: Io): void {
  const { backend: began } = run.info;
  const { name, isa } = defaultBackend().info;
  if (began === null || (began.name === name && began.isa === isa)) return;
  printLine(
    stderr,
    `warning: the run began with ${began.name} kernels (${began.isa}) and goes on with ${name} (${isa}); ` +
      "results will differ in the last bits from those of an undisturbed run.",
  );
}

/** @throws NablaError when the data are not those that the run began with. */
function checkData(run: RunFolder, splits: Splits): void {
  const now = fingerprint(splits);
  const { data } = run.info;
  if (data === null) run.updateInfo({ data: now, backend: { ...defaultBackend().info } });
  else if (data.sha256 !== now.sha256) {
    throw new NablaError(
      `run ${displayPath(run.path)} began with other data: then ${data.trainImages} training and ${data.validationImages} validation images from ${data.source}, ` +
        `now ${now.trainImages} and ${now.validationImages} from ${now.source}. Give the folder with the old files by --data-dir, or start a new run.`,
    );
  }
}
