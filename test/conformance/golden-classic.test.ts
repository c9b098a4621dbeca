/** Estimators against scikit-learn (coverage A1–A6). Iterative fits are compared at the optimum, to which both are run. */

import { describe, expect, test } from "vitest";
import { classic, type Tensor, tensor } from "../../src/index.js";
import { expectCloseNumbers, golden, tolerances } from "../golden/golden.js";

type Nested = number | readonly Nested[];
interface RegressionCase {
  readonly name: string;
  readonly kind: keyof typeof regressors;
  readonly options: object;
  readonly x: number[][];
  readonly y: number[] | number[][];
  readonly test: number[][];
  readonly coef: Nested;
  readonly intercept: Nested;
  readonly rank?: number;
  readonly variance?: Nested;
  readonly predicted: Nested;
  readonly score: number;
}
interface ClassifierCase<Options> {
  readonly name: string;
  readonly options: Options;
  readonly classes: number[];
  readonly coef: number[][];
  readonly intercept: number[] | number;
  readonly scores: Nested;
  readonly probabilities?: number[][];
  readonly predicted: number[];
  readonly score: number;
}
interface Golden {
  readonly regression: readonly RegressionCase[];
  readonly scaling: { readonly x: number[][]; readonly mean: number[]; readonly variance: number[]; readonly scale: number[]; readonly z: number[][] };
  readonly neighbors: {
    readonly x: number[][];
    readonly labels: number[];
    readonly targets: number[][];
    readonly test: number[][];
    readonly cases: readonly {
      readonly options: classic.KNeighborsOptions;
      readonly distances: number[][];
      readonly indices: number[][];
      readonly predicted: number[];
      readonly probabilities: number[][];
      readonly means: number[][];
    }[];
  };
  readonly components: readonly ({ readonly name: string; readonly options: classic.PCAOptions; readonly x: number[][]; readonly z: number[][]; readonly back: number[][] } & Record<
    "mean" | "components" | "singularValues" | "explainedVariance" | "explainedVarianceRatio",
    Nested
  >)[];
  readonly clusters: {
    readonly x: number[][];
    readonly cases: readonly {
      readonly name: string;
      readonly init: number[][];
      readonly tolerance: number;
      readonly centers: number[][];
      readonly labels: number[];
      readonly inertia: number;
      readonly iterations: number;
      readonly distances: number[][];
      readonly score: number;
    }[];
  };
  readonly sift: readonly { readonly image: number[][]; readonly binSize: number; readonly stride: number; readonly descriptors: number[][] }[];
  readonly linearClassifiers: {
    readonly logistic: readonly ClassifierCase<classic.LogisticRegressionOptions>[];
    readonly svm: readonly ClassifierCase<classic.LinearSVCOptions>[];
    readonly sets: Readonly<Record<string, { readonly x: number[][]; readonly y: number[] }>>;
    readonly test: number[][];
    readonly kernels: readonly (Pick<ClassifierCase<classic.SVCOptions>, "name" | "options" | "scores" | "predicted" | "score"> & { readonly vectors: number })[];
    /** Probabilities for "three classes". */
    readonly unpenalised: number[][];
  };
}

const data = golden<Golden>("classic.json");
const { float64 } = tolerances;
/** Of what an iteration converges to, with the tolerance that the tests ask of it. */
const iterated = { relative: 1e-6, absolute: 1e-7 };

/** Of what only goes downhill: near a minimum, the rounding of the loss hides how far it is to the square root of that. */
const descended = { relative: 1e-5, absolute: 1e-6 };

/** libsvm rounds the kernel to float32 before it fits; with a kernel so rounded, the results agree to all digits. */
const roundedKernel = { relative: 1e-5, absolute: 1e-5 };

const flat = (nested: Nested): number[] => (typeof nested === "number" ? [nested] : nested.flatMap(flat));
const shapeOf = (nested: Nested): number[] => (typeof nested === "number" ? [] : [nested.length, ...shapeOf(nested[0])]);

