/** Methods on Tensor that mirror the free functions, so that expressions can be chained: x.mul(2).sum(). */

import type { DType } from "../base/dtype.js";
import type { Shape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { relu, sigmoid, tanh } from "./activations.js";
import { add, div, mul, type Operand, pow, sub } from "./arithmetic.js";
import { cast, clone, contiguous } from "./cast.js";
import { abs, exp, log, neg, sqrt, square } from "./elementwise.js";
import { matmul } from "./matmul.js";
import { argmax, max, mean, min, type ReduceOptions, sum } from "./reduce.js";
import { type Range, slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { expand, flatten, permute, reshape, squeeze, transpose, unsqueeze } from "./views.js";

declare module "../tensor/tensor.js" {
  interface Tensor {
    add(other: Operand): Tensor;
    sub(other: Operand): Tensor;
    mul(other: Operand): Tensor;
    div(other: Operand): Tensor;
    pow(exponent: Operand): Tensor;
    matmul(other: Tensor): Tensor;
    neg(): Tensor;
    abs(): Tensor;
    exp(): Tensor;
    log(): Tensor;
    sqrt(): Tensor;
    square(): Tensor;
    relu(): Tensor;
    tanh(): Tensor;
    sigmoid(): Tensor;
    softmax(axis?: number): Tensor;
    sum(options?: ReduceOptions): Tensor;
    mean(options?: ReduceOptions): Tensor;
    max(options?: ReduceOptions): Tensor;
    min(options?: ReduceOptions): Tensor;
    argmax(axis?: number, keepDim?: boolean): Tensor;
    reshape(...shape: number[]): Tensor;
    reshape(shape: Shape): Tensor;
    permute(...axes: number[]): Tensor;
    permute(axes: readonly number[]): Tensor;
    transpose(axis0?: number, axis1?: number): Tensor;
    expand(...shape: number[]): Tensor;
    expand(shape: Shape): Tensor;
    flatten(start?: number, end?: number): Tensor;
    squeeze(axis?: number): Tensor;
    unsqueeze(axis: number): Tensor;
    slice(...ranges: (Range | number | null)[]): Tensor;
    to(dtype: DType): Tensor;
    clone(): Tensor;
    makeContiguous(): Tensor;
  }
}

/** One by one or as an array, as in PyTorch. */
type Numbers = readonly (number | readonly number[])[];

const methods = {
  add, sub, mul, div, pow, matmul, neg, abs, exp, log, sqrt, square, relu, tanh, sigmoid, softmax, sum, mean, max, min,
  argmax, transpose, flatten, squeeze, unsqueeze, slice, clone,
  to: cast,
  makeContiguous: contiguous,
  reshape: (x: Tensor, ...shape: Numbers) => reshape(x, shape.flat()),
  permute: (x: Tensor, ...axes: Numbers) => permute(x, axes.flat()),
  expand: (x: Tensor, ...shape: Numbers) => expand(x, shape.flat()),
};

for (const [name, method] of Object.entries(methods)) {
  const call = method as (x: Tensor, ...rest: unknown[]) => Tensor;
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]): Tensor {
      return call(this, ...rest);
    },
    configurable: true,
    writable: true,
  });
}
