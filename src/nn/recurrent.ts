/**
 * What RNN, LSTM and GRU share: layers on top of one another, in one direction or in both, over sequences of equal or of different lengths.
 * Parameters have PyTorch's names: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, with _reverse for the second direction.
 */

import type { FloatDType } from "../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { anything, flag, floatType, type Kinds, optionsOf, show } from "../base/options.js";
import { formatShape, sameShape, type Shape } from "../base/shape.js";
import { add, mul, sub } from "../ops/arithmetic.js";
import { lt, where } from "../ops/compare.js";
import { arange, zeros } from "../ops/create.js";
import { indexSelect } from "../ops/indexing.js";
import { linear } from "../ops/matmul.js";
import { checkTensors } from "../ops/operation.js";
import { dropout, namedGenerator } from "../ops/random.js";
import { concat, slice, stack } from "../ops/slice.js";
import { reshape, transpose, unsqueeze } from "../ops/views.js";
import { Tensor } from "../tensor/tensor.js";
import type { Costed } from "./cost.js";
import { warnIfEvaluating } from "./evaluating.js";
import { uniformInit } from "./init.js";
import { checkSizes } from "./linear.js";
import { Module } from "./module.js";

export interface RecurrentOptions {
  /** Layers on top of one another. Default 1. */
  readonly numLayers?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Whether inputs and outputs are [N, T, …] instead of [T, N, …]. Default false. */
  readonly batchFirst?: boolean;
  /** Probability of dropping an output of a layer that another one follows. Default 0. */
  readonly dropout?: number;
  /** Whether a second set of cells walks each sequence from its end; outputs are then twice as wide. Default false. */
  readonly bidirectional?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

export interface SequenceInput {
  /**
   * Number of valid steps of each sequence, int32 [N], from 1 to T: the rest is padding. Outputs on padding are 0, final states are those after
   * the last valid step, and the second direction starts there. Default: all steps are valid.
   */
  readonly lengths?: Tensor;
}

/** Weights of one layer in one direction; G is the number of gates. */
export interface CellWeights {
  /** [G·H, F] */
  readonly input: Tensor;
  /** [G·H, H] */
  readonly hidden: Tensor;
  /** [G·H]; both or none. */
  readonly inputBias: Tensor | null;
  readonly hiddenBias: Tensor | null;
}

/** The two biases of one gate, which PyTorch keeps apart, as one. */
export const sumOfBiases = ({ inputBias, hiddenBias }: CellWeights): Tensor | null => inputBias && hiddenBias && add(inputBias, hiddenBias);

/** Throws unless 0 ≤ p < 1. */
export function checkDropout(layer: string, p: number): void {
  if (!(p >= 0 && p < 1)) throw new ValueError(`${layer}: the dropout probability must be at least 0 and less than 1, got ${p}.`);
}

export const recurrentKinds: Kinds<RecurrentOptions> = { numLayers: anything, bias: flag, batchFirst: flag, dropout: anything, bidirectional: flag, dtype: floatType };

export abstract class Recurrent<State> extends Module<[x: Tensor, state?: State | null, options?: SequenceInput], [output: Tensor, state: State]> implements Costed {
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly generator: Generator;
  readonly #gates: number;

