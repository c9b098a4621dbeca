/** Views: other strides on the same memory. Only `reshape` copies, where no strides can express the new shape. */

import { ShapeError } from "../base/errors.js";
import { broadcastShapes, formatShape, normalizeAxis, sameShape, sizeOf, type Shape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { contiguous } from "./cast.js";
import { checkArray, checkTensor } from "./checks.js";
import { broadcastView } from "./layout.js";
import { checkTensors, defineOp } from "./operation.js";
import { floats } from "./samples.js";
import { sumTo } from "./reduce.js";

const reshapeOp = defineOp<Shape>({
  name: "reshape",
  view: (x, shape) => x.view(shape, reshapeStrides(x, shape)!),
  vjp: (dy, { inputs: [x] }) => [() => reshape(dy, x.shape)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([2, 6])], attributes: [3, 4] },
    { inputs: [floats([1])], attributes: [] },
    { inputs: [floats([0, 3])], attributes: [3, 0] },
  ],
});

/** Strides that show x's elements, in order, in `shape`; null if there are none. */
function reshapeStrides(x: Tensor, shape: Shape): number[] | null {
  const strides = new Array<number>(shape.length);
  let from = x.shape.length - 1;
  let to = shape.length - 1;
  if (x.size === 0) return strides.fill(1);
  while (to >= 0) {
    if (shape[to] === 1) {
      strides[to--] = 1;
      continue;
    }
    while (from >= 0 && x.shape[from] === 1) from--;
    // Old axes from `from` down and new ones from `to` down cover a block of equal size.
    let oldSize = x.shape[from];
    let newSize = shape[to];
    const unit = x.strides[from];
    const newStart = to;
    while (oldSize !== newSize) {
      if (oldSize < newSize) {
        const inner = from--;
        while (x.shape[from] === 1) from--;
        if (x.strides[from] !== x.strides[inner] * x.shape[inner]) return null;
        oldSize *= x.shape[from];
      } else {
        newSize *= shape[--to];
      }
    }
    let stride = unit;
    for (let axis = newStart; axis >= to; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    from--;
    to--;
  }
  return strides;
}

/**
 * The same elements, in row-major order, in another shape. One size may be −1: it is worked out.
 * @throws ShapeError if the sizes do not multiply to the same number.
 *
 * @example
 * reshape(arange(6), [2, -1])   // → [[0, 1, 2], [3, 4, 5]]
 * reshape(arange(6), [4, -1])   // → throws ShapeError: reshape: [6] has 6 elements and cannot become [4, -1]
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensor("reshape", x);
  checkArray("reshape", "the shape", shape);
  if (sameShape(x.shape, shape)) return x;
  const target = resolveShape(x, shape);
  if (!x.contiguous && reshapeStrides(x, target) === null) return reshapeOp.apply([contiguous(x)], target);
  return reshapeOp.apply([x], target);
}

function resolveShape(x: Tensor, shape: Shape): Shape {
  const unknown = shape.indexOf(-1);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const target = unknown < 0 ? shape : shape.map((n, i) => (i === unknown ? x.size / known : n));
  if (target.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(target) !== x.size) {
    throw new ShapeError(
      `reshape: ${formatShape(x.shape)} has ${x.size} elements and cannot become ${formatShape(shape)}; ` +
        `the sizes must multiply to the same number, and at most one may be −1.`,
    );
  }
  return target;
}

const permuteOp = defineOp<readonly number[]>({
  name: "permute",
  view: (x, axes) => x.view(axes.map((a) => x.shape[a]), axes.map((a) => x.strides[a])),
  vjp: (dy, { attributes: axes }) => [() => permute(dy, inverse(axes))],
  valueFree: true,
  samples: () => [
    { inputs: [floats([2, 3, 4])], attributes: [2, 0, 1] },
    { inputs: [{ ...floats([3, 4]), layout: "strided" }], attributes: [1, 0] },
  ],
});

function inverse(axes: readonly number[]): number[] {
  const out = new Array<number>(axes.length);
  axes.forEach((axis, i) => (out[axis] = i));
  return out;
}

/**
 * The axes in another order: out.shape[i] = x.shape[axes[i]].
 * @throws ShapeError if `axes` is no permutation.
 *
 * @example
 * permute(zeros([8, 3, 32, 24]), [0, 2, 3, 1]).shape // → [8, 32, 24, 3]
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  checkTensor("permute", x);
  checkArray("permute", "axes", axes);
  const order = axes.map((a) => normalizeAxis("permute", a, x.ndim));
  if (order.length !== x.ndim || new Set(order).size !== x.ndim) {
    throw new ShapeError(`permute: [${axes.join(", ")}] does not name each of the ${x.ndim} axes of ${formatShape(x.shape)} once.`);
  }
  return permuteOp.apply([x], order);
}

/**
 * Two axes exchanged; by default the last two, the transpose of (each) matrix.
 *
 * @example
 * transpose(tensor([[1, 2, 3], [4, 5, 6]])) // → [[1, 4], [2, 5], [3, 6]]
 */
export function transpose(x: Tensor, axis0 = -2, axis1 = -1): Tensor {
  checkTensor("transpose", x);
  const a = normalizeAxis("transpose", axis0, x.ndim);
  const b = normalizeAxis("transpose", axis1, x.ndim);
  const order = x.shape.map((_, i) => (i === a ? b : i === b ? a : i));
  return permuteOp.apply([x], order);
}

const expandOp = defineOp<Shape>({
  name: "expand",
  view: (x, shape) => broadcastView(x, shape),
  vjp: (dy, { inputs: [x] }) => [() => sumTo(dy, x.shape)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([3, 1])], attributes: [2, 3, 4] },
    { inputs: [floats([])], attributes: [2, 2] },
  ],
});

