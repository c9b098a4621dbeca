/**
 * Run lock: one process at a time writes a run folder.
 *
 * The lock is a file that names its owner. It appears whole (written under a temporary name, then hard-linked, which
 * fails when the name is taken) and disappears when the owner releases it. A lock whose owner died, as after `kill -9`,
 * is taken over: the owner is known by process id and start time, so a reused id does not count.
 */

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DataError } from "../base/errors.js";
import { cannotWrite, errorCode, temporarySuffix } from "../base/atomicWrite.js";

export const lockName = "run.lock";

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in the system's own unit; "" where the system does not tell. */
  readonly started: string;
}

/**
 * Locks `folder` for this process and returns the function that unlocks it.
 * @throws DataError when a living process, or one on another machine, holds it.
 */
export function lockRun(folder: string): () => void {
  const path = join(folder, lockName);
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: startTime(process.pid) } satisfies Owner);
  const temporary = `${path}.${process.pid}${temporarySuffix}`;
  try {
    writeFileSync(temporary, own);
    while (!linked(temporary, path)) {
      const owner = readOwner(path);
      if (owner === undefined) continue; // released in between
      refuseIfAlive(owner, folder, path);
      removeStale(path);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw cannotWrite(path, error);
  } finally {
    rmSync(temporary, { force: true });
  }
  return () => {
    if (readText(path) === own) rmSync(path, { force: true });
  };
}

/**
 * Who holds the lock of `folder`; undefined if nobody does. Alive: null for an owner on another machine, which cannot be seen from here.
 * @throws the system's error where the lock may not be read.
 */
export function lockOwner(folder: string): { readonly pid: number; readonly host: string; readonly alive: boolean | null } | undefined {
  const owner = readOwner(join(folder, lockName));
  if (owner === undefined || owner === "unreadable") return undefined;
  return { pid: owner.pid, host: owner.host, alive: owner.host === hostname() ? isAlive(owner) : null };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function refuseIfAlive(owner: Owner | "unreadable", folder: string, path: string): void {
  if (owner === "unreadable") return;
  if (owner.host !== hostname()) {
    throw new DataError(
      `run ${folder} is locked by process ${owner.pid} on machine ${owner.host}, which cannot be seen from here. ` +
        `If nothing trains there any more, delete ${path} and try again.`,
    );
  }
  if (isAlive(owner)) {
    throw new DataError(
      `run ${folder} is being written by process ${owner.pid}. Wait for it or stop it (kill ${owner.pid} lets it save first).`,
    );
  }
}

/**
 * Removes a dead owner's lock. The rename decides between two processes that both saw it: the second finds either nothing,
 * or the first one's new lock, which it puts back.
 */
function removeStale(path: string): void {
  const aside = `${path}.stale.${process.pid}${temporarySuffix}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  const owner = readOwner(aside);
  if (owner !== undefined && owner !== "unreadable" && isAlive(owner)) linked(aside, path);
  rmSync(aside, { force: true });
}

function isAlive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
  return startTime(pid) === started;
}

/** Field 22 of /proc/PID/stat (clock ticks since boot); the command in field 2 may hold spaces and brackets. */
function startTime(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`) ?? "";
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function readOwner(path: string): Owner | "unreadable" | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    const owner: Partial<Owner> | null = JSON.parse(text);
    if (typeof owner?.pid === "number" && typeof owner.host === "string" && typeof owner.started === "string") {
      return { pid: owner.pid, host: owner.host, started: owner.started };
    }
  } catch {
    // falls through: a damaged lock protects nothing
  }
  return "unreadable";
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
