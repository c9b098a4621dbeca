import fc from "fast-check";
import { expect, it } from "vitest";
import { parseCsv } from "../../data/formats/csv.js";
import { parsePoints } from "./table.js";

const lines = (labels: readonly string[]): string[] => labels.map((label, i) => `${i / 4},${-i},${label}`);
const ten = lines(Array.from("aaaaabbbbb"));

it("reads two numbers and a class, with and without names, whatever separates them", () => {
  for (const [delimiter, header] of [[",", true], [";", false], ["\t", true]] as const) {
    const text = [...(header ? ["width,height,kind"] : []), ...ten].join("\r\n").replaceAll(",", delimiter);
    const table = parsePoints(`\uFEFF${text}\r\n\r\n`);
    expect(table.columns).toEqual(header ? ["width", "height", "kind"] : ["0", "1", "2"]);
    expect(table).toMatchObject({ header, delimiter, classes: ["a", "b"] });
    expect(Array.from(table.x.slice(0, 4))).toEqual([0, 0, 0.25, -1]);
    expect(Array.from(table.y)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  }
});

it("reads what data.readCsv reads", async () => {
  const label = fc.constantFrom("10", "9", '"a ""b"", c"', "ä", "x y ");
  const row = fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), fc.integer({ min: -5, max: 5 }), label);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 30, maxLength: 40 }), async (rows) => {
      const counts = new Map<string, number>();
      for (const [, , name] of rows) counts.set(name, (counts.get(name) ?? 0) + 1);
      fc.pre(counts.size > 1 && [...counts.values()].every((count) => count >= 4));
      const text = `u,v,w\n${rows.map((cells) => cells.join(" , ")).join("\n")}`;
      const points = parsePoints(text);
      const table = await parseCsv("points.csv", text, { categories: ["w"] });
      const { x, y } = table.dataset({ x: ["u", "v"], y: "w" }).tensors();
      expect(points.x).toEqual(await x.data());
      expect(points.y).toEqual(await y.data());
      const column = table.column("w");
      expect(points.classes).toEqual(column.kind === "category" && column.categories);
    }),
    { numRuns: 30 },
  );
});

it.each([
  ["", "There is nothing in it"],
  ["1,2\n3,4", "Line 1: expected 3 cells"],
  [[...ten, "1,2"].join("\n"), "Line 11: expected 3 cells (two numbers and a class) separated by “,”, got 2."],
  [[...ten, "1,two,a"].join("\n"), "Line 11, column 2 (1): expected a number, got “two”."],
  [["x,y,c", ...ten, "1,,a"].join("\n"), "Line 12, column 2 (y): the cell is empty"],
  [[...ten, "1,2,"].join("\n"), "Line 11, column 3 (2): the class is empty"],
  [[...ten, "1,inf,a"].join("\n"), "Line 11, column 2 (1): expected a number, got “inf”."],
  [[...ten, "1e300,2,a"].join("\n"), "Line 11, column 1 (0): 1e300 is too large"],
  [["x,x,c", ...ten].join("\n"), "two columns are called “x”"],
  [[...ten, '1,2,"a'].join("\n"), "Line 11, column 3: a quotation mark is not closed"],
  [[...ten, '1,"2"3,a'].join("\n"), "Line 11, column 2: expected “,” after the closing quotation mark"],
  [ten.slice(0, 3).join("\n"), "There are 3 points; at least 10"],
  [lines(Array.from("aaaaaaaaaa")).join("\n"), "one class only"],
  [lines(Array.from("aaaaaaaaab")).join("\n"), "Class “b” has 1 points"],
  [lines(Array.from("abcdefghij")).join("\n"), "class number 7"],
  [ten.map((line) => line.replace(/^[^,]*/, "3")).join("\n"), "Column 1 (0) is 3 in every line"],
  [ten.map((line) => line.replaceAll(",", ";").replace(/^(\d+)\.?\d*/, "$1,5")).join("\n"), "Write decimals with a point"],
  [Array.from({ length: 5001 }, (_, i) => `${i},1,a`).join("\n"), "There are 5001 points"],
].map(([text, said]) => ({ text, said })))("refuses with “$said”", ({ text, said }) => {
  expect(() => parsePoints(text)).toThrow(said);
});
