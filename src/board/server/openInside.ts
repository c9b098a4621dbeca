/**
 * Opening files of the runs folder. A path is opened only if, all links followed, it lies below the root, and only if it is a plain file: a link to the
 * outside shows nothing, and a pipe stops nobody.
 */

import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";
import { sep } from "node:path";
import { errorCode } from "../../base/atomicWrite.js";

/** Why a file is not read, as half a sentence: "is a link that leaves the folder". */
export class NotReadable extends Error {}

/** Whether `path` is `root` or below it; both resolved. */
export const isInside = (root: string, path: string): boolean => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);

const leaves = (): NotReadable => new NotReadable("is a link that leaves the folder that the board shows");

/**
 * @param root resolved by `realpath`
 * @throws NotReadable for what is no file below `root`; the system's error where it is missing or may not be read.
 */
export async function openInside(root: string, path: string): Promise<FileHandle> {
  const real = await target(path);
  if (!isInside(root, real)) throw leaves();
  const file = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await file.stat()).isFile()) throw new NotReadable("is no file");
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** `realpath`, which says of a link without an end what it is. */
async function target(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" && (await lstat(path)).isSymbolicLink()) throw new NotReadable("is a link that leads nowhere");
    throw error;
  }
}

/** The bytes from `offset` on, fewer where the file ends before. */
export async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** What the system knows of a file, all links followed. @throws as `openInside` */
export async function statInside(root: string, path: string): Promise<Stats> {
  let info = await lstat(path);
  if (info.isSymbolicLink()) {
    if (!isInside(root, await target(path))) throw leaves();
    info = await stat(path);
  }
  if (!info.isFile()) throw new NotReadable("is no file");
  return info;
}

/** The bytes of a whole file of at most `limit` bytes. @throws as `openInside`; NotReadable for a larger one. */
export async function readInside(root: string, path: string, limit = 16 * 2 ** 20): Promise<Buffer> {
  const file = await openInside(root, path);
  try {
    const { size } = await file.stat();
    if (size > limit) throw new NotReadable(`has ${size} bytes, more than the ${limit} that are read of such a file`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "may not be read: permission is denied",
  EPERM: "may not be read: permission is denied",
  ELOOP: "is a link that leads to itself",
  EISDIR: "is a folder where a file belongs",
  ENOTDIR: "is a file where a folder belongs",
};

/** Why reading failed, as half a sentence; null where the file is just not there. */
export function whyUnreadable(error: unknown): string | null {
  if (error instanceof NotReadable) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return null;
  return reasons[code] ?? `cannot be read (${code === "" && error instanceof Error ? error.message : code})`;
}
