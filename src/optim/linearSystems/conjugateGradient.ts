/** Conjugate gradients for A·x = b with a symmetric positive definite A, plain and preconditioned. */

import { ShapeError, ValueError } from "../../base/errors.js";
import { optionsOf } from "../../base/options.js";
import { formatShape } from "../../base/shape.js";
import { tensor } from "../../ops/create.js";
import { step } from "../../tensor/step.js";
import { Tensor } from "../../tensor/tensor.js";
import { along, dot, times, type Vector } from "../fullBatch/vector.js";
import { type IterativeOptions, type LinearSolution, matrixOf, notConverged, systemOf } from "./system.js";

/** A matrix [n, n], or what it does to a vector [n]. */
export type LinearOperator = Tensor | ((v: Tensor) => Tensor | Promise<Tensor>);

export interface ConjugateGradientOptions extends IterativeOptions {
  /** Approximates A⁻¹, symmetric positive definite: the better, the fewer iterations. Default: none. */
  readonly preconditioner?: LinearOperator;
}

/**
 * Solves A·x = b for a symmetric positive definite A, in at most n iterations but for rounding; with A as a function no matrix is needed (a
 * Hessian by `hvp`, say). b: [n]. Hestenes & Stiefel 1952; with preconditioner: Saad 2003, algorithm 9.1.
 * @throws ShapeError unless A is square and fits b; ValueError if A is not symmetric, or turns out not to be positive definite; NablaError
 * if it does not converge.
 *
 * @example
 * const a = tensor([[4, 1], [1, 3]], { dtype: "float64" });
 * const { x, iterations } = await optim.conjugateGradient(a, tensor([1, 2], { dtype: "float64" }));
 * x          // → [0.0909091, 0.636364]
 * iterations // → 2
 *
 * @example
 * const d = tensor([1, 10, 100], { dtype: "float64" });
 * const b = tensor([1, 1, 1], { dtype: "float64" });
 * const { iterations } = await optim.conjugateGradient((v) => v.mul(d), b, { preconditioner: (r) => r.div(d) });
 * iterations // → 1
 */
export async function conjugateGradient(a: LinearOperator, b: Tensor, options: ConjugateGradientOptions = {}): Promise<LinearSolution> {
  const { preconditioner, ...rest } = optionsOf("conjugateGradient", options);
  const owner = "conjugateGradient";
  const system = await systemOf(owner, b, rest, (n) => 10 * n);
  const { n, x, maxIterations, residuals } = system;
  const apply = await operatorOf(owner, "A", a, n, b);
  const precondition = preconditioner === undefined ? async (r: Vector): Promise<Vector> => r : await operatorOf(owner, "preconditioner", preconditioner, n, b);

  let r: Vector = along(system.b, -1, await apply(x));
  let converged = system.done(r);
  let p: Vector = r;
  let rz = 0;
  for (let k = 0; !converged && k < maxIterations && Number.isFinite(residuals[k]); k++) {
    const z = await precondition(r);
    const before = rz;
    rz = dot(r, z);
    if (!(rz > 0)) throw notPositive(owner, "the preconditioner", "r·M·r", rz, k);
    p = k === 0 ? z : along(z, rz / before, p);
    const ap = await apply(p);
    const curvature = dot(p, ap);
    if (!(curvature > 0)) throw notPositive(owner, "A", "p·A·p", curvature, k);
    const alpha = rz / curvature;
    x.set(along(x, alpha, p));
    r = along(r, -alpha, ap);
    converged = system.done(r);
  }
  const solution = system.solution();
  if (!converged) throw notConverged(owner, solution, system, "A is badly conditioned for its type: pass a preconditioner, or raise maxIterations or tolerance.");
  return solution;
}

async function operatorOf(owner: string, name: string, given: LinearOperator, n: number, like: Tensor): Promise<(v: Vector) => Promise<Vector>> {
  if (typeof given === "function") {
    return (v) =>
      step(async () => {
        const result = await given(tensor(v, { dtype: like.dtype, backend: like.backend }));
        if (!(result instanceof Tensor)) throw new ValueError(`${owner}: ${name} must return a tensor, got ${String(result)}.`);
        if (result.size !== n) throw new ShapeError(`${owner}: ${name} must return a vector ${formatShape([n])}, got ${formatShape(result.shape)}.`);
        return Float64Array.from(await result.data());
      });
  }
  const matrix = await matrixOf(owner, name, given, n);
  let largest = 0;
  for (const value of matrix) largest = Math.max(largest, Math.abs(value));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (Math.abs(matrix[i * n + j] - matrix[j * n + i]) <= 1e-6 * largest) continue;
      throw new ValueError(
        `${owner}: ${name} must be symmetric, but [${i}, ${j}] is ${matrix[i * n + j]} and [${j}, ${i}] is ${matrix[j * n + i]}; ` +
          `use solve, or solve AᵀA·x = Aᵀb.`,
      );
    }
  }
  return async (v) => times(matrix, v);
}

function notPositive(owner: string, what: string, product: string, value: number, iteration: number): ValueError {
  return new ValueError(`${owner}: ${what} is not positive definite: ${product} is ${value} in iteration ${iteration + 1}; use solve, or another preconditioner.`);
}
