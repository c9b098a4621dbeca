/** Scaled dot-product attention: each query takes the mean of the values, weighted by how well their keys match it. */

import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { broadcastShapes, formatShape, sameShape, type Shape } from "../base/shape.js";
import type { AttentionParams } from "../backend/backend.js";
import type { Generator } from "../base/generator.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { eq, gt, where } from "./compare.js";
import { arange, full, zerosLike } from "./create.js";
import { exp, mulScalar } from "./elementwise.js";
import { broadcastView } from "./layout.js";
import { matmul } from "./matmul.js";
import { allocate, defineOp, type OutputSpec } from "./operation.js";
import { dropout } from "./random.js";
import { max, sum } from "./reduce.js";
import { floats } from "./samples.js";
import { expand, reshape, transpose, unsqueeze } from "./views.js";

const last = { axis: -1, keepDim: true } as const;

/** [N, H, T, D] lying in memory as [N, T, H, D], so that joining the heads afterwards copies nothing. */
function headsSpec([n, h, t, d]: Shape, like: Tensor): OutputSpec {
  return { shape: [n, h, t, d], dtype: like.dtype, strides: [t * h * d, d, h * d, 1] };
}

/** Inputs q [N, H, T, D], k [N, H, S, D], v [N, H, S, E], and perhaps what is added to the scores, broadcast to [N, H, T, S]. */
const attentionOp = defineOp<AttentionParams>({
  name: "attention",
  kernel: "attention",
  shape: (inputs) => {
    const [q, , v] = inputs;
    return headsSpec([q.shape[0], q.shape[1], q.shape[2], v.shape[3]], q);
  },
  forward: (k, [query, key, value, mask], out, params) => {
    const logSum = allocate(k, { shape: query.shape.slice(0, 3), dtype: query.dtype }, "attention");
    k.attention!(query, key, value, maskView(query, key, mask), out, logSum, params);
    return [logSum];
  },
  vjp: (dy, { inputs: [query, key, value, mask], output, saved: [logSum], attributes }) => {
    let gradients: Tensor[] | undefined;
    const run = (i: number) => (): Tensor => {
      if (gradients === undefined) {
        gradients = [query, key, value].map((t) => allocate(t.backend, headsSpec(t.shape, t), "attention"));
        const [dq, dk, dv] = gradients;
        query.backend.attentionGrad!(dy, query, key, value, maskView(query, key, mask), output, logSum, dq, dk, dv, attributes);
      }
      return gradients[i];
    };
    return [run(0), run(1), run(2), ...(mask === undefined ? [] : [null])];
  },
  composite: ([query, key, value, mask], params) => matmul(weights(query, key, mask, params), value),
  samples: () => [
    { inputs: [floats([2, 2, 3, 4]), floats([2, 2, 5, 4]), floats([2, 2, 5, 3])], attributes: { scale: 0.5, causal: false } },
    { inputs: [floats([1, 2, 4, 3]), floats([1, 2, 4, 3]), floats([1, 2, 4, 3])], attributes: { scale: 1, causal: true } },
    // More keys than queries (the queries are the last ones), and fewer (the first queries see nothing).
    { inputs: [floats([1, 1, 2, 3]), floats([1, 1, 5, 3]), floats([1, 1, 5, 2])], attributes: { scale: 0.7, causal: true } },
    { inputs: [floats([1, 1, 4, 2]), floats([1, 1, 2, 2]), floats([1, 1, 2, 2])], attributes: { scale: 0.7, causal: true } },
    {
      inputs: [floats([2, 1, 3, 2]), floats([2, 1, 3, 2]), floats([2, 1, 3, 2]), { ...floats([2, 1, 1, 3]), differentiable: false }],
      attributes: { scale: 0.7, causal: false },
    },
    {
      inputs: [
        floats([1, 1, 2, 2]), floats([1, 1, 3, 2]), floats([1, 1, 3, 2]),
        { shape: [2, 3], values: [0, -Infinity, 1, -Infinity, -Infinity, -Infinity], differentiable: false },
      ],
      attributes: { scale: 1, causal: false },
    },
    // More than one block of queries.
    { inputs: [floats([1, 1, 70, 2]), floats([1, 1, 70, 2]), floats([1, 1, 70, 2])], attributes: { scale: 0.7, causal: true }, gradcheck: false },
    {
      inputs: [
        { ...floats([2, 3, 2, 2]), layout: "transposed" }, { ...floats([2, 3, 2, 2]), layout: "strided" },
        { ...floats([2, 3, 2, 2]), layout: "transposed" },
      ],
      attributes: { scale: 0.7, causal: false },
    },
  ],
});

