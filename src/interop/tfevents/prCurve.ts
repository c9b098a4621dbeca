/** Precision–recall curves of event files: counts at thresholds of equal distance. */

import { ShapeError, ValueError } from "../../base/errors.js";
import { formatShape, sameShape } from "../../base/shape.js";
import type { Values } from "../../metrics/values.js";

/** What TensorBoard draws a curve from: true positives, false positives, true negatives, false negatives, precision, recall. */
export const prCurveRows = 6;

/** Counts where a sample is positive from threshold i / (thresholds − 1) on. [6, thresholds], row-major. */
export function prCurveOf(caller: string, labels: Values, scores: Values, thresholds: number): Float32Array {
  if (!sameShape(labels.shape, scores.shape)) {
    throw new ShapeError(`${caller}: labels ${formatShape(labels.shape)} and scores ${formatShape(scores.shape)} must have the same shape.`);
  }
  const tp = new Float64Array(thresholds);
  const fp = new Float64Array(thresholds);
  for (let i = 0; i < labels.data.length; i++) {
    const [label, score] = [labels.data[i], scores.data[i]];
    if (label !== 0 && label !== 1) throw new ValueError(`${caller}: label ${i} must be 0 or 1, got ${label}.`);
    if (!(score >= 0 && score <= 1)) throw new ValueError(`${caller}: score ${i} must be a probability from 0 to 1, got ${score}; apply sigmoid or softmax.`);
    (label === 1 ? tp : fp)[Math.floor(score * (thresholds - 1))] += 1;
  }
  for (let i = thresholds - 2; i >= 0; i--) {
    tp[i] += tp[i + 1];
    fp[i] += fp[i + 1];
  }
  const rows = new Float32Array(prCurveRows * thresholds);
  // As TensorBoard has it: 0 / 0 is 0.
  const least = 1e-7;
  for (let i = 0; i < thresholds; i++) {
    const [tn, fn] = [fp[0] - fp[i], tp[0] - tp[i]];
    const column = [tp[i], fp[i], tn, fn, tp[i] / Math.max(least, tp[i] + fp[i]), tp[i] / Math.max(least, tp[i] + fn)];
    column.forEach((value, row) => (rows[row * thresholds + i] = value));
  }
  return rows;
}
