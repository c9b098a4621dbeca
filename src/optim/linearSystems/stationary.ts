/**
 * Stationary iterations for A·x = b: each unknown in turn from its own equation, with the others as they are. They converge if A is
 * diagonally dominant (each |aᵢᵢ| larger than the rest of its row together); Gauss–Seidel and SOR also if it is symmetric positive definite.
 */

import { ValueError } from "../../base/errors.js";
import { optionsOf } from "../../base/options.js";
import type { Tensor } from "../../tensor/tensor.js";
import { dot, type Vector } from "../fullBatch/vector.js";
import { type IterativeOptions, type LinearSolution, matrixOf, notConverged, systemOf } from "./system.js";

/**
 * xᵢ ← (bᵢ − Σⱼ≠ᵢ aᵢⱼxⱼ)/aᵢᵢ for all i at once. a: [n, n], b: [n]. Saad 2003, eq. 4.5.
 * @throws ShapeError unless A is square and fits b; ValueError for a zero on the diagonal; NablaError if it does not converge, with the row in
 * which A is not diagonally dominant.
 *
 * @example
 * const a = tensor([[4, 1], [2, 5]], { dtype: "float64" });
 * const { x, iterations, residuals } = await optim.jacobi(a, tensor([6, 12], { dtype: "float64" }));
 * x                                   // → [1, 2]
 * residuals.length === iterations + 1 // → true
 */
export function jacobi(a: Tensor, b: Tensor, options: IterativeOptions = {}): Promise<LinearSolution> {
  return iterate("jacobi", a, b, options, (sweep, x) => x.set(x.map((_, i) => sweep(i, x))));
}

/**
 * xᵢ ← (bᵢ − Σⱼ≠ᵢ aᵢⱼxⱼ)/aᵢᵢ for one i after the other, with the new values of those before. a: [n, n], b: [n]. Saad 2003, eq. 4.8.
 * @throws as `jacobi`.
 *
 * @example
 * const a = tensor([[4, 1], [2, 5]], { dtype: "float64" });
 * const { x } = await optim.gaussSeidel(a, tensor([6, 12], { dtype: "float64" }));
 * x // → [1, 2]
 */
export function gaussSeidel(a: Tensor, b: Tensor, options: IterativeOptions = {}): Promise<LinearSolution> {
  return relaxed("gaussSeidel", a, b, options, 1);
}

/**
 * Successive over-relaxation: Gauss–Seidel's change of each xᵢ times `omega`. a: [n, n], b: [n]. Young 1950; Saad 2003, eq. 4.12.
 * @param options.omega above 0 and below 2; above 1 it goes further than Gauss–Seidel
 * @throws as `jacobi`; ValueError for omega out of range.
 *
 * @example
 * const a = tensor([[4, 1], [2, 5]], { dtype: "float64" });
 * const { x } = await optim.successiveOverRelaxation(a, tensor([6, 12], { dtype: "float64" }), { omega: 1.05 });
 * x // → [1, 2]
 */
export async function successiveOverRelaxation(
  a: Tensor,
  b: Tensor,
  options: IterativeOptions & { readonly omega: number },
): Promise<LinearSolution> {
  const { omega, ...rest } = optionsOf("successiveOverRelaxation", options);
  if (!(omega > 0 && omega < 2)) throw new ValueError(`successiveOverRelaxation: omega must be above 0 and below 2, got ${omega}; no other converges.`);
  return relaxed("successiveOverRelaxation", a, b, rest, omega);
}

function relaxed(owner: string, a: Tensor, b: Tensor, options: IterativeOptions, omega: number): Promise<LinearSolution> {
  return iterate(owner, a, b, options, (sweep, x) => x.forEach((old, i) => (x[i] = old + omega * (sweep(i, x) - old))));
}

/** Past this many times the first residual there is no way back. */
const divergence = 1e10;

/** @param update one iteration in place; `sweep(i, x)` solves equation i for unknown i */
async function iterate(
  owner: string,
  a: Tensor,
  right: Tensor,
  options: IterativeOptions,
  update: (sweep: (i: number, x: Vector) => number, x: Vector) => void,
): Promise<LinearSolution> {
  const system = await systemOf(owner, right, options, () => 1000);
  const { n, b, x, maxIterations, residuals } = system;
  const matrix = await matrixOf(owner, "A", a, n);
  const rows = Array.from({ length: n }, (_, i) => matrix.subarray(i * n, (i + 1) * n));
  const empty = rows.findIndex((row, i) => row[i] === 0);
  if (empty >= 0) throw new ValueError(`${owner}: A has a zero on its diagonal, in row ${empty}; reorder the equations, or use solve.`);
  const residual = (): Vector => b.map((value, i) => value - dot(rows[i], x));
  const sweep = (i: number, from: Vector): number => from[i] + (b[i] - dot(rows[i], from)) / rows[i][i];
  let converged = system.done(residual());
  while (!converged && residuals.length <= maxIterations && residuals[residuals.length - 1] <= divergence * Math.max(1, residuals[0])) {
    update(sweep, x);
    converged = system.done(residual());
  }
  const solution = system.solution();
  if (!converged) throw notConverged(owner, solution, system, hintFor(rows));
  return solution;
}

function hintFor(rows: readonly Vector[]): string {
  const rest = (row: Vector, i: number): number => row.reduce((sum, value, j) => (j === i ? sum : sum + Math.abs(value)), 0);
  const weak = rows.findIndex((row, i) => !(Math.abs(row[i]) > rest(row, i)));
  if (weak < 0) return "A is diagonally dominant, so it does converge: raise maxIterations or tolerance.";
  return (
    `A is not diagonally dominant, which would guarantee it: in row ${weak} the diagonal is ${Math.abs(rows[weak][weak])}, the rest together ` +
    `${rest(rows[weak], weak)}. Reorder the equations, use conjugateGradient if A is symmetric positive definite, or solve.`
  );
}
