/** Tables of vectors: one for each word, token, user or class. */

import type { FloatDType } from "../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import { anything, flag, floatType, oneOf, optionsOf, show } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { div, maximum } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { eq, ne, where } from "../ops/compare.js";
import { zeros } from "../ops/create.js";
import { take } from "../ops/gatherScatter.js";
import { namedGenerator } from "../ops/random.js";
import { max, sum } from "../ops/reduce.js";
import { unsqueeze } from "../ops/views.js";
import { Tensor } from "../tensor/tensor.js";
import { normalInit } from "./init.js";
import { checkSizes } from "./linear.js";
import { Module, parameter } from "./module.js";

export interface EmbeddingOptions {
  /** Index of a word that stands for nothing: its vector starts at 0 and gets no gradient. Negative ones count from the end. Default: none. */
  readonly paddingIdx?: number;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/** What tables share: the weight, and the index of padding. */
abstract class Table extends Module<[index: Tensor], Tensor> {
  /** [numEmbeddings, embeddingDim], starts standard normal. Assign another layer's to share it. */
  weight: Tensor;
  readonly paddingIdx: number | null;

  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: EmbeddingOptions = {},
  ) {
    const { paddingIdx, dtype = "float32" } = optionsOf(new.target.name, options, { paddingIdx: anything, dtype: floatType });
    super();
    const { name } = this.constructor;
    checkSizes(name, { numEmbeddings, embeddingDim });
    const padding = paddingIdx === undefined ? null : paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    if (padding !== null && !(Number.isInteger(padding) && padding >= 0 && padding < numEmbeddings)) {
      throw new ValueError(`${name}: paddingIdx must be an index of the ${numEmbeddings} embeddings, got ${paddingIdx}.`);
    }
    this.paddingIdx = padding;
    const values = normalInit(zeros([numEmbeddings, embeddingDim], { dtype }), 0, 1, { generator: namedGenerator(`${name}[${numEmbeddings},${embeddingDim}]`) });
    if (padding !== null) row(values, padding).copyFrom(zeros([embeddingDim], { dtype }));
    this.weight = parameter(values);
  }

  /** The vectors at `index`, [..., embeddingDim]. */
  protected lookUp(index: Tensor): Tensor {
    const { constructor, numEmbeddings } = this;
    if (!(index instanceof Tensor) || index.dtype !== "int32") {
      const got = index instanceof Tensor ? index.dtype : typeof index;
      throw new DTypeError(`${constructor.name}: indices must be an int32 tensor, got ${got}; make it with tensor([…], { dtype: "int32" }).`);
    }
    try {
      return take(this.weight, index, { axis: 0 });
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const [at] = /\d+/.exec(error.message) ?? ["?"];
      throw new ValueError(`${constructor.name}: index number ${at} is not in 0…${numEmbeddings - 1}; there are ${numEmbeddings} embeddings.`, { cause: error });
    }
  }

  override describe(): string {
    const { constructor, numEmbeddings, embeddingDim, paddingIdx } = this;
    return `${constructor.name}(${numEmbeddings}, ${embeddingDim}${paddingIdx === null ? "" : `, paddingIdx=${paddingIdx}`})`;
  }
}

const row = (t: Tensor, i: number): Tensor => t.view([t.shape[1]], [t.strides[1]], t.offset + i * t.strides[0]);

/**
 * The vector of each index. index: int32 [...] → [..., embeddingDim].
 * @throws ValueError for sizes below 1; forward: ValueError for an index out of range, DTypeError unless indices are int32.
 *
 * @example
 * const layer = new nn.Embedding(1000, 16, { paddingIdx: 0 });
 * const words = tensor([[5, 7, 0], [999, 0, 0]], { dtype: "int32" });
 * layer.forward(words).shape                          // → [2, 3, 16]
 * layer.forward(words).slice(0, 2).abs().max()        // → 0
 * layer.forward(tensor([1000], { dtype: "int32" }))   // → throws ValueError: Embedding: index number 0 is not in 0…999
 */
