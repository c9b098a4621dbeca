/** Multi-head attention as a layer, with PyTorch's parameters and masks. Vaswani et al. 2017. */

import type { FloatDType } from "../base/dtype.js";
import { DTypeError, NablaError, ShapeError, ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { anything, flag, floatType, optionsOf, show } from "../base/options.js";
import { formatShape, sameShape, type Shape } from "../base/shape.js";
import { add } from "../ops/arithmetic.js";
import { attentionWeights, scaledDotProductAttention } from "../ops/attention.js";
import { logicalNot } from "../ops/elementwise.js";
import { logicalOr, where } from "../ops/compare.js";
import { full, zeros } from "../ops/create.js";
import { linear } from "../ops/matmul.js";
import { checkTensors } from "../ops/operation.js";
import { namedGenerator } from "../ops/random.js";
import { mean } from "../ops/reduce.js";
import { slice } from "../ops/slice.js";
import { permute, reshape, unsqueeze } from "../ops/views.js";
import { isGradEnabled } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import type { Costed } from "./cost.js";
import { warnIfEvaluating } from "./evaluating.js";
import { xavierUniform } from "./init.js";
import { checkSizes, Linear } from "./linear.js";
import { Module, parameter } from "./module.js";
import { checkDropout } from "./recurrent.js";

export interface MultiheadAttentionOptions {
  /** Probability of dropping a weight while training. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Features of the keys. Default embedDim. */
  readonly kDim?: number;
  /** Features of the values. Default embedDim. */
  readonly vDim?: number;
  /** Whether inputs and outputs are [N, T, …] instead of [T, N, …]. Default false. */
  readonly batchFirst?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

export interface AttentionInput {
  /**
   * What a query may not see: bool, **true where it is hidden** (the other way round than in `scaledDotProductAttention`, as in PyTorch), or float, added
   * to the scores. [T, S] for all, or [N·heads, T, S].
   */
  readonly attnMask?: Tensor;
  /** bool [N, S], true for keys that are padding. */
  readonly keyPaddingMask?: Tensor;
  /** Query t sees keys 0 … t + S − T only: no later ones. Default false. */
  readonly causal?: boolean;
  /** Whether to give the weights too, the mean over the heads. They are then stored. Default false. */
  readonly needWeights?: boolean;
  /** Keys and values of earlier calls, for generating step by step. */
  readonly cache?: KeyValueCache;
}

/**
 * Q, K and V are projections of the inputs to `heads` heads of embedDim/heads features; each head is `scaledDotProductAttention`, and a last projection
 * joins them. q: [T, N, embedDim], k: [S, N, kDim], v: [S, N, vDim] (with `batchFirst` N before T) → [output, weights]: [T, N, embedDim], and
 * [N, T, S] with `needWeights`, else null. For self-attention pass one tensor three times. A query that may see nothing gets the bias of the
 * last projection (PyTorch: NaN). Vaswani et al. 2017, section 3.2.2.
 * @throws ValueError for sizes below 1 or heads that do not divide embedDim; forward: ShapeError or DTypeError for inputs or masks that do not fit.
 *
 * @example
 * const layer = new nn.MultiheadAttention(16, 4, { batchFirst: true });
 * const x = randn([2, 5, 16]);
 * const [y, weights] = layer.forward(x, x, x, { causal: true, needWeights: true });
 * y.shape              // → [2, 5, 16]
 * weights?.slice(0, 0) // → [1, 0, 0, 0, 0]
 */
export class MultiheadAttention
  extends Module<[q: Tensor, k: Tensor, v: Tensor, options?: AttentionInput], [output: Tensor, weights: Tensor | null]>
  implements Costed
{
  readonly dropout: number;
  readonly kDim: number;
  readonly vDim: number;
  readonly batchFirst: boolean;
  readonly generator: Generator;
  /** Projections to Q, K and V, one under the other: [3·embedDim, embedDim]; null if kDim or vDim differs. */
  in_proj_weight: Tensor | null = null;
  /** [embedDim, embedDim], [embedDim, kDim], [embedDim, vDim], where kDim or vDim differs from embedDim. */
  q_proj_weight: Tensor | null = null;
  k_proj_weight: Tensor | null = null;
  v_proj_weight: Tensor | null = null;
  /** [3·embedDim] */
  in_proj_bias: Tensor | null;
  readonly out_proj: Linear;

  constructor(
    readonly embedDim: number,
    readonly heads: number,
    options: MultiheadAttentionOptions = {},
  ) {
    const { dropout = 0, bias = true, kDim = embedDim, vDim = embedDim, batchFirst = false, dtype = "float32" } = optionsOf("MultiheadAttention", options, { dropout: anything, bias: flag, kDim: anything, vDim: anything, batchFirst: flag, dtype: floatType });
    super();
    checkSizes("MultiheadAttention", { embedDim, heads, kDim, vDim });
    if (embedDim % heads !== 0) throw new ValueError(`MultiheadAttention: ${heads} heads do not divide ${embedDim} features.`);
    checkDropout("MultiheadAttention", dropout);
    this.dropout = dropout;
    this.kDim = kDim;
    this.vDim = vDim;
    this.batchFirst = batchFirst;
    this.generator = namedGenerator("MultiheadAttention");
    const random = namedGenerator(`MultiheadAttention[${embedDim},${kDim},${vDim}]`);
    const make = (name: string, shape: Shape): Tensor => parameter(xavierUniform(zeros(shape, { dtype }), { generator: random.fork(name) }));
    if (kDim === embedDim && vDim === embedDim) {
      this.in_proj_weight = make("in_proj_weight", [3 * embedDim, embedDim]);
    } else {
      this.q_proj_weight = make("q_proj_weight", [embedDim, embedDim]);
      this.k_proj_weight = make("k_proj_weight", [embedDim, kDim]);
      this.v_proj_weight = make("v_proj_weight", [embedDim, vDim]);
    }
    this.in_proj_bias = bias ? parameter(zeros([3 * embedDim], { dtype })) : null;
    this.out_proj = new Linear(embedDim, embedDim, { bias, dtype });
    this.out_proj.bias?.copyFrom(zeros([embedDim], { dtype }));
  }

  forward(q: Tensor, k: Tensor, v: Tensor, options: AttentionInput = {}): [output: Tensor, weights: Tensor | null] {
    this.#checkInputs(q, k, v);
    const { batchFirst, training, generator, embedDim } = this;
    const { causal = false, needWeights = false, cache } = optionsOf("MultiheadAttention", options);
    if (cache !== undefined && !(cache instanceof KeyValueCache)) throw new ValueError(`MultiheadAttention: cache must be a KeyValueCache, got ${show(cache)}.`);
    if (training && this.dropout > 0) warnIfEvaluating(this);
    const query = this.#heads(q, 0);
    const [key, value] = cache?.known ?? [this.#heads(k, 1), this.#heads(v, 2)];
    const [keys, values] = cache === undefined || cache.known !== null ? [key, value] : cache.append(key, value);
    const mask = this.#mask(query, keys, options);
    const attended = scaledDotProductAttention(query, keys, values, { mask, causal, dropout: training ? this.dropout : 0, generator });
    // [N, heads, T, D] → [N, T, embedDim] or [T, N, embedDim]
    const joined = permute(attended, batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]);
    const output = this.out_proj.forward(reshape(joined, [...q.shape.slice(0, 2), embedDim]));
    return [output, needWeights ? mean(attentionWeights(query, keys, { mask, causal }), { axis: 1 }) : null];
  }

  /** The projection of x to Q (0), K (1) or V (2), as heads [N, heads, T, D]. */
  #heads(x: Tensor, which: 0 | 1 | 2): Tensor {
    const { embedDim, heads, batchFirst, in_proj_weight: all } = this;
    const range = { start: which * embedDim, end: (which + 1) * embedDim };
    const own = [this.q_proj_weight, this.k_proj_weight, this.v_proj_weight][which];
    const bias = this.in_proj_bias && slice(this.in_proj_bias, range);
    const projected = linear(x, all === null ? own! : slice(all, range), bias);
    const [first, second] = x.shape;
    return permute(reshape(projected, [first, second, heads, embedDim / heads]), batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);
  }

  #checkInputs(q: Tensor, k: Tensor, v: Tensor): void {
    const { embedDim, kDim, vDim, batchFirst } = this;
    const fits =
      [q, k, v].every((t) => t instanceof Tensor && t.ndim === 3) &&
      q.shape[2] === embedDim && k.shape[2] === kDim && v.shape[2] === vDim && sameShape(k.shape.slice(0, 2), v.shape.slice(0, 2)) &&
      q.shape[batchFirst ? 0 : 1] === k.shape[batchFirst ? 0 : 1];
    if (fits) return;
    const axes = (t: string, dim: number): string => (batchFirst ? `[N, ${t}, ${dim}]` : `[${t}, N, ${dim}]`);
    throw new ShapeError(
      `MultiheadAttention: expected q ${axes("T", embedDim)}, k ${axes("S", kDim)} and v ${axes("S", vDim)}, ` +
        `got ${[q, k, v].map((t) => (t instanceof Tensor ? formatShape(t.shape) : typeof t)).join(", ")}.`,
    );
  }

  /** Both masks as one, in the form of `scaledDotProductAttention`. */
  #mask(query: Tensor, keys: Tensor, { attnMask, keyPaddingMask }: AttentionInput): Tensor | undefined {
    const [n, heads, queries] = query.shape;
    const count = keys.shape[2];
    const { dtype, backend } = query;
    checkTensors("MultiheadAttention (masks)", [attnMask, keyPaddingMask].filter((t) => t !== undefined));
    let mask = attnMask;
    if (mask !== undefined) {
      const fits = sameShape(mask.shape, [queries, count]) || sameShape(mask.shape, [n * heads, queries, count]);
      if (!fits) {
        throw new ShapeError(
          `MultiheadAttention: attnMask must be [T, S] or [N·heads, T, S], here [${queries}, ${count}] or [${n * heads}, ${queries}, ${count}], ` +
            `got ${formatShape(mask.shape)}.`,
        );
      }
      if (mask.dtype !== "bool" && mask.dtype !== dtype) throw new DTypeError(`MultiheadAttention: attnMask must be bool or ${dtype}, got ${mask.dtype}.`);
      if (mask.ndim === 3) mask = reshape(mask, [n, heads, queries, count]);
    }
    if (keyPaddingMask !== undefined) {
      if (keyPaddingMask.dtype !== "bool" || !sameShape(keyPaddingMask.shape, [n, count])) {
        throw new ShapeError(
          `MultiheadAttention: keyPaddingMask must be bool [${n}, ${count}] (N, S), got ${keyPaddingMask.dtype} ${formatShape(keyPaddingMask.shape)}.`,
        );
      }
      const padding = unsqueeze(unsqueeze(keyPaddingMask, 1), 1);
      if (mask === undefined) mask = padding;
      else if (mask.dtype === "bool") mask = logicalOr(mask, padding);
      else mask = add(mask, where(padding, full([], -Infinity, { dtype, backend }), 0));
    }
    return mask?.dtype === "bool" ? logicalNot(mask) : mask;
  }

  multiplyAdds([q, k, v]: readonly Shape[]): number {
    const { embedDim } = this;
    const [n, queries, keys] = this.batchFirst ? [q[0], q[1], k[1]] : [q[1], q[0], k[0]];
    const projections = n * embedDim * (queries * q[2] + keys * (k[2] + v[2]));
    return projections + 2 * n * queries * keys * embedDim;
  }

  override describe(): string {
    const { embedDim, heads, kDim, vDim, dropout, batchFirst } = this;
    const shown = [
      kDim === embedDim ? "" : `, kDim=${kDim}`, vDim === embedDim ? "" : `, vDim=${vDim}`, dropout === 0 ? "" : `, dropout=${dropout}`,
      batchFirst ? ", batchFirst=true" : "", this.in_proj_bias === null ? ", bias=false" : "",
    ];
    return `MultiheadAttention(${embedDim}, ${heads}${shown.join("")})`;
  }
}

