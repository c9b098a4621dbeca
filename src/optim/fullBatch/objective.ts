/**
 * Objective: the loss as a function of all parameters joined into one vector, with gradient, Hessian, Hessian times vector and Jacobian,
 * from a closure that computes it with the parameters as they stand.
 */

import { grad } from "../../autograd/backward.js";
import { ValueError } from "../../base/errors.js";
import { formatShape } from "../../base/shape.js";
import { tensor, zerosLike } from "../../ops/create.js";
import { mulScalar, square } from "../../ops/elementwise.js";
import { sum } from "../../ops/reduce.js";
import { step } from "../../tensor/step.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Vector } from "./vector.js";

/** Computes the loss (for least squares: the residuals) from the parameters, without backward. */
export type Closure = () => Tensor | Promise<Tensor>;

/** A place with what is known there. */
export interface Point {
  readonly x: Vector;
  readonly value: number;
  readonly gradient: Vector;
}

/** Residuals and their derivatives. */
export interface Linearization {
  readonly residuals: Vector;
  /** ∂residuals/∂x, [residuals, parameters], row-major. */
  readonly jacobian: Float64Array;
}

/** A column of a Jacobian costs about as much as this many rows. */
const columnCost = 3;

export class Objective {
  /** Times that the closure was called. */
  evaluations = 0;
  readonly size: number;

  constructor(
    private readonly owner: string,
    private readonly params: readonly Tensor[],
    private readonly closure: Closure,
    /** The closure gives residuals r, and the loss is ½‖r‖². */
    private readonly ofResiduals: boolean,
  ) {
    this.size = params.reduce((n, p) => n + p.size, 0);
  }

  /** The parameters as they stand. */
  async read(): Promise<Vector> {
    return this.join(this.params);
  }

  /** Sets the parameters. */
  write(x: Vector): void {
    let start = 0;
    for (const p of this.params) p.copyFrom(x.subarray(start, (start += p.size)));
  }

  /** Value and gradient at x. The gradient of a value that is not finite is NaN. */
  evaluate(x: Vector): Promise<Point> {
    return this.at(x, async (result) => {
      const loss = this.lossOf(result);
      const value = await loss.item();
      const gradient = Number.isFinite(value) ? await this.join(this.gradientOf(loss, this.params)) : new Float64Array(this.size).fill(NaN);
      return { x, value, gradient };
    });
  }

  /** The value alone. */
  value(x: Vector): Promise<number> {
    return this.at(x, (result) => this.lossOf(result).item());
  }

  /** ∂²loss/∂x², [n, n], row-major: one backward pass through the gradient for each row. */
  hessian(x: Vector): Promise<Float64Array> {
    return this.withHessian(x, async (times) => {
      const hessian = new Float64Array(this.size ** 2);
      for (let i = 0; i < this.size; i++) hessian.set(await times(basis(this.size, i)), i * this.size);
      return hessian;
    });
  }

  /** Runs `body` with a function that multiplies vectors by the Hessian at x, without building it. Pearlmutter 1994. */
  withHessian<T>(x: Vector, body: (times: (v: Vector) => Promise<Vector>) => Promise<T>): Promise<T> {
    return this.at(x, (result) => {
      const gradients = grad(this.lossOf(result), this.params, { createGraph: true, allowUnused: true });
      return body((v) => step(async () => this.combine(gradients, v, this.params)));
    });
  }

  /** Residuals and Jacobian at x, by rows (backward) or columns (the derivative of backward), whichever is less. */
  linearize(x: Vector): Promise<Linearization> {
    return this.at(x, async (r) => {
      const residuals = Float64Array.from(await r.data());
      const [m, n] = [r.size, this.size];
      const jacobian = new Float64Array(m * n);
      if (columnCost * n >= m) {
        for (let i = 0; i < m; i++) {
          const seed = tensor(basis(m, i), { shape: r.shape, dtype: r.dtype, backend: r.backend });
          jacobian.set(await step(async () => this.join(this.gradientOf(r, this.params, seed))), i * n);
        }
        return { residuals, jacobian };
      }
      // Jᵀu is linear in u, so its derivative along a parameter's axis is a column of J.
      const u = zerosLike(r);
      u.requiresGrad = true;
      const pulled = grad(r, this.params, { gradient: u, createGraph: true, allowUnused: true });
      for (let j = 0; j < n; j++) {
        const column = await step(async () => this.combine(pulled, basis(n, j), [u]));
        for (let i = 0; i < m; i++) jacobian[i * n + j] = column[i];
      }
      return { residuals, jacobian };
    });
  }

  /** The gradient of Σ v·parts with respect to `inputs`, joined. */
  private async combine(parts: readonly Tensor[], v: Vector, inputs: readonly Tensor[]): Promise<Vector> {
    const total = new Float64Array(inputs.reduce((n, t) => n + t.size, 0));
    let start = 0;
    for (const part of parts) {
      const weights = v.subarray(start, (start += part.size));
      if (!part.requiresGrad || weights.every((w) => w === 0)) continue;
      const seed = tensor(weights.slice(), { shape: part.shape, dtype: part.dtype, backend: part.backend });
      const joined = await this.join(this.gradientOf(part, inputs, seed));
      for (let i = 0; i < total.length; i++) total[i] += joined[i];
    }
    return total;
  }

  private gradientOf(output: Tensor, inputs: readonly Tensor[], gradient?: Tensor): Tensor[] {
    return grad(output, inputs, { gradient, retainGraph: true, allowUnused: true });
  }

  private async join(tensors: readonly Tensor[]): Promise<Vector> {
    const joined = new Float64Array(tensors.reduce((n, t) => n + t.size, 0));
    let start = 0;
    for (const t of tensors) {
      joined.set(await t.data(), start);
      start += t.size;
    }
    return joined;
  }

  /** Runs `body` on what the closure gives at x; all that both make is given back afterwards. */
  private at<T>(x: Vector, body: (result: Tensor) => Promise<T>): Promise<T> {
    this.write(x);
    this.evaluations++;
    return step(async () => body(this.checked(await this.closure())));
  }

  private lossOf(result: Tensor): Tensor {
    return this.ofResiduals ? mulScalar(sum(square(result)), 0.5) : result;
  }

  private checked(result: unknown): Tensor {
    const what = this.ofResiduals ? "the residuals, a tensor of at least one element" : "the loss, a tensor of one element";
    if (!(result instanceof Tensor)) throw new ValueError(`${this.owner}: the closure must return ${what}; got ${String(result)}.`);
    if (this.ofResiduals ? result.size === 0 : result.size !== 1) throw new ValueError(`${this.owner}: the closure must return ${what}; got ${formatShape(result.shape)}.`);
    if (!result.requiresGrad) {
      throw new ValueError(`${this.owner}: what the closure returned does not depend on any parameter; compute it there from the parameters, outside noGrad().`);
    }
    if (result.node !== null && result.node.inputs === null) {
      throw new ValueError(`${this.owner}: the closure called backward, which used up the graph; it must only return ${this.ofResiduals ? "the residuals" : "the loss"}.`);
    }
    return result;
  }
}

function basis(n: number, i: number): Vector {
  const e = new Float64Array(n);
  e[i] = 1;
  return e;
}
