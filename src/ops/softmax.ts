/** Softmax and its logarithm, without overflow. */

import { normalizeAxis } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { div, mul, sub } from "./arithmetic.js";
import { contiguous, toFloat } from "./cast.js";
import { checkTensors } from "./checks.js";
import { exp, neg } from "./elementwise.js";
import { defineOp, type Operation } from "./operation.js";
import { logsumexp, max, sum } from "./reduce.js";
import { floats } from "./samples.js";
import { transpose } from "./views.js";

const last = { axis: -1, keepDim: true } as const;

/** y = softmax(x), or its logarithm, over the last axis. */
const softmaxOp = defineOp<{ log: boolean }>({
  name: "softmax",
  kernel: "softmax",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  forward: (k, [x], out, { log }) => k.softmax!(contiguous(x), out, log),
  vjp: (dy, { output, attributes }) => [() => softmaxGradOp.apply([dy, output], attributes)],
  composite: ([x], { log }) => composite(x, log),
  samples: () => [false, true].flatMap((log) => [
    { inputs: [floats([3, 5])], attributes: { log } },
    { inputs: [floats([2, 3, 1])], attributes: { log } },
    { inputs: [{ ...floats([4, 6]), layout: "transposed" as const }], attributes: { log } },
    { inputs: [{ shape: [2, 3], values: [1000, 1001, 1002, -1000, 0, 1000] }], attributes: { log }, gradcheck: false },
    { inputs: [{ shape: [2, 2], values: [NaN, 1, 0, -Infinity] }], attributes: { log }, gradcheck: false },
  ]),
});

function composite(x: Tensor, log: boolean): Tensor {
  if (log) return sub(x, logsumexp(x, last));
  const e = exp(sub(x, max(x, last).detach()));
  return div(e, sum(e, last));
}

/** dx = y (dy − Σ dy y) for softmax, dy − e^y Σ dy for its logarithm; y is the forward's output. */
const softmaxGradOp: Operation<{ log: boolean }> = defineOp<{ log: boolean }>({
  name: "softmaxGrad",
  kernel: "softmaxGrad",
  shape: ([, y]) => ({ shape: y.shape, dtype: y.dtype }),
  forward: (k, [dy, y], out, { log }) => k.softmaxGrad!(contiguous(dy), y, out, log),
  vjp: (g, { inputs: [dy, y], attributes: { log } }) => {
    if (log) {
      const p = exp(y);
      return [() => sub(g, sum(mul(g, p), last)), () => mul(mul(p, sum(dy, last)), neg(g))];
    }
    const inner = (): Tensor => sum(mul(g, y), last);
    return [
      () => mul(y, sub(g, inner())),
      () => sub(mul(g, sub(dy, sum(mul(dy, y), last))), mul(dy, inner())),
    ];
  },
  composite: ([dy, y], { log }) => gradComposite(dy, y, log),
  samples: () => [false, true].map((log) => ({ inputs: [floats([3, 4]), floats([3, 4], 0.1, 0.9)], attributes: { log } })),
});

function gradComposite(dy: Tensor, y: Tensor, log: boolean): Tensor {
  return log ? sub(dy, mul(exp(y), sum(dy, last))) : mul(y, sub(dy, sum(mul(dy, y), last)));
}

function alongAxis(x: Tensor, axis: number, log: boolean): Tensor {
  const name = log ? "logSoftmax" : "softmax";
  checkTensors(name, [x]);
  const at = normalizeAxis(name, axis, x.ndim);
  if (at === x.ndim - 1) return softmaxOp.apply([toFloat(x)], { log });
  return transpose(softmaxOp.apply([transpose(toFloat(x), at, -1)], { log }), at, -1);
}

/**
 * eˣ / Σ eˣ along `axis` (default: the last). Adding a constant to x changes nothing, so large x are safe.
 *
 * @example
 * softmax(tensor([0, Math.log(3)])) // → [0.25, 0.75]
 * softmax(tensor([1000, 1000]))     // → [0.5, 0.5]
 */
export const softmax = (x: Tensor, axis = -1): Tensor => alongAxis(x, axis, false);

/**
 * x − log Σ eˣ along `axis` (default: the last).
 *
 * @example
 * logSoftmax(tensor([[0, 0], [0, 1000]])) // → [[-0.69315, -0.69315], [-1000, 0]]
 */
export const logSoftmax = (x: Tensor, axis = -1): Tensor => alongAxis(x, axis, true);
