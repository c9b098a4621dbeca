/**
 * What plain JavaScript may pass in the place of options and arguments, and how messages show it. A kind says what a value must be, once, in
 * the words of the message; functions list their options with a kind for each, and the compiler sees to it that none is forgotten.
 */

import { ValueError } from "./errors.js";
import { near } from "./near.js";

/** Any value in a message: short, and never an error itself. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
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

/** What a value must be. */
export interface Kind {
  /** After "must be": `an integer ≥ 1`. */
  readonly what: string;
  readonly has: (value: unknown) => boolean;
  /** Whether it must be given; others may be left out, and `undefined` is left out. */
  readonly needed?: boolean;
}

/** The smallest double above 0 is said as such. */
function bounds(least: number, most: number): string {
  if (least === Number.MIN_VALUE) return most === Infinity ? " above 0" : ` above 0 and at most ${most}`;
  if (most === Infinity) return least === -Infinity ? "" : ` ≥ ${least}`;
  return least === -Infinity ? ` ≤ ${most}` : ` from ${least} to ${most}`;
}

/** A finite number from `least` to `most`. */
export function number(least = -Infinity, most = Infinity): Kind {
  return { what: `a number${bounds(least, most)}`, has: (value) => Number.isFinite(value) && (value as number) >= least && (value as number) <= most };
}

/** A number > 0. */
export const positive: Kind = number(Number.MIN_VALUE);

/** A whole number that a double holds, from `least` to `most`. */
export function integer(least = -Infinity, most = Infinity): Kind {
  return { what: `an integer${bounds(least, most)}`, has: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most };
}

export const flag: Kind = { what: "true or false", has: (value) => typeof value === "boolean" };
export const text: Kind = { what: "a text", has: (value) => typeof value === "string" };
export const callback: Kind = { what: "a function", has: (value) => typeof value === "function" };

/** For values that are checked where they are used. */
export const anything: Kind = { what: "anything", has: () => true };

export function oneOf(...choices: readonly unknown[]): Kind {
  const shown = choices.map(show);
  return { what: [shown.slice(0, -1).join(", "), ...shown.slice(-1)].filter((part) => part !== "").join(" or "), has: (value) => choices.includes(value) };
}

/** Types that have gradients. */
export const floatType: Kind = oneOf("float32", "float64");

/** An array of such values. @param length how many; else any number of them */
export function listOf({ what, has }: Kind, length?: number): Kind {
  return {
    what: `an array${length === undefined ? "" : ` of ${length}`}, each ${what}`,
    has: (value) => Array.isArray(value) && (length === undefined || value.length === length) && value.every(has),
  };
}

/** Numbers in an array or a typed array. */
export const numbers: Kind = {
  what: "numbers in an array",
  has: (value) => (Array.isArray(value) ? value.every((each) => typeof each === "number") : ArrayBuffer.isView(value) && "length" in value && !(value instanceof BigInt64Array || value instanceof BigUint64Array)),
};

export function either(...kinds: readonly Kind[]): Kind {
  return { what: kinds.map(({ what }) => what).join(" or "), has: (value) => kinds.some(({ has }) => has(value)) };
}

/** @param what where the value comes from, in words */
export function instanceOf(Class: abstract new (...args: never[]) => unknown, what: string = `a ${Class.name}`): Kind {
  return { what, has: (value) => value instanceof Class };
}

/** Must be given. */
export const needed = (kind: Kind): Kind => ({ ...kind, needed: true });

/** A kind for each option. */
export type Kinds<O> = { readonly [Name in keyof O]-?: Kind };

/** @throws ValueError unless the argument or option `name` of `caller` is of the kind. */
export function checkValue(caller: string, name: string, value: unknown, { what, has }: Kind): void {
  if (!has(value)) throw new ValueError(`${caller}: ${name} must be ${what}, got ${value === undefined ? "none" : show(value)}.`);
}

/**
 * The options as they came.
 * @throws ValueError unless they are an object with names; with `kinds`, also for a name that none of them has (it proposes one that is nearly that), for a
 * value of another kind, and for one that is needed and not there.
 */
export function optionsOf<O extends object>(caller: string, options: O, kinds?: Kinds<NoInfer<O>>): O {
  if (!isOptions(options)) throw new ValueError(`${caller}: expected options in an object, { name: value, … }, got ${show(options)}.`);
  if (kinds === undefined) return options;
  for (const name in options) if (!Object.hasOwn(kinds, name)) throw unknownOption(caller, name, Object.keys(kinds));
  for (const name in kinds) {
    const kind = kinds[name as keyof O];
    const value = options[name as keyof O];
    if (value !== undefined || kind.needed === true) checkValue(caller, name, value, kind);
  }
  return options;
}

/** The error for an option that `caller` does not have. */
export function unknownOption(caller: string, name: string, known: readonly string[]): ValueError {
  const meant = near(name, known);
  return new ValueError(`${caller}: there is no option "${name}"; ${meant === undefined ? `there are ${known.join(", ")}.` : `did you mean ${meant}?`}`);
}
