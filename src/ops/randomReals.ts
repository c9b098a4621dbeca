/**
 * Random numbers of continuous distributions. Each is a fixed function of uniform or normal numbers, so that equally many words are drawn
 * whatever comes out, and gradients flow to parameters that are tensors.
 */

import { hostArray } from "../base/dtype.js";
import { optionsOf } from "../base/options.js";
import { defaultBackend } from "../backend/select.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { normalProbability, normalQuantile } from "../base/normal.js";
import { broadcastShapes, formatShape, sameShape, type Shape, sizeOf } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { add, div, mul, type Operand, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { checkSpec } from "./checks.js";
import { tensor } from "./create.js";
import { clamp, log, log1p, neg } from "./elementwise.js";
import { checkGenerator, defaultGenerator, draw, type RandomOptions } from "./random.js";

/** The draws that a function of theirs is made of. */
const leafless = (name: string, options: RandomOptions): RandomOptions => ({ ...optionsOf(name, options), requiresGrad: false });

function finished(t: Tensor, options: RandomOptions): Tensor {
  if (options.requiresGrad === true) t.requiresGrad = true;
  return t;
}

/** @throws ShapeError unless parameters that are tensors broadcast to `shape`; ValueError for numbers that are none. */
function checkParameters(name: string, shape: Shape, parameters: Readonly<Record<string, Operand>>): void {
  for (const [key, value] of Object.entries(parameters)) {
    if (value instanceof Tensor) {
      if (!sameShape(broadcastShapes(`${name} (${key})`, value.shape, shape), shape)) {
        throw new ShapeError(`${name}: ${key} ${formatShape(value.shape)} does not broadcast to ${formatShape(shape)}.`);
      }
    } else if (!Number.isFinite(value)) throw new ValueError(`${name}: ${key} must be a number or a tensor, got ${String(value)}.`);
  }
}

/**
 * Uniform in [low, high). Bounds may be tensors that broadcast to `shape`; gradients flow to them. Default dtype: float32.
 * @throws ShapeError if a bound does not broadcast to the shape.
 *
 * @example
 * const x = uniform([1000], -1, 1);
 * min(x) // → -1.0
 * max(x) // → 1.0
 */
export function uniform(shape: Shape, low: Operand, high: Operand, options: RandomOptions = {}): Tensor {
  checkParameters("uniform", shape, { low, high });
  const width = typeof low === "number" && typeof high === "number" ? high - low : sub(high, low);
  return finished(add(mul(draw("uniform", shape, leafless("uniform", options)), width), low), options);
}

/**
 * Normal with the given mean and standard deviation. Both may be tensors that broadcast to `shape`; gradients flow to them
 * (reparameterisation, Kingma & Welling 2014). Default dtype: float32.
 * @throws ShapeError if a parameter does not broadcast to the shape; ValueError for a negative standard deviation.
 *
 * @example
 * const x = normal([10000], 5, 0.5);
 * mean(x) // → 5.0
 * std(x)  // → 0.5
 * const mu = zeros([3], { requiresGrad: true });
 * normal([8, 3], mu, 1).sum().backward();
 * mu.grad // → [8, 8, 8]
 */
export function normal(shape: Shape, mean: Operand = 0, std: Operand = 1, options: RandomOptions = {}): Tensor {
  checkParameters("normal", shape, { mean, std });
  if (typeof std === "number" && std < 0) throw new ValueError(`normal: the standard deviation must be at least 0, got ${std}.`);
  return finished(add(mul(draw("normal", shape, leafless("normal", options)), std), mean), options);
}

/**
 * Exponential with the given rate (mean 1/rate), which may be a tensor that broadcasts to `shape`; gradients flow to it. Default dtype: float32.
 * @throws ShapeError if the rate does not broadcast to the shape; ValueError unless it is above 0.
 *
 * @example
 * const x = exponential([10000], 4);
 * mean(x) // → 0.25
 */
export function exponential(shape: Shape, rate: Operand = 1, options: RandomOptions = {}): Tensor {
  checkParameters("exponential", shape, { rate });
  if (typeof rate === "number" && rate <= 0) throw new ValueError(`exponential: the rate must be above 0, got ${rate}.`);
  return finished(div(neg(log1p(neg(draw("uniform", shape, leafless("exponential", options))))), rate), options);
}

/**
 * Standard Gumbel, −log(−log u): added to logits, the position of the largest sum is distributed by their softmax. Default dtype: float32.
 *
 * @example
 * const x = gumbel([10000]);
 * mean(x) // → 0.6
 */
export function gumbel(shape: Shape, options: RandomOptions = {}): Tensor {
  const { dtype = "float32" } = optionsOf("gumbel", options);
  checkSpec("gumbel", shape, dtype);
  // In float64, and never 0: the tail is as long as it should be, and finite.
  const u = clamp(draw("uniform", shape, { ...leafless("gumbel", options), dtype: "float64" }), 2 ** -54, 1);
  return finished(cast(neg(log(neg(log1p(neg(u))))), dtype), options);
}

export interface TruncatedNormalOptions extends RandomOptions {
  /** Of the normal before it is cut. Default 0. */
  readonly mean?: number;
  /** Of the normal before it is cut. Default 1. */
  readonly std?: number;
  /** Default −2. */
  readonly low?: number;
  /** Default 2. */
  readonly high?: number;
}

/**
 * Normal numbers, but none outside [low, high]: the quantiles of uniform numbers between the probabilities of the bounds. Default dtype: float32.
 * @throws ValueError unless low < high and std > 0.
 *
 * @example
 * const x = truncatedNormal([10000], { std: 0.5, low: 0, high: 0.5 });
 * min(x) // → 0.0
 * max(x) // → 0.5
 */
export function truncatedNormal(shape: Shape, options: TruncatedNormalOptions = {}): Tensor {
  const { mean = 0, std = 1, low = -2, high = 2, dtype = "float32", backend = defaultBackend(), generator = defaultGenerator(), requiresGrad } = optionsOf("truncatedNormal", options);
  checkSpec("truncatedNormal", shape, dtype, backend);
  checkGenerator("truncatedNormal", generator);
  if (!(low < high) || !(std > 0 && std < Infinity) || !Number.isFinite(mean)) {
    throw new ValueError(`truncatedNormal: expected low < high and std > 0, got low ${low}, high ${high}, mean ${mean}, std ${std}.`);
  }
  // Probabilities near 1 are coarse: above the mean, the mirror image is drawn.
  const sign = low > mean ? -1 : 1;
  const [a, b] = [(low - mean) / std, (high - mean) / std];
  const [first, end] = sign > 0 ? [normalProbability(a), normalProbability(b)] : [normalProbability(-b), normalProbability(-a)];
  const values = hostArray("float64", sizeOf(shape)).map(() => {
    const p = Math.max(first + generator.float() * (end - first), 2 ** -1022);
    return Math.min(high, Math.max(low, mean + std * sign * normalQuantile(p)));
  });
  return tensor(values, { shape, dtype, backend, requiresGrad });
}
