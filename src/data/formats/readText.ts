/** Text files. */

import { readBytes } from "../cache.js";
import { decodeUtf8 } from "./csv.js";
import { gunzipIfNeeded } from "./gunzip.js";

/** More than a text that fits into one string: 512 MiB. */
const mostBytes = 2 ** 29;

/**
 * Reads a text file in UTF-8, plain or compressed with gzip.
 * @throws DataError that names the first byte that is no UTF-8, and when the file cannot be read.
 *
 * @example
 * const text = await data.readText(`${folder}/digits.csv`);
 * text.split("\n").length // → 10
 */
export async function readText(file: string): Promise<string> {
  return decodeUtf8(file, await gunzipIfNeeded(file, await readBytes(file), mostBytes));
}
