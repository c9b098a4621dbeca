/** Every lab is complete, says what differs, and keeps to what labs may do. CI runs each of them (`scripts/run-labs.mjs`). */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadLab, readLab } from "../src/lab/catalogue.js";
import { needIsHere } from "../src/lab/dataFolders.js";

const root = fileURLToPath(new URL("../labs", import.meta.url));
const names = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** Words of a text that carry its meaning, in lower case. */
const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];

test("there are labs", () => expect(names.length).toBeGreaterThan(0));

describe.each(names)("%s", (name) => {
  const folder = join(root, name);

  test("has its code, its text and its claims", async () => {
    for (const file of ["lab.ts", "README.md", "expected.json"]) expect(existsSync(join(folder, file)), file).toBe(true);
    const entry = readLab(folder);
    expect(entry.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(entry.question).toMatch(/\?$/);
    expect(entry.question.length).toBeLessThan(200);
    expect(entry.expected.seconds.quick).toBeLessThanOrEqual(60);
    for (const need of entry.expected.needs) expect(() => needIsHere(need, undefined)).not.toThrow();
    expect(typeof (await loadLab(entry)).run).toBe("function");
  });

  test("its README has what a reader wants, and tells of every claim that differs", () => {
    const { readme, expected } = readLab(folder);
    for (const heading of ["What to expect", "What was seen"]) expect(readme, heading).toMatch(new RegExp(`^## ${heading}`, "m"));
    for (const { id, text, differs } of expected.claims) {
      if (differs === undefined) continue;
      const [known, wanted] = [new Set(words(readme)), words(text)];
      const found = wanted.filter((word) => known.has(word));
      expect(found.length / wanted.length, `${id}: of "${text}" the README has only: ${found.join(" ")}`).toBeGreaterThanOrEqual(0.5);
      const numbers = [differs.ours].flat().map((value) => (typeof value === "number" ? String(Number(value.toPrecision(3))) : value));
      expect(numbers.some((number) => readme.includes(number)), `${id}: the README does not say what we found: ${numbers.join(", ")}`).toBe(true);
    }
  });

  test("imports the public interface only", () => {
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) => each.endsWith(".ts"))) {
      const imports = [...readFileSync(join(folder, file), "utf8").matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)].map(([, a, b]) => a ?? b);
      for (const specifier of imports) expect(specifier, file).toMatch(/^(nabla|\.\/[^.]+\.js|node:\w+(\/\w+)?)$/);
    }
  });
});
