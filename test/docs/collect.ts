/** Finds the examples of the documentation: `@example` blocks of docstrings, and fences of js or ts in Markdown. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** Code that a reader may copy, with where it stands. */
export interface Example {
  /** `src/ops/create.ts:28`. */
  readonly place: string;
  /** What it shows: the documented symbol, or the heading above the fence. */
  readonly subject: string;
  readonly code: string;
  /** What it prints to the console, where the next fence says so. */
  readonly output?: string;
}

/** A docstring and the declaration below it. */
export interface Docstring {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  /** Name of the declaration. */
  readonly name: string;
  /** Exported from its file. */
  readonly exported: boolean;
  readonly examples: readonly Example[];
}

/** Every docstring of the library's sources that stands above a declaration; the board's page, which needs a document, is a program of its own. */
export function docstrings(): Docstring[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !/^board.(page|playground)\b/.test(file))
    .sort()
    .flatMap((file) => docstringsOf(join(root, "src", file)));
}

function docstringsOf(file: string): Docstring[] {
  const source = readFileSync(file, "utf8");
  return Array.from(source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/[ \t]*\n[ \t]*(.*)/g)).flatMap(({ 1: comment, 2: declaration, index }) => {
    const exported = /^export (?:abstract |async )*(?:function\*?|class|const|type|interface) (\w+)/.exec(declaration);
    const name = exported?.[1] ?? /(\w+)\s*[(<?:=]/.exec(declaration)?.[1];
    if (name === undefined) return [];
    const line = source.slice(0, index).split("\n").length;
    return [{ file, line, name, exported: exported !== null, examples: examplesOf(comment, file, line, name) }];
  });
}

function examplesOf(comment: string, file: string, line: number, subject: string): Example[] {
  const examples: { start: number; lines: string[] }[] = [];
  let inside = false;
  comment.split("\n").forEach((raw, i) => {
    const text = raw.replace(/^\s*\* ?/, "");
    const tag = /^\s*@(\w+)\s*(.*)/.exec(text);
    if (tag !== null) inside = tag[1] === "example";
    if (!inside) return;
    if (tag !== null) examples.push({ start: line + i, lines: [tag[2]] });
    else examples[examples.length - 1].lines.push(text);
  });
  return examples.map(({ start, lines }) => ({ place: `${relative(root, file)}:${start}`, subject, code: lines.join("\n") }));
}

/** The js and ts fences of a Markdown file. A text fence after one is its output. */
export function fences(file: string): Example[] {
  const source = readFileSync(join(root, file), "utf8");
  const blocks = Array.from(source.matchAll(/^```(\w*)\n([^]*?)^```$/gm));
  return blocks.flatMap(({ 1: language, 2: code, index }, i) => {
    if (!/^(js|ts|javascript|typescript)$/.test(language)) return [];
    const before = source.slice(0, index);
    const next = blocks[i + 1];
    return [
      {
        place: `${file}:${before.split("\n").length}`,
        subject: before.match(/^#+ .*$/gm)?.at(-1)?.replace(/^#+ /, "") ?? file,
        code,
        output: next?.[1] === "text" ? next[2] : undefined,
      },
    ];
  });
}
