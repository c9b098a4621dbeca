/**
 * Samples: descriptions of inputs, kept beside each operation. One description builds the same tensors on every backend
 * and in every float type, so that one generic suite tests all operations.
 */

import type { DType } from "../base/dtype.js";

/** Describes one input. Values are drawn uniformly from [low, high] unless given. */
export interface InputSpec {
  readonly shape: readonly number[];
  /** Default: the float type under test. */
  readonly dtype?: DType;
  readonly low?: number;
  readonly high?: number;
  readonly values?: readonly number[];
  /** Physical layout: row-major (default), axes reversed, or every second element of a larger tensor. */
  readonly layout?: "transposed" | "strided";
  /** Whether gradients are checked with respect to it. Default: true for the float type under test. */
  readonly differentiable?: boolean;
}

export interface Sample<A> {
  readonly inputs: readonly InputSpec[];
  readonly attributes: A;
  /** False where the function has a kink or a step at these inputs, so that finite differences mean nothing. */
  readonly gradcheck?: boolean;
}

export interface ErrorSample<A> {
  readonly inputs: readonly InputSpec[];
  readonly attributes: A;
  /** Must appear in the error's message. */
  readonly message: string | RegExp;
}

/** A float input with values in [low, high]. */
export function floats(shape: readonly number[], low = -2, high = 2): InputSpec {
  return { shape, low, high };
}

export function ints(shape: readonly number[], values: readonly number[]): InputSpec {
  return { shape, dtype: "int32", values };
}
