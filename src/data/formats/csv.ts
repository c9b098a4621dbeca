/**
 * CSV: tables of numbers and categories. A column whose cells are all numbers is one of numbers; one without any is one of categories, which are numbered
 * in alphabetical order (numbers by size). Anything in between is a mistake in the file or the options, and is named with its line and column.
 */

import { DataError, nearest, ValueError } from "../../base/errors.js";
import { checkValue, either, flag, integer, isOptions, type Kinds, listOf, number, oneOf, optionsOf, show, text as textKind } from "../../base/options.js";
import type { HostTensor } from "../../base/hostTensor.js";
import { TensorDataset } from "../tensorDataset.js";

/** A column of a table. */
export type Column =
  | {
      readonly kind: "number";
      readonly name: string;
      /** NaN where the cell is missing. */
      readonly values: Float64Array;
    }
  | {
      readonly kind: "category";
      readonly name: string;
      /** Numbers of categories, −1 where the cell is missing. */
      readonly values: Int32Array;
      readonly categories: readonly string[];
    };

export interface CsvOptions {
  /** Whether the first line holds the names of the columns; else they are called 0, 1, 2, … @default true */
  readonly header?: boolean;
  /** Lines to pass over at the start of the file. @default 0 */
  readonly skipLines?: number;
  /** What separates cells: one character. @default "," */
  readonly delimiter?: string;
  /** Cells that mean "not known", besides empty ones. @default ["NA", "NaN", "nan", "?"] */
  readonly missing?: readonly string[];
  /** Columns that hold categories even where they look like numbers. @default none */
  readonly categories?: readonly string[];
}

const kinds: Kinds<CsvOptions> = {
  header: flag, skipLines: integer(0), delimiter: { what: "one character", has: (value) => typeof value === "string" && value.length === 1 },
  missing: listOf(textKind), categories: listOf(textKind),
};

/** What becomes of missing cells. */
export type Missing =
  /** They are refused, with line and column. */
  | "error"
  /** Their rows are left out. */
  | "drop"
  /** They become this number (categories: no category, all zeros when one-hot). */
  | number;

export interface TableDatasetOptions {
  /** The columns that make x, in this order. @default all but y */
  readonly x?: readonly string[];
  /** The column that makes y: int32 classes of a column of categories, float32 of numbers. @default none: there is no y */
  readonly y?: string;
  /** @default "error" */
  readonly missing?: Missing;
}

/**
 * A table: columns of equal length, and where its rows stand in the file. Made by `readCsv` and `parseCsv`.
 *
 * @example
 * const table = await data.parseCsv("cars.csv", "mpg,origin\n18,usa\n31,japan\n");
 * table.featureNames() // → ["mpg", "origin=japan", "origin=usa"]
 * const { x } = table.dataset().tensors();
 * x // → [[18, 0, 1], [31, 1, 0]]
 */
