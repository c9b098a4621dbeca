import { expect, test } from "vitest";
import { classic, data, loadWeights, NablaError, onWarning, optim, saveWeights, ShapeError, step, type Tensor, tensor, ValueError } from "../index.js";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const rows = [[1, 25, 50, 2, 50], [1, -10, 50, 0, 10]];

test("coverage A3: 25.2 and −4.8 from θ = [0.2, 0.64, 0, 1, 0.14]", async () => {
  const theta = tensor([[0.2, 0.64, 0, 1, 0.14]], { dtype: "float64" });
  const model = new classic.LinearRegression({ fitIntercept: false }).loadStateDict(
    new Map([["coef", theta.reshape(5)], ["intercept", tensor(0, { dtype: "float64" })], ["variance", tensor(0)], ["rank", tensor(5, { dtype: "int32" })]]),
  );
  const predicted = await (await model.predict(rows)).data();
  expect(predicted[0]).toBeCloseTo(25.2, 12);
  expect(predicted[1]).toBeCloseTo(-4.8, 12);
});

test("coverage A3: two rows do not determine five weights: the shortest that fit are found", async () => {
  const model = await new classic.LinearRegression({ fitIntercept: false }).fit(rows, [25.2, -4.8]);
  expect(await model.rank.item()).toBe(2);
  const predicted = await (await model.predict(rows)).data();
  [25.2, -4.8].forEach((value, i) => expect(predicted[i]).toBeCloseTo(value, 10));
  const squares = (t: Tensor): Promise<number> => t.square().sum().item();
  expect(await squares(model.coef)).toBeLessThan(0.2 ** 2 + 0.64 ** 2 + 1 + 0.14 ** 2);
});

test("coverage A3: closed form, gradient descent and maximum likelihood agree", async () => {
  const { x, y } = data.regressionLine({ samples: 60, slope: [2, -1], intercept: 0.5, noise: 0.3, seed: 4 }).tensors();
  const target = y.squeeze(1);
  const model = await new classic.LinearRegression().fit(x, target);
  const [a, b] = [x.to("float64"), target.to("float64")];
  const loss = (w: Tensor): Tensor => a.matmul(w.slice({ end: 2 })).add(w.slice(2)).sub(b).square().mean();
  const byDescent = await optim.minimize(loss, [0, 0, 0], { method: (params) => new optim.GradientDescent(params, { gradientTolerance: 1e-9 }) });
  const closed = [...(await model.coef.data()), await model.intercept.item()];
  byDescent.x.forEach((w, i) => expect(w).toBeCloseTo(closed[i], 7));
  expect(byDescent.value).toBeCloseTo(await model.variance.item(), 10);
  // −log p as a function of w, b and log σ².
  const unlikely = (p: Tensor): Tensor => {
    const logVariance = p.slice(3);
    return a.matmul(p.slice({ end: 2 })).add(p.slice(2)).sub(b).square().div(logVariance.exp()).add(logVariance).mean();
  };
  const { x: likely } = await optim.minimize(unlikely, [0, 0, 0, 0]);
  [...closed, Math.log(await model.variance.item())].forEach((value, i) => expect(likely[i]).toBeCloseTo(value, 5));
  const best = await model.logLikelihood(x, target);
  expect(await model.logLikelihood(x, target.add(0.01))).toBeLessThan(best);
});

test("the lasso makes weights 0 that the penalty outweighs, and says when it stops too early", async () => {
  const { x, y } = data.regressionLine({ samples: 80, slope: [3, 0, 0, 1], noise: 0.1, seed: 1 }).tensors();
  const model = await new classic.Lasso({ alpha: 0.1 }).fit(x, y.squeeze(1));
  const coef = await model.coef.data();
  expect([coef[1], coef[2]]).toEqual([0, 0]);
  expect([model.converged, model.iterations < 100]).toEqual([true, true]);
  const heard: string[] = [];
  onWarning((code, message) => heard.push(code, message));
  await new classic.Lasso({ alpha: 1e-4, maxIterations: 1 }).fit(x, y.squeeze(1));
  onWarning();
  expect(heard).toEqual(["notConverged", expect.stringMatching(/^Lasso.fit: the duality gap is above its tolerance after 1 rounds/)]);
});

test("standardisation takes its statistics from the set it was fitted to", async () => {
  const scaler = await new classic.StandardScaler().fit([[0, 1], [4, 1]]);
  expect(await (await scaler.transform([[2, 2], [6, 0]])).array()).toEqual([[0, 1], [2, -1]]);
});

