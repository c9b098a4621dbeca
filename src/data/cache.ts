/** The cache folder, and what the operating system says about files, in words. */

import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { DataError } from "../base/errors.js";

/**
 * Where downloads are kept: NABLA_CACHE, else `nabla` in XDG_CACHE_HOME, else ~/.cache/nabla.
 *
 * @example
 * data.cacheFolder({ XDG_CACHE_HOME: "/var/cache" }) // → /var/cache/nabla
 * data.cacheFolder({ NABLA_CACHE: "/data/nabla" })   // → /data/nabla
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.NABLA_CACHE) return env.NABLA_CACHE;
  return join(env.XDG_CACHE_HOME ? env.XDG_CACHE_HOME : join(homedir(), ".cache"), "nabla");
}

/** Creates a folder and those above it. @throws DataError when that cannot be done. */
export async function makeFolder(path: string): Promise<void> {
  await onDisk(path, () => mkdir(path, { recursive: true }));
}

/** Runs `work` on files; turns what the operating system reports into a DataError that names the path and a remedy. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
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
