import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DataError, NablaError } from "../../base/errors.js";
import { Generator } from "../../base/generator.js";
import { parseCsv } from "./csv.js";
import { readCsv } from "./readCsv.js";

const cars = 'mpg,origin,name\r\n18,usa,"chevy ""71"", red"\r\n\r\n?,japan,toyota\r\n31.5,japan,honda\r\n1e1,,fiat\r\n';

test("columns are numbers or categories, missing cells included (coverage F1)", async () => {
  const table = await parseCsv("cars.csv", cars);
  expect(table.length).toBe(4);
  expect(table.column("mpg")).toEqual({ kind: "number", name: "mpg", values: Float64Array.of(18, Number.NaN, 31.5, 10) });
  expect(table.column("origin")).toEqual({ kind: "category", name: "origin", values: Int32Array.of(1, 0, 0, -1), categories: ["japan", "usa"] });
  expect(table.column("name").kind === "category" && table.columns[2].kind === "category" ? table.columns[2].categories[0] : "").toBe('chevy "71", red');
  expect(table.lines).toEqual([2, 4, 5, 6]);
  expect(table.featureNames(["mpg", "origin"])).toEqual(["mpg", "origin=japan", "origin=usa"]);
});

test("a table becomes samples: numbers, one-hot categories, classes", async () => {
  const table = await parseCsv("cars.csv", cars);
  const { x, y } = table.dataset({ x: ["mpg", "origin"], y: "origin", missing: "drop" }).tensors();
  expect(await x.array()).toEqual([[18, 0, 1], [31.5, 1, 0]]);
  expect([y.dtype, await y.array()]).toEqual(["int32", [1, 0]]);
  const filled = table.dataset({ x: ["origin"], y: "mpg", missing: -1 });
  expect(await filled.tensors().y.array()).toEqual([18, -1, 31.5, 10]);
  expect(await filled.tensors().x.array()).toEqual([[0, 1], [1, 0], [1, 0], [0, 0]]);
  expect(table.dataset({ x: ["mpg"], missing: 0 }).labels).toBeUndefined();
  expect(table.dataset({ x: ["mpg"], y: "name", missing: 0 }).classes).toHaveLength(4);
});

test("missing cells are refused by line and column unless allowed", async () => {
  const table = await parseCsv("cars.csv", cars);
  expect(() => table.dataset({ x: ["mpg"] })).toThrow(/cars\.csv: at line 4, column mpg, the cell is missing \(1 rows lack one\)/);
  expect(() => table.dataset({ x: ["mpg"], y: "origin", missing: 0 })).toThrow(/a row has no origin/);
  expect(() => table.dataset({ missing: "skip" as "drop" })).toThrow(/missing must be "error" or "drop" or a number, got "skip"/);
  expect(() => table.dataset({ x: ["mgp"] })).toThrow(/no column "mgp"; did you mean mpg/);
});

test("mistakes in the file are named by line and column (coverage F1)", async () => {
  const wrong: [string, RegExp][] = [
    ["a,b\n1,2\n3\n", /t\.csv: at line 3, expected cells separated by ","/],
    ['a,b\n1,"2\n3,4\n', /t\.csv: at line/],
    ["a,b\n1,2\n3,4x\n5,6\n", /t\.csv: at line 3, column b, expected a number like other cells of the column, got "4x"/],
    ["a,a\n1,2\n", /two columns are called "a"/],
    ["a,b\n", /no rows below the header/],
    ["", /no rows/],
  ];
  for (const [text, message] of wrong) await expect(parseCsv("t.csv", text)).rejects.toThrow(message);
  const forced = await parseCsv("t.csv", "a\n10\n2\n10\n", { categories: ["a"] });
  expect(forced.columns[0]).toEqual({ kind: "category", name: "a", values: Int32Array.of(1, 0, 1), categories: ["2", "10"] });
  await expect(parseCsv("t.csv", "a\n1\n", { categories: ["b"] })).rejects.toThrow(/categories names "b", but the columns are a/);
  await expect(parseCsv("t.csv", "a\n1\n", { delimiter: "||" })).rejects.toThrow(/delimiter must be one character/);
});

test("no header, other separators, lines to skip, gzip, byte order mark", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nabla-csv-"));
  const file = join(folder, "t.csv.gz");
  await writeFile(file, gzipSync("\ufeff# about\n1 2.5 -.5\n3 4 +1e-2\n"));
  const table = await readCsv(file, { header: false, skipLines: 1, delimiter: " " });
  expect(table.columns.map(({ name }) => name)).toEqual(["0", "1", "2"]);
  expect(await table.dataset().tensors().x.array()).toEqual([[1, 2.5, -0.5], [3, 4, Math.fround(0.01)]]);
  await writeFile(file, Uint8Array.of(0x61, 0x0a, 0xc3, 0xa4, 0xff, 0x0a));
  await expect(readCsv(file)).rejects.toThrow(/t\.csv\.gz: at byte 4, expected text in UTF-8/);
  await expect(readCsv(join(folder, "none.csv"))).rejects.toThrow(/none\.csv: cannot be read/);
  await rm(folder, { recursive: true });
});

test("files cut or changed anywhere are tables or errors of ours", async () => {
  const generator = new Generator(6);
  const bytes = new TextEncoder().encode(cars);
  for (let round = 0; round < 400; round++) {
    const changed = bytes.slice(0, round % 2 === 0 ? bytes.length : generator.integer(bytes.length));
    if (changed.length > 0) changed[generator.integer(changed.length)] ^= 1 << generator.integer(8);
    const result = await parseCsv("t.csv", new TextDecoder().decode(changed)).catch((error: unknown) => error);
    if (result instanceof Error) expect(result).toBeInstanceOf(NablaError);
  }
  const unclosed = await parseCsv("t.csv", `a\n"${"x".repeat(11_000_000)}`).catch((error: unknown) => error);
  expect(unclosed).toBeInstanceOf(DataError);
});
