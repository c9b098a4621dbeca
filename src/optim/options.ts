/** Options of optimisers: defaults filled in, unknown names and wrong types refused, ranges checked. Once, for all of them. */

import { ValueError } from "../base/errors.js";
import { isOptions, show, unknownOption } from "../base/options.js";

/** Every option with its default; NaN: it must be given; an empty array: as many numbers as one likes. */
export type Defaults<O> = { readonly [Name in keyof O]-?: Exclude<O[Name], undefined> };

/**
 * The options of `given`, later ones first, over the defaults. What is undefined counts as not given.
 * @throws ValueError for an unknown name, with the nearest known one, for a value of another type, or for one that is missing.
 */
export function resolveOptions<O extends object>(owner: string, defaults: Defaults<O>, ...given: readonly unknown[]): Required<O> {
  const resolved: Record<string, unknown> = { ...defaults };
  for (const options of given) {
    if (!isOptions(options)) throw new ValueError(`${owner}: expected options such as { ${Object.keys(defaults)[0]}: … }, got ${show(options)}.`);
    for (const [name, value] of Object.entries(options)) {
      if (!Object.hasOwn(defaults, name)) throw unknownOption(owner, name, Object.keys(defaults));
      if (value === undefined) continue;
      const like: unknown = defaults[name as keyof O];
      if (!sameKind(value, like)) throw new ValueError(`${owner}: ${name} must be ${kindOf(like)}, got ${describe(value)}.`);
      resolved[name] = value;
    }
  }
  for (const [name, value] of Object.entries(resolved)) {
    if (Number.isNaN(value) && Number.isNaN(defaults[name as keyof O])) throw new ValueError(`${owner}: expected ${name}, a number, got ${describe(value)}.`);
  }
  return resolved as Required<O>;
}

function sameKind(value: unknown, like: unknown): boolean {
  if (!Array.isArray(like)) return typeof value === typeof like;
  return Array.isArray(value) && (like.length === 0 ? value.every((v) => typeof v === "number") : value.length === like.length && value.every((v, i) => sameKind(v, like[i])));
}

function kindOf(like: unknown): string {
  return Array.isArray(like) ? `${like.length || "any"} numbers in an array` : `a ${typeof like}`;
}

const describe = (value: unknown): string => (Number.isNaN(value) ? "none" : show(value));

/** Throws ValueError for the first number that is not at least `min` (by default 0) and less than `below`. */
export function checkRange(owner: string, numbers: Readonly<Record<string, number>>, { min = 0, below = Infinity }: { readonly min?: number; readonly below?: number } = {}): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value >= min && value < below) continue;
    throw new ValueError(`${owner}: ${name} must be ${below === Infinity ? `${min} or more` : `at least ${min} and less than ${below}`}, got ${value}.`);
  }
}
