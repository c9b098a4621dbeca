/** Checks derivatives against central differences in float64: of functions with respect to their inputs, of modules to their parameters too. */

import { DTypeError, NablaError, ValueError } from "../base/errors.js";
import { isFloat, type TypedArray } from "../base/dtype.js";
import { recordDraws, replayDraws } from "../base/generator.js";
import { optionsOf } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { add, mul } from "../ops/arithmetic.js";
import { clone } from "../ops/cast.js";
import { tensor } from "../ops/create.js";
import { sum } from "../ops/reduce.js";
import { withoutWriting } from "../tensor/recompute.js";
import { step } from "../tensor/step.js";
import { withGrad } from "../tensor/tape.js";
import { tensorsIn } from "../tensor/nested.js";
import { Tensor } from "../tensor/tensor.js";
import { grad } from "./backward.js";

export interface GradcheckOptions {
  /** Step of the differences. Default 1e−6 · max(1, |x|). */
  readonly eps?: number;
  /** Largest accepted |analytic − numeric| / max(1, |analytic|, |numeric|). Default 1e−6. */
  readonly tolerance?: number;
  /** How many elements of each input and parameter are checked, spread evenly over it. Default: all, which takes two evaluations each. */
  readonly elements?: number;
}

export interface GradcheckResult {
  /** Largest relative error over all inputs, parameters and elements. */
  readonly error: number;
  /** Where it is: number of the input or name of the parameter, and flat position in it. */
  readonly input: number | string;
  readonly element: number;
}

/** A function with parameters: what `gradcheck` needs of a module. */
export interface Parametrized {
  forward(...inputs: never[]): unknown;
  namedParameters(): Iterable<readonly [string, Tensor]>;
}

/**
 * Compares the gradient of `f` with central differences, for every element of every float64 input that requires one, and of every parameter
 * that is not frozen if `f` is a module. `f` may return any shape, or several tensors: their elements are summed with fixed unequal
 * weights, so that no error can hide. Random numbers are the same in every evaluation, and running statistics stay as they are.
 * @throws NablaError if an error is above the tolerance, with the place, both numbers and their difference; DTypeError for an input
 * or a parameter that requires a gradient and is not float64.
 *
 * @example
 * const x = tensor([0.5, -1], { dtype: "float64", requiresGrad: true });
 * const { error } = await gradcheck(([x]) => tanh(x), [x]);
 * error < 1e-9 // → true
 *
 * @example
 * const layer = new nn.Linear(3, 2).to("float64");
 * const { error } = await gradcheck(layer, [rand([4, 3], { dtype: "float64" })]);
 * error < 1e-8 // → true
 */
export async function gradcheck(
  f: ((inputs: readonly Tensor[]) => unknown) | Parametrized,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<GradcheckResult> {
  const { eps = 1e-6, tolerance = 1e-6, elements = Infinity } = optionsOf("gradcheck", options);
  const isModule = typeof f !== "function";
  if (isModule && (typeof f?.forward !== "function" || typeof f.namedParameters !== "function")) {
    throw new ValueError(`gradcheck: expected a function of an array of tensors, or a module, got ${typeof f}.`);
  }
  if (!(eps > 0 && tolerance >= 0 && elements >= 1)) {
    throw new ValueError(`gradcheck: eps must be above 0, tolerance at least 0 and elements at least 1, got ${eps}, ${tolerance}, ${elements}.`);
  }
  if (!Array.isArray(inputs) || !inputs.every((t) => t instanceof Tensor)) throw new ValueError("gradcheck: expected an array of tensors as inputs; write gradcheck(f, [x]).");
  const leaves = [
    ...inputs.map((t, i) => ({ name: i, what: `input ${i}`, t, remedy: 'to("float64")' })),
    ...(isModule ? Array.from(f.namedParameters(), ([name, t]) => ({ name, what: `parameter ${name}`, t, remedy: 'model.to("float64")' })) : []),
  ].filter(({ t }) => t.requiresGrad);
  for (const { what, t, remedy } of leaves) {
    if (t.dtype !== "float64") throw new DTypeError(`gradcheck: ${what} is ${t.dtype}; differences need float64. Convert it with ${remedy}.`);
  }

  const run = isModule ? (xs: readonly Tensor[]): unknown => f.forward(...(xs as never[])) : f;
  const value = (xs: readonly Tensor[]): Tensor => withGrad(true, () => withoutWriting(() => weighted(run(xs))));
  const { result, starts } = recordDraws(() => value(inputs));
  const again = (xs: readonly Tensor[]): Promise<number> => step(() => replayDraws(starts, () => value(xs))).item();
  const analytic = grad(result, leaves.map(({ t }) => t), { allowUnused: true });

  let worst: GradcheckResult = { error: 0, input: leaves[0]?.name ?? 0, element: 0 };
  for (const [n, { name, what, t }] of leaves.entries()) {
    const expected = await analytic[n].data();
    const base = await t.data();
    const count = Math.min(base.length, Math.floor(elements));
    for (let k = 0; k < count; k++) {
      const element = Math.floor((k * base.length) / count);
      const h = eps * Math.max(1, Math.abs(base[element]));
      const at = (shift: number): Promise<number> => {
        const values = base.with(element, base[element] + shift);
        return typeof name === "number" ? again(inputs.with(name, withValues(t, values))) : written(t, values, () => again(inputs));
      };
      const numeric = ((await at(h)) - (await at(-h))) / (2 * h);
      const error = Math.abs(numeric - expected[element]) / Math.max(1, Math.abs(numeric), Math.abs(expected[element]));
      if (!(error <= tolerance)) {
        throw new NablaError(
          `gradcheck: element ${element} of ${what} (shape ${formatShape(t.shape)}): backward gives ${expected[element]}, ` +
            `the difference quotient ${numeric}; relative error ${error.toExponential(2)}, allowed ${tolerance}.`,
        );
      }
      if (error > worst.error) worst = { error, input: name, element };
    }
  }
  return worst;
}

/** A leaf like `x` that holds `values`; it requires a gradient because f may differentiate too. */
function withValues(x: Tensor, values: TypedArray): Tensor {
  const moved = clone(x.detach()).copyFrom(values);
  moved.requiresGrad = true;
  return moved;
}

/** Runs `body` while the parameter holds `values`: its module finds it in its place only. */
async function written<T>(p: Tensor, values: TypedArray, body: () => Promise<T>): Promise<T> {
  const before = await p.data();
  p.copyFrom(values);
  try {
    return await body();
  } finally {
    p.copyFrom(before);
  }
}

/** Σ of all elements of all float tensors in `result`, with unequal weights. */
function weighted(result: unknown): Tensor {
  const outputs = tensorsIn(result).filter((y) => isFloat(y.dtype));
  if (outputs.length === 0) throw new ValueError(`gradcheck: the function must return float tensors, got ${result instanceof Promise ? "a promise" : String(result)}.`);
  return outputs
    .map((y) => {
      const weights = Float64Array.from({ length: y.size }, (_, i) => 0.5 + ((i * 0.6180339887498949) % 1));
      return sum(mul(y, tensor(weights, { shape: y.shape, backend: y.backend })));
    })
    .reduce((a, b) => add(a, b));
}
