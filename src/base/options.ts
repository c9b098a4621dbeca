/** What plain JavaScript may pass in the place of options, and how messages show it. */

import { ValueError } from "./errors.js";

/** Any value in a message: short, and never an error itself. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(show).join(", ")}${value.length > 8 ? ", …" : ""}]`;
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name ?? "Object";
  return name === "Object" ? `{ ${Object.keys(value).slice(0, 8).join(", ")} }` : name;
}

/** Whether it is an object with names: null, a number, an array or a tensor would be taken for no options at all. */
export function isOptions(value: unknown): value is object {
  return Object.prototype.toString.call(value) === "[object Object]" && !(Symbol.toPrimitive in (value as object));
}

/**
 * The options as they came.
 * @throws ValueError unless they are an object with names.
 */
export function optionsOf<O extends object>(caller: string, options: O): O {
  if (!isOptions(options)) throw new ValueError(`${caller}: expected options in an object, { name: value, … }, got ${show(options)}.`);
  return options;
}
