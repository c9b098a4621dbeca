/**
 * Derivatives of functions: Jacobians, Hessians and their products with vectors. Every transform takes the function and the place where
 * it is differentiated, one tensor or an array of them, and hands the function tensors in the same form. What the function closes over
 * is a constant to it.
 */

import { isFloat } from "../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import { add, mul } from "../ops/arithmetic.js";
import { tensor, zeros, zerosLike } from "../ops/create.js";
import { defineOp } from "../ops/operation.js";
import { sum } from "../ops/reduce.js";
import { floats } from "../ops/samples.js";
import { stack } from "../ops/slice.js";
import { reshape } from "../ops/views.js";
import { step } from "../tensor/step.js";
import { isGradEnabled, withGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { grad } from "./backward.js";

/** One tensor, or an array of them. */
export type Tensors = Tensor | readonly Tensor[];

/** One `T` for a tensor, an array of them for an array. */
export type For<X extends Tensors, T> = X extends Tensor ? T : { [K in keyof X]: T };

export interface TransformOptions {
  /**
   * Record the result, so that it can be differentiated again. Default: whether a tensor at which the function is differentiated requires
   * a gradient (and the tape is on), so that transforms can be nested.
   */
  readonly createGraph?: boolean;
}

/** x itself as a new tensor on the tape, so that only its use inside the function counts. */
const alias = defineOp({
  name: "alias",
  view: (x) => x.detach(),
  vjp: (dy) => [() => dy],
  valueFree: true,
  samples: () => [{ inputs: [floats([2, 3])], attributes: undefined }],
});

/** In the form in which x was given: one value, or an array. */
const likeGiven = <X extends Tensors, T>(x: X, values: readonly T[]): For<X, T> => (x instanceof Tensor ? values[0] : values) as For<X, T>;

function checkTensors(caller: string, what: string, x: unknown): readonly Tensor[] {
  const tensors = x instanceof Tensor ? [x] : x;
  if (!Array.isArray(tensors) || tensors.length === 0 || !tensors.every((t) => t instanceof Tensor)) {
    const got = x instanceof Promise ? "a promise; it must be synchronous" : Array.isArray(x) ? `an array of ${x.length} values` : String(x);
    throw new ValueError(`${caller}: ${what} must be a tensor or an array of tensors, got ${got}.`);
  }
  return tensors;
}

function checkFunction(caller: string, f: unknown): void {
  if (typeof f !== "function") throw new ValueError(`${caller}: expected a function of tensors, got ${typeof f}; for a module pass (x) => model.forward(x).`);
}

/** A function at a place: stand-ins for x that require gradients, and the value there. */
interface Evaluation<Y extends Tensors> {
  readonly inputs: readonly Tensor[];
  readonly output: Y;
  readonly outputs: readonly Tensor[];
  readonly createGraph: boolean;
}

function evaluate<X extends Tensors, Y extends Tensors>(caller: string, f: (x: X) => Y, x: X, options: TransformOptions): Evaluation<Y> {
  checkFunction(caller, f);
  const given = checkTensors(caller, "the place to differentiate at", x);
  const { createGraph = isGradEnabled() && given.some((t) => t.requiresGrad) } = optionsOf(caller, options);
  return withGrad(true, () => {
    const inputs = given.map((t, i) => {
      if (!isFloat(t.dtype)) throw new DTypeError(`${caller}: input ${i} is ${t.dtype} and has no derivative; convert it with to("float32").`);
      const own = t.requiresGrad && createGraph ? alias.apply([t], undefined) : t.detach();
      own.requiresGrad = true;
      return own;
    });
    const output = f((x instanceof Tensor ? inputs[0] : inputs) as X);
    return { inputs, output, outputs: checkTensors(caller, "the function's result", output), createGraph };
  });
}

function single(caller: string, { outputs }: Evaluation<Tensors>): Tensor {
  if (outputs.length !== 1 || outputs[0].size !== 1) {
    const got = outputs.map((y) => formatShape(y.shape)).join(", ");
    throw new ShapeError(`${caller}: the function must return one number, got ${got}; reduce it with mean() or sum(), or use jacobian.`);
  }
  return outputs[0];
}

/** Σ dyᵀ ∂y/∂x for each x; zeros where no output depends on it. The graph stays. */
function pulled(outputs: readonly Tensor[], inputs: readonly Tensor[], dys: readonly Tensor[], createGraph: boolean): Tensor[] {
  const options = { createGraph, retainGraph: true, allowUnused: true };
  if (!outputs.some((y) => y.requiresGrad)) return inputs.map(zerosLike);
  if (outputs.length === 1) return grad(outputs[0], inputs, { gradient: dys[0], ...options });
  const total = withGrad(true, () => outputs.map((y, k) => sum(mul(y, dys[k]))).reduce((a, b) => add(a, b)));
  return grad(total, inputs, options);
}

/** Throws unless `given` is like `wanted`: as many tensors, of the same shapes and types. */
function checkAlike(caller: string, what: string, given: Tensors, wanted: readonly Tensor[]): readonly Tensor[] {
  const tensors = checkTensors(caller, what, given);
  if (tensors.length !== wanted.length) throw new ValueError(`${caller}: expected ${wanted.length} tensors as ${what}, got ${tensors.length}.`);
  tensors.forEach((t, i) => {
    const w = wanted[i];
    if (t.dtype === w.dtype && sameShape(t.shape, w.shape)) return;
    throw new ShapeError(`${caller}: ${what}, number ${i}, must be ${w.dtype} ${formatShape(w.shape)}, got ${t.dtype} ${formatShape(t.shape)}.`);
  });
  return tensors;
}

/**
 * The function that gives f's value and its gradient with respect to its first argument, one tensor or an array of them; further arguments are
 * passed on. f returns one number. The gradient has the form of the first argument; no `.grad` is touched.
 * @throws ShapeError unless f returns one number.
 *
 * @example
 * const [value, gradient] = valueAndGrad((x: Tensor) => x.square().sum())(tensor([1, 2]));
 * value    // → 5
 * gradient // → [2, 4]
 *
 * @example
 * const error = ([w, b]: readonly Tensor[], x: Tensor, y: Tensor) => x.mul(w).add(b).sub(y).square().mean();
 * const [, [dw, db]] = valueAndGrad(error)([tensor(2), tensor(0)], tensor([1, 2]), tensor([1, 1]));
 * dw // → 7
 * db // → 4
 */
export function valueAndGrad<X extends Tensors, Rest extends readonly unknown[]>(
  f: (x: X, ...rest: Rest) => Tensor,
  options: TransformOptions = {},
): (x: X, ...rest: Rest) => [value: Tensor, gradient: For<X, Tensor>] {
  checkFunction("valueAndGrad", f);
  return (x, ...rest) => {
    const evaluation = evaluate("valueAndGrad", (own: X) => f(own, ...rest), x, options);
    const { inputs, createGraph } = evaluation;
    const value = single("valueAndGrad", evaluation);
    const gradients = value.requiresGrad ? grad(value, inputs, { createGraph, allowUnused: true }) : inputs.map(zerosLike);
    return [createGraph ? value : value.detach(), likeGiven(x, gradients)];
  };
}

/**
 * f's value at x, and the function dy ↦ dyᵀ · ∂f/∂x, which may be called often: reverse mode. dy has the form of f's result, what
 * comes has the form of x.
 * @throws ShapeError if dy is not like f's result.
 *
 * @example
 * const [y, pull] = vjp((x) => x.square(), tensor([1, 2, 3]));
 * y                       // → [1, 4, 9]
 * pull(tensor([1, 0, 1])) // → [2, 0, 6]
 */
export function vjp<const X extends Tensors, Y extends Tensors>(
  f: (x: X) => Y,
  x: X,
  options: TransformOptions = {},
): [value: Y, pull: (dy: For<Y, Tensor>) => For<X, Tensor>] {
  const { inputs, output, outputs, createGraph } = evaluate("vjp", f, x, options);
  const value = createGraph ? output : likeGiven(output, outputs.map((y) => y.detach()));
  return [value as Y, (dy) => likeGiven(x, pulled(outputs, inputs, checkAlike("vjp", "the vector", dy as Tensors, outputs), createGraph))];
}

/** v ↦ J · v for each output, exact: the vjp is linear in its vector, and its own vjp is J. */
function pushing({ inputs, outputs }: Evaluation<Tensors>): (tangents: readonly Tensor[], createGraph: boolean) => Tensor[] {
  return withGrad(true, () => {
    const vectors = outputs.map((y) => {
      const v = zerosLike(y);
      v.requiresGrad = true;
      return v;
    });
    const pulledBack = pulled(outputs, inputs, vectors, true);
    return (tangents, createGraph) => pulled(pulledBack, vectors, tangents, createGraph);
  });
}

/**
 * f's value at x and ∂f/∂x · tangent, how it changes in a direction. The tangent has the form of x. Computed by two reverse
 * passes (the second differentiates the first, which is linear in its vector), and so exact.
 * @throws ShapeError if the tangents are not like x.
 *
 * @example
 * const [y, dy] = jvp((x) => x.square(), tensor([1, 2, 3]), tensor([1, 0, 10]));
 * dy // → [2, 0, 60]
 */
export function jvp<const X extends Tensors, Y extends Tensors>(
  f: (x: X) => Y,
  x: X,
  tangent: For<X, Tensor>,
  options: TransformOptions = {},
): [value: Y, tangent: For<Y, Tensor>] {
  const evaluation = evaluate("jvp", f, x, options);
  const { inputs, output, outputs, createGraph } = evaluation;
  const tangents = checkAlike("jvp", "the tangent", tangent as Tensors, inputs);
  const value = createGraph ? output : likeGiven(output, outputs.map((y) => y.detach()));
  return [value as Y, likeGiven(output, pushing(evaluation)(tangents, createGraph))];
}

/** The basis of tensors like `t`, one at a time. */
function* basis(t: Tensor): globalThis.Generator<Tensor, void, undefined> {
  for (let k = 0; k < t.size; k++) {
    const values = new Float64Array(t.size);
    values[k] = 1;
    yield tensor(values, { shape: t.shape, dtype: t.dtype, backend: t.backend });
  }
}

/** The block ∂y/∂x of its rows or columns, which lie along `axis`. */
function block(y: Tensor, x: Tensor, lines: readonly Tensor[], axis: 0 | -1): Tensor {
  const shape = [...y.shape, ...x.shape];
  return lines.length === 0 ? zeros(shape, { dtype: x.dtype, backend: x.backend }) : reshape(stack(lines, axis), shape);
}

/** ∂y/∂x for each x by reverse passes, one for each element of y. */
function byRows(y: Tensor, inputs: readonly Tensor[], createGraph: boolean): Tensor[] {
  const rows = Array.from(basis(y), (dy) => {
    const row = (): Tensor[] => pulled([y], inputs, [dy], createGraph);
    return createGraph ? row() : step(row);
  });
  return inputs.map((x, i) => block(y, x, rows.map((row) => row[i]), 0));
}

/** ∂y/∂x for each y and x by forward derivatives, one for each element of the inputs. */
function byColumns(evaluation: Evaluation<Tensors>): Tensor[][] {
  const { inputs, outputs, createGraph } = evaluation;
  const push = pushing(evaluation);
  const columns = inputs.map((x, i) =>
    Array.from(basis(x), (direction) => {
      const column = (): Tensor[] => push(inputs.map((other, j) => (i === j ? direction : zerosLike(other))), createGraph);
      return createGraph ? column() : step(column);
    }),
  );
  return outputs.map((y, k) => inputs.map((x, i) => block(y, x, columns[i].map((column) => column[k]), -1)));
}

/** A column costs about as much as this many rows. */
const columnCost = 3;

/**
 * ∂f/∂x: [shape of f(x), shape of x]. With several results or several inputs, an array of such tensors for each, results first. By one
 * reverse pass for each element of the result or, where x is much smaller, by one forward derivative (see `jvp`) for each
 * element of x.
 *
 * @example
 * jacobian((x) => x.square(), tensor([1, 2])) // → [[2, 0], [0, 4]]
 * const [dw, db] = jacobian(([w, b]) => w.mul(b), [tensor([1, 2]), tensor(3)]);
 * dw // → [[3, 0], [0, 3]]
 * db // → [1, 2]
 */
export function jacobian<const X extends Tensors, Y extends Tensors>(f: (x: X) => Y, x: X, options: TransformOptions = {}): For<Y, For<X, Tensor>> {
  const evaluation = evaluate("jacobian", f, x, options);
  const { inputs, output, outputs, createGraph } = evaluation;
  const count = (tensors: readonly Tensor[]): number => tensors.reduce((n, t) => n + t.size, 0);
  const [columns, rows] = [count(inputs), count(outputs)];
  const blocks = withGrad(createGraph, () =>
    columns > 0 && columnCost * columns < rows ? byColumns(evaluation) : outputs.map((y) => byRows(y, inputs, createGraph)),
  );
  return likeGiven(output, blocks.map((row) => likeGiven(x, row)));
}

/** The gradient of a function of one number, recorded. */
function recordedGradient(caller: string, evaluation: Evaluation<Tensors>): Tensor[] {
  const y = single(caller, evaluation);
  const { inputs } = evaluation;
  return withGrad(true, () => (y.requiresGrad ? grad(y, inputs, { createGraph: true, allowUnused: true }) : inputs.map(zerosLike)));
}

/**
 * The second derivatives of f, which returns one number: [shape of x, shape of x]. With several inputs an array of arrays of blocks
 * ∂²f/∂xᵢ∂xⱼ.
 * @throws ShapeError unless f returns one number.
 *
 * @example
 * hessian((x) => x.square().mul(tensor([1, 5])).sum(), tensor([3, 4])) // → [[2, 0], [0, 10]]
 */
export function hessian<const X extends Tensors>(f: (x: X) => Tensor, x: X, options: TransformOptions = {}): For<X, For<X, Tensor>> {
  const evaluation = evaluate("hessian", f, x, options);
  const { inputs, createGraph } = evaluation;
  const gradients = recordedGradient("hessian", evaluation);
  const blocks = withGrad(createGraph, () => gradients.map((g) => byRows(g, inputs, createGraph)));
  return likeGiven(x, blocks.map((row) => likeGiven(x, row)));
}

/**
 * Hessian of f times v, without building the Hessian: the gradient of ⟨∇f, v⟩. f returns one number; v has the form of x, and so has what
 * comes. Pearlmutter 1994.
 * @throws ShapeError unless f returns one number and v is like x.
 *
 * @example
 * hvp((x) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 10])) // → [6, 120]
 */
export function hvp<const X extends Tensors>(f: (x: X) => Tensor, x: X, v: For<X, Tensor>, options: TransformOptions = {}): For<X, Tensor> {
  const evaluation = evaluate("hvp", f, x, options);
  const { inputs, createGraph } = evaluation;
  const vectors = checkAlike("hvp", "the vector", v as Tensors, inputs);
  return likeGiven(x, pulled(recordedGradient("hvp", evaluation), inputs, vectors, createGraph));
}
