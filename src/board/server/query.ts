/** Parameters of requests. All throw RequestProblem, a sentence, for what they cannot take. */

import type { Context } from "hono";
import { badRequest } from "./problem.js";

/** One of some words, the first where it is not given. */
export function choiceOf<const Word extends string>(c: Context, name: string, words: readonly [Word, ...Word[]]): Word {
  const text = c.req.query(name) ?? words[0];
  const word = words.find((each) => each === text);
  if (word === undefined) throw badRequest(`${name} must be one of ${words.join(", ")}.`);
  return word;
}

export function numberOf(c: Context, name: string, fallback: number): number {
  const text = c.req.query(name) ?? "";
  const value = text.trim() === "" ? fallback : Number(text);
  if (Number.isNaN(value) && (text.trim() !== "" || !Number.isNaN(fallback))) throw badRequest(`${name} must be a number.`);
  return value;
}

interface Whole {
  /** Without one, the parameter is needed. */
  readonly fallback?: number;
  readonly min?: number;
  readonly max?: number;
}

export function wholeOf(c: Context, name: string, { fallback, min = 0, max = Number.MAX_SAFE_INTEGER }: Whole): number {
  const value = numberOf(c, name, fallback ?? NaN);
  if (!Number.isInteger(value) || value < min || value > max) throw badRequest(`${name} must be a whole number from ${min} to ${max}.`);
  return value;
}

/** A whole number of at least 0; null where it is not given. */
export const wholeOrNull = (c: Context, name: string): number | null => (c.req.query(name) === undefined ? null : wholeOf(c, name, {}));

export function textOf(c: Context, name: string): string {
  const text = c.req.query(name);
  if (text === undefined || text === "") throw badRequest(`${name}= is missing.`);
  return text;
}
