/**
 * Layers of simple recurrent cells and of GRU cells over a whole sequence, as one operation each: only the products with the state are taken
 * step by step, and the gradient of their weight is one product for all steps.
 */

import type { Backend } from "../backend/backend.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { relu, sigmoid, tanh } from "./activations.js";
import { add, mul, sub } from "./arithmetic.js";
import { contiguous } from "./cast.js";
import { checkSameFloat, checkTensor } from "./checks.js";
import { linear } from "./matmul.js";
import { allocate, defineOp, type OutputSpec } from "./operation.js";
import { sum } from "./reduce.js";
import { floats } from "./samples.js";
import { part, row, stepAt, turned } from "./sequence.js";
import { slice, stack } from "./slice.js";

export interface SequenceOptions {
  /** Walk the sequence from its end. Default false. */
  readonly reverse?: boolean;
}

interface Attributes {
  readonly reverse: boolean;
}

/** Inputs gates [T, N, G·H], weight [G·H, H], h0 [N, H], and perhaps a bias [G·H] → all states [T + 1, N, H], h0 included. */
function statesSpec(op: string, inputs: readonly Tensor[], gateCount: number): OutputSpec {
  checkSameFloat(op, inputs);
  const [gates, weight, h, bias] = inputs;
  const units = weight.shape[1];
  const fits =
    gates.ndim === 3 && sameShape(weight.shape, [gateCount * units, units]) && gates.shape[2] === gateCount * units &&
    sameShape(h.shape, [gates.shape[1], units]) && (bias === undefined || sameShape(bias.shape, [gateCount * units]));
  if (!fits) {
    const wide = gateCount === 1 ? "H" : `${gateCount}H`;
    throw new ShapeError(
      `${op}: expected gates [T, N, ${wide}], weight [${wide}, H] and a state [N, H], got ${inputs.map((t) => formatShape(t.shape)).join(", ")}.`,
    );
  }
  return { shape: [gates.shape[0] + 1, ...h.shape], dtype: gates.dtype };
}

const like = (k: Backend, t: Tensor): Tensor => allocate(k, { shape: t.shape, dtype: t.dtype }, "rnn");

/** Σₜ dGatesₜᵀ · hₜ₋₁, given all T + 1 states. */
function weightGrad(k: Backend, dGates: Tensor, states: Tensor, weight: Tensor, reverse: boolean): Tensor {
  const [steps, n, width] = dGates.shape;
  const units = weight.shape[1];
  const before = states.view([steps * n, units], [units, 1], states.offset + (reverse ? n * units : 0));
  const out = like(k, weight);
  k.matmul(turned(dGates.view([steps * n, width], [width, 1])), before, out);
  return out;
}

/** All states, given what one step makes of what the input adds to the gates and the state. */
function unrolled(gates: Tensor, h0: Tensor, reverse: boolean, step: (gates: Tensor, h: Tensor) => Tensor): Tensor {
  const steps = gates.shape[0];
  const states = new Array<Tensor>(steps + 1);
  states[reverse ? steps : 0] = h0;
  for (let i = 0; i < steps; i++) {
    const { t, before, after } = stepAt(i, steps, reverse);
    states[after] = step(slice(gates, t), states[before]);
  }
  return stack(states);
}

interface RnnAttributes extends Attributes {
  readonly nonlinearity: "tanh" | "relu";
}

