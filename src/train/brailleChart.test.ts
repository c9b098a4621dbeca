import { expect, test } from "vitest";
import { brailleChart } from "./brailleChart.js";
import { LossTrace } from "./lossTrace.js";

const text = (...args: Parameters<typeof brailleChart>): string[] => brailleChart(...args).map((row) => row.map(({ character }) => character).join(""));
const frame = { width: 2, height: 1, x: [0, 3], y: [0, 3] } as const;

test("the corners of the frame are the corners of the dots", () => {
  expect(text([{ points: [[0, 0], [3, 3]], dashed: false }], frame)).toEqual(["⡠⠊"]);
  expect(text([{ points: [[0, 3]], dashed: false }, { points: [[3, 0]], dashed: false }], frame)).toEqual(["⠁⢀"]);
});

test("a steep line has no gaps, and a dashed one leaves out every other pair of columns", () => {
  expect(text([{ points: [[0, 0], [0, 3]], dashed: false }], frame)).toEqual(["⡇ "]);
  expect(text([{ points: [[0, 0], [3, 0]], dashed: true }], frame)).toEqual(["⣀ "]);
});

test("values that are not finite interrupt the curve; those outside of the frame lie on its edge", () => {
  expect(text([{ points: [[0, 0], [1, NaN], [3, 9]], dashed: false }], frame)).toEqual(["⡀⠈"]);
});

test("later series own the cells in which they draw", () => {
  const [row] = brailleChart([{ points: [[0, 0], [3, 0]], dashed: false }, { points: [[3, 3]], dashed: false }], frame);
  expect(row.map(({ series }) => series)).toEqual([0, 1]);
});

test("a loss trace keeps the mean and the extent of any number of steps", () => {
  const trace = new LossTrace();
  for (let i = 1; i <= 100_000; i++) trace.add(i / 1000, i);
  const { points } = trace;
  expect(points.length).toBeLessThanOrEqual(512);
  expect(points.length).toBeGreaterThan(200);
  expect(points.at(-1)![0]).toBe(100);
  expect(points[0][1]).toBeCloseTo((1 + points[0][0] * 1000) / 2, 6);
});
