/** Logistic regression, for two classes (sigmoid) and for several (softmax). */

import { ValueError } from "../base/errors.js";
import { warn } from "../base/warnings.js";
import { binaryCrossEntropyWithLogits } from "../nn/losses/binaryCrossEntropy.js";
import { crossEntropy } from "../nn/losses/crossEntropy.js";
import { add } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { tensor, zeros } from "../ops/create.js";
import { mulScalar, square } from "../ops/elementwise.js";
import { matmul } from "../ops/matmul.js";
import { sum } from "../ops/reduce.js";
import { concat, slice } from "../ops/slice.js";
import { softmax } from "../ops/softmax.js";
import { squeeze, transpose } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { GradientDescent } from "../optim/fullBatch/gradientDescent.js";
import { type Method, minimize } from "../optim/fullBatch/minimize.js";
import { Newton } from "../optim/fullBatch/newton.js";
import { LBFGS } from "../optim/fullBatch/quasiNewton.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { type ClassWeight, checkClassWeight, weightsOfClasses } from "./classWeight.js";
import { LinearClassifier } from "./linearClassifier.js";
import { checkOptions } from "./options.js";
import { fitted, labelsOf, samplesOf } from "./samples.js";

export interface LogisticRegressionOptions {
  /** The loss against the penalty on weights, above 0; Infinity for no penalty. Default 1. */
  readonly C?: number;
  /**
   * "lbfgs", for any number of features; "newton", which for this loss is iteratively reweighted least squares: few iterations, each of which takes the Hessian;
   * "gradientDescent", to see how slow that is. Default "lbfgs".
   */
  readonly solver?: "lbfgs" | "newton" | "gradientDescent";
  /** Fit a constant beside the weights, which is not penalised. Default true. */
  readonly fitIntercept?: boolean;
  /** Weights of the classes in the loss. Default: all 1. */
  readonly classWeight?: ClassWeight;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** Converged when no element of the gradient of loss/N is larger. Default 1e-7. */
  readonly tolerance?: number;
}

/**
 * p(class | x) = sigmoid(w·x + b) for two classes, softmax(Wx + b) for more, with the least Σ cross-entropy + ‖W‖²/2C: what scikit-learn minimises. Standardise
 * the features first: the penalty depends on their units, and so does how fast the minimum is found. Bishop 2006, sections 4.3.2 to 4.3.4.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const model = await new classic.LogisticRegression({ C: 10 }).fit([[-2], [-1], [1], [2]], [0, 0, 1, 1]);
 * await model.predict([[-0.5], [3]])  // → [0, 1]
 * await model.predictProba([[0]])     // → [[0.5, 0.5]]
 * model.converged                     // → true
 */
export class LogisticRegression extends LinearClassifier {
  readonly options: Required<Omit<LogisticRegressionOptions, "classWeight">> & Pick<LogisticRegressionOptions, "classWeight">;
  /** Iterations of the last fit. */
  iterations = 0;
  /** Whether the last fit met its tolerance. */
  converged = false;

  constructor(given: LogisticRegressionOptions = {}) {
    super();
    checkOptions("LogisticRegression", given, "C");
    const { classWeight, ...options } = given;
    const resolved = resolveOptions<Omit<LogisticRegressionOptions, "classWeight">>(
      "LogisticRegression",
      { C: 1, solver: "lbfgs", fitIntercept: true, maxIterations: 1000, tolerance: 1e-7 },
      options,
    );
    const { C, solver, maxIterations, tolerance } = resolved;
    if (!(C > 0)) throw new ValueError(`LogisticRegression: C must be above 0, got ${C}.`);
    if (!Object.hasOwn(methods, solver)) throw new ValueError(`LogisticRegression: solver must be "lbfgs", "newton" or "gradientDescent", got "${String(solver)}".`);
    checkRange("LogisticRegression", { maxIterations }, { min: 1 });
    checkRange("LogisticRegression", { tolerance });
    checkClassWeight("LogisticRegression", classWeight);
    this.options = { ...resolved, ...(classWeight !== undefined && { classWeight }) };
  }

