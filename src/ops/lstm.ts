/** A layer of LSTM cells over a whole sequence, as one operation: only the products with the state are taken step by step. */

import { ShapeError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul } from "./arithmetic.js";
import { sigmoid, tanh } from "./activations.js";
import { contiguous } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { linear } from "./matmul.js";
import { allocate, defineOp } from "./operation.js";
import { floats } from "./samples.js";
import { row, stepAt, turned } from "./sequence.js";
import { slice, stack } from "./slice.js";
import { reshape } from "./views.js";

interface Attributes {
  /** From the last step to the first. */
  readonly reverse: boolean;
}

/**
 * Inputs: x's part of the gates [T, N, 4H], weight of the state [4H, H], h0 and c0 [N, H]. Output [2, T + 1, N, H]: all h and all c, the
 * initial ones included (in front, or with `reverse` behind).
 */
const lstmOp = defineOp<Attributes>({
  name: "lstm",
  kernel: "lstmCell",
  shape: (inputs) => {
    checkSameFloat("lstm", inputs);
    const [x, weight, h, c] = inputs;
    const units = weight.shape[1];
    const fits =
      x.ndim === 3 && sameShape(weight.shape, [x.shape[2], units]) && x.shape[2] === 4 * units &&
      sameShape(h.shape, [x.shape[1], units]) && sameShape(c.shape, h.shape);
    if (!fits) {
      throw new ShapeError(
        `lstm: expected gates [T, N, 4H], weight [4H, H], and states [N, H], got ${inputs.map((t) => formatShape(t.shape)).join(", ")}.`,
      );
    }
    return { shape: [2, x.shape[0] + 1, x.shape[1], units], dtype: x.dtype };
  },
  forward: (k, [x, weight, h0, c0], out, { reverse }) => {
    const steps = x.shape[0];
    const gates = allocate(k, { shape: x.shape, dtype: x.dtype }, "lstm");
    const [h, c] = [row(out, 0), row(out, 1)];
    k.copy(h0, row(h, reverse ? steps : 0));
    k.copy(c0, row(c, reverse ? steps : 0));
    const transposed = turned(weight);
    for (let i = 0; i < steps; i++) {
      const { t, before, after } = stepAt(i, steps, reverse);
      k.matmul(row(h, before), transposed, row(gates, t), row(x, t));
      k.lstmCell!(row(gates, t), row(c, before), row(c, after), row(h, after));
    }
    return [gates];
  },
  vjp: (dy, { inputs: [x, weight, h0, c0], output, saved: [gates], attributes: { reverse } }) => {
    const k = x.backend;
    const steps = x.shape[0];
    let gradients: { dGates: Tensor; dh: Tensor; dc: Tensor } | undefined;
    const run = (): { dGates: Tensor; dh: Tensor; dc: Tensor } => {
      if (gradients !== undefined) return gradients;
      const slope = contiguous(dy);
      const [dhOut, dcOut] = [row(slope, 0), row(slope, 1)];
      const dGates = allocate(k, { shape: x.shape, dtype: x.dtype }, "lstm");
      const [dh, dc] = [h0, c0].map((t) => allocate(k, { shape: t.shape, dtype: t.dtype }, "lstm"));
      const c = row(output, 1);
      // Weights that lie in the order in which every step reads them.
      const byUnit = allocate(k, { shape: [weight.shape[1], weight.shape[0]], dtype: x.dtype }, "lstm");
      k.copy(turned(weight), byUnit);
      const last = reverse ? 0 : steps;
      k.copy(row(dhOut, last), dh);
      k.copy(row(dcOut, last), dc);
      for (let i = steps - 1; i >= 0; i--) {
        const { t, before, after } = stepAt(i, steps, reverse);
        k.lstmCellGrad!(dh, dc, row(gates, t), row(c, before), row(c, after), row(dGates, t));
        k.matmul(row(dGates, t), turned(byUnit), dh, row(dhOut, before));
        k.binary("add", dc, row(dcOut, before), dc);
      }
      return (gradients = { dGates, dh, dc });
    };
    const dWeight = (): Tensor => {
      const { dGates } = run();
      const [rows, units] = [steps * x.shape[1], weight.shape[1]];
      const before = row(output, 0).view([rows, units], [units, 1], output.offset + (reverse ? h0.size : 0));
      const out = allocate(k, { shape: weight.shape, dtype: x.dtype }, "lstm");
      k.matmul(turned(dGates.view([rows, 4 * units], [4 * units, 1])), before, out);
      return out;
    };
    return [() => run().dGates, dWeight, () => run().dh, () => run().dc];
  },
  composite: ([x, weight, h0, c0], { reverse }) => {
    const steps = x.shape[0];
    const [hs, cs] = [new Array<Tensor>(steps + 1), new Array<Tensor>(steps + 1)];
    hs[reverse ? steps : 0] = h0;
    cs[reverse ? steps : 0] = c0;
    for (let i = 0; i < steps; i++) {
      const { t, before, after } = stepAt(i, steps, reverse);
      const units = weight.shape[1];
      const sums = reshape(add(slice(x, t), linear(hs[before], weight)), [h0.shape[0], 4, units]);
      const [input, forget, cell, output] = [0, 1, 2, 3].map((gate) => slice(sums, null, gate));
      cs[after] = add(mul(sigmoid(forget), cs[before]), mul(sigmoid(input), tanh(cell)));
      hs[after] = mul(sigmoid(output), tanh(cs[after]));
    }
    return stack([stack(hs), stack(cs)]);
  },
  samples: () => [
    { inputs: [floats([3, 2, 8]), floats([8, 2]), floats([2, 2]), floats([2, 2])], attributes: { reverse: false } },
    { inputs: [floats([3, 2, 12]), floats([12, 3]), floats([2, 3]), floats([2, 3])], attributes: { reverse: true } },
    { inputs: [floats([1, 1, 4]), floats([4, 1]), floats([1, 1]), floats([1, 1])], attributes: { reverse: false } },
    { inputs: [{ ...floats([2, 3, 8]), layout: "transposed" }, { ...floats([8, 2]), layout: "transposed" }, floats([3, 2]), floats([3, 2])], attributes: { reverse: false } },
    { inputs: [floats([4, 5, 80], -1, 1), floats([80, 20], -1, 1), floats([5, 20]), floats([5, 20])], attributes: { reverse: false }, gradcheck: false },
  ],
  errors: () => [
    { inputs: [floats([3, 2, 8]), floats([8, 3]), floats([2, 2]), floats([2, 2])], attributes: { reverse: false }, message: "expected gates [T, N, 4H]" },
    { inputs: [floats([3, 2, 8]), floats([8, 2]), floats([1, 2]), floats([2, 2])], attributes: { reverse: false }, message: "expected gates [T, N, 4H]" },
  ],
});

