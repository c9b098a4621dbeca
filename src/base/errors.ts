/** Errors say what failed, where, what was expected, what came, and what to do. */

import { closest } from "./near.js";

/**
 * Base of every error that nabla throws on purpose; the command line prints its message without a stack.
 *
 * @example
 * zeros([2]).backward() // → throws NablaError: backward: the output does not depend on any tensor that requires a gradient.
 */
export class NablaError extends Error {
  override name = "NablaError";
}

/**
 * Operands whose shapes do not fit together.
 *
 * @example
 * matmul(zeros([2, 3]), zeros([4, 5])) // → throws ShapeError: matmul: [2, 3] · [4, 5]: the last axis of the left (3)
 */
export class ShapeError extends NablaError {
  override name = "ShapeError";
}

/**
 * An element type that an operation does not take.
 *
 * @example
 * tensor([1, 2], { dtype: "int32" }).requiresGrad = true // → throws DTypeError: requiresGrad: a int32 tensor has no gradient
 */
export class DTypeError extends NablaError {
  override name = "DTypeError";
}

/**
 * A value out of its range: a label, an index, an option.
 *
 * @example
 * crossEntropy(zeros([1, 3]), tensor([3], { dtype: "int32" })) // → throws ValueError: crossEntropy: the label of row 0 is not in 0…2
 */
export class ValueError extends NablaError {
  override name = "ValueError";
}

/**
 * A tensor used after its memory went back to the pool, or changed under the tape.
 *
 * @example
 * let inner = zeros([2]);
 * step(() => void (inner = ones([2])));
 * inner.data() // → throws LifetimeError: A tensor of shape [2] made by full is used after the step that made it has ended
 */
export class LifetimeError extends NablaError {
  override name = "LifetimeError";
}

/**
 * A file, archive or download that is missing, damaged or cannot be written.
 *
 * @example
 * loadWeights("missing.safetensors") // → throws DataError: loadWeights: cannot read missing.safetensors: there is no such file
 */
export class DataError extends NablaError {
  override name = "DataError";
}

/**
 * A command line or configuration that cannot be understood: unknown name, option or value (exit code 2).
 *
 * @example
 * data.load("cifar") // → throws UsageError: unknown data set "cifar"; did you mean cifar10?
 */
export class UsageError extends NablaError {
  override name = "UsageError";
}

/**
 * The candidate nearest to `word` in edit distance, for "did you mean".
 *
 * @example
 * nearest("mnits", ["cifar10", "mnist", "digits"]) // → mnist
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const words: unknown[] = typeof candidates === "object" && candidates !== null && Symbol.iterator in candidates ? [...candidates] : [undefined];
  if (![word, ...words].every((each) => typeof each === "string")) throw new ValueError("nearest: expected a word, and the words to choose from.");
  return closest(word, words as string[])?.candidate;
}
