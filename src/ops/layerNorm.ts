/**
 * Normalisation of rows: each to mean 0 and variance 1 by itself. Layer norm takes a sample's features as a row, group norm a group of a
 * sample's channels, instance norm one channel of one sample; RMS norm only divides by the root of the mean square.
 */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, sameShape, type Shape, sizeOf } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { add, mul, sub } from "./arithmetic.js";
import { contiguous } from "./cast.js";
import { checkArray, checkSameFloat, checkTensor } from "./checks.js";
import { addScalar, rsqrt, square } from "./elementwise.js";
import { allocate, defineOp, noTensor } from "./operation.js";
import { mean } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { reshape } from "./views.js";

const last = { axis: -1, keepDim: true } as const;

/** Inputs x [..., C], weight [C] if given, bias [C] if given. */
const rowNormOp = defineOp<{ readonly eps: number }>({
  name: "layerNorm",
  kernel: "layerNorm",
  shape: (inputs) => {
    const [x, ...affine] = inputs;
    checkSameFloat("layerNorm", inputs);
    const row = x.shape.slice(-1);
    for (const t of affine) {
      if (!sameShape(t.shape, row)) throw new ShapeError(`layerNorm: weight and bias must be ${formatShape(row)} as the rows of ${formatShape(x.shape)}, got ${formatShape(t.shape)}.`);
    }
    return { shape: x.shape, dtype: x.dtype };
  },
  forward: (k, [x, weight = null, bias = null], out, { eps }) => {
    const rows = { shape: x.shape.slice(0, -1), dtype: x.dtype };
    const [average, rstd] = [allocate(k, rows, "layerNorm"), allocate(k, rows, "layerNorm")];
    const dense = contiguous(x.detach());
    k.layerNorm!(dense, weight, bias, average, rstd, out, eps);
    return [dense, average, rstd];
  },
  vjp: (dy, { inputs, saved: [x, average, rstd] }) => {
    let gradients: Tensor[] | undefined;
    return inputs.map((_, i) => (): Tensor => {
      if (gradients === undefined) {
        const k = x.backend;
        gradients = inputs.map((t) => allocate(k, { shape: t.shape, dtype: t.dtype }, "layerNorm"));
        const [dx, dWeight = null, dBias = null] = gradients;
        k.layerNormGrad!(contiguous(dy), x, inputs[1] ?? null, average, rstd, dx, dWeight, dBias);
      }
      return gradients[i];
    });
  },
  composite: ([x, weight, bias], { eps }) => {
    const centred = sub(x, mean(x, last));
    const normal = mul(centred, rsqrt(addScalar(mean(square(centred), last), eps)));
    return affine(normal, weight, bias);
  },
  samples: () => [
    { inputs: [floats([4, 6]), floats([6], 0.5, 1.5), floats([6])], attributes: { eps: 1e-5 } },
    { inputs: [floats([2, 3, 5]), floats([5], 0.5, 1.5)], attributes: { eps: 1e-3 } },
    { inputs: [floats([3, 4])], attributes: { eps: 1e-5 } },
    { inputs: [{ ...floats([5, 3]), layout: "transposed" }, floats([3], 0.5, 1.5), floats([3])], attributes: { eps: 1e-5 } },
    { inputs: [floats([7])], attributes: { eps: 1e-5 } },
    { inputs: [floats([0, 3]), floats([3]), floats([3])], attributes: { eps: 1e-5 } },
    { inputs: [{ shape: [3, 2], values: [1, NaN, 4, 4, 1e4, -1e4] }], attributes: { eps: 1e-5 }, gradcheck: false },
    { inputs: [floats([33, 70]), floats([70], 0.5, 1.5), floats([70])], attributes: { eps: 1e-5 }, gradcheck: false },
  ],
  errors: () => [
    { inputs: [floats([2, 3]), floats([2]), floats([2])], attributes: { eps: 1e-5 }, message: "weight and bias must be [3] as the rows of [2, 3], got [2]" },
    { inputs: [ints([1, 2], [1, 2])], attributes: { eps: 1e-5 }, message: "expected operands of one type, float32 or float64, got int32" },
  ],
});

