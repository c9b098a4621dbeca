/** Bilinear form of two inputs. */

import { ShapeError } from "../base/errors.js";
import { formatShape, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add } from "./arithmetic.js";
import { checkSameFloat } from "./checks.js";
import { matmul } from "./matmul.js";
import { permute, reshape } from "./views.js";

/**
 * yₒ = aᵀ Wₒ b + biasₒ. a: [..., I], b: [..., J] with the same leading axes, weight: [O, I, J], bias: [O] → [..., O].
 * @throws ShapeError if the shapes do not fit; DTypeError unless all have one float type.
 *
 * @example
 * const weight = tensor([[[1, 0], [0, 1]], [[0, 1], [0, 0]]]);
 * bilinear(tensor([[2, 3]]), tensor([[10, 100]]), weight) // → [[320, 200]]
 */
export function bilinear(a: Tensor, b: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  checkSameFloat("bilinear", bias ? [a, b, weight, bias] : [a, b, weight]);
  const [outputs, left, right] = weight.shape;
  const lead = a.shape.slice(0, -1);
  const fits =
    weight.ndim === 3 && a.ndim > 0 && a.shape[lead.length] === left && sameShape(b.shape, [...lead, right]) && (!bias || sameShape(bias.shape, [outputs]));
  if (!fits) {
    throw new ShapeError(
      `bilinear: expected inputs [..., I] and [..., J], weight [O, I, J] and bias [O], got ${[a, b, weight, ...(bias ? [bias] : [])].map((t) => formatShape(t.shape)).join(", ")}.`,
    );
  }
  const rows = a.size / left;
  const half = matmul(reshape(a, [rows, left]), reshape(permute(weight, [1, 0, 2]), [left, outputs * right]));
  const y = reshape(matmul(reshape(half, [rows, outputs, right]), reshape(b, [rows, right, 1])), [...lead, outputs]);
  return bias ? add(y, bias) : y;
}
