/** Single cells of recurrent networks, for loops written by hand. */

import type { FloatDType } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { anything, flag, floatType, optionsOf } from "../base/options.js";
import { formatShape, sameShape, type Shape } from "../base/shape.js";
import { relu, tanh } from "../ops/activations.js";
import { add } from "../ops/arithmetic.js";
import { zeros } from "../ops/create.js";
import { lstmCell } from "../ops/lstmCell.js";
import { linear } from "../ops/matmul.js";
import { checkTensors } from "../ops/operation.js";
import { namedGenerator } from "../ops/random.js";
import { checkNonlinearity, gruCell } from "../ops/rnn.js";
import { Tensor } from "../tensor/tensor.js";
import type { Costed } from "./cost.js";
import { uniformInit } from "./init.js";
import { checkSizes } from "./linear.js";
import { Module, parameter } from "./module.js";

export interface CellOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

abstract class Cell<State> extends Module<[x: Tensor, state?: State | null], State> implements Costed {
  /** [G·hiddenSize, inputSize], G the number of gates. */
  weight_ih: Tensor;
  /** [G·hiddenSize, hiddenSize] */
  weight_hh: Tensor;
  /** [G·hiddenSize] */
  bias_ih: Tensor | null;
  /** [G·hiddenSize] */
  bias_hh: Tensor | null;

  constructor(
    gates: number,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: CellOptions = {},
  ) {
    const { bias = true, dtype = "float32" } = optionsOf(new.target.name, options, { bias: flag, dtype: floatType });
    super();
    const { name } = this.constructor;
    checkSizes(name, { inputSize, hiddenSize });
    const bound = 1 / Math.sqrt(hiddenSize);
    const random = namedGenerator(`${name}[${inputSize},${hiddenSize}]`);
    const make = (key: string, shape: Shape): Tensor => parameter(uniformInit(zeros(shape, { dtype }), -bound, bound, { generator: random.fork(key) }));
    const width = gates * hiddenSize;
    this.weight_ih = make("weight_ih", [width, inputSize]);
    this.weight_hh = make("weight_hh", [width, hiddenSize]);
    this.bias_ih = bias ? make("bias_ih", [width]) : null;
    this.bias_hh = bias ? make("bias_hh", [width]) : null;
  }

  /** A state that was given, or zeros. */
  protected stateOf(x: Tensor, state: Tensor | null | undefined): Tensor {
    const { inputSize, hiddenSize } = this;
    checkTensors(this.constructor.name, [x]);
    if (x.ndim !== 2 || x.shape[1] !== inputSize) {
      throw new ShapeError(`${this.constructor.name}: expected an input [N, ${inputSize}], got ${formatShape(x.shape)}.`);
    }
    const shape = [x.shape[0], hiddenSize];
    if (!state) return zeros(shape, { dtype: x.dtype, backend: x.backend });
    if (!(state instanceof Tensor) || !sameShape(state.shape, shape)) {
      throw new ShapeError(`${this.constructor.name}: the state must be ${formatShape(shape)}, got ${state instanceof Tensor ? formatShape(state.shape) : typeof state}.`);
    }
    return state;
  }

  multiplyAdds([x]: readonly Shape[]): number {
    return x[0] * (this.weight_ih.size + this.weight_hh.size);
  }

  override describe(): string {
    return `${this.constructor.name}(${this.inputSize}, ${this.hiddenSize}${this.bias_ih === null ? ", bias=false" : ""})`;
  }
}

export interface RNNCellOptions extends CellOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * h′ = f(Wᵢₕ x + bᵢₕ + Wₕₕ h + bₕₕ), f = tanh or ReLU. x: [N, inputSize], h: [N, hiddenSize] (default zeros) → h′: [N, hiddenSize]. The two biases do
 * the work of one; they are there for PyTorch's weights.
 * @throws ValueError for sizes below 1; forward: ShapeError for another input size or state.
 *
 * @example
 * const cell = new nn.RNNCell(3, 5);
 * let h = zeros([2, 5]);
 * for (let t = 0; t < 4; t++) h = cell.forward(randn([2, 3]), h);
 * h.shape // → [2, 5]
 */
export class RNNCell extends Cell<Tensor> {
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const { nonlinearity = "tanh", ...rest } = optionsOf("RNNCell", options, { bias: flag, dtype: floatType, nonlinearity: anything });
    super(1, inputSize, hiddenSize, rest);
    checkNonlinearity("RNNCell", nonlinearity);
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, state?: Tensor | null): Tensor {
    const h = this.stateOf(x, state);
    const f = this.nonlinearity === "tanh" ? tanh : relu;
    return f(add(linear(x, this.weight_ih, this.bias_ih), linear(h, this.weight_hh, this.bias_hh)));
  }
}

/**
 * One GRU step, as in `GRU`. x: [N, inputSize], h: [N, hiddenSize] (default zeros) → h′: [N, hiddenSize].
 * @throws ValueError for sizes below 1; forward: ShapeError for another input size or state.
 *
 * @example
 * new nn.GRUCell(3, 5).forward(randn([2, 3])).shape // → [2, 5]
 */
export class GRUCell extends Cell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(3, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: Tensor | null): Tensor {
    const h = this.stateOf(x, state);
    return gruCell(linear(x, this.weight_ih, this.bias_ih), linear(h, this.weight_hh, this.bias_hh), h);
  }
}

/**
 * One LSTM step, as in `LSTM`. x: [N, inputSize], state: h and c, [N, hiddenSize] each (default zeros) → [h′, c′].
 * @throws ValueError for sizes below 1; forward: ShapeError for another input size or state.
 *
 * @example
 * const cell = new nn.LSTMCell(3, 5);
 * let [h, c] = cell.forward(randn([2, 3]));
 * [h, c] = cell.forward(randn([2, 3]), [h, c]);
 * h.shape // → [2, 5]
 */
export class LSTMCell extends Cell<readonly [h: Tensor, c: Tensor]> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(4, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: readonly [h: Tensor, c: Tensor] | null): [h: Tensor, c: Tensor] {
    if (state && !(Array.isArray(state) && state.length === 2)) throw new ValueError("LSTMCell: the state must be a pair [h, c].");
    const [h, c] = [this.stateOf(x, state?.[0]), this.stateOf(x, state?.[1])];
    return lstmCell(add(linear(x, this.weight_ih, this.bias_ih), linear(h, this.weight_hh, this.bias_hh)), c);
  }
}
