/** Initial weights. Each function fills a tensor in place from an explicit random stream and returns it. */

import { ShapeError, ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { anything, optionsOf, show } from "../base/options.js";
import { formatShape, sizeOf } from "../base/shape.js";
import { mul } from "../ops/arithmetic.js";
import { checkTensors } from "../ops/checks.js";
import { full } from "../ops/create.js";
import { diagonal } from "../ops/diagonal.js";
import { addScalar, mulScalar, sign } from "../ops/elementwise.js";
import { qr } from "../ops/linalg/qr.js";
import { checkGenerator, namedGenerator, randn } from "../ops/random.js";
import { truncatedNormal as drawTruncated, uniform } from "../ops/randomReals.js";
import { reshape, transpose } from "../ops/views.js";
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
  checkTensors("init", [t]);
  if (t.ndim < 2) throw new ShapeError(`init: a tensor of ${t.ndim} axes has no fan-in; expected [out, in, …].`);
  const kernel = sizeOf(t.shape.slice(2));
  return { fanIn: t.shape[1] * kernel, fanOut: t.shape[0] * kernel };
}

/**
 * Gain that keeps the variance through a non-linearity: 1, √2 for ReLU, 5/3 for tanh, √(2/(1 + slope²)) for leaky ReLU, 3/4 for SELU.
 * @throws ValueError for another non-linearity.
 *
 * @example
 * nn.init.gain("relu")           // → 1.41421
 * nn.init.gain("leakyRelu", 0.2) // → 1.38675
 */
export function gain(nonlinearity: "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu", slope = 0.01): number {
  const gains = { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: Math.SQRT2, leakyRelu: Math.sqrt(2 / (1 + slope * slope)), selu: 3 / 4 };
  if (!Object.hasOwn(gains, nonlinearity)) throw new ValueError(`gain: expected ${Object.keys(gains).join(", ")}, got ${show(nonlinearity)}.`);
  return gains[nonlinearity];
}

function fill(t: Tensor, values: () => Tensor): Tensor {
  checkTensors("init", [t]);
  return noGrad(() => {
    const made = values();
    return made === t ? t : t.copyFrom(made);
  });
}

function streamFor(t: Tensor, options: InitOptions): Generator {
  const { generator = namedGenerator(`init[${t.shape.join(",")}]`) } = optionsOf("init", options);
  checkGenerator("init", generator);
  return generator;
}

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
 * Every element 0. All units of a layer then stay alike for ever: for biases, not for weights.
 *
 * @example
 * const layer = new nn.Linear(4, 2);
 * nn.init.zeros(layer.bias!) // → [0, 0]
 */
export const zeros = (t: Tensor): Tensor => constant(t, 0);

/**
 * Every element 1.
 *
 * @example
 * nn.init.ones(tensor([2, 3])) // → [1, 1]
 */
export const ones = (t: Tensor): Tensor => constant(t, 1);

/**
 * Uniform in [low, high). Default: [0, 1).
 *
 * @example
 * const t = nn.init.uniformInit(zeros([64, 64]), -0.1, 0.1);
 * t.max() // → 0.100
 */
export function uniformInit(t: Tensor, low = 0, high = 1, options: InitOptions = {}): Tensor {
  optionsOf("uniformInit", options, { generator: anything });
  return fill(t, () => uniform(t.shape, low, high, { dtype: t.dtype, backend: t.backend, generator: streamFor(t, options) }));
}

/**
 * Normal with the given mean (default 0) and standard deviation (default 1).
 *
 * @example
 * std(nn.init.normalInit(zeros([256, 256]), 0, 0.02)) // → 0.020
 */
export function normalInit(t: Tensor, mean = 0, std = 1, options: InitOptions = {}): Tensor {
  optionsOf("normalInit", options, { generator: anything });
  return fill(t, () => addScalar(mulScalar(randn(t.shape, { dtype: t.dtype, backend: t.backend, generator: streamFor(t, options) }), std), mean));
}

export interface TruncatedNormalInitOptions extends InitOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Before it is cut. Default 1. */
  readonly std?: number;
  /** Default −2. */
  readonly low?: number;
  /** Default 2. */
  readonly high?: number;
}

