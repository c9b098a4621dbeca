/** The documentation runs: every example of a docstring, of the README and of docs/, and every public function has one. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import * as nabla from "../../src/index.js";
import { docstrings, type Docstring, type Example, fences, root } from "./collect.js";
import { removeSampleFiles } from "./files.js";
import { moduleOf } from "./module.js";
import { agrees } from "./values.js";

const folder = mkdtempSync(join(tmpdir(), "nabla-docs-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  removeSampleFiles();
});

const documented = docstrings();

/** Functions and classes of the public interface with the names under which users know them. */
function publicFunctions(): Map<unknown, string> {
  const { nn, optim, models, data } = nabla;
  const spaces = { "": nabla, "nn.": nn, "nn.init.": nn.init, "optim.": optim, "optim.schedules.": optim.schedules, "models.": models, "data.": data };
  const found = new Map<unknown, string>();
  for (const [prefix, space] of Object.entries(spaces)) {
    for (const [name, value] of Object.entries(space)) if (typeof value === "function" && !found.has(value)) found.set(value, prefix + name);
  }
  return found;
}

const exportsOf = async (file: string): Promise<Record<string, unknown>> => (await import(file)) as Record<string, unknown>;

/** The docstring of a function that is exported under `name`: the one above the declaration of this very value. */
async function docstringOf(value: unknown, name: string): Promise<Docstring | undefined> {
  const names = [name.split(".").at(-1), (value as { name: string }).name];
  for (const docstring of documented) {
    if (docstring.exported && names.includes(docstring.name) && (await exportsOf(docstring.file))[docstring.name] === value) return docstring;
  }
  return undefined;
}

let modules = 0;

/** Runs an example; gives what it printed. */
async function run(example: Example, internalTo?: string): Promise<string> {
  const own = internalTo === undefined ? undefined : { path: internalTo, exports: Object.keys(await exportsOf(internalTo)) };
  const file = join(folder, `example${++modules}.ts`);
  writeFileSync(file, moduleOf(example, own));
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => void lines.push(values.map(String).join(" ")));
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await import(file);
  } finally {
    log.mockRestore();
    write.mockRestore();
  }
  return lines.join("\n");
}

describe("every public function and class has an example", () => {
  test.each(Array.from(publicFunctions(), ([value, name]) => ({ name, value })))("$name", async ({ name, value }) => {
    const docstring = await docstringOf(value, name);
    expect(docstring, `${name} has no docstring`).toBeDefined();
    expect(docstring?.examples.length, `the docstring of ${name} has no @example`).toBeGreaterThan(0);
  });
});

describe("examples of docstrings", () => {
  const names = new Set(Array.from(publicFunctions(), ([value]) => (value as { name: string }).name));
  const cases = documented.flatMap(({ file, name, examples }) =>
    examples.map((example) => ({ ...example, example, internalTo: names.has(name) ? undefined : file })),
  );
  test.each(cases)("$subject ($place)", async ({ example, internalTo }) => {
    await run(example, internalTo);
  });
});

describe("examples of the README and the guides", () => {
  const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  const cases = ["README.md", ...guides].flatMap(fences).map((example) => ({ ...example, example }));
  test.each(cases)("$subject ($place)", async ({ example }) => {
    const printed = await run(example);
    const { output } = example;
    if (output !== undefined) expect(agrees(printed, output), `expected\n${output}\nbut it printed\n${printed}`).toBe(true);
  });
});
