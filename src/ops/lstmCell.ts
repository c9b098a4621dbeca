/** One step of LSTM cells. Hochreiter & Schmidhuber 1997; with forget gate: Gers et al. 2000. */

import { ShapeError } from "../base/errors.js";
import { formatShape, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { sigmoid, tanh } from "./activations.js";
import { add, mul } from "./arithmetic.js";
import { clone, contiguous } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { allocate, defineOp } from "./operation.js";
import { floats } from "./samples.js";
import { row } from "./sequence.js";
import { slice, stack } from "./slice.js";

/** Inputs gates [N, 4H], the sums before the activations, and c [N, H] → [2, N, H]: the new h, and the new c. */
const lstmCellOp = defineOp({
  name: "lstmCell",
  kernel: "lstmCell",
  shape: (inputs) => {
    const [gates, c] = inputs;
    checkSameFloat("lstmCell", inputs);
    if (c.ndim !== 2 || !sameShape(gates.shape, [c.shape[0], 4 * c.shape[1]])) {
      throw new ShapeError(`lstmCell: expected gates [N, 4·H] and c [N, H], got ${formatShape(gates.shape)} and ${formatShape(c.shape)}.`);
    }
    return { shape: [2, ...c.shape], dtype: c.dtype };
  },
  forward: (k, [gates, c], out) => {
    const activated = allocate(k, { shape: gates.shape, dtype: gates.dtype }, "lstmCell");
    k.copy(gates, activated);
    const before = contiguous(c.detach());
    k.lstmCell!(activated, before, row(out, 1), row(out, 0));
    return [activated, before];
  },
  vjp: (dy, { inputs: [gates], output, saved: [activated, before] }) => {
    let gradients: Tensor[] | undefined;
    const run = (i: number) => (): Tensor => {
      if (gradients === undefined) {
        const k = dy.backend;
        const dGates = allocate(k, { shape: gates.shape, dtype: gates.dtype }, "lstmCell");
        const both = contiguous(dy);
        const dc = clone(row(both, 1).detach());
        k.lstmCellGrad!(row(both, 0), dc, activated, before, row(output, 1), dGates);
        gradients = [dGates, dc];
      }
      return gradients[i];
    };
    return [run(0), run(1)];
  },
  composite: ([gates, c]) => stack(composite(gates, c)),
  samples: () => [
    { inputs: [floats([3, 8]), floats([3, 2])], attributes: undefined },
    { inputs: [{ ...floats([2, 4]), layout: "transposed" }, { ...floats([2, 1]), layout: "strided" }], attributes: undefined },
    { inputs: [floats([0, 4]), floats([0, 1])], attributes: undefined },
    { inputs: [floats([5, 68]), floats([5, 17])], attributes: undefined, gradcheck: false },
    { inputs: [{ shape: [1, 4], values: [200, -200, 200, NaN] }, { shape: [1, 1], values: [3] }], attributes: undefined, gradcheck: false },
  ],
  errors: () => [{ inputs: [floats([3, 6]), floats([3, 2])], attributes: undefined, message: "lstmCell: expected gates [N, 4·H] and c [N, H], got [3, 6] and [3, 2]" }],
});

function composite(gates: Tensor, c: Tensor): [Tensor, Tensor] {
  const hidden = c.shape[1];
  const gate = (i: number): Tensor => slice(gates, null, { start: i * hidden, end: (i + 1) * hidden });
  const [input, forget, cell, output] = [sigmoid(gate(0)), sigmoid(gate(1)), tanh(gate(2)), sigmoid(gate(3))];
  const next = add(mul(forget, c), mul(input, cell));
  return [mul(output, tanh(next)), next];
}

/**
 * One LSTM step: with i, f, g, o the quarters of `gates` after σ, σ, tanh, σ: c′ = f · c + i · g and h′ = o · tanh(c′). gates: [N, 4H], the sums of
 * what input and state add; c: [N, H] → [h′, c′], [N, H] each.
 * @throws ShapeError if the gates are not four times as wide as c; DTypeError unless both have one float type.
 *
 * @example
 * const gates = tensor([[100, 100, 1, 100]]);      // open gates
 * const [h, c] = lstmCell(gates, tensor([[0.5]]));
 * c // → [[1.26159]]
 * h // → [[0.85150]]
 */
export function lstmCell(gates: Tensor, c: Tensor): [h: Tensor, c: Tensor] {
  const both = lstmCellOp.apply([gates, c], undefined);
  return [slice(both, 0), slice(both, 1)];
}
