/** The Transformer: layers of attention and of small networks, each with a shortcut and a normalisation. Vaswani et al. 2017. */

import type { FloatDType } from "../base/dtype.js";
import { ValueError } from "../base/errors.js";
import { anything, flag, floatType, type Kinds, oneOf, optionsOf, show } from "../base/options.js";
import { gelu, relu } from "../ops/activations.js";
import { add } from "../ops/arithmetic.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkArray } from "../ops/checks.js";
import { Dropout } from "./dropout.js";
import { xavierUniform } from "./init.js";
import { LayerNorm } from "./layerNorm.js";
import { checkSizes, Linear } from "./linear.js";
import { Module } from "./module.js";
import { type AttentionInput, KeyValueCache, MultiheadAttention } from "./multiheadAttention.js";

export interface TransformerLayerOptions {
  /** Units of the network after the attention. Default 2048. */
  readonly dimFeedforward?: number;
  /** Dropout of attention weights, of the network's units, and before each shortcut is added. Default 0.1. */
  readonly dropout?: number;
  /** Default "relu". */
  readonly activation?: "relu" | "gelu";
  /** Whether each part normalises its input (as later Transformers do) instead of its sum with the shortcut (as the first). Default false. */
  readonly normFirst?: boolean;
  /** Whether inputs and outputs are [N, T, dModel] instead of [T, N, dModel]. Default false. */
  readonly batchFirst?: boolean;
  /** `eps` of the normalisations. Default 1e−5. */
  readonly layerNormEps?: number;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

const layerKinds: Kinds<TransformerLayerOptions> = {
  dimFeedforward: anything, dropout: anything, activation: oneOf("relu", "gelu"), normFirst: flag, batchFirst: flag, layerNormEps: anything, dtype: floatType,
};

const activations = { relu, gelu };

/** What encoder and decoder layers share: the network after the attention, and where to normalise. */
abstract class TransformerLayer<Inputs extends readonly unknown[]> extends Module<Inputs, Tensor> {
  readonly activation: "relu" | "gelu";
  readonly normFirst: boolean;

  constructor(
    readonly dModel: number,
    readonly heads: number,
    { activation = "relu", normFirst = false }: TransformerLayerOptions,
  ) {
    super();
    if (activation !== "relu" && activation !== "gelu") {
      throw new ValueError(`${this.constructor.name}: activation must be "relu" or "gelu", got ${show(activation)}.`);
    }
    this.activation = activation;
    this.normFirst = normFirst;
  }

  /** x plus what `part` makes of it, normalised before or after. */
  protected residual(x: Tensor, norm: LayerNorm, dropout: Dropout, part: (x: Tensor) => Tensor): Tensor {
    if (this.normFirst) return add(x, dropout.forward(part(norm.forward(x))));
    return norm.forward(add(x, dropout.forward(part(x))));
  }

  protected feedForward(x: Tensor, first: Linear, dropout: Dropout, second: Linear): Tensor {
    return second.forward(dropout.forward(activations[this.activation](first.forward(x))));
  }

  override describe(): string {
    return `${this.constructor.name}(${this.dModel}, ${this.heads}${this.activation === "relu" ? "" : ', activation="gelu"'}${this.normFirst ? ", normFirst=true" : ""})`;
  }
}

export interface EncoderInput {
  /** What a step may not see: bool [T, T], **true where it is hidden**, or float, added to the scores; also [N·heads, T, T]. Default: nothing. */
  readonly mask?: Tensor;
  /** bool [N, T], true for steps that are padding. */
  readonly keyPaddingMask?: Tensor;
  /** Each step sees itself and the ones before only: makes a decoder-only model. Default false. */
  readonly causal?: boolean;
  /** One for each layer (see `makeCache`): keys and values of earlier steps, for generating with `causal`. */
  readonly cache?: readonly KeyValueCache[];
}

const attentionInput = ({ mask, keyPaddingMask, causal }: EncoderInput, cache: KeyValueCache | undefined): AttentionInput => ({
  attnMask: mask,
  keyPaddingMask,
  causal,
  cache,
});

/**
 * Self-attention, then a network of one hidden layer, both with a shortcut. x: [T, N, dModel], or [N, T, dModel] with `batchFirst` → the same shape.
 * Parameters and masks are PyTorch's. Vaswani et al. 2017, section 3.1.
 * @throws ValueError for sizes below 1 or heads that do not divide dModel; forward: ShapeError or DTypeError as `MultiheadAttention`.
 *
 * @example
 * const layer = new nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true });
 * layer.forward(randn([2, 5, 16]), { causal: true }).shape // → [2, 5, 16]
 */
export class TransformerEncoderLayer extends TransformerLayer<[x: Tensor, options?: EncoderInput]> {
  readonly self_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;

