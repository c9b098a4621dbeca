/** CSV files. */

import { readBytes } from "../cache.js";
import { type CsvOptions, decodeUtf8, parseCsv, type Table } from "./csv.js";
import { gunzipIfNeeded } from "./gunzip.js";

/** More than any table that fits into memory this way: 1 GiB. */
const mostBytes = 2 ** 30;

/**
 * Reads a table from a CSV file, plain or compressed with gzip, in UTF-8.
 * @throws DataError as `parseCsv`, and when the file cannot be read.
 *
 * @example
 * const digits = await data.readCsv(`${folder}/digits.csv`, { header: false, categories: ["64"] });
 * digits.columns.length                   // → 65
 * digits.dataset({ y: "64" }).classes     // → ["0", "1"]
 */
export async function readCsv(file: string, options: CsvOptions = {}): Promise<Table> {
  const bytes = await gunzipIfNeeded(file, await readBytes(file), mostBytes);
  return parseCsv(file, decodeUtf8(file, bytes), options);
}
