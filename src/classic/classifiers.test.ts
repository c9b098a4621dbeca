import { expect, test } from "vitest";
import { classic, data, onWarning, randn, ShapeError, step, type Tensor, tensor, ValueError } from "../index.js";

const moons = (): { x: Tensor; y: number[] } => {
  const set = data.moons({ samples: 60, noise: 0.1, seed: 1 });
  return { x: set.tensors().x, y: [...set.labels!] };
};

test("float32 samples give the weights of float64 ones, and float32 scores", async () => {
  const { x, y } = moons();
  const [single, double] = [await new classic.LogisticRegression().fit(x, y), await new classic.LogisticRegression().fit(x.to("float64"), y)];
  expect(await single.coef.array()).toEqual(await double.coef.array());
  expect((await single.decisionFunction(x)).dtype).toBe("float32");
  expect((await single.predictProba(x.to("float64"))).dtype).toBe("float64");
  expect((await single.predict(x)).dtype).toBe("int32");
});

test("coverage A4: the boundary of a linear classifier is where its score is 0", async () => {
  const { x, y } = data.blobs({ samples: 80, centers: [[-3, 0], [3, 1]], seed: 3 }).tensors();
  for (const model of [new classic.LogisticRegression(), new classic.LinearSVC(), new classic.LinearSVC({ loss: "hinge" })]) {
    expect(await (await model.fit(x, y)).score(x, y)).toBe(1);
    const [[a, b], [c]] = [await model.coef.reshape(2).data(), await model.intercept.data()];
    const score = await model.decisionFunction([[0, -c / b], [-c / a, 0]]);
    (await score.data()).forEach((value) => expect(value).toBeCloseTo(0, 12));
  }
});

test("a fit that stops too early says so, with the remedy", async () => {
  const { x, y } = moons();
  const heard: string[] = [];
  for (const model of [new classic.LogisticRegression({ maxIterations: 1 }), new classic.LinearSVC({ maxIterations: 1 })]) {
    onWarning((_code, message) => heard.push(message));
    await model.fit(x, y);
    expect(model.converged).toBe(false);
  }
  onWarning();
  expect(heard).toEqual([
    expect.stringMatching(/^LogisticRegression.fit: stopped after 1 iterations \(iterations\) before the gradient was below its tolerance. Standardise x/),
    expect.stringMatching(/^LinearSVC.fit: not at the optimum after 1 rounds. Standardise x/),
  ]);
});

test("a class that weighs nothing has no say", async () => {
  const [x, y] = [[[0], [1], [2], [3]], [0, 0, 1, 1]];
  for (const model of [new classic.LinearSVC({ classWeight: { 1: 0 } }), new classic.LogisticRegression({ classWeight: { 1: 0 } })]) {
    expect(await (await (await model.fit(x, y)).predict(x)).array()).toEqual([0, 0, 0, 0]);
  }
});

test("features that are always 0 and repeated samples do no harm", async () => {
  const x = [[0, 0], [0, 0], [0, 1], [0, 1]];
  for (const loss of ["hinge", "squaredHinge"] as const) {
    const model = await new classic.LinearSVC({ loss, fitIntercept: false }).fit(x, [0, 0, 1, 1]);
    expect(model.converged).toBe(true);
    expect(await model.score(x, [0, 0, 1, 1])).toBe(1);
  }
});

test("weights outlive the step of their fit", async () => {
  const x = randn([40, 3]);
  const y = Array.from({ length: 40 }, (_, i) => i % 3);
  const model = new classic.LogisticRegression();
  await step(async () => void (await model.fit(x, y)));
  expect((await model.coef.data()).length).toBe(9);
});

test("a kernel separates what no line does; a copy predicts the same", async () => {
  const set = data.circles({ samples: 80, factor: 0.4, noise: 0.05, seed: 2 });
  const { x } = set.tensors();
  const y = [...set.labels!];
  expect(await (await new classic.SVC({ kernel: "linear" }).fit(x, y)).score(x, y)).toBeLessThan(0.75);
  const model = await new classic.SVC().fit(x, y);
  expect(await model.score(x, y)).toBe(1);
  const copy = new classic.SVC().loadStateDict(model.stateDict());
  expect(await (await copy.decisionFunction(x)).array()).toEqual(await (await model.decisionFunction(x)).array());
});

test("a class that weighs nothing leaves no support vectors", async () => {
  const model = await new classic.SVC({ classWeight: { 1: 0 } }).fit([[0], [1], [2], [3]], [0, 0, 1, 1]);
  expect(model.converged).toBe(true);
  expect(model.supportVectors.shape).toEqual([0, 1]);
  expect(await (await model.predict([[5]])).array()).toEqual([0]);
});

test.each<[string, () => unknown, typeof ValueError | typeof ShapeError, RegExp]>([
  ["C 0", () => new classic.LogisticRegression({ C: 0 }), ValueError, /LogisticRegression: C must be above 0, got 0/],
  ["C without end", () => new classic.LinearSVC({ C: Infinity }), ValueError, /LinearSVC: C must be above 0, got Infinity/],
  ["an unknown solver", () => new classic.LogisticRegression({ solver: "sag" as "lbfgs" }), ValueError, /solver must be "lbfgs", "newton" or "gradientDescent", got "sag"/],
  ["an unknown loss", () => new classic.LinearSVC({ loss: "log" as "hinge" }), ValueError, /loss must be "squaredHinge" or "hinge", got "log"/],
  ["weights by text", () => new classic.LinearSVC({ classWeight: "equal" as "balanced" }), ValueError, /classWeight must be "balanced" or weights by class, such as \{ 0: 1, 1: 5 \}, got "equal"/],
  ["a weight below 0", () => new classic.LogisticRegression({ classWeight: { 1: -2 } }), ValueError, /the weight of class 1 must be 0 or more, got -2/],
  ["a weight of no class", () => new classic.LogisticRegression({ classWeight: { 5: 2 } }).fit([[0], [1]], [0, 1]), ValueError, /classWeight names class 5, but y holds only 0, 1/],
  ["one class", () => new classic.LogisticRegression().fit([[0], [1]], [4, 4]), ValueError, /y must hold at least 2 classes, but all samples are of class 4/],
  ["one class for a plane", () => new classic.LinearSVC().fit([[0], [1]], [4, 4]), ValueError, /LinearSVC.fit: y must hold at least 2 classes/],
  ["an unknown kernel", () => new classic.SVC({ kernel: "cosine" as "rbf" }), ValueError, /SVC: kernel must be "linear", "poly" or "rbf", got "cosine"/],
  ["a gamma of 0", () => new classic.SVC({ gamma: 0 }), ValueError, /gamma must be "scale", "auto" or a number above 0, got 0/],
  ["half a degree", () => new classic.SVC({ degree: 1.5 }), ValueError, /degree must be a whole number, got 1.5/],
  ["an unknown option", () => new classic.SVC({ c: 2 } as object), ValueError, /SVC: there is no option "c"; did you mean C/],
  ["one-hot labels", () => new classic.LinearSVC().fit([[0], [1]], [[0, 1], [1, 0]]), ShapeError, /y must hold one class for each of the 2 samples, \[2\], but is \[2, 2\]/],
  ["other features", async () => (await new classic.LinearSVC().fit(tensor([[0], [1]]), [0, 1])).predict([[1, 2]]), ShapeError, /LinearSVC.predict: it was fitted to samples of 1 features, but these have 2/],
])("refuses %s", async (_what, run, type, message) => {
  await expect((async () => run())()).rejects.toThrow(type);
  await expect((async () => run())()).rejects.toThrow(message);
});
