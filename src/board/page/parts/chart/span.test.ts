import { describe, expect, test } from "vitest";
import { timeText, extentOf, firstFrom, nearestTo, placeText, scaledSpan, spanOf, timeTicks } from "./span.js";

describe("spans", () => {
  test("points are found by their place", () => {
    const x = [1, 2, 4, 8];
    expect([0, 1, 3, 8, 9].map((value) => firstFrom(x, value))).toEqual([0, 0, 2, 3, 4]);
    expect([0, 1.4, 3, 3.1, 7, 99].map((value) => nearestTo(x, value))).toEqual([0, 0, 1, 2, 3, 3]);
    expect(nearestTo([], 3)).toBe(-1);
  });

  test("the span of curves has all their points, and is never empty", () => {
    expect(spanOf([[1, 2, 3], [], [2, 9]])).toEqual([1, 9]);
    expect(spanOf([[4]])).toEqual([3.5, 4.5]);
    expect(spanOf([[], []])).toBeNull();
  });

  test("zooming keeps its centre and stays within the curve", () => {
    expect(scaledSpan([0, 100], { factor: 0.5, centre: 20, limits: [0, 100] })).toEqual([10, 60]);
    expect(scaledSpan([10, 60], { factor: 2, centre: 20, limits: [0, 100] })).toBeNull();
    expect(scaledSpan([10, 30], { factor: 2, centre: 10, limits: [0, 100] })).toEqual([10, 50]);
  });

  test("the extent of lines has their values at the ends, where they are cut", () => {
    const line = { x: [0, 10, 20], y: [100, 0, 4] };
    expect(extentOf([line], [5, 12], false)).toEqual([0, 50]);
    expect(extentOf([line], [2, 3], false)).toEqual([70, 80]);
    expect(extentOf([line], [0, 20], false)).toEqual([0, 100]);
    expect(extentOf([line], [0, 20], true)).toEqual([4, 100]);
    expect(extentOf([{ x: [0, 10, 20], y: [1, null, 3] }], [5, 15], false)).toBeNull();
    expect(extentOf([line], [30, 40], false)).toBeNull();
  });

  test("time is told in the units that people use", () => {
    expect([0, 12.5, 60, 185, 3600, 4800, 90_000, -70].map(timeText)).toEqual(["0 s", "12.5 s", "1 min", "3 min 5 s", "1 h", "1 h 20 min", "1 d 1 h", "−1 min 10 s"]);
    expect(timeTicks([0, 3600], 4).map(({ label }) => label)).toEqual(["0 s", "15 min", "30 min", "45 min", "1 h"]);
    expect(timeTicks([0, 1], 5).map(({ label }) => label)).toEqual(["0 s", "1 s"]);
    expect(timeTicks([0.2, 0.42], 3).map(({ label }) => label)).toEqual(["0.2 s", "0.3 s", "0.4 s"]);
    expect(placeText("step", 12_000)).toBe("step 12\u202f000");
    expect(placeText("epoch", 1.5)).toBe("epoch 1.5");
    expect(placeText("time", 65)).toBe("1 min 5 s");
  });
});
