/**
 * Transposed convolution: the gradient of a convolution with respect to its input, taken as a layer that enlarges. Each input value
 * paints the filter, scaled, into the output.
 */

import type { Conv2dParams } from "../backend/backend.js";
import { ShapeError, ValueError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add } from "./arithmetic.js";
import { contiguous } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { convolutionOp, image, inputGradOp, weightGradOp } from "./conv.js";
import { checkBias, convGeometry, type ConvGeometry, type ConvOptions } from "./convShape.js";
import { checkTensors, defineOp, type Operation } from "./operation.js";
import { sum } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { pad, type Range, slice } from "./slice.js";
import { overlapAddOp } from "./slidingWindows.js";
import { permute, reshape, squeeze, transpose, unsqueeze } from "./views.js";
import { type Axes, axisLetters, checkOptions, type Pair, type PerAxis, perAxis, type Single, type Triple } from "./windows.js";

/** Options of transposed convolutions; P: number of spatial axes. */
export interface ConvTransposeOptions<P extends PerAxis> extends Omit<ConvOptions<P>, "padding"> {
  /** Elements cut off on each side: the padding of the convolution that this one reverses. Default 0. */
  readonly padding?: P;
  /** Elements more at the end, fewer than stride or dilation: which of the sizes that the convolution maps to the input's. Default 0. */
  readonly outputPadding?: P;
}

interface TransposeGeometry<P extends PerAxis> extends Omit<ConvGeometry<P>, "extra"> {
  readonly outputPadding: Axes<P>;
}

/**
 * @throws ValueError for an option out of its range.
 */
export function transposeGeometry<P extends PerAxis>(op: string, rank: number, given: ConvTransposeOptions<P>): TransposeGeometry<P> {
  checkOptions(op, given, "{ stride: 2 }");
  const { outputPadding, ...options } = given;
  const { stride, padding, dilation, groups } = convGeometry<P>(op, rank, [], options);
  const more = perAxis<P>(op, "outputPadding", outputPadding ?? (0 as P), rank, 0);
  more.forEach((n, i) => {
    if (n >= Math.max(stride[i], dilation[i])) {
      throw new ValueError(`${op}: outputPadding ${n} must be smaller than stride ${stride[i]} or dilation ${dilation[i]}.`);
    }
  });
  return { stride, padding, dilation, groups, outputPadding: more };
}

/** Spatial sizes of the result. */
export function transposedSize<P extends PerAxis>(
  sizes: Shape, kernel: Shape, { stride, padding, dilation, outputPadding }: TransposeGeometry<P>,
): number[] {
  return sizes.map((n, i) => (n - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + outputPadding[i] + 1);
}

/** Checks x: [N, C, …], weight: [C, O/groups, …] and bias: [O]; gives the shape of the result. */
function transposedShape<P extends PerAxis>(op: string, rank: number, operands: readonly Tensor[], geometry: TransposeGeometry<P>): number[] {
  const [x, weight, bias] = operands;
  const { padding, groups } = geometry;
  if (x.ndim !== rank + 2 || weight.ndim !== rank + 2) {
    const axes = axisLetters[rank];
    throw new ShapeError(
      `${op}: expected input [N, C, ${axes.join(", ")}] and weight [C, O/groups, ${axes.map((a) => `k${a}`).join(", ")}], ` +
        `got ${formatShape(x.shape)} and ${formatShape(weight.shape)}.`,
    );
  }
  if (x.shape[1] !== weight.shape[0] || weight.shape[0] % groups !== 0) {
    throw new ShapeError(
      `${op}: input ${formatShape(x.shape)} has ${x.shape[1]} channels, but weight ${formatShape(weight.shape)} with ${groups} group(s) ` +
        `takes ${weight.shape[0]}; build ConvTranspose${rank}d(${x.shape[1]}, …).`,
    );
  }
  checkSameFloat(op, operands);
  const outputs = weight.shape[1] * groups;
  checkBias(op, bias, weight, outputs);
  const spatial = transposedSize(x.shape.slice(2), weight.shape.slice(2), geometry);
  if (spatial.some((n) => n < 1)) {
    throw new ShapeError(`${op}: padding ${padding.join(", ")} cuts everything off: input ${formatShape(x.shape)} becomes ${spatial.join(" × ")}; use less padding.`);
  }
  return [x.shape[0], outputs, ...spatial];
}

const plain: TransposeGeometry<Pair> = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, outputPadding: [0, 0] };

