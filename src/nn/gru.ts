/** Recurrent networks of gated recurrent units. Cho et al. 2014. */

import { gruStates } from "../ops/rnn.js";
import type { Tensor } from "../tensor/tensor.js";
import { type CellWeights, fromInput, Recurrent, type RecurrentOptions, type SequenceInput } from "./recurrent.js";

/**
 * r, z = σ(Wx + b + Uh + c), n = tanh(Wₙx + bₙ + r · (Uₙh + cₙ)), h ← n + z · (h − n). Shapes, options and names are those of `RNN`; the rows of a
 * weight are in the order r, z, n. Cho et al. 2014, in PyTorch's form.
 * @throws ValueError for sizes below 1; forward: ShapeError for another input size or state.
 *
 * @example
 * const layer = new nn.GRU(3, 5, { numLayers: 2, batchFirst: true });
 * const [output, state] = layer.forward(randn([2, 7, 3]));
 * output.shape // → [2, 7, 5]
 * state.shape  // → [2, 2, 5]
 */
export class GRU extends Recurrent<Tensor> {
  protected readonly stateKinds = 1;

  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(3, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: Tensor | null, options?: SequenceInput): [output: Tensor, state: Tensor] {
    const { output, finals } = this.run(x, state ? [state] : null, options);
    return [output, finals[0]];
  }

  protected states(x: Tensor, [h]: readonly Tensor[], weights: CellWeights, reverse: boolean): Tensor[] {
    return [gruStates(fromInput(x, weights, weights.inputBias), weights.hidden, h, { reverse, bias: weights.hiddenBias })];
  }
}
