/** Random tensors. Where the numbers come from is an explicit Generator; a default one is seeded by `manualSeed`. */

import { optionsOf, show } from "../base/options.js";
import type { RandomKind } from "../backend/backend.js";
import { defaultBackend } from "../backend/select.js";
import { isFloat } from "../base/dtype.js";
import { DTypeError, ValueError } from "../base/errors.js";
import { Generator } from "../base/generator.js";
import type { Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { ge } from "./compare.js";
import { checkSpec, checkTensors } from "./checks.js";
import type { TensorOptions } from "./create.js";
import { mulScalar } from "./elementwise.js";
import { allocate } from "./operation.js";

let root = new Generator(0);
const stream = root.fork("default");
/** How often each name was asked for, so that equal layers get different numbers and a new one shifts no other. */
let counts = new Map<string, number>();

/**
 * Seeds everything that is not given a generator of its own: initial weights, dropout, `rand`, `randn`. Seed of a program that never
 * calls it: 0.
 * @param seed an integer from 0 to 2⁵³ − 1
 *
 * @example
 * manualSeed(7);
 * const before = await rand([3]).data();
 * manualSeed(7);
 * eq(rand([3]), tensor(before)) // → [true, true, true]
 */
export function manualSeed(seed: number): void {
  root = new Generator(seed);
  stream.state = root.fork("default").state;
  counts = new Map();
}

/**
 * What `manualSeed` was given last; 0 before.
 *
 * @example
 * manualSeed(7);
 * rand([8]);
 * initialSeed() // → 7
 */
export function initialSeed(): number {
  const { key0, key1 } = root.state;
  return key1 * 2 ** 32 + key0;
}

/**
 * The stream that `rand` and `randn` draw from when given none.
 *
 * @example
 * manualSeed(7);
 * defaultGenerator().state.offset // → 0
 * rand([8]);
 * defaultGenerator().state.offset // → 8
 */
export function defaultGenerator(): Generator {
  return stream;
}

/** An independent stream for `name`, the same for the same seed, name and number of earlier requests for that name. */
export function namedGenerator(name: string): Generator {
  const count = counts.get(name) ?? 0;
  counts.set(name, count + 1);
  return root.fork(`${name}#${count}`);
}

export interface RandomOptions extends TensorOptions {
  /** Default: the stream seeded by `manualSeed`. */
  readonly generator?: Generator;
}

/** @throws ValueError unless it is a generator. */
export function checkGenerator(name: string, generator: unknown): void {
  if (!(generator instanceof Generator)) throw new ValueError(`${name}: generator must be a Generator, got ${show(generator)}; make one with new Generator(seed).`);
}

/** Numbers straight from the kernel: uniform in [0, 1) or standard normal. */
export function draw(kind: RandomKind, shape: Shape, options: RandomOptions): Tensor {
  const { dtype = "float32", requiresGrad = false, backend = defaultBackend(), generator = stream } = optionsOf(kind, options);
  checkSpec(kind, shape, dtype, backend);
  checkGenerator(kind, generator);
  if (!isFloat(dtype)) throw new DTypeError(`${kind}: random numbers are float32 or float64, not ${dtype}; cast them afterwards.`);
  const t = allocate(backend, { shape: [...shape], dtype }, kind);
  const words = kind === "uniform" && dtype === "float64" ? 2 * t.size : t.size;
  if (t.size > 0) backend.random(kind, generator.reserve(words), t);
  if (requiresGrad) t.requiresGrad = true;
  return t;
}

/**
 * Uniform in [0, 1). Default dtype: float32.
 *
 * @example
 * const x = rand([1000], { generator: new Generator(1) });
 * mean(x) // → 0.5
 */
export const rand = (shape: Shape, options: RandomOptions = {}): Tensor => draw("uniform", shape, options);

/**
 * Standard normal: mean 0, variance 1. Default dtype: float32.
 *
 * @example
 * const weights = randn([256, 128], { requiresGrad: true });
 * std(weights) // → 1.0
 */
export const randn = (shape: Shape, options: RandomOptions = {}): Tensor => draw("normal", shape, options);

/**
 * Inverted dropout: each element is 0 with probability p, else divided by 1 − p, so that the mean stays. x of any shape.
 * Srivastava et al. 2014.
 * @param generator default: the stream seeded by `manualSeed`
 * @throws ValueError unless 0 ≤ p < 1; DTypeError unless x is float.
 *
 * @example
 * const kept = dropout(ones([1000]), 0.2, new Generator(1));
 * max(kept)  // → 1.25
 * mean(kept) // → 1.0
 */
export function dropout(x: Tensor, p: number, generator: Generator = stream): Tensor {
  if (!(p >= 0 && p < 1)) throw new ValueError(`dropout: the probability must be at least 0 and less than 1, got ${p}.`);
  checkTensors("dropout", [x]);
  if (p === 0) return x;
  if (!isFloat(x.dtype)) throw new DTypeError(`dropout: expected float32 or float64, got ${x.dtype}; convert with to("float32").`);
  const kept = ge(draw("uniform", x.shape, { dtype: "float32", backend: x.backend, generator }), p);
  return mul(x, mulScalar(cast(kept, x.dtype), 1 / (1 - p)));
}
