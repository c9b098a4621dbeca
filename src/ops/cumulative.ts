/** Running values along an axis: sums, products, extremes, and the first-order recurrence that many of them are. */

import { ShapeError } from "../base/errors.js";
import { formatShape, normalizeAxis, sameShape } from "../base/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, meet, mul, sub } from "./arithmetic.js";
import { toFloat } from "./cast.js";
import { checkTensor } from "./checks.js";
import { eq, where } from "./compare.js";
import { arange, zerosLike } from "./create.js";
import { exp, isfinite, log } from "./elementwise.js";
import { gather } from "./gatherScatter.js";
import { defineOp, type Operation } from "./operation.js";
import { flip, roll } from "./rearrange.js";
import { sum, wide } from "./reduce.js";
import { floats, ints } from "./samples.js";
import { concat } from "./slice.js";
import type { ValuesAndIndices } from "./sort.js";
import { sliceAxis } from "./split.js";
import { reshape } from "./views.js";

const cumsumOp: Operation<number> = defineOp<number>({
  name: "cumsum",
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  forward: (k, [x], out, axis) => k.cumsum(x, axis, out),
  // Each input counts in all later sums: the running sum from the end, which is total − running sum + itself.
  vjp: (dy, { attributes: axis }) => [() => add(sub(sum(dy, { axis, keepDim: true }), cumsumOp.apply([dy], axis)), dy)],
  valueFree: true,
  samples: () => [
    { inputs: [floats([3, 4])], attributes: 1 },
    { inputs: [floats([3, 4])], attributes: 0 },
    { inputs: [{ ...floats([2, 3, 2]), layout: "transposed" }], attributes: 1 },
  ],
});

/**
 * Running sum along `axis`; bool and uint8 are summed in int32.
 *
 * @example
 * cumsum(tensor([[1, 2, 3], [4, 5, 6]]), 1) // → [[1, 3, 6], [4, 9, 15]]
 */
export function cumsum(x: Tensor, axis: number): Tensor {
  return cumsumOp.apply([wide(x)], normalizeAxis("cumsum", axis, x.ndim));
}

/** [a, b] → y with y_0 = b_0 and y_i = a_i · y_{i−1} + b_i. */
const recurrenceOp: Operation<number> = defineOp<number>({
  name: "linearRecurrence",
  shape: ([a, b]) => {
    if (!sameShape(a.shape, b.shape)) {
      throw new ShapeError(`linearRecurrence: the factors have shape ${formatShape(a.shape)}, the terms ${formatShape(b.shape)}; they must be equal.`);
    }
    return { shape: b.shape, dtype: b.dtype };
  },
  forward: (k, [a, b], out, axis) => k.linearRecurrence(a, b, axis, out),
  // What y_i gets, it passes on to y_{i−1} times a_i: the same recurrence from the end.
  vjp: (dy, { inputs: [a], output, attributes: axis }) => {
    const backward = (): Tensor => flip(recurrenceOp.apply([roll(flip(a, axis), 1, axis), flip(dy, axis)], axis), axis);
    return [() => mul(backward(), shifted(output, axis)), backward];
  },
  samples: () => [
    { inputs: [floats([4]), floats([4])], attributes: 0 },
    { inputs: [floats([2, 3]), floats([2, 3])], attributes: 1 },
    { inputs: [{ ...floats([3, 2, 2]), layout: "transposed" }, { ...floats([3, 2, 2]), layout: "strided" }], attributes: 0 },
    { inputs: [floats([1, 2]), floats([1, 2])], attributes: 0 },
    { inputs: [floats([0, 2]), floats([0, 2])], attributes: 0 },
    { inputs: [ints([3], [2, 3, 4]), ints([3], [1, 1, -1])], attributes: 0, gradcheck: false },
    { inputs: [{ shape: [3], values: [Infinity, 0, 2] }, { shape: [3], values: [1, 5, 0] }], attributes: 0, gradcheck: false },
  ],
  errors: () => [{ inputs: [floats([2]), floats([3])], attributes: 0, message: "the factors have shape [2], the terms [3]" }],
});

/** y moved on by one place; 0 comes first. */
function shifted(y: Tensor, axis: number): Tensor {
  const size = y.shape[axis];
  if (size === 0) return y;
  return concat([zerosLike(sliceAxis(y, axis, { end: 1 })), sliceAxis(y, axis, { end: size - 1 })], axis);
}

