/** Convolution of sequences: that of images of height 1. */

import type { Tensor } from "../tensor/tensor.js";
import { conv2d } from "./conv.js";
import { checkConv, convGeometry, type ConvOptions, convPositions, padEnds } from "./convShape.js";
import { checkTensors } from "./operation.js";
import { squeeze, unsqueeze } from "./views.js";
import type { Single } from "./windows.js";

/**
 * Cross-correlation of sequences. x: [N, C, L], weight: [O, C/groups, kL], bias: [O] → [N, O, L'],
 * L' = ⌊(L + 2·padding − dilation·(kL − 1) − 1) / stride⌋ + 1.
 * @throws ShapeError, DTypeError and ValueError as `conv2d`.
 *
 * @example
 * const x = reshape(tensor([4, 3, 2, -5, 3, 5, 2, 5, 5, 6]), [1, 1, 10]);
 * const box = full([1, 1, 3], 1 / 3);
 * conv1d(x, box)                                  // → [[[3, 0, 0, 1, 3.3333, 4, 4, 5.3333]]]
 * conv1d(x, box, null, { padding: "same" }).shape // → [1, 1, 10]
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions<Single> = {}): Tensor {
  const operands = bias ? [x, weight, bias] : [x, weight];
  checkTensors("conv1d", operands);
  const { stride, padding, dilation, groups, extra } = convGeometry<Single>("conv1d", 1, weight.shape.slice(2), options);
  checkConv("conv1d", 1, operands, groups);
  const padded = padEnds(x, extra);
  convPositions("conv1d", padded.shape, weight.shape, { stride, padding, dilation });
  const y = conv2d(unsqueeze(padded, 2), unsqueeze(weight, 2), bias, {
    stride: [1, stride[0]],
    padding: [0, padding[0]],
    dilation: [1, dilation[0]],
    groups,
  });
  return squeeze(y, 2);
}
