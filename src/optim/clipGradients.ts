/** Limits for gradients, between backward and the optimiser's step. */

import { hostArray } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { add, div, maximum, minimum, mul } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { zeros } from "../ops/create.js";
import { abs, clamp, powScalar, sqrt, square } from "../ops/elementwise.js";
import { max, sum } from "../ops/reduce.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkRange, resolveOptions } from "./options.js";

export interface ClipGradNormOptions {
  /** Largest norm of all gradients together; Infinity only measures it. */
  readonly maxNorm: number;
  /** p of the p-norm; Infinity: the largest magnitude. Default 2. */
  readonly normType?: number;
  /**
   * Throw when the norm is NaN or infinite, as no scaling can mend that; otherwise the gradients become NaN and zeros. Devices that have
   * to be waited for do not look. Default true.
   */
  readonly errorIfNonFinite?: boolean;
}

/**
 * Scales the gradients of `parameters` in place by min(1, maxNorm / (norm + 1e−6)), the norm being that of all gradients as one vector.
 * Returns that norm before clipping, 0-d. Parameters without gradient do not count. Pascanu, Mikolov & Bengio 2013, algorithm 1.
 * @throws ValueError if the norm is not finite, with the first parameter whose gradient is to blame, or for options out of range.
 *
 * @example
 * const w = nn.parameter(tensor([3, 4]));
 * w.square().sum().backward();
 * optim.clipGradNorm([w], { maxNorm: 1 }) // → 10
 * w.grad                                  // → [0.6, 0.8]
 */
export function clipGradNorm(parameters: Iterable<Tensor>, options: ClipGradNormOptions): Tensor {
  const { maxNorm, normType, errorIfNonFinite } = resolveOptions<ClipGradNormOptions>("clipGradNorm", { maxNorm: NaN, normType: 2, errorIfNonFinite: true }, options);
  if (!(maxNorm >= 0)) throw new ValueError(`clipGradNorm: maxNorm must be 0 or more, got ${maxNorm}.`);
  if (!(normType > 0)) throw new ValueError(`clipGradNorm: normType must be above 0, got ${normType}.`);
  return step(() => noGrad(() => {
    const grads = gradientsOf("clipGradNorm", parameters);
    if (grads.length === 0) return zeros([]);
    const norm = normOf(grads, normType);
    if (errorIfNonFinite) checkFinite(norm, grads);
    const scale = minimum(div(maxNorm, add(norm, 1e-6)), 1);
    for (const g of grads) g.copyFrom(mul(g, cast(scale, g.dtype)));
    return norm;
  }));
}

/**
 * Limits every element of the gradients of `parameters` to ±clipValue, in place. NaN stays.
 * @throws ValueError if clipValue is below 0.
 *
 * @example
 * const w = nn.parameter(tensor([1, -5]));
 * w.square().sum().backward();
 * optim.clipGradValue([w], { clipValue: 3 });
 * w.grad // → [2, -3]
 */
export function clipGradValue(parameters: Iterable<Tensor>, options: { readonly clipValue: number }): void {
  const { clipValue } = resolveOptions<typeof options>("clipGradValue", { clipValue: NaN }, options);
  checkRange("clipGradValue", { clipValue });
  noGrad(() => {
    for (const g of gradientsOf("clipGradValue", parameters)) step(() => void g.copyFrom(clamp(g, -clipValue, clipValue)));
  });
}

function gradientsOf(caller: string, parameters: Iterable<Tensor>): Tensor[] {
  if (typeof parameters !== "object" || parameters === null || !(Symbol.iterator in parameters)) {
    throw new ValueError(`${caller}: expected a list of parameters, got ${describe(parameters)}; pass model.parameters().`);
  }
  return Array.from(parameters, (p, i) => {
    if (p instanceof Tensor) return p.heldGrad;
    throw new ValueError(`${caller}: parameter ${i} is no tensor; pass model.parameters().`);
  }).filter((g) => g !== null);
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}

function normOf(grads: readonly Tensor[], p: number): Tensor {
  if (p === Infinity) return grads.map((g) => (g.size === 0 ? sum(g) : max(abs(g)))).reduce(maximum);
  const total = grads.map((g) => sum(p === 2 ? square(g) : powScalar(abs(g), p))).reduce(add);
  return p === 2 ? sqrt(total) : powScalar(total, 1 / p);
}

function checkFinite(norm: Tensor, grads: readonly Tensor[]): void {
  const value = valueNow(norm);
  if (value === undefined || Number.isFinite(value)) return;
  const culprit = grads.findIndex((g) => !Number.isFinite(valueNow(sum(g))));
  const place = culprit < 0 ? "all are finite, but too large to be squared" : `the first that is not finite is number ${culprit} of ${grads.length}, ${grads[culprit]}`;
  throw new ValueError(
    `clipGradNorm: the norm of the gradients is ${value}: ${place}. Lower the learning rate or look for log(0) and division by 0; ` +
      `errorIfNonFinite: false goes on regardless.`,
  );
}

/** The value of a 0-d tensor, where the device gives it at once. */
function valueNow(t: Tensor): number | undefined {
  const host = hostArray(t.dtype, 1);
  return t.backend.read(t, host) instanceof Promise ? undefined : host[0];
}