export class Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Rows. */
  readonly length: number;
  /** Line of each row in the file. */
  readonly lines: readonly number[];

  constructor(name: string, columns: readonly Column[], lines: readonly number[]) {
    checkValue("Table", "name", name, textKind);
    checkValue("Table", "columns", columns, listOf({ what: "a column { kind, name, values }", has: isColumn }));
    checkValue("Table", "lines", lines, listOf(number()));
    this.name = name;
    this.columns = columns;
    this.length = lines.length;
    this.lines = lines;
  }

  /** The column of that name. @throws ValueError when there is none; it proposes the nearest. */
  column(name: string): Column {
    const column = this.columns.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    const names = this.columns.map((candidate) => candidate.name);
    throw new ValueError(`${this.name}: there is no column ${show(name)}; did you mean ${nearest(String(name), names)}? There are ${names.join(", ")}.`);
  }

  /** Names of the numbers in a row of x: of a column of numbers its name, of categories `name=category` for each. */
  featureNames(columns: readonly string[] = this.columns.map(({ name }) => name)): string[] {
    checkValue(`${this.name}.featureNames`, "columns", columns, listOf(textKind));
    return columns.flatMap((name) => {
      const column = this.column(name);
      return column.kind === "number" ? [name] : column.categories.map((category) => `${name}=${category}`);
    });
  }

  /**
   * The table as samples: x float32 [features], categories one-hot (see `featureNames`), and y.
   * @throws DataError for a missing cell, with its line, unless they are allowed; ValueError for columns that there are not.
   */
  dataset(options: TableDatasetOptions = {}): TensorDataset<{ readonly x: HostTensor; readonly y: HostTensor }> {
    const kinds = { x: listOf(textKind), y: textKind, missing: either(oneOf("error", "drop"), number()) };
    const { x, y, missing = "error" } = optionsOf(`${this.name}.dataset`, options, kinds);
    const features = (x ?? this.columns.map(({ name }) => name).filter((name) => name !== y)).map((name) => this.column(name));
    const target = y === undefined ? undefined : this.column(y);
    if (features.length === 0) throw new ValueError(`${this.name}: there are no columns for x; name some.`);
    const rows = this.#rows(target === undefined ? features : [...features, target], missing);
    const fill = typeof missing === "number" ? missing : Number.NaN;
    const fields = { x: features2d(features, rows, fill), ...(target && { y: targets(this.name, target, rows, fill) }) };
    const classes = target?.kind === "category" ? target.categories : [];
    return new TensorDataset<{ readonly x: HostTensor; readonly y: HostTensor }>(fields as { x: HostTensor; y: HostTensor }, { name: this.name, classes });
  }

  /** The rows to take. */
  #rows(columns: readonly Column[], missing: Missing): number[] {
    const complete = (row: number): boolean => columns.every((column) => !isMissing(column, row));
    const all = Array.from({ length: this.length }, (_, row) => row);
    if (missing === "drop") {
      const rows = all.filter(complete);
      if (rows.length === 0) throw new DataError(`${this.name}: every row lacks a cell; leave out the columns that are never filled.`);
      return rows;
    }
    if (missing !== "error") return all;
    const row = all.find((candidate) => !complete(candidate));
    if (row === undefined) return all;
    const empty = columns.find((column) => isMissing(column, row));
    throw new DataError(
      `${this.name}: at line ${this.lines[row]}, column ${empty?.name}, the cell is missing (${all.filter((r) => !complete(r)).length} rows lack one); use ` +
        `missing: "drop" to leave such rows out, or a number to put there.`,
    );
  }
}

const isColumn = (value: unknown): boolean =>
  isOptions(value) && "name" in value && "values" in value && ArrayBuffer.isView(value.values) && "kind" in value && (value.kind === "number" || (value.kind === "category" && "categories" in value && Array.isArray(value.categories)));

const isMissing = (column: Column, row: number): boolean => (column.kind === "number" ? Number.isNaN(column.values[row]) : column.values[row] < 0);

function features2d(columns: readonly Column[], rows: readonly number[], fill: number): HostTensor {
  const widths = columns.map((column) => (column.kind === "number" ? 1 : column.categories.length));
  const width = widths.reduce((a, b) => a + b, 0);
  const data = new Float32Array(rows.length * width);
  let start = 0;
  for (const [c, column] of columns.entries()) {
    for (const [i, row] of rows.entries()) {
      const at = i * width + start;
      if (column.kind === "number") data[at] = Number.isNaN(column.values[row]) ? fill : column.values[row];
      else if (column.values[row] >= 0) data[at + column.values[row]] = 1;
    }
    start += widths[c];
  }
  return { dtype: "float32", shape: [rows.length, width], data };
}

function targets(table: string, column: Column, rows: readonly number[], fill: number): HostTensor {
  if (column.kind === "number") {
    return { dtype: "float32", shape: [rows.length], data: Float32Array.from(rows, (row) => (Number.isNaN(column.values[row]) ? fill : column.values[row])) };
  }
  const without = rows.find((row) => column.values[row] < 0);
  if (without !== undefined) throw new DataError(`${table}: a row has no ${column.name}, which is what is to be learnt; use missing: "drop".`);
  return { dtype: "int32", shape: [rows.length], data: Int32Array.from(rows, (row) => column.values[row]) };
}

/** A cell longer than this is a forgotten quotation mark. */
const mostCharacters = 10_000_000;

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?inf(inity)?$/i;

