/** Whether a run goes on, and how it ended. */

import { lstatSync } from "node:fs";
import { join } from "node:path";
import { lockName, lockOwner } from "../../train/runLock.js";
import type { RunState } from "../protocol.js";
import type { RunRecord } from "./runRecord.js";

/** A run of another machine that wrote within so many seconds is taken for one that goes on. */
const silentSeconds = 300;
const maxLockBytes = 4096;

/** Who writes a run: nobody, a living process, or one of another machine, of which only its files tell. */
export type Writer = "nobody" | "alive" | "elsewhere";

/** @param unreadable told of a lock that may not be read */
export function writerOf(folder: string, unreadable: (error: unknown) => void): Writer {
  try {
    const lock = lstatSync(join(folder, lockName));
    if (!lock.isFile() || lock.size > maxLockBytes) return "nobody";
    const owner = lockOwner(folder);
    if (owner === undefined || owner.alive === false) return "nobody";
    return owner.alive === null ? "elsewhere" : "alive";
  } catch (error) {
    unreadable(error);
    return "nobody";
  }
}

export interface StateFacts {
  readonly writer: Writer;
  readonly record: RunRecord | null;
  readonly epochsDone: number;
  /** When it last wrote, seconds since 1970: by the times of its files, or by when the board saw a change. */
  readonly lastWrite: number;
  /** A lab has left its results. */
  readonly results: boolean;
  /** It is event files of any program, which tell nothing of their end. */
  readonly eventsOnly: boolean;
}

export function stateOf({ writer, record, epochsDone, lastWrite, results, eventsOnly }: StateFacts): RunState {
  const recent = Date.now() / 1000 - lastWrite < silentSeconds;
  if (writer === "alive" || (writer === "elsewhere" && recent)) return "running";
  if (eventsOnly) return recent ? "running" : "finished";
  const status = record?.status?.state;
  if (status !== undefined && status !== "running") return status;
  // Nothing says that it was to go on, and there is nothing to resume.
  if (record === null) return "finished";
  if (record.kind === "lab") return results ? "finished" : "interrupted";
  return record.epochs !== null && epochsDone >= record.epochs ? "finished" : "interrupted";
}

/** Why it stopped or failed, or why its state is not sure; null where there is nothing to say. */
export function reasonOf({ record, eventsOnly }: Pick<StateFacts, "record" | "eventsOnly">): string | null {
  if (record === null && !eventsOnly) return "There is no run.json that can be read, which would say what was asked for and how it ended.";
  return record?.status?.reason ?? null;
}
