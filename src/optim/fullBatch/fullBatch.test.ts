import { describe, expect, test } from "vitest";
import { matmul, memoryStats, mseLoss, nn, noGrad, optim, sin, type Tensor, tensor, zeros } from "../../index.js";
import { solveLeastSquares, solvePositiveDefinite } from "./factor.js";

const float64 = (values: number | number[] | number[][]): Tensor => tensor(values, { dtype: "float64" });

/** Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)². Rosenbrock 1960; the minimum is (1, …, 1). */
const rosenbrock = (x: Tensor): Tensor => {
  const [a, b] = [x.slice({ end: -1 }), x.slice({ start: 1 })];
  return b.sub(a.square()).square().mul(100).add(a.sub(1).square()).sum();
};
/** The same as residuals of which the loss is half. */
const residuals = (x: Tensor): Tensor => {
  const [a, b] = [x.slice(0), x.slice(1)];
  return b.sub(a.square()).mul(10).mul(float64([1, 0])).add(a.sub(1).mul(float64([0, 1])));
};

describe("coverage D3: Rosenbrock from (−1.2, 1)", () => {
  const limits: [name: string, method: optim.Method, iterations: number][] = [
    ["GradientDescent", (p) => new optim.GradientDescent(p, { gradientTolerance: 0.03 }), 5000],
    ["NonlinearConjugateGradient, Polak–Ribière", (p) => new optim.NonlinearConjugateGradient(p), 60],
    ["NonlinearConjugateGradient, Fletcher–Reeves", (p) => new optim.NonlinearConjugateGradient(p, { variant: "fletcherReeves" }), 120],
    ["BFGS", (p) => new optim.BFGS(p), 45],
    ["LBFGS", (p) => new optim.LBFGS(p, { historySize: 5 }), 45],
    ["Newton", (p) => new optim.Newton(p), 25],
    ["NewtonCG", (p) => new optim.NewtonCG(p), 80],
  ];
  test.each(limits)("%s", async (name, method, most) => {
    const { x, value, iterations, converged, reason, history, evaluations } = await optim.minimize(rosenbrock, [-1.2, 1], { method, maxIterations: most });
    expect([converged, reason], `${iterations} iterations`).toEqual([true, "gradient"]);
    x.forEach((v) => expect(v).toBeCloseTo(1, name === "GradientDescent" ? 1 : 6));
    expect(history).toHaveLength(iterations + 1);
    expect(history[0]).toEqual({ x: [-1.2, 1], value: expect.closeTo(24.2, 10) });
    expect(history.at(-1)).toEqual({ x, value });
    for (let i = 1; i < history.length; i++) expect(history[i].value).toBeLessThanOrEqual(history[i - 1].value);
    expect(evaluations).toBeGreaterThanOrEqual(iterations);
  });

  test.each<[string, optim.Method]>([
    ["GaussNewton", (p) => new optim.GaussNewton(p)],
    ["Levenberg", (p) => new optim.Levenberg(p)],
    ["LevenbergMarquardt", (p) => new optim.LevenbergMarquardt(p)],
  ])("%s", async (_name, method) => {
    const { x, iterations, converged } = await optim.minimize(residuals, [-1.2, 1], { method, maxIterations: 60 });
    expect(converged, `${iterations} iterations`).toBe(true);
    x.forEach((v) => expect(v).toBeCloseTo(1, 6));
  });

  test("in ten dimensions", async () => {
    const start = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? -1.2 : 1));
    for (const method of [optim.BFGS, optim.LBFGS, optim.Newton, optim.NewtonCG]) {
      const { value, converged } = await optim.minimize(rosenbrock, start, { method: (p) => new method(p) });
      expect(converged, method.name).toBe(true);
      expect(value < 1e-10 || Math.abs(value - 3.98) < 0.02, `${method.name}: ${value}`).toBe(true); // there is a second minimum
    }
  });
});

