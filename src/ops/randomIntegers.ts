/** Random integers, choices and orders. Equal bits on every backend where only uniform numbers and comparisons are involved. */

import type { DType } from "../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { anything, flag, optionsOf, show } from "../base/options.js";
import { broadcastShapes, formatShape, normalizeAxis, sameShape, type Shape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { add, mul, type Operand, sub } from "./arithmetic.js";
import { cast, toFloat } from "./cast.js";
import { checkSpec, checkTensor } from "./checks.js";
import { lt } from "./compare.js";
import { tensor } from "./create.js";
import { cumsum } from "./cumulative.js";
import { addScalar, floor, log, mulScalar } from "./elementwise.js";
import { indexSelect, oneHot } from "./indexing.js";
import { checkGenerator, defaultGenerator, draw, type RandomOptions } from "./random.js";
import { gumbel } from "./randomReals.js";
import { argmax } from "./reduce.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { searchsorted, topk } from "./sort.js";
import { transpose } from "./views.js";

/** What integers a type holds: [first, last]. */
const ranges: Partial<Record<DType, readonly [number, number]>> = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255], float32: [-(2 ** 24), 2 ** 24], float64: [-(2 ** 53), 2 ** 53] };

/**
 * Integers from `low` up to, but without, `high`, each equally likely. Default dtype: int32.
 * @throws ValueError unless low < high are integers that the type holds, at most 2³² apart.
 *
 * @example
 * const dice = randint([1000], 1, 7);
 * min(dice) // → 1
 * max(dice) // → 6
 */
export function randint(shape: Shape, low: number, high: number, options: RandomOptions = {}): Tensor {
  const { dtype = "int32", requiresGrad } = optionsOf("randint", options);
  checkSpec("randint", shape, dtype);
  const range = ranges[dtype];
  if (range === undefined) throw new DTypeError(`randint: a ${dtype} is no integer; choose int32, or use bernoulli.`);
  if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high || high - low > 2 ** 32 || low < range[0] || high - 1 > range[1]) {
    throw new ValueError(`randint: expected integers low < high that ${dtype} holds, at most 2^32 apart, got ${low} and ${high}.`);
  }
  // 53 random bits times at most 2³², rounded down: never `high`, and even to 2⁻²¹ of a share.
  const offset = floor(mulScalar(draw("uniform", shape, { ...options, dtype: "float64", requiresGrad: false }), high - low));
  const t = cast(addScalar(offset, low), dtype);
  if (requiresGrad === true) t.requiresGrad = true;
  return t;
}

/**
 * The integers 0 … n − 1 in random order, each order equally likely. Default dtype: int32.
 * @throws ValueError unless n is a whole number of at least 0.
 *
 * @example
 * randperm(4, { generator: new Generator(1) }) // → [1, 2, 3, 0]
 */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const { dtype = "int32", generator = defaultGenerator(), ...rest } = optionsOf("randperm", options);
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) throw new ValueError(`randperm: n must be a whole number from 0 to 2^31 − 1, got ${show(n)}.`);
  checkGenerator("randperm", generator);
  return tensor(generator.permutation(n), { ...rest, dtype });
}

export interface GeneratorOptions {
  /** Default: the stream seeded by `manualSeed`. */
  readonly generator?: Generator;
}

/**
 * x with its slices along `axis` (default 0) in random order. Gradients flow back to where the slices come from.
 *
 * @example
 * shuffle(tensor([[1, 2], [3, 4], [5, 6]]), 0, { generator: new Generator(1) }) // → [[5, 6], [1, 2], [3, 4]]
 */
export function shuffle(x: Tensor, axis = 0, options: GeneratorOptions = {}): Tensor {
  checkTensor("shuffle", x);
  const { generator = defaultGenerator() } = optionsOf("shuffle", options);
  const at = normalizeAxis("shuffle", axis, x.ndim);
  return indexSelect(x, at, randperm(x.shape[at], { generator, backend: x.backend }));
}

/**
 * 1 with probability p, else 0. p may be a tensor that broadcasts to `shape`. Default dtype: float32.
 * @throws ValueError unless a number p is from 0 to 1; ShapeError if p does not broadcast to the shape.
 *
 * @example
 * mean(bernoulli([10000], 0.3))          // → 0.3
 * bernoulli([3], tensor([0, 1, 1]))      // → [0, 1, 1]
 * bernoulli([4], 1, { dtype: "bool" })   // → [true, true, true, true]
 */
export function bernoulli(shape: Shape, p: Operand, options: RandomOptions = {}): Tensor {
  const { dtype = "float32", requiresGrad } = optionsOf("bernoulli", options);
  checkSpec("bernoulli", shape, dtype);
  if (p instanceof Tensor) {
    if (!sameShape(broadcastShapes("bernoulli", p.shape, shape), shape)) {
      throw new ShapeError(`bernoulli: p ${formatShape(p.shape)} does not broadcast to ${formatShape(shape)}.`);
    }
  } else if (!(p >= 0 && p <= 1)) throw new ValueError(`bernoulli: p must be from 0 to 1, got ${p}.`);
  const t = cast(lt(draw("uniform", shape, { ...options, dtype: "float32", requiresGrad: false }), p), dtype);
  if (requiresGrad === true) t.requiresGrad = true;
  return t;
}

