/** Initial weights. Each function fills a tensor in place from an explicit random stream and returns it. */

import { ShapeError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { sizeOf } from "../base/shape.js";
import { namedGenerator, randn } from "../ops/random.js";
import { uniform } from "../ops/randomReals.js";
import { full } from "../ops/create.js";
import { addScalar, mulScalar } from "../ops/elementwise.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";

export interface InitOptions {
  /** Where random numbers come from. Default: a stream of its own, seeded by `manualSeed`. */
  readonly generator?: Generator;
}

/**
 * Inputs and outputs of one unit: for t: [out, in, ...kernel], in · kernel and out · kernel.
 * @throws ShapeError for fewer than two axes.
 *
 * @example
 * nn.init.fans(zeros([32, 3, 5, 5])) // → { fanIn: 75, fanOut: 800 }
 */
export function fans(t: Tensor): { fanIn: number; fanOut: number } {
  if (t.ndim < 2) throw new ShapeError(`init: a tensor of ${t.ndim} axes has no fan-in; expected [out, in, …].`);
  const kernel = sizeOf(t.shape.slice(2));
  return { fanIn: t.shape[1] * kernel, fanOut: t.shape[0] * kernel };
}

/**
 * Gain that keeps the variance through a non-linearity: 1, √2 for ReLU, 5/3 for tanh, √(2/(1 + slope²)) for leaky ReLU.
 *
 * @example
 * nn.init.gain("relu")           // → 1.41421
 * nn.init.gain("leakyRelu", 0.2) // → 1.38675
 */
export function gain(nonlinearity: "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu", slope = 0.01): number {
  return { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: Math.SQRT2, leakyRelu: Math.sqrt(2 / (1 + slope * slope)) }[nonlinearity];
}

function fill(t: Tensor, values: () => Tensor): Tensor {
  return noGrad(() => t.copyFrom(values()));
}

const streamFor = (t: Tensor, { generator }: InitOptions): Generator => generator ?? namedGenerator(`init[${t.shape.join(",")}]`);

/**
 * Every element `value`.
 *
 * @example
 * nn.init.constant(zeros([3]), 0.1) // → [0.1, 0.1, 0.1]
 */
export function constant(t: Tensor, value: number): Tensor {
  return fill(t, () => full(t.shape, value, { dtype: t.dtype, backend: t.backend }));
}

/**
 * Uniform in [low, high). Default: [0, 1).
 *
 * @example
 * const t = nn.init.uniformInit(zeros([64, 64]), -0.1, 0.1);
 * t.max() // → 0.100
 */
export function uniformInit(t: Tensor, low = 0, high = 1, options: InitOptions = {}): Tensor {
  return fill(t, () => uniform(t.shape, low, high, { dtype: t.dtype, backend: t.backend, generator: streamFor(t, options) }));
}

/**
 * Normal with the given mean (default 0) and standard deviation (default 1).
 *
 * @example
 * std(nn.init.normalInit(zeros([256, 256]), 0, 0.02)) // → 0.020
 */
export function normalInit(t: Tensor, mean = 0, std = 1, options: InitOptions = {}): Tensor {
  return fill(t, () => addScalar(mulScalar(randn(t.shape, { dtype: t.dtype, backend: t.backend, generator: streamFor(t, options) }), std), mean));
}

/**
 * Normal with variance 1/fanIn. LeCun et al. 1998.
 *
 * @example
 * std(nn.init.lecunNormal(zeros([256, 100]))) // → 0.10
 */
export function lecunNormal(t: Tensor, options: InitOptions = {}): Tensor {
  return normalInit(t, 0, Math.sqrt(1 / fans(t).fanIn), options);
}

/**
 * Uniform with variance gain² · 2/(fanIn + fanOut), gain 1 by default. Glorot & Bengio 2010, eq. 16.
 *
 * @example
 * const t = nn.init.xavierUniform(zeros([200, 100]), { gain: nn.init.gain("tanh") });
 * t.abs().max() // → 0.236
 */
export function xavierUniform(t: Tensor, { gain: g = 1, ...options }: InitOptions & { readonly gain?: number } = {}): Tensor {
  const { fanIn, fanOut } = fans(t);
  const bound = g * Math.sqrt(6 / (fanIn + fanOut));
  return uniformInit(t, -bound, bound, options);
}

/**
 * Normal with variance gain² · 2/(fanIn + fanOut), gain 1 by default. Glorot & Bengio 2010.
 *
 * @example
 * std(nn.init.xavierNormal(zeros([300, 100]))) // → 0.07
 */
export function xavierNormal(t: Tensor, { gain: g = 1, ...options }: InitOptions & { readonly gain?: number } = {}): Tensor {
  const { fanIn, fanOut } = fans(t);
  return normalInit(t, 0, g * Math.sqrt(2 / (fanIn + fanOut)), options);
}

/**
 * Uniform with variance gain²/fanIn, within ±gain·√(3/fanIn); gain for ReLU, √2, by default. He et al. 2015.
 *
 * @example
 * const conv = new nn.Conv2d(64, 64, 3);
 * nn.init.kaimingUniform(conv.weight);
 * conv.weight.abs().max() // → 0.102
 */
export function kaimingUniform(t: Tensor, { gain: g = Math.SQRT2, ...options }: InitOptions & { readonly gain?: number } = {}): Tensor {
  const bound = g * Math.sqrt(3 / fans(t).fanIn);
  return uniformInit(t, -bound, bound, options);
}

/**
 * Normal with variance gain²/fanIn; gain for ReLU, √2, by default. He et al. 2015, eq. 10.
 *
 * @example
 * const conv = new nn.Conv2d(64, 64, 3);
 * std(nn.init.kaimingNormal(conv.weight)) // → 0.059
 */
export function kaimingNormal(t: Tensor, { gain: g = Math.SQRT2, ...options }: InitOptions & { readonly gain?: number } = {}): Tensor {
  return normalInit(t, 0, g / Math.sqrt(fans(t).fanIn), options);
}