function affine(x: Tensor, weight: Tensor | null | undefined, bias: Tensor | null | undefined): Tensor {
  const scaled = weight ? mul(x, weight) : x;
  return bias ? add(scaled, bias) : scaled;
}

/** Weight and bias of a normalisation, and what keeps its divisor from 0. */
export interface NormOptions {
  /** Factors after normalising. Default: none. */
  readonly weight?: Tensor | null;
  /** Added at the end; only together with `weight`. Default: none. */
  readonly bias?: Tensor | null;
  /** Added to the variance; more than 0. Default 1e−5. */
  readonly eps?: number;
}

function checkEps(op: string, eps: number): void {
  if (!(eps > 0)) throw new ValueError(`${op}: eps must be more than 0, got ${eps}.`);
}

/** x as rows of the axes that are normalised together. */
function rowsOf(op: string, x: Tensor, normalizedShape: number | Shape): { rows: Tensor; row: number; tail: Shape } {
  if (!(x instanceof Tensor)) throw noTensor(op, 0, x);
  const tail = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  checkArray(op, "normalizedShape", tail);
  if (tail.length === 0 || tail.length > x.ndim || !sameShape(x.shape.slice(x.ndim - tail.length), tail)) {
    throw new ShapeError(`${op}: input ${formatShape(x.shape)} must end with the normalised axes ${formatShape(tail)}.`);
  }
  const row = sizeOf(tail);
  if (row === 0) throw new ShapeError(`${op}: there is nothing to normalise in rows of ${formatShape(tail)}.`);
  return { rows: tail.length === 1 ? x : reshape(x, [...x.shape.slice(0, x.ndim - tail.length), row]), row, tail };
}

/** A weight or bias of the normalised shape, in one axis. */
function flat(op: string, t: Tensor, tail: Shape): Tensor {
  checkTensor(op, t, 1);
  if (!sameShape(t.shape, tail)) throw new ShapeError(`${op}: weight and bias must be ${formatShape(tail)}, got ${formatShape(t.shape)}.`);
  return contiguous(tail.length === 1 ? t : reshape(t, [t.size]));
}

/**
 * (x − mean)/√(variance + eps) · weight + bias over the last axes, which have shape `normalizedShape`; the variance is the biased one.
 * x: [..., ...normalizedShape], weight and bias: normalizedShape. Ba et al. 2016.
 * @throws ShapeError if x does not end with these axes, or weight or bias have another shape; ValueError for a bias without weight.
 *
 * @example
 * layerNorm(tensor([[1, 3], [10, 30]]), 2, { eps: 1e-12 })                             // → [[-1, 1], [-1, 1]]
 * layerNorm(tensor([[1, 3]]), 2, { weight: tensor([2, 2]), bias: tensor([1, 1]) }) // → [[-1.0000, 3.0000]]
 */
export function layerNorm(x: Tensor, normalizedShape: number | Shape, options: NormOptions = {}): Tensor {
  checkTensor("layerNorm", x);
  const { weight, bias, eps = 1e-5 } = optionsOf("layerNorm", options);
  checkEps("layerNorm", eps);
  const { rows, tail } = rowsOf("layerNorm", x, normalizedShape);
  const inputs = [rows];
  if (weight) inputs.push(flat("layerNorm", weight, tail));
  if (bias) {
    if (!weight) throw new ValueError("layerNorm: a bias needs a weight beside it; pass ones.");
    inputs.push(flat("layerNorm", bias, tail));
  }
  const y = rowNormOp.apply(inputs, { eps });
  return rows === x ? y : reshape(y, x.shape);
}

/** Weight and bias [C] after normalising x: [N, C, …]. */
function perChannel(op: string, x: Tensor, { weight, bias }: NormOptions): [Tensor | null, Tensor | null] {
  const shaped = (t: Tensor | null | undefined): Tensor | null => {
    if (!t) return null;
    checkTensor(op, t, 1);
    if (!sameShape(t.shape, [x.shape[1]])) {
      throw new ShapeError(`${op}: weight and bias must be [${x.shape[1]}], one number a channel of ${formatShape(x.shape)}, got ${formatShape(t.shape)}.`);
    }
    return reshape(t, [t.size, ...x.shape.slice(2).map(() => 1)]);
  };
  return [shaped(weight), shaped(bias)];
}

