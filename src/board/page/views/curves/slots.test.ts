import { expect, test } from "vitest";
import { assignSlots, lookOf } from "./slots.js";

test("a run keeps its look while others come and go; free looks are used again", () => {
  const first = assignSlots(new Map(), ["a", "b", "c"]);
  expect([...first]).toEqual([["a", 0], ["b", 1], ["c", 2]]);
  const second = assignSlots(first, ["d", "c", "a"]);
  expect([...second]).toEqual([["d", 1], ["c", 2], ["a", 0]]);
  expect([...assignSlots(second, ["d", "c", "a", "e"])]).toEqual([["d", 1], ["c", 2], ["a", 0], ["e", 3]]);
});

test("49 runs differ in hue or mark", () => {
  const looks = Array.from({ length: 49 }, (_, slot) => JSON.stringify(lookOf(slot)));
  expect(new Set(looks).size).toBe(49);
  expect(lookOf(0)).toEqual({ paint: "series1", mark: undefined });
  expect(lookOf(8)).toEqual({ paint: "series2", mark: 0 });
});
