/** Recurrent networks of LSTM cells. Hochreiter & Schmidhuber 1997. */

import { ValueError } from "../base/errors.js";
import { lstmStates } from "../ops/lstm.js";
import { slice } from "../ops/slice.js";
import type { Tensor } from "../tensor/tensor.js";
import { type CellWeights, fromInput, Recurrent, type RecurrentOptions, type SequenceInput, sumOfBiases } from "./recurrent.js";

/** What an LSTM remembers: h and c, [L·D, N, hiddenSize] each. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/**
 * i, f, o = σ(Wx + b + Uh + c), g = tanh(…), c ← f · c + i · g, h ← o · tanh(c). Shapes, options and names are those of `RNN`; the state is [h, c],
 * and the rows of a weight are in the order i, f, g, o. Hochreiter & Schmidhuber 1997.
 * @throws ValueError for sizes below 1; forward: ShapeError for another input size or state.
 *
 * @example
 * const layer = new nn.LSTM(3, 5, { batchFirst: true });
 * const lengths = tensor([7, 4], { dtype: "int32" });
 * const [output, [h, c]] = layer.forward(randn([2, 7, 3]), null, { lengths });
 * output.shape                                        // → [2, 7, 5]
 * sub(output.slice(1, 3), h.slice(0, 1)).abs().max()  // → 0
 *
 * // A long sequence in pieces: the state goes on, the gradient stops at each piece's beginning.
 * let state: nn.LSTMState | null = null;
 * for (const piece of [randn([2, 20, 3]), randn([2, 20, 3])]) {
 *   const [y, [h, c]] = layer.forward(piece, state);
 *   y.square().mean().backward();
 *   state = [h.detach(), c.detach()];
 * }
 */
export class LSTM extends Recurrent<LSTMState> {
  protected readonly stateKinds = 2;

  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(4, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: LSTMState | null, options?: SequenceInput): [output: Tensor, state: [h: Tensor, c: Tensor]] {
    if (state && !(Array.isArray(state) && state.length === 2)) throw new ValueError("LSTM: the initial state must be a pair [h, c].");
    const { output, finals } = this.run(x, state ?? null, options);
    return [output, [finals[0], finals[1]]];
  }

  protected states(x: Tensor, [h, c]: readonly Tensor[], weights: CellWeights, reverse: boolean): Tensor[] {
    const both = lstmStates(fromInput(x, weights, sumOfBiases(weights)), weights.hidden, h, c, { reverse });
    return [slice(both, 0), slice(both, 1)];
  }
}
