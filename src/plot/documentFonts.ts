/** Letters of documents: those by which figures are laid out, so that a document looks the same everywhere. Node only. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Characters of each file, as its publisher declares them. */
const ranges: Readonly<Record<string, string>> = { latin: "U+0000-00FF,U+2000-206F,U+20AC,U+2122,U+2190-2193,U+2212,U+2215", greek: "U+0370-03FF" };

/** `@font-face` rules with the fonts in them. */
export function fontFaces(): string {
  const resolve = createRequire(import.meta.url).resolve;
  const rules = Object.entries(ranges).flatMap(([subset, range]) =>
    [400, 600].map((weight) => {
      const bytes = readFileSync(resolve(`@fontsource/source-sans-3/files/source-sans-3-${subset}-${weight}-normal.woff2`));
      return `@font-face{font-family:'Source Sans 3';font-weight:${weight};font-display:swap;src:url(data:font/woff2;base64,${bytes.toString("base64")}) format('woff2');unicode-range:${range}}`;
    }),
  );
  return rules.join("\n");
}