test("a saved model predicts what it did", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "classic-")), "ridge.safetensors");
  const y = [[1, 2], [3, 5]];
  const model = await new classic.Ridge().fit([[0], [1]], y);
  await saveWeights(path, model.stateDict());
  const copy = new classic.Ridge().loadStateDict(loadWeights(path));
  expect(await (await copy.predict([[3]])).array()).toEqual(await (await model.predict([[3]])).array());
  expect(() => new classic.StandardScaler().loadStateDict(loadWeights(path))).toThrow(
    /StandardScaler.loadStateDict: expected mean \[features\], variance \[features\], scale \[features\]; got coef \[2, 1\], intercept \[2\]/,
  );
});

test("what is fitted outlives the step, and nothing else does", async () => {
  const model = new classic.Ridge();
  await step(async () => void (await model.fit([[0], [1]], [1, 3])));
  expect((await model.coef.data())[0]).toBeCloseTo(2 / 3);
});

test.each<[string, () => Promise<unknown>, typeof NablaError, RegExp]>([
  ["not fitted", () => new classic.Ridge().predict([[1]]), NablaError, /^Ridge: it has not been fitted; await fit\(…\) first/],
  ["one axis", () => new classic.Ridge().fit([1, 2], [1, 2]), ShapeError, /^Ridge.fit: x must be samples \[N, D\], at least one, but is \[2\]; one feature is \[N, 1\]/],
  ["images", () => new classic.StandardScaler().fit(tensor([[[1]]])), ShapeError, /flatten what belongs to one sample/],
  ["no samples", () => new classic.Ridge().fit(tensor([], { shape: [0, 2] }), []), ShapeError, /at least one, but is \[0, 2\]/],
  ["NaN", () => new classic.StandardScaler().fit([[1, 2], [3, NaN]]), ValueError, /^StandardScaler.fit: x must be finite, but sample 1 holds NaN/],
  ["infinite targets", () => new classic.Ridge().fit([[1], [2]], [0, -Infinity]), ValueError, /y must be finite, but sample 1 holds -Infinity/],
  ["other features", async () => (await new classic.Ridge().fit([[1], [2]], [0, 1])).predict([[1, 2]]), ShapeError, /^Ridge.predict: it was fitted to samples of 1 features, but these have 2/],
  ["too few targets", () => new classic.LinearRegression().fit([[1], [2]], [0]), ShapeError, /a number or a row of numbers for each of the 2 samples, \[N\] or \[N, T\], but is \[1\]/],
  ["text", () => new classic.Ridge().fit("x" as never, [0]), ValueError, /^Ridge.fit: x must be a tensor or nested arrays, got string/],
])("refuses %s", async (_what, run, type, message) => {
  await expect(run()).rejects.toThrow(type);
  await expect(run()).rejects.toThrow(message);
});

test.each<[() => unknown, RegExp]>([
  [() => new classic.Ridge({ alpha: -1 }), /^Ridge: alpha must be 0 or more, got -1/],
  [() => new classic.Ridge({ lambda: 1 } as object), /there is no option "lambda"; there are alpha/],
  [() => new classic.ElasticNet({ l1Ratio: 0 }), /ElasticNet: l1Ratio must be above 0 and at most 1, got 0; for squares alone, take Ridge/],
  [() => new classic.Lasso({ alpha: 0 }), /Lasso: alpha must be above 0, got 0; without a penalty, take LinearRegression/],
  [() => new classic.Lasso({ l1Ratio: 0.5 } as object), /Lasso: there is no option "l1Ratio", which is 1 here/],
  ...([classic.KMeans, classic.LogisticRegression, classic.LinearSVC, classic.SVC, classic.PCA, classic.Ridge, classic.Lasso, classic.DenseSift, classic.BagOfVisualWords,
    classic.KNeighborsRegressor] as (new (options: never) => unknown)[]).map((Class): [() => unknown, RegExp] => [
    () => new Class(5 as never), new RegExp(`^${Class.name}: expected options such as \\{ \\w+: … \\}, got 5`),
  ]),
  [() => new classic.Lasso({ maxIterations: 0 }), /Lasso: maxIterations must be 1 or more/],
])("refuses options: %s", (build, message) => {
  expect(build).toThrow(ValueError);
  expect(build).toThrow(message);
});