  constructor(dModel: number, heads: number, options: TransformerLayerOptions = {}) {
    optionsOf(new.target.name, options, layerKinds);
    super(dModel, heads, options);
    const { dimFeedforward = 2048, dropout = 0.1, batchFirst = false, layerNormEps: eps = 1e-5, dtype = "float32" } = options;
    checkSizes("TransformerEncoderLayer", { dModel, heads, dimFeedforward });
    this.self_attn = new MultiheadAttention(dModel, heads, { dropout, batchFirst, dtype });
    this.linear1 = new Linear(dModel, dimFeedforward, { dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { dtype });
    this.norm1 = new LayerNorm(dModel, { eps, dtype });
    this.norm2 = new LayerNorm(dModel, { eps, dtype });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
  }

  forward(x: Tensor, options: EncoderInput = {}): Tensor {
    const { cache } = optionsOf("TransformerEncoderLayer", options);
    const input = attentionInput(options, cache?.[0]);
    const y = this.residual(x, this.norm1, this.dropout1, (t) => this.self_attn.forward(t, t, t, input)[0]);
    return this.residual(y, this.norm2, this.dropout2, (t) => this.feedForward(t, this.linear1, this.dropout, this.linear2));
  }
}

export interface DecoderInput extends EncoderInput {
  /** What a step may not see of the memory: bool [T, S], **true where it is hidden**, or float, added to the scores; also [N·heads, T, S]. */
  readonly memoryMask?: Tensor;
  /** bool [N, S], true for steps of the memory that are padding. */
  readonly memoryKeyPaddingMask?: Tensor;
  /** Two for each layer (see `makeCache`): for the steps, and for the memory. */
  readonly cache?: readonly KeyValueCache[];
}

/**
 * Self-attention, then attention to the memory that an encoder made, then a network of one hidden layer, each with a shortcut.
 * x: [T, N, dModel], memory: [S, N, dModel] (with `batchFirst` N first) → the shape of x. Vaswani et al. 2017, section 3.1.
 * @throws as `TransformerEncoderLayer`.
 *
 * @example
 * const layer = new nn.TransformerDecoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true });
 * layer.forward(randn([2, 5, 16]), randn([2, 7, 16]), { causal: true }).shape // → [2, 5, 16]
 */
export class TransformerDecoderLayer extends TransformerLayer<[x: Tensor, memory: Tensor, options?: DecoderInput]> {
  readonly self_attn: MultiheadAttention;
  readonly multihead_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;

