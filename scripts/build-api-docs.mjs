/** Writes docs/api from the docstrings of everything that the package exports: `npm run docs`. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { membersOf } from "./apiDocs/declarations.mjs";
import { publicEntries } from "./apiDocs/exports.mjs";
import { render } from "./apiDocs/render.mjs";

const root = join(fileURLToPath(new URL(".", import.meta.url)), "..");
export const folder = join(root, "docs/api");

/** @returns {import("./apiDocs/exports.mjs").Entry[]} everything that the package exports */
export function publicInterface() {
  return publicEntries(join(root, "src/index.ts"));
}

/** @returns {Map<string, string>} the pages by file name */
export function apiPages() {
  return render(publicInterface(), { root, methods: tensorMethods() });
}

/** What rooms above the tensor's declare on it. */
function tensorMethods() {
  const files = readdirSync(join(root, "src"), { recursive: true }).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).sort();
  return files.flatMap((name) => {
    const source = readFileSync(join(root, "src", name), "utf8");
    const block = /^declare module "[^"]*tensor\.js" \{\n {2}interface Tensor \{\n([^]*?)\n {2}\}\n\}/m.exec(source);
    return block === null ? [] : membersOf(block[1], "    ");
  });
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pages = apiPages();
  for (const [name, content] of pages) writeFileSync(join(folder, name), content);
  console.log(`${pages.size} pages in docs/api`);
}
