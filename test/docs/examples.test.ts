/** The documentation runs: every example of a docstring, of the README and of docs/, and every public function has one. */

import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
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
const functions = publicFunctions();
const guides = ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
const ofDocstrings = await Promise.all(documented.flatMap((docstring) => docstring.examples.map((example) => written(example, docstring))));
const ofGuides = await Promise.all(guides.flatMap(fences).map((example) => written(example)));

/** Functions and classes of the public interface, namespaces such as `nn.init` included, with the names under which users know them. */
function publicFunctions(): Map<unknown, string> {
  const found = new Map<unknown, string>();
  const visit = (space: object, prefix: string): void => {
    for (const [name, value] of Object.entries(space) as [string, unknown][]) {
      if (typeof value === "function" && !found.has(value)) found.set(value, prefix + name);
      if (Object.prototype.toString.call(value) === "[object Module]") visit(value as object, `${prefix}${name}.`);
    }
  };
  visit(nabla, "");
  return found;
}

async function exportsOf(file: string): Promise<Record<string, unknown>> {
  return (await import(file)) as Record<string, unknown>;
}

/** The docstring of a public function: the one above the declaration of this very value. */
async function docstringOf(value: unknown, publicName: string): Promise<Docstring | undefined> {
  const names = [publicName.split(".").at(-1), (value as { name: string }).name];
  for (const docstring of documented) {
    if (docstring.exported && names.includes(docstring.name) && (await exportsOf(docstring.file))[docstring.name] === value) return docstring;
  }
  return undefined;
}

interface Written extends Example {
  /** The module that runs it. */
  readonly file: string;
}

/** The example as a module in a file. One of an internal symbol sees what that symbol's file exports. */
async function written(example: Example, docstring?: Docstring): Promise<Written> {
  const file = join(folder, `${example.place.replace(/\W+/g, "-")}.ts`);
  const known = docstring === undefined ? {} : await exportsOf(docstring.file);
  const internal = docstring !== undefined && known[example.subject] !== undefined && !functions.has(known[example.subject]);
  writeFileSync(file, moduleOf(example, internal ? { path: docstring.file, exports: Object.keys(known) } : undefined));
  return { ...example, file };
}

/** Runs an example; gives what it printed. */
async function run(file: string): Promise<string> {
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
  test.each(Array.from(functions, ([value, name]) => ({ name, value })))("$name", async ({ name, value }) => {
    const docstring = await docstringOf(value, name);
    expect(docstring, `${name} has no docstring`).toBeDefined();
    expect(docstring?.examples.length, `the docstring of ${name} has no @example`).toBeGreaterThan(0);
  });
});

describe("examples of docstrings", () => {
  test.each(ofDocstrings)("$subject ($place)", async ({ file }) => {
    await run(file);
  });
});

describe("examples of the README and the guides", () => {
  test.each(ofGuides)("$subject ($place)", async ({ file, output }) => {
    const printed = await run(file);
    if (output !== undefined) expect(agrees(printed, output), `expected\n${output}\nbut it printed\n${printed}`).toBe(true);
  });
});

test("examples compile under the strict rules of the library itself", async () => {
  const compilerOptions = {
    // Examples lie outside the package and import its sources by their paths.
    rootDir: parse(root).root, module: "ESNext", moduleResolution: "bundler", allowImportingTsExtensions: true,
    typeRoots: [join(root, "node_modules/@types")], noEmit: true, noUnusedLocals: false, noUnusedParameters: false,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"] }));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const errors = await new Promise<string>((resolve) => {
    execFile(process.execPath, [compiler, "-p", folder], { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  expect(errors).toBe("");
});
