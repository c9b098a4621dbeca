/** What a layer can say of itself to `summary`: its multiplications, and how far it looks. A layer that says nothing is free and element-wise. */

import type { Shape } from "../base/shape.js";

/** A layer with products of matrices. */
export interface Costed {
  /**
   * Multiplications, each with its addition, of one forward; bias, activations and sums are not counted, nor are layers inside that
   * are modules of their own. Shapes are those of all tensors that went in and came out, batch axis included.
   */
  multiplyAdds(inputs: readonly Shape[], outputs: readonly Shape[]): number;
}

/** Windows of `kernel` taps, `dilation` apart, that move by `stride`: one number per spatial axis. A stride below 1 enlarges: 1/2 doubles. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation?: readonly number[];
}

/** A layer whose outputs see windows of the input, or, as a linear layer after flattening does, the whole of it; null: only their own place. */
export interface Windowed {
  windows(input: Shape, output: Shape): Windows | "whole" | null;
}

export function isCosted(module: object): module is Costed {
  return "multiplyAdds" in module;
}

export function isWindowed(module: object): module is Windowed {
  return "windows" in module;
}