test("coverage B7: Newton reaches the minimum of x² from 5 in one step", async () => {
  const { x, iterations, history } = await optim.minimize((x) => x.square().sum(), 5, { method: (p) => new optim.Newton(p) });
  expect([x, iterations, history.map((h) => h.x[0])]).toEqual([[0], 1, [5, 0]]);
});

test("conjugate gradients minimise a quadratic function of n variables in n iterations", async () => {
  const a = float64([[4, 1, 0, 0.5], [1, 3, 0.2, 0], [0, 0.2, 2, 0.1], [0.5, 0, 0.1, 6]]);
  const b = float64([[1], [2], [-1], [0.5]]);
  const quadratic = (x: Tensor): Tensor => matmul(x.reshape(1, 4), matmul(a, x.reshape(4, 1))).mul(0.5).sub(matmul(x.reshape(1, 4), b)).sum();
  for (const variant of ["polakRibiere", "fletcherReeves"] as const) {
    const method: optim.Method = (p) => new optim.NonlinearConjugateGradient(p, { variant, lineSearch: optim.strongWolfe({ c1: 1e-6, c2: 1e-5 }), gradientTolerance: 1e-6 });
    const { iterations, converged } = await optim.minimize(quadratic, [1, 1, 1, 1], { method });
    expect(converged).toBe(true);
    expect(iterations, variant).toBeLessThanOrEqual(4);
  }
});

test("Newton turns away from a saddle and a maximum", async () => {
  const saddle = (x: Tensor): Tensor => x.slice(0).square().sub(x.slice(1).square()).add(x.slice(1).square().square().mul(0.25));
  for (const method of [optim.Newton, optim.NewtonCG]) {
    const { x, value, converged } = await optim.minimize(saddle, [1, 0.1], { method: (p) => new method(p) });
    expect(converged).toBe(true);
    expect([value, Math.abs(x[1])], method.name).toEqual([expect.closeTo(-1, 8), expect.closeTo(Math.SQRT2, 5)]);
  }
});

test("first-order optimisers draw their paths, too", async () => {
  const bowl = (x: Tensor): Tensor => x.square().mul(float64([1, 10])).sum();
  for (const method of [optim.SGD, optim.Adam, optim.RMSprop, optim.Adagrad]) {
    const { history, reason, value } = await optim.minimize(bowl, [1, 1], { method: (p) => new method(p, { lr: 0.04 }), maxIterations: 30 });
    expect([history.length, reason]).toEqual([31, "iterations"]);
    expect(value).toBeLessThan(11);
  }
  const { converged, x } = await optim.minimize(bowl, tensor([1, 1]), { method: (p) => new optim.SGD(p, { lr: 0.04 }) });
  expect(converged).toBe(true);
  expect(Math.max(...x.map(Math.abs))).toBeLessThan(1e-7);
});

