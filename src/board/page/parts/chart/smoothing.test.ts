import { describe, expect, test } from "vitest";
import { smoothed, spacingOf } from "./smoothing.js";

describe("smoothing", () => {
  const x = [1, 2, 3, 4, 5];

  test("is the mean of the points so far, weighted by 1, w, w², …", () => {
    const [a, b, c, d, e] = smoothed(x, [4, 6, 2, 8, 1], { weight: 0.5, spacing: 1 });
    expect(a).toBe(4);
    expect(b).toBeCloseTo((6 + 0.5 * 4) / 1.5, 12);
    expect(c).toBeCloseTo((2 + 0.5 * 6 + 0.25 * 4) / 1.75, 12);
    expect(d).toBeCloseTo((8 + 0.5 * 2 + 0.25 * 6 + 0.125 * 4) / 1.875, 12);
    expect(e).toBeCloseTo((1 + 0.5 * 8 + 0.25 * 2 + 0.125 * 6 + 0.0625 * 4) / 1.9375, 12);
  });

  test("leaves a constant as it is, from the first point on, and everything as it is at weight 0", () => {
    expect(smoothed(x, [3, 3, 3, 3, 3], { weight: 0.99, spacing: 1 })).toEqual([3, 3, 3, 3, 3].map((v) => expect.closeTo(v, 12)));
    expect(smoothed(x, [4, 0, 2, 8, 1], { weight: 0, spacing: 1 })).toEqual([4, 0, 2, 8, 1]);
  });

  test("keeps gaps, which weigh nothing, and goes on behind them", () => {
    const values = smoothed(x, [4, null, 1, Number.NaN, 2], { weight: 0.5, spacing: 1 });
    expect(values[1]).toBeNull();
    expect(values[3]).toBeNull();
    expect(values[2]).toBeCloseTo((1 + 0.25 * 4) / 1.25, 12);
    expect(values[4]).toBeCloseTo((2 + 0.25 * 1 + 0.0625 * 4) / 1.3125, 12);
  });

  test("weighs by distance: every second point of an even curve is smoothed by the square of the weight", () => {
    const sparse = smoothed([0, 2, 4], [1, 5, 2], { weight: 0.8, spacing: 1 });
    const dense = smoothed([0, 1, 2], [1, 5, 2], { weight: 0.64, spacing: 1 });
    sparse.forEach((value, i) => expect(value).toBeCloseTo(dense[i]!, 12));
  });

  test("of a thinned curve the means count, so that its spikes do not pull", () => {
    const all = Array.from({ length: 1001 }, (_, i) => (i % 10 === 5 ? 11 : 1));
    // Of each ten the lowest and the highest stay: midway between them is 6, their mean is 2.
    const kept = all.map((_, i) => i).filter((i) => i % 10 === 5 || i % 10 === 9);
    const means = kept.map((position, at) => {
      const values = all.slice(at === 0 ? 0 : kept[at - 1] + 1, position + 1);
      return values.reduce((a, b) => a + b, 0) / values.length;
    });
    const values = smoothed(kept, kept.map((i) => all[i]), { weight: 0.95, spacing: 2, means });
    expect(values.at(-1)).toBeCloseTo(2, 0);
    expect(smoothed(kept, kept.map((i) => all[i]), { weight: 0.95, spacing: 2 }).at(-1)).toBeCloseTo(6, 0);
  });

  test("the spacing of a long curve is 1/499 of it, that of a short one the distance of its points", () => {
    expect(spacingOf([1, 2, 3], 3)).toBe(1);
    expect(spacingOf([0, 50_000, 99_800], 100_000)).toBe(200);
    expect(spacingOf([7], 1)).toBe(1);
    expect(smoothed([7, 7], [1, 3], { weight: 0.5, spacing: spacingOf([7, 7], 2) })).toEqual([1, expect.closeTo(3.5 / 1.5, 12)]);
    expect(smoothed([], [], { weight: 0.5, spacing: spacingOf([], 0) })).toEqual([]);
  });
});
