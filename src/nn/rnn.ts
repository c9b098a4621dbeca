/** Recurrent networks of simple cells. */

import { anything, optionsOf } from "../base/options.js";
import { checkNonlinearity, rnnStates } from "../ops/rnn.js";
import type { Tensor } from "../tensor/tensor.js";
import { type CellWeights, fromInput, Recurrent, recurrentKinds, type RecurrentOptions, type SequenceInput, sumOfBiases } from "./recurrent.js";

export interface RNNOptions extends RecurrentOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * hₜ = f(Wᵢₕ xₜ + bᵢₕ + Wₕₕ hₜ₋₁ + bₕₕ), f = tanh or ReLU. x: [T, N, inputSize], or [N, T, inputSize] with `batchFirst`; state: [L·D, N, hiddenSize]
 * (L layers, D directions), zeros by default → [output, state]: the last layer's h of all steps, [T, N, D·hiddenSize], and the final h of every layer
 * and direction. All weights start uniform in ±1/√hiddenSize. Elman 1990.
 * @throws ValueError for sizes below 1; forward: ShapeError for another input size or state.
 *
 * @example
 * const layer = new nn.RNN(3, 5, { bidirectional: true });
 * const [output, state] = layer.forward(randn([7, 2, 3]));
 * output.shape // → [7, 2, 10]
 * state.shape  // → [2, 2, 5]
 */
export class RNN extends Recurrent<Tensor> {
  protected readonly stateKinds = 1;
  readonly nonlinearity: "tanh" | "relu";

  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    const { nonlinearity = "tanh", ...rest } = optionsOf("RNN", options, { ...recurrentKinds, nonlinearity: anything });
    super(1, inputSize, hiddenSize, rest);
    checkNonlinearity("RNN", nonlinearity);
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, state?: Tensor | null, options?: SequenceInput): [output: Tensor, state: Tensor] {
    const { output, finals } = this.run(x, state ? [state] : null, options);
    return [output, finals[0]];
  }

  protected states(x: Tensor, [h]: readonly Tensor[], weights: CellWeights, reverse: boolean): Tensor[] {
    return [rnnStates(fromInput(x, weights, sumOfBiases(weights)), weights.hidden, h, { reverse, nonlinearity: this.nonlinearity })];
  }
}
