/** The checker of examples notices what is wrong. */

import { expect, test } from "vitest";
import { tensor, ValueError } from "../../src/index.js";
import { agrees, check } from "./values.js";

test("numbers may differ by half a unit of the last printed digit, whole ones not at all", () => {
  expect(agrees("0.12345", "0.12")).toBe(true);
  expect(agrees("0.12345", "0.13")).toBe(false);
  expect(agrees("1.4e-9", "1e-9")).toBe(true);
  expect(agrees("27.4", "27")).toBe(false);
});

test("white space and quotation marks do not count, elements and names do", () => {
  expect(agrees("[1,2]", "[1, 2]")).toBe(true);
  expect(agrees("[1,2,3]", "[1, 2]")).toBe(false);
  expect(agrees("{ kind: unit }", '{ kind: "unit" }')).toBe(true);
  expect(agrees("true", "false")).toBe(false);
  expect(agrees("digits.csv: damaged", "digits.csv: …")).toBe(true);
});

test("tensors are compared by their numbers, bools as such", async () => {
  await check(() => tensor([[1, 0.5]]), "[[1, 0.5]]");
  await check(() => tensor([true, false]), "[true, false]");
  await check(() => tensor([NaN, -Infinity]), "[NaN, −∞]");
  await expect(check(() => tensor([1, 2]), "[1, 3]")).rejects.toThrow("the comment says → [1, 3], but it is [1,2]");
});

test("a promised error must come, of its class and with its words", async () => {
  const fail = (): never => {
    throw new ValueError("pad: too much.");
  };
  await check(fail, "throws ValueError: pad: too");
  await expect(check(fail, "throws ValueError: crop")).rejects.toThrow("but it is throws ValueError: pad: too much.");
  await expect(check(() => 1, "throws ValueError")).rejects.toThrow("but it is 1");
  await expect(check(fail, "1")).rejects.toThrow(ValueError);
});