/**
 * Parses a table of numbers and categories, RFC 4180: cells may stand in double quotes, with doubled ones inside.
 * @param file its name, for messages.
 * @throws DataError for a line of another length than the first, a quotation mark out of place, and a cell that is no number in a column of numbers;
 * with line and column.
 *
 * @example
 * const table = await data.parseCsv("pets.csv", "weight,kind\n4.2,cat\n,dog\n30,dog");
 * table.column("kind")                       // → { kind: "category", name: "kind", values: [0, 1, 1], categories: ["cat", "dog"] }
 * const pets = table.dataset({ y: "kind", missing: "drop" });
 * pets.length                                // → 2
 * pets.tensors().x                           // → [[4.2], [30]]
 * table.dataset({ y: "kind" })               // → throws DataError: pets.csv: at line 3, column weight, the cell is missing
 */
export async function parseCsv(file: string, text: string, options: CsvOptions = {}): Promise<Table> {
  checkValue("parseCsv", "file", file, textKind);
  checkValue("parseCsv", "text", text, textKind);
  const { header = true, skipLines = 0, delimiter = ",", missing = ["NA", "NaN", "nan", "?"], categories = [] } = optionsOf("parseCsv", options, kinds);
  const { cells, lines } = await readCells(file, text, delimiter, skipLines);
  const names = header ? cells.shift() : cells[0]?.map((_, i) => String(i));
  if (header) lines.shift();
  if (names === undefined || cells.length === 0) throw new DataError(`${file}: there are no rows${header ? " below the header" : ""}.`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new DataError(`${file}: two columns are called ${JSON.stringify(twice)}; rename one, or read with header: false.`);
  const unknown = categories.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ValueError(`${file}: categories names ${JSON.stringify(unknown)}, but the columns are ${names.join(", ")}.`);
  const isEmpty = (cell: string): boolean => cell === "" || missing.includes(cell);
  const columns = names.map((name, c) => {
    const column = cells.map((row) => row[c]);
    return columnOf(file, name, column, lines, isEmpty, categories.includes(name));
  });
  return new Table(file, columns, lines);
}

async function readCells(file: string, text: string, delimiter: string, skipLines: number): Promise<{ cells: string[][]; lines: number[] }> {
  const { CsvError, parse } = await import("csv-parse/browser/esm/sync");
  try {
    const lines: number[] = [];
    const cells = parse(text, {
      bom: true,
      delimiter,
      from_line: skipLines + 1,
      max_record_size: mostCharacters,
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], context) => {
        lines.push(context.lines);
        return record;
      },
    });
    return { cells, lines };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? `at line ${error.lines}, ` : "";
    throw new DataError(`${file}: ${line}expected cells separated by ${JSON.stringify(delimiter)}, as many in each line: ${error.message}`, { cause: error });
  }
}

function columnOf(file: string, name: string, cells: readonly string[], lines: readonly number[], isEmpty: (cell: string) => boolean, asCategory: boolean): Column {
  const odd = cells.findIndex((cell) => !isEmpty(cell) && !numeric.test(cell));
  if (odd < 0 && !asCategory) return { kind: "number", name, values: Float64Array.from(cells, (cell) => (isEmpty(cell) ? Number.NaN : numberOf(cell))) };
  if (!asCategory && cells.some((cell) => !isEmpty(cell) && numeric.test(cell))) {
    throw new DataError(
      `${file}: at line ${lines[odd]}, column ${name}, expected a number like other cells of the column, got ${JSON.stringify(cells[odd].slice(0, 40))}. Add it to ` +
        `missing, or the column to categories.`,
    );
  }
  const categories = [...new Set(cells.filter((cell) => !isEmpty(cell)))].toSorted(odd < 0 ? (a, b) => numberOf(a) - numberOf(b) : undefined);
  const numbers = new Map(categories.map((category, i) => [category, i]));
  return { kind: "category", name, values: Int32Array.from(cells, (cell) => numbers.get(cell) ?? -1), categories };
}

const numberOf = (cell: string): number => (/inf/i.test(cell) ? (cell.startsWith("-") ? -Infinity : Infinity) : Number(cell));

/** @throws DataError that names the first byte that is no UTF-8. */
export function decodeUtf8(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${file}: at byte ${firstInvalid(bytes)}, expected text in UTF-8; convert the file (iconv -t UTF-8).`);
  }
}

/** The first byte of the first sequence that is no UTF-8, by bisection. */
function firstInvalid(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}
