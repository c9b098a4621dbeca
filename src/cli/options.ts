/**
 * Options as declarations: one record gives an option's type, its default, its help text and its error messages.
 * Values may come as text (the command line) or as JSON (a run's record); both pass the same schema.
 */

import { z } from "zod";
import { nearest } from "../base/errors.js";

/** The type of an option. */
export interface OptionType<T> {
  readonly schema: z.ZodType<T>;
  /** What stands for the value in help texts, such as `N`. */
  readonly placeholder: string;
  /** The valid values in words, such as "a number above 0". */
  readonly expected: string;
  /** May stand without a value, which means true. */
  readonly flag?: boolean;
  /** The valid value nearest to a wrong one, in words; "" when there is nothing to say. */
  suggest(wrong: unknown): string;
}

interface NumberRange {
  readonly min?: number;
  /** Like `min`, but excluded. */
  readonly above?: number;
  readonly max?: number;
  /** Like `max`, but excluded. */
  readonly below?: number;
}

const numeric = (value: unknown): unknown =>
  typeof value === "string" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim()) ? Number(value) : value;

function inRange({ min, above, max, below }: NumberRange): string {
  const low = min !== undefined ? `from ${min}` : above !== undefined ? `above ${above}` : "";
  const high = max !== undefined ? `to ${max}` : below !== undefined ? `below ${below}` : "";
  if (low.startsWith("from") && high === "") return `of at least ${min}`;
  return [low, high].filter(Boolean).join(low.startsWith("above") || high.startsWith("below") ? " and " : " ");
}

/** A number in a range. */
export function number(range: NumberRange = {}): OptionType<number> {
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity } = range;
  return {
    schema: z.preprocess(numeric, z.number().gte(min).gt(above).lte(max).lt(below)),
    placeholder: "X",
    expected: `a number ${inRange(range)}`.trim(),
    suggest: (wrong) => clampHint(numeric(wrong), range, (x) => x),
  };
}

/** A whole number in a range. */
export function integer(range: { readonly min: number; readonly max?: number }): OptionType<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = range;
  return {
    schema: z.preprocess(numeric, z.int().gte(min).lte(max)),
    placeholder: "N",
    expected: `a whole number ${inRange(range)}`,
    suggest: (wrong) => clampHint(numeric(wrong), range, Math.round),
  };
}

function clampHint(wrong: unknown, { min = -Infinity, max = Infinity }: NumberRange, round: (x: number) => number): string {
  if (typeof wrong !== "number") return "";
  const near = Math.min(max, Math.max(min, round(wrong)));
  return Number.isFinite(near) && near !== wrong ? `the nearest is ${near}` : "";
}

/** One of some words. */
export function choice<const T extends string>(values: readonly [T, ...T[]], placeholder = values.join("|")): OptionType<T> {
  return {
    schema: z.enum(values),
    placeholder,
    expected: `one of ${values.join(", ")}`,
    suggest: (wrong) => didYouMean(String(wrong), values),
  };
}

/** Some of some words, separated by commas; "none" for none. */
export function choices<const T extends string>(values: readonly [T, ...T[]]): OptionType<T[]> {
  return {
    schema: z.preprocess(list, z.array(z.enum(values))),
    placeholder: "LIST",
    expected: `none, or some of ${values.join(", ")}, separated by commas`,
    suggest: (wrong) => {
      const items = list(wrong);
      const bad = Array.isArray(items) ? items.find((item) => !values.some((value) => value === item)) : undefined;
      return bad === undefined ? "" : didYouMean(String(bad), values);
    },
  };
}

/** Whole numbers of at least 1, separated by commas; `length` fixes how many. */
export function sizes(length?: number): OptionType<number[]> {
  const array = z.array(z.preprocess(numeric, z.int().gte(1)));
  return {
    schema: z.preprocess(list, length === undefined ? array : array.length(length)),
    placeholder: "N,N,…",
    expected: `${length ?? "some"} whole numbers of at least 1, separated by commas`,
    suggest: () => "",
  };
}

const list = (value: unknown): unknown => {
  if (typeof value !== "string") return value;
  return value === "none" ? [] : value.split(",").map((item) => item.trim());
};

/** Yes or no; alone it means yes. */
export function flag(): OptionType<boolean> {
  const words = new Map<unknown, boolean>([["true", true], ["yes", true], ["false", false], ["no", false]]);
  return {
    schema: z.preprocess((value) => words.get(value) ?? value, z.boolean()),
    placeholder: "yes|no",
    expected: "yes or no",
    flag: true,
    suggest: () => "",
  };
}

/** A text that is not empty. */
export function text(placeholder: string): OptionType<string> {
  return { schema: z.string().min(1), placeholder, expected: "a text that is not empty", suggest: () => "" };
}

/** `did you mean X?` */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? "" : `did you mean ${candidate}?`;
}

/** The error for an option that does not exist, written as it was given. */
export function unknownOption(given: string, known: readonly string[]): string {
  return `${given}: there is no such option; ${didYouMean(given, known)}`;
}

/** Why `value` is not of a type, as a sentence about `what`. */
export function explainValue(what: string, type: OptionType<unknown>, value: unknown): string {
  const shown = typeof value === "string" ? `"${value}"` : JSON.stringify(value);
  const hint = type.suggest(value);
  return `${what}: expected ${type.expected}, got ${shown}${hint === "" ? "." : `; ${hint.endsWith("?") ? hint : `${hint}.`}`}`;
}
