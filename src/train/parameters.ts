/** Parameters that are not trained, by mistake: no optimiser holds them, or the loss does not depend on them. */

import { ValueError } from "../base/errors.js";
import { show } from "../base/options.js";
import { warn, wouldWarn } from "../base/warnings.js";
import type { AnyModule } from "../nn/module.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkModule } from "../nn/module.js";

/**
 * Warns of parameters of `model` (not frozen) that `optimizer` does not hold, and of those without a gradient. To be called after `backward`,
 * before `optimizer.step()`, once; `Trainer` does so in its first step.
 *
 * @example
 * optimizer.zeroGrad();
 * crossEntropy(model.forward(x), y).backward();
 * checkParameters(model, optimizer);
 * optimizer.step();
 */
export function checkParameters(model: AnyModule, optimizer: { readonly groups: readonly { readonly params: readonly Tensor[] }[] }): void {
  checkModule("checkParameters", model);
  checkOptimizer("checkParameters", optimizer);
  if (!wouldWarn("parameterWithoutOptimizer") && !wouldWarn("parameterWithoutGradient")) return;
  const trained = Array.from(model.namedParameters()).filter(([, p]) => p.requiresGrad);
  const held = new Set(optimizer.groups.flatMap(({ params }) => params));
  const strays = trained.filter(([, p]) => !held.has(p));
  if (strays.length > 0) {
    warn(
      "parameterWithoutOptimizer",
      `the optimiser does not hold ${list(strays)}, so that training does not change ${it(strays)}. ` +
        `Build it from model.parameters(), after the model is complete, or set requiresGrad of what shall stay to false.`,
    );
  }
  const idle = trained.filter(([, p]) => p.heldGrad === null);
  if (idle.length > 0) {
    warn(
      "parameterWithoutGradient",
      `the loss does not depend on ${list(idle)}, so that training does not change ${it(idle)}. Use ${it(idle)} in forward, check for detach() and noGrad() ` +
        `on the way, or set requiresGrad to false.`,
    );
  }
}

type Named = readonly (readonly [name: string, parameter: Tensor])[];

const it = ({ length }: Named): string => (length === 1 ? "it" : "them");

/** The first names. */
function list(parameters: Named): string {
  const shown = parameters.slice(0, 4).map(([name]) => name);
  const rest = parameters.length - shown.length;
  return `${parameters.length === 1 ? "parameter" : "parameters"} ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** @throws ValueError unless it is an optimiser. */
export function checkOptimizer(caller: string, optimizer: { readonly groups: readonly unknown[] }): void {
  if (!Array.isArray(optimizer?.groups)) throw new ValueError(`${caller}: expected an optimiser, such as new optim.SGD(model.parameters(), { lr: 0.1 }), got ${show(optimizer)}.`);
}
