/** Coverage D4: iterative solvers end at NumPy's solutions, with its residuals on the way. */

import { describe, expect, test } from "vitest";
import { matmul, optim, sum, type Tensor, tensor } from "../../src/index.js";
import { constant, expectClose, expectCloseNumbers, floatTypes, golden, type Packed, tolerances } from "../golden/golden.js";

interface Case {
  readonly a: Packed;
  readonly b: Packed;
  readonly x: Packed;
  readonly residuals: Record<"jacobi" | "gaussSeidel" | "successiveOverRelaxation", number[]>;
}
const { cases } = golden<{ cases: Case[] }>("linearSystems.json");
const float64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: "float64" });

describe.each(floatTypes)("%s", (dtype) => {
  test.each(cases)("$b.shape", async ({ a: packedA, b: packedB, x: expected, residuals }) => {
    const [a, b] = [constant(packedA, dtype), constant(packedB, dtype)];
    const found = {
      jacobi: await optim.jacobi(a, b),
      gaussSeidel: await optim.gaussSeidel(a, b),
      successiveOverRelaxation: await optim.successiveOverRelaxation(a, b, { omega: 1.2 }),
      conjugateGradient: await optim.conjugateGradient(a, b),
      "conjugateGradient of a function": await optim.conjugateGradient((v) => matmul(a, v.reshape(-1, 1)).reshape(-1), b, { tolerance: dtype === "float64" ? 1e-10 : 1e-6 }),
    };
    for (const [name, { x, iterations, residuals: history }] of Object.entries(found)) {
      expect(x.dtype).toBe(dtype);
      await expectClose(x, expected, dtype === "float64" ? { relative: 1e-8, absolute: 1e-9 } : tolerances.float32, name);
      expect(history, name).toHaveLength(iterations + 1);
      expect(history[0]).toBeCloseTo(1, 12);
      expect(history[iterations]).toBeLessThanOrEqual(1e-6);
      const golden = residuals[name as keyof typeof residuals];
      if (golden !== undefined && dtype === "float64") expectCloseNumbers(history.slice(0, 4), golden.slice(0, history.length), { relative: 1e-9, absolute: 1e-14 }, name);
    }
    expect(found.conjugateGradient.iterations).toBeLessThanOrEqual(packedB.shape[0]);
  });
});

test("a preconditioner saves iterations, as a matrix and as a function", async () => {
  const n = 40;
  const d = Float64Array.from({ length: n }, (_, i) => 10 ** (i / 8));
  const values = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? d[i] : Math.abs(i - j) === 1 ? 0.3 : 0)));
  const inverse = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 / d[i] : 0)));
  const [a, b] = [float64(values), float64(Array(n).fill(1))];
  const plain = await optim.conjugateGradient(a, b);
  const matrix = await optim.conjugateGradient(a, b, { preconditioner: float64(inverse) });
  const diagonal = tensor(d);
  const fn = await optim.conjugateGradient(a, b, { preconditioner: (r) => r.div(diagonal) });
  expect(matrix.iterations).toBeLessThan(plain.iterations / 2);
  expect(fn.iterations).toBe(matrix.iterations);
  expect(await sum(matrix.x.sub(plain.x).abs()).item()).toBeLessThan(1e-8);
});

test("starts where it is told to, and knows when it is there", async () => {
  const [a, b] = [float64([[2, 0], [0, 4]]), float64([2, 4])];
  const x0 = float64([1, 1]);
  for (const solve of [optim.jacobi, optim.gaussSeidel, optim.conjugateGradient]) expect((await solve(a, b, { x0 })).iterations).toBe(0);
  expect(await (await optim.conjugateGradient(a, float64([0, 0]))).x.array()).toEqual([0, 0]);
  expect(await (await optim.gaussSeidel(a, float64([0, 0]), { x0 })).x.array()).toEqual([0, 0]);
  expect((await optim.jacobi(float64([]).reshape(0, 0), float64([]))).x.shape).toEqual([0]);
});

describe("mistakes", () => {
  const [a, b] = [float64([[1, 5], [4, 1]]), float64([1, 2])];
  const call = (f: unknown, ...args: unknown[]): Promise<unknown> => Reflect.apply(f as () => Promise<unknown>, undefined, args);
  test.each<[what: string, run: () => Promise<unknown>, message: RegExp]>([
    ["not square", () => optim.jacobi(float64([[1, 2, 3], [4, 5, 6]]), b), /jacobi: A must be square, \[n, n\], got \[2, 3\]/],
    ["another size", () => optim.gaussSeidel(float64([[1]]), b), /gaussSeidel: A is \[1, 1\], b \[2\]; they must have the same n/],
    ["a matrix for b", () => optim.jacobi(a, a), /jacobi: b must be a vector \[n\], got \[2, 2\]/],
    ["another start", () => optim.jacobi(a, b, { x0: float64([1]) }), /jacobi: x0 is \[1\], b \[2\]/],
    ["integers", () => optim.jacobi(tensor([[1]], { dtype: "int32" }), float64([1])), /jacobi: A must be float32 or float64, got int32/],
    ["arrays", () => call(optim.conjugateGradient, [[1]], [1]), /conjugateGradient: b must be a tensor, got 1/],
    ["a zero on the diagonal", () => optim.jacobi(float64([[1, 2], [3, 0]]), b), /jacobi: A has a zero on its diagonal, in row 1/],
    ["not dominant", () => optim.jacobi(a, b), /jacobi: diverges .*A is not diagonally dominant, .*in row 0 the diagonal is 1, the rest together 5/s],
    ["too few iterations", () => optim.jacobi(float64([[4, 1], [2, 5]]), b, { maxIterations: 2 }), /did not converge in 2 iterations: .* raise maxIterations/],
    ["omega", () => optim.successiveOverRelaxation(a, b, { omega: 2 }), /omega must be above 0 and below 2, got 2/],
    ["not symmetric", () => optim.conjugateGradient(a, b), /conjugateGradient: A must be symmetric, but \[1, 0\] is 4 and \[0, 1\] is 5/],
    ["not positive definite", () => optim.conjugateGradient(float64([[1, 0], [0, -1]]), b), /A is not positive definite: p·A·p is -3 in iteration 1/],
    ["a bad preconditioner", () => optim.conjugateGradient((v) => v, b, { preconditioner: (r) => r.mul(-1) }), /the preconditioner is not positive definite/],
    ["a function of another shape", () => optim.conjugateGradient((v) => v.sum(), b), /A must return a vector \[2\], got \[\]/],
    ["a function that returns none", () => call(optim.conjugateGradient, () => 3, b), /A must return a tensor, got 3/],
    ["an unknown option", () => call(optim.jacobi, a, b, { tol: 1 }), /jacobi: there is no option "tol"; did you mean tolerance/],
    ["NaN in A", () => optim.conjugateGradient(float64([[NaN]]), float64([1])), /conjugateGradient/],
  ])("%s", async (_what, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });
});
