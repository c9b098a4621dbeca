/** Files of a run that are read when somebody looks: the parsed content is kept for the next look, as long as the file stays as it is. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../base/atomicWrite.js";
import { NablaError } from "../../base/errors.js";
import { NotReadable, readInside, whyUnreadable } from "./openInside.js";
import { notFound, RequestProblem } from "./problem.js";
import type { Recent } from "./recent.js";
import type { WatchedRun } from "./watchedRun.js";

/** Larger files are not read. */
const maxBytes = 512 * 2 ** 20;

export interface RunFileOptions<Value> {
  readonly name: string;
  readonly kept: Recent<Value>;
  /** Which command makes the file. */
  readonly advice: string;
  /** @throws NablaError for content that is not as it should be */
  readonly parse: (bytes: Uint8Array, name: string) => Value | Promise<Value>;
}

/** @throws RequestProblem where the file is missing (404), or damaged (422) */
export async function runFile<Value>({ root, folder, id }: WatchedRun, { name, kept, advice, parse }: RunFileOptions<Value>): Promise<Value> {
  const path = join(folder, name);
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return await kept.get(`${path}\n${size}\n${mtimeMs}\n${ino}`, size, async () => await parse(await readInside(root, path, maxBytes), name));
  } catch (error) {
    if (error instanceof NablaError) throw new RequestProblem(422, `${id}: ${error.message}`);
    if (!(error instanceof NotReadable) && errorCode(error) === "") throw error;
    const reason = whyUnreadable(error);
    throw reason === null ? notFound(`${id} has no ${name}. ${advice}`) : new RequestProblem(422, `${id}: ${name} ${reason}.`);
  }
}
