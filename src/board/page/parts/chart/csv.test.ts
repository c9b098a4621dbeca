import { expect, test } from "vitest";
import { csvOf } from "./csv.js";

test("cells with commas, quotes and line breaks are quoted; what is missing is empty", () => {
  expect(csvOf(["run", "value"], [["a, b", 1.5], ['say "x"', null], ["two\nlines", undefined], ["", Number.NaN]])).toBe(
    'run,value\r\n"a, b",1.5\r\n"say ""x""",\r\n"two\nlines",\r\n,NaN\r\n',
  );
});
