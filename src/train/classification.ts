/** What recordings know of a classification: scores [N, K] for labels [N]. */

import type { Tensor } from "../tensor/tensor.js";
import type { Batches } from "./batches.js";

/** Whether `output` are scores of classes, and `target` their numbers. */
export function isClassification(output: Tensor, target: Tensor): boolean {
  return output.ndim === 2 && output.shape[1] > 1 && target.ndim === 1 && target.shape[0] === output.shape[0] && (target.dtype === "int32" || target.dtype === "uint8");
}

/** Softmax of each row of K scores, in their place; rows that are probabilities already stay. */
export function probabilitiesOf(scores: Float32Array, classes: number): Float32Array {
  for (let start = 0; start < scores.length; start += classes) softmax(scores.subarray(start, start + classes));
  return scores;
}

function softmax(row: Float32Array): void {
  let [sum, low, high] = [0, Infinity, -Infinity];
  for (const value of row) {
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low >= 0 && Math.abs(sum - 1) < 1e-4) return;
  let total = 0;
  for (let i = 0; i < row.length; i++) total += row[i] = Math.exp(row[i] - high);
  for (let i = 0; i < row.length; i++) row[i] /= total;
}

/** The likeliest classes, likeliest first. */
export function likeliest(probabilities: Float32Array, count = 5): { label: number; probability: number }[] {
  const top = Array.from(probabilities, (probability, label) => ({ label, probability }));
  return top.sort((a, b) => b.probability - a.probability || a.label - b.label).slice(0, count);
}

/** Names of the classes, where the data set says them. */
export function classNames({ dataset }: Batches, classes: number): readonly string[] | null {
  const { classes: names } = dataset as { readonly classes?: unknown };
  return classes > 0 && Array.isArray(names) && names.length === classes && names.every((name) => typeof name === "string") ? names : null;
}