const convTranspose2dOp: Operation<TransposeGeometry<Pair>> = defineOp<TransposeGeometry<Pair>>({
  name: "convTranspose2d",
  kernel: "conv2dInputGrad",
  shape: (operands, geometry) => image(transposedShape("convTranspose2d", 2, operands, geometry), operands[0].dtype),
  forward: (k, [x, weight, bias], out, geometry) => {
    k.conv2dInputGrad!(x, contiguous(weight), out, convolution(geometry));
    if (bias !== undefined) k.binary("add", out, bias.view(out.shape, [0, bias.strides[0], 0, 0]), out);
  },
  vjp: (dy, { inputs: [x, weight], attributes }) => [
    () => convolutionOp.apply([dy, weight], convolution(attributes)),
    () => weightGradOp.apply([dy, x], { ...convolution(attributes), shape: weight.dims(4) }),
    () => sum(dy, { axis: [0, 2, 3] }),
  ],
  composite: ([x, weight, bias], geometry) => {
    const shape = transposedShape("convTranspose2d", 2, [x, weight], geometry) as [number, number, number, number];
    const y = inputGradOp.apply([x, weight], { ...convolution(geometry), shape });
    return bias === undefined ? y : add(y, reshape(bias, [1, bias.size, 1, 1]));
  },
  samples: () => [
    { inputs: [floats([2, 3, 3, 4]), floats([3, 2, 3, 2]), floats([2])], attributes: plain },
    { inputs: [floats([1, 2, 3, 2]), floats([2, 3, 3, 3])], attributes: { ...plain, stride: [2, 3], padding: [1, 2], outputPadding: [1, 2] } },
    { inputs: [{ ...floats([2, 4, 2, 3]), layout: "transposed" }, floats([4, 1, 2, 2]), floats([2])], attributes: { ...plain, groups: 2, dilation: [1, 2] } },
    { inputs: [floats([0, 2, 3, 3]), floats([2, 1, 2, 2])], attributes: plain },
  ],
  errors: () => [
    { inputs: [floats([1, 3, 8, 8]), floats([4, 2, 3, 3])], attributes: plain, message: "has 3 channels, but weight [4, 2, 3, 3] with 1 group(s) takes 4" },
    { inputs: [floats([3, 8, 8]), floats([3, 2, 3, 3])], attributes: plain, message: "expected input [N, C, H, W] and weight [C, O/groups, kH, kW]" },
    { inputs: [floats([1, 3, 8, 8]), floats([3, 2, 3, 3]), floats([3])], attributes: plain, message: "bias [3] does not fit" },
    { inputs: [floats([1, 1, 1, 1]), floats([1, 1, 2, 2])], attributes: { ...plain, padding: [1, 1] }, message: "becomes 0 × 0" },
    { inputs: [ints([1, 1, 1, 1], [2]), floats([1, 1, 1, 1])], attributes: plain, message: "expected operands of one type" },
  ],
});

/** The convolution that is reversed. */
function convolution({ stride, padding, dilation, groups }: TransposeGeometry<Pair>): Conv2dParams {
  return { stride, padding, dilation, groups };
}

/**
 * Transposed convolution of images. x: [N, C, H, W], weight: [C, O/groups, kH, kW], bias: [O] → [N, O, H', W'],
 * H' = (H − 1)·stride − 2·padding + dilation·(kH − 1) + outputPadding + 1. The result lies in memory as [H', W', N, O].
 * @throws ShapeError if channels, groups or bias do not fit, or padding cuts everything off; DTypeError unless all operands have one float
 * type; ValueError for an option out of its range.
 *
 * @example
 * convTranspose2d(tensor([[[[1, 2]]]]), tensor([[[[1, 10]]]]), null, { stride: [1, 2] })   // → [[[[1, 10, 2, 20]]]]
 * convTranspose2d(zeros([8, 16, 14, 14]), zeros([16, 3, 2, 2]), null, { stride: 2 }).shape // → [8, 3, 28, 28]
 */
export function convTranspose2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvTransposeOptions<Pair> = {}): Tensor {
  const operands = bias ? [x, weight, bias] : [x, weight];
  checkTensors("convTranspose2d", operands);
  const geometry = transposeGeometry<Pair>("convTranspose2d", 2, options);
  const { stride, padding, outputPadding } = geometry;
  if (outputPadding.every((n, i) => n < stride[i])) return convTranspose2dOp.apply(operands, geometry);
  // The kernel knows the sizes that a convolution has. A dilation allows more rows and columns: they are cut from the whole, in which nothing
  // is cut off yet and zeros stand beyond its end.
  const [, , h, w] = transposedShape("convTranspose2d", 2, operands, geometry);
  const whole = convTranspose2dOp.apply([x, weight], { ...geometry, padding: [0, 0], outputPadding: [0, 0] });
  const beyond = (axis: 0 | 1): [number, number] => [0, Math.max(0, outputPadding[axis] - padding[axis])];
  const cut = (axis: 0 | 1, size: number): Range => ({ start: padding[axis], end: padding[axis] + size });
  const y = slice(pad(whole, [beyond(0), beyond(1)]), null, null, cut(0, h), cut(1, w));
  return bias ? add(y, reshape(bias, [1, bias.size, 1, 1])) : y;
}