/**
 * x repeated along axes of size 1 (and new leading ones) to `shape`, without copying.
 * @throws ShapeError if another axis would have to change.
 *
 * @example
 * expand(tensor([[1], [2]]), [2, 3]) // → [[1, 1, 1], [2, 2, 2]]
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  checkTensor("expand", x);
  checkArray("expand", "the shape", shape);
  if (sameShape(x.shape, shape)) return x;
  if (!shape.every((n) => Number.isInteger(n) && n >= 0)) throw new ShapeError(`expand: ${formatShape(shape)} is no shape; give every size.`);
  if (!sameShape(broadcastShapes("expand", x.shape, shape), shape)) {
    throw new ShapeError(`expand: ${formatShape(x.shape)} cannot shrink to ${formatShape(shape)}; only axes of size 1 can be repeated.`);
  }
  return expandOp.apply([x], shape);
}

/**
 * A new axis of size 1 at position `axis` of the result.
 *
 * @example
 * unsqueeze(zeros([3, 4]), 0).shape  // → [1, 3, 4]
 * unsqueeze(zeros([3, 4]), -1).shape // → [3, 4, 1]
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensor("unsqueeze", x);
  const at = normalizeAxis("unsqueeze", axis, x.ndim + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/**
 * Drops `axis`, which must have size 1; without it all axes of size 1.
 * @throws ShapeError if the axis has another size.
 *
 * @example
 * squeeze(zeros([1, 3, 1])).shape    // → [3]
 * squeeze(zeros([1, 3, 1]), 0).shape // → [3, 1]
 */
export function squeeze(x: Tensor, axis?: number): Tensor {
  checkTensor("squeeze", x);
  if (axis === undefined) return reshape(x, x.shape.filter((n) => n !== 1));
  const at = normalizeAxis("squeeze", axis, x.ndim);
  if (x.shape[at] !== 1) throw new ShapeError(`squeeze: axis ${axis} of ${formatShape(x.shape)} has size ${x.shape[at]}, not 1.`);
  return reshape(x, x.shape.filter((_, i) => i !== at));
}

/**
 * Axes from `start` to `end` (both included) merged into one. Default: all but the first.
 *
 * @example
 * flatten(zeros([8, 3, 4, 5])).shape        // → [8, 60]
 * flatten(zeros([8, 3, 4, 5]), 0, 1).shape  // → [24, 4, 5]
 */
export function flatten(x: Tensor, start = 1, end = -1): Tensor {
  checkTensors("flatten", [x]);
  if (x.ndim === 0) return reshape(x, [1]);
  const from = normalizeAxis("flatten", start, x.ndim);
  const to = normalizeAxis("flatten", end, x.ndim);
  if (from > to) throw new ShapeError(`flatten: start axis ${start} comes after end axis ${end} in ${formatShape(x.shape)}.`);
  return reshape(x, [...x.shape.slice(0, from), sizeOf(x.shape.slice(from, to + 1)), ...x.shape.slice(to + 1)]);
}
