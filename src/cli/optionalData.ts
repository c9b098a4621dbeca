/** Optional parts that are data: fonts for the characters set, and the sets that come as files. */

import { listSources } from "../data/prepare.js";
import type { OptionalPart } from "./doctor.js";

export function optionalData(): OptionalPart[] {
  return listSources().map(({ name, found, hint, description }) => ({
    name: `data set ${name}`,
    found: found !== null,
    detail: found ?? description,
    install: found === null ? hint : null,
  }));
}
