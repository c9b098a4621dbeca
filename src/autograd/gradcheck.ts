/** Checks derivatives against central differences in float64. */

import { DTypeError, NablaError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { clone } from "../ops/cast.js";
import { mul } from "../ops/arithmetic.js";
import { tensor } from "../ops/create.js";
import { sum } from "../ops/reduce.js";
import type { Tensor } from "../tensor/tensor.js";
import { grad } from "./backward.js";

export interface GradcheckOptions {
  /** Step of the differences. Default 1e−6 · max(1, |x|). */
  readonly eps?: number;
  /** Largest accepted |analytic − numeric| / max(1, |analytic|, |numeric|). Default 1e−6. */
  readonly tolerance?: number;
}

export interface GradcheckResult {
  /** Largest relative error over all inputs and elements. */
  readonly error: number;
  /** Where it is: number of the input, and flat position in it. */
  readonly input: number;
  readonly element: number;
}

/**
 * Compares the gradient of `f` with central differences, for every element of every float64 input that requires one.
 * `f` may return any shape: its elements are summed with fixed unequal weights, so that no error can hide.
 * @throws NablaError if an error is above the tolerance, with the place, both numbers and their difference; DTypeError for an input
 * that requires a gradient and is not float64.
 *
 * @example
 * const x = tensor([0.5, -1], { dtype: "float64", requiresGrad: true });
 * const { error } = await gradcheck(([x]) => tanh(x), [x]);
 * error < 1e-9 // → true
 */
export async function gradcheck(
  f: (inputs: readonly Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { eps = 1e-6, tolerance = 1e-6 }: GradcheckOptions = {},
): Promise<GradcheckResult> {
  const checked = inputs.map((_, i) => i).filter((i) => inputs[i].requiresGrad);
  for (const i of checked) {
    if (inputs[i].dtype !== "float64") {
      throw new DTypeError(`gradcheck: input ${i} is ${inputs[i].dtype}; differences need float64. Convert it with to("float64").`);
    }
  }
  const weighted = (xs: readonly Tensor[]): Tensor => {
    const y = f(xs);
    const weights = Float64Array.from({ length: y.size }, (_, i) => 0.5 + ((i * 0.6180339887498949) % 1));
    return sum(mul(y, tensor(weights, { shape: y.shape, backend: y.backend })));
  };
  const analytic = grad(weighted(inputs), checked.map((i) => inputs[i]), { allowUnused: true });
  let worst: GradcheckResult = { error: 0, input: checked[0] ?? 0, element: 0 };
  for (let n = 0; n < checked.length; n++) {
    const at = checked[n];
    const expected = await analytic[n].data();
    const base = await inputs[at].data();
    for (let element = 0; element < base.length; element++) {
      const h = eps * Math.max(1, Math.abs(base[element]));
      const value = async (delta: number): Promise<number> => {
        const moved = [...inputs];
        const values = base.slice();
        values[element] += delta;
        moved[at] = clone(inputs[at].detach()).copyFrom(values);
        moved[at].requiresGrad = true; // f may differentiate too
        return (await weighted(moved).data())[0];
      };
      const numeric = ((await value(h)) - (await value(-h))) / (2 * h);
      const error = Math.abs(numeric - expected[element]) / Math.max(1, Math.abs(numeric), Math.abs(expected[element]));
      if (!(error <= tolerance)) {
        throw new NablaError(
          `gradcheck: element ${element} of input ${at} (shape ${formatShape(inputs[at].shape)}): backward gives ${expected[element]}, ` +
            `the difference quotient ${numeric}; relative error ${error.toExponential(2)}, allowed ${tolerance}.`,
        );
      }
      if (error > worst.error) worst = { error, input: at, element };
    }
  }
  return worst;
}
