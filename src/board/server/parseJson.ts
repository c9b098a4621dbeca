/** JSON files of a run, checked against what they must be. */

import type { z } from "zod";
import { DataError } from "../../base/errors.js";

/** @throws DataError naming the file and the first place that is wrong */
export function parseJson<T>(bytes: Uint8Array, name: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new DataError(`${name} is not whole JSON. The next training writes a new one.`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new DataError(`${name} is damaged or of another version: ${path.length === 0 ? "" : `at ${path.map(String).join(".").slice(0, 200)}: `}${message}.`);
}
