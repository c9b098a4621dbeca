/**
 * Downloads that survive bad lines: into a file `….part`, continued by HTTP ranges after a break (also in a later run), tried again
 * with growing pauses, checked against size and checksum, flushed, and only then renamed. Nobody ever sees half a file.
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DataError } from "../base/errors.js";
import { makeFolder, onDisk } from "./cache.js";

export interface Checksum {
  readonly algorithm: "md5" | "sha256";
  readonly hex: string;
}

export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  /** Bytes on disk, those of earlier attempts included. */
  readonly received: number;
  readonly total: number;
}

export interface DownloadOptions {
  /** Addresses of the same file, tried in turn. */
  readonly urls: readonly string[];
  /** Where it goes. */
  readonly path: string;
  /** Its exact size. */
  readonly bytes: number;
  readonly checksum: Checksum;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Attempts for each address. @default 5 */
  readonly attempts?: number;
  /** Pause before the second attempt, doubled each time, in milliseconds. @default 1000 */
  readonly backOffMs?: number;
  /** A connection that brings nothing for so long is given up, in milliseconds. @default 30000 */
  readonly stallMs?: number;
}

/** A failure that another attempt may not meet. */
class Passing extends Error {}

/** @throws DataError when no address brings the right file, or it cannot be written. */
export async function download(options: DownloadOptions): Promise<void> {
  const { urls, path, attempts = 5, backOffMs = 1000 } = options;
  const part = `${path}.part`;
  await makeFolder(dirname(path));
  const failures: string[] = [];
  for (const url of urls) {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, backOffMs * 2 ** (attempt - 1)));
      try {
        await fetchInto(part, url, options);
        await onDisk(path, () => rename(part, path));
        return;
      } catch (error) {
        if (error instanceof DataError) throw error;
        failures.push(`${url}: ${reasonOf(error)}`);
        if (!(error instanceof Passing)) break;
      }
    }
  }
  throw new DataError(
    `${basename(path)} could not be downloaded. Tried, last failure first:\n  ${[...new Set(failures.toReversed())].join("\n  ")}\n` +
      `Run the command again when the network is back (it continues where it stopped), or fetch the file by other means and put it at ${path}`,
  );
}

/** Brings `part` to its full size and checks it. A plain Error means that this address is hopeless. */
async function fetchInto(part: string, url: string, options: DownloadOptions): Promise<void> {
  const { bytes, checksum } = options;
  const already = await sizeOf(part);
  if (already > bytes) await rm(part, { force: true });
  else if (already < bytes) await transfer(part, already, url, options);
  const sum = await onDisk(part, () => hash(part, checksum.algorithm));
  if (sum === checksum.hex) return;
  await rm(part, { force: true });
  const message = `${checksum.algorithm} is ${sum}, expected ${checksum.hex}`;
  // Pieces of two different files may have met in `part`: begin anew. A file in one piece is simply wrong.
  throw already > 0 ? new Passing(message) : new Error(message);
}

async function transfer(part: string, already: number, url: string, { path, bytes, onProgress, stallMs = 30_000 }: DownloadOptions): Promise<void> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), stallMs);
  try {
    const response = await request(url, already, abort.signal);
    const resumes = response.status === 206 && (response.headers.get("content-range") ?? "").startsWith(`bytes ${already}-`);
    let received = resumes ? already : 0;
    const file = await onDisk(part, () => open(part, resumes ? "a" : "w"));
    try {
      for await (const chunk of chunks(response)) {
        timer.refresh();
        if (received + chunk.length > bytes) throw new Error(`it sends more than the ${bytes} bytes of the file`);
        await onDisk(part, () => file.writeFile(chunk));
        received += chunk.length;
        onProgress?.({ file: basename(path), received, total: bytes });
      }
      await onDisk(part, () => file.sync());
    } finally {
      await file.close();
    }
    if (received < bytes) throw new Passing(`the connection ended after ${received} of ${bytes} bytes`);
  } catch (error) {
    throw abort.signal.aborted ? new Passing(`nothing came for ${stallMs / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function request(url: string, from: number, signal: AbortSignal): Promise<Response> {
  // `identity`: a server that knows the .gz files as compressed text must not have them unpacked on the way.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (from > 0) headers.range = `bytes=${from}-`;
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (error) {
    throw new Passing(reasonOf(error));
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const message = `the server answers ${response.status} ${response.statusText}`.trimEnd();
  throw response.status >= 500 || response.status === 429 || response.status === 408 ? new Passing(message) : new Error(message);
}

/** The body of a response; a broken connection is a passing failure. */
async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw new Passing(reasonOf(error));
    });
    if (done) return;
    yield value;
  }
}

/** `fetch failed` hides what failed in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function hash(path: string, algorithm: Checksum["algorithm"]): Promise<string> {
  const sum = createHash(algorithm);
  for await (const chunk of createReadStream(path)) sum.update(chunk);
  return sum.digest("hex");
}
