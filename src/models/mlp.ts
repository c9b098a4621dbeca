/** Multi-layer perceptron: fully connected layers with a non-linearity between them. */

import { integer, type Kinds, listOf, number, oneOf, optionsOf } from "../base/options.js";
import { GELU, ReLU, Sigmoid, Tanh } from "../nn/activation.js";
import { Dropout } from "../nn/dropout.js";
import { Flatten, Linear } from "../nn/linear.js";
import type { Module } from "../nn/module.js";
import { Sequential } from "../nn/sequential.js";

export interface MlpOptions {
  /** Shape of one sample; it is flattened. Default [784]. */
  readonly input?: readonly number[];
  /** Default 10. */
  readonly classes?: number;
  /** Units of each hidden layer. Default [256, 128]. */
  readonly hidden?: readonly number[];
  /** Default "relu". */
  readonly activation?: "relu" | "tanh" | "sigmoid" | "gelu";
  /** Dropout after each hidden layer. Default 0: none. */
  readonly dropout?: number;
}

const kinds: Kinds<MlpOptions> = {
  input: listOf(integer(1)), classes: integer(1), hidden: listOf(integer(1)), activation: oneOf("relu", "tanh", "sigmoid", "gelu"), dropout: number(0, 1),
};

const activations = { relu: ReLU, tanh: Tanh, sigmoid: Sigmoid, gelu: GELU };

/**
 * Multi-layer perceptron. x: [N, ...input] → logits [N, classes].
 *
 * @example
 * const model = models.mlp({ input: [1, 8, 8], classes: 3, hidden: [16], activation: "tanh" });
 * model.forward(zeros([5, 1, 8, 8])).shape // → [5, 3]
 */
export function mlp(options: MlpOptions = {}): Sequential {
  const { input = [784], classes = 10, hidden = [256, 128], activation = "relu", dropout = 0 } = optionsOf("mlp", options, kinds);
  const layers: Module[] = [new Flatten()];
  let from = input.reduce((a, b) => a * b, 1);
  for (const units of hidden) {
    layers.push(new Linear(from, units), new activations[activation]());
    if (dropout > 0) layers.push(new Dropout(dropout));
    from = units;
  }
  layers.push(new Linear(from, classes));
  return new Sequential(...layers);
}
