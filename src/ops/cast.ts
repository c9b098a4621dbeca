/** Conversion of type and of memory layout. */

import { type DType, isFloat } from "../base/dtype.js";
import type { Tensor } from "../tensor/tensor.js";
import { isDense } from "./layout.js";
import { defineOp } from "./operation.js";
import { floats } from "./samples.js";

const castOp = defineOp<DType>({
  name: "cast",
  shape: ([x], dtype) => ({ shape: x.shape, dtype, strides: isDense(x) ? x.strides : undefined }),
  forward: (k, [x], out) => k.copy(x, out),
  vjp: (dy, { inputs: [x] }) => [() => cast(dy, x.dtype)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([2, 3])], attributes: "float64" },
    { inputs: [floats([2, 3], -20, 20)], attributes: "int32", gradcheck: false },
    { inputs: [{ shape: [4], dtype: "int32", values: [0, 3, -1, 7] }], attributes: "float32", gradcheck: false },
    { inputs: [{ shape: [4], values: [0, 0.5, NaN, -1] }], attributes: "bool", gradcheck: false },
  ],
});

/**
 * The same values in another type. Float to integer truncates; anything but 0 (NaN too) is true. A no-op if the type is the same.
 *
 * @example
 * cast(tensor([1.9, -1.9]), "int32") // → [1, -1]
 * cast(tensor([0, 0.5, NaN]), "bool") // → [false, true, true]
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : castOp.apply([x], dtype);
}

/** Integer and bool tensors become float32; float tensors stay as they are. */
export function toFloat(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : cast(x, "float32");
}

const contiguousOp = defineOp({
  name: "contiguous",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  forward: (k, [x], out) => k.copy(x, out),
  vjp: (dy) => [() => dy],
  valueFree: true,
  samples: () => [
    { inputs: [{ ...floats([3, 4]), layout: "transposed" }], attributes: undefined },
    { inputs: [{ ...floats([2, 3, 5]), layout: "strided" }], attributes: undefined },
  ],
});

/**
 * The same values in row-major order without gaps; copies only if they are not so already.
 *
 * @example
 * const t = transpose(tensor([[1, 2], [3, 4]]));
 * t.contiguous             // → false
 * contiguous(t).contiguous // → true
 */
export function contiguous(x: Tensor): Tensor {
  return x.contiguous ? x : contiguousOp.apply([x], undefined);
}

/**
 * A fresh copy in row-major order, through which gradients flow.
 *
 * @example
 * const a = zeros([2]);
 * const b = clone(a);
 * a.copyFrom(ones([2]));
 * b // → [0, 0]
 */
export function clone(x: Tensor): Tensor {
  return contiguousOp.apply([x], undefined);
}
