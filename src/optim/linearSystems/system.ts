/** Systems A·x = b as the iterative solvers see them: checked, and as float64 on the host. */

import { DTypeError, NablaError, ShapeError, ValueError } from "../../base/errors.js";
import { isFloat } from "../../base/dtype.js";
import { optionsOf } from "../../base/options.js";
import { formatShape } from "../../base/shape.js";
import { tensor } from "../../ops/create.js";
import { Tensor } from "../../tensor/tensor.js";
import { dot, type Vector } from "../fullBatch/vector.js";
import { checkRange, resolveOptions } from "../options.js";

export interface IterativeOptions {
  /** Where to start, [n]. Default: zeros. */
  readonly x0?: Tensor;
  /** Done when ‖b − A·x‖ is at most this share of ‖b‖. Default 1e−10. */
  readonly tolerance?: number;
  /** Default 1000; conjugateGradient: 10 n. */
  readonly maxIterations?: number;
}

export interface LinearSolution {
  /** [n], of b's type. */
  readonly x: Tensor;
  readonly iterations: number;
  /** ‖b − A·x‖/‖b‖ at the start and after each iteration. */
  readonly residuals: number[];
}

/** A system, and how to iterate on it. */
export interface System {
  readonly n: number;
  readonly b: Vector;
  readonly x: Vector;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly residuals: readonly number[];
  /** Appends ‖r‖/‖b‖ to the history; true when that is small enough. */
  done(r: Vector): boolean;
  solution(): LinearSolution;
}

/** @throws ShapeError, DTypeError, ValueError for a right side, start or options that do not fit. */
export async function systemOf(owner: string, right: Tensor, options: IterativeOptions, defaultIterations: (n: number) => number): Promise<System> {
  const { x0, ...rest } = optionsOf(owner, options);
  const b = await vectorOf(owner, "b", right);
  const n = b.length;
  const { tolerance, maxIterations } = resolveOptions<Omit<IterativeOptions, "x0">>(owner, { tolerance: 1e-10, maxIterations: defaultIterations(n) }, rest);
  checkRange(owner, { tolerance, maxIterations });
  const x = x0 === undefined ? new Float64Array(n) : await vectorOf(owner, "x0", x0);
  if (x.length !== n) throw new ShapeError(`${owner}: x0 is ${formatShape([x.length])}, b ${formatShape([n])}; they must be equally long.`);
  const scale = Math.sqrt(dot(b, b)) || 1;
  const residuals: number[] = [];
  return {
    n, b, x, tolerance, maxIterations, residuals,
    done: (r) => {
      const residual = Math.sqrt(dot(r, r)) / scale;
      residuals.push(residual);
      return residual <= tolerance;
    },
    solution: () => ({ x: tensor(x, { dtype: right.dtype, backend: right.backend }), iterations: residuals.length - 1, residuals }),
  };
}

/** The numbers of a vector [n]. */
export async function vectorOf(owner: string, name: string, t: Tensor): Promise<Vector> {
  checkFloat(owner, name, t);
  if (t.ndim !== 1) throw new ShapeError(`${owner}: ${name} must be a vector [n], got ${formatShape(t.shape)}.`);
  return Float64Array.from(await t.data());
}

/** The numbers of a matrix [n, n], row-major. */
export async function matrixOf(owner: string, name: string, t: Tensor, n: number): Promise<Float64Array> {
  checkFloat(owner, name, t);
  if (t.ndim !== 2 || t.shape[0] !== t.shape[1]) throw new ShapeError(`${owner}: ${name} must be square, [n, n], got ${formatShape(t.shape)}.`);
  if (t.shape[0] !== n) throw new ShapeError(`${owner}: ${name} is ${formatShape(t.shape)}, b ${formatShape([n])}; they must have the same n.`);
  return Float64Array.from(await t.data());
}

function checkFloat(owner: string, name: string, t: unknown): void {
  if (!(t instanceof Tensor)) throw new ValueError(`${owner}: ${name} must be a tensor, got ${String(t)}; make one with tensor(…).`);
  if (!isFloat(t.dtype)) throw new DTypeError(`${owner}: ${name} must be float32 or float64, got ${t.dtype}; convert it with to("float64").`);
}

/** The error of an iteration that got nowhere. */
export function notConverged(owner: string, { iterations, residuals }: LinearSolution, { tolerance }: System, hint: string): NablaError {
  const residual = residuals[iterations];
  const how = Number.isFinite(residual) && residual < residuals[0] ? `did not converge in ${iterations} iterations` : `diverges (iteration ${iterations})`;
  return new NablaError(`${owner}: ${how}: the residual is ${residual.toExponential(1)} of ‖b‖, wanted ${tolerance}. ${hint}`);
}