/**
 * Normal numbers, but none outside [low, high].
 * @throws ValueError unless low < high and std > 0.
 *
 * @example
 * const t = nn.init.truncatedNormal(zeros([64, 64]), { std: 0.02, low: -0.04, high: 0.04 });
 * t.abs().max() // → 0.04
 */
export function truncatedNormal(t: Tensor, options: TruncatedNormalInitOptions = {}): Tensor {
  optionsOf("truncatedNormal", options, { mean: anything, std: anything, low: anything, high: anything, generator: anything });
  return fill(t, () => drawTruncated(t.shape, { ...options, dtype: t.dtype, backend: t.backend, generator: streamFor(t, options) }));
}

/**
 * Uniform in ±√(3/fanIn), which has variance 1/fanIn. LeCun et al. 1998.
 *
 * @example
 * nn.init.lecunUniform(zeros([300, 300])).abs().max() // → 0.100
 */
export function lecunUniform(t: Tensor, options: InitOptions = {}): Tensor {
  const bound = Math.sqrt(3 / fans(t).fanIn);
  return uniformInit(t, -bound, bound, options);
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
export function xavierUniform(t: Tensor, options: InitOptions & { readonly gain?: number } = {}): Tensor {
  const { gain: g = 1, ...rest } = optionsOf("xavierUniform", options, { gain: anything, generator: anything });
  const { fanIn, fanOut } = fans(t);
  const bound = g * Math.sqrt(6 / (fanIn + fanOut));
  return uniformInit(t, -bound, bound, rest);
}

/**
 * Normal with variance gain² · 2/(fanIn + fanOut), gain 1 by default. Glorot & Bengio 2010.
 *
 * @example
 * std(nn.init.xavierNormal(zeros([300, 100]))) // → 0.07
 */
export function xavierNormal(t: Tensor, options: InitOptions & { readonly gain?: number } = {}): Tensor {
  const { gain: g = 1, ...rest } = optionsOf("xavierNormal", options, { gain: anything, generator: anything });
  const { fanIn, fanOut } = fans(t);
  return normalInit(t, 0, g * Math.sqrt(2 / (fanIn + fanOut)), rest);
}

export interface KaimingOptions extends InitOptions {
  /** Default: that of ReLU, √2. */
  readonly gain?: number;
  /** Which variance is kept: that of the activations ("fanIn", default) or that of the gradients ("fanOut"). */
  readonly mode?: "fanIn" | "fanOut";
}

function fanOf(t: Tensor, mode: "fanIn" | "fanOut"): number {
  if (mode !== "fanIn" && mode !== "fanOut") throw new ValueError(`kaiming: mode must be "fanIn" or "fanOut", got ${show(mode)}.`);
  return fans(t)[mode];
}

/**
 * Uniform with variance gain²/fanIn, within ±gain·√(3/fanIn); gain for ReLU, √2, by default. He et al. 2015.
 *
 * @example
 * const conv = new nn.Conv2d(64, 64, 3);
 * nn.init.kaimingUniform(conv.weight);
 * conv.weight.abs().max() // → 0.102
 */
export function kaimingUniform(t: Tensor, options: KaimingOptions = {}): Tensor {
  const { gain: g = Math.SQRT2, mode = "fanIn", ...rest } = optionsOf("kaimingUniform", options, { gain: anything, mode: anything, generator: anything });
  const bound = g * Math.sqrt(3 / fanOf(t, mode));
  return uniformInit(t, -bound, bound, rest);
}

/**
 * Normal with variance gain²/fanIn; gain for ReLU, √2, by default. He et al. 2015, eq. 10.
 *
 * @example
 * const conv = new nn.Conv2d(64, 64, 3);
 * std(nn.init.kaimingNormal(conv.weight)) // → 0.059
 */
export function kaimingNormal(t: Tensor, options: KaimingOptions = {}): Tensor {
  const { gain: g = Math.SQRT2, mode = "fanIn", ...rest } = optionsOf("kaimingNormal", options, { gain: anything, mode: anything, generator: anything });
  return normalInit(t, 0, g / Math.sqrt(fanOf(t, mode)), rest);
}

/**
 * A random orthogonal matrix times `gain` (default 1): t: [out, in, …] as [out, in · …] has orthonormal rows, or columns if it is taller than wide.
 * Lengths of vectors stay as they are, through any number of layers or time steps. Saxe et al. 2013.
 * @throws ShapeError for fewer than two axes.
 *
 * @example
 * const t = nn.init.orthogonal(zeros([3, 3]));
 * sub(matmul(t, t.transpose()), eye(3)).abs().max() // → 0.00000
 */
export function orthogonal(t: Tensor, options: InitOptions & { readonly gain?: number } = {}): Tensor {
  const { gain: g = 1, ...rest } = optionsOf("orthogonal", options, { gain: anything, generator: anything });
  const { fanIn } = fans(t);
  const rows = t.shape[0];
  return fill(t, () => {
    if (t.size === 0) return t;
    const tall = [Math.max(rows, fanIn), Math.min(rows, fanIn)];
    const { Q, R } = qr(randn(tall, { dtype: "float64", backend: t.backend, generator: streamFor(t, rest) }));
    // With the signs of R's diagonal every orthogonal matrix is as likely as any other. Mezzadri 2007.
    const q = mulScalar(mul(Q, sign(diagonal(R))), g);
    return reshape(rows < fanIn ? transpose(q) : q, t.shape);
  });
}

/**
 * The identity matrix, as far as it goes. t: [out, in].
 * @throws ShapeError unless t has two axes.
 *
 * @example
 * nn.init.identity(zeros([2, 3])) // → [[1, 0, 0], [0, 1, 0]]
 */
export function identity(t: Tensor): Tensor {
  checkTensors("init.identity", [t]);
  if (t.ndim !== 2) throw new ShapeError(`init.identity: expected a matrix [out, in], got ${formatShape(t.shape)}.`);
  return dirac(t);
}

/**
 * Filters that pass their input through: output channel i of each group takes input channel i at the centre of the kernel. t: [out, in/groups, …kernel].
 * @param options.groups default 1
 * @throws ShapeError for fewer than two axes; ValueError for groups that do not divide the outputs.
 *
 * @example
 * const conv = new nn.Conv2d(2, 2, 3, { padding: 1, bias: false });
 * nn.init.dirac(conv.weight);
 * const x = rand([1, 2, 4, 4]);
 * sub(conv.forward(x), x).abs().max() // → 0
 */
export function dirac(t: Tensor, options: { readonly groups?: number } = {}): Tensor {
  const { groups = 1 } = optionsOf("dirac", options, { groups: anything });
  fans(t);
  const [outputs, inputs, ...kernel] = t.shape;
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) throw new ValueError(`init.dirac: ${groups} groups do not divide ${outputs} outputs.`);
  const taps = sizeOf(kernel);
  const centre = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const each = outputs / groups;
  const values = new Float64Array(t.size);
  for (let o = 0; o < outputs; o++) if (o % each < inputs) values[(o * inputs + (o % each)) * taps + centre] = 1;
  return fill(t, () => t.copyFrom(values));
}

