/** Scopes: which module ran an operation, and which of a model's tensors is which. */

import { order } from "../autograd/walk.js";
import { tensorsIn } from "../tensor/nested.js";
import type { Tensor } from "../tensor/tensor.js";
import type { AnyModule } from "./module.js";

/** A parameter or a buffer: its name in its module, and the module's path. */
export interface NamedLeaf {
  readonly kind: "parameter" | "buffer";
  readonly path: string;
  readonly name: string;
}

export class Scopes {
  readonly #model: AnyModule;
  /** Results of operations, each with the path of the innermost module that ran it. */
  readonly #paths = new Map<Tensor, string>();
  readonly #leaves = new Map<Tensor, NamedLeaf>();

  constructor(model: AnyModule) {
    this.#model = model;
    for (const [path, module] of model.namedModules()) {
      const add = (kind: NamedLeaf["kind"], entries: Iterable<[string, Tensor]>): void => {
        for (const [name, t] of entries) if (!this.#leaves.has(t)) this.#leaves.set(t, { kind, path, name });
      };
      add("parameter", module.ownParameters());
      add("buffer", module.buffers());
    }
  }

  /**
   * Runs `body`, with the tape on, and notes which module runs what. Inner modules end before those around them, so what a module finds
   * unclaimed when it ends is its own.
   * @param ended called after each module
   */
  while<T>(body: () => T, ended?: (path: string, module: AnyModule, outputs: readonly Tensor[]) => void): T {
    const handles = Array.from(this.#model.namedModules(), ([path, module]) =>
      module.registerForwardHook((_module, given, result) => {
        const inputs = new Set(tensorsIn(given));
        const outputs = tensorsIn(result);
        // Also beyond what inner modules made: functions stand between them.
        for (const output of outputs) for (const node of order(output, inputs)) if (!this.#paths.has(node.output)) this.#paths.set(node.output, path);
        ended?.(path, module, outputs);
      }),
    );
    try {
      return body();
    } finally {
      for (const handle of handles) handle.remove();
    }
  }

  /** Path of the module that ran the operation which made `t`; undefined if none did. */
  of(t: Tensor): string | undefined {
    return this.#paths.get(t);
  }

  /** What a tensor of the model is that no operation made. */
  leaf(t: Tensor): NamedLeaf | undefined {
    return this.#leaves.get(t);
  }
}
