/** What people write beside a run: `board.json` in its folder. */

import { z } from "zod";
import type { RunNotes } from "../protocol.js";

/** What may be written. */
export const notesSchema = z.strictObject({
  tags: z.array(z.string().trim().min(1).max(100)).max(50),
  group: z.string().trim().max(200),
  note: z.string().max(20_000),
}) satisfies z.ZodType<RunNotes>;

export const noNotes: RunNotes = { tags: [], group: "", note: "" };

/** Null where the text is no board.json. */
export function parseNotes(json: string): RunNotes | null {
  try {
    return z.object({ tags: z.array(z.string()).catch([]), group: z.string().catch(""), note: z.string().catch("") }).parse(JSON.parse(json));
  } catch {
    return null;
  }
}
