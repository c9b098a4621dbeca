/**
 * Two-dimensional convolution (cross-correlation, as in all of deep learning) and its two gradients, each an operation
 * with a derivative of its own: the three are one trilinear form seen from its three sides, so every derivative of a
 * convolution is again a convolution.
 */

import type { Conv2dParams, ConvEpilogue } from "../backend/backend.js";
import { ShapeError } from "../base/errors.js";
import type { Tensor } from "../tensor/tensor.js";
import { add } from "./arithmetic.js";
import { relu } from "./activations.js";
import { contiguous } from "./cast.js";
import { checkSameFloat } from "./checks.js";
import { checkConv, convGeometry, type ConvOptions, convPositions, padEnds } from "./convShape.js";
import { imageStrides } from "./layout.js";
import { allocate, checkTensors, defineOp, type Operation, type OutputSpec } from "./operation.js";
import { maxPool2d } from "./pool.js";
import { sum } from "./reduce.js";
import { floats, type InputSpec, ints, type Sample } from "./samples.js";
import { reshape } from "./views.js";
import type { Pair } from "./windows.js";

interface ConvAttributes extends Conv2dParams {
  readonly epilogue: ConvEpilogue;
}

/** Gradients need the size of what they are the gradient of: it does not follow from dy when the stride is above 1. */
interface GradAttributes extends Conv2dParams {
  readonly shape: readonly [number, number, number, number];
}

export function image(shape: readonly number[], dtype: Tensor["dtype"]): OutputSpec {
  const [n, c, , w] = shape;
  return { shape, dtype, strides: imageStrides(n, c, w) };
}

const plain: Conv2dParams = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const noEpilogue: ConvEpilogue = { relu: false, maxPool: false };

const conv2dOp: Operation<ConvAttributes> = defineOp<ConvAttributes>({
  name: "conv2d",
  kernel: "conv2d",
  shape: ([x, weight, bias], attributes) => {
    checkConv("conv2d", 2, bias === undefined ? [x, weight] : [x, weight, bias], attributes.groups);
    const [h, w] = convPositions("conv2d", x.shape, weight.shape, attributes);
    const scale = attributes.epilogue.maxPool ? 2 : 1;
    if (h < scale || w < scale) throw new ShapeError(`conv2d: a ${h} × ${w} output is too small for a 2 × 2 max-pool.`);
    return image([x.shape[0], weight.shape[0], Math.floor(h / scale), Math.floor(w / scale)], x.dtype);
  },
  forward: (k, [x, weight, bias], out, attributes) => {
    const { epilogue } = attributes;
    const argmax = epilogue.maxPool ? allocate(k, { shape: out.shape, dtype: "uint8", strides: out.strides }, "conv2d") : undefined;
    k.conv2d!(x, contiguous(weight), bias ?? null, out, attributes, epilogue, argmax);
    return argmax === undefined ? undefined : [argmax];
  },
  vjp: (dy, { inputs: [x, weight, bias], output, saved, attributes }) => {
    let through: Tensor | undefined;
    const dz = (): Tensor => (through ??= epilogueGrad(dy, output, saved[0], x, weight, attributes));
    let both: [Tensor, Tensor] | undefined;
    const dWeightAndBias = (): [Tensor, Tensor] => (both ??= weightAndBiasGrad(x, dz(), weight, attributes));
    return [
      () => inputGradOp.apply([dz(), weight], gradAttributes(attributes, x)),
      () => (bias === undefined ? weightGradOp.apply([x, dz()], gradAttributes(attributes, weight)) : dWeightAndBias()[0]),
      () => (weight.requiresGrad ? dWeightAndBias()[1] : sum(dz(), { axis: [0, 2, 3] })),
    ];
  },
  composite: ([x, weight, bias], attributes) => {
    let y = convolutionOp.apply([x, weight], attributes);
    if (bias !== undefined) y = add(y, reshape(bias, [1, bias.size, 1, 1]));
    if (attributes.epilogue.relu) y = relu(y);
    return attributes.epilogue.maxPool ? maxPool2d(y, { kernel: 2 }) : y;
  },
  samples: () => [
    ...convSamples.map(([x, w, params]): Sample<ConvAttributes> => ({ inputs: [x, w, floats([w.shape[0]])], attributes: { ...plain, ...params, epilogue: noEpilogue } })),
    ...[true, false].map((relu): Sample<ConvAttributes> => ({
      inputs: [floats([2, 1, 5, 4]), floats([3, 1, 3, 3]), floats([3])],
      attributes: { ...plain, padding: [1, 1], epilogue: { relu, maxPool: true } },
    })),
    { inputs: [floats([2, 3, 5, 4]), floats([4, 3, 2, 2]), floats([4])], attributes: { ...plain, epilogue: { relu: true, maxPool: false } } },
    { inputs: [floats([9, 3, 11, 12]), floats([32, 3, 5, 5]), floats([32])], attributes: { ...plain, padding: [2, 2], epilogue: { relu: true, maxPool: true } }, gradcheck: false },
  ],
  errors: () => [
    { inputs: [floats([1, 3, 8, 8]), floats([4, 2, 3, 3])], attributes: { ...plain, epilogue: noEpilogue }, message: "has 3 channels, but weight [4, 2, 3, 3] with 1 group(s) takes 2" },
    { inputs: [floats([1, 3, 4, 8]), floats([4, 3, 5, 5])], attributes: { ...plain, epilogue: noEpilogue }, message: "height of input [1, 3, 4, 8]: a window of 5" },
    { inputs: [floats([3, 8, 8]), floats([4, 3, 5, 5])], attributes: { ...plain, epilogue: noEpilogue }, message: "expected input [N, C, H, W]" },
    { inputs: [floats([1, 3, 8, 8]), floats([4, 3, 3, 3]), floats([3])], attributes: { ...plain, epilogue: noEpilogue }, message: "bias [3] does not fit" },
    { inputs: [ints([1, 1, 1, 1], [2]), floats([1, 1, 1, 1])], attributes: { ...plain, epilogue: noEpilogue }, message: "expected operands of one type, float32 or float64, got int32, float" },
  ],
});