/**
 * Transposed convolution of sequences. x: [N, C, L], weight: [C, O/groups, kL], bias: [O] → [N, O, L'], L' as for `convTranspose2d`.
 * @throws ShapeError, DTypeError and ValueError as `convTranspose2d`.
 *
 * @example
 * convTranspose1d(tensor([[[1, 2]]]), tensor([[[1, 10, 100]]]), null, { stride: 2 }) // → [[[1, 10, 102, 20, 200]]]
 */
export function convTranspose1d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvTransposeOptions<Single> = {}): Tensor {
  const operands = bias ? [x, weight, bias] : [x, weight];
  checkTensors("convTranspose1d", operands);
  const geometry = transposeGeometry<Single>("convTranspose1d", 1, options);
  transposedShape("convTranspose1d", 1, operands, geometry);
  const y = convTranspose2d(unsqueeze(x, 2), unsqueeze(weight, 2), bias, {
    stride: [1, geometry.stride[0]],
    padding: [0, geometry.padding[0]],
    dilation: [1, geometry.dilation[0]],
    outputPadding: [0, geometry.outputPadding[0]],
    groups: geometry.groups,
  });
  return squeeze(y, 2);
}

/**
 * Transposed convolution of volumes. x: [N, C, D, H, W], weight: [C, O/groups, kD, kH, kW], bias: [O] → [N, O, D', H', W'], sizes as for
 * `convTranspose2d`. Every depth of the filter is painted at once, as channels of an image; then they are added up where they belong.
 * @throws ShapeError, DTypeError and ValueError as `convTranspose2d`.
 *
 * @example
 * convTranspose3d(zeros([2, 8, 4, 4, 4]), zeros([8, 3, 2, 2, 2]), null, { stride: 2 }).shape // → [2, 3, 8, 8, 8]
 */
export function convTranspose3d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvTransposeOptions<Triple> = {}): Tensor {
  const operands = bias ? [x, weight, bias] : [x, weight];
  checkTensors("convTranspose3d", operands);
  const geometry = transposeGeometry<Triple>("convTranspose3d", 3, options);
  const shape = transposedShape("convTranspose3d", 3, operands, geometry);
  const { stride, padding, dilation, outputPadding, groups } = geometry;
  const [n, c, d] = x.shape;
  const [, each, taps, ...kernel] = weight.shape;
  const inSlice = (option: Axes<Triple>): Axes<Pair> => [option[1], option[2]];
  const [, outputs, depth, h, w] = shape;

  const images = permute(reshape(permute(x, [3, 4, 2, 0, 1]), [x.shape[3], x.shape[4], d * n, c]), [2, 3, 0, 1]);
  const filters = reshape(transpose(weight, 1, 2), [c, taps * each, ...kernel]);
  const painted = convTranspose2d(images, filters, null, {
    stride: inSlice(stride), padding: inSlice(padding), dilation: inSlice(dilation), outputPadding: inSlice(outputPadding), groups,
  });
  // Depth i of the input paints tap k at depth i·stride + k·dilation.
  const slices = permute(reshape(permute(painted, [2, 3, 0, 1]), [h, w, d, n, groups, taps, each]), [0, 1, 2, 3, 4, 6, 5]);
  const whole = (d - 1) * stride[0] + dilation[0] * (taps - 1) + 1;
  const full = overlapAddOp.apply([slices], { axis: 2, size: taps, step: stride[0], dilation: dilation[0], length: whole });
  const beyond = Math.max(0, outputPadding[0] - padding[0]);
  const cut = slice(beyond > 0 ? pad(full, full.shape.map((_, axis) => [0, axis === 2 ? beyond : 0])) : full, null, null, { start: padding[0], end: padding[0] + depth });
  const y = permute(reshape(cut, [h, w, depth, n, outputs]), [3, 4, 2, 0, 1]);
  return bias ? add(y, reshape(bias, [1, outputs, 1, 1, 1])) : y;
}