function scoresShape(query: Tensor, key: Tensor): number[] {
  return [query.shape[0], query.shape[1], query.shape[2], key.shape[2]];
}

function maskView(query: Tensor, key: Tensor, mask: Tensor | undefined): Tensor | null {
  return mask === undefined ? null : broadcastView(mask, scoresShape(query, key));
}

/** Softmax of the masked scores, [N, H, T, S]. A query that may see no key has weights 0. */
function weights(query: Tensor, key: Tensor, mask: Tensor | undefined, { scale, causal }: AttentionParams): Tensor {
  let scores = mulScalar(matmul(query, transpose(key, -2, -1)), scale);
  if (mask !== undefined) scores = add(scores, mask);
  if (causal) scores = add(scores, causalMask(query.shape[2], key.shape[2], query));
  const largest = max(scores, last).detach();
  const nothing = eq(largest, -Infinity);
  const e = exp(sub(scores, where(nothing, zerosLike(largest), largest)));
  return div(e, add(sum(e, last), cast(nothing, e.dtype)));
}

/** 0 where query t may see key s, s ≤ t + S − T, else −∞: [T, S]. */
function causalMask(queries: number, keys: number, like: Tensor): Tensor {
  const { backend, dtype } = like;
  const index = (n: number): Tensor => arange(0, n, 1, { backend, dtype: "int32" });
  const hidden = gt(index(keys), unsqueeze(add(index(queries), keys - queries), 1));
  return where(hidden, full([], -Infinity, { backend, dtype }), full([], 0, { backend, dtype }));
}

export interface AttentionOptions {
  /** What each query may see: bool, true where it may, or float, added to the scores. Any shape that broadcasts to [..., T, S]. Default: all. */
  readonly mask?: Tensor;
  /** Query t sees keys 0 … t + S − T only: no later ones. Default false. */
  readonly causal?: boolean;
  /** Factor of the scores. Default 1/√D. */
  readonly scale?: number;
  /** Probability of dropping a weight, after the softmax. Default 0. */
  readonly dropout?: number;
  /** What dropout draws from. Default: the stream seeded by `manualSeed`. */
  readonly generator?: Generator;
}

/**
 * softmax(scale · q kᵀ + mask) v. q: [..., T, D], k: [..., S, D], v: [..., S, E] → [..., T, E]; leading axes (batch, heads) broadcast. A query that
 * may see no key gives zeros. Vaswani et al. 2017, eq. 1. The matrix of weights is never stored, unless there is dropout or the mask wants a gradient.
 * @throws ShapeError if the operands do not fit; DTypeError unless q, k and v are of one float type; ValueError for an option out of range.
 *
 * @example
 * const [q, k, v] = [tensor([[10, 0]]), tensor([[10, 0], [0, 10]]), tensor([[1], [2]])];
 * scaledDotProductAttention(q, k, v)                                        // → [[1.0000]]
 * scaledDotProductAttention(q, k, v, { mask: tensor([[false, true]]) })     // → [[2]]
 * const x = randn([8, 4, 16, 32]);
 * scaledDotProductAttention(x, x, x, { causal: true }).shape                // → [8, 4, 16, 32]
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions = {}): Tensor {
  const { dropout: p = 0, generator } = optionsOf("scaledDotProductAttention", options);
  const { query, key, value, mask, params, lead } = prepared(q, k, v, options);
  const out =
    p > 0 || mask?.requiresGrad === true
      ? matmul(dropout(weights(query, key, mask, params), p, generator), value)
      : attentionOp.apply(mask === undefined ? [query, key, value] : [query, key, value, mask], params);
  return lead.length === 2 ? out : reshape(out, [...lead, ...out.shape.slice(2)]);
}

/**
 * The weights with which `scaledDotProductAttention` takes the mean of the values: softmax(scale · q kᵀ + mask). q: [..., T, D], k: [..., S, D] →
 * [..., T, S]. A query that may see no key has weights 0.
 * @throws as `scaledDotProductAttention`.
 *
 * @example
 * const [q, k] = [tensor([[1, 0]]), tensor([[0, 1], [Math.SQRT2 * Math.log(3), 0]])];
 * attentionWeights(q, k) // → [[0.25, 0.75]]
 */
