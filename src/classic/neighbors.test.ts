import { describe, expect, test } from "vitest";
import { classic, data, Generator, randn, ShapeError, tensor, ValueError } from "../index.js";

/** All distances, by the definition. */
function sorted(train: number[][], query: number[], p: number): number[] {
  const distance = (a: number[]): number => a.reduce((sum, v, d) => sum + Math.abs(v - query[d]) ** p, 0);
  return train.map((_, i) => i).sort((i, j) => distance(train[i]) - distance(train[j]) || i - j);
}

test("coverage A1: 1-NN is right on all that it was trained on; 5-NN smooths", async () => {
  const { x, y } = data.blobs({ samples: 150, centers: 3, std: 2, seed: 3 }).tensors();
  expect(await (await new classic.KNeighborsClassifier({ k: 1 }).fit(x, y)).score(x, y)).toBe(1);
  expect(await (await new classic.KNeighborsClassifier({ k: 5 }).fit(x, y)).score(x, y)).toBeLessThan(1);
});

describe("neighbours are those of the definition", () => {
  const random = new Generator(5);
  // Whole numbers have many ties; far from 0, float32 sums of squares are coarse.
  const points = Array.from({ length: 300 }, () => Array.from({ length: 3 }, () => 10000 + random.integer(6)));
  const queries = points.slice(0, 40).map((row) => row.map((v) => v + random.integer(2)));
  test.each(([1, 2] as const).flatMap((p) => (["float32", "float64"] as const).map((dtype) => [p, dtype] as const)))("p = %i, %s", async (p, dtype) => {
    const model = await new classic.KNeighborsRegressor({ k: 7, p }).fit(tensor(points, { dtype }), points.map((_, i) => i));
    const { indices, distances } = await model.kneighbors(tensor(queries, { dtype }));
    expect(await indices.array()).toEqual(queries.map((query) => sorted(points, query, p).slice(0, 7)));
    expect(distances.dtype).toBe(dtype);
  });
});

test("samples of both float types meet; squares beyond float32 are no obstacle", async () => {
  const train = Array.from({ length: 40 }, (_, i) => [1e6 + i / 16, i % 7]);
  const model = await new classic.KNeighborsClassifier({ k: 3 }).fit(tensor(train), train.map((_, i) => i));
  const { indices } = await model.kneighbors(tensor(train.slice(0, 5), { dtype: "float64" }));
  expect(await indices.array()).toEqual(train.slice(0, 5).map((row) => sorted(train, row, 2).slice(0, 3)));
  const huge = await new classic.KNeighborsClassifier({ k: 1 }).fit(tensor([[1e30], [3e30], [-1e30]]), [1, 2, 3]);
  expect(await (await huge.predict(tensor([[2.9e30], [-2e30]]))).array()).toEqual([2, 3]);
});

test("blocks of queries meet", async () => {
  const train = randn([9000, 2], { dtype: "float64" });
  const model = await new classic.KNeighborsClassifier({ k: 1 }).fit(train, tensor(new Int32Array(9000).map((_, i) => i)));
  const predicted = await (await model.predict(train.slice({ start: 4000, end: 7000 }))).data();
  expect(predicted.every((label, n) => label === 4000 + n)).toBe(true);
});

test("at distance 0, weights by distance let no other sample speak", async () => {
  const x = [[0], [0], [1]];
  const options = { k: 3, weights: "distance" } as const;
  expect(await (await (await new classic.KNeighborsRegressor(options).fit(x, [2, 4, 100])).predict([[0]])).array()).toEqual([3]);
  expect(await (await (await new classic.KNeighborsClassifier(options).fit(x, [9, 8, 8])).predict([[0]])).array()).toEqual([8]);
});

test.each<[string, () => unknown, RegExp]>([
  ["k 0", () => new classic.KNeighborsClassifier({ k: 0 }), /KNeighborsClassifier: k must be 1 or more/],
  ["k 1.5", () => new classic.KNeighborsRegressor({ k: 1.5 }), /KNeighborsRegressor: k must be a whole number, got 1.5/],
  ["p 3", () => new classic.KNeighborsClassifier({ p: 3 as 2 }), /p must be 1 or 2, got 3/],
  ["weights", () => new classic.KNeighborsClassifier({ weights: "near" as "uniform" }), /weights must be "uniform" or "distance", got "near"/],
  ["few samples", () => new classic.KNeighborsClassifier({ k: 3 }).fit([[1], [2]], [0, 1]), /KNeighborsClassifier.fit: k is 3, but there are only 2 samples/],
  ["half a class", () => new classic.KNeighborsClassifier({ k: 1 }).fit([[1], [2]], [0, 0.5]), /the class of sample 1 is 0.5, which is not a whole number; for numbers, take a regression/],
])("refuses %s", async (_what, run, message) => {
  await expect((async () => run())()).rejects.toThrow(ValueError);
  await expect((async () => run())()).rejects.toThrow(message);
});

test("refuses a column of classes", async () => {
  await expect(new classic.KNeighborsClassifier({ k: 1 }).fit([[1], [2]], [[0], [1]])).rejects.toThrow(ShapeError);
});
