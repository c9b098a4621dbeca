/** Matrix products. */

import { ShapeError } from "../base/errors.js";
import { broadcastShapes, formatShape, sameShape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { promote } from "../base/dtype.js";
import { cast } from "./cast.js";
import { broadcastView } from "./layout.js";
import { checkSameFloat } from "./checks.js";
import { checkTensors, defineOp, noTensor, type OutputSpec } from "./operation.js";
import { sum } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { reshape, transpose, unsqueeze, squeeze } from "./views.js";

function matmulShape(a: Tensor, b: Tensor): OutputSpec {
  const [m, k] = a.shape.slice(-2);
  const [inner, n] = b.shape.slice(-2);
  if (k !== inner) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} · ${formatShape(b.shape)}: the last axis of the left (${k}) and the last but one of the right (${inner}) ` +
        `must be equal; transpose one of them?`,
    );
  }
  if (a.ndim === 2 && b.ndim === 2) return { shape: [m, n], dtype: a.dtype };
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { shape: [...batch, m, n], dtype: a.dtype };
}

const matmulOp = defineOp({
  name: "matmul",
  shape: ([a, b]) => matmulShape(a, b),
  forward: (k, [a, b], out) => {
    const batch = out.shape.slice(0, -2);
    if (batch.length === 0) return k.matmul(a, b, out);
    k.matmul(broadcastView(a, [...batch, ...a.shape.slice(-2)]), broadcastView(b, [...batch, ...b.shape.slice(-2)]), out);
  },
  vjp: (dy, { inputs: [a, b] }) => [() => matmul(dy, transpose(b)), () => matmul(transpose(a), dy)],
  samples: () => [
    { inputs: [floats([2, 3]), floats([3, 4])], attributes: undefined },
    { inputs: [floats([1, 1]), floats([1, 1])], attributes: undefined },
    { inputs: [floats([2, 0]), floats([0, 3])], attributes: undefined },
    { inputs: [floats([17, 33]), floats([33, 65])], attributes: undefined, gradcheck: false },
    { inputs: [{ ...floats([5, 7]), layout: "transposed" }, { ...floats([7, 3]), layout: "transposed" }], attributes: undefined },
    { inputs: [{ ...floats([5, 7]), layout: "strided" }, floats([7, 3])], attributes: undefined },
    { inputs: [floats([2, 1, 3, 4]), floats([5, 4, 2])], attributes: undefined },
  ],
  errors: () => [
    { inputs: [floats([2, 3]), floats([4, 5])], attributes: undefined, message: "[2, 3] · [4, 5]: the last axis of the left (3)" },
    { inputs: [floats([2, 3, 4]), floats([3, 4, 5])], attributes: undefined, message: "do not broadcast" },
  ],
});

/**
 * Matrix product. a: [..., M, K], b: [..., K, N] → [..., M, N]; leading axes broadcast. A 1-d operand is taken as a row
 * (left) or column (right), and its axis is dropped from the result.
 * @throws ShapeError if the inner sizes differ or an operand is 0-d.
 *
 * @example
 * const a = tensor([[1, 2], [3, 4]]);
 * matmul(a, tensor([[1, 0], [0, 10]]))                    // → [[1, 20], [3, 40]]
 * matmul(a, tensor([1, 1]))                               // → [3, 7]
 * matmul(zeros([8, 1, 2, 3]), zeros([5, 3, 4])).shape     // → [8, 5, 2, 4]
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkTensors("matmul", [a, b]);
  if (a.ndim === 0 || b.ndim === 0) throw new ShapeError("matmul: a 0-d tensor is no matrix; use mul for the product with a number.");
  if (a.ndim === 1) return squeeze(matmul(unsqueeze(a, 0), b), b.ndim === 1 ? 0 : -2);
  if (b.ndim === 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (a.dtype === b.dtype) return matmulOp.apply([a, b], undefined);
  const dtype = promote(a.dtype, b.dtype);
  return matmulOp.apply([cast(a, dtype), cast(b, dtype)], undefined);
}

const linearOp = defineOp({
  name: "linear",
  shape: (inputs) => {
    const [x, weight, bias] = inputs;
    checkSameFloat("linear", inputs);
    if (x.shape[1] !== weight.shape[1]) {
      throw new ShapeError(
        `linear: input ${formatShape(x.shape)}, but inFeatures is ${weight.shape[1]}; build Linear(${x.shape[1]}, …) or flatten differently.`,
      );
    }
    if (bias !== undefined && !sameShape(bias.shape, [weight.shape[0]])) {
      throw new ShapeError(`linear: bias ${formatShape(bias.shape)} does not fit weight ${formatShape(weight.shape)}; expected [${weight.shape[0]}].`);
    }
    return { shape: [x.shape[0], weight.shape[0]], dtype: x.dtype };
  },
  forward: (k, [x, weight, bias], out) => {
    const transposed = weight.view([weight.shape[1], weight.shape[0]], [weight.strides[1], weight.strides[0]]);
    k.matmul(x, transposed, out, bias === undefined ? undefined : bias.view(out.shape, [0, bias.strides[0]]));
  },
  vjp: (dy, { inputs: [x, weight] }) => [() => matmul(dy, weight), () => matmul(transpose(dy), x), () => sum(dy, { axis: 0 })],
  samples: () => [
    { inputs: [floats([4, 3]), floats([5, 3]), floats([5])], attributes: undefined },
    { inputs: [floats([1, 3]), floats([2, 3])], attributes: undefined },
    { inputs: [floats([64, 20]), floats([33, 20]), floats([33])], attributes: undefined, gradcheck: false },
  ],
  errors: () => [
    { inputs: [floats([32, 512]), floats([10, 256])], attributes: undefined, message: "input [32, 512], but inFeatures is 256" },
    { inputs: [floats([2, 3]), floats([4, 3]), floats([3])], attributes: undefined, message: "bias [3] does not fit weight [4, 3]" },
    { inputs: [ints([1, 3], [1, 2, 3]), floats([4, 3])], attributes: undefined, message: "expected operands of one type, float32 or float64, got int32, float" },
  ],
});

/**
 * x Wᵀ + b. x: [..., in], weight: [out, in], bias: [out] → [..., out].
 * @throws ShapeError if the last axis of x is not `in`, or the bias is not [out]; DTypeError unless all have one float type.
 *
 * @example
 * const weight = tensor([[1, 0], [0, 1], [1, 1]]);
 * linear(tensor([[2, 3]]), weight, tensor([0, 0, 10])) // → [[2, 3, 15]]
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  if (!(x instanceof Tensor)) throw noTensor("linear", 0, x);
  if (x.ndim === 2) return linearOp.apply(bias ? [x, weight, bias] : [x, weight], undefined);
  if (x.ndim === 0) throw new ShapeError("linear: expected an input of shape [..., in], got a 0-d tensor.");
  const rows = reshape(x, [-1, x.shape[x.ndim - 1]]);
  return reshape(linear(rows, weight, bias), [...x.shape.slice(0, -1), weight.shape[0]]);
}