export interface KeyValueCacheOptions {
  /** Whether the keys and values of the first call stay those of all calls, as for a decoder that looks at one encoded text. Default false. */
  readonly fixed?: boolean;
}

/**
 * Keys and values that an attention layer has computed before: with it, generating a text costs one step for each new token. Room for `maxLength` steps is
 * taken at the first call. For evaluation only, inside `noGrad`.
 * @throws ValueError for a length below 1; ShapeError when there is no room left or the batch changes.
 *
 * @example
 * const layer = new nn.MultiheadAttention(8, 2, { batchFirst: true }).eval();
 * const x = randn([1, 3, 8]);
 * const [whole] = layer.forward(x, x, x, { causal: true });
 * const cache = new nn.KeyValueCache(10);
 * for (let t = 0; t < 3; t++) {
 *   const token = x.slice(null, { start: t, end: t + 1 });
 *   const [y] = noGrad(() => layer.forward(token, token, token, { causal: true, cache }));
 *   sub(y, whole.slice(null, { start: t, end: t + 1 })).abs().max() // → 0.00000
 * }
 * cache.length // → 3
 */
export class KeyValueCache {
  readonly #fixed: boolean;
  #length = 0;
  #keys: Tensor | null = null;
  #values: Tensor | null = null;

  constructor(
    readonly maxLength: number,
    options: KeyValueCacheOptions = {},
  ) {
    const { fixed = false } = optionsOf("KeyValueCache", options, { fixed: flag });
    checkSizes("KeyValueCache", { maxLength });
    this.#fixed = fixed;
  }

