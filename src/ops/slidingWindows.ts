/**
 * Windows that slide along an axis, as a view in which neighbouring windows share elements, and its reverse, which adds the
 * windows up where they overlap. Image patches as columns (im2col) are two of them.
 */

import { ShapeError, ValueError } from "../base/errors.js";
import { optionsOf } from "../base/options.js";
import { formatShape, normalizeAxis, windowOutput } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkTensor } from "./checks.js";
import { defineOp, type Operation } from "./operation.js";
import { floats } from "./samples.js";
import { pad, slice } from "./slice.js";
import { permute, reshape } from "./views.js";
import { type Pair, perAxis } from "./windows.js";

interface Sliding {
  readonly axis: number;
  /** Elements of a window. */
  readonly size: number;
  /** Distance between windows. */
  readonly step: number;
  /** Distance between the elements of a window. */
  readonly dilation: number;
}

/** x[..., n, ...] → [..., windows, ..., size]. */
function windowsView(x: Tensor, count: number, { axis, size, step, dilation }: Sliding): Tensor {
  return x.view([...x.shape.with(axis, count), size], [...x.strides.with(axis, x.strides[axis] * step), x.strides[axis] * dilation]);
}

const windowsOp: Operation<Sliding> = defineOp<Sliding>({
  name: "windows",
  view: (x, sliding) => windowsView(x, countOf(x.shape[sliding.axis], sliding), sliding),
  vjp: (dy, { inputs: [x], attributes }) => [() => overlapAddOp.apply([dy], { ...attributes, length: x.shape[attributes.axis] })],
  valueFree: true,
  samples: () => [
    { inputs: [floats([7])], attributes: { axis: 0, size: 3, step: 2, dilation: 1 } },
    { inputs: [floats([2, 6, 2])], attributes: { axis: 1, size: 2, step: 1, dilation: 2 } },
    { inputs: [{ ...floats([5, 3]), layout: "transposed" }], attributes: { axis: 0, size: 2, step: 1, dilation: 1 } },
  ],
});

function countOf(length: number, { size, step, dilation }: Sliding): number {
  return windowOutput("windows", length, { kernel: size, stride: step, padding: 0, dilation });
}

/** [..., windows, ..., size] → [..., length, ...]: each element of a window is added where `windows` took it from. */
export const overlapAddOp: Operation<Sliding & { readonly length: number }> = defineOp<Sliding & { readonly length: number }>({
  name: "overlapAdd",
  shape: ([x], { axis, length }) => ({ shape: x.shape.slice(0, -1).with(axis, length), dtype: x.dtype }),
  forward: (k, [x], out, sliding) => {
    k.fill(out, 0);
    const windows = windowsView(out, x.shape[sliding.axis], sliding);
    // The elements with one place in their windows do not overlap as long as there is a step.
    for (let i = 0; i < sliding.size; i++) {
      const at = (t: Tensor): Tensor => t.view(t.shape.slice(0, -1), t.strides.slice(0, -1), t.offset + i * t.strides[t.ndim - 1]);
      const target = at(windows);
      k.binary("add", target, at(x), target);
    }
  },
  vjp: (dy, { attributes }) => [() => windowsOp.apply([dy], attributes)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([3, 3])], attributes: { axis: 0, size: 3, step: 2, dilation: 1, length: 7 } },
    { inputs: [{ ...floats([2, 4, 2, 2]), layout: "transposed" }], attributes: { axis: 1, size: 2, step: 1, dilation: 2, length: 6 } },
  ],
});

export interface WindowsOptions {
  /** Elements of a window. */
  readonly size: number;
  /** Distance between windows. Default 1. */
  readonly step?: number;
  /** Distance between the elements of a window. Default 1. */
  readonly dilation?: number;
}

function checkWhole(op: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new ValueError(`${op}: ${name} must be a whole number of at least 1, got ${String(value)}.`);
}

/**
 * The windows of an axis, as a view: [..., n, ...] → [..., W, ..., size] with W = ⌊(n − dilation·(size − 1) − 1) / step⌋ + 1.
 * (PyTorch's `Tensor.unfold`.)
 * @throws ShapeError if no window fits; ValueError for a size, step or dilation below 1.
 *
 * @example
 * windows(arange(5), 0, { size: 3 })          // → [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
 * windows(arange(5), 0, { size: 2, step: 3 }) // → [[0, 1], [3, 4]]
 */