/** −log(−log u) of the shape and backend of x. */
const gumbelLike = (x: Tensor, generator: Generator): Tensor => gumbel(x.shape, { dtype: "float64", backend: x.backend, generator });

function checkCategories(name: string, x: Tensor): void {
  if (x.ndim === 0 || x.shape[x.ndim - 1] === 0) throw new ShapeError(`${name}: expected [..., C] with at least one category, got ${formatShape(x.shape)}.`);
}

/**
 * One category (int32) for each row of logits: [..., C] → [...], distributed by their softmax. Logits of −∞ are never chosen. For probabilities, or
 * several draws a row, see `multinomial`.
 * @throws ShapeError if there is no category.
 *
 * @example
 * categorical(tensor([[0, -Infinity], [-Infinity, 0]])) // → [0, 1]
 */
export function categorical(logits: Tensor, options: GeneratorOptions = {}): Tensor {
  checkTensor("categorical", logits);
  const { generator = defaultGenerator() } = optionsOf("categorical", options);
  checkCategories("categorical", logits);
  return argmax(add(cast(logits, "float64").detach(), gumbelLike(logits, generator)), -1);
}

export interface MultinomialOptions extends GeneratorOptions {
  /** Whether a category may be drawn again. Default false. */
  readonly replacement?: boolean;
}

/**
 * `samples` categories (int32) for each row of weights: [..., C] → [..., samples], each with a probability proportional to its weight (at least 0; the
 * sum need not be 1). Without replacement, one after the other. A row must have positive weights, without replacement as many as samples: what
 * comes of others is not defined.
 * @throws ValueError unless `samples` is a whole number of at least 1, without replacement at most C; ShapeError if there is no category.
 *
 * @example
 * multinomial(tensor([[0, 3, 0], [1, 0, 0]]), 1)                              // → [[1], [0]]
 * mean(multinomial(tensor([1, 3]), 10000, { replacement: true }))             // → 0.75
 * multinomial(tensor([0.2, 0.3, 0.5]), 3).sum()                               // → 3
 */
export function multinomial(weights: Tensor, samples: number, options: MultinomialOptions = {}): Tensor {
  checkTensor("multinomial", weights);
  const { replacement = false, generator = defaultGenerator() } = optionsOf("multinomial", options, { replacement: flag, generator: anything });
  checkCategories("multinomial", weights);
  const categories = weights.shape[weights.ndim - 1];
  if (!Number.isInteger(samples) || samples < 1 || (!replacement && samples > categories)) {
    throw new ValueError(
      `multinomial: expected at least one sample, and without replacement no more than the ${categories} categories, got ${samples}; ` +
        `pass replacement: true to draw categories again.`,
    );
  }
  const w = cast(weights, "float64").detach();
  // Gumbel top-k is the same as drawing one after the other (Kool et al. 2019).
  if (!replacement) return topk(add(log(w), gumbelLike(w, generator)), samples).indices;
  const sums = cumsum(w, -1);
  const total = slice(sums, ...weights.shape.slice(0, -1).map(() => null), { start: categories - 1 });
  const u = draw("uniform", [...weights.shape.slice(0, -1), samples], { dtype: "float64", backend: weights.backend, generator });
  // The number of running sums not above u·total: a weight of 0 adds a sum that its predecessor already reached.
  return searchsorted(sums, mul(u, total), { right: true });
}

export interface GumbelSoftmaxOptions extends GeneratorOptions {
  /** Towards 0 samples become one-hot and gradients rough. Default 1. */
  readonly temperature?: number;
  /** One-hot forward, with the gradient of the soft sample (straight-through). Default false. */
  readonly hard?: boolean;
  /** Axis of the categories. Default −1. */
  readonly axis?: number;
}

/**
 * A sample of categories through which gradients flow: softmax((logits + Gumbel noise)/τ), of the shape of the logits. Jang et al. 2017.
 * @throws ValueError unless the temperature is above 0.
 *
 * @example
 * const logits = zeros([5, 3], { requiresGrad: true });
 * const choice = gumbelSoftmax(logits, { hard: true });
 * sum(choice, { axis: 1 }) // → [1, 1, 1, 1, 1]
 * choice.requiresGrad      // → true
 */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  checkTensor("gumbelSoftmax", logits);
  const { temperature = 1, hard = false, axis = -1, generator = defaultGenerator() } = optionsOf("gumbelSoftmax", options, { temperature: anything, hard: flag, axis: anything, generator: anything });
  if (!(temperature > 0)) throw new ValueError(`gumbelSoftmax: the temperature must be above 0, got ${temperature}.`);
  const at = normalizeAxis("gumbelSoftmax", axis, logits.ndim);
  const x = transpose(toFloat(logits), at, -1);
  checkCategories("gumbelSoftmax", x);
  const noise = cast(gumbelLike(x, generator), x.dtype);
  const soft = softmax(mulScalar(add(x, noise), 1 / temperature));
  if (!hard) return transpose(soft, at, -1);
  const chosen = cast(oneHot(argmax(soft, -1), x.shape[x.ndim - 1]), x.dtype);
  return transpose(add(sub(chosen, soft.detach()), soft), at, -1);
}
