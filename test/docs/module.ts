/** Makes a module of an example: its names come into scope, its comments `// → value` become checks. */

import { join } from "node:path";
import * as nabla from "../../src/index.js";
import { root, type Example } from "./collect.js";
import { prelude } from "./prelude.js";

const library = JSON.stringify(join(root, "src/index.ts"));
const helpers = (name: string): string => JSON.stringify(join(import.meta.dirname, name));

/**
 * The source of a module that runs the example. A program, which has imports, stays as it is; a fragment gets every export
 * of nabla, what its own file exports (`ownFile`, for internal symbols), and the prelude.
 */
export function moduleOf({ code }: Example, ownFile?: { readonly path: string; readonly exports: readonly string[] }): string {
  const body = withChecks(code);
  const check = `import { check } from ${helpers("values.ts")};\n`;
  if (/^import /m.test(code)) return check + body.replaceAll(/(from\s+)"nabla"/g, `$1${library}`);
  const used = (names: readonly string[]): string => names.filter((name) => new RegExp(`\\b${name}\\b`).test(code)).join(", ");
  const own = ownFile === undefined ? "" : `import { ${used(ownFile.exports)} } from ${JSON.stringify(ownFile.path)};\n`;
  const known = ownFile?.exports ?? [];
  return (
    `${check}${own}import { ${used(Object.keys(nabla).filter((name) => !known.includes(name)))} } from ${library};\n` +
    `import { prelude } from ${helpers("prelude.ts")};\n` +
    `const { ${used(Object.keys(prelude()))} } = prelude();\n` +
    `await (async () => {\n${body}\n})();\nexport {};\n`
  );
}

/** A statement whose last line ends with `// → value` is checked; following lines of nothing but a comment continue the value. */
export function withChecks(code: string): string {
  const lines = code.split("\n");
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const marked = /^(.*?)\s*\/\/ →(?: (.*))?$/.exec(lines[i]);
    if (marked === null) {
      out.push(lines[i]);
      continue;
    }
    let statement = marked[1];
    while (out.length > 0 && !isWhole(statement)) statement = `${out.pop()}\n${statement}`;
    const value = [marked[2] ?? ""];
    for (let more; (more = /^\s*\/\/(?! →)(.*)$/.exec(lines[i + 1] ?? "")) !== null; i++) value.push(more[1]);
    out.push(checked(statement, value.join("\n").trim()));
  }
  return out.join("\n");
}

/** Brackets match, and it does not begin in the middle of a chain of calls. */
function isWhole(text: string): boolean {
  return !/^\s*\./.test(text) && (text.match(/[([{]/g)?.length ?? 0) === (text.match(/[)\]}]/g)?.length ?? 0);
}

/** For a declaration, the (first) name that it declares is checked. */
function checked(statement: string, value: string): string {
  const expected = JSON.stringify(value);
  const declared = /^\s*(?:const|let) \W*(\w+)/.exec(statement)?.[1];
  if (declared !== undefined) return `${statement}\nawait check(() => ${declared}, ${expected});`;
  return `await check(async () => (${statement.trim().replace(/;$/, "")}), ${expected});`;
}