  constructor(dModel: number, heads: number, options: TransformerLayerOptions = {}) {
    optionsOf(new.target.name, options, layerKinds);
    super(dModel, heads, options);
    const { dimFeedforward = 2048, dropout = 0.1, batchFirst = false, layerNormEps: eps = 1e-5, dtype = "float32" } = options;
    checkSizes("TransformerDecoderLayer", { dModel, heads, dimFeedforward });
    this.self_attn = new MultiheadAttention(dModel, heads, { dropout, batchFirst, dtype });
    this.multihead_attn = new MultiheadAttention(dModel, heads, { dropout, batchFirst, dtype });
    this.linear1 = new Linear(dModel, dimFeedforward, { dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { dtype });
    this.norm1 = new LayerNorm(dModel, { eps, dtype });
    this.norm2 = new LayerNorm(dModel, { eps, dtype });
    this.norm3 = new LayerNorm(dModel, { eps, dtype });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
  }

  forward(x: Tensor, memory: Tensor, options: DecoderInput = {}): Tensor {
    const { cache = [] } = optionsOf("TransformerDecoderLayer", options);
    checkArray("TransformerDecoderLayer", "cache", cache);
    const [steps, known] = cache;
    const input = attentionInput(options, steps);
    const toMemory: AttentionInput = { attnMask: options.memoryMask, keyPaddingMask: options.memoryKeyPaddingMask, cache: known };
    let y = this.residual(x, this.norm1, this.dropout1, (t) => this.self_attn.forward(t, t, t, input)[0]);
    y = this.residual(y, this.norm2, this.dropout2, (t) => this.multihead_attn.forward(t, memory, memory, toMemory)[0]);
    return this.residual(y, this.norm3, this.dropout3, (t) => this.feedForward(t, this.linear1, this.dropout, this.linear2));
  }
}

export interface TransformerStackOptions extends TransformerLayerOptions {
  /** Whether the output is normalised once more, as `normFirst` needs it. Default: the value of `normFirst`. */
  readonly norm?: boolean;
}

/**
 * `numLayers` encoder layers, one after another. x: [T, N, dModel], or [N, T, dModel] with `batchFirst` → the same shape. With `causal` it is the body
 * of a decoder-only model. Vaswani et al. 2017.
 * @throws as `TransformerEncoderLayer`.
 *
 * @example
 * const encoder = new nn.TransformerEncoder(16, 4, 2, { dimFeedforward: 32, batchFirst: true, normFirst: true }).eval();
 * const x = randn([1, 5, 16]);
 * const whole = encoder.forward(x, { causal: true });
 *
 * // The same, step by step: every step costs as much as the first.
 * const cache = encoder.makeCache(5);
 * const last = noGrad(() => {
 *   let y = x;
 *   for (let t = 0; t < 5; t++) y = encoder.forward(x.slice(null, { start: t, end: t + 1 }), { causal: true, cache });
 *   return y;
 * });
 * sub(last, whole.slice(null, { start: 4 })).abs().max() // → 0.0000
 */
export class TransformerEncoder extends Module<[x: Tensor, options?: EncoderInput], Tensor> {
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: LayerNorm | null;

  constructor(dModel: number, heads: number, numLayers: number, options: TransformerStackOptions = {}) {
    const { norm, ...layerOptions } = optionsOf("TransformerEncoder", options, { ...layerKinds, norm: flag });
    super();
    checkSizes("TransformerEncoder", { numLayers });
    this.layers = Array.from({ length: numLayers }, () => new TransformerEncoderLayer(dModel, heads, layerOptions));
    this.norm = finalNorm(dModel, { ...layerOptions, norm });
  }

  forward(x: Tensor, options: EncoderInput = {}): Tensor {
    const { cache } = optionsOf("TransformerEncoder", options);
    checkCache("TransformerEncoder", cache, this.layers.length);
    const y = this.layers.reduce((t, layer, i) => layer.forward(t, { ...options, cache: cache?.slice(i, i + 1) }), x);
    return this.norm === null ? y : this.norm.forward(y);
  }

  /** Room for `maxLength` steps in every layer. */
  makeCache(maxLength: number): KeyValueCache[] {
    return this.layers.map(() => new KeyValueCache(maxLength));
  }
}

/**
 * `numLayers` decoder layers, one after another. x: [T, N, dModel], memory: [S, N, dModel] (with `batchFirst` N first) → the shape of x.
 * @throws as `TransformerEncoderLayer`.
 *
 * @example
 * const decoder = new nn.TransformerDecoder(16, 4, 2, { dimFeedforward: 32, batchFirst: true });
 * decoder.forward(randn([2, 5, 16]), randn([2, 7, 16]), { causal: true }).shape // → [2, 5, 16]
 */
export class TransformerDecoder extends Module<[x: Tensor, memory: Tensor, options?: DecoderInput], Tensor> {
  readonly layers: readonly TransformerDecoderLayer[];
  readonly norm: LayerNorm | null;

  constructor(dModel: number, heads: number, numLayers: number, options: TransformerStackOptions = {}) {
    const { norm, ...layerOptions } = optionsOf("TransformerDecoder", options, { ...layerKinds, norm: flag });
    super();
    checkSizes("TransformerDecoder", { numLayers });
    this.layers = Array.from({ length: numLayers }, () => new TransformerDecoderLayer(dModel, heads, layerOptions));
    this.norm = finalNorm(dModel, { ...layerOptions, norm });
  }

