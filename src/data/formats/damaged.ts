/** The errors of file formats: where in which file, what was expected, what stands there, what to do. */

import { DataError } from "../../base/errors.js";

/** The error for a file whose contents cannot be right. `where` is a byte offset or a line. */
export function damaged(file: string, where: string, expected: string, got: string): DataError {
  return new DataError(
    `${file}: at ${where}, expected ${expected}, got ${got}. The file is truncated, damaged or of another kind: delete it and fetch ` +
      `it again from its official source (npx nabla data list shows the addresses, npx nabla data prepare downloads them).`,
  );
}
