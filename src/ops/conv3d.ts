/**
 * Convolution of volumes, as one of images: the slices in depth that a filter sees stand side by side as channels, and the places of
 * the filter in depth as images of the batch.
 */

import type { Tensor } from "../tensor/tensor.js";
import { conv2d } from "./conv.js";
import { checkConv, convGeometry, type ConvOptions, convPositions, padEnds } from "./convShape.js";
import { checkTensors } from "./operation.js";
import { pad } from "./slice.js";
import { windows } from "./slidingWindows.js";
import { permute, reshape, transpose } from "./views.js";
import type { Triple } from "./windows.js";

/**
 * Cross-correlation of volumes. x: [N, C, D, H, W], weight: [O, C/groups, kD, kH, kW], bias: [O] → [N, O, D', H', W'], each size
 * D' = ⌊(D + 2·padding − dilation·(kD − 1) − 1) / stride⌋ + 1. The result lies in memory as [H', W', D', N, O].
 * @throws ShapeError, DTypeError and ValueError as `conv2d`.
 *
 * @example
 * conv3d(ones([1, 1, 2, 2, 3]), ones([1, 1, 2, 2, 2]))                                  // → [[[[[8, 8]]]]]
 * conv3d(zeros([2, 3, 8, 16, 16]), zeros([4, 3, 3, 3, 3]), null, { padding: 1 }).shape // → [2, 4, 8, 16, 16]
 */
export function conv3d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions<Triple> = {}): Tensor {
  const operands = bias ? [x, weight, bias] : [x, weight];
  checkTensors("conv3d", operands);
  const { stride, padding, dilation, groups, extra } = convGeometry<Triple>("conv3d", 3, weight.shape.slice(2), options);
  checkConv("conv3d", 3, operands, groups);
  const padded = padEnds(x, extra);
  const [depths] = convPositions("conv3d", padded.shape, weight.shape, { stride, padding, dilation });
  const [n, o, taps] = [x.shape[0], weight.shape[0], weight.shape[2]];
  const images = depthToChannels(padded, { taps, depths, stride: stride[0], padding: padding[0], dilation: dilation[0], groups });
  const filters = reshape(transpose(weight, 1, 2), [o, taps * weight.shape[1], weight.shape[3], weight.shape[4]]);
  const y = conv2d(images, filters, bias, {
    stride: [stride[1], stride[2]],
    padding: [padding[1], padding[2]],
    dilation: [dilation[1], dilation[2]],
    groups,
  });
  const [, , h, w] = y.shape;
  return permute(reshape(permute(y, [2, 3, 0, 1]), [h, w, depths, n, o]), [3, 4, 2, 0, 1]);
}

interface DepthWindows {
  readonly taps: number;
  /** Places of the filter. */
  readonly depths: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
}

/** [N, C, D, H, W] → [depths · N, groups · taps · C/groups, H, W], in memory as images lie: [H, W, depths, N, groups, taps, C/groups]. */
function depthToChannels(x: Tensor, { taps, depths, stride, padding, dilation, groups }: DepthWindows): Tensor {
  const [n, c, , h, w] = x.shape;
  const volume = permute(x, [3, 4, 2, 0, 1]);
  const padded = padding === 0 ? volume : pad(volume, [[padding, padding], [0, 0], [0, 0]]);
  const seen = windows(padded, 2, { size: taps, step: stride, dilation });
  const channels = permute(reshape(seen, [h, w, depths, n, groups, c / groups, taps]), [0, 1, 2, 3, 4, 6, 5]);
  return permute(reshape(channels, [h, w, depths * n, taps * c]), [2, 3, 0, 1]);
}
