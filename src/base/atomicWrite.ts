/**
 * Atomic file writing: a reader, and a program that starts after a crash, sees the old file or the new one, whole.
 *
 * The bytes go to a temporary name in the same folder, are flushed to the disk, and take their final name in one rename;
 * then the folder is flushed too, so that the rename itself survives a loss of power.
 */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "./errors.js";
import { checkValue, text } from "./options.js";

/** Temporary files end in this; what a killed process left of them may be deleted. */
export const temporarySuffix = ".partial";

/**
 * Writes or replaces the file at `path`.
 * @throws DataError when the folder is missing, cannot be written or is full; the old file is then unharmed.
 */
export function atomicWrite(path: string, content: string | Uint8Array): void {
  const temporary = temporaryName(path);
  try {
    const file = openSync(temporary, "w");
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    flushFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(path, error);
  }
}

/** `atomicWrite` that leaves the thread free meanwhile: for large files. @throws DataError as `atomicWrite`. */
export async function atomicWriteAsync(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw cannotWrite(path, error);
  }
}

/** @throws ValueError for what is no path. */
function temporaryName(path: string): string {
  checkValue("a file to write", "its path", path, text);
  return join(dirname(path), `${basename(path)}.${process.pid}${temporarySuffix}`);
}

/** Makes the names in a folder durable. Windows does so by itself and cannot open folders. */
export function flushFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

const causes: Readonly<Record<string, string>> = {
  EACCES: "permission is denied; choose a folder that you may write",
  EPERM: "permission is denied; choose a folder that you may write",
  EROFS: "the file system is read-only; choose another folder",
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "the disk quota is used up; free some space",
  ENOENT: "its folder does not exist; create it first",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file of that name exists; choose another name",
  EISDIR: "it is a folder; choose another name",
};

/** The error for a file that could not be written, in words. */
export function cannotWrite(path: string, error: unknown): DataError {
  const code = errorCode(error);
  const cause = causes[code] ?? (error instanceof Error ? error.message : String(error));
  return new DataError(`cannot write ${path}: ${cause}.`);
}

/** The system's name of an error ("ENOENT"), or "". */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