const rnnOp = defineOp<RnnAttributes>({
  name: "rnn",
  shape: (inputs) => statesSpec("rnn", inputs, 1),
  forward: (k, [gates, weight, h0], out, { reverse, nonlinearity }) => {
    const steps = gates.shape[0];
    k.copy(h0, row(out, reverse ? steps : 0));
    for (let i = 0; i < steps; i++) {
      const { t, before, after } = stepAt(i, steps, reverse);
      const h = row(out, after);
      k.matmul(row(out, before), turned(weight), h, row(gates, t));
      k.unary(nonlinearity, h, h);
    }
  },
  vjp: (dy, { inputs: [gates, weight, h0], output, attributes: { reverse, nonlinearity } }) => {
    const k = dy.backend;
    const steps = gates.shape[0];
    let gradients: { readonly dGates: Tensor; readonly dh: Tensor } | undefined;
    const run = (): { readonly dGates: Tensor; readonly dh: Tensor } => {
      if (gradients !== undefined) return gradients;
      const slope = contiguous(dy);
      const [dGates, dh] = [like(k, gates), like(k, h0)];
      k.copy(row(slope, reverse ? 0 : steps), dh);
      for (let i = steps - 1; i >= 0; i--) {
        const { t, before, after } = stepAt(i, steps, reverse);
        k.binary(nonlinearity === "tanh" ? "tanhGrad" : "reluGrad", dh, row(output, after), row(dGates, t));
        k.matmul(row(dGates, t), weight, dh, row(slope, before));
      }
      return (gradients = { dGates, dh });
    };
    return [() => run().dGates, () => weightGrad(k, run().dGates, output, weight, reverse), () => run().dh];
  },
  composite: ([gates, weight, h0], { reverse, nonlinearity }) => {
    const f = nonlinearity === "tanh" ? tanh : relu;
    return unrolled(gates, h0, reverse, (g, h) => f(add(g, linear(h, weight))));
  },
  samples: () => [
    { inputs: [floats([4, 2, 3]), floats([3, 3]), floats([2, 3])], attributes: { reverse: false, nonlinearity: "tanh" } },
    { inputs: [floats([3, 2, 2]), floats([2, 2]), floats([2, 2])], attributes: { reverse: true, nonlinearity: "tanh" } },
    { inputs: [floats([3, 2, 2], 0.1, 2), floats([2, 2], 0.1, 1), floats([2, 2], 0.1, 1)], attributes: { reverse: false, nonlinearity: "relu" } },
    {
      inputs: [{ ...floats([2, 3, 2]), layout: "transposed" }, { ...floats([2, 2]), layout: "transposed" }, { ...floats([3, 2]), layout: "strided" }],
      attributes: { reverse: true, nonlinearity: "tanh" },
    },
    { inputs: [floats([2, 0, 3]), floats([3, 3]), floats([0, 3])], attributes: { reverse: false, nonlinearity: "tanh" } },
  ],
  errors: () => [
    {
      inputs: [floats([4, 2, 3]), floats([3, 2]), floats([2, 3])],
      attributes: { reverse: false, nonlinearity: "tanh" },
      message: "rnn: expected gates [T, N, H], weight [H, H] and a state [N, H], got [4, 2, 3], [3, 2], [2, 3]",
    },
  ],
});

