/** NT-Xent: the contrastive loss of SimCLR. */

import { ShapeError } from "../../base/errors.js";
import { anything } from "../../base/options.js";
import { formatShape } from "../../base/shape.js";
import { div } from "../../ops/arithmetic.js";
import { eq, lt, where } from "../../ops/compare.js";
import { arange } from "../../ops/create.js";
import { crossEntropyRows } from "../../ops/crossEntropy.js";
import { addScalar, mulScalar, sqrt, square } from "../../ops/elementwise.js";
import { matmul } from "../../ops/matmul.js";
import { sum } from "../../ops/reduce.js";
import { concat } from "../../ops/slice.js";
import { transpose, unsqueeze } from "../../ops/views.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkOptions, checkPositive, type LossOptions, reduced, targetOf } from "./reduction.js";

export interface NtXentOptions extends LossOptions {
  /** Divides the similarities: small ones look at the nearest negatives. Default 0.5. */
  readonly temperature?: number;
}

export function ntXentOptions(options: NtXentOptions): NtXentOptions & { readonly temperature: number } {
  const { temperature = 0.5 } = checkOptions("ntXentLoss", options, { temperature: anything });
  checkPositive("ntXentLoss", "temperature", temperature);
  return { ...options, temperature };
}

/**
 * Normalised, temperature-scaled cross-entropy. a, b: [N, D], row i of each a view of sample i. Each of the 2N views shall be most similar (by
 * cosine) to its partner among all others: −log(e^{s(i,j)/τ} / Σ_{k≠i} e^{s(i,k)/τ}). "none" gives [2N]. Chen et al. 2020, equation 1.
 * @throws ShapeError unless both are [N, D] with N ≥ 2.
 *
 * @example
 * const views = eye(2);
 * ntXentLoss(views, views, { temperature: 1 })                                      // → 0.55144
 * ntXentLoss(views, tensor([[0, 1], [1, 0]]), { temperature: 1 })                   // → 1.55144
 */
export function ntXentLoss(a: Tensor, b: Tensor, options: NtXentOptions = {}): Tensor {
  const { temperature } = ntXentOptions(options);
  const other = targetOf("ntXentLoss", a, b);
  if (a.ndim !== 2 || a.shape[0] < 2) {
    throw new ShapeError(`ntXentLoss: expected two views [N, D] of at least 2 samples, got ${formatShape(a.shape)}; without others there is nothing to tell apart.`);
  }
  const z = concat([a, other], 0);
  const unit = div(z, sqrt(addScalar(sum(square(z), { axis: 1, keepDim: true }), 1e-12)));
  const similarity = mulScalar(matmul(unit, transpose(unit)), 1 / temperature);
  const samples = a.shape[0];
  const index = arange(0, 2 * samples, 1, { backend: a.backend });
  const itself = eq(unsqueeze(index, 1), index);
  const partner = where(lt(index, samples), addScalar(index, samples), addScalar(index, -samples));
  return reduced("ntXentLoss", crossEntropyRows(where(itself, -Infinity, similarity), partner, { labelSmoothing: 0, ignoreIndex: -100 }), options);
}