  forward(x: Tensor, memory: Tensor, options: DecoderInput = {}): Tensor {
    const { cache } = optionsOf("TransformerDecoder", options);
    checkCache("TransformerDecoder", cache, 2 * this.layers.length);
    const y = this.layers.reduce((t, layer, i) => layer.forward(t, memory, { ...options, cache: cache?.slice(2 * i, 2 * i + 2) }), x);
    return this.norm === null ? y : this.norm.forward(y);
  }

  /** Room for `maxLength` steps, and for a memory of up to `memoryLength` steps, in every layer. */
  makeCache(maxLength: number, memoryLength: number): KeyValueCache[] {
    return this.layers.flatMap(() => [new KeyValueCache(maxLength), new KeyValueCache(memoryLength, { fixed: true })]);
  }
}

function finalNorm(dModel: number, { norm, normFirst = false, layerNormEps: eps = 1e-5, dtype = "float32" }: TransformerStackOptions): LayerNorm | null {
  return norm ?? normFirst ? new LayerNorm(dModel, { eps, dtype }) : null;
}

function checkCache(model: string, cache: readonly KeyValueCache[] | undefined, expected: number): void {
  if (cache !== undefined && !(Array.isArray(cache) && cache.length === expected)) {
    throw new ValueError(`${model}: expected ${expected} caches, got ${Array.isArray(cache) ? cache.length : show(cache)}; make them with makeCache().`);
  }
}

export interface TransformerOptions extends TransformerLayerOptions {
  /** Default 512. */
  readonly dModel?: number;
  /** Default 8. */
  readonly heads?: number;
  /** Default 6. */
  readonly encoderLayers?: number;
  /** Default 6. */
  readonly decoderLayers?: number;
}

export interface TransformerInput {
  /** What a step of the source may not see: bool [S, S], **true where it is hidden**, or float, added to the scores. */
  readonly sourceMask?: Tensor;
  /** The same for the target, [T, T]. */
  readonly targetMask?: Tensor;
  /** What a step of the target may not see of the source, [T, S]. */
  readonly memoryMask?: Tensor;
  /** bool [N, S], true for steps of the source that are padding. */
  readonly sourceKeyPaddingMask?: Tensor;
  /** bool [N, T], true for steps of the target that are padding. */
  readonly targetKeyPaddingMask?: Tensor;
  /** Each step of the target sees itself and the ones before only. Default false. */
  readonly causal?: boolean;
}

/**
 * Encoder and decoder. source: [S, N, dModel], target: [T, N, dModel] (with `batchFirst` N first), both embedded already → the shape of the target.
 * Weights start by Xavier's uniform rule. Vaswani et al. 2017; parameters are PyTorch's.
 * @throws as `TransformerEncoderLayer`.
 *
 * @example
 * const model = new nn.Transformer({ dModel: 16, heads: 4, encoderLayers: 1, decoderLayers: 1, dimFeedforward: 32, batchFirst: true });
 * model.forward(randn([2, 7, 16]), randn([2, 5, 16]), { causal: true }).shape // → [2, 5, 16]
 */
export class Transformer extends Module<[source: Tensor, target: Tensor, options?: TransformerInput], Tensor> {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  constructor(options: TransformerOptions = {}) {
    const { dModel = 512, heads = 8, encoderLayers = 6, decoderLayers = 6, ...rest } = optionsOf(new.target.name, options, { ...layerKinds, dModel: anything, heads: anything, encoderLayers: anything, decoderLayers: anything });
    super();
    this.encoder = new TransformerEncoder(dModel, heads, encoderLayers, { ...rest, norm: true });
    this.decoder = new TransformerDecoder(dModel, heads, decoderLayers, { ...rest, norm: true });
    for (const t of this.parameters()) if (t.ndim > 1) xavierUniform(t);
  }

  forward(source: Tensor, target: Tensor, options: TransformerInput = {}): Tensor {
    const { sourceMask, targetMask, memoryMask, sourceKeyPaddingMask, targetKeyPaddingMask, causal } = optionsOf("Transformer", options);
    const memory = this.encoder.forward(source, { mask: sourceMask, keyPaddingMask: sourceKeyPaddingMask });
    return this.decoder.forward(target, memory, {
      mask: targetMask,
      keyPaddingMask: targetKeyPaddingMask,
      memoryMask,
      memoryKeyPaddingMask: sourceKeyPaddingMask,
      causal,
    });
  }
}
