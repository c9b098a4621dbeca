/** Linear classifiers: a score w·x + b for each class, or one for the second of two. */

import { add } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { gt } from "../ops/compare.js";
import { indexSelect } from "../ops/indexing.js";
import { matmul } from "../ops/matmul.js";
import { argmax } from "../ops/reduce.js";
import { squeeze, transpose } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { Classifier, type Layout } from "./estimator.js";
import { samplesOf } from "./samples.js";

export type LinearClassifierState = { readonly coef: Tensor; readonly intercept: Tensor; readonly classes: Tensor };

export abstract class LinearClassifier extends Classifier<LinearClassifierState> {
  protected readonly layouts: readonly Layout<LinearClassifierState>[] = [
    { coef: [1, "features"], intercept: [1], classes: [2] },
    { coef: ["classes", "features"], intercept: ["classes"], classes: ["classes"] },
  ];

  /** Weights: [C, D]; [1, D] for two classes. */
  get coef(): Tensor {
    return this.state.coef;
  }

  /** Constants: [C]; [1] for two classes; 0 without `fitIntercept`. */
  get intercept(): Tensor {
    return this.state.intercept;
  }

  /** w·x + b: x [N, D] → [N, C]; for two classes [N], positive where it speaks for the second. @throws ShapeError for another number of features. */
  async decisionFunction(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const scores = await this.scores("decisionFunction", x);
      return scores.shape[1] === 1 ? squeeze(scores, 1) : scores;
    });
  }

  async predict(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const scores = await this.scores("predict", x);
      const places = scores.shape[1] === 1 ? cast(gt(squeeze(scores, 1), 0), "int32") : argmax(scores, 1);
      return indexSelect(this.classes, 0, places);
    });
  }

  /** [N, C] or [N, 1], in the type of x. */
  protected async scores(method: string, x: Numbers): Promise<Tensor> {
    const { coef, intercept } = this.state;
    const samples = await samplesOf(`${this.constructor.name}.${method}`, x, coef.shape[1]);
    return cast(add(matmul(cast(samples.x, "float64"), transpose(coef)), intercept), samples.x.dtype);
  }
}
