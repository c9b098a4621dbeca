/** Initial weights from data: layer by layer, so that every output has variance 1. Mishkin & Matas 2016. */

import { ValueError } from "../base/errors.js";
import { anything, integer, optionsOf, positive } from "../base/options.js";
import { mulScalar } from "../ops/elementwise.js";
import { variance } from "../ops/reduce.js";
import { step } from "../tensor/step.js";
import { noGrad } from "../tensor/tape.js";
import { Tensor } from "../tensor/tensor.js";
import { Embedding, EmbeddingBag } from "./embedding.js";
import { type InitOptions, orthogonal } from "./init.js";
import { type AnyModule, checkModule, isParameter, type TensorModule } from "./module.js";

export interface LsuvOptions extends InitOptions {
  /** How far from 1 the variance may stay. Default 0.01. */
  readonly tolerance?: number;
  /** Rescalings of a layer at most. Default 10. */
  readonly maxIterations?: number;
}

/** A layer that was set, and what its output has now. */
export interface LsuvLayer {
  /** Path in the model. */
  readonly name: string;
  readonly variance: number;
}

interface Weighted {
  readonly name: string;
  readonly module: AnyModule;
  readonly weight: Tensor;
}

/**
 * Layer-sequential unit-variance initialisation: weights of linear and convolution layers become orthogonal, and then, in the order in which the layers
 * run, are divided by the deviation of their output on the batch x, until its variance is 1. The model runs in evaluation mode and has its modes back
 * afterwards. Gives the layers with their variances. Mishkin & Matas 2016, algorithm 1.
 * @throws ValueError if no layer has weights, or an output is constant or not finite.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(20, 50), new nn.Tanh(), new nn.Linear(50, 50), new nn.Tanh());
 * const layers = await nn.lsuv(model, randn([64, 20]));
 * layers.map(({ name }) => name)                                     // → ["0", "2"]
 * layers.every(({ variance }) => Math.abs(variance - 1) < 0.01) // → true
 */
export async function lsuv(model: TensorModule, x: Tensor, options: LsuvOptions = {}): Promise<LsuvLayer[]> {
  checkModule("lsuv", model);
  const { tolerance = 0.01, maxIterations = 10, generator } = optionsOf("lsuv", options, { generator: anything, tolerance: positive, maxIterations: integer(1) });
  const modes = Array.from(model.namedModules(), ([, module]) => ({ module, training: module.training }));
  model.eval();
  try {
    const layers = inOrder(model, x);
    if (layers.length === 0) throw new ValueError("lsuv: the model has no linear or convolution layer to initialise.");
    for (const { weight } of layers) orthogonal(weight, { generator });
    const done: LsuvLayer[] = [];
    for (const layer of layers) done.push({ name: layer.name, variance: await normalise(model, x, layer, tolerance, maxIterations) });
    return done;
  } finally {
    for (const { module, training } of modes) module.training = training;
  }
}

/** Layers with a weight of at least two axes, as they run; a shared weight once. */
function inOrder(model: TensorModule, x: Tensor): Weighted[] {
  const found = new Map<Tensor, Weighted>();
  const look = (name: string, module: AnyModule): void => {
    const { weight } = module as AnyModule & { readonly weight?: unknown };
    if (!(weight instanceof Tensor) || !isParameter(weight) || weight.ndim < 2 || found.has(weight)) return;
    if (!(module instanceof Embedding || module instanceof EmbeddingBag)) found.set(weight, { name, module, weight });
  };
  step(() => noGrad(() => model.withForwardHook(look, () => void model.forward(x))));
  return [...found.values()];
}

async function normalise(model: TensorModule, x: Tensor, layer: Weighted, tolerance: number, maxIterations: number): Promise<number> {
  let now = await outputVariance(model, x, layer);
  for (let i = 0; i < maxIterations && Math.abs(now - 1) > tolerance; i++) {
    const scale = 1 / Math.sqrt(now);
    step(() => noGrad(() => void layer.weight.copyFrom(mulScalar(layer.weight, scale))));
    now = await outputVariance(model, x, layer);
  }
  return now;
}

async function outputVariance(model: TensorModule, x: Tensor, { name, module }: Weighted): Promise<number> {
  const value = await step(() => {
    let seen: Tensor | undefined;
    const handle = module.registerForwardHook((_module, _inputs, output) => {
      if (output instanceof Tensor) seen ??= variance(output, { correction: 0 });
    });
    try {
      noGrad(() => model.forward(x));
    } finally {
      handle.remove();
    }
    return seen;
  })?.item();
  if (value === undefined || !(value > 0 && value < Infinity)) {
    throw new ValueError(`lsuv: the output of ${name === "" ? "the model" : name} has variance ${value} on this batch; it must vary and be finite.`);
  }
  return value;
}
