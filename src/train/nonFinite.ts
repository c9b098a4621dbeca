/**
 * Why a loss is NaN or infinite: the forward of the batch is run again, and every layer's output is looked at in turn.
 * The first one that is not finite names the layer; if its weights already were, they are the cause.
 */

import { NablaError } from "../base/errors.js";
import { trainingModeIsMeant } from "../nn/evaluating.js";
import type { TensorModule } from "../nn/module.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import type { Tensor } from "../tensor/tensor.js";

export interface DivergenceSite {
  /** From 1. */
  readonly epoch: number;
  /** Since the beginning of the run, from 1. */
  readonly step: number;
}

/** The training diverged: a loss, or a weight, is no finite number any more. */
export class DivergenceError extends NablaError {
  override name = "DivergenceError";

  constructor(
    readonly site: DivergenceSite,
    /** What went wrong where, as a sentence. */
    readonly reason: string,
  ) {
    super(
      `training diverged at step ${site.step} (epoch ${site.epoch}): ${reason} ` +
        "Try a smaller learning rate, or look at the data of this step.",
    );
  }
}

/** The cause of a loss that is not finite, found by running the model once more on the same input. */
export async function explainLoss(model: TensorModule, x: Tensor, loss: number): Promise<string> {
  const what = `the loss is ${loss}`;
  const parameter = await findNonFinite(new Map(model.namedParameters()));
  if (parameter !== undefined) return `${what} because ${parameter.name} already held ${parameter.value}.`;
  const input = await firstNonFinite(x);
  if (input !== undefined) return `${what} because the input of the model holds ${input}.`;
  const layer = await findLayer(model, x);
  if (layer === undefined) {
    return `${what}, although every layer's output is finite: the loss function itself overflowed.`;
  }
  return `${what}. The first layer whose output was not finite is ${layer.name} (${layer.layer}), which gave ${layer.value} from finite weights.`;
}

/** The first of named tensors that holds NaN or an infinity. */
export async function findNonFinite(tensors: ReadonlyMap<string, Tensor>): Promise<{ name: string; value: number } | undefined> {
  for (const [name, t] of tensors) {
    const value = await firstNonFinite(t);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

/** The first value of `t` that is not finite. */
export async function firstNonFinite(t: Tensor): Promise<number | undefined> {
  return (await t.data()).find((value) => !Number.isFinite(value));
}

interface Layer {
  readonly name: string;
  readonly layer: string;
  readonly value: number;
}

/** Layers are looked at from the innermost outwards, as their forwards end, so a block is named by its first bad layer. */
async function findLayer(model: TensorModule, x: Tensor): Promise<Layer | undefined> {
  return step(async () => {
    const outputs: { name: string; layer: string; output: Tensor }[] = [];
    const rerun = (): unknown =>
      model.withForwardHook(
        (path, module, _output, all) => {
          for (const output of all) outputs.push({ name: path === "" ? "the model" : path, layer: module.describe(), output });
        },
        () => model.forward(x),
      );
    trainingModeIsMeant(() => noGrad(rerun));
    for (const { name, layer, output } of outputs) {
      const value = await firstNonFinite(output);
      if (value !== undefined) return { name, layer, value };
    }
    return undefined;
  });
}
