/** Options that charts share, and their checks: what a program in plain JavaScript passes is refused in words. */

import { ShapeError, ValueError } from "../base/errors.js";
import { unknownOption } from "../base/options.js";
import { Tensor } from "../tensor/tensor.js";

/** What every figure takes. */
export interface FigureOptions {
  /** Drawn above, and read out. */
  readonly title?: string;
  /** What is read out to people who do not see the figure. Default: a summary of the data. */
  readonly description?: string;
  /** Pixels, 120 to 4000. The figure shrinks to its place; this decides how large letters are beside the drawing. */
  readonly width?: number;
  /** Pixels, 80 to 8000. */
  readonly height?: number;
}

/** One of the two axes. */
export interface AxisOptions {
  /** What the axis shows. */
  readonly label?: string;
  /** Written in brackets after the label. */
  readonly unit?: string;
  /** @default "linear" */
  readonly scale?: "linear" | "log";
  /** Ends of the axis. Default: all data. */
  readonly range?: readonly [low: number, high: number];
  /** "percent": values are fractions, shown times 100. @default "number" */
  readonly format?: "number" | "percent";
}

/** Numbers that charts read at once. Tensors are read before: `await x.data()`. */
export type Numbers = ArrayLike<number>;

const describe = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : value instanceof Tensor ? `a tensor (${value})` : typeof value === "string" ? `"${value}"` : typeof value === "number" ? String(value) : typeof value;

/** @throws ValueError unless `options` is an object with none but the known names. */
export function checkOptions<O extends object>(chart: string, options: O, known: readonly (keyof O & string)[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options) || options instanceof Tensor) {
    throw new ValueError(`${chart}: expected options such as { ${known[0]}: … }, got ${describe(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (!(known as readonly string[]).includes(name)) throw unknownOption(chart, name, known);
  }
}

const figureNames = ["title", "description", "width", "height"] as const;
const axisNames = ["label", "unit", "scale", "range", "format"] as const;

/** The names of the options that every figure takes, and those of this one. */
export const withFigure = <Name extends string>(...names: readonly Name[]): readonly (Name | (typeof figureNames)[number])[] => [...names, ...figureNames];

/** @throws ValueError for a size or a title that is none. */
export function checkFigure(chart: string, { title, description, width, height }: FigureOptions): void {
  for (const [name, value] of Object.entries({ title, description })) checkText(chart, name, value);
  checkNumber(chart, "width", width, 120, 4000);
  checkNumber(chart, "height", height, 80, 8000);
}

/** @throws ValueError unless `value` is absent or a text. */
export function checkText(chart: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "string") throw new ValueError(`${chart}: ${name} must be a text, got ${describe(value)}.`);
}

/** @throws ValueError unless `value` is absent or a number from `least` to `most`. */
export function checkNumber(chart: string, name: string, value: unknown, least = -Infinity, most = Infinity): void {
  if (value === undefined || (typeof value === "number" && Number.isFinite(value) && value >= least && value <= most)) return;
  const range = most === Infinity ? (least === -Infinity ? "a number" : `a number of at least ${least}`) : `a number from ${least} to ${most}`;
  throw new ValueError(`${chart}: ${name} must be ${range}, got ${describe(value)}.`);
}

/** @throws ValueError unless `value` is absent or an integer from `least` to `most`. */
export function checkCount(chart: string, name: string, value: unknown, least = 1, most = Infinity): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)) return;
  throw new ValueError(`${chart}: ${name} must be an integer ${most === Infinity ? `≥ ${least}` : `from ${least} to ${most}`}, got ${describe(value)}.`);
}

/** @throws ValueError unless `value` is absent or one of `choices`. */
export function checkChoice(chart: string, name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  throw new ValueError(`${chart}: ${name} must be ${choices.map((choice) => `"${choice}"`).join(" or ")}, got ${describe(value)}.`);
}

/** @throws ValueError for an axis option that is none. */
export function checkAxis(chart: string, name: string, axis: AxisOptions | undefined): void {
  if (axis === undefined) return;
  checkOptions(`${chart}: axis ${name}`, axis, axisNames);
  checkText(`${chart}: axis ${name}`, "label", axis.label);
  checkText(`${chart}: axis ${name}`, "unit", axis.unit);
  checkChoice(`${chart}: axis ${name}`, "scale", axis.scale, ["linear", "log"]);
  checkChoice(`${chart}: axis ${name}`, "format", axis.format, ["number", "percent"]);
  checkRange(`${chart}: axis ${name}`, "range", axis.range, axis.scale);
}

/** @throws ValueError unless `range` is absent or [low, high], of positive numbers for a log axis. */
export function checkRange(chart: string, name: string, range: unknown, scale?: AxisOptions["scale"]): void {
  if (range === undefined) return;
  const good = Array.isArray(range) && range.length === 2 && range.every((end) => Number.isFinite(end)) && range[0] < range[1];
  if (!good) throw new ValueError(`${chart}: ${name} must be [low, high] with low < high, got ${Array.isArray(range) ? `[${range.join(", ")}]` : describe(range)}.`);
  if (scale === "log" && range[0] <= 0) throw new ValueError(`${chart}: a log axis has positive numbers only, but ${name} begins at ${range[0]}.`);
}

/** `values` as an array of numbers. @throws ValueError for anything else; for tensors it says how they are read. */
export function numbersOf(chart: string, what: string, values: unknown): number[] {
  if (values instanceof Tensor) throw new ValueError(`${chart}: ${what} is a tensor, whose values must be read first: pass await ${what}.data().`);
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && "length" in values)) {
    throw new ValueError(`${chart}: ${what} must be an array of numbers, got ${describe(values)}.`);
  }
  const numbers = Array.from(values as ArrayLike<unknown>);
  const wrong = numbers.findIndex((value) => typeof value !== "number");
  if (wrong >= 0) throw new ValueError(`${chart}: ${what} must hold numbers, but element ${wrong} is ${describe(numbers[wrong])}.`);
  return numbers as number[];
}

/** Rows of equal length, at least one number. @throws ValueError, ShapeError for anything else. */
export function matrixOf(chart: string, what: string, values: unknown): number[][] {
  if (values instanceof Tensor) throw new ValueError(`${chart}: ${what} is a tensor, whose values must be read first: pass await ${what}.array().`);
  if (!Array.isArray(values) || values.length === 0) throw new ValueError(`${chart}: ${what} must be rows of numbers, got ${Array.isArray(values) ? "none" : describe(values)}.`);
  const rows = values.map((row, i) => numbersOf(chart, `row ${i} of ${what}`, row));
  const odd = rows.findIndex((row) => row.length !== rows[0].length);
  if (odd >= 0) throw new ShapeError(`${chart}: row ${odd} of ${what} has ${rows[odd].length} numbers, row 0 has ${rows[0].length}; all rows must have one length.`);
  if (rows[0].length === 0) throw new ShapeError(`${chart}: the rows of ${what} are empty; give at least one column.`);
  return rows;
}

/** Names, as many as there are things to name. @throws ValueError, ShapeError for anything else. */
export function checkNames(chart: string, what: string, names: unknown, count: number, of: string): void {
  if (names === undefined) return;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) throw new ValueError(`${chart}: ${what} must be an array of texts, got ${describe(names)}.`);
  if (names.length !== count) throw new ShapeError(`${chart}: there are ${names.length} ${what} for ${count} ${of}; give one for each.`);
}

export { describe as describeValue };