describe("what cannot go on says why, and never hangs", () => {
  const methods = {
    GradientDescent: optim.GradientDescent, NonlinearConjugateGradient: optim.NonlinearConjugateGradient, Newton: optim.Newton, NewtonCG: optim.NewtonCG,
    BFGS: optim.BFGS, LBFGS: optim.LBFGS, GaussNewton: optim.GaussNewton, Levenberg: optim.Levenberg, LevenbergMarquardt: optim.LevenbergMarquardt,
  };
  describe.each(Object.entries(methods))("%s", (name, Method) => {
    const method: optim.Method = (p) => new Method(p);

    test("a loss that is not finite at the start", async () => {
      const found = await optim.minimize((x) => x.log().sum(), [-1], { method });
      expect(found).toMatchObject({ x: [-1], iterations: 0, converged: false, reason: "nonFinite" });
    });

    test("a loss that is not finite further on: the step is cut", async () => {
      // −log is infinite at 0 and NaN below.
      const barrier = (x: Tensor): Tensor => x.sub(x.log()).sum();
      const found = await optim.minimize(name.startsWith("L") && name !== "LBFGS" || name === "GaussNewton" ? (x) => x.log() : barrier, [0.02], { method });
      expect(found.converged, found.reason).toBe(true);
      expect(found.x[0]).toBeCloseTo(1, 5);
    });

    test("a loss without a minimum", async () => {
      const slope = (x: Tensor): Tensor => x.sum().mul(-1).exp();
      const found = await optim.minimize(slope, [0], { method, maxIterations: 40 });
      expect(found.iterations).toBeLessThanOrEqual(40);
      expect(found.value).toBeLessThan(1);
    });

    test("a kink on which no line leads down", async () => {
      const valley = (x: Tensor): Tensor => x.abs().sum().add(1);
      const found = await optim.minimize(valley, [0.3], { method, maxIterations: 200 });
      expect(found.value).toBeLessThan(1.3);
      expect(found.iterations).toBeLessThanOrEqual(200);
    });

    test("at the minimum already", async () => {
      expect(await optim.minimize((x) => x.mul(2).square(), [0], { method })).toMatchObject({ x: [0], iterations: 0, converged: true, reason: "gradient" });
    });

    test("one step at a time by hand; float32 parameters, two of them", async () => {
      const [w, b] = [nn.parameter(zeros([2, 1])), nn.parameter(zeros([1]))];
      const [x, y] = [tensor([[1, 0], [0, 1], [1, 1], [2, 1]]), tensor([[3], [0], [2], [4]])];
      const optimizer = new Method([w, b], { gradientTolerance: 1e-4 });
      const leastSquares = name.startsWith("Levenberg") || name === "GaussNewton";
      const closure = (): Tensor => (leastSquares ? matmul(x, w).add(b).sub(y) : mseLoss(matmul(x, w).add(b), y));
      const first = await optimizer.step(closure);
      expect(first).toBeCloseTo(leastSquares ? 14.5 : 7.25, 5);
      for (let i = 0; i < 400 && optimizer.reason === null; i++) await optimizer.step(closure);
      expect(optimizer.converged, String(optimizer.reason)).toBe(true);
      expect(await w.array()).toEqual([[expect.closeTo(2, 2)], [expect.closeTo(-1, 2)]]);
      expect(await b.array()).toEqual([expect.closeTo(1, 2)]);
      expect([w.grad, b.grad]).toEqual([null, null]);
    });

    test("leaves no memory behind", async () => {
      const w = nn.parameter(float64([1, 2, 3]));
      const optimizer = new Method([w]);
      const closure = (): Tensor => (name.startsWith("Levenberg") || name === "GaussNewton" ? w.exp() : w.exp().sum());
      await optimizer.step(closure);
      await optimizer.step(closure);
      const before = memoryStats().bytesInUse;
      for (let i = 0; i < 3; i++) await optimizer.step(closure);
      expect(memoryStats().bytesInUse).toBe(before);
    });

    test("mistakes have names", async () => {
      const x = nn.parameter(float64([1]));
      const optimizer = new Method([x]);
      await expect(optimizer.step(() => { const y = x.square().sum(); y.backward(); return y; })).rejects.toThrow(`${name}: the closure called backward, which used up the graph`);
      await expect(optimizer.step(() => noGrad(() => x.square().sum()))).rejects.toThrow("does not depend on any parameter");
      await expect(Reflect.apply(optimizer.step, optimizer, [() => 3])).rejects.toThrow(`${name}: the closure must return the`);
      expect(() => new Method([])).toThrow(`${name}: there are no parameters`);
      expect(() => new Method([x, x])).toThrow("listed twice");
      expect(() => new Method([zeros([1])])).toThrow(`${name}: parameter 0 (Tensor([1], float32)) must be a leaf tensor that requires a gradient`);
      expect(() => Reflect.construct(Method, [[x], { gradTolerance: 1 }])).toThrow(`${name}: there is no option "gradTolerance"; did you mean gradientTolerance?`);
      expect(() => new Method([x], { stepTolerance: -1 })).toThrow(`${name}: stepTolerance must be 0 or more, got -1`);
    });
  });

  test("options of one method", () => {
    const x = nn.parameter(float64([1]));
    expect(() => new optim.BFGS([x], { lr: 0 })).toThrow("BFGS: lr must be above 0, got 0");
    expect(() => new optim.LBFGS([x], { historySize: 0 })).toThrow("LBFGS: historySize must be 1 or more");
    expect(() => new optim.Levenberg([x], { damping: 0 })).toThrow("Levenberg: damping must be above 0");
    expect(() => new optim.LevenbergMarquardt([x], { increase: 1 })).toThrow("increase must be above 1, got 1");
    expect(() => optim.strongWolfe({ c1: 0.5, c2: 0.1 })).toThrow("strongWolfe: expected 0 < c1 < c2 < 1, got c1 0.5 and c2 0.1");
    expect(() => optim.armijo({ shrink: 1 })).toThrow("armijo: shrink must be above 0 and below 1, got 1");
    expect(() => Reflect.construct(optim.NonlinearConjugateGradient, [[x], { variant: "hestenes" }])).toThrow('variant must be "polakRibiere" or "fletcherReeves", got "hestenes"');
    expect(() => Reflect.construct(optim.BFGS, [[x], { lineSearch: "armijo" }])).toThrow('BFGS: lineSearch must be a function, got "armijo"');
  });

  test("minimize", async () => {
    await expect(Reflect.apply(optim.minimize, undefined, [3, [1]])).rejects.toThrow("minimize: expected a function of a tensor, got number");
    await expect(Reflect.apply(optim.minimize, undefined, [(x: Tensor) => x.sum(), [1], { method: () => 3 }])).rejects.toThrow("method must make an optimiser");
    await expect(optim.minimize((x) => x.sum(), [1], { maxIterations: -1 })).rejects.toThrow("maxIterations must be 0 or more");
    await expect(optim.minimize(() => zeros([1]), [1])).rejects.toThrow("does not depend on any parameter");
    expect(await optim.minimize((x) => x.square().sum(), [2], { maxIterations: 0 })).toMatchObject({ x: [2], value: 4, iterations: 0, reason: "iterations" });
    const nan = await optim.minimize((x) => x.sqrt().sum(), [1], { method: (p) => new optim.SGD(p, { lr: 10 }) });
    expect(nan).toMatchObject({ converged: false, reason: "nonFinite", iterations: 1 });
  });
});

