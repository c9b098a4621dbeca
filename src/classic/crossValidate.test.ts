import { expect, test } from "vitest";
import { classic, data, type Tensor, ShapeError, ValueError } from "../index.js";

test("coverage A2: k of k-NN by 5-fold cross-validation", async () => {
  const { x, y } = data.moons({ samples: 200, noise: 0.35, seed: 2 }).tensors();
  const search = await classic.gridSearch((options) => new classic.KNeighborsClassifier(options), { k: [1, 3, 5, 9, 15, 25] }, x, y, { folds: 5 });
  const [one] = search.results;
  expect(search.results.map(({ scores }) => scores.length)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(search.options.k).toBeGreaterThan(1);
  expect(search.mean).toBeGreaterThan(one.mean);
  expect(search.model.options.k).toBe(search.options.k);
  expect(await search.model.score(x, y)).toBeGreaterThan(0.8);
});

test("every sample is scored once, by a model that has not seen it", async () => {
  const seen: number[][] = [];
  const model = {
    fitted: [] as number[],
    async fit(x: Tensor) { this.fitted = [...(await x.data())]; },
    async score(x: Tensor) {
      const here = [...(await x.data())];
      expect(here.some((v) => this.fitted.includes(v))).toBe(false);
      expect(here.length + this.fitted.length).toBe(10);
      seen.push(here);
      return here.length;
    },
  };
  const { scores, mean, std } = await classic.crossValidate(() => ({ ...model }), Array.from({ length: 10 }, (_, i) => [i]), new Float64Array(10), { folds: 4 });
  expect(seen.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...scores].sort()).toEqual([2, 2, 3, 3]);
  expect([mean, std]).toEqual([2.5, 0.5]);
});

test("classifiers get their share of each class in every fold; scores of one's own are taken", async () => {
  const x = Array.from({ length: 20 }, (_, i) => [i]);
  const y = x.map(([i]) => Number(i >= 16));
  const shares: number[] = [];
  const score = async (_model: classic.Classifier, _x: Tensor, y: Tensor): Promise<number> => {
    shares.push(await y.sum().item());
    return 7;
  };
  expect((await classic.crossValidate(() => new classic.KNeighborsClassifier({ k: 1 }), x, y, { folds: 4, score })).scores).toEqual([7, 7, 7, 7]);
  expect(shares).toEqual([1, 1, 1, 1]);
});

test("combinations of several options, in order", async () => {
  const { x, y } = data.regressionLine({ samples: 30, slope: [1, 2], noise: 0.1 }).tensors();
  const search = await classic.gridSearch((o: { alpha: number; l1Ratio: number }) => new classic.ElasticNet(o), { alpha: [10, 0.001], l1Ratio: [0.5, 1] }, x, y);
  expect(search.results.map(({ options }) => [options.alpha, options.l1Ratio])).toEqual([[10, 0.5], [10, 1], [0.001, 0.5], [0.001, 1]]);
  expect(search.options.alpha).toBe(0.001);
});

test.each<[string, () => Promise<unknown>, typeof ValueError | typeof ShapeError, RegExp]>([
  ["a model instead of what makes one", () => classic.crossValidate(new classic.Ridge() as never, [[1], [2]], [1, 2]), ValueError, /expected a function that makes a model with fit and score/],
  ["more folds than samples", () => classic.crossValidate(() => new classic.Ridge(), [[1], [2]], [1, 2]), ValueError, /k must be an integer from 2 to the 2 samples/],
  ["targets of another length", () => classic.crossValidate(() => new classic.Ridge(), [[1], [2]], [1]), ShapeError, /x and y must have equal first axes, but are \[2, 1\] and \[1\]/],
  ["an unknown option", () => classic.crossValidate(() => new classic.Ridge(), [[1], [2]], [1, 2], { k: 2 } as object), ValueError, /there is no option "k"/],
  ["an empty grid", () => classic.gridSearch(() => new classic.Ridge(), {}, [[1], [2]], [1, 2]), ValueError, /the grid names no option/],
  ["a value that is no list", () => classic.gridSearch(() => new classic.Ridge(), { alpha: 1 } as never, [[1], [2]], [1, 2]), ValueError, /alpha must be a list of values to try, got 1/],
])("refuses %s", async (_what, run, type, message) => {
  await expect(run()).rejects.toThrow(type);
  await expect(run()).rejects.toThrow(message);
});