  constructor(
    gates: number,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: RecurrentOptions = {},
  ) {
    const { numLayers = 1, bias = true, batchFirst = false, dropout: p = 0, bidirectional = false, dtype = "float32" } = optionsOf(new.target.name, options, recurrentKinds);
    super();
    const { name } = this.constructor;
    checkSizes(name, { inputSize, hiddenSize, numLayers });
    checkDropout(name, p);
    this.#gates = gates;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = p;
    this.bidirectional = bidirectional;
    this.generator = namedGenerator(name);
    const bound = 1 / Math.sqrt(hiddenSize);
    const random = namedGenerator(`${name}[${inputSize},${hiddenSize}]`);
    const make = (key: string, shape: Shape): void => {
      uniformInit(this.registerParameter(key, zeros(shape, { dtype })), -bound, bound, { generator: random.fork(key) });
    };
    const width = gates * hiddenSize;
    for (let layer = 0; layer < numLayers; layer++) {
      for (const suffix of this.#suffixes(layer)) {
        make(`weight_ih${suffix}`, [width, this.#inputOf(layer)]);
        make(`weight_hh${suffix}`, [width, hiddenSize]);
        if (!bias) continue;
        make(`bias_ih${suffix}`, [width]);
        make(`bias_hh${suffix}`, [width]);
      }
    }
  }

  #suffixes(layer: number): string[] {
    return this.bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`];
  }

  #inputOf(layer: number): number {
    return layer === 0 ? this.inputSize : this.hiddenSize * (this.bidirectional ? 2 : 1);
  }

  /** Every state [T + 1, N, H] of one layer in one direction, h first, initial ones in front, or with `reverse` behind. */
  protected abstract states(x: Tensor, initial: readonly Tensor[], weights: CellWeights, reverse: boolean): readonly Tensor[];

  /** Initial states [L·D, N, H] → output and final states, all in PyTorch's order: layer by layer, forward before backward. */
  protected run(x: Tensor, initial: readonly Tensor[] | null, options: SequenceInput = {}): { output: Tensor; finals: Tensor[] } {
    const { lengths } = optionsOf(this.constructor.name, options, { lengths: anything });
    this.#checkInput(x);
    const { numLayers, batchFirst, hiddenSize: units } = this;
    let y = batchFirst ? transpose(x, 0, 1) : x;
    const [steps, n] = y.shape;
    const padding = lengths === undefined ? null : new Padding(this.constructor.name, lengths, steps, n);
    const kinds = initial?.length ?? this.stateKinds;
    const directions = this.bidirectional ? 2 : 1;
    const finals: Tensor[][] = Array.from({ length: kinds }, () => []);
    if (padding !== null) y = padding.zeroed(y);
    if (initial !== null && !Array.isArray(initial)) throw new ValueError(`${this.constructor.name}: the state must be [h, c], got ${show(initial)}.`);
    if (initial !== null) for (const state of initial) this.#checkState(state, [numLayers * directions, n, units]);
    for (let layer = 0; layer < numLayers; layer++) {
      const outputs = this.#suffixes(layer).map((suffix, direction) => {
        const reverse = direction === 1;
        const before = Array.from({ length: kinds }, (_, kind) =>
          initial === null ? zeros([n, units], { dtype: x.dtype, backend: x.backend }) : slice(initial[kind], layer * directions + direction),
        );
        const flipped = padding !== null && reverse;
        const states = this.states(flipped ? padding.flipped(y) : y, before, this.#weights(suffix), reverse && !flipped);
        const inOrder = reverse && !flipped;
        states.forEach((s, kind) => finals[kind].push(padding === null ? slice(s, inOrder ? 0 : steps) : padding.last(s)));
        const output = slice(states[0], inOrder ? { end: steps } : { start: 1 });
        if (padding === null) return output;
        return padding.zeroed(flipped ? padding.flipped(output) : output);
      });
      y = outputs.length === 1 ? outputs[0] : concat(outputs, 2);
      if (!this.training || this.dropout === 0 || layer === numLayers - 1) continue;
      warnIfEvaluating(this);
      y = dropout(y, this.dropout, this.generator);
    }
    return { output: batchFirst ? transpose(y, 0, 1) : y, finals: finals.map((list) => stack(list)) };
  }

  /** How many tensors a state has. */
  protected abstract readonly stateKinds: number;

  #weights(suffix: string): CellWeights {
    const get = (name: string): Tensor | null => this.registeredParameter(name + suffix) ?? null;
    return { input: get("weight_ih")!, hidden: get("weight_hh")!, inputBias: get("bias_ih"), hiddenBias: get("bias_hh") };
  }

  #checkInput(x: Tensor): void {
    const { inputSize, batchFirst } = this;
    checkTensors(this.constructor.name, [x]);
    if (x.ndim !== 3 || x.shape[2] !== inputSize || x.shape[batchFirst ? 1 : 0] === 0) {
      throw new ShapeError(
        `${this.constructor.name}: expected an input ${batchFirst ? "[N, T" : "[T, N"}, ${inputSize}] with T ≥ 1${batchFirst ? "" : " (or set batchFirst)"}, ` +
          `got ${formatShape(x.shape)}.`,
      );
    }
  }

  #checkState(state: Tensor, expected: Shape): void {
    if (!(state instanceof Tensor) || !sameShape(state.shape, expected)) {
      throw new ShapeError(
        `${this.constructor.name}: the initial state must be ${formatShape(expected)} [layers · directions, N, hiddenSize], ` +
          `got ${state instanceof Tensor ? formatShape(state.shape) : typeof state}.`,
      );
    }
  }

  multiplyAdds([x]: readonly Shape[]): number {
    const { hiddenSize, numLayers } = this;
    const rows = x[0] * x[1];
    let count = 0;
    for (let layer = 0; layer < numLayers; layer++) {
      count += this.#suffixes(layer).length * rows * this.#gates * hiddenSize * (this.#inputOf(layer) + hiddenSize);
    }
    return count;
  }

  override describe(): string {
    const { inputSize, hiddenSize, numLayers, bias, batchFirst, bidirectional, dropout: p } = this;
    const shown = [
      numLayers === 1 ? "" : `, numLayers=${numLayers}`, bias ? "" : ", bias=false", batchFirst ? ", batchFirst=true" : "",
      p === 0 ? "" : `, dropout=${p}`, bidirectional ? ", bidirectional=true" : "",
    ];
    return `${this.constructor.name}(${inputSize}, ${hiddenSize}${shown.join("")})`;
  }
}

/** What to do with the steps after each sequence's end. Sequences are [T, N, …]. */
class Padding {
  /** bool [T, N, 1]: true within each sequence. */
  readonly #valid: Tensor;
  /** int32 [T·N]: rows of [T·N, …] that turn each sequence around within its length. */
  readonly #turned: Tensor;
  /** int32 [N]: rows of [(T + 1)·N, …] with the state after each sequence's last step. */
  readonly #last: Tensor;

  constructor(
    private readonly layer: string,
    lengths: Tensor,
    private readonly steps: number,
    n: number,
  ) {
    if (!(lengths instanceof Tensor) || lengths.dtype !== "int32") {
      const got = lengths instanceof Tensor ? lengths.dtype : typeof lengths;
      throw new DTypeError(`${layer}: lengths must be an int32 tensor [N], got ${got}; make it with tensor([…], { dtype: "int32" }).`);
    }
    if (!sameShape(lengths.shape, [n])) throw new ShapeError(`${layer}: lengths must be [${n}], one for each sequence, got ${formatShape(lengths.shape)}.`);
    const count = (to: number): Tensor => arange(0, to, 1, { dtype: "int32", backend: lengths.backend });
    const time = unsqueeze(count(steps), 1);
    const valid = lt(time, lengths);
    this.#valid = unsqueeze(valid, 2);
    this.#turned = reshape(add(mul(where(valid, sub(sub(lengths, 1), time), time), n), count(n)), [steps * n]);
    this.#last = add(mul(lengths, n), count(n));
  }

  /** x with zeros on the padding, whatever was there. */
  zeroed(x: Tensor): Tensor {
    return where(this.#valid, x, 0);
  }

  /** Each sequence from its last valid step to its first; padding stays in place. */
  flipped(x: Tensor): Tensor {
    const [steps, n, width] = x.shape;
    return reshape(this.#rows(reshape(x, [steps * n, width]), this.#turned), x.shape);
  }

  /** [T + 1, N, H] → [N, H]: the state after the last valid step. */
  last(states: Tensor): Tensor {
    const [count, n, units] = states.shape;
    return this.#rows(reshape(states, [count * n, units]), this.#last);
  }

  #rows(x: Tensor, index: Tensor): Tensor {
    try {
      return indexSelect(x, 0, index);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new ValueError(`${this.layer}: every length must be from 1 to ${this.steps}, the number of steps.`, { cause: error });
    }
  }
}

/** What the input adds to the gates of all steps, in one product. */
export const fromInput = (x: Tensor, weights: CellWeights, bias: Tensor | null): Tensor => linear(x, weights.input, bias);
