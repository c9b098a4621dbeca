/** LSTM cells whose products are convolutions, for sequences of images. Shi et al. 2015. */

import type { FloatDType } from "../base/dtype.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { flag, floatType, optionsOf, show } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import { sigmoid, tanh } from "../ops/activations.js";
import { add, mul } from "../ops/arithmetic.js";
import { checkTensors } from "../ops/operation.js";
import { slice, stack } from "../ops/slice.js";
import { reshape, transpose } from "../ops/views.js";
import { Tensor } from "../tensor/tensor.js";
import { Conv2d } from "./conv.js";
import { checkSizes } from "./linear.js";
import { Module } from "./module.js";

/** What a ConvLSTM remembers: h and c, [N, hiddenChannels, H, W] each. */
export type ConvLSTMState = readonly [h: Tensor, c: Tensor];

export interface ConvLSTMCellOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Default "float32". */
  readonly dtype?: FloatDType;
}

/**
 * One step of an LSTM of images: i, f, o = σ(W ∗ x + b + U ∗ h), g = tanh(…), c ← f · c + i · g, h ← o · tanh(c), with ∗ a convolution that keeps
 * the size. x: [N, inChannels, H, W], state: h and c, [N, hiddenChannels, H, W] each (default zeros) → [h′, c′]. Shi et al. 2015, eq. 3, without the
 * peephole terms, which tie a network to one image size.
 * @param kernel an odd number
 * @throws ValueError for sizes below 1 or an even kernel; forward: ShapeError for another number of channels or state.
 *
 * @example
 * const cell = new nn.ConvLSTMCell(3, 8, 3);
 * const [h, c] = cell.forward(randn([2, 3, 16, 16]));
 * h.shape // → [2, 8, 16, 16]
 */
export class ConvLSTMCell extends Module<[x: Tensor, state?: ConvLSTMState | null], ConvLSTMState> {
  /** W and b, for all four gates: input, forget, cell, output. */
  readonly input: Conv2d;
  /** U. */
  readonly hidden: Conv2d;

  constructor(
    readonly inChannels: number,
    readonly hiddenChannels: number,
    readonly kernel: number,
    options: ConvLSTMCellOptions = {},
  ) {
    const { bias = true, dtype = "float32" } = optionsOf("ConvLSTMCell", options, { bias: flag, dtype: floatType });
    super();
    checkSizes(this.constructor.name, { inChannels, hiddenChannels, kernel });
    if (kernel % 2 === 0) throw new ValueError(`${this.constructor.name}: the kernel must be odd, so that images keep their size, got ${kernel}.`);
    this.input = new Conv2d(inChannels, 4 * hiddenChannels, kernel, { padding: (kernel - 1) / 2, bias, dtype });
    this.hidden = new Conv2d(hiddenChannels, 4 * hiddenChannels, kernel, { padding: (kernel - 1) / 2, bias: false, dtype });
  }

  forward(x: Tensor, state?: ConvLSTMState | null): [h: Tensor, c: Tensor] {
    return this.step(this.input.forward(x), state);
  }

  /** One step, given what the input adds to the gates: [N, 4·hiddenChannels, H, W]. */
  step(fromInput: Tensor, state?: ConvLSTMState | null): [h: Tensor, c: Tensor] {
    const { hiddenChannels: channels } = this;
    const [n, , height, width] = fromInput.dims(4);
    const shape = [n, channels, height, width];
    if (state !== undefined && state !== null && !(Array.isArray(state) && state.length === 2)) {
      throw new ValueError(`${this.constructor.name}: the state must be [h, c], got ${show(state)}.`);
    }
    for (const t of state ?? []) {
      if (!(t instanceof Tensor) || !sameShape(t.shape, shape)) {
        throw new ShapeError(`${this.constructor.name}: the state must be [h, c], ${formatShape(shape)} each, got ${t instanceof Tensor ? formatShape(t.shape) : typeof t}.`);
      }
    }
    const gates = state ? add(fromInput, this.hidden.forward(state[0])) : fromInput;
    const gate = (i: number): Tensor => slice(gates, null, { start: i * channels, end: (i + 1) * channels });
    const written = mul(sigmoid(gate(0)), tanh(gate(2)));
    const c = state ? add(mul(sigmoid(gate(1)), state[1]), written) : written;
    return [mul(sigmoid(gate(3)), tanh(c)), c];
  }

  override describe(): string {
    const { inChannels, hiddenChannels, kernel } = this;
    return `${this.constructor.name}(${inChannels}, ${hiddenChannels}, kernel=${kernel}${this.input.bias === null ? ", bias=false" : ""})`;
  }
}

export interface ConvLSTMOptions extends ConvLSTMCellOptions {
  /** Whether inputs and outputs are [N, T, C, H, W] instead of [T, N, C, H, W]. Default false. */
  readonly batchFirst?: boolean;
}

/**
 * A layer of `ConvLSTMCell` over a sequence of images. x: [T, N, inChannels, H, W], or [N, T, …] with `batchFirst` → [output, [h, c]]: the h of all
 * steps, [T, N, hiddenChannels, H, W], and the last h and c. Layers on top of one another take each other's output. Shi et al. 2015.
 * @throws ValueError for sizes below 1 or an even kernel; forward: ShapeError for an input without steps, or another number of axes or channels.
 *
 * @example
 * const layer = new nn.ConvLSTM(1, 4, 3, { batchFirst: true });
 * const [output, [h, c]] = layer.forward(randn([2, 5, 1, 8, 8]));
 * output.shape // → [2, 5, 4, 8, 8]
 * c.shape      // → [2, 4, 8, 8]
 */
export class ConvLSTM extends Module<[x: Tensor, state?: ConvLSTMState | null], [output: Tensor, state: ConvLSTMState]> {
  readonly cell: ConvLSTMCell;
  readonly batchFirst: boolean;

  constructor(inChannels: number, hiddenChannels: number, kernel: number, options: ConvLSTMOptions = {}) {
    const { batchFirst = false, ...rest } = optionsOf("ConvLSTM", options, { bias: flag, dtype: floatType, batchFirst: flag });
    super();
    this.cell = new ConvLSTMCell(inChannels, hiddenChannels, kernel, rest);
    this.batchFirst = batchFirst;
  }

  forward(x: Tensor, state?: ConvLSTMState | null): [output: Tensor, state: ConvLSTMState] {
    const { cell, batchFirst } = this;
    checkTensors("ConvLSTM", [x]);
    if (x.ndim !== 5 || x.shape[batchFirst ? 1 : 0] === 0) {
      throw new ShapeError(`ConvLSTM: expected an input ${batchFirst ? "[N, T" : "[T, N"}, ${cell.inChannels}, H, W] with T ≥ 1, got ${formatShape(x.shape)}.`);
    }
    const [steps, n] = batchFirst ? [x.shape[1], x.shape[0]] : x.shape;
    const images = reshape(batchFirst ? transpose(x, 0, 1) : x, [steps * n, ...x.shape.slice(2)]);
    // The input's part of all steps at once; only the state's has to wait for the step before.
    const fromInput = cell.input.forward(images);
    const outputs: Tensor[] = [];
    let memory = state;
    for (let t = 0; t < steps; t++) {
      memory = cell.step(slice(fromInput, { start: t * n, end: (t + 1) * n }), memory);
      outputs.push(memory[0]);
    }
    return [stack(outputs, batchFirst ? 1 : 0), memory!];
  }

  override describe(): string {
    return `ConvLSTM${this.batchFirst ? "(batchFirst=true)" : ""}`;
  }
}