export interface LstmOptions {
  /** Walk the sequence from its end. Default false. */
  readonly reverse?: boolean;
}

/**
 * LSTM cells over a sequence, given what the inputs add to the gates. gates: [T, N, 4H], in the order input, forget, cell, output, biases included;
 * weight: [4H, H]; h0, c0: [N, H] → h: [T, N, H], and the last h and c: [N, H].
 * i, f, o = σ(gates + weight · h), g = tanh(…); c ← f·c + i·g; h ← o·tanh(c). Hochreiter & Schmidhuber 1997.
 * @throws ShapeError if the shapes do not fit; DTypeError unless all are of one float type.
 *
 * @example
 * const [h0, c0] = [zeros([2, 5]), zeros([2, 5])];
 * const [h, [last]] = lstm(randn([7, 2, 20]), randn([20, 5]), h0, c0);
 * h.shape            // → [7, 2, 5]
 * sub(h.slice(6), last) // → [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
 */
export function lstm(gates: Tensor, weight: Tensor, h0: Tensor, c0: Tensor, options: LstmOptions = {}): [Tensor, [Tensor, Tensor]] {
  const { reverse = false } = optionsOf("lstm", options);
  const states = lstmStates(gates, weight, h0, c0, { reverse });
  const steps = gates.shape[0];
  const last = reverse ? 0 : steps;
  const h = slice(states, 0, reverse ? { start: 0, end: steps } : { start: 1, end: steps + 1 });
  return [h, [slice(states, 0, last), slice(states, 1, last)]];
}

/** All h and all c, [2, T + 1, N, H], the initial ones in front, or with `reverse` behind. */
export function lstmStates(gates: Tensor, weight: Tensor, h0: Tensor, c0: Tensor, options: LstmOptions = {}): Tensor {
  const { reverse = false } = optionsOf("lstmStates", options);
  return lstmOp.apply([gates, weight, h0, c0], { reverse });
}