/**
 * Each group of neighbouring channels of each sample to mean 0 and variance 1. x: [N, C, …], weight and bias: [C]. With one group it is a
 * layer norm of each sample, with C groups `instanceNorm`. Wu & He 2018.
 * @throws ShapeError unless `groups` divides C and x has at least two axes.
 *
 * @example
 * const x = tensor([[[1, 3], [5, 7], [0, 0], [2, 2]]]);
 * groupNorm(x, 2, { eps: 1e-12 }) // → [[[-1.34164, -0.44721], [0.44721, 1.34164], [-1, -1], [1, 1]]]
 */
export function groupNorm(x: Tensor, groups: number, options: NormOptions = {}): Tensor {
  optionsOf("groupNorm", options);
  checkTensor("groupNorm", x);
  const { eps = 1e-5 } = options;
  checkEps("groupNorm", eps);
  if (!(x instanceof Tensor)) throw noTensor("groupNorm", 0, x);
  if (x.ndim < 2 || !Number.isInteger(groups) || groups < 1 || x.shape[1] % groups !== 0) {
    throw new ShapeError(`groupNorm: input ${formatShape(x.shape)} must be [N, C, …] with channels that ${groups} groups divide.`);
  }
  const [n] = x.shape;
  const row = sizeOf(x.shape.slice(1)) / groups;
  if (row === 0) throw new ShapeError(`groupNorm: there is nothing to normalise in ${formatShape(x.shape)}.`);
  const normal = reshape(rowNormOp.apply([reshape(x, [n, groups, row])], { eps }), x.shape);
  return affine(normal, ...perChannel("groupNorm", x, options));
}

/**
 * Each channel of each sample to mean 0 and variance 1. x: [N, C, …] with at least one more axis, weight and bias: [C].
 * Ulyanov et al. 2016.
 * @throws ShapeError for fewer than three axes, or one value per channel.
 *
 * @example
 * instanceNorm(tensor([[[1, 3], [10, 30]]]), { eps: 1e-12 }) // → [[[-1, 1], [-1, 1]]]
 */
export function instanceNorm(x: Tensor, options: NormOptions = {}): Tensor {
  optionsOf("instanceNorm", options);
  checkTensor("instanceNorm", x);
  if (!(x instanceof Tensor)) throw noTensor("instanceNorm", 0, x);
  if (x.ndim < 3) throw new ShapeError(`instanceNorm: input ${formatShape(x.shape)} must be [N, C, …] with at least one axis to normalise over.`);
  if (sizeOf(x.shape.slice(2)) === 1) {
    throw new ShapeError(`instanceNorm: one value per channel in ${formatShape(x.shape)} has no variance; every output would be 0.`);
  }
  return groupNorm(x, x.shape[1], options);
}

/**
 * x/√(mean of x² + eps) · weight over the last axes, which have shape `normalizedShape`. x: [..., ...normalizedShape], weight:
 * normalizedShape. Zhang & Sennrich 2019.
 * @param options.eps default: the distance from 1 to the next number of x's type, as in PyTorch (1.2e−7 for float32)
 * @throws ShapeError as `layerNorm`.
 *
 * @example
 * rmsNorm(tensor([[3, 4]]), 2)                              // → [[0.84853, 1.13137]]
 * rmsNorm(tensor([[3, 4]]), 2, { weight: tensor([0, 10]) }) // → [[0, 11.3137]]
 */
export function rmsNorm(x: Tensor, normalizedShape: number | Shape, options: Omit<NormOptions, "bias"> = {}): Tensor {
  checkTensor("rmsNorm", x);
  const { weight, eps } = optionsOf("rmsNorm", options);
  const { rows, tail } = rowsOf("rmsNorm", x, normalizedShape);
  checkSameFloat("rmsNorm", weight ? [x, weight] : [x]);
  const least = eps ?? (x.dtype === "float64" ? Number.EPSILON : 2 ** -23);
  checkEps("rmsNorm", least);
  const normal = mul(rows, rsqrt(addScalar(mean(square(rows), last), least)));
  const y = weight ? mul(normal, flat("rmsNorm", weight, tail)) : normal;
  return rows === x ? y : reshape(y, x.shape);
}