export class Embedding extends Table {
  /**
   * An embedding with given vectors.
   * @param weight [numEmbeddings, embeddingDim]; it is used as it is, not copied
   * @param options.freeze whether the vectors stay as they are; default true
   *
   * @example
   * const layer = nn.Embedding.fromPretrained(tensor([[1, 2], [3, 4]]));
   * layer.forward(tensor([1], { dtype: "int32" })) // → [[3, 4]]
   * layer.numParameters({ trainable: true })       // → 0
   */
  static fromPretrained(weight: Tensor, options: { readonly freeze?: boolean; readonly paddingIdx?: number } = {}): Embedding {
    const { freeze = true, paddingIdx } = optionsOf("Embedding.fromPretrained", options, { freeze: flag, paddingIdx: anything });
    if (!(weight instanceof Tensor) || weight.ndim !== 2 || (weight.dtype !== "float32" && weight.dtype !== "float64")) {
      const got = weight instanceof Tensor ? `${weight.dtype} ${formatShape(weight.shape)}` : typeof weight;
      throw new ShapeError(`Embedding.fromPretrained: expected float vectors [numEmbeddings, embeddingDim], got ${got}.`);
    }
    const layer = new Embedding(weight.shape[0], weight.shape[1], { paddingIdx, dtype: weight.dtype });
    layer.weight = parameter(weight.detach());
    return freeze ? layer.freeze() : layer;
  }

  forward(index: Tensor): Tensor {
    const vectors = this.lookUp(index);
    if (this.paddingIdx === null || !vectors.requiresGrad) return vectors;
    return where(unsqueeze(eq(index, this.paddingIdx), index.ndim), vectors.detach(), vectors);
  }
}

export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** How the vectors of a bag are joined. Default "mean". */
  readonly mode?: "sum" | "mean" | "max";
}

/**
 * The sum, mean or maximum of the vectors of each row of indices: a bag of words as one vector. index: int32 [N, L] → [N, embeddingDim]. Entries
 * of `paddingIdx` are left out; a bag of nothing else gives zeros.
 * @throws ValueError for sizes below 1 or an unknown mode; forward: ShapeError unless indices are [N, L] with L ≥ 1, and as `Embedding`.
 *
 * @example
 * const layer = new nn.EmbeddingBag(3, 2, { mode: "sum", paddingIdx: 0 });
 * layer.weight.copyFrom(Float32Array.of(0, 0, 1, 2, 10, 20));
 * layer.forward(tensor([[1, 2, 2], [1, 0, 0]], { dtype: "int32" })) // → [[21, 42], [1, 2]]
 */
export class EmbeddingBag extends Table {
  readonly mode: "sum" | "mean" | "max";

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    const { mode = "mean", ...rest } = optionsOf("EmbeddingBag", options, { mode: oneOf("sum", "mean", "max"), paddingIdx: anything, dtype: floatType });
    super(numEmbeddings, embeddingDim, rest);
    if (mode !== "sum" && mode !== "mean" && mode !== "max") {
      throw new ValueError(`EmbeddingBag: mode must be "sum", "mean" or "max", got ${show(mode)}.`);
    }
    this.mode = mode;
  }

  forward(index: Tensor): Tensor {
    const vectors = this.lookUp(index);
    if (index.ndim !== 2 || index.shape[1] === 0) {
      throw new ShapeError(`EmbeddingBag: indices must be [N, L] with L ≥ 1, one bag a row, got ${formatShape(index.shape)}.`);
    }
    const { mode, paddingIdx } = this;
    const axis = { axis: 1 } as const;
    const counted = unsqueeze(ne(index, paddingIdx ?? -1), 2);
    const present = max(counted, axis);
    if (mode === "max") return where(present, max(where(counted, vectors, -Infinity), axis), 0);
    const total = sum(where(counted, vectors, 0), axis);
    return mode === "sum" ? total : div(total, maximum(cast(sum(counted, axis), total.dtype), 1));
  }
}
