/** The cache folder, and what the operating system says about files, in words. */

import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { DataError } from "../base/errors.js";
import { checkValue, isOptions, text } from "../base/options.js";

/**
 * Where downloads are kept: NABLA_CACHE, else `nabla` in XDG_CACHE_HOME, else ~/.cache/nabla.
 *
 * @example
 * data.cacheFolder({ XDG_CACHE_HOME: "/var/cache" }) // → /var/cache/nabla
 * data.cacheFolder({ NABLA_CACHE: "/data/nabla" })   // → /data/nabla
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  checkValue("cacheFolder", "the environment", env, { what: "texts by name", has: (value) => isOptions(value) && Object.values(value).every((each) => each === undefined || typeof each === "string") });
  if (env.NABLA_CACHE) return env.NABLA_CACHE;
  return join(env.XDG_CACHE_HOME ? env.XDG_CACHE_HOME : join(homedir(), ".cache"), "nabla");
}

/** Creates a folder and those above it. @throws DataError when that cannot be done. */
export async function makeFolder(path: string): Promise<void> {
  await onDisk(path, () => mkdir(path, { recursive: true }));
}

/** @throws ValueError unless it is a text; the file system would take a number for an open file. */
export function checkPath(path: string): void {
  checkValue("a file or folder", "its path", path, text);
}

/** The bytes of a file. @throws DataError when it cannot be read. */
export function readBytes(file: string): Promise<Uint8Array> {
  return onDisk(file, () => readFile(file));
}

/** Runs `work` on files; turns what the operating system reports into a DataError that names the path and a remedy. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  checkPath(path);
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") throw error;
    const remedy = remedies[error.code] ?? "check the path and the disk";
    const place = "path" in error && typeof error.path === "string" ? error.path : path;
    throw new DataError(`${place}: cannot be read or written (${error.code}); ${remedy}.`, { cause: error });
  }
}

const elsewhere = "or name another folder with NABLA_CACHE=DIR";

const remedies: Readonly<Record<string, string>> = {
  EACCES: `make it accessible, ${elsewhere}`,
  EPERM: `make it accessible, ${elsewhere}`,
  EROFS: `the file system is read-only: name another folder with NABLA_CACHE=DIR`,
  ENOSPC: `the disk is full: make room, ${elsewhere}`,
  EDQUOT: `the disk quota is used up: make room, ${elsewhere}`,
  EEXIST: `a part of the path is a file: remove it, ${elsewhere}`,
  ENOTDIR: `a part of the path is a file: remove it, ${elsewhere}`,
  EISDIR: "one of the files is a folder: put the file in its place",
  ENOENT: "it does not exist",
};