  /** Steps that are stored. */
  get length(): number {
    return this.#length;
  }

  /** What is stored, if it is not to change any more. */
  get known(): readonly [keys: Tensor, values: Tensor] | null {
    return this.#fixed && this.length > 0 ? this.#stored() : null;
  }

  /** Adds keys and values [N, heads, S, D] behind those stored, and gives all of them. */
  append(keys: Tensor, values: Tensor): readonly [keys: Tensor, values: Tensor] {
    if (isGradEnabled() && keys.requiresGrad) {
      throw new NablaError("KeyValueCache: what is stored has no gradient; generate inside noGrad(…), and train without a cache.");
    }
    this.#keys = this.#room(this.#keys, keys);
    this.#values = this.#room(this.#values, values);
    const { length } = this;
    const steps = keys.shape[2];
    if (length + steps > this.maxLength) {
      throw new ShapeError(`KeyValueCache: ${length} steps are stored, and ${steps} more exceed the maxLength of ${this.maxLength}.`);
    }
    window(this.#keys, length, steps).copyFrom(keys);
    window(this.#values, length, steps).copyFrom(values);
    this.#length += steps;
    return this.#stored();
  }

  /** Forgets everything: the next text begins. */
  clear(): void {
    this.#length = 0;
  }

  /** Memory for all steps of tensors like `t`: what there is, if it fits. */
  #room(buffer: Tensor | null, t: Tensor): Tensor {
    const shape = t.shape.map((size, axis) => (axis === 2 ? this.maxLength : size));
    if (buffer !== null && sameShape(buffer.shape, shape) && buffer.dtype === t.dtype) return buffer;
    if (this.length > 0) {
      throw new ShapeError(`KeyValueCache: the stored steps are ${formatShape(buffer!.shape)}, new ones ${formatShape(t.shape)}; clear() before another batch.`);
    }
    const made = zeros(shape, { dtype: t.dtype, backend: t.backend });
    made.storage.keep();
    return made;
  }

  #stored(): readonly [Tensor, Tensor] {
    return [window(this.#keys!, 0, this.length), window(this.#values!, 0, this.length)];
  }
}

/** Steps start … start + count − 1 of [N, heads, maxLength, D], in place. */
function window(buffer: Tensor, start: number, count: number): Tensor {
  const [n, heads, , width] = buffer.shape;
  return buffer.view([n, heads, count, width], buffer.strides, buffer.offset + start * buffer.strides[2]);
}
