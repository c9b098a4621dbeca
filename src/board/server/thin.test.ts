import fc from "fast-check";
import { expect, test } from "vitest";
import { evenly, meansOf, thin } from "./thin.js";

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

test("a thinned curve keeps its ends, its lowest and its highest value, a gap where there was one, and is no longer than asked for", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) }, fc.constant(NaN)), { minLength: 1, maxLength: 400 }), fc.integer({ min: 2, max: 50 }), (values, points) => {
      const kept = thin(values, 0, values.length, points);
      const gaps = kept.filter((i) => Number.isNaN(values[i])).length;
      expect(kept.length - gaps).toBeLessThanOrEqual(Math.max(points, 4));
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
      expect([kept[0], kept.at(-1)]).toEqual([0, values.length - 1]);
      const real = values.filter((value) => !Number.isNaN(value));
      if (points < 4 || real.length === 0) return;
      const shown = kept.map((i) => values[i]).filter((value) => !Number.isNaN(value));
      expect([shown.reduce((a, b) => Math.min(a, b)), shown.reduce((a, b) => Math.max(a, b))]).toEqual([real.reduce((a, b) => Math.min(a, b)), real.reduce((a, b) => Math.max(a, b))]);
      expect(gaps > 0).toBe(values.some(Number.isNaN));
    }),
  );
});

test("evenly chosen positions hold both ends", () => {
  expect(evenly(3, 5)).toEqual([0, 1, 2]);
  expect(evenly(101, 5)).toEqual([0, 25, 50, 75, 100]);
  expect(evenly(0, 5)).toEqual([]);
});
