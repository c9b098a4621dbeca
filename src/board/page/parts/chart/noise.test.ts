import { describe, expect, test } from "vitest";
import { isNoise, type Placed, spansOf } from "./noise.js";

const placed = (x: readonly number[], y: readonly number[], columns: number, span: readonly [number, number] = [0, columns]): Placed => ({ x, top: (i) => y[i], span, columns });
const spans = (curve: Placed): [number, number][] => {
  const { low, high } = spansOf(curve);
  return Array.from(low, (value, i) => [value, high[i]]);
};

describe("noise", () => {
  test("each column has the span of all that the line does in it", () => {
    expect(spans(placed([0, 0.5, 0.9, 1.5], [10, 2, 30, 30], 2))).toEqual([[2, 30], [30, 30]]);
  });

  test("between columns a line rises evenly", () => {
    expect(spans(placed([0, 4], [0, 40], 4))).toEqual([[0, 10], [10, 20], [20, 30], [30, 40]]);
    expect(spans(placed([0.5, 2.5], [0, 20], 3))).toEqual([[0, 5], [5, 15], [15, 20]]);
  });

  test("gaps stay empty, and a point alone between them is a point", () => {
    const nothing = [Infinity, -Infinity];
    expect(spans(placed([0.5, 1.5, 2.5, 3.5, 4.5], [3, NaN, 7, NaN, NaN], 5))).toEqual([[3, 3], nothing, [7, 7], nothing, nothing]);
  });

  test("of a part of the curve the lines that reach into it are drawn, and nothing outside", () => {
    expect(spans(placed([0, 10, 20, 30], [0, 100, 200, 300], 2, [12, 14]))).toEqual([[120, 130], [130, 140]]);
    expect(spans(placed([0, 1], [0, 1], 2, [5, 7]))).toEqual([[Infinity, -Infinity], [Infinity, -Infinity]]);
  });

  test("only what goes up and down all the time is noise", () => {
    const x = Array.from({ length: 400 }, (_, i) => i / 4);
    expect(isNoise(placed(x, x.map((_, i) => (i % 2) * 50), 100), 6)).toBe(true);
    expect(isNoise(placed(x, x.map((each) => 5 * each), 100), 6)).toBe(false);
    expect(isNoise(placed([0, 50, 100], [0, 300, 0], 100), 2)).toBe(false);
  });
});
