/** Ranking of classes: as the metrics have it, class by class, and soon of very many. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { metrics } from "../../index.js";
import { classRanking } from "./classRanking.js";

const sample = fc.record({ label: fc.nat(2), scores: fc.array(fc.constantFrom(0, 0.125, 0.25, 0.5, 0.75, 1), { minLength: 3, maxLength: 3 }) });

test("of each class the average precision and the curve that all scores give", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 30 }), async (samples) => {
      const rankings = await classRanking(Int32Array.from(samples, ({ label }) => label), Float32Array.from(samples.flatMap(({ scores }) => scores)), 3);
      for (const [k, { averagePrecision, curve }] of rankings.entries()) {
        const labels = samples.map(({ label }) => Number(label === k));
        if (!labels.includes(1)) {
          expect([averagePrecision, curve]).toEqual([null, []]);
          continue;
        }
        const { precision, recall } = await metrics.precisionRecallCurve(samples.map(({ scores }) => scores[k]), labels);
        expect(averagePrecision).toBeCloseTo(precision.slice(0, -1).reduce((area, p, i) => area + p * (recall[i] - recall[i + 1]), 0), 10);
        const whole = recall.map((r, i) => [r, precision[i]] as const).reverse();
        // The same line: it begins and ends there, rises, and reaches at each recall from the lowest to the highest precision.
        expect([curve[0], curve.at(-1)]).toEqual([whole[0], whole.at(-1)]);
        const reach = (points: readonly (readonly [number, number])[]): unknown =>
          [...new Set(points.map(([r]) => r))].map((r) => [r, Math.min(...points.filter((each) => each[0] === r).map(([, p]) => p)), Math.max(...points.filter((each) => each[0] === r).map(([, p]) => p))]);
        expect(reach(curve)).toEqual(reach(whole));
        for (const point of curve) expect(whole).toContainEqual(point);
      }
    }),
    { numRuns: 60 },
  );
});

test("a class one of whose scores is no number has no curve; the others have theirs", async () => {
  const rankings = await classRanking(Int32Array.of(0, 1, 2), Float32Array.of(0.5, 0.25, 0.25, NaN, 1, 0, 0, 0, 1), 3);
  expect(rankings.map(({ averagePrecision }) => averagePrecision)).toEqual([null, 1, 1]);
  expect(rankings[0].curve).toEqual([]);
  expect((await classRanking(Int32Array.of(0), Float32Array.of(NaN, 1), 2)).map(({ averagePrecision }) => averagePrecision)).toEqual([null, null]);
});

test("long curves keep their ends, and at most 200 points", async () => {
  const labels = Int32Array.from({ length: 3000 }, (_, n) => n % 2);
  const [{ curve }] = await classRanking(labels, Float32Array.from(Array.from(labels).flatMap((label, n) => [((n * 7919) % 3000) / 3000 + (label === 0 ? 0.2 : 0), 0])), 2);
  expect(curve).toHaveLength(200);
  expect([curve[0], curve[199]]).toEqual([[0, 1], [1, 0.5]]);
  for (const [i, [recall]] of curve.entries()) if (i > 0) expect(recall).toBeGreaterThanOrEqual(curve[i - 1][0]);
});

test("a thousand classes, and a vocabulary, as many probabilities as a training records", async () => {
  for (const count of [1000, 50_000]) {
    const labels = Int32Array.from({ length: 4e6 / count }, (_, n) => n % count);
    const probabilities = Float32Array.from({ length: 4e6 }, (_, i) => ((i * 7919) % 10_007) / 10_007);
    const before = process.cpuUsage();
    expect(await classRanking(labels, probabilities, count)).toHaveLength(count);
    // A curve of each class by itself takes half a minute.
    expect(process.cpuUsage(before).user).toBeLessThan(5e6);
  }
});
