/**
 * Run folder: all that is kept of one training.
 *
 * - `run.json`: what was asked for and where it ran; written first, so that a run killed at any later moment can resume;
 * - `metrics.jsonl`: one line for each epoch;
 * - `checkpoint.safetensors`: the latest state, and `checkpoint-previous.safetensors`, the one before, should the disk damage it;
 * - `best.safetensors`: the weights of the best epoch;
 * - `run.lock`: there while a process writes the run.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DataError } from "../base/errors.js";
import { encodeSafetensors, type HostTensor } from "../interop/safetensors.js";
import { atomicWrite, cannotWrite, errorCode, temporarySuffix } from "../base/atomicWrite.js";
import { shellPath } from "../base/shellPath.js";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import { appendMetrics, reconcileMetricsLog } from "./metricsLog.js";
import { lockName, lockRun } from "./runLock.js";
import type { RunInfo } from "./runInfo.js";
import type { TrainerState } from "./state.js";

const files = {
  info: "run.json",
  metrics: "metrics.jsonl",
  checkpoint: "checkpoint.safetensors",
  previous: "checkpoint-previous.safetensors",
  best: "best.safetensors",
} as const;

/** A checkpoint as found on disk. */
export interface FoundCheckpoint {
  readonly state: TrainerState;
  readonly path: string;
  /** Why it is not the latest one; undefined when it is. */
  readonly problem?: string;
}

export class RunFolder {
  /** Absolute. */
  readonly path: string;
  #info: RunInfo;
  readonly #unlock: () => void;
  /** The outermost folder that `create` made, so giving the run up removes all from there on. */
  readonly #made: string | undefined;

  private constructor(path: string, info: RunInfo, unlock: () => void, made?: string) {
    this.path = path;
    this.#info = info;
    this.#unlock = unlock;
    this.#made = made;
  }

  /**
   * Begins a run in `folder`, which must not exist (it is made, with its parents) or be empty but for what a process that was killed while it began one left,
   * and locks it.
   * @throws DataError when it holds something or cannot be written.
   */
  static create(folder: string, info: RunInfo): RunFolder {
    const path = resolve(folder);
    const made = makeFolders(path);
    const found = readdirSync(path).filter((name) => name !== lockName && !name.endsWith(temporarySuffix));
    if (found.length > 0) {
      const remedy = found.includes(files.info) ? `continue it with --resume ${shellPath(path)}, or choose another folder` : "choose a new or an empty folder";
      throw new DataError(`run folder ${path} is not empty (it holds ${found[0]}${found.length > 1 ? ", …" : ""}); ${remedy}.`);
    }
    return RunFolder.#begin(path, info, made);
  }

  /** Begins a run in the first of `parent/name-1`, `parent/name-2`, … that does not exist, also when several begin at once. */
  static createNumbered(parent: string, name: string, info: RunInfo): RunFolder {
    const outermost = makeFolders(resolve(parent));
    for (let n = 1; ; n++) {
      const path = resolve(parent, `${name}-${n}`);
      if (makeFolder(path)) return RunFolder.#begin(path, info, outermost ?? path);
    }
  }

