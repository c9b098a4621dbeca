/** Arithmetic of two operands, with broadcasting. Types meet in the larger one; a plain number takes the tensor's type. */

import type { BinaryOp } from "../backend/backend.js";
import { isFloat, promote } from "../base/dtype.js";
import type { Gradient } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { cast, toFloat } from "./cast.js";
import { where, eq, gt, lt } from "./compare.js";
import { scalarLike } from "./create.js";
import { addScalar, log, mulScalar, neg, powScalar, reciprocal } from "./elementwise.js";
import { broadcastView, elementwiseSpec } from "./layout.js";
import { defineOp, noTensor, type Operation } from "./operation.js";
import { floats, type InputSpec, type Sample } from "./samples.js";

/** A tensor, or a number that is taken as a 0-d tensor of the other operand's type. */
export type Operand = Tensor | number;

interface BinaryRecord {
  readonly name: BinaryOp;
  readonly vjp: (dy: Tensor, x: Tensor, y: Tensor, out: Tensor) => readonly Gradient[];
  readonly valueFree?: boolean;
  /** Second operand of the samples; default: any float. */
  readonly low?: number;
  readonly firstLow?: number;
  readonly gradcheck?: boolean;
}

function shapes(first: (shape: number[]) => InputSpec, second: (shape: number[]) => InputSpec): Sample<undefined>[] {
  const pairs: [number[], number[]][] = [
    [[2, 3], [2, 3]],
    [[3, 1, 4], [2, 1]],
    [[], [5]],
    [[0, 3], [1, 3]],
  ];
  return [
    ...pairs.map(([a, b]) => ({ inputs: [first(a), second(b)], attributes: undefined })),
    { inputs: [{ ...first([3, 5]), layout: "transposed" as const }, { ...second([3, 5]), layout: "strided" as const }], attributes: undefined },
  ];
}

/** Defines an element-wise operation of two operands from its record. */
export function defineBinary({ name, vjp, valueFree, low = -2, firstLow = -2, gradcheck }: BinaryRecord): Operation<undefined> {
  return defineOp({
    name,
    shape: (inputs) => elementwiseSpec(name, inputs, inputs[0].dtype),
    forward: (k, [x, y], out) => k.binary(name, broadcastView(x, out.shape), broadcastView(y, out.shape), out),
    vjp: (dy, { inputs: [x, y], output }) => vjp(dy, x, y, output),
    valueFree,
    samples: () => shapes((s) => floats(s, firstLow, 2), (s) => floats(s, low, 2)).map((sample) => ({ ...sample, gradcheck })),
    errors: () => [
      { inputs: [floats([2, 3]), floats([4])], attributes: undefined, message: /do not broadcast: axis -1 has sizes 3 and 4/ },
    ],
  });
}

const addOp = defineBinary({ name: "add", vjp: (dy) => [() => dy, () => dy], valueFree: true });
const subOp = defineBinary({ name: "sub", vjp: (dy) => [() => dy, () => neg(dy)], valueFree: true });
const mulOp = defineBinary({ name: "mul", vjp: (dy, x, y) => [() => mul(dy, y), () => mul(dy, x)] });
const divOp = defineBinary({
  name: "div",
  vjp: (dy, _x, y, out) => [() => div(dy, y), () => neg(div(mul(dy, out), y))],
  low: 0.5,
});
const powOp = defineBinary({
  name: "pow",
  vjp: (dy, x, y, out) => [() => mul(dy, mul(y, pow(x, sub(y, 1)))), () => mul(dy, where(eq(x, 0), 0, mul(out, log(x))))],
  firstLow: 0.5,
});
/** Where the operands are equal, each gets half of the gradient. */
function selected(dy: Tensor, mine: Tensor, other: Tensor, wins: typeof gt): Tensor {
  return mul(dy, where(eq(mine, other), scalarLike(dy, 0.5), cast(wins(mine, other), dy.dtype)));
}
const maximumOp = defineBinary({ name: "maximum", vjp: (dy, x, y) => [() => selected(dy, x, y, gt), () => selected(dy, y, x, gt)] });
const minimumOp = defineBinary({ name: "minimum", vjp: (dy, x, y) => [() => selected(dy, x, y, lt), () => selected(dy, y, x, lt)] });

/** Brings both operands of `name` to one type: numbers become 0-d tensors, types are promoted, `true` means at least int32. */
export function meet(name: string, a: Operand, b: Operand): [Tensor, Tensor] {
  if (!(a instanceof Tensor)) return meet(name, scalarLike(tensorOf(name, b, 1), numberOf(name, a, 0)), b);
  if (!(b instanceof Tensor)) return meet(name, a, scalarLike(a, numberOf(name, b, 1)));
  if (a.dtype === b.dtype && a.dtype !== "bool") return [a, b];
  const dtype = a.dtype === "bool" && b.dtype === "bool" ? "int32" : promote(a.dtype, b.dtype);
  return [cast(a, dtype), cast(b, dtype)];
}

