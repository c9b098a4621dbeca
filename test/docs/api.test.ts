/** The API reference: complete, in step with the docstrings, its links whole. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { apiPages, folder, publicInterface } from "../../scripts/build-api-docs.mjs";
import { root } from "./collect.js";

const pages = apiPages();

test("is what the docstrings say; if not, run `npm run docs`", () => {
  const outdated = [...pages].filter(([name, content]) => !existsSync(join(folder, name)) || readFileSync(join(folder, name), "utf8") !== content);
  expect(outdated.map(([name]) => `docs/api/${name}`), "out of date: run `npm run docs` and commit docs/api").toEqual([]);
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
});

test("every public function and class says what it does, with an example", () => {
  const values = publicInterface().filter(({ declaration: { kind } }) => kind === "function" || kind === "class" || kind === "const");
  expect(values.length).toBeGreaterThan(100);
  const place = ({ name, file }: (typeof values)[number]): string => `${name} (${relative(root, file)})`;
  expect(values.filter(({ declaration: { doc } }) => (doc?.text ?? "") === "").map(place), "no description").toEqual([]);
  const called = values.filter(({ declaration: { kind, signature } }) => kind !== "const" || signature.includes("("));
  expect(called.filter(({ declaration: { doc } }) => (doc?.examples.length ?? 0) === 0).map(place), "no @example").toEqual([]);
});

/** Headings of a page as GitHub addresses them. */
function anchors(content: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading] of content.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.*)$/gm)) {
    const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    let anchor = plain;
    for (let n = 1; found.has(anchor); n++) anchor = `${plain}-${n}`;
    found.add(anchor);
  }
  return found;
}

test("every link leads somewhere", () => {
  const broken: string[] = [];
  for (const [name, content] of pages) {
    for (const [, target] of content.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [file, anchor] = target.split("#");
      const page = file === "" ? content : pages.get(file);
      if (page === undefined ? !existsSync(join(folder, file)) : anchor !== undefined && !anchors(page).has(anchor)) broken.push(`${name}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});