test("columns and rows make the same Jacobian", async () => {
  // One parameter and ten residuals: by columns. Ten parameters: by rows.
  const t = float64(Array.from({ length: 10 }, (_, i) => i / 10));
  const objective = (p: Tensor) => new optim.GaussNewton([p]).objective(() => sin(t.mul(p)).add(p.square().mul(t)));
  const one = await objective(nn.parameter(float64([0.7]))).linearize(Float64Array.of(0.7));
  const many = await objective(nn.parameter(float64(Array(10).fill(0.7)))).linearize(new Float64Array(10).fill(0.7));
  Array.from(one.jacobian).forEach((v, i) => expect(v).toBeCloseTo(many.jacobian[i * 11], 14));
  expect(many.jacobian.filter((v) => v !== 0)).toHaveLength(9);
});

test("small dense systems", () => {
  expect([...solvePositiveDefinite(Float64Array.of(4, 2, 2, 3), Float64Array.of(2, 1))!]).toEqual([expect.closeTo(0.5, 14), expect.closeTo(0, 14)]);
  expect(solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toBeNull();
  expect([...solveLeastSquares(Float64Array.of(1, 0, 1, 1, 1, 2), Float64Array.of(1, 3, 5), 2)!]).toEqual([expect.closeTo(1, 13), expect.closeTo(2, 13)]);
  expect(solveLeastSquares(Float64Array.of(1, 2, 2, 4, 3, 6), Float64Array.of(1, 2, 3), 2)).toBeNull();
  expect(solveLeastSquares(Float64Array.of(1, 2), Float64Array.of(1), 2)).toBeNull();
});
