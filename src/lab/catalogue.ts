/** The labs that there are: a folder each, with `lab.js`, `README.md` and `expected.json`. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { DataError, NablaError, UsageError } from "../base/errors.js";
import { near } from "../base/near.js";
import { type Expected, expectedSchema } from "./claims.js";
import { LabError } from "./errors.js";
import { defineLab, type LabDefinition } from "./lab.js";
import { checkDefinitions } from "./settings.js";

/** A lab, without its code. */
export interface LabEntry {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** The heading of its README. */
  readonly title: string;
  /** The first paragraph of its README. */
  readonly question: string;
  readonly readme: string;
  readonly expected: Expected;
}

/** Compiled beside the library; in a checkout whose sources run as they are, in the folder of the sources. */
function labsFolder(): string {
  const places = ["../labs", "../../labs"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return places.find((path) => existsSync(path)) ?? places[0];
}

/** Names of all labs, in order: folders that have the code and both texts. */
export function labNames(folder = labsFolder()): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isComplete(join(folder, entry.name)))
    .map((entry) => entry.name)
    .toSorted();
}

/** All labs. @throws DataError when one of them is damaged */
export const listLabs = (folder = labsFolder()): LabEntry[] => labNames(folder).map((name) => readLab(join(folder, name)));

/**
 * A lab by its name, or by the path of its folder: one with a slash or a leading full stop, such as `./my-lab`.
 * @throws UsageError when there is none; DataError when it is damaged
 */
export function findLab(nameOrPath: string, folder = labsFolder()): LabEntry {
  if (/[/\\]|^\./.test(nameOrPath)) {
    const path = resolve(nameOrPath);
    if (codeOf(path) === undefined) throw new UsageError(`${path} is no lab: it has no lab.js. A lab is a folder with lab.js, README.md and expected.json.`);
    return readLab(path);
  }
  const names = labNames(folder);
  if (!names.includes(nameOrPath)) {
    const meant = near(nameOrPath, names);
    const remedy = names.length === 0 ? "none is installed" : `${meant === undefined ? "" : `did you mean ${meant}? `}nabla lab list shows all ${names.length}`;
    throw new UsageError(`there is no lab ${JSON.stringify(nameOrPath)}; ${remedy}.`);
  }
  return readLab(join(folder, nameOrPath));
}

/** What `findLab` takes for this lab: the name of an installed one, else the path of its folder. */
export function labArgument({ name, folder }: Pick<LabEntry, "name" | "folder">): string {
  if (folder === join(labsFolder(), name)) return name;
  const path = relative("", folder);
  return path.startsWith("..") || isAbsolute(path) ? folder : `./${path}`;
}

/** Reads what describes a lab. @throws DataError naming the file and what is wrong with it */
export function readLab(folder: string): LabEntry {
  const readme = readText(join(folder, "README.md"));
  return { name: basename(folder), folder, readme, ...heading(folder, readme), expected: readExpected(folder) };
}

/** The experiment of a lab. @throws LabError when its file has no `export default defineLab({ … })` */
export async function loadLab({ name, folder }: LabEntry): Promise<LabDefinition> {
  const path = join(folder, codeOf(folder) ?? "lab.js");
  const module = await importLab(name, path);
  if (typeof module.default?.run === "function") {
    checkDefinitions(module.default.settings ?? {});
    return defineLab(module.default as LabDefinition);
  }
  throw new LabError(`lab ${name}: ${path} must have export default defineLab({ … }) from "nabla".`);
}

async function importLab(name: string, path: string): Promise<{ default?: Partial<LabDefinition> }> {
  try {
    return await import(/* @vite-ignore */ pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof NablaError) throw error;
    const remedy = 'It must be an ES module that node can load: name it lab.mjs, or put { "type": "module" } in the package.json above it; install nabla there.';
    throw new LabError(`lab ${name}: ${path} cannot be loaded: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}. ${remedy}`, { cause: error });
  }
}

const isComplete = (folder: string): boolean => codeOf(folder) !== undefined && ["README.md", "expected.json"].every((file) => existsSync(join(folder, file)));

const codeOf = (folder: string): string | undefined => ["lab.js", "lab.mjs", "lab.ts"].find((file) => existsSync(join(folder, file)));

function heading(folder: string, readme: string): { readonly title: string; readonly question: string } {
  const [first, second] = readme.split(/\n\s*\n/).map((paragraph) => paragraph.trim());
  const title = /^# (.+)$/.exec(first ?? "")?.[1];
  if (title === undefined || second === undefined || second === "") {
    throw new DataError(`${join(folder, "README.md")}: expected a line "# TITLE" and below it a paragraph with the question of the lab.`);
  }
  return { title, question: second.replaceAll(/\s*\n\s*/g, " ") };
}

function readExpected(folder: string): Expected {
  const path = join(folder, "expected.json");
  let json: unknown;
  try {
    json = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw new DataError(`${path} is no JSON: ${error.message}.`);
    throw error;
  }
  const parsed = expectedSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new DataError(`${path} does not hold the claims of a lab:\n${z.prettifyError(parsed.error)}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new DataError(`${path} cannot be read; a lab has lab.js, README.md and expected.json in its folder.`);
  }
}
