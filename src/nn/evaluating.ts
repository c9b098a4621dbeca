/** A mistake that costs accuracy and gives no error: a model is evaluated while its dropout drops and its batch norm uses the batch. */

import { warn } from "../base/warnings.js";
import { isGradEnabled } from "../tensor/tape.js";
import type { AnyModule } from "./module.js";

const code = "evaluationInTrainingMode";

/** How many callers know that layers of the training run without gradients. */
let meant = 0;

/** Warns that a layer which acts differently in training runs, in training, where no gradient is asked for. */
export function warnIfEvaluating(layer: AnyModule): void {
  if (isGradEnabled() || meant > 0) return;
  warn(
    code,
    `${layer.describe()} is in training mode inside noGrad(), so its output is not what the trained model would give. Call model.eval() before evaluating; ` +
      `to keep dropout on purpose, use nn.mcDropout(model, x).`,
  );
}

/** Runs `body`, in which layers in training mode without gradients are meant. */
export function trainingModeIsMeant<T>(body: () => T): T {
  meant += 1;
  try {
    return body();
  } finally {
    meant -= 1;
  }
}
