/** Picking rows by index, and its reverse. Indices are int32; one out of range is an error that names it. */

import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import { formatShape, normalizeAxis } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { cast, contiguous } from "./cast.js";
import { checkTensor } from "./checks.js";
import { eq } from "./compare.js";
import { arange } from "./create.js";
import { defineOp, type Operation } from "./operation.js";
import { floats, ints } from "./samples.js";
import { unsqueeze } from "./views.js";

function checkIndex(op: string, index: Tensor): void {
  if (index.dtype !== "int32" || index.ndim !== 1) {
    throw new DTypeError(`${op}: expected an int32 index with one axis, got ${index.dtype} ${formatShape(index.shape)}; use cast(index, "int32").`);
  }
}

function outOfRange(op: string, bad: number, size: number, axis: number): void {
  if (bad >= 0) throw new ValueError(`${op}: index number ${bad} is not in 0…${size - 1}, the range of axis ${axis}.`);
}

const gatherOp: Operation<number> = defineOp<number>({
  name: "indexSelect",
  shape: ([x, index], axis) => {
    checkIndex("indexSelect", index);
    return { shape: x.shape.map((n, i) => (i === axis ? index.size : n)), dtype: x.dtype };
  },
  forward: (k, [x, index], out, axis) => outOfRange("indexSelect", k.gather(x, axis, index, out), x.shape[axis], axis),
  vjp: (dy, { inputs: [x, index], attributes: axis }) => [() => scatterOp.apply([dy, index], { axis, size: x.shape[axis] }), null],
  samples: () => [
    { inputs: [floats([4, 3]), ints([5], [0, 3, 3, 1, 0])], attributes: 0 },
    { inputs: [floats([2, 4, 3]), ints([2], [3, 1])], attributes: 1 },
    { inputs: [{ ...floats([3, 4]), layout: "transposed" }, ints([2], [2, 2])], attributes: 1 },
  ],
  errors: () => [
    { inputs: [floats([4, 3]), ints([2], [0, 4])], attributes: 0, message: "index number 1 is not in 0…3" },
    { inputs: [floats([4, 3]), ints([1], [-1])], attributes: 0, message: "index number 0 is not in 0…3" },
    { inputs: [floats([4, 3]), floats([2])], attributes: 0, message: "expected an int32 index" },
  ],
});

interface ScatterAttributes {
  readonly axis: number;
  /** Length of that axis in the result. */
  readonly size: number;
}

const scatterOp: Operation<ScatterAttributes> = defineOp<ScatterAttributes>({
  name: "indexAdd",
  shape: ([x, index], { axis, size }) => {
    checkIndex("indexAdd", index);
    if (x.shape[axis] !== index.size) {
      throw new ShapeError(`indexAdd: axis ${axis} of ${formatShape(x.shape)} and the ${index.size} indices must have the same length.`);
    }
    return { shape: x.shape.map((n, i) => (i === axis ? size : n)), dtype: x.dtype };
  },
  forward: (k, [x, index], out, { axis, size }) => {
    k.fill(out, 0);
    outOfRange("indexAdd", k.scatterAdd(x, axis, index, out), size, axis);
  },
  vjp: (dy, { inputs: [, index], attributes: { axis } }) => [() => gatherOp.apply([dy, index], axis), null],
  samples: () => [
    { inputs: [floats([5, 3]), ints([5], [0, 3, 3, 1, 0])], attributes: { axis: 0, size: 4 } },
    { inputs: [floats([2, 2, 3]), ints([2], [3, 1])], attributes: { axis: 1, size: 4 } },
  ],
  errors: () => [
    { inputs: [floats([2, 3]), ints([2], [0, 4])], attributes: { axis: 0, size: 4 }, message: "index number 1 is not in 0…3" },
    { inputs: [floats([2, 3]), ints([1], [0])], attributes: { axis: 0, size: 4 }, message: "must have the same length" },
  ],
});

/**
 * The slices of x at `index` (int32, [K]) along `axis`: out[..., i, ...] = x[..., index[i], ...].
 * @throws ValueError if an index is out of range; DTypeError if `index` is no int32 tensor of one axis.
 *
 * @example
 * const index = tensor([2, 0, 2], { dtype: "int32" });
 * indexSelect(tensor([10, 20, 30]), 0, index) // → [30, 10, 30]
 */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  checkTensor("indexSelect", x);
  checkTensor("indexSelect", index, 1);
  return gatherOp.apply([x, index], normalizeAxis("indexSelect", axis, x.ndim));
}

/**
 * Adds the slices of x into zeros: out[..., index[i], ...] += x[..., i, ...]; axis `axis` of the result has `size` entries.
 * @throws ValueError if an index is not in 0…size−1; ShapeError if there is not one index for each slice.
 *
 * @example
 * const index = tensor([2, 0, 2], { dtype: "int32" });
 * indexAdd(tensor([1, 10, 100]), 0, index, 4) // → [10, 0, 101, 0]
 */
export function indexAdd(x: Tensor, axis: number, index: Tensor, size: number): Tensor {
  checkTensor("indexAdd", x);
  checkTensor("indexAdd", index, 1);
  return scatterOp.apply([x, index], { axis: normalizeAxis("indexAdd", axis, x.ndim), size });
}

/**
 * int32 classes [...] → float32 [..., classes] with a 1 at each class. Classes out of range give rows of zeros.
 *
 * @example
 * oneHot(tensor([2, 0], { dtype: "int32" }), 3) // → [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(target: Tensor, classes: number): Tensor {
  checkTensor("oneHot", target);
  const range = arange(0, classes, 1, { backend: target.backend, dtype: "int32" });
  return cast(eq(unsqueeze(contiguous(cast(target, "int32")), target.ndim), range), "float32");
}