  static #begin(path: string, info: RunInfo, made: string | undefined): RunFolder {
    let run: RunFolder | undefined;
    try {
      run = new RunFolder(path, info, lockRun(path), made);
      removeTemporary(path);
      run.#writeInfo();
      return run;
    } catch (error) {
      run?.discard();
      if (run === undefined) removeEmpty(path, made);
      throw error;
    }
  }

  /**
   * Opens an existing run to go on with it, and locks it.
   * @throws DataError when there is none, it is damaged, or another process writes it.
   */
  static open(folder: string): RunFolder {
    const path = resolve(folder);
    const info = readInfo(path);
    const unlock = lockRun(path);
    removeTemporary(path);
    return new RunFolder(path, info, unlock);
  }

  get info(): RunInfo {
    return this.#info;
  }

  /** Replaces parts of `run.json`. */
  updateInfo(changes: Partial<RunInfo>): void {
    this.#info = { ...this.#info, ...changes };
    this.#writeInfo();
  }

  /** Path of the latest checkpoint, or undefined before the first. */
  get checkpointPath(): string | undefined {
    return [files.checkpoint, files.previous].map((name) => join(this.path, name)).find((path) => existsSync(path));
  }

  /** Writes a checkpoint; the one before becomes the previous one, which counts until the new one is whole. */
  saveCheckpoint(state: TrainerState): void {
    const latest = join(this.path, files.checkpoint);
    const previous = join(this.path, files.previous);
    const bytes = encodeCheckpoint(state);
    try {
      if (existsSync(latest)) renameSync(latest, previous);
    } catch (error) {
      throw cannotWrite(previous, error);
    }
    atomicWrite(latest, bytes);
  }

  /**
   * The latest checkpoint that is whole, or undefined when the run was stopped before the first.
   * @throws DataError when checkpoints exist, but all are damaged.
   */
  loadCheckpoint(): FoundCheckpoint | undefined {
    const problems: string[] = [];
    for (const name of [files.checkpoint, files.previous]) {
      const path = join(this.path, name);
      try {
        const state = decodeCheckpoint(readFileSync(path), path);
        return { state, path, problem: problems[0] };
      } catch (error) {
        if (errorCode(error) === "ENOENT") continue;
        problems.push(error instanceof Error ? error.message : String(error));
      }
    }
    if (problems.length === 0) return undefined;
    throw new DataError(`run ${this.path} cannot go on: ${problems.join(" ")} Start a new run.`);
  }

  /** Saves weights with string metadata: the best model so far. */
  saveBest(model: ReadonlyMap<string, HostTensor>, metadata: Readonly<Record<string, string>>): void {
    atomicWrite(join(this.path, files.best), encodeSafetensors(model, { format: "pt", ...metadata }));
  }

  appendMetrics(record: object): void {
    appendMetrics(join(this.path, files.metrics), record);
  }

  /** See `reconcileMetricsLog`. */
  reconcileMetrics(records: readonly object[]): void {
    reconcileMetricsLog(join(this.path, files.metrics), records);
  }

  /** Unlocks the run. */
  close(): void {
    this.#unlock();
  }

  /** Gives a run up before its training began: removes what `create` made. */
  discard(): void {
    rmSync(join(this.path, files.info), { force: true });
    this.#unlock();
    removeEmpty(this.path, this.#made);
  }

  #writeInfo(): void {
    atomicWrite(join(this.path, files.info), `${JSON.stringify(this.#info, null, 2)}\n`);
  }
}

/** Makes a folder with its parents. @returns the outermost one that had to be made; undefined when all were there */
/** What a killed process left of files that it wrote. */
function removeTemporary(path: string): void {
  for (const name of readdirSync(path)) {
    if (name.endsWith(temporarySuffix)) rmSync(join(path, name), { force: true });
  }
}

function makeFolders(path: string): string | undefined {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  if (missing.length === 0 && !statSync(path).isDirectory()) throw new DataError(`run folder ${path} is a file; choose another name.`);
  const [outermost] = missing.filter(makeFolder);
  if (!existsSync(path)) throw new DataError(`run folder ${path} is a link to nothing; choose another name.`);
  return outermost;
}

/** @returns false when it is there already */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw cannotWrite(path, error);
  }
}

/** Removes `path` and the folders above it up to `outermost`, as far as they are empty. */
function removeEmpty(path: string, outermost: string | undefined): void {
  for (let folder = path; outermost !== undefined && folder.length >= outermost.length; folder = dirname(folder)) {
    if (readdirSync(folder).length > 0) return;
    rmdirSync(folder);
  }
}

function readInfo(path: string): RunInfo {
  const file = join(path, files.info);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(errorCode(error))) throw new DataError(`${file} cannot be read (${errorCode(error)}); check the path and its permissions.`);
    throw new DataError(`${path} is no run folder: it has no ${files.info}. Give the folder that a training named as its run.`);
  }
  try {
    const info: RunInfo = JSON.parse(text);
    if (info.format === 1 && typeof info.config === "object" && info.config !== null) {
      return { ...info, backend: info.backend ?? null, data: info.data ?? null };
    }
  } catch {
    // falls through
  }
  throw new DataError(`${file} is damaged or of another version: expected the JSON of a run, format 1. Start a new run.`);
}
