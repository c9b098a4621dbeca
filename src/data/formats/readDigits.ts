/** Files of 8×8 digits. */

import { readBytes } from "../cache.js";
import type { ImageDataset } from "../imageDataset.js";
import { parseDigits } from "./digits.js";
import { gunzipIfNeeded } from "./gunzip.js";

/** More than any such file holds: 64 MiB. */
const mostBytes = 2 ** 26;

/**
 * Reads `digits.csv` or `digits.csv.gz`: images [N, 1, 8, 8] of 0 … 16.
 * @throws DataError as `parseDigits`.
 *
 * @example
 * const digits = await data.readDigits(`${folder}/digits.csv`);
 * digits.shape // → [1, 8, 8]
 */
export async function readDigits(file: string): Promise<ImageDataset> {
  const bytes = await gunzipIfNeeded(file, await readBytes(file), mostBytes);
  return parseDigits(file, new TextDecoder("latin1").decode(bytes));
}