/** Order of the gates: reset r, update z, new n. What the state adds to n stays apart, as r multiplies it. */
const gruOp = defineOp<Attributes>({
  name: "gru",
  shape: (inputs) => statesSpec("gru", inputs, 3),
  forward: (k, [gates, weight, h0, bias], out, { reverse }) => {
    const steps = gates.shape[0];
    const [activated, fromState] = [like(k, gates), like(k, gates)];
    const spread = bias?.view([h0.shape[0], bias.size], [0, bias.strides[0]]);
    k.copy(h0, row(out, reverse ? steps : 0));
    for (let i = 0; i < steps; i++) {
      const { t, before, after } = stepAt(i, steps, reverse);
      const [h, next, added, active] = [row(out, before), row(out, after), row(fromState, t), row(activated, t)];
      k.matmul(h, turned(weight), added, spread);
      k.binary("add", row(gates, t), added, active);
      const [r, z, n] = [part(active, 0, 3), part(active, 1, 3), part(active, 2, 3)];
      k.unary("sigmoid", r, r);
      k.unary("sigmoid", z, z);
      k.binary("mul", r, part(added, 2, 3), n);
      k.binary("add", part(row(gates, t), 2, 3), n, n);
      k.unary("tanh", n, n);
      k.binary("sub", h, n, next);
      k.binary("mul", z, next, next);
      k.binary("add", n, next, next);
    }
    return [activated, fromState];
  },
  vjp: (dy, { inputs: [gates, weight, h0, bias], output, saved: [activated, fromState], attributes: { reverse } }) => {
    const k = dy.backend;
    const steps = gates.shape[0];
    let gradients: { readonly dGates: Tensor; readonly dState: Tensor; readonly dh: Tensor } | undefined;
    const run = (): { readonly dGates: Tensor; readonly dState: Tensor; readonly dh: Tensor } => {
      if (gradients !== undefined) return gradients;
      const slope = contiguous(dy);
      const [dGates, dState, dh, kept, scratch] = [like(k, gates), like(k, gates), like(k, h0), like(k, h0), like(k, h0)];
      k.copy(row(slope, reverse ? 0 : steps), dh);
      for (let i = steps - 1; i >= 0; i--) {
        const { t, before } = stepAt(i, steps, reverse);
        const [active, into, added] = [row(activated, t), row(dGates, t), row(dState, t)];
        const [r, z, n] = [part(active, 0, 3), part(active, 1, 3), part(active, 2, 3)];
        const [dr, dz, dn] = [part(into, 0, 3), part(into, 1, 3), part(into, 2, 3)];
        k.binary("mul", dh, z, kept);
        k.binary("sub", dh, kept, scratch);
        k.binary("tanhGrad", scratch, n, dn);
        k.binary("sub", row(output, before), n, scratch);
        k.binary("mul", dh, scratch, scratch);
        k.binary("sigmoidGrad", scratch, z, dz);
        k.binary("mul", dn, part(row(fromState, t), 2, 3), scratch);
        k.binary("sigmoidGrad", scratch, r, dr);
        k.copy(into, added);
        k.binary("mul", dn, r, part(added, 2, 3));
        k.binary("add", kept, row(slope, before), kept);
        k.matmul(added, weight, dh, kept);
      }
      return (gradients = { dGates, dState, dh });
    };
    return [
      () => run().dGates,
      () => weightGrad(k, run().dState, output, weight, reverse),
      () => run().dh,
      ...(bias === undefined ? [] : [() => sum(run().dState, { axis: [0, 1] })]),
    ];
  },
  composite: ([gates, weight, h0, bias], { reverse }) => unrolled(gates, h0, reverse, (g, h) => gruCell(g, linear(h, weight, bias), h)),
  samples: () => [
    { inputs: [floats([3, 2, 6]), floats([6, 2]), floats([2, 2]), floats([6])], attributes: { reverse: false } },
    { inputs: [floats([2, 1, 9]), floats([9, 3]), { ...floats([1, 3]), layout: "strided" }, floats([9])], attributes: { reverse: true } },
    { inputs: [{ ...floats([2, 2, 3]), layout: "transposed" }, floats([3, 1]), floats([2, 1])], attributes: { reverse: false } },
    { inputs: [floats([4, 5, 60], -1, 1), floats([60, 20], -1, 1), floats([5, 20]), floats([60])], attributes: { reverse: false }, gradcheck: false },
    { inputs: [floats([2, 0, 3]), floats([3, 1]), floats([0, 1])], attributes: { reverse: false } },
  ],
  errors: () => [
    {
      inputs: [floats([3, 2, 6]), floats([6, 2]), floats([2, 2]), floats([2])],
      attributes: { reverse: false },
      message: "gru: expected gates [T, N, 3H], weight [3H, H] and a state [N, H], got [3, 2, 6], [6, 2], [2, 2], [2]",
    },
  ],
});

/**
 * One GRU step: r, z = σ of the sums of the first two thirds, n = tanh(fromX₂ + r · fromState₂), h′ = n + z · (h − n). fromX, fromState: [N, 3H], what
 * the input and the state add to the gates, biases included; h: [N, H] → h′: [N, H]. Cho et al. 2014, with r after the product as in PyTorch.
 * @throws ShapeError if the gates are not three times as wide as h.
 *
 * @example
 * const fromX = tensor([[0, 0, 10]]);
 * gruCell(fromX, zeros([1, 3]), tensor([[0.5]])) // → [[0.75000]]
 */
