/** ZCA whitening: the linear map that makes all features uncorrelated and of variance 1, and changes them least. */

import { ShapeError } from "../base/errors.js";
import { number, optionsOf } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { addScalar, rsqrt } from "../ops/elementwise.js";
import { div, mul, sub } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { eigh } from "../ops/linalg/eigh.js";
import { matmul } from "../ops/matmul.js";
import { mean } from "../ops/reduce.js";
import { checkSameFloat } from "../ops/checks.js";
import { reshape, transpose } from "../ops/views.js";
import { keep, step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";

export interface ZcaWhiteningOptions {
  /** Added to the variances, so that directions without any are not blown up; in units of x². @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * y = (x − μ)·W with W = V·(Λ + ε)^(−1/2)·Vᵀ, V and Λ the eigenvectors and eigenvalues of the covariance of the training samples. Bell & Sejnowski 1997;
 * Krizhevsky 2009. The statistics come from the samples it is made of alone: use the training set, and apply the same object to all others.
 * With D numbers a sample, W has D² and takes time as D³: meant for small images.
 *
 * @example
 * const x = randn([200, 3]).matmul(tensor([[2, 1, 0], [0, 1, 0], [0, 0, 5]]));
 * const whitening = new data.ZcaWhitening(x);
 * const y = whitening.apply(x);
 * y.transpose().matmul(y).div(200) // → [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
 */
export class ZcaWhitening {
  /** [D] */
  readonly mean: Tensor;
  /** [D, D], symmetric. */
  readonly matrix: Tensor;
  /** Shape of a sample. */
  readonly shape: readonly number[];

  /**
   * @param training float [N, ...], D numbers a sample, N ≥ 2.
   * @throws ShapeError for fewer than two samples, ValueError for an epsilon below 0.
   */
  constructor(training: Tensor, options: ZcaWhiteningOptions = {}) {
    const { epsilon = 1e-5 } = optionsOf("ZcaWhitening", options, { epsilon: number(0) });
    checkFloats(training);
    const [count, ...shape] = training.shape;
    if (training.ndim < 2 || count < 2) throw new ShapeError(`ZcaWhitening: expected at least two samples [N, ...], got ${formatShape(training.shape)}.`);
    this.shape = shape;
    const { mu, matrix } = step(() => noGrad(() => zca(training, epsilon)));
    this.mean = keep(mu);
    this.matrix = keep(matrix);
  }

  /** x: [N, ...] → the same shape. Gradients flow to x. @throws ShapeError for samples of another shape. */
  apply(x: Tensor): Tensor {
    checkFloats(x);
    if (formatShape(x.shape.slice(1)) !== formatShape(this.shape)) {
      throw new ShapeError(`ZcaWhitening: it was made of samples ${formatShape(this.shape)}, but these are ${formatShape(x.shape.slice(1))}.`);
    }
    return reshape(matmul(sub(reshape(x, [x.shape[0], this.mean.size]), this.mean), this.matrix), x.shape);
  }
}

const checkFloats = (x: Tensor): void => checkSameFloat("ZcaWhitening", [x]);

function zca(training: Tensor, epsilon: number): { mu: Tensor; matrix: Tensor } {
  const rows = cast(reshape(training.detach(), [training.shape[0], -1]), "float64");
  const mu = mean(rows, { axis: 0 });
  const centred = sub(rows, mu);
  const { eigenvalues, eigenvectors } = eigh(div(matmul(transpose(centred), centred), rows.shape[0]));
  const matrix = matmul(mul(eigenvectors, rsqrt(addScalar(eigenvalues, epsilon))), transpose(eigenvectors));
  return { mu: cast(mu, training.dtype), matrix: cast(matrix, training.dtype) };
}
