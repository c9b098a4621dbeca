/** Local response normalisation: a channel is dimmed where its neighbours are bright. Krizhevsky et al. 2012, section 3.3. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { productAlong } from "./alongAxis.js";
import { add, div, pow } from "./arithmetic.js";
import { checkSameFloat } from "./checks.js";
import { tensor } from "./create.js";
import { square } from "./elementwise.js";
import { checkTensors } from "./operation.js";

export interface LocalResponseNormOptions {
  /** Channels that count, the own one included. */
  readonly size: number;
  /** Default 1e−4. */
  readonly alpha?: number;
  /** Default 0.75. */
  readonly beta?: number;
  /** Default 1. */
  readonly k?: number;
}

/**
 * y_c = x_c / (k + alpha/size · Σ x²)^beta, the sum over the `size` channels around c: ⌊size/2⌋ before it, ⌊(size − 1)/2⌋ after it.
 * x: [N, C, …] → the same shape.
 * @throws ShapeError for fewer than three axes; ValueError for a size below 1; DTypeError unless x is float32 or float64.
 *
 * @example
 * localResponseNorm(ones([1, 3, 1, 1]), { size: 3, alpha: 3, beta: 1, k: 0 }) // → [[[[0.5]], [[0.33333]], [[0.5]]]]
 */
export function localResponseNorm(x: Tensor, options: LocalResponseNormOptions): Tensor {
  checkTensors("localResponseNorm", [x]);
  checkSameFloat("localResponseNorm", [x]);
  const { size, alpha = 1e-4, beta = 0.75, k = 1 } = optionsOf("localResponseNorm", options ?? {});
  if (!Number.isSafeInteger(size) || size < 1) throw new ValueError(`localResponseNorm: size must be a whole number of at least 1, got ${String(size)}.`);
  if (x.ndim < 3) throw new ShapeError(`localResponseNorm: expected an input [N, C, …] of at least three axes, got ${formatShape(x.shape)}.`);
  const channels = x.shape[1];
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  const band = Float64Array.from({ length: channels * channels }, (_, i) => {
    const distance = (i % channels) - Math.floor(i / channels);
    return -before <= distance && distance <= after ? alpha / size : 0;
  });
  const neighbours = productAlong(square(x), 1, tensor(band, { shape: [channels, channels], dtype: x.dtype, backend: x.backend }));
  return div(x, pow(add(neighbours, k), beta));
}