export function gruCell(fromX: Tensor, fromState: Tensor, h: Tensor): Tensor {
  checkTensor("gruCell", fromX);
  checkTensor("gruCell", fromState, 1);
  checkTensor("gruCell", h, 2);
  const units = h.shape[1];
  if (h.ndim !== 2 || [fromX, fromState].some((t) => !sameShape(t.shape, [h.shape[0], 3 * units]))) {
    throw new ShapeError(`gruCell: expected gates [N, 3H] twice and a state [N, H], got ${[fromX, fromState, h].map((t) => formatShape(t.shape)).join(", ")}.`);
  }
  const gate = (t: Tensor, i: number): Tensor => slice(t, null, { start: i * units, end: (i + 1) * units });
  const r = sigmoid(add(gate(fromX, 0), gate(fromState, 0)));
  const z = sigmoid(add(gate(fromX, 1), gate(fromState, 1)));
  const n = tanh(add(gate(fromX, 2), mul(r, gate(fromState, 2))));
  return add(n, mul(z, sub(h, n)));
}

/** The outputs and the last state among all T + 1 states. */
function split(states: Tensor, reverse: boolean): [Tensor, Tensor] {
  const steps = states.shape[0] - 1;
  return [slice(states, reverse ? { end: steps } : { start: 1 }), slice(states, reverse ? 0 : steps)];
}

export interface RnnOptions extends SequenceOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * A simple recurrent layer over a sequence, given what the inputs add: h ← f(gates + weight · h). gates: [T, N, H], biases included; weight: [H, H];
 * h0: [N, H] → all h: [T, N, H], and the last: [N, H]. Elman 1990.
 * @throws ShapeError if the shapes do not fit; DTypeError unless all are of one float type; ValueError for another non-linearity.
 *
 * @example
 * const x = tensor([[[2]], [[3]], [[1]]]);
 * const [h, last] = rnn(x.mul(3), tensor([[-3]]), zeros([1, 1]), { nonlinearity: "relu" });
 * h    // → [[[6]], [[0]], [[3]]]
 * last // → [[3]]
 */
export function rnn(gates: Tensor, weight: Tensor, h0: Tensor, options: RnnOptions = {}): [Tensor, Tensor] {
  const { reverse = false, nonlinearity = "tanh" } = optionsOf("rnn", options);
  return split(rnnStates(gates, weight, h0, { reverse, nonlinearity }), reverse);
}

/** All h, [T + 1, N, H], h0 in front, or with `reverse` behind. */
export function rnnStates(gates: Tensor, weight: Tensor, h0: Tensor, options: RnnOptions = {}): Tensor {
  const { reverse = false, nonlinearity = "tanh" } = optionsOf("rnnStates", options);
  checkNonlinearity("rnn", nonlinearity);
  return rnnOp.apply([gates, weight, h0], { reverse, nonlinearity });
}

/** @throws ValueError unless it is "tanh" or "relu". */
export function checkNonlinearity(op: string, nonlinearity: string): void {
  if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
    throw new ValueError(`${op}: nonlinearity must be "tanh" or "relu", got ${show(nonlinearity)}.`);
  }
}

export interface GruOptions extends SequenceOptions {
  /** Added to weight · h: [3H]. Default: none. */
  readonly bias?: Tensor | null;
}

/**
 * GRU cells over a sequence, given what the inputs add to the gates: [T, N, 3H], in the order reset, update, new; weight: [3H, H]; h0: [N, H] → all
 * h: [T, N, H], and the last: [N, H]. Each step is `gruCell`. Cho et al. 2014.
 * @throws ShapeError if the shapes do not fit; DTypeError unless all are of one float type.
 *
 * @example
 * const [h, last] = gru(randn([7, 2, 15]), randn([15, 5]), zeros([2, 5]), { bias: zeros([15]) });
 * h.shape               // → [7, 2, 5]
 * sub(h.slice(6), last) // → [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
 */
export function gru(gates: Tensor, weight: Tensor, h0: Tensor, options: GruOptions = {}): [Tensor, Tensor] {
  const { reverse = false, bias } = optionsOf("gru", options);
  return split(gruStates(gates, weight, h0, { reverse, bias }), reverse);
}

/** All h, [T + 1, N, H], h0 in front, or with `reverse` behind. */
export function gruStates(gates: Tensor, weight: Tensor, h0: Tensor, options: GruOptions = {}): Tensor {
  const { reverse = false, bias } = optionsOf("gruStates", options);
  return gruOp.apply(bias ? [gates, weight, h0, bias] : [gates, weight, h0], { reverse });
}
