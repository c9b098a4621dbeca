import { expect, test } from "vitest";
import { callback, checkValue, either, flag, integer, type Kind, listOf, needed, number, numbers, oneOf, optionsOf, positive, text } from "./options.js";

const kinds = { size: needed(integer(1, 9)), mode: oneOf("same", "valid", "full"), loud: flag };
type Given = { size?: number; mode?: string; loud?: boolean };
const check = (options: unknown): Given => optionsOf("f", options as Given, kinds);

test("options of their kinds pass as they are, undefined is not given", () => {
  const options = { size: 3, loud: undefined };
  expect(check(options)).toBe(options);
});

test("everything else is refused in words", () => {
  expect(() => check([])).toThrow("f: expected options in an object, { name: value, … }, got [].");
  expect(() => check({ size: 3, lowd: true })).toThrow('f: there is no option "lowd"; did you mean loud?');
  expect(() => check({})).toThrow("f: size must be an integer from 1 to 9, got none.");
  expect(() => check({ size: NaN })).toThrow("f: size must be an integer from 1 to 9, got NaN.");
  expect(() => check({ size: 1, loud: 1 })).toThrow("f: loud must be true or false, got 1.");
  expect(() => check({ size: 1, mode: "sane" })).toThrow('f: mode must be "same", "valid" or "full", got "sane".');
});

test.each<[Kind, string, unknown[], unknown[]]>([
  [number(), "a number", [0, -1.5], [NaN, Infinity, "1", 1n]],
  [number(-Infinity, 2), "a number ≤ 2", [2, -9], [3]],
  [positive, "a number above 0", [1e-300], [0, -1]],
  [integer(0), "an integer ≥ 0", [0, 7], [0.5, -1, 2 ** 60]],
  [either(integer(), text), "an integer or a text", [1, "a"], [null, 1.5]],
  [listOf(text), "an array, each a text", [[], ["a"]], ["a", [1]]],
  [listOf(number(0), 2), "an array of 2, each a number ≥ 0", [[0, 1]], [[0], [0, -1]]],
  [numbers, "numbers in an array", [[1, NaN], Float32Array.of(1)], [["1"], new DataView(new ArrayBuffer(1)), BigInt64Array.of(1n)]],
  [callback, "a function", [() => 1], [{}]],
])("%o", (kind, what, right, wrong) => {
  expect(kind.what).toBe(what);
  for (const value of right) checkValue("f", "x", value, kind);
  for (const value of wrong) expect(() => checkValue("f", "x", value, kind)).toThrow(`f: x must be ${what}, got `);
});
