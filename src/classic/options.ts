/** Options that come apart before they are checked. */

import { ValueError } from "../base/errors.js";

/** @throws ValueError unless the options are an object, such as { `example`: … }. */
export function checkOptions(owner: string, options: unknown, example: string): void {
  if (typeof options === "object" && options !== null) return;
  throw new ValueError(`${owner}: expected options such as { ${example}: … }, got ${String(options)}.`);
}