export function attentionWeights(q: Tensor, k: Tensor, options: Pick<AttentionOptions, "mask" | "causal" | "scale"> = {}): Tensor {
  const { query, key, mask, params, lead } = prepared(q, k, k, options);
  const out = weights(query, key, mask, params);
  return lead.length === 2 ? out : reshape(out, [...lead, ...out.shape.slice(2)]);
}

interface Prepared {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly mask: Tensor | undefined;
  readonly params: AttentionParams;
  readonly lead: Shape;
}

/** Operands of four axes, the mask as numbers to add; `lead`: the axes before T. */
function prepared(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Prepared {
  checkSameFloat("scaledDotProductAttention (q, k, v)", [q, k, v]);
  const { causal = false, scale = 1 / Math.sqrt(Math.max(1, q.shape[q.ndim - 1] ?? 1)) } = optionsOf("attention", options);
  if (!Number.isFinite(scale)) throw new ValueError(`scaledDotProductAttention: scale must be finite, got ${scale}.`);
  const fits = Math.min(q.ndim, k.ndim, v.ndim) >= 2 && q.shape.at(-1) === k.shape.at(-1) && k.shape.at(-2) === v.shape.at(-2);
  if (!fits) {
    throw new ShapeError(
      `scaledDotProductAttention: expected q [..., T, D], k [..., S, D] and v [..., S, E], ` +
        `got ${[q, k, v].map((t) => formatShape(t.shape)).join(", ")}.`,
    );
  }
  const lead = broadcastShapes("scaledDotProductAttention", ...[q, k, v].map((t) => t.shape.slice(0, -2)));
  const [query, key, value] = [q, k, v].map((t) => asHeads(expandLead(t, lead)));
  const mask = options.mask && additive(options.mask, q, [...lead, q.shape[q.ndim - 2], k.shape[k.ndim - 2]]);
  return { query, key, value, mask, params: { scale, causal }, lead };
}

function expandLead(t: Tensor, lead: Shape): Tensor {
  return sameShape(t.shape.slice(0, -2), lead) ? t : expand(t, [...lead, ...t.shape.slice(-2)]);
}

/** Leading axes as two: [N, H, T, D]. */
function asHeads(t: Tensor): Tensor {
  if (t.ndim === 4) return t;
  const outer = t.shape.slice(0, Math.max(0, t.ndim - 3)).reduce((a, b) => a * b, 1);
  return reshape(t, [outer, t.ndim >= 3 ? t.shape[t.ndim - 3] : 1, ...t.shape.slice(-2)]);
}

/** The mask as numbers to add, broadcast to the four axes of the scores. */
function additive(mask: Tensor, q: Tensor, scores: Shape): Tensor {
  if (mask.dtype !== "bool" && mask.dtype !== q.dtype) {
    throw new DTypeError(`scaledDotProductAttention: the mask must be bool or ${q.dtype}, got ${mask.dtype}.`);
  }
  if (!sameShape(broadcastShapes("scaledDotProductAttention (mask)", mask.shape, scores), scores)) {
    throw new ShapeError(`scaledDotProductAttention: a mask of shape ${formatShape(mask.shape)} does not broadcast to the scores, ${formatShape(scores)}.`);
  }
  const { backend, dtype } = q;
  const added = mask.dtype === "bool" ? where(mask, full([], 0, { backend, dtype }), full([], -Infinity, { backend, dtype })) : mask;
  return added.ndim <= 2 || scores.length === 4 ? added : asHeads(expand(added, scores));
}
