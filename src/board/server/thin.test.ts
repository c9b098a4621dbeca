import { expect, test } from "vitest";
import { meansOf, thin } from "./thin.js";

test("the means of a thinned curve, each weighed by the points it stands for, have the mean of the curve", () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i % 97 === 3 ? 50 : Math.sin(i)));
  const kept = thin(values, 100, 900, 60);
  const means = meansOf(values, 100, kept);
  expect(means.length).toBe(kept.length);
  const sum = means.reduce((total, mean, i) => total + mean * (kept[i] - (i === 0 ? 99 : kept[i - 1])), 0);
  expect(sum / 800).toBeCloseTo(values.slice(100, 900).reduce((a, b) => a + b, 0) / 800, 10);
});

test("gaps do not count, and a stretch of nothing else has no mean", () => {
  expect(meansOf([1, NaN, 3, NaN, 5], 0, [2, 3, 4])).toEqual([2, NaN, 5]);
});