function tensorOf(name: string, operand: Operand, index: number): Tensor {
  if (operand instanceof Tensor) return operand;
  throw noTensor(name, index, operand);
}

function numberOf(name: string, operand: Operand, index: number): number {
  if (typeof operand === "number") return operand;
  throw noTensor(name, index, operand);
}

/** Whether a number can be folded into a one-operand kernel for this tensor. */
function folds(t: Operand, scalar: Operand): t is Tensor {
  return t instanceof Tensor && isFloat(t.dtype) && typeof scalar === "number";
}

/**
 * a + b, element by element. Shapes broadcast; types meet in the larger one.
 * @throws ShapeError if the shapes do not broadcast.
 *
 * @example
 * add(tensor([[1], [2]]), tensor([10, 20])) // → [[11, 21], [12, 22]]
 * add(zeros([2, 3]), zeros([4]))            // → throws ShapeError: add: shapes [2, 3] and [4] do not broadcast
 */
export function add(a: Operand, b: Operand): Tensor {
  if (folds(a, b)) return addScalar(a, b as number);
  if (folds(b, a)) return addScalar(b, a as number);
  return addOp.apply(meet("add", a, b), undefined);
}

/**
 * a − b, element by element. Shapes broadcast.
 *
 * @example
 * sub(1, tensor([0.25, 3])) // → [0.75, -2]
 */
export function sub(a: Operand, b: Operand): Tensor {
  if (folds(a, b)) return addScalar(a, -(b as number));
  return subOp.apply(meet("sub", a, b), undefined);
}

/**
 * a · b, element by element. Shapes broadcast.
 *
 * @example
 * mul(tensor([[1, 2], [3, 4]]), tensor([10, 100])) // → [[10, 200], [30, 400]]
 */
export function mul(a: Operand, b: Operand): Tensor {
  if (folds(a, b)) return mulScalar(a, b as number);
  if (folds(b, a)) return mulScalar(b, a as number);
  return mulOp.apply(meet("mul", a, b), undefined);
}

/**
 * a / b, element by element; integers give float32. Shapes broadcast.
 *
 * @example
 * div(tensor([1, 2], { dtype: "int32" }), 4) // → [0.25, 0.5]
 */
export function div(a: Operand, b: Operand): Tensor {
  if (folds(b, a)) return mulScalar(reciprocal(b), a as number);
  const [x, y] = meet("div", a, b);
  if (isFloat(x.dtype)) return divOp.apply([x, y], undefined);
  return divOp.apply([cast(x, "float32"), cast(y, "float32")], undefined);
}

/**
 * aᵇ, element by element. Shapes broadcast.
 *
 * @example
 * pow(tensor([2, 3]), 2)         // → [4, 9]
 * pow(2, tensor([0.5, 3]))       // → [1.41421, 8]
 */
export function pow(a: Operand, b: Operand): Tensor {
  if (folds(a, b)) return powScalar(a, b as number);
  return powOp.apply(meet("pow", a, b), undefined);
}

/**
 * The larger of a and b, element by element; NaN if either is. Where they are equal, each gets half of the gradient. Shapes broadcast.
 *
 * @example
 * maximum(tensor([-1, 5]), 0) // → [0, 5]
 */
export function maximum(a: Operand, b: Operand): Tensor {
  return maximumOp.apply(meet("maximum", a, b), undefined);
}

/**
 * The smaller of a and b, element by element; NaN if either is. Where they are equal, each gets half of the gradient. Shapes broadcast.
 *
 * @example
 * minimum(tensor([-1, 5]), tensor([2, 2])) // → [-1, 2]
 */
export function minimum(a: Operand, b: Operand): Tensor {
  return minimumOp.apply(meet("minimum", a, b), undefined);
}

/**
 * A point on the line from a to b: a + weight · (b − a). Shapes broadcast.
 *
 * @example
 * lerp(tensor([0, 10]), tensor([10, 20]), 0.25) // → [2.5, 12.5]
 */
export function lerp(a: Tensor, b: Tensor, weight: Operand): Tensor {
  const [from, to] = meet("lerp", toFloat(a), toFloat(b));
  // From the nearer end, so that weight 1 gives b exactly.
  if (typeof weight === "number" && weight >= 0.5) return sub(to, mul(sub(to, from), 1 - weight));
  return add(from, mul(sub(to, from), weight));
}
