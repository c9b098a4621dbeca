/** Monte Carlo dropout: dropout stays on in evaluation, and the spread of many predictions tells how sure the model is. Gal & Ghahramani 2016. */

import { ValueError } from "../base/errors.js";
import { anything, optionsOf } from "../base/options.js";
import { add, div, mul, sub } from "../ops/arithmetic.js";
import { mulScalar, sqrt } from "../ops/elementwise.js";
import { zerosLike } from "../ops/create.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";
import { DropoutLayer } from "./dropout.js";
import { trainingModeIsMeant } from "./evaluating.js";
import { type AnyModule, checkModule, type TensorModule } from "./module.js";
import { MultiheadAttention } from "./multiheadAttention.js";
import { Recurrent } from "./recurrent.js";

/** Whether all that the module does differently in training is dropping. */
const drops = (module: AnyModule): boolean =>
  module instanceof DropoutLayer || module instanceof MultiheadAttention || module instanceof Recurrent;

/**
 * Evaluation mode, except that dropout goes on dropping: batch norm uses its running statistics. `model.eval()` ends it.
 *
 * @example
 * const model = nn.evalWithDropout(new nn.Sequential(new nn.Dropout(0.5), new nn.BatchNorm1d(4)));
 * model.layers.map((layer) => layer.training) // → [true, false]
 */
export function evalWithDropout<M extends AnyModule>(model: M): M {
  checkModule("evalWithDropout", model);
  for (const [, module] of model.namedModules()) module.training = drops(module);
  return model;
}

export interface McDropoutOptions {
  /** Number of predictions, at least 2. Default 25. */
  readonly passes?: number;
}

export interface McDropoutResult {
  /** Mean of the predictions, in the shape of the model's output. */
  readonly mean: Tensor;
  /** Their standard deviation (with n − 1). */
  readonly std: Tensor;
}

/**
 * Runs the model `passes` times in evaluation mode with dropout on, without gradients; its modes are afterwards as they were. For a classifier, end the
 * model with a Softmax: means of probabilities say more than means of logits. Gal & Ghahramani 2016.
 * @throws ValueError for fewer than 2 passes, or a model without dropout.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(4, 64), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(64, 3), new nn.Softmax());
 * const { mean, std } = nn.mcDropout(model, zeros([2, 4]), { passes: 25 });
 * mean.shape           // → [2, 3]
 * mean.sum({ axis: 1 }) // → [1.0000, 1.0000]
 */
export function mcDropout(model: TensorModule, x: Tensor, options: McDropoutOptions = {}): McDropoutResult {
  const { passes = 25 } = optionsOf("mcDropout", options, { passes: anything });
  if (!Number.isInteger(passes) || passes < 2) throw new ValueError(`mcDropout: passes must be a whole number of at least 2, got ${passes}.`);
  checkModule("mcDropout", model);
  const modules = Array.from(model.namedModules(), ([, module]) => module);
  if (!modules.some(drops)) throw new ValueError("mcDropout: the model has no dropout, so all predictions would be equal; add Dropout layers and train with them.");
  const modes = modules.map((module) => module.training);
  evalWithDropout(model);
  try {
    return step(() => noGrad(() => trainingModeIsMeant(() => moments(passes, () => model.forward(x)))));
  } finally {
    modules.forEach((module, i) => (module.training = modes[i]));
  }
}

/** Mean and deviation by Welford's updates: in one pass, without large sums. */
function moments(passes: number, predict: () => Tensor): McDropoutResult {
  let mean = predict();
  let squares = zerosLike(mean);
  for (let n = 2; n <= passes; n++) {
    [mean, squares] = step(() => {
      const y = predict();
      const before = sub(y, mean);
      const next = add(mean, mulScalar(before, 1 / n));
      return [next, add(squares, mul(before, sub(y, next)))];
    });
  }
  return { mean, std: sqrt(div(squares, passes - 1)) };
}
