/** What people write beside a run: `board.json` in its folder. */

import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { atomicWriteAsync } from "../../base/atomicWrite.js";
import { DataError } from "../../base/errors.js";
import type { RunNotes } from "../protocol.js";
import { isInside } from "./openInside.js";
import { badRequest, RequestProblem } from "./problem.js";

/** What may be written. */
const written = z.strictObject({
  tags: z.array(z.string().trim().min(1).max(100)).max(50),
  group: z.string().trim().max(200),
  note: z.string().max(20_000),
}) satisfies z.ZodType<RunNotes>;

/** What is shown of a file that somebody else may have written. */
const read = z.object({
  tags: z.array(z.string().max(1000)).max(1000).catch([]),
  group: z.string().max(1000).catch(""),
  note: z.string().max(100_000).catch(""),
}) satisfies z.ZodType<RunNotes>;

export const noNotes: RunNotes = { tags: [], group: "", note: "" };
export const notesFile = "board.json";

/** Null where the text is no board.json. */
export function parseNotes(json: string): RunNotes | null {
  try {
    return read.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

/** The notes of a request. @throws RequestProblem for anything else */
export function notesFrom(json: string): RunNotes {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw badRequest("Notes must be JSON: { tags, group, note }.");
  }
  const parsed = written.safeParse(value);
  if (parsed.success) return { ...parsed.data, tags: [...new Set(parsed.data.tags)] };
  const [{ path, message }] = parsed.error.issues;
  throw badRequest(`Notes must be { tags: up to 50 short texts, group: a text, note: a text of up to 20,000 characters }; ${path.length === 0 ? "" : `${path.join(".")}: `}${message}.`);
}

/** @param root resolved by `realpath` @throws RequestProblem where the folder cannot be written */
export async function writeNotes(root: string, folder: string, notes: RunNotes): Promise<void> {
  try {
    const real = await realpath(folder);
    if (!isInside(root, real)) throw new RequestProblem(403, "The folder of this run is a link that leaves the folder that the board shows; nothing was written.");
    await atomicWriteAsync(join(real, notesFile), `${JSON.stringify(notes, null, 2)}\n`);
  } catch (error) {
    if (error instanceof RequestProblem) throw error;
    throw new RequestProblem(409, `The notes were not kept: ${error instanceof DataError ? error.message : "the folder of the run is gone."}`);
  }
}
