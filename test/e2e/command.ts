/** The built command `nabla` as a process, for end-to-end tests. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = join(root, "dist/cli/main.js");

/** `npm test` builds first; a run of one file alone may find an older dist/. */
export function ensureBuilt(): void {
  const newest = Math.max(...["src", "labs"].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => statSync(join(root, folder, name)).mtimeMs)));
  if (existsSync(entry) && statSync(entry).mtimeMs >= newest) return;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`);
}

export interface Finished {
  /** null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

export function start(cwd: string, ...argv: string[]): Running {
  const child = spawn(process.execPath, [entry, ...argv], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const written = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (written.out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (written.err += text));
  const finished = new Promise<Finished>((resolve) => child.on("close", (code, signal) => resolve({ code, signal, ...written })));
  return { child, finished };
}

export const nabla = (cwd: string, ...argv: string[]): Promise<Finished> => start(cwd, ...argv).finished;

/** Waits until `condition` holds, looking every few milliseconds; gives up when the process ends. @returns whether it came true */
export async function until(condition: () => boolean, { child }: Running): Promise<boolean> {
  while (!condition()) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return true;
}

export const jsonLines = (text: string): Record<string, unknown>[] => text.trim().split("\n").map((line) => JSON.parse(line));
