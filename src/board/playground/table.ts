/**
 * Points from a CSV file: two columns of numbers and one of classes. What the file says is data and nothing else; what it should not say is named
 * with its line and column. Columns and classes come out as `data.readCsv` reads them, which the printed program uses.
 */

import { DataError } from "../../base/errors.js";

export interface PointTable {
  /** Names of the three columns. */
  readonly columns: readonly [x1: string, x2: string, label: string];
  /** Whether the file has a line of names. */
  readonly header: boolean;
  readonly delimiter: string;
  /** [N, 2] */
  readonly x: Float32Array;
  /** [N] */
  readonly y: Int32Array;
  readonly classes: readonly string[];
}

export const tableLimits = { bytes: 2 ** 20, rows: 5000, classes: 6, size: 1e9 } as const;

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const missing: readonly string[] = ["", "NA", "NaN", "nan", "?"];

/** @throws DataError that names line and column. */
export function parsePoints(text: string): PointTable {
  if (text.length > tableLimits.bytes) throw new DataError(`The file has ${text.length} characters; the playground takes at most ${tableLimits.bytes}.`);
  const clean = text.replace(/^\uFEFF/, "");
  const delimiter = delimiterOf(clean);
  const rows = rowsOf(clean, delimiter);
  if (rows.length === 0) throw new DataError("There is nothing in it. Expected lines such as 0.5,-1.2,red: two numbers and a class.");
  const odd = rows.find(({ cells }) => cells.length !== 3);
  if (odd !== undefined) {
    throw new DataError(`Line ${odd.line}: expected 3 cells (two numbers and a class) separated by ${shownDelimiter(delimiter)}, got ${odd.cells.length}.`);
  }
  const header = rows[0].cells.slice(0, 2).every((cell) => !numeric.test(cell) && !missing.includes(cell));
  const columns: PointTable["columns"] = header ? [rows[0].cells[0], rows[0].cells[1], rows[0].cells[2]] : ["0", "1", "2"];
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw new DataError(`Line ${rows[0].line}: two columns are called “${twice}”; rename one.`);
  const points = header ? rows.slice(1) : rows;
  if (points.length > tableLimits.rows) throw new DataError(`There are ${points.length} points; the playground takes at most ${tableLimits.rows}. Take a sample of them.`);
  if (points.length < 10) throw new DataError(`There are ${points.length} points; at least 10 are needed to train and to test.`);
  const x = Float32Array.from(points.flatMap(({ line, cells }) => [0, 1].map((c) => coordinate(cells[c], line, c + 1, columns[c]))));
  for (const c of [0, 1]) {
    if (points.every((_, i) => x[2 * i + c] === x[c])) throw new DataError(`Column ${c + 1} (${columns[c]}) is ${x[c]} in every line; a coordinate must vary.`);
  }
  return { columns, header, delimiter, x, ...labelsOf(points, columns[2]) };
}

function coordinate(cell: string, line: number, column: number, name: string): number {
  const place = `Line ${line}, column ${column} (${name})`;
  if (missing.includes(cell)) throw new DataError(`${place}: the cell is empty; fill it, or leave the line out.`);
  if (!numeric.test(cell)) throw new DataError(`${place}: expected a number, got “${cell.slice(0, 40)}”.${/^[+-]?\d+,\d+$/.test(cell) ? " Write decimals with a point." : ""}`);
  const value = Number(cell);
  if (Math.abs(value) > tableLimits.size) throw new DataError(`${place}: ${cell} is too large; numbers may be as large as ${tableLimits.size}. Choose another unit.`);
  return value;
}

function labelsOf(points: readonly Row[], name: string): { readonly y: Int32Array; readonly classes: readonly string[] } {
  const members = new Map<string, number>();
  for (const { line, cells } of points) {
    if (missing.includes(cells[2])) throw new DataError(`Line ${line}, column 3 (${name}): the class is empty; fill it, or leave the line out.`);
    members.set(cells[2], (members.get(cells[2]) ?? 0) + 1);
    if (members.size > tableLimits.classes) {
      throw new DataError(`Line ${line}, column 3 (${name}): “${cells[2].slice(0, 40)}” is class number ${members.size}; the playground takes at most ${tableLimits.classes} classes.`);
    }
  }
  if (members.size < 2) throw new DataError(`Column 3 (${name}) has one class only, “${points[0].cells[2].slice(0, 40)}”; there is nothing to tell apart.`);
  const few = [...members].find(([, count]) => count < 4);
  if (few !== undefined) throw new DataError(`Class “${few[0].slice(0, 40)}” has ${few[1]} points; each needs at least 4, to train and to test.`);
  const names = [...members.keys()];
  const classes = names.every((cell) => numeric.test(cell)) ? names.toSorted((a, b) => Number(a) - Number(b)) : names.toSorted();
  const numbers = new Map(classes.map((each, i) => [each, i]));
  return { classes, y: Int32Array.from(points, ({ cells }) => numbers.get(cells[2])!) };
}

/** What separates the cells of the first line. */
function delimiterOf(text: string): string {
  const first = text.split(/\r?\n/).find((line) => line.trim() !== "") ?? "";
  return [",", ";", "\t"].find((each) => first.split(each).length === 3) ?? ([";", "\t", ","].find((each) => first.includes(each)) ?? ",");
}

const shownDelimiter = (delimiter: string): string => (delimiter === "\t" ? "tabulators" : `“${delimiter}”`);

/** Lines in cells, RFC 4180: a cell may stand in double quotes, with doubled ones inside. Empty lines are left out. */
function rowsOf(text: string, delimiter: string): Row[] {
  const rows: Row[] = [];
  let [at, line] = [0, 1];
  while (at < text.length) {
    const start = line;
    const cells: string[] = [];
    let ended = false;
    while (!ended) {
      while (text[at] === " " || (text[at] === "\t" && delimiter !== "\t")) at++;
      if (text[at] === '"') {
        let cell = "";
        for (at++; ; at++) {
          if (at >= text.length) throw new DataError(`Line ${start}, column ${cells.length + 1}: a quotation mark is not closed.`);
          if (text[at] === "\n") line++;
          if (text[at] !== '"') cell += text[at];
          else if (text[at + 1] === '"') cell += text[at++];
          else break;
        }
        at++;
        while (text[at] === " ") at++;
        cells.push(cell);
        if (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") {
          throw new DataError(`Line ${line}, column ${cells.length}: expected ${shownDelimiter(delimiter)} after the closing quotation mark, got “${text[at]}”.`);
        }
      } else {
        const from = at;
        while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
        cells.push(text.slice(from, at).trim());
      }
      if (text[at] === delimiter) {
        at++;
        continue;
      }
      if (text[at] === "\r") at++;
      if (text[at] === "\n") at++;
      line++;
      ended = true;
    }
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: start, cells });
  }
  return rows;
}
