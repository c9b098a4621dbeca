/** Scores of classes, [N, C] or [N, C, d₁, …], seen as rows of C; and the labels that go with them. */

import { DTypeError, ShapeError, ValueError } from "../../base/errors.js";
import { formatShape, sameShape } from "../../base/shape.js";
import { cast } from "../../ops/cast.js";
import { ne, where } from "../../ops/compare.js";
import { gather } from "../../ops/gatherScatter.js";
import { indexSelect } from "../../ops/indexing.js";
import { checkLabels } from "../../ops/labels.js";
import { permute, reshape, squeeze, unsqueeze } from "../../ops/views.js";
import { Tensor } from "../../tensor/tensor.js";

/** [N, C, d₁, …] → [N·d₁·…, C]. */
export function rowsOf(scores: Tensor): Tensor {
  if (scores.ndim === 2) return scores;
  const axes = scores.shape.map((_, i) => i);
  return reshape(permute(scores, [0, ...axes.slice(2), 1]), [-1, scores.shape[1]]);
}

/**
 * The labels of [N, C, d₁, …], [N, d₁, …], as one row.
 * @throws ShapeError or DTypeError for anything else.
 */
export function labelsOf(loss: string, scores: Tensor, labels: Tensor): Tensor {
  const expected = scores.shape.filter((_, i) => i !== 1);
  if (scores.ndim < 2 || !sameShape(labels.shape, expected)) {
    throw new ShapeError(
      scores.ndim > 2
        ? `${loss}: expected scores [N, C, …] and target [N, …], got ${formatShape(scores.shape)} and ${formatShape(labels.shape)}.`
        : `${loss}: expected logits [N, C] and target [N], got ${formatShape(scores.shape)} and ${formatShape(labels.shape)}.`,
    );
  }
  if (labels.dtype !== "int32") {
    throw new DTypeError(`${loss}: the target holds class indices and must be int32, but is ${labels.dtype}; use cast(target, "int32").`);
  }
  return reshape(labels, [labels.size]);
}

/** A weight for each class, [C], in the type of the rows. */
export function classWeightOf(loss: string, weight: Tensor, rows: Tensor): Tensor {
  if (!(weight instanceof Tensor)) throw new ValueError(`${loss}: weight must be a tensor [C], got ${typeof weight}; make one with tensor([…]).`);
  if (!sameShape(weight.shape, [rows.shape[1]])) {
    throw new ShapeError(`${loss}: expected a weight for each of the ${rows.shape[1]} classes, [${rows.shape[1]}], got ${formatShape(weight.shape)}.`);
  }
  return cast(weight, rows.dtype);
}

/**
 * The entry of each row at its label; 0 where the label is `ignoreIndex`.
 * @throws ValueError for a label out of range.
 */
export function entryAtLabel(loss: string, rows: Tensor, labels: Tensor, ignoreIndex?: number): Tensor {
  checkLabels(loss, labels, rows.shape[1], ignoreIndex);
  const entries = squeeze(gather(rows, 1, unsqueeze(counting(labels, ignoreIndex), 1)), 1);
  return ignoreIndex === undefined ? entries : where(ne(labels, ignoreIndex), entries, 0);
}

/** The weight [C] of each row's class, labels being in range; that of class 0 where the label is `ignoreIndex`. */
export function weightAtLabel(weight: Tensor, labels: Tensor, ignoreIndex?: number): Tensor {
  return indexSelect(weight, 0, counting(labels, ignoreIndex));
}

/** 1 for each row that counts, else 0. */
export function countedRows(labels: Tensor, ignoreIndex: number, rows: Tensor): Tensor {
  return cast(ne(labels, ignoreIndex), rows.dtype);
}

/** Labels with 0 in the place of `ignoreIndex`. */
function counting(labels: Tensor, ignoreIndex: number | undefined): Tensor {
  return ignoreIndex === undefined ? labels : where(ne(labels, ignoreIndex), labels, 0);
}
