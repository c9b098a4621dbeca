/** Options that name a folder. */

import { resolve } from "node:path";
import { UsageError } from "../base/errors.js";

/** The absolute path. @throws UsageError for an empty name */
export function folderOption(flag: string, path: string | undefined): string | undefined {
  if (path === "") throw new UsageError(`${flag}: expected a folder, got "".`);
  return path === undefined ? undefined : resolve(path);
}