/** Inputs, weights and parameters that exercise strides, padding, dilation, groups and depthwise convolution. */
const convSamples: readonly (readonly [InputSpec, InputSpec, Partial<Conv2dParams>])[] = [
  [floats([2, 3, 5, 6]), floats([4, 3, 3, 3]), {}],
  [floats([1, 1, 4, 4]), floats([1, 1, 1, 1]), {}],
  [floats([2, 3, 7, 6]), floats([4, 3, 3, 2]), { stride: [2, 3], padding: [1, 2] }],
  [floats([1, 2, 9, 8]), floats([3, 2, 3, 2]), { dilation: [2, 3], padding: [2, 1] }],
  [floats([2, 4, 5, 5]), floats([6, 2, 3, 3]), { groups: 2, padding: [1, 1] }],
  [floats([2, 3, 5, 5]), floats([3, 1, 3, 3]), { groups: 3, padding: [1, 1], stride: [2, 2] }],
  [{ ...floats([3, 2, 4, 5]), layout: "transposed" }, floats([2, 2, 2, 2]), { padding: [3, 3] }],
];

function gradAttributes({ stride, padding, dilation, groups }: Conv2dParams, like: Tensor): GradAttributes {
  return { stride, padding, dilation, groups, shape: like.dims(4) };
}

/** The convolution alone, without bias and epilogue: linear in each of its operands. */
export const convolutionOp: Operation<Conv2dParams> = defineOp<Conv2dParams>({
  name: "convolution",
  kernel: "conv2d",
  shape: ([x, weight], params) => {
    checkConv("conv2d", 2, [x, weight], params.groups);
    return image([x.shape[0], weight.shape[0], ...convPositions("conv2d", x.shape, weight.shape, params)], x.dtype);
  },
  forward: (k, [x, weight], out, params) => k.conv2d!(x, contiguous(weight), null, out, params),
  vjp: (dy, { inputs: [x, weight], attributes }) => [
    () => inputGradOp.apply([dy, weight], gradAttributes(attributes, x)),
    () => weightGradOp.apply([x, dy], gradAttributes(attributes, weight)),
  ],
  samples: () => convSamples.map(([x, w, params]) => ({ inputs: [x, w], attributes: { ...plain, ...params } })),
});

/** dL/dx from dy and weight. */
export const inputGradOp: Operation<GradAttributes> = defineOp<GradAttributes>({
  name: "conv2dInputGrad",
  kernel: "conv2dInputGrad",
  shape: (inputs, { shape }) => {
    checkSameFloat("conv2dInputGrad", inputs);
    return image(shape, inputs[0].dtype);
  },
  forward: (k, [dy, weight], out, params) => k.conv2dInputGrad!(dy, contiguous(weight), out, params),
  vjp: (g, { inputs: [dy, weight], attributes }) => [
    () => convolutionOp.apply([g, weight], attributes),
    () => weightGradOp.apply([g, dy], gradAttributes(attributes, weight)),
  ],
  samples: () => gradSamples((x, w, dy, params) => ({ inputs: [dy, w], attributes: { ...params, shape: x } })),
});

