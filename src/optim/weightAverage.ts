/** Averages of weights along a training: exponential moving average, and the plain mean of stochastic weight averaging. */

import { ShapeError, ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import { clone } from "../ops/cast.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { follow, type OptimizerState } from "./optimizer.js";
import { resolveOptions } from "./options.js";

export interface WeightAverageOptions {
  /** Share of the average that an update keeps, such as 0.999. Default 1: the mean of all updates alike. */
  readonly decay?: number;
}

/**
 * Averages of parameters, updated when one likes: after each step with `decay` (EMA, Polyak & Juditsky 1992), after each of the last epochs
 * without (SWA, Izmailov et al. 2018), or after loading each of several checkpoints. The first update copies. Running statistics of batch norm
 * are no parameters: with the averages in place, pass training data through the model in training mode once before it is used.
 * @throws ValueError for no parameters, or a decay that is not between 0 and 1.
 *
 * @example
 * const w = nn.parameter(tensor([1]));
 * const average = new optim.WeightAverage([w], { decay: 0.9 });
 * average.update();
 * w.copyFrom(tensor([2]));
 * average.update(); // 0.9 · 1 + 0.1 · 2
 * await average.use(async () => [await w.item()]) // → [1.1]
 * w                                               // → [2]
 */
export class WeightAverage {
  readonly decay: number;
  private readonly params: readonly Tensor[];
  private averages: Tensor[] = [];
  private count = 0;
  private swapped = false;

  constructor(parameters: Iterable<Tensor>, options: WeightAverageOptions = {}) {
    if (typeof parameters !== "object" || parameters === null || !(Symbol.iterator in parameters)) {
      throw new ValueError(`WeightAverage: expected a list of parameters, got ${String(parameters)}; pass model.parameters().`);
    }
    this.params = [...parameters];
    const bad = this.params.findIndex((p) => !(p instanceof Tensor));
    if (bad >= 0 || this.params.length === 0) throw new ValueError(`WeightAverage: ${bad < 0 ? "there are no parameters" : `parameter ${bad} is no tensor; pass model.parameters()`}.`);
    this.decay = resolveOptions<WeightAverageOptions>("WeightAverage", { decay: 1 }, options).decay;
    if (!(this.decay >= 0 && this.decay <= 1)) throw new ValueError(`WeightAverage: decay must be from 0 to 1, got ${this.decay}.`);
  }

  /** Updates so far. */
  get updates(): number {
    return this.count;
  }

  /** Takes the weights as they are into the averages. @throws ValueError inside `use`. */
  update(): void {
    if (this.swapped) throw new ValueError("WeightAverage: the model holds the averages now; update after use has ended.");
    this.count++;
    const keepShare = this.decay < 1 ? this.decay : 1 - 1 / this.count;
    if (this.averages.length === 0) this.averages = this.copies();
    else step(() => noGrad(() => this.averages.forEach((average, i) => follow(average, this.params[i], keepShare))));
  }

  /**
   * Runs `body` with the averages in the model, and puts the weights back when it ends, also by an error.
   * @throws ValueError before the first update.
   */
  async use<T>(body: () => T | Promise<T>): Promise<T> {
    if (typeof body !== "function") throw new ValueError(`WeightAverage: use expects a function to run, got ${show(body)}.`);
    if (this.swapped || this.averages.length === 0) {
      throw new ValueError(`WeightAverage: ${this.swapped ? "the averages are in use already" : "there is no average yet; call update() first"}.`);
    }
    this.swap();
    try {
      return await body();
    } finally {
      this.swap();
    }
  }

  private swap(): void {
    this.swapped = !this.swapped;
    step(() => noGrad(() => {
      this.params.forEach((p, i) => {
        const weights = clone(p);
        p.copyFrom(this.averages[i]);
        this.averages[i].copyFrom(weights);
      });
    }));
  }

  private copies(): Tensor[] {
    return noGrad(() => this.params.map((p) => {
      const copy = clone(p);
      copy.storage.keep();
      return copy;
    }));
  }

  /** Averages and count, to go on exactly. */
  stateDict(): OptimizerState {
    return { tensors: new Map(this.averages.map((t, i) => [`average.${i}`, t])), scalars: { updates: this.count } };
  }

  /** Restores what `stateDict` gave. @throws ShapeError if it does not fit the parameters. */
  loadStateDict({ tensors, scalars }: OptimizerState): void {
    const fits = this.params.every((p, i) => {
      const t = tensors.get(`average.${i}`);
      return t !== undefined && sameShape(t.shape, p.shape);
    });
    if (tensors.size > 0 && !(fits && tensors.size === this.params.length)) {
      const shapes = (list: Iterable<Tensor>): string => Array.from(list, (t) => formatShape(t.shape)).join(", ");
      throw new ShapeError(`WeightAverage: averages of shapes ${shapes(tensors.values())} do not fit parameters of shapes ${shapes(this.params)}; build it over the same parameters.`);
    }
    this.averages = tensors.size === 0 ? [] : this.copies();
    this.averages.forEach((t, i) => t.copyFrom(tensors.get(`average.${i}`)!));
    this.count = scalars.updates ?? 0;
  }
}