async function near(actual: Tensor, expected: Nested, what: string, tolerance = float64): Promise<void> {
  expect([...actual.shape], `${what}: shape`).toEqual(shapeOf(expected));
  expectCloseNumbers(await actual.data(), flat(expected), tolerance, what);
}

const { LinearRegression, Ridge, ElasticNet, Lasso } = classic;
const regressors = { LinearRegression, Ridge, ElasticNet, Lasso };

describe("regression", () => {
  test.each(data.regression.map((c) => [c.kind, c.name, JSON.stringify(c.options), c] as const))("%s, %s, %s", async (kind, _name, _options, c) => {
    const model = new regressors[kind](c.options);
    await model.fit(c.x, c.y);
    const tolerance = kind === "ElasticNet" || kind === "Lasso" ? iterated : float64;
    await near(model.coef, c.coef, "coef", tolerance);
    // scikit-learn gives a bare 0 for all targets where there is no intercept.
    await near(model.intercept, typeof c.intercept === "number" && Array.isArray(c.y[0]) ? [0, 0] : c.intercept, "intercept", tolerance);
    await near(await model.predict(c.test), c.predicted, "predicted", tolerance);
    expect(await model.score(c.x, c.y)).toBeCloseTo(c.score, 6);
    if (model instanceof LinearRegression) {
      expect(await model.rank.item()).toBe(c.rank);
      await near(model.variance, c.variance!, "variance");
    }
  });
});

test("standardisation", async () => {
  const { x, mean, variance, scale, z } = data.scaling;
  const scaler = await new classic.StandardScaler().fit(x);
  await near(scaler.mean, mean, "mean");
  await near(scaler.variance, variance, "variance");
  await near(scaler.scale, scale, "scale");
  await near(await scaler.transform(x), z, "z");
  await near(await scaler.inverseTransform(z), x, "x");
  const single = await scaler.transform(tensor(x));
  expect(single.dtype).toBe("float32");
  await near(single, z, "float32", tolerances.float32);
});

describe("nearest neighbours", () => {
  const { x, labels, targets, test: unseen, cases } = data.neighbors;
  test.each(cases.map((c) => [JSON.stringify(c.options), c] as const))("%s", async (_options, { options, distances, indices, predicted, probabilities, means }) => {
    const classifier = await new classic.KNeighborsClassifier(options).fit(x, labels);
    const found = await classifier.kneighbors(unseen);
    // scikit-learn goes by ‖a‖² + ‖b‖² − 2ab, whose root is off by 1e-8 where the distance is 0.
    await near(found.distances, distances, "distances", { relative: 1e-9, absolute: 1e-7 });
    expect(await found.indices.array()).toEqual(indices);
    expect(await (await classifier.predict(unseen)).array()).toEqual(predicted);
    await near(await classifier.predictProba(unseen), probabilities, "probabilities");
    const regressor = await new classic.KNeighborsRegressor(options).fit(x, targets);
    await near(await regressor.predict(unseen), means, "means");
  });
});

describe("principal components", () => {
  test.each(data.components.map((c) => [c.name, JSON.stringify(c.options), c] as const))("%s, %s", async (_name, _options, { options, x, z, back, ...expected }) => {
    const pca = await new classic.PCA(options).fit(x);
    for (const field of ["mean", "components", "singularValues", "explainedVariance", "explainedVarianceRatio"] as const) await near(pca[field], expected[field], field);
    await near(await pca.transform(x), z, "z");
    await near(await pca.inverseTransform(z), back, "back");
  });
});

describe("k-means", () => {
  const { x, cases } = data.clusters;
  test.each(cases.map((c) => [c.name, c.tolerance, c] as const))("%s, tolerance %d", async (_name, _tolerance, c) => {
    const model = await new classic.KMeans({ k: c.init.length, init: c.init, tolerance: c.tolerance }).fit(x);
    await near(model.centers, c.centers, "centers");
    expect([model.iterations, model.converged]).toEqual([c.iterations, true]);
    expect(model.inertia).toBeCloseTo(c.inertia, 9);
    expect(await model.score(x)).toBeCloseTo(c.score, 9);
    expect(await (await model.predict(x)).array()).toEqual(c.labels);
    await near(await model.transform(x.slice(0, 3)), c.distances, "distances");
  });
});

