import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DataError } from "../../base/errors.js";
import { Generator } from "../../base/generator.js";
import { parseDigits } from "./digits.js";
import { readDigits } from "./readDigits.js";

/** Lines of random pixels; the class of line n is n mod 10. */
function lines(count: number): string[] {
  const generator = new Generator(3);
  return Array.from({ length: count }, (_, n) => [...Array.from({ length: 64 }, () => generator.integer(17)), n % 10].join(","));
}

test("each line is 64 pixels and a class", () => {
  const text = lines(3);
  const data = parseDigits("d.csv", `${text.join("\r\n")}\r\n`);
  expect(data.shape).toEqual([1, 8, 8]);
  expect(data.maxValue).toBe(16);
  expect([...data.images.subarray(64, 128), data.labels[1]].join(",")).toBe(text[1]);
});

test("wrong cells are named by line and column", () => {
  const [first, second] = lines(2);
  const change = (column: number, cell: string): string => second.split(",").with(column, cell).join(",");
  expect(() => parseDigits("d.csv", [first, change(4, "17")].join("\n"))).toThrow(/d\.csv: at line 2, column 5, expected an integer from 0 to 16, got "17"/);
  expect(() => parseDigits("d.csv", [first, change(64, "10")].join("\n"))).toThrow(/column 65, expected an integer from 0 to 9/);
  for (const cell of ["", "-1", "nan", "1e1", "0.5"]) expect(() => parseDigits("d.csv", change(0, cell))).toThrow(DataError);
  expect(() => parseDigits("d.csv", first.slice(0, 20))).toThrow(/line 1, expected 65 numbers/);
  expect(() => parseDigits("d.csv", "")).toThrow(DataError);
});

test("a file with any byte changed or cut off is refused, or differs in pixels alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nabla-digits-"));
  const file = join(folder, "digits.csv.gz");
  const bytes = gzipSync(lines(20).join("\n"));
  const generator = new Generator(8);
  for (let round = 0; round < 100; round++) {
    const changed = bytes.slice(0, round % 2 === 0 ? bytes.length : generator.integer(bytes.length));
    changed[generator.integer(changed.length || 1)] ^= 1 << generator.integer(8);
    await writeFile(file, changed);
    const result = await readDigits(file).catch((error: unknown) => error);
    if (!(result instanceof DataError)) expect(result).toHaveProperty("length", 20);
  }
  await rm(folder, { recursive: true });
});
