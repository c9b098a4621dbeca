/** What `run.json` holds: the resolved configuration of a run, and the place and program that it began with. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { BackendInfo } from "../backend/backend.js";
import type { MetricInfo } from "../metrics/metric.js";

export interface RunInfo {
  /** Version of this layout. */
  readonly format: 1;
  /** Every option with its value, defaults included, by dotted name. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** When the run began, ISO 8601. */
  readonly created: string;
  readonly versions: { readonly nabla: string; readonly node: string };
  /** The commit of the working folder, when it is in a git repository. `dirty`: tracked files had changes. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  /** Backend and instruction set; on others, results differ in the last bits. */
  readonly backend: BackendInfo | null;
  /** What the run learns from; null until it is read. */
  readonly data: DataFingerprint | null;
  /** How the training stands; absent before its first, and in runs of earlier versions. A process that was killed could not say so. */
  readonly status?: RunStatus;
  /** What is measured beside the loss, and the name of that by which an epoch is the best; absent in runs of earlier versions. */
  readonly metrics?: readonly MetricInfo[];
  readonly monitor?: string;
}

export interface RunStatus {
  readonly state: "running" | "finished" | "stopped" | "failed";
  /** Why it ended early, in a sentence; null for no particular reason. */
  readonly reason: string | null;
}

export interface DataFingerprint {
  readonly source: string;
  readonly trainImages: number;
  readonly validationImages: number;
  /** Over pixels and labels of both. */
  readonly sha256: string;
}

/** The facts of this moment, for a new run. */
export function newRunInfo(config: Readonly<Record<string, unknown>>, seed: number): RunInfo {
  return {
    format: 1,
    config,
    seed,
    created: new Date().toISOString(),
    versions: { nabla: packageVersion(), node: process.versions.node },
    git: gitCommit(),
    backend: null,
    data: null,
  };
}

/** The version of this package. */
export function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return manifest.version;
}

function gitCommit(): RunInfo["git"] {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 2000 }).trim();
  try {
    return { commit: git("rev-parse", "HEAD"), dirty: git("status", "--porcelain", "--untracked-files=no") !== "" };
  } catch {
    return null; // no git, no repository, or no commit yet
  }
}