  /**
   * x: [N, D], y: [N] whole numbers, at least two different ones.
   * @throws ShapeError for other shapes; ValueError for NaN and infinities, and for a single class.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      const owner = "LogisticRegression.fit";
      const samples = await samplesOf(owner, x);
      const { count, features } = samples;
      const { classes, places } = await labelsOf(owner, y, count, 2);
      const { C, solver, fitIntercept, classWeight, maxIterations, tolerance } = this.options;
      const weights = weightsOfClasses(owner, classWeight, classes, places);
      const like = { dtype: "float64", backend: samples.x.backend } as const;
      const values = cast(samples.x, "float64");
      const inputs = fitIntercept ? concat([values, tensor(new Float64Array(count).fill(1), { shape: [count, 1], ...like })], 1) : values;
      const loss = classes.length === 2 ? binaryLoss(samples.x, weights, places) : softmaxLoss(samples.x, weights, places);
      const objective = (theta: Tensor): Tensor => {
        const total = add(loss(matmul(inputs, transpose(theta))), mulScalar(sum(square(slice(theta, null, { end: features }))), 0.5 / C));
        // Softmax does not change when all rows of θ move together: of these θ, the one whose rows add up to 0.
        const moved = classes.length === 2 ? total : add(total, mulScalar(sum(square(sum(theta, { axis: 0 }))), 0.5));
        return mulScalar(moved, 1 / count);
      };
      const rows = classes.length === 2 ? 1 : classes.length;
      const width = inputs.shape[1];
      const found = await minimize(objective, zeros([rows, width], like), { method: methods[solver](tolerance), maxIterations });
      ({ iterations: this.iterations, converged: this.converged } = found);
      if (!found.converged) {
        warn("notConverged", `${owner}: stopped after ${found.iterations} iterations (${found.reason}) before the gradient was below its tolerance. Standardise x, raise maxIterations, or lower C.`);
      }
      const row = (r: number): number[] => found.x.slice(r * width, r * width + features);
      const indices = Array.from({ length: rows }, (_, r) => r);
      this.state = {
        coef: fitted(samples, indices.flatMap(row), [rows, features]),
        intercept: fitted(samples, indices.map((r) => (fitIntercept ? found.x[(r + 1) * width - 1] : 0))),
        classes: fitted(samples, classes),
      };
      return this;
    });
  }

  /** The probability of each class. x: [N, D] → [N, C]. @throws ShapeError for another number of features. */
  async predictProba(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const scores = await this.scores("predictProba", x);
      return softmax(scores.shape[1] === 1 ? concat([mulScalar(scores, 0), scores], 1) : scores, 1);
    });
  }
}

const methods: Readonly<Record<string, (gradientTolerance: number) => Method>> = {
  lbfgs: (gradientTolerance) => (params) => new LBFGS(params, { gradientTolerance, historySize: 10 }),
  newton: (gradientTolerance) => (params) => new Newton(params, { gradientTolerance }),
  gradientDescent: (gradientTolerance) => (params) => new GradientDescent(params, { gradientTolerance }),
};

/** Loss of logits [N, 1], summed. */
function binaryLoss({ backend }: Tensor, weights: Float64Array, places: Int32Array): (logits: Tensor) => Tensor {
  const target = tensor(Float64Array.from(places), { backend });
  const weight = tensor(Float64Array.from(places, (place) => weights[place]), { backend });
  return (logits) => binaryCrossEntropyWithLogits(squeeze(logits, 1), target, { weight, reduction: "sum" });
}

/** Loss of logits [N, C], summed. */
function softmaxLoss({ backend }: Tensor, weights: Float64Array, places: Int32Array): (logits: Tensor) => Tensor {
  const [target, weight] = [tensor(places, { backend }), tensor(weights, { backend })];
  return (logits) => crossEntropy(logits, target, { weight, reduction: "sum" });
}
