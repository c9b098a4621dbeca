/** The public interface: every name that the package exports, with the file that declares it. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { declarationsOf } from "./declarations.mjs";

/**
 * @typedef {import("./declarations.mjs").Declaration} Declaration
 * @typedef {{ name: string, aliases: string[], file: string, declaration: Declaration, bases: Declaration[] }} Entry `name` as users write it,
 *   such as nn.Linear; `bases` are the classes between it and the first one that is public
 */

const statement = /^(?:export|import) (?:(type) )?(?:(\*)(?: as (\w+))?|\{([^}]*)\})(?: from "([^"]+)")?;/gm;

/** @returns {Entry[]} in the order of the exports, each declaration once, under its shortest name */
export function publicEntries(entryFile) {
  const sources = new Map();
  const read = (file) => {
    if (!sources.has(file)) {
      const source = readFileSync(file, "utf8");
      sources.set(file, { source, declarations: declarationsOf(source) });
    }
    return sources.get(file);
  };
  const resolve = (file, specifier) => join(dirname(file), specifier.replace(/\.js$/, ".ts"));

  /** @returns {Map<string, { file: string, name: string } | Map>} what a file exports; namespaces are Maps */
  const exportsOf = (file) => {
    const { source, declarations } = read(file);
    const found = new Map();
    const imported = new Map();
    for (const { name, exported } of declarations.values()) if (exported) found.set(name, { file, name });
    for (const { 0: text, 2: star, 3: space, 4: list, 5: from } of source.matchAll(statement)) {
      const isImport = text.startsWith("import");
      const target = from?.startsWith(".") ? resolve(file, from) : undefined;
      if (star !== undefined) {
        if (isImport || target === undefined) continue;
        if (space !== undefined) found.set(space, exportsOf(target));
        else for (const [name, value] of exportsOf(target)) if (!found.has(name)) found.set(name, value);
        continue;
      }
      for (const item of list.split(",").map((part) => part.trim().replace(/^type /, "")).filter((part) => part !== "")) {
        const [name, alias = name] = item.split(" as ");
        if (isImport) {
          if (target !== undefined) imported.set(alias, { target, name });
        } else if (target !== undefined) {
          found.set(alias, exportsOf(target).get(name));
        } else {
          const origin = imported.get(name);
          found.set(alias, origin === undefined ? { file, name } : exportsOf(origin.target).get(origin.name));
        }
      }
    }
    return found;
  };

  const entries = new Map();
  const visit = (space, prefix) => {
    for (const [name, value] of space) {
      if (value instanceof Map) {
        visit(value, `${prefix}${name}.`);
        continue;
      }
      if (value === undefined) throw new Error(`${entryFile}: cannot find where ${prefix}${name} is declared`);
      const declaration = read(value.file).declarations.get(value.name);
      if (declaration === undefined) throw new Error(`${value.file}: there is no exported declaration of ${value.name}, which ${prefix}${name} needs`);
      const key = `${value.file}#${value.name}`;
      const known = entries.get(key);
      if (known === undefined) entries.set(key, { name: prefix + name, aliases: [], file: value.file, declaration, bases: [] });
      else known.aliases.push(prefix + name);
    }
  };
  visit(exportsOf(entryFile), "");

  /** What the name of a base class means in a file. */
  const declared = (file, name) => {
    const { source, declarations } = read(file);
    if (declarations.has(name)) return { file, name };
    for (const { 0: text, 4: list, 5: from } of source.matchAll(statement)) {
      if (!text.startsWith("import") || list === undefined || !from.startsWith(".")) continue;
      const item = list.split(",").map((part) => part.trim().replace(/^type /, "")).find((part) => part.split(" as ").at(-1) === name);
      if (item !== undefined) return exportsOf(resolve(file, from)).get(item.split(" as ")[0]);
    }
    return undefined;
  };
  for (const entry of entries.values()) {
    let { file, declaration } = entry;
    while (declaration.base !== undefined) {
      const base = declared(file, declaration.base);
      if (base === undefined || entries.has(`${base.file}#${base.name}`)) break;
      file = base.file;
      declaration = read(file).declarations.get(base.name);
      entry.bases.push(declaration);
    }
  }
  return [...entries.values()];
}
