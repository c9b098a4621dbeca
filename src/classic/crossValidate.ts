/** Cross-validation: how good a model is on samples that it was not fitted to, and which options make it best. */

import { ShapeError, ValueError } from "../base/errors.js";
import { anything, callback, checkValue, flag, optionsOf } from "../base/options.js";
import { formatShape } from "../base/shape.js";
import { kFold } from "../data/splits.js";
import type { Numbers } from "../metrics/values.js";
import { tensor } from "../ops/create.js";
import { indexSelect } from "../ops/indexing.js";
import { resolveOptions } from "../optim/options.js";
import { step } from "../tensor/step.js";
import { Tensor } from "../tensor/tensor.js";
import { Classifier } from "./estimator.js";
import { wholeNumbersOf } from "./samples.js";

/** What can be fitted and scored: every classifier and regression, or anything else with these two methods. */
export interface Scored {
  fit(x: Tensor, y: Tensor): Promise<unknown>;
  /** The larger, the better. */
  score(x: Tensor, y: Tensor): Promise<number>;
}

export interface CrossValidateOptions<Model extends Scored = Scored> {
  /** Default 5. */
  readonly folds?: number;
  /** What the folds are drawn from. Default 0. */
  readonly seed?: number;
  /** Draw the samples of each fold by lot; without it, folds are stretches of the set. Default true. */
  readonly shuffle?: boolean;
  /** Give each fold its share of every class. Default: true for classifiers, else false. */
  readonly stratify?: boolean;
  /** How a fitted model is judged. Default: its own `score`. */
  readonly score?: (model: Model, x: Tensor, y: Tensor) => Promise<number> | number;
}

/** Scores of the folds. */
export interface CrossValidation {
  readonly scores: readonly number[];
  readonly mean: number;
  /** Population standard deviation of the scores. */
  readonly std: number;
}

/**
 * Fits a new model to all folds but one and scores it on that one, for each fold. x: [N, ...], y: [N, ...]. See `data.kFold`.
 * @param make makes a model that is not fitted
 * @throws ValueError for unknown options, fewer samples than folds, and a model that cannot be fitted and scored; ShapeError unless x and y have equal first axes.
 *
 * @example
 * const { x, y } = data.blobs({ samples: 60, centers: [[0, 0], [9, 9]], seed: 1 }).tensors();
 * const { scores, mean } = await classic.crossValidate(() => new classic.KNeighborsClassifier({ k: 3 }), x, y);
 * scores // → [1, 1, 1, 1, 1]
 * mean   // → 1
 */
export async function crossValidate<Model extends Scored>(make: () => Model, x: Numbers, y: Numbers, options: CrossValidateOptions<Model> = {}): Promise<CrossValidation> {
  const { stratify, score, ...rest } = optionsOf("crossValidate", options, { folds: anything, seed: anything, shuffle: anything, stratify: flag, score: callback });
  const { folds, seed, shuffle } = resolveOptions<Omit<CrossValidateOptions, "stratify" | "score">>("crossValidate", { folds: 5, seed: 0, shuffle: true }, rest);
  return step(async () => {
    const [samples, targets] = [tensorOf(x), tensorOf(y)];
    const count = samples.shape[0];
    if (samples.ndim === 0 || targets.ndim === 0 || targets.shape[0] !== count) {
      throw new ShapeError(`crossValidate: x and y must have equal first axes, but are ${formatShape(samples.shape)} and ${formatShape(targets.shape)}.`);
    }
    const byClass = stratify ?? made(make) instanceof Classifier;
    const labels = byClass ? await wholeNumbersOf("crossValidate", targets, count) : undefined;
    const set = { length: count, name: "the samples", subset: (indices: ArrayLike<number>) => Int32Array.from(indices), ...(labels && { labels }) };
    const scores: number[] = [];
    for (const { train, validation } of kFold(set, folds, { seed, shuffle, stratify: byClass })) {
      const result = await step(async () => {
        const part = (t: Tensor, rows: Int32Array): Tensor => indexSelect(t, 0, tensor(rows, { backend: t.backend }));
        const model = made(make);
        await model.fit(part(samples, train), part(targets, train));
        const [unseen, wanted] = [part(samples, validation), part(targets, validation)];
        return score === undefined ? model.score(unseen, wanted) : score(model, unseen, wanted);
      });
      scores.push(result);
    }
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    return { scores, mean, std: Math.sqrt(scores.reduce((total, s) => total + (s - mean) ** 2, 0) / scores.length) };
  });
}

/** Values of each option to try. */
export type Grid<Options> = { readonly [Name in keyof Options]: readonly Options[Name][] };

export interface GridSearch<Options, Model> {
  /** Every combination with its scores, in the order of the grid. */
  readonly results: readonly (CrossValidation & { readonly options: Options })[];
  /** The options of the highest mean score; of equal ones, the first. */
  readonly options: Options;
  /** Their mean score. Chosen as the highest, it is an optimistic estimate: judge the model on a test set. */
  readonly mean: number;
  /** A model with these options, fitted to all samples. */
  readonly model: Model;
}

/**
 * Tries every combination of options by cross-validation, with the same folds for all, and fits the best one to all samples.
 * @param make makes a model from options
 * @throws ValueError for an empty grid, and as `crossValidate`.
 *
 * @example
 * const { x, y } = data.moons({ samples: 100, noise: 0.3, seed: 1 }).tensors();
 * const search = await classic.gridSearch((options) => new classic.KNeighborsClassifier(options), { k: [1, 5, 15] }, x, y);
 * search.results.map(({ options }) => options.k)  // → [1, 5, 15]
 * search.options                                  // → { k: 15 }
 */
export async function gridSearch<Options extends object, Model extends Scored>(
  make: (options: Options) => Model,
  grid: Grid<Options>,
  x: Numbers,
  y: Numbers,
  options: CrossValidateOptions<Model> = {},
): Promise<GridSearch<Options, Model>> {
  checkValue("gridSearch", "make", make, callback);
  const combinations = combinationsOf(grid);
  const results: (CrossValidation & { readonly options: Options })[] = [];
  for (const combination of combinations) results.push({ options: combination, ...(await crossValidate(() => make(combination), x, y, options)) });
  const best = results.reduce((a, b) => (b.mean > a.mean ? b : a));
  const model = make(best.options);
  await model.fit(tensorOf(x), tensorOf(y));
  return { results, options: best.options, mean: best.mean, model };
}

/** Nested arrays count as float64. */
function tensorOf(numbers: Numbers): Tensor {
  return numbers instanceof Tensor ? numbers.detach() : tensor(numbers, { dtype: "float64" });
}

function made<Model extends Scored>(make: () => Model): Model {
  const model: unknown = typeof make === "function" ? make() : undefined;
  if (typeof model === "object" && model !== null && "fit" in model && "score" in model) return model as Model;
  throw new ValueError("crossValidate: expected a function that makes a model with fit and score, such as () => new classic.KNeighborsClassifier().");
}

function combinationsOf<Options extends object>(grid: Grid<Options>): Options[] {
  optionsOf("gridSearch", grid);
  const entries = Object.entries(grid) as [string, unknown][];
  if (entries.length === 0) throw new ValueError("gridSearch: the grid names no option; give values to try, such as { k: [1, 3, 5] }.");
  return entries.reduce<object[]>((combinations, [name, values]) => {
    if (!Array.isArray(values) || values.length === 0) throw new ValueError(`gridSearch: ${name} must be a list of values to try, got ${JSON.stringify(values)}.`);
    return combinations.flatMap((combination) => values.map((value: unknown) => ({ ...combination, [name]: value })));
  }, [{}]) as Options[];
}
