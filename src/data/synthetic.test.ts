import { describe, expect, test } from "vitest";
import { expectCloseNumbers, golden, numbers, type Packed, tolerances } from "../../test/golden/golden.js";
import { blobs, circles, doubleMoon, moons, type PointSet, regressionLine, spirals, xor } from "./synthetic.js";

interface Golden {
  readonly synthetic: readonly { readonly name: "moons" | "circles"; readonly samples: number; readonly factor?: number; readonly x: Packed; readonly y: readonly number[] }[];
}

const { synthetic } = golden<Golden>("data.json");
const points = (set: PointSet): Float32Array => Float32Array.from(set.fields.x.data);

test.each(synthetic)("$name of $samples points are scikit-learn's (coverage F2)", ({ name, samples, factor, x, y }) => {
  const set = name === "moons" ? moons({ samples, shuffle: false }) : circles({ samples, factor, shuffle: false });
  expectCloseNumbers(points(set), numbers(x), tolerances.float32, name);
  expect([...(set.labels ?? [])]).toEqual(y);
});

const sets: Record<string, (options: { seed?: number; shuffle?: boolean; samples?: number; noise?: number }) => PointSet> = { blobs, circles, doubleMoon, moons, spirals, xor };

describe.each(Object.keys(sets))("%s", (name) => {
  test("is a function of the seed; shuffling only reorders (coverage F2)", () => {
    const make = sets[name];
    const options = { samples: 51, ...(name !== "blobs" && { noise: 0.1 }) };
    expect(points(make({ ...options, seed: 4 }))).toEqual(points(make({ ...options, seed: 4 })));
    expect(points(make({ ...options, seed: 4 }))).not.toEqual(points(make({ ...options, seed: 5 })));
    const rows = (set: PointSet): string[] => Array.from({ length: set.length }, (_, i) => `${set.get(i).x.data.join()}:${set.get(i).y.data.join()}`);
    const [ordered, mixed] = [make({ ...options, shuffle: false }), make(options)];
    expect(rows(mixed)).not.toEqual(rows(ordered));
    expect(rows(mixed).toSorted()).toEqual(rows(ordered).toSorted());
    expect(ordered.length).toBe(51);
  });

  test("refuses options out of range", () => {
    expect(() => sets[name]({ samples: 0 })).toThrow(/samples must be an integer/);
    if (name !== "blobs") expect(() => sets[name]({ noise: -1 })).toThrow(/noise must be a number ≥ 0/);
  });
});

test("the double moon has 1000 points in each half ring, as far apart as asked (coverage F2)", () => {
  const set = doubleMoon({ shuffle: false, distance: 2 });
  const x = points(set);
  expect([...(set.labels ?? [])].filter((label) => label === 0)).toHaveLength(1000);
  for (let i = 0; i < 2000; i++) {
    const [right, up] = i < 1000 ? [x[2 * i], x[2 * i + 1]] : [x[2 * i] - 10, -(x[2 * i + 1] + 2)];
    const radius = Math.hypot(right, up);
    expect(radius).toBeGreaterThan(6.99);
    expect(radius).toBeLessThan(13.01);
    expect(up).toBeGreaterThan(-1e-4);
  }
});

test("spirals, xor and blobs lie where they should", () => {
  const arms = spirals({ samples: 30, arms: 3, turns: 0, shuffle: false });
  expect([arms.classes.length, arms.get(9).x.data[0], arms.get(29).x.data[0]]).toEqual([3, 1, expect.closeTo(Math.cos((4 * Math.PI) / 3), 6)]);
  const corners = xor({ samples: 40, noise: 0.01 });
  for (let i = 0; i < 40; i++) {
    const { x, y } = corners.get(i);
    expect(Math.round(x.data[0]) ^ Math.round(x.data[1])).toBe(y.data[0]);
  }
  const clouds = blobs({ samples: 3000, centers: [[0, 0, 9], [5, -5, 9]], std: [0.5, 2], shuffle: false });
  const mean = (label: number, j: number): number => {
    let sum = 0;
    for (let i = 0; i < 1500; i++) sum += clouds.get(1500 * label + i).x.data[j] / 1500;
    return sum;
  };
  expect([mean(0, 0), mean(1, 0), mean(1, 1), mean(0, 2)].map((m) => Math.round(m * 5) / 5)).toEqual([0, 5, -5, 9]);
  expect(() => blobs({ centers: [[0, 0], [1]] })).toThrow(/centre 1 is \[1\]/);
  expect(() => blobs({ std: [1, 2] })).toThrow(/one for each of the 3 classes, but there are 2/);
});

test("regression lines: y = slope · x + intercept + noise", () => {
  const exact = regressionLine({ samples: 20, slope: [3, -2], intercept: 0.5, seed: 1 });
  for (let i = 0; i < 20; i++) {
    const { x, y } = exact.get(i);
    expect(y.data[0]).toBeCloseTo(3 * x.data[0] - 2 * x.data[1] + 0.5, 5);
  }
  const noisy = regressionLine({ samples: 4000, noise: 0.5 });
  let squares = 0;
  for (let i = 0; i < 4000; i++) squares += (noisy.get(i).y.data[0] - 2 * noisy.get(i).x.data[0] - 1) ** 2;
  expect(Math.sqrt(squares / 4000)).toBeCloseTo(0.5, 1);
  expect(() => regressionLine({ range: [1, 1] })).toThrow(/low < high/);
});
