/**
 * Metrics log: `metrics.jsonl`, one JSON object a line, only ever appended to, so that anything can follow it while a
 * run is going on. A process that is killed may leave half a line at the end; opening the log repairs it.
 */

import { appendFileSync, readFileSync } from "node:fs";
import { atomicWrite, cannotWrite, errorCode } from "../base/atomicWrite.js";

/** The records of a log. A half-written last line, or one damaged otherwise, is left out. */
export function readMetricsLog(path: string): Record<string, unknown>[] {
  return parseLines(readLog(path));
}

/** Appends one record. @throws DataError when the file cannot be written. */
export function appendMetrics(path: string, record: object): void {
  try {
    appendFileSync(path, `${JSON.stringify(record)}\n`);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Makes the log hold `records`, those that the checkpoint vouches for: later ones will be written again, and missing ones were lost between
 * checkpoint and log. What a line says beside its record stays. The file is left alone when it is right already.
 */
export function reconcileMetricsLog(path: string, records: readonly object[]): void {
  const before = readLog(path);
  const known = new Map(parseLines(before).map((line) => [line.epoch, line]));
  const text = records.map((record) => `${JSON.stringify({ ...record, ...beside(record, known) })}\n`).join("");
  if (before !== text) atomicWrite(path, text);
}

/** What the log's line of a record's epoch holds more than the record; nothing if the line is of another training. */
function beside(record: object, known: ReadonlyMap<unknown, Record<string, unknown>>): object {
  const line = known.get("epoch" in record ? record.epoch : undefined) ?? {};
  const own = Object.entries(record);
  return own.every(([name, value]) => JSON.stringify(line[name]) === JSON.stringify(value)) ? line : {};
}

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  }
}

function parseLines(text: string): Record<string, unknown>[] {
  return text.split("\n").flatMap((line) => {
    try {
      const record: unknown = JSON.parse(line);
      return typeof record === "object" && record !== null ? [{ ...record }] : [];
    } catch {
      return [];
    }
  });
}
