/** Softmax cross-entropy of class indices, fused: one pass forward, one pass backward, no logarithm of a small number. */

import { DTypeError, ShapeError } from "../base/errors.js";
import { formatShape, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { cast, contiguous } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { ne } from "./compare.js";
import { neg } from "./elementwise.js";
import { oneHot } from "./indexing.js";
import { labelError } from "./labels.js";
import { allocate, defineOp, type Operation } from "./operation.js";
import { mean, sum } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { logSoftmax } from "./softmax.js";
import { unsqueeze } from "./views.js";

interface Attributes {
  readonly labelSmoothing: number;
  readonly ignoreIndex: number;
}

/** Loss of each row: −Σ q log softmax(logits), q = (1 − s)·onehot + s/C. */
const crossEntropyOp = defineOp<Attributes>({
  name: "crossEntropy",
  kernel: "crossEntropy",
  shape: ([logits, target]) => {
    checkSameFloat("crossEntropy (logits)", [logits]);
    if (logits.ndim !== 2 || !sameShape(target.shape, [logits.shape[0]])) {
      throw new ShapeError(
        `crossEntropy: expected logits [N, C] and target [N], got ${formatShape(logits.shape)} and ${formatShape(target.shape)}.`,
      );
    }
    if (target.dtype !== "int32") {
      throw new DTypeError(`crossEntropy: the target holds class indices and must be int32, but is ${target.dtype}; use cast(target, "int32"), or give [N, C] probabilities.`);
    }
    return { shape: target.shape, dtype: logits.dtype };
  },
  forward: (k, [logits, target], out, { labelSmoothing, ignoreIndex }) => {
    const probabilities = allocate(k, { shape: logits.shape, dtype: logits.dtype }, "crossEntropy");
    const bad = k.crossEntropy!(contiguous(logits), contiguous(target), out, probabilities, labelSmoothing, ignoreIndex);
    if (bad >= 0) throw labelError("crossEntropy", bad, logits.shape[1]);
    return [probabilities];
  },
  vjp: (dy, { inputs: [, target], saved: [probabilities], attributes }) => [
    () => gradOp.apply([dy, probabilities, target], attributes),
    null,
  ],
  composite: ([logits, target], { labelSmoothing, ignoreIndex }) => {
    const logP = logSoftmax(logits);
    const picked = neg(sum(mul(logP, cast(oneHot(target, logits.shape[1]), logits.dtype)), { axis: 1 }));
    const spread = neg(mean(logP, { axis: 1 }));
    const counted = cast(ne(target, ignoreIndex), logits.dtype);
    return mul(add(mul(picked, 1 - labelSmoothing), mul(spread, labelSmoothing)), counted);
  },
  samples: () => [
    { inputs: [floats([4, 3]), ints([4], [0, 2, 1, 1])], attributes: { labelSmoothing: 0, ignoreIndex: -100 } },
    { inputs: [floats([3, 5]), ints([3], [4, 0, 3])], attributes: { labelSmoothing: 0.1, ignoreIndex: -100 } },
    { inputs: [floats([3, 5]), ints([3], [4, -100, 3])], attributes: { labelSmoothing: 0, ignoreIndex: -100 } },
    { inputs: [floats([1, 1]), ints([1], [0])], attributes: { labelSmoothing: 0, ignoreIndex: -100 } },
    {
      inputs: [{ shape: [2, 3], values: [1000, 1001, 1002, -1000, 0, 1000] }, ints([2], [0, 1])],
      attributes: { labelSmoothing: 0, ignoreIndex: -100 },
      gradcheck: false,
    },
  ],
  errors: () => [
    { inputs: [floats([2, 3]), ints([2], [0, 3])], attributes: { labelSmoothing: 0, ignoreIndex: -100 }, message: "the label of row 1 is not in 0…2" },
    { inputs: [floats([2, 3]), ints([3], [0, 1, 2])], attributes: { labelSmoothing: 0, ignoreIndex: -100 }, message: "expected logits [N, C] and target [N], got [2, 3] and [3]" },
    { inputs: [floats([2, 3]), floats([2])], attributes: { labelSmoothing: 0, ignoreIndex: -100 }, message: "must be int32, but is float" },
    { inputs: [ints([1, 2], [0, 3]), ints([1], [0])], attributes: { labelSmoothing: 0, ignoreIndex: -100 }, message: "crossEntropy (logits): expected operands of one type, float32 or float64, got int32" },
  ],
});

/** dlogits[n] = dy[n] · (p[n] − q[n]). */
const gradOp: Operation<Attributes> = defineOp<Attributes>({
  name: "crossEntropyGrad",
  kernel: "crossEntropyGrad",
  shape: ([, probabilities]) => ({ shape: probabilities.shape, dtype: probabilities.dtype }),
  forward: (k, [dy, probabilities, target], out, { labelSmoothing, ignoreIndex }) =>
    k.crossEntropyGrad!(dy, probabilities, contiguous(target), out, labelSmoothing, ignoreIndex),
  composite: ([dy, probabilities, target], { labelSmoothing, ignoreIndex }) => {
    const classes = probabilities.shape[1];
    const q = add(mul(cast(oneHot(target, classes), dy.dtype), 1 - labelSmoothing), labelSmoothing / classes);
    return mul(sub(probabilities, q), unsqueeze(mul(dy, cast(ne(target, ignoreIndex), dy.dtype)), 1));
  },
  samples: () => [
    { inputs: [floats([3]), floats([3, 4], 0, 1), ints([3], [0, 3, 2])], attributes: { labelSmoothing: 0, ignoreIndex: -100 } },
    { inputs: [floats([3]), floats([3, 4], 0, 1), ints([3], [0, -1, 2])], attributes: { labelSmoothing: 0.2, ignoreIndex: -1 } },
  ],
});

/** Loss of each row; the public function with reductions and weights is in nn/losses. */
export function crossEntropyRows(logits: Tensor, target: Tensor, attributes: Attributes): Tensor {
  return crossEntropyOp.apply([logits, target], attributes);
}
