/** docs/coming-from-pytorch.md names everything public, and nothing else. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publicInterface } from "../../scripts/build-api-docs.mjs";
import { root } from "./collect.js";

const guide = readFileSync(join(root, "docs/coming-from-pytorch.md"), "utf8");
const list = guide.slice(guide.indexOf("## Every name"));

/** Names of nabla in the list: the second column of tables, and all that sentences enumerate after a colon. */
const listed = list.split("\n").flatMap((line) => {
  const part = line.startsWith("| `") || line.startsWith("| Lightning") ? line.split(" | ")[1] : /^[A-Z][^|]*?: (`.*)$/.exec(line)?.[1];
  return Array.from((part ?? "").matchAll(/`([\w.]+)`/g), ([, name]) => name);
});
const entries = publicInterface().filter(({ declaration: { kind } }) => kind !== "interface" && kind !== "type");

test("every public function, class and constant is in the list of docs/coming-from-pytorch.md", () => {
  const missing = entries.filter(({ name, aliases }) => ![name, ...aliases].some((known) => listed.includes(known)));
  expect(missing.map(({ name }) => name), "add these to docs/coming-from-pytorch.md").toEqual([]);
});

test("every name in the list exists, once", () => {
  const known = new Set(entries.flatMap(({ name, aliases }) => [name, ...aliases]));
  expect(listed.filter((name) => !known.has(name)), "not exported any more").toEqual([]);
  expect(listed.filter((name, i) => listed.indexOf(name) !== i), "listed twice").toEqual([]);
});
