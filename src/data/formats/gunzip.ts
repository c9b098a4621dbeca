/** Files compressed with gzip. */

import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { damaged } from "./damaged.js";

const inflate = promisify(gunzip);

/**
 * The contents of a file that may be compressed with gzip (told by its first two bytes, not by its name).
 * @param limit the most bytes that the contents may have; a file that would inflate to more is refused without doing so.
 */
export async function gunzipIfNeeded(file: string, bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (error) {
    const reason = error instanceof RangeError ? `contents of more than ${limit} bytes` : error instanceof Error ? error.message : String(error);
    throw damaged(file, `some byte of 0 to ${bytes.length - 1} (compressed)`, `a complete gzip stream of at most ${limit} bytes`, reason);
  }
}
