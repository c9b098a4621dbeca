/** Batch normalisation: each channel to mean 0 and variance 1 over the batch. Ioffe & Szegedy 2015. */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf, show } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { addScalar, neg, rsqrt, square } from "./elementwise.js";
import { contiguous } from "./cast.js";
import { checkSameFloat, checkTensor } from "./checks.js";
import { isDense } from "./layout.js";
import { allocate, defineOp } from "./operation.js";
import { mean } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { reshape } from "./views.js";

interface Attributes {
  readonly eps: number;
  /** Called with the batch's mean and biased variance, [C] each, when the kernel has computed them. */
  readonly onStatistics?: (mean: Tensor, variance: Tensor) => void;
}

/** Axes over which a channel's statistics are taken. */
const others = (x: Tensor): number[] => x.shape.map((_, i) => i).filter((i) => i !== 1);
const perChannel = (t: Tensor, x: Tensor): Tensor => reshape(t, x.shape.map((n, i) => (i === 1 ? n : 1)));

function checkChannels(x: Tensor, weight: Tensor | undefined): void {
  if (x.ndim < 2) throw new ShapeError(`batchNorm: input ${formatShape(x.shape)} must be [N, C, …].`);
  if (weight !== undefined && x.shape[1] !== weight.size) {
    throw new ShapeError(
      `batchNorm: input ${formatShape(x.shape)} must be [N, C, …] with C = ${weight.size} channels; build BatchNorm2d(${x.shape[1]}).`,
    );
  }
}

function checkCount(x: Tensor): void {
  if (x.size / x.shape[1] < 2) {
    throw new ShapeError(`batchNorm: one value per channel in ${formatShape(x.shape)} has no variance; use a larger batch, or eval() for single samples.`);
  }
}

/** Training: inputs x [N, C, …], and weight [C] and bias [C] if there are any. */
const batchNormOp = defineOp<Attributes>({
  name: "batchNorm",
  kernel: "batchNorm",
  shape: (inputs) => {
    const [x, weight] = inputs;
    checkSameFloat("batchNorm", inputs);
    checkChannels(x, weight);
    checkCount(x);
    return { shape: x.shape, dtype: x.dtype, strides: isDense(x) ? x.strides : undefined };
  },
  forward: (k, [x, weight = null, bias = null], out, { eps, onStatistics }) => {
    const average = allocate(k, { shape: [x.shape[1]], dtype: x.dtype }, "batchNorm");
    const variance = allocate(k, { shape: [x.shape[1]], dtype: x.dtype }, "batchNorm");
    k.batchNorm!(x, weight, bias, average, variance, out, eps);
    onStatistics?.(average, variance);
    return [average, variance];
  },
  vjp: (dy, { inputs: [x, weight = null], saved: [average, variance], attributes: { eps } }) => {
    let gradients: Tensor[] | undefined;
    const run = (i: number) => (): Tensor => {
      if (gradients === undefined) {
        const dx = allocate(x.backend, { shape: x.shape, dtype: x.dtype, strides: isDense(x) ? x.strides : undefined }, "batchNorm");
        const dWeight = allocate(x.backend, { shape: average.shape, dtype: x.dtype }, "batchNorm");
        const dBias = allocate(x.backend, { shape: average.shape, dtype: x.dtype }, "batchNorm");
        x.backend.batchNormGrad!(dy, x, weight, average, variance, dx, dWeight, dBias, eps);
        gradients = [dx, dWeight, dBias];
      }
      return gradients[i];
    };
    return [run(0), run(1), run(2)];
  },
  composite: ([x, weight, bias], { eps }) => {
    const average = mean(x, { axis: others(x), keepDim: true });
    const centred = sub(x, average);
    const scale = rsqrt(addScalar(mean(square(centred), { axis: others(x), keepDim: true }), eps));
    const normal = mul(centred, scale);
    return weight === undefined ? normal : add(mul(normal, perChannel(weight, x)), perChannel(bias, x));
  },
  samples: () => [
    { inputs: [floats([4, 3, 2, 5]), floats([3], 0.5, 1.5), floats([3])], attributes: { eps: 1e-5 } },
    { inputs: [floats([7, 2]), floats([2], 0.5, 1.5), floats([2])], attributes: { eps: 1e-3 } },
    { inputs: [{ ...floats([3, 4, 2, 2]), layout: "transposed" }, floats([4], 0.5, 1.5), floats([4])], attributes: { eps: 1e-5 } },
    { inputs: [floats([3, 2, 2])], attributes: { eps: 1e-5 } },
  ],
  errors: () => [
    { inputs: [floats([4, 3, 2, 2]), floats([2]), floats([2])], attributes: { eps: 1e-5 }, message: "must be [N, C, …] with C = 2 channels" },
    { inputs: [floats([4])], attributes: { eps: 1e-5 }, message: "input [4] must be [N, C, …]" },
    { inputs: [floats([1, 2]), floats([2]), floats([2])], attributes: { eps: 1e-5 }, message: "one value per channel in [1, 2]" },
    { inputs: [ints([2, 1], [1, 2]), floats([1]), floats([1])], attributes: { eps: 1e-5 }, message: "expected operands of one type, float32 or float64, got int32, float" },
  ],
});

/**
 * (x − mean)/√(variance + eps) · weight + bias with the batch's own statistics, the variance a biased one. x: [N, C, …], weight and
 * bias: [C], or both null: 1 and 0. Ioffe & Szegedy 2015, algorithm 1.
 * @throws ShapeError if the channels differ, or there is one value per channel; DTypeError unless all have one float type.
 *
 * @example
 * const x = tensor([[1, 10], [3, 30]]);
 * batchNormTrain(x, ones([2]), zeros([2]), { eps: 1e-5 }) // → [[-1.0000, -1.0000], [1.0000, 1.0000]]
 */
export function batchNormTrain(x: Tensor, weight: Tensor | null, bias: Tensor | null, attributes: Attributes): Tensor {
  checkTensor("batchNormTrain", x);
  const { eps, onStatistics } = optionsOf("batchNormTrain", attributes);
  if (!(eps >= 0) || (onStatistics !== undefined && typeof onStatistics !== "function")) {
    throw new ValueError(`batchNormTrain: eps must be at least 0 and onStatistics a function, got ${show(eps)} and ${show(onStatistics)}.`);
  }
  return batchNormOp.apply(weight && bias ? [x, contiguous(weight), contiguous(bias)] : [x], attributes);
}

/**
 * (x − average)/√(variance + eps) · weight + bias with given statistics: what evaluation uses. x: [N, C, …], the others [C];
 * weight and bias may both be null: 1 and 0.
 * @throws ShapeError if the channels differ.
 *
 * @example
 * const [average, variance] = [tensor([2]), tensor([4])];
 * batchNormEval(tensor([[2], [6]]), ones([1]), zeros([1]), average, variance, 0) // → [[0], [2]]
 */
export function batchNormEval(x: Tensor, weight: Tensor | null, bias: Tensor | null, average: Tensor, variance: Tensor, eps: number): Tensor {
  checkTensor("batchNormEval", x);
  checkTensor("batchNormEval", average, 3);
  checkTensor("batchNormEval", variance, 4);
  checkChannels(x, average);
  const rstd = rsqrt(addScalar(variance, eps));
  const scale = weight ? mul(weight, rstd) : rstd;
  const shift = mul(average, scale);
  return add(mul(x, perChannel(scale, x)), perChannel(bias ? sub(bias, shift) : neg(shift), x));
}