/** dL/dweight from x and dy. */
export const weightGradOp: Operation<GradAttributes> = defineOp<GradAttributes>({
  name: "conv2dWeightGrad",
  kernel: "conv2dWeightGrad",
  shape: (inputs, { shape }) => {
    checkSameFloat("conv2dWeightGrad", inputs);
    return { shape, dtype: inputs[0].dtype };
  },
  forward: (k, [x, dy], out, params) => k.conv2dWeightGrad!(x, dy, out, null, params),
  vjp: (g, { inputs: [x, dy], attributes }) => [
    () => inputGradOp.apply([dy, g], gradAttributes(attributes, x)),
    () => convolutionOp.apply([x, g], attributes),
  ],
  samples: () => gradSamples((x, w, dy, params) => ({ inputs: [floats(x), dy], attributes: { ...params, shape: w.shape as GradAttributes["shape"] } })),
});

function gradSamples(
  make: (x: GradAttributes["shape"], w: InputSpec, dy: InputSpec, params: Conv2dParams) => Sample<GradAttributes>,
): Sample<GradAttributes>[] {
  return convSamples.map(([x, w, partial]) => {
    const params = { ...plain, ...partial };
    return make(x.shape as GradAttributes["shape"], w, floats([x.shape[0], w.shape[0], ...convPositions("sample", x.shape, w.shape, params)]), params);
  });
}

/** Gradient before ReLU and pooling, in one pass over the output. */
function epilogueGrad(dy: Tensor, y: Tensor, argmax: Tensor | undefined, x: Tensor, weight: Tensor, attributes: ConvAttributes): Tensor {
  const { epilogue } = attributes;
  if (!epilogue.relu && !epilogue.maxPool) return dy;
  const spec = image([x.shape[0], weight.shape[0], ...convPositions("conv2d", x.shape, weight.shape, attributes)], dy.dtype);
  const out = allocate(y.backend, spec, "conv2d");
  y.backend.convEpilogueGrad!(dy, y, argmax ?? null, out, epilogue);
  return out;
}

/** Both gradients in one pass over dz. */
function weightAndBiasGrad(x: Tensor, dz: Tensor, weight: Tensor, params: Conv2dParams): [Tensor, Tensor] {
  const dWeight = allocate(x.backend, { shape: weight.shape, dtype: x.dtype }, "conv2d");
  const dBias = allocate(x.backend, { shape: [weight.shape[0]], dtype: x.dtype }, "conv2d");
  x.backend.conv2dWeightGrad!(x, dz, dWeight, dBias, params);
  return [dWeight, dBias];
}

export interface Conv2dOptions extends ConvOptions<Pair> {
  /** Applied while the output is written: ReLU, then a 2 × 2 max-pool. Default neither. */
  readonly epilogue?: Partial<ConvEpilogue>;
}

/**
 * Cross-correlation of images. x: [N, C, H, W], weight: [O, C/groups, kH, kW], bias: [O] → [N, O, H', W'],
 * H' = ⌊(H + 2·padding − dilation·(kH − 1) − 1) / stride⌋ + 1. The result lies in memory as [H', W', N, O].
 * @throws ShapeError if channels, groups or bias do not fit, or the filter is larger than the padded input; DTypeError unless all
 * operands have one float type; ValueError for an option out of its range.
 *
 * @example
 * const image = reshape(arange(0, 9, 1, { dtype: "float32" }), [1, 1, 3, 3]);
 * conv2d(image, ones([1, 1, 2, 2]))                                          // → [[[[8, 12], [20, 24]]]]
 * conv2d(image, ones([1, 1, 2, 2]), null, { padding: "same" }).shape         // → [1, 1, 3, 3]
 * conv2d(zeros([8, 3, 32, 32]), zeros([16, 3, 5, 5]), null, { padding: 2, stride: 2 }).shape // → [8, 16, 16, 16]
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv2dOptions = {}): Tensor {
  const operands = bias ? [x, weight, bias] : [x, weight];
  checkTensors("conv2d", operands);
  const { extra, ...geometry } = convGeometry<Pair>("conv2d", 2, weight.shape.slice(2), options);
  const { relu = false, maxPool = false } = options.epilogue ?? noEpilogue;
  if (extra.some((n) => n > 0)) {
    checkConv("conv2d", 2, operands, geometry.groups);
    operands[0] = padEnds(x, extra);
  }
  return conv2dOp.apply(operands, { ...geometry, epilogue: { relu, maxPool } });
}
