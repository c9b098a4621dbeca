/**
 * Estimator: what learns from samples, by scikit-learn's conventions. Options are given to the constructor; `fit` turns samples into a few
 * tensors, and these and the options are all that the other methods need, so they can be saved and loaded.
 */

import { NablaError, ShapeError, ValueError } from "../base/errors.js";
import { formatShape } from "../base/shape.js";
import { r2Score } from "../metrics/errors.js";
import type { Numbers } from "../metrics/values.js";
import { keep } from "../tensor/step.js";
import { Tensor } from "../tensor/tensor.js";
import { wholeNumbersOf } from "./samples.js";

/** What `fit` leaves behind, by name. */
export type State = { readonly [name: string]: Tensor };

/** The axes of every tensor of a state. A name of an axis stands for one size wherever it appears; a number for itself. */
export type Layout<S extends State> = { readonly [Name in keyof S]: readonly (string | number)[] };

/**
 * Base of all that is fitted. Every method that takes samples is asynchronous. Samples are a tensor [N, D], or nested arrays, which count as
 * float64; float32 tensors give float32 results, all others float64. What is fitted is computed and kept in float64. No gradients are recorded. As all
 * that waits inside a `step`, a fit must be awaited before the next one begins.
 *
 * @example
 * const scaler = await new classic.StandardScaler().fit([[1], [3]]);
 * const copy = new classic.StandardScaler().loadStateDict(scaler.stateDict());
 * await copy.transform([[5]]) // → [[3]]
 */
export abstract class Estimator<S extends State = State, X = Numbers> {
  #state: S | null = null;

  /** What a state may look like. */
  protected abstract readonly layouts: readonly Layout<S>[];

  /** Fits to samples x (and, where there are any, targets y), whatever came before; gives the estimator itself. */
  abstract fit(x: X, y?: Numbers): Promise<this>;

  /** What was fitted. @throws NablaError before that. */
  protected get state(): S {
    if (this.#state === null) throw new NablaError(`${this.constructor.name}: it has not been fitted; await fit(…) first, or load a state with loadStateDict(…).`);
    return this.#state;
  }

  protected set state(state: S) {
    for (const t of Object.values(state)) keep(t);
    this.#state = state;
  }

  /** The fitted tensors by name, as `saveWeights` takes them; options are not among them. @throws NablaError before `fit`. */
  stateDict(): Map<string, Tensor> {
    return new Map(Object.entries(this.state));
  }

  /**
   * Takes fitted tensors from another estimator of the same class and options; gives the estimator itself.
   * @throws ValueError unless the state is a Map; ShapeError if its names or shapes are not those of this class.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>): this {
    if (!(state instanceof Map)) {
      throw new ValueError(`${this.constructor.name}.loadStateDict: expected a Map from names to tensors, as stateDict() and loadWeights() give it.`);
    }
    if (!this.layouts.some((layout) => fits(state, layout))) {
      const expected = this.layouts.map((layout) => Object.entries(layout).map(([name, axes]) => `${name} [${axes.join(", ")}]`).join(", "));
      const got = [...state].map(([name, t]) => `${name} ${t instanceof Tensor ? formatShape(t.shape) : String(t)}`).join(", ");
      throw new ShapeError(`${this.constructor.name}.loadStateDict: expected ${expected.join("; or ")}; got ${got || "nothing"}.`);
    }
    this.state = Object.fromEntries([...state].map(([name, t]) => [name, t.detach()])) as S;
    return this;
  }
}

function fits<S extends State>(state: ReadonlyMap<string, Tensor>, layout: Layout<S>): boolean {
  const sizes = new Map<string, number>();
  const names = Object.keys(layout);
  return state.size === names.length && names.every((name) => {
    const [t, axes] = [state.get(name), layout[name]];
    if (!(t instanceof Tensor) || t.ndim !== axes.length) return false;
    return axes.every((axis, i) => {
      if (typeof axis === "number") return t.shape[i] === axis;
      if (!sizes.has(axis)) sizes.set(axis, t.shape[i]);
      return sizes.get(axis) === t.shape[i];
    });
  });
}

/**
 * Base of classifiers: y holds one whole number a sample, any numbers; `predict` gives such numbers.
 *
 * @example
 * const model: classic.Classifier = await new classic.KNeighborsClassifier({ k: 1 }).fit([[0], [1]], [-1, 1]);
 * await model.predict([[0.9]])               // → [1]
 * await model.score([[0.9], [0.2]], [1, 1])  // → 0.5
 */
export abstract class Classifier<S extends State & { readonly classes: Tensor } = State & { readonly classes: Tensor }> extends Estimator<S> {
  abstract override fit(x: Numbers, y: Numbers): Promise<this>;

  /** The classes that `fit` met, ascending: int32 [C]. */
  get classes(): Tensor {
    return this.state.classes;
  }

  /** The class of each sample. x: [N, D] → int32 [N]. */
  abstract predict(x: Numbers): Promise<Tensor>;

  /** The share of samples whose class is predicted: accuracy. x: [N, D], y: [N]. */
  async score(x: Numbers, y: Numbers): Promise<number> {
    const owner = `${this.constructor.name}.score`;
    const predicted = await (await this.predict(x)).data();
    const labels = await wholeNumbersOf(owner, y, predicted.length);
    return labels.reduce((right, label, n) => right + Number(label === predicted[n]), 0) / labels.length;
  }
}

/**
 * Base of regressions: y holds one number a sample, or several.
 *
 * @example
 * const model: classic.Regressor = await new classic.LinearRegression().fit([[0], [1]], [1, 3]);
 * await model.predict([[2]])            // → [5]
 * await model.score([[0], [2]], [1, 5]) // → 1
 */
export abstract class Regressor<S extends State = State> extends Estimator<S> {
  abstract override fit(x: Numbers, y: Numbers): Promise<this>;

  /** The target of each sample. x: [N, D] → [N], or [N, T] where `fit` got y [N, T]. */
  abstract predict(x: Numbers): Promise<Tensor>;

  /** R², the share of the variance of y that is predicted (of several targets, the mean). x: [N, D], y: [N] or [N, T]. */
  async score(x: Numbers, y: Numbers): Promise<number> {
    return r2Score(await this.predict(x), y);
  }
}