/**
 * y_0 = b_0, y_i = a_i · y_{i−1} + b_i along `axis`, for a and b of one shape. With flipped rewards as b and a discount as a it gives
 * discounted returns; with 1 − α and α x, an exponential moving average.
 * @throws ShapeError if the shapes differ.
 *
 * @example
 * linearRecurrence(full([3], 0.5), tensor([1, 1, 1]), 0) // → [1, 1.5, 1.75]
 */
export function linearRecurrence(a: Tensor, b: Tensor, axis: number): Tensor {
  return recurrenceOp.apply(meet("linearRecurrence", wide(a), wide(b)), normalizeAxis("linearRecurrence", axis, b.ndim));
}

/** 0, 1, 2, … along `axis`, in a shape that broadcasts with x. */
function places(x: Tensor, axis: number): Tensor {
  return reshape(arange(0, x.shape[axis], 1, { dtype: "int32", backend: x.backend }), x.shape.map((n, i) => (i === axis ? n : 1)));
}

/**
 * Running product along `axis`; bool and uint8 are multiplied in int32. Its gradients are right where x is 0 too.
 *
 * @example
 * cumprod(tensor([[1, 2, 3], [4, 5, 6]]), 1) // → [[1, 2, 6], [4, 20, 120]]
 */
export function cumprod(x: Tensor, axis: number): Tensor {
  const [values, at] = [wide(x), normalizeAxis("cumprod", axis, x.ndim)];
  return recurrenceOp.apply([values, where(eq(places(x, at), 0), values, zerosLike(values))], at);
}

function defineCumulativeArg(name: string, op: "max" | "min"): Operation<number> {
  return defineOp<number>({
    name,
    shape: ([x]) => ({ shape: x.shape, dtype: "int32" }),
    forward: (k, [x], out, axis) => k.cumulativeArg(op, x, axis, out),
    samples: () => [
      { inputs: [floats([3, 5])], attributes: 1 },
      { inputs: [{ ...floats([4, 3]), layout: "transposed" }], attributes: 0 },
      { inputs: [{ shape: [6], values: [1, 1, NaN, 5, NaN, 0] }], attributes: 0 },
    ],
  });
}

const cummaxIndex = defineCumulativeArg("cummaxIndex", "max");
const cumminIndex = defineCumulativeArg("cumminIndex", "min");

/**
 * The largest so far along `axis` and its position (int32), the last of equals, which alone gets the gradient. NaN counts as the
 * largest.
 *
 * @example
 * const { values, indices } = cummax(tensor([1, 3, 2, 3]), 0);
 * values  // → [1, 3, 3, 3]
 * indices // → [0, 1, 1, 3]
 */
export function cummax(x: Tensor, axis: number): ValuesAndIndices {
  checkTensor("cummax", x);
  const indices = cummaxIndex.apply([x], normalizeAxis("cummax", axis, x.ndim));
  return { values: gather(x, axis, indices), indices };
}

/**
 * The smallest so far along `axis` and its position (int32), the last of equals, which alone gets the gradient. NaN counts as the
 * smallest.
 *
 * @example
 * cummin(tensor([3, 1, 2]), 0).values // → [3, 1, 1]
 */
export function cummin(x: Tensor, axis: number): ValuesAndIndices {
  checkTensor("cummin", x);
  const indices = cumminIndex.apply([x], normalizeAxis("cummin", axis, x.ndim));
  return { values: gather(x, axis, indices), indices };
}

/**
 * Running log Σ eˣ along `axis`, without overflow.
 *
 * @example
 * logcumsumexp(tensor([1000, 1000, 1000]), 0) // → [1000, 1000.69, 1001.1]
 */
export function logcumsumexp(x: Tensor, axis: number): Tensor {
  const [values, at] = [toFloat(x), normalizeAxis("logcumsumexp", axis, x.ndim)];
  // Sums in units of e^m, m the largest so far: a new m shrinks what was summed before.
  const m = cummax(values.detach(), at).values;
  const unit = where(isfinite(m), m, zerosLike(m));
  const sums = recurrenceOp.apply([exp(sub(shifted(unit, at), unit)), exp(sub(values, unit))], at);
  return add(log(sums), unit);
}
