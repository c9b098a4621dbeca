/** Files out of a compressed tar archive, streamed: the archive is never whole in memory, and nothing is written to disk. */

import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { ReadEntry } from "tar";
import { DataError } from "../../base/errors.js";
import { damaged } from "./damaged.js";

/**
 * The members named `wanted` of a .tar.gz file, by name (a leading `./` does not count).
 * @param limit the most bytes that one of them may have.
 * @throws DataError when the archive is damaged or truncated, a member is missing or larger than the limit.
 */
export async function readTarGz(archive: string, wanted: readonly string[], limit: number): Promise<Map<string, Uint8Array>> {
  const { Parser } = await import("tar");
  const members = new Map<string, Uint8Array>();
  let tooLarge: DataError | undefined;
  const onReadEntry = (entry: ReadEntry): void => {
    const name = entry.path.replace(/^\.\//, "");
    if (!wanted.includes(name) || entry.type !== "File" || tooLarge !== undefined) {
      entry.resume();
      return;
    }
    if (entry.size > limit) {
      tooLarge = damaged(archive, name, `at most ${limit} bytes`, String(entry.size));
      entry.resume();
      return;
    }
    const bytes = new Uint8Array(entry.size);
    let filled = 0;
    entry.on("data", (chunk) => {
      bytes.set(chunk, filled);
      filled += chunk.length;
    });
    entry.on("end", () => members.set(name, bytes));
  };
  const parser = new Parser({ strict: true, onReadEntry });
  const finished = new Promise<void>((resolve, reject) => {
    parser.on("end", resolve);
    parser.on("error", reject);
  });
  finished.catch(() => undefined); // told to the caller below
  try {
    await pipeline(createReadStream(archive), createGunzip(), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) parser.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      parser.end();
    });
    await finished;
  } catch (error) {
    throw damaged(archive, "some byte", "a complete tar archive compressed with gzip", error instanceof Error ? error.message : String(error));
  }
  if (tooLarge !== undefined) throw tooLarge;
  const missing = wanted.filter((name) => !members.has(name));
  if (missing.length > 0) {
    throw new DataError(
      `${archive}: expected the files ${wanted.join(", ")}; there is no ${missing.join(", ")}. ` +
        `Take the official archive (nabla data list shows its address).`,
    );
  }
  return members;
}
