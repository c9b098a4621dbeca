import { expect, test } from "vitest";
import { csvOf } from "./csv.js";

test("cells with commas, quotes and line breaks are quoted; what is missing is empty", () => {
  expect(csvOf(["run", "value"], [["a, b", 1.5], ['say "x"', null], ["two\nlines", undefined], ["", Number.NaN]])).toBe(
    'run,value\r\n"a, b",1.5\r\n"say ""x""",\r\n"two\nlines",\r\n,NaN\r\n',
  );
});

test("what a spreadsheet would run as a formula is text; numbers stay numbers", () => {
  expect(csvOf(["=1+1"], [['=HYPERLINK("http://a")'], ["@SUM(A1)"], ["-rf"], ["-1e-3"], [-2], ["+"]])).toBe(
    "'=1+1\r\n\"'=HYPERLINK(\"\"http://a\"\")\"\r\n'@SUM(A1)\r\n'-rf\r\n-1e-3\r\n-2\r\n'+\r\n",
  );
});
