/** Looking at a model while it is trained: in evaluation mode, with every layer's mode and every random stream afterwards as before. */

import { defaultGenerator } from "../ops/random.js";
import type { AnyModule } from "./module.js";

export function undisturbed<T>(model: AnyModule, body: () => T): T {
  const modes = Array.from(model.namedModules(), ([, module]) => ({ module, training: module.training }));
  const streams = [defaultGenerator(), ...Array.from(model.namedGenerators(), ([, generator]) => generator)].map((generator) => ({ generator, state: generator.state }));
  model.eval();
  try {
    return body();
  } finally {
    for (const { module, training } of modes) module.training = training;
    for (const { generator, state } of streams) generator.state = state;
  }
}
