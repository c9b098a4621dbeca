/** Conversion of type and of memory layout. */

import { type DType, isFloat } from "../base/dtype.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSpec, checkTensor } from "./checks.js";
import { isDense } from "./layout.js";
import { defineOp, noTensor } from "./operation.js";
import { floats } from "./samples.js";

const castOp = defineOp<DType>({
  name: "cast",
  shape: ([x], dtype) => {
    checkSpec("cast", x.shape, dtype);
    return { shape: x.shape, dtype, strides: isDense(x) ? x.strides : undefined };
  },
  forward: (k, [x], out) => k.copy(x, out),
  vjp: (dy, { inputs: [x] }) => [() => cast(dy, x.dtype)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([2, 3])], attributes: "float64" },
    { inputs: [floats([2, 3], -20, 20)], attributes: "int32", gradcheck: false },
    { inputs: [{ shape: [4], dtype: "int32", values: [0, 3, -1, 7] }], attributes: "float32", gradcheck: false },
    { inputs: [{ shape: [4], values: [0, 0.5, NaN, -1] }], attributes: "bool", gradcheck: false },
    { inputs: [{ shape: [6], values: [NaN, Infinity, -Infinity, 3e9, -3e9, -1.5] }], attributes: "int32", gradcheck: false },
    { inputs: [{ shape: [6], values: [NaN, Infinity, -Infinity, 300, -3, 254.9] }], attributes: "uint8", gradcheck: false },
    { inputs: [{ shape: [3], dtype: "int32", values: [-1, 256, 7] }], attributes: "uint8", gradcheck: false },
  ],
});

/**
 * The same values in another type. To an integer the fraction is cut off, a number out of range becomes the nearest that fits, and
 * NaN becomes 0; to bool anything but 0 (NaN too) is true. A no-op if the type is the same.
 * @throws DTypeError for an unknown type.
 *
 * @example
 * cast(tensor([1.9, -1.9, 3e9, NaN]), "int32") // → [1, -1, 2147483647, 0]
 * cast(tensor([0, 0.5, NaN]), "bool") // → [false, true, true]
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (!(x instanceof Tensor)) throw noTensor("cast", 0, x);
  return x.dtype === dtype ? x : castOp.apply([x], dtype);
}

/** Integer and bool tensors become float32; float tensors stay as they are. */
export function toFloat(x: Tensor): Tensor {
  return x instanceof Tensor && isFloat(x.dtype) ? x : cast(x, "float32");
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
  checkTensor("contiguous", x);
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
