/** Coverage D3: L-BFGS takes torch.optim.LBFGS's path; curve fits end where scipy.optimize.least_squares does. */

import { describe, expect, test } from "vitest";
import { add, binaryCrossEntropyWithLogits, matmul, nn, optim, square, sub, sum, type Tensor, tensor } from "../../src/index.js";
import { constant, expectCloseNumbers, golden, type Packed } from "../golden/golden.js";

interface Path {
  readonly problem: "rosenbrock" | "logistic";
  readonly options: { readonly fixed?: boolean; readonly lr?: number; readonly historySize?: number };
  readonly path: { readonly before: number; readonly x: number[] }[];
}
interface Fit {
  readonly model: "exponential" | "peak";
  readonly t: number[];
  readonly y: number[];
  readonly start: number[];
  readonly x: number[];
  readonly cost: number;
}
const { inputs, labels, paths, fits } = golden<{ inputs: Packed; labels: Packed; paths: Path[]; fits: Fit[] }>("fullBatch.json");

const float64 = (values: number[] | number): Tensor => tensor(values, { dtype: "float64" });

const rosenbrock = (x: Tensor): Tensor => {
  const [a, b] = [x.slice({ start: 0, end: -1 }), x.slice({ start: 1 })];
  return add(square(sub(b, square(a))).mul(100), square(sub(1, a))).sum();
};

test.each(paths)("LBFGS: $problem $options", async ({ problem, options: { fixed, ...options }, path }) => {
  const [x, targets] = [constant(inputs, "float64"), constant(labels, "float64")];
  const w = nn.parameter(float64(problem === "rosenbrock" ? [-1.2, 1] : [0.3, -0.2, 0.1]));
  const b = nn.parameter(float64(0));
  const logistic = (): Tensor => add(binaryCrossEntropyWithLogits(add(matmul(x, w.reshape(3, 1)).reshape(12), b), targets), sum(square(w)).mul(0.01));
  const params = problem === "rosenbrock" ? [w] : [w, b];
  const optimizer = new optim.LBFGS(params, { ...options, ...(fixed && { lineSearch: optim.fixedStep() }) });
  for (const [i, { before, x: expected }] of path.entries()) {
    const loss = await optimizer.step(problem === "rosenbrock" ? () => rosenbrock(w) : logistic);
    const found = (await Promise.all(params.map((p) => p.data()))).flatMap((values) => [...values]);
    // The path over the bent valley doubles a rounding error about every other iteration.
    const tolerance = { relative: 1e-9 * 2 ** (i / 2), absolute: 1e-11 * 2 ** (i / 2) };
    expectCloseNumbers([loss, ...found], [before, ...expected], tolerance, `iteration ${i + 1}`);
  }
});

const models: Record<Fit["model"], (p: Tensor, t: Tensor) => Tensor> = {
  exponential: (p, t) => t.mul(p.slice(1)).exp().mul(p.slice(0)).add(p.slice(2)),
  peak: (p, t) => t.sub(p.slice(1)).div(p.slice(2)).square().mul(-0.5).exp().mul(p.slice(0)).add(p.slice(3)),
};

describe.each(fits)("fit of the $model", ({ model, t, y, start, x, cost }) => {
  const methods = {
    GaussNewton: (p: readonly Tensor[]) => new optim.GaussNewton(p),
    Levenberg: (p: readonly Tensor[]) => new optim.Levenberg(p),
    LevenbergMarquardt: (p: readonly Tensor[]) => new optim.LevenbergMarquardt(p),
  };
  test.each(Object.entries(methods))("%s", async (_name, method) => {
    const residuals = (p: Tensor): Tensor => models[model](p, float64(t)).sub(float64(y));
    const found = await optim.minimize(residuals, start, { method });
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(60);
    expectCloseNumbers(found.x, x, { relative: 1e-6, absolute: 1e-9 }, "parameters");
    expectCloseNumbers([found.value], [cost], { relative: 1e-9, absolute: 0 }, "cost");
  });

  test("and the methods for any loss agree", async () => {
    const loss = (p: Tensor): Tensor => models[model](p, float64(t)).sub(float64(y)).square().sum().mul(0.5);
    for (const method of [optim.BFGS, optim.LBFGS, optim.Newton, optim.NewtonCG]) {
      const found = await optim.minimize(loss, start, { method: (p) => new method(p, { gradientTolerance: 1e-8 }) });
      expect(found.converged, method.name).toBe(true);
      expectCloseNumbers(found.x, x, { relative: 1e-6, absolute: 1e-9 }, method.name);
    }
  });
});
