/** Optional parts that are data: fonts for the characters set, and the data sets themselves. */

import { missingFontPackages, trainingFamilies, validationFamilies } from "../data/characters/fonts.js";
import type { OptionalPart } from "./doctor.js";

export async function optionalData(): Promise<OptionalPart[]> {
  return [fonts()];
}

function fonts(): OptionalPart {
  const missing = missingFontPackages();
  const families = trainingFamilies.length + validationFamilies.length;
  return {
    name: "fonts of the characters set",
    found: missing.length === 0,
    detail: missing.length === 0 ? `all ${families} families` : `${missing.length} packages are missing: ${missing.slice(0, 4).join(", ")}${missing.length > 4 ? ", …" : ""}`,
    install: missing.length === 0 ? null : `npm install --save-dev ${missing.join(" ")}`,
  };
}