export interface SparseOptions extends InitOptions {
  /** Share of each column that is 0, from 0 to 1. */
  readonly sparsity: number;
  /** Deviation of the others. Default 0.01. */
  readonly std?: number;
}

/**
 * Normal numbers, with a share of each column set to 0: every input reaches a few units only. t: [out, in]. Martens 2010.
 * @throws ShapeError unless t has two axes; ValueError for a share outside of [0, 1].
 *
 * @example
 * const t = nn.init.sparse(zeros([10, 4]), { sparsity: 0.3 });
 * ne(t, 0).sum({ axis: 0 }) // → [7, 7, 7, 7]
 */
export function sparse(t: Tensor, options: SparseOptions): Tensor {
  const { sparsity, std = 0.01, ...rest } = optionsOf("init.sparse", options, { sparsity: anything, std: anything, generator: anything });
  checkTensors("init.sparse", [t]);
  if (t.ndim !== 2) throw new ShapeError(`init.sparse: expected a matrix [out, in], got ${formatShape(t.shape)}.`);
  if (!(sparsity >= 0 && sparsity <= 1)) throw new ValueError(`init.sparse: sparsity must be from 0 to 1, got ${sparsity}.`);
  const generator = streamFor(t, rest);
  const [rows, columns] = t.shape;
  const count = Math.ceil(sparsity * rows);
  const values = Float64Array.from({ length: t.size }, () => std * generator.normal());
  for (let column = 0; column < columns; column++) {
    for (const row of generator.permutation(rows).subarray(0, count)) values[row * columns + column] = 0;
  }
  return fill(t, () => t.copyFrom(values));
}
