/** Labels: class indices, checked where no kernel that reads them does. */

import { ValueError } from "../base/errors.js";
import type { Tensor } from "../tensor/tensor.js";
import { ne, where } from "./compare.js";
import { arange } from "./create.js";
import { allocate } from "./operation.js";

/**
 * @param labels int32 [N]
 * @throws ValueError naming the first row whose label is neither in 0…classes−1 nor `ignoreIndex`.
 */
export function checkLabels(op: string, labels: Tensor, classes: number, ignoreIndex?: number): void {
  if (labels.size === 0) return;
  const { backend } = labels;
  const range = arange(0, classes, 1, { backend, dtype: "int32" });
  const scratch = allocate(backend, { shape: labels.shape, dtype: "int32" }, op);
  const counted = ignoreIndex === undefined ? labels : where(ne(labels, ignoreIndex), labels, 0);
  const bad = classes === 0 ? 0 : backend.gather(range, 0, counted, scratch);
  if (bad >= 0) throw labelError(op, bad, classes);
}

/** The error for a label out of range. */
export function labelError(op: string, row: number, classes: number): ValueError {
  return new ValueError(
    `${op}: the label of row ${row} is not in 0…${classes - 1} for ${classes} classes; check the labels, or the number of the model's outputs.`,
  );
}