async function checkLinear(model: classic.LogisticRegression | classic.LinearSVC, c: ClassifierCase<unknown>, tolerance = iterated): Promise<void> {
  const { sets, test: unseen } = data.linearClassifiers;
  const { x, y } = sets[c.name];
  await model.fit(x, y);
  expect(model.converged).toBe(true);
  expect(await model.classes.array()).toEqual(c.classes);
  await near(model.coef, c.coef, "coef", tolerance);
  await near(model.intercept, typeof c.intercept === "number" ? c.coef.map(() => 0) : c.intercept, "intercept", tolerance);
  await near(await model.decisionFunction(unseen), c.scores, "scores", tolerance);
  expect(await (await model.predict(unseen)).array()).toEqual(c.predicted);
  expect(await model.score(x, y)).toBeCloseTo(c.score, 12);
  if (model instanceof classic.LogisticRegression) await near(await model.predictProba(unseen), c.probabilities!, "probabilities", tolerance);
}

describe("logistic regression", () => {
  const { logistic, unpenalised, sets, test: unseen } = data.linearClassifiers;
  const cases = logistic.flatMap((c) => (["lbfgs", "newton", "gradientDescent"] as const).map((solver) => [c.name, solver, JSON.stringify(c.options), c] as const));
  test.each(cases)("%s, %s, %s", async (_name, solver, _options, c) => {
    if (solver === "gradientDescent" && c.options.C! > 10) return;
    await checkLinear(new classic.LogisticRegression({ ...c.options, solver, tolerance: 1e-9, maxIterations: 20000 }), c, solver === "gradientDescent" ? descended : iterated);
  });

  test.each(["lbfgs", "newton"] as const)("without penalty, %s", async (solver) => {
    const model = await new classic.LogisticRegression({ C: Infinity, solver, tolerance: 1e-10 }).fit(sets["three classes"].x, sets["three classes"].y);
    await near(await model.predictProba(unseen), unpenalised, "probabilities", iterated);
  });
});

describe("linear support vector machines", () => {
  test.each(data.linearClassifiers.svm.map((c) => [c.name, JSON.stringify(c.options), c] as const))("%s, %s", async (_name, _options, c) => {
    await checkLinear(new classic.LinearSVC({ ...c.options, tolerance: 1e-10, maxIterations: 1000000 }), c);
  });
});

describe("support vector machines", () => {
  const { kernels, sets, test: unseen } = data.linearClassifiers;
  test.each(kernels.map((c) => [c.name, JSON.stringify(c.options), c] as const))("%s, %s", async (_name, _options, c) => {
    const { x, y } = sets[c.name];
    const model = await new classic.SVC({ ...c.options, tolerance: 1e-12 }).fit(x, y);
    expect(model.converged).toBe(true);
    expect(model.supportVectors.shape[0]).toBe(c.vectors);
    await near(await model.decisionFunction(unseen), c.scores, "scores", roundedKernel);
    expect(await (await model.predict(unseen)).array()).toEqual(c.predicted);
    expect(await model.score(x, y)).toBeCloseTo(c.score, 12);
  });
});

test.each(data.sift.map((c) => [`${c.image.length} × ${c.image[0].length}`, c] as const))("dense SIFT of %s pixels", async (_size, { image, binSize, stride, descriptors }) => {
  const sift = new classic.DenseSift({ binSize, stride });
  const found = sift.transform(tensor([[image]], { dtype: "float64" }));
  await near(found.slice(0, { end: descriptors.length }), descriptors, "descriptors");
  await near(sift.transform(tensor([[image]])).slice(0, { end: descriptors.length }), descriptors, "float32", tolerances.float32);
});
