/** Element-wise kernels: one function applied at each index. Operands have the shape of the output. */

import { type DType, isFloat } from "../../base/dtype.js";
import type { BinaryOp, CompareOp, UnaryOp } from "../backend.js";
import type { Elements } from "./elements.js";
import { positions } from "./elements.js";
import { binaryFunction, compareFunctions, unaryFunctions } from "./functions.js";

export function fill(out: Elements, value: number): void {
  for (const position of positions(out)) out.data[position] = value;
}

export function copy(x: Elements, out: Elements): void {
  const from = positions(x);
  const to = positions(out);
  for (let i = 0; i < to.length; i++) {
    out.data[to[i]] = converted(x.data[from[i]], out.dtype);
  }
}

/** Integers cut the fraction off and take the nearest number that fits; NaN becomes 0. */
function converted(value: number, to: DType): number {
  if (to === "bool") return Number(value !== 0);
  if (isFloat(to)) return value;
  const [low, high] = to === "uint8" ? [0, 255] : [-(2 ** 31), 2 ** 31 - 1];
  return Number.isNaN(value) ? 0 : Math.min(high, Math.max(low, Math.trunc(value)));
}

/** `alpha` is a number of x's type, as in the compiled kernels: x + α and α · x, and so initial weights, agree with theirs to the bit. */
export function unary(op: UnaryOp, x: Elements, out: Elements, alpha: number): void {
  const f = unaryFunctions[op];
  const a = x.dtype === "float32" ? Math.fround(alpha) : alpha;
  const from = positions(x);
  const to = positions(out);
  for (let i = 0; i < to.length; i++) out.data[to[i]] = f(x.data[from[i]], a);
}

export function binary(op: BinaryOp, x: Elements, y: Elements, out: Elements, alpha: number): void {
  const f = binaryFunction(op, x.dtype);
  const fromX = positions(x);
  const fromY = positions(y);
  const to = positions(out);
  for (let i = 0; i < to.length; i++) out.data[to[i]] = f(x.data[fromX[i]], y.data[fromY[i]], alpha);
}

export function compare(op: CompareOp, x: Elements, y: Elements, out: Elements): void {
  const f = compareFunctions[op];
  const fromX = positions(x);
  const fromY = positions(y);
  const to = positions(out);
  for (let i = 0; i < to.length; i++) out.data[to[i]] = Number(f(x.data[fromX[i]], y.data[fromY[i]]));
}

export function where(condition: Elements, x: Elements, y: Elements, out: Elements): void {
  const choice = positions(condition);
  const fromX = positions(x);
  const fromY = positions(y);
  const to = positions(out);
  for (let i = 0; i < to.length; i++) {
    out.data[to[i]] = condition.data[choice[i]] !== 0 ? x.data[fromX[i]] : y.data[fromY[i]];
  }
}
