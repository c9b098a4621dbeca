/** Support vector machines with kernels, by sequential minimal optimisation. */

import { ValueError } from "../base/errors.js";
import { warn } from "../base/warnings.js";
import { add } from "../ops/arithmetic.js";
import { cast } from "../ops/cast.js";
import { tensor } from "../ops/create.js";
import { indexSelect } from "../ops/indexing.js";
import { matmul } from "../ops/matmul.js";
import { squeeze, transpose } from "../ops/views.js";
import type { Numbers } from "../metrics/values.js";
import { checkRange, resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import type { Tensor } from "../tensor/tensor.js";
import { type ClassWeight, checkClassWeight, weightsOfClasses } from "./classWeight.js";
import { Classifier, type Layout } from "./estimator.js";
import { gammaOf, kernelMatrix, type KernelOptions, kernelOptions } from "./kernels.js";
import { checkOptions } from "./options.js";
import { fitted, labelsOf, samplesOf } from "./samples.js";
import { separate } from "./sequentialMinimalOptimization.js";

export interface SVCOptions extends KernelOptions {
  /** The loss against the penalty, above 0. Default 1. */
  readonly C?: number;
  /** Weights of the classes in the loss. Default: all 1. */
  readonly classWeight?: ClassWeight;
  /** Converged when no pair of samples violates its optimality by more. Default 1e-3. */
  readonly tolerance?: number;
  /** Steps for each pair of classes, each of which changes two samples' weights. Default 1e6. */
  readonly maxIterations?: number;
}

type SVCState = {
  readonly supportVectors: Tensor;
  readonly dualCoef: Tensor;
  readonly intercept: Tensor;
  readonly gamma: Tensor;
  readonly classes: Tensor;
};

/** The pairs of classes by their places: (0, 1), (0, 2), …, (1, 2), … */
function pairsOf(classes: number): [number, number][] {
  return Array.from({ length: classes }, (_, i) => Array.from({ length: classes - i - 1 }, (_, j): [number, number] => [i, i + j + 1])).flat();
}

/**
 * The widest margin between two classes in the space of a kernel, with hinge losses for samples inside it: least ½‖w‖² + C·Σ max(0, 1 − y·(w·φ(x) + b)). Several
 * classes are separated pair by pair, and each pair has a vote; of equally many, the smaller class wins. As libsvm and scikit-learn's SVC. Fitting takes N²
 * numbers of memory for a pair of N samples: for many samples, and a linear kernel, take LinearSVC. Boser, Guyon & Vapnik 1992; Fan, Chen & Lin 2005.
 * @throws ValueError for unknown options and options out of range.
 *
 * @example
 * const model = await new classic.SVC({ gamma: 1, C: 10 }).fit([[0, 0], [1, 1], [0, 1], [1, 0]], [0, 0, 1, 1]);
 * await model.predict([[0.1, 0.1], [0.9, 0.2]])  // → [0, 1]
 * model.supportVectors.shape                     // → [4, 2]
 */
export class SVC extends Classifier<SVCState> {
  readonly options: Required<Omit<SVCOptions, "classWeight">> & Pick<SVCOptions, "classWeight">;
  /** Steps of the last fit, over all pairs of classes. */
  iterations = 0;
  /** Whether the last fit met its tolerance. */
  converged = false;

  protected readonly layouts: readonly Layout<SVCState>[] = [
    { supportVectors: ["vectors", "features"], dualCoef: ["pairs", "vectors"], intercept: ["pairs"], gamma: [], classes: ["classes"] },
  ];

  constructor(given: SVCOptions = {}) {
    super();
    checkOptions("SVC", given, "C");
    const { classWeight, kernel, gamma, degree, coef0, ...options } = given;
    const resolved = resolveOptions<Pick<SVCOptions, "C" | "tolerance" | "maxIterations">>("SVC", { C: 1, tolerance: 1e-3, maxIterations: 1e6 }, options);
    const { C, tolerance, maxIterations } = resolved;
    if (!(C > 0 && C < Infinity)) throw new ValueError(`SVC: C must be above 0, got ${C}.`);
    if (!(tolerance > 0)) throw new ValueError(`SVC: tolerance must be above 0, got ${tolerance}.`);
    checkRange("SVC", { maxIterations }, { min: 1 });
    checkClassWeight("SVC", classWeight);
    this.options = { ...resolved, ...kernelOptions("SVC", { kernel, gamma, degree, coef0 }), ...(classWeight !== undefined && { classWeight }) };
  }

  /** The samples that the margins rest on: [V, D]. */
  get supportVectors(): Tensor {
    return this.state.supportVectors;
  }

  /** Their weights for each pair of classes (0, 1), (0, 2), …, (1, 2), …: [C(C − 1)/2, V]. */
  get dualCoef(): Tensor {
    return this.state.dualCoef;
  }

  /** [C(C − 1)/2]. */
  get intercept(): Tensor {
    return this.state.intercept;
  }

  /**
   * x: [N, D], y: [N] whole numbers, at least two different ones.
   * @throws ShapeError for other shapes; ValueError for NaN and infinities, and for a single class.
   */
  async fit(x: Numbers, y: Numbers): Promise<this> {
    return step(async () => {
      const samples = await samplesOf("SVC.fit", x);
      const { count } = samples;
      const { classes, places } = await labelsOf("SVC.fit", y, count, 2);
      const { C, classWeight, tolerance, maxIterations } = this.options;
      const weights = weightsOfClasses("SVC.fit", classWeight, classes, places);
      const gamma = gammaOf(this.options, samples.data, samples.features);
      const values = cast(samples.x, "float64");
      const [intercepts, coefs]: [number[], Float64Array[]] = [[], []];
      [this.iterations, this.converged] = [0, true];
      for (const pair of pairsOf(classes.length)) {
        const members = Int32Array.from([...places.keys()].filter((n) => pair.includes(places[n])));
        const signs = Int32Array.from(members, (n) => (places[n] === pair[1] ? 1 : -1));
        const costs = Float64Array.from(members, (n) => C * weights[places[n]]);
        const kernel = await step(async () => {
          const rows = indexSelect(values, 0, tensor(members, { backend: values.backend }));
          return (await kernelMatrix(rows, rows, gamma, this.options).data()) as Float64Array;
        });
        const { alpha, intercept, iterations, converged } = separate(kernel, signs, costs, { tolerance, maxIterations });
        const coef = new Float64Array(count);
        members.forEach((n, i) => (coef[n] = alpha[i] * signs[i]));
        coefs.push(coef);
        intercepts.push(intercept);
        this.iterations += iterations;
        this.converged &&= converged;
      }
      if (!this.converged) warn("notConverged", `SVC.fit: not at the optimum after ${maxIterations} steps. Standardise x, raise maxIterations or tolerance, or lower C.`);
      const vectors = Int32Array.from([...places.keys()].filter((n) => coefs.some((coef) => coef[n] !== 0)));
      this.state = {
        supportVectors: indexSelect(values, 0, tensor(vectors, { backend: values.backend })),
        dualCoef: fitted(samples, coefs.flatMap((coef) => Array.from(vectors, (n) => coef[n])), [coefs.length, vectors.length]),
        intercept: fitted(samples, intercepts),
        gamma: fitted(samples, gamma),
        classes: fitted(samples, classes),
      };
      return this;
    });
  }

  /**
   * The score of each pair of classes, positive where it speaks for the second: x [N, D] → [N, C(C − 1)/2]; for two classes [N].
   * @throws ShapeError for another number of features.
   */
  async decisionFunction(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const scores = await this.#scores("SVC.decisionFunction", x);
      return scores.shape[1] === 1 ? squeeze(scores, 1) : scores;
    });
  }

  async predict(x: Numbers): Promise<Tensor> {
    return step(async () => {
      const scores = await this.#scores("SVC.predict", x);
      const [values, classes] = [await scores.data(), await this.classes.data()];
      const pairs = pairsOf(classes.length);
      const predicted = Int32Array.from({ length: scores.shape[0] }, (_, n) => {
        const votes = new Int32Array(classes.length);
        pairs.forEach((pair, p) => votes[pair[Number(values[n * pairs.length + p] > 0)]]++);
        return classes[votes.indexOf(Math.max(...votes))];
      });
      return tensor(predicted, { backend: scores.backend });
    });
  }

  async #scores(owner: string, x: Numbers): Promise<Tensor> {
    const { supportVectors, dualCoef, intercept, gamma } = this.state;
    const samples = await samplesOf(owner, x, supportVectors.shape[1]);
    const kernel = kernelMatrix(cast(samples.x, "float64"), supportVectors, await gamma.item(), this.options);
    return cast(add(matmul(kernel, transpose(dualCoef)), intercept), samples.x.dtype);
  }
}