export function windows(x: Tensor, axis: number, options: WindowsOptions): Tensor {
  checkTensor("windows", x);
  const { size, step = 1, dilation = 1 } = optionsOf("windows", options);
  checkWhole("windows", "size", size);
  checkWhole("windows", "step", step);
  checkWhole("windows", "dilation", dilation);
  return windowsOp.apply([x], { axis: normalizeAxis("windows", axis, x.ndim), size, step, dilation });
}

export interface UnfoldOptions {
  /** Height and width of a patch. */
  readonly kernel: Pair;
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros around the image. Default 0. */
  readonly padding?: Pair;
  /** Default 1. */
  readonly dilation?: Pair;
}

function unfoldAttributes(op: string, options: UnfoldOptions) {
  const { kernel, stride = 1, padding = 0, dilation = 1 } = optionsOf(op, options);
  return {
    kernel: perAxis(op, "kernel", kernel, 2, 1),
    stride: perAxis(op, "stride", stride, 2, 1),
    padding: perAxis(op, "padding", padding, 2, 0),
    dilation: perAxis(op, "dilation", dilation, 2, 1),
  };
}

/**
 * The patches of images as columns (im2col): x: [N, C, H, W] → [N, C·kH·kW, L], L the number of places of the kernel, row by
 * row. A convolution is one matrix product with them.
 * @throws ShapeError unless x has four axes, or if no patch fits.
 *
 * @example
 * unfold(ones([8, 3, 32, 32]), { kernel: 5, padding: 2 }).shape // → [8, 75, 1024]
 */
export function unfold(x: Tensor, options: UnfoldOptions): Tensor {
  checkTensor("unfold", x);
  if (x.ndim !== 4) throw new ShapeError(`unfold: expected images [N, C, H, W], got ${formatShape(x.shape)}.`);
  const { kernel, stride, padding, dilation } = unfoldAttributes("unfold", options);
  const padded = padding[0] + padding[1] === 0 ? x : pad(x, padding.map((n) => [n, n] as const));
  const rows = windows(padded, 2, { size: kernel[0], step: stride[0], dilation: dilation[0] });
  const patches = windows(rows, 3, { size: kernel[1], step: stride[1], dilation: dilation[1] });
  const [n, c, height, width] = patches.shape;
  return reshape(permute(patches, [0, 1, 4, 5, 2, 3]), [n, c * kernel[0] * kernel[1], height * width]);
}

export interface FoldOptions extends UnfoldOptions {
  /** Height and width of the images. */
  readonly outputSize: Pair;
}

/**
 * Columns of patches added up into images (col2im): [N, C·kH·kW, L] → [N, C, H, W]. Elements of overlapping patches are summed:
 * fold(unfold(x)) is x times the number of patches that hold each pixel.
 * @throws ShapeError if the columns do not belong to such images.
 *
 * @example
 * const options = { kernel: 2, stride: 2 };
 * const x = reshape(arange(16).to("float32"), [1, 1, 4, 4]);
 * fold(unfold(x, options), { ...options, outputSize: 4 }).sub(x).abs().max() // → 0
 */
export function fold(columns: Tensor, options: FoldOptions): Tensor {
  checkTensor("fold", columns);
  const { outputSize, ...rest } = optionsOf("fold", options);
  const { kernel, stride, padding, dilation } = unfoldAttributes("fold", rest);
  const image = perAxis("fold", "outputSize", outputSize, 2, 1);
  const sizes = image.map((n, i) => n + 2 * padding[i]);
  const [height, width] = sizes.map((n, i) => windowOutput("fold", n, { kernel: kernel[i], stride: stride[i], padding: 0, dilation: dilation[i] }));
  const area = kernel[0] * kernel[1];
  if (columns.ndim !== 3 || columns.shape[1] % area !== 0 || columns.shape[2] !== height * width) {
    throw new ShapeError(`fold: expected columns [N, C·${area}, ${height * width}] for images of ${image.join(" × ")}, got ${formatShape(columns.shape)}.`);
  }
  const [n, depth] = columns.shape;
  const patches = permute(reshape(columns, [n, depth / area, ...kernel, height, width]), [0, 1, 4, 5, 2, 3]);
  const rows = overlapAddOp.apply([patches], { axis: 3, size: kernel[1], step: stride[1], dilation: dilation[1], length: sizes[1] });
  const padded = overlapAddOp.apply([rows], { axis: 2, size: kernel[0], step: stride[0], dilation: dilation[0], length: sizes[0] });
  return slice(padded, null, null, ...padding.map((p, i) => ({ start: p, end: sizes[i] - p })));
}
