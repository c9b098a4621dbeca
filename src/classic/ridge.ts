/** Ridge regression: least squares with a penalty on the squares of the weights. */

import type { Numbers } from "../metrics/values.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Layout } from "./estimator.js";
import { LinearPredictor, leastSquares } from "./leastSquares.js";

export interface RidgeOptions {
  /** Strength of the penalty, 0 or more. Default 1. */
  readonly alpha?: number;
  /** Fit a constant beside the weights, which is not penalised. Default true. */
  readonly fitIntercept?: boolean;
}

type RidgeState = { readonly coef: Tensor; readonly intercept: Tensor };

/**
 * ŷ = Xw + b with the least ‖y − ŷ‖² + alpha·‖w‖², in closed form. Hoerl & Kennard 1970.
 * @throws ValueError for unknown options and a negative alpha.
 *
 * @example
 * const model = await new classic.Ridge({ alpha: 2 }).fit([[0], [1], [2]], [1, 2, 6]);
 * model.coef      // → [1.25]
 * model.intercept // → 1.75
 */
export class Ridge extends LinearPredictor<RidgeState> {
  readonly options: Required<RidgeOptions>;

  protected readonly layouts: readonly Layout<RidgeState>[] = [
    { coef: ["features"], intercept: [] },
    { coef: ["targets", "features"], intercept: ["targets"] },
  ];

  constructor(options: RidgeOptions = {}) {
    super();
    this.options = resolveOptions<RidgeOptions>("Ridge", { alpha: 1, fitIntercept: true }, options);
    checkRange("Ridge", { alpha: this.options.alpha });
  }

  /**
   * x: [N, D]; y: [N], or [N, T] for T targets, each fitted by itself.
   * @throws ShapeError for other shapes; ValueError for NaN and infinities.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      const { coef, intercept } = await leastSquares("Ridge.fit", x, y, this.options);
      this.state = { coef, intercept };
      return this;
    });
  }
}
