/**
 * Module: a function with parameters. Fields that are tensors requiring a gradient are its parameters, registered
 * buffers its other state, fields that are modules its children; names and order follow from the fields, as in PyTorch.
 */

import { ShapeError, ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { formatShape, sameShape } from "../base/shape.js";
import { Tensor } from "../tensor/tensor.js";

/** Called after a module's forward with its path ("" for the one that is observed), itself, and its result. */
export type ForwardHook = (path: string, module: Module, output: Tensor) => void;

/** How many forward hooks are in force. */
let observers = 0;

/**
 * Base of all layers and models: assign parameters and modules to fields and write `forward`.
 *
 * @example
 * class Scale extends nn.Module {
 *   factor = nn.parameter(ones([1]));
 *   forward(x: Tensor) {
 *     return x.mul(this.factor);
 *   }
 * }
 * const model = new nn.Sequential(new nn.Linear(2, 3), new Scale());
 * model.forward(zeros([4, 2])).shape // → [4, 3]
 * [...model.stateDict().keys()]      // → ["0.weight", "0.bias", "1.factor"]
 * model.toString()                   // →
 * // Sequential(
 * //   (0): Linear(2, 3)
 * //   (1): Scale
 * // )
 */
export abstract class Module {
  /** True while training: dropout drops, batch norm uses the batch's statistics. Default true. */
  training = true;
  readonly #buffers = new Map<string, Tensor>();

  /** The function itself. Call `module.forward(x)`. */
  abstract forward(...inputs: Tensor[]): Tensor;

  /** Names of options worth showing, as in `Conv2d(3, 32, kernel=5)`. */
  describe(): string {
    return this.constructor.name;
  }

  /** Makes `t` a buffer: state that is saved but not trained, such as running statistics. */
  protected registerBuffer(name: string, t: Tensor): Tensor {
    t.storage.keep();
    this.#buffers.set(name, t);
    return t;
  }

  /** Own buffers by name. */
  buffers(): ReadonlyMap<string, Tensor> {
    return this.#buffers;
  }

  /** Direct sub-modules with the names of their fields; an array of modules has names like "blocks.0". */
  *children(): Iter<[string, Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [name, value];
      else if (Array.isArray(value)) for (const [i, item] of value.entries()) if (item instanceof Module) yield [`${name}.${i}`, item];
    }
  }

  /** This module (path "") and all below it, parents first. A module used twice is listed once. */
  *namedModules(): Iter<[string, Module]> {
    const seen = new Set<Module>();
    function* visit(module: Module, path: string): Iter<[string, Module]> {
      if (seen.has(module)) return;
      seen.add(module);
      yield [path, module];
      for (const [name, child] of module.children()) yield* visit(child, path === "" ? name : `${path}.${name}`);
    }
    yield* visit(this, "");
  }

  /** Own parameters: fields that are tensors requiring a gradient (frozen ones count: see `isParameter`). */
  *#own(): Iter<[string, Tensor]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Tensor && isParameter(value)) yield [name, value];
  }

  /** All parameters with their paths, such as "conv1.weight". A shared parameter is listed once. */
  *namedParameters(): Iter<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, t] of module.#own()) {
        if (seen.has(t)) continue;
        seen.add(t);
        yield [path === "" ? name : `${path}.${name}`, t];
      }
    }
  }

  parameters(): Tensor[] {
    return Array.from(this.namedParameters(), ([, t]) => t);
  }

  /** Random streams that the module draws from while it trains, with their paths; a checkpoint saves their states. */
  *namedGenerators(): Iter<[string, Generator]> {
    for (const [path, module] of this.namedModules()) {
      const { generator } = module as { generator?: Generator };
      if (generator !== undefined) yield [path === "" ? "generator" : `${path}.generator`, generator];
    }
  }

  /** Parameters and buffers by path, in PyTorch's names and layouts. The tensors are the module's own, not copies. */
  stateDict(): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    for (const [path, module] of this.namedModules()) {
      const prefix = path === "" ? "" : `${path}.`;
      for (const [name, t] of module.#own()) state.set(prefix + name, t);
      for (const [name, t] of module.buffers()) state.set(prefix + name, t);
    }
    return state;
  }

  /**
   * Copies values into parameters and buffers.
   * @param options.strict every key must match (default); else only those that do are copied.
   * @throws ShapeError that lists every missing, unexpected and misshaped key at once.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, { strict = true }: { strict?: boolean } = {}): void {
    if (!(state instanceof Map)) {
      throw new ValueError("loadStateDict: expected a Map from names to tensors, as stateDict() and loadWeights() give it.");
    }
    const own = this.stateDict();
    const missing = [...own.keys()].filter((key) => !state.has(key));
    const unexpected = [...state.keys()].filter((key) => !own.has(key));
    const misshaped = [...own].flatMap(([key, t]) => {
      const value = state.get(key);
      return value === undefined || sameShape(value.shape, t.shape)
        ? []
        : [`${key}: expected ${formatShape(t.shape)}, got ${formatShape(value.shape)}`];
    });
    if (misshaped.length > 0 || (strict && (missing.length > 0 || unexpected.length > 0))) {
      throw new ShapeError(
        `loadStateDict: the state does not fit ${this.constructor.name}.` +
          list("Missing", missing) + list("Unexpected", unexpected) + list("Misshaped", misshaped) +
          ` Build the model with the options it was saved with, or pass strict: false to copy what fits.`,
      );
    }
    for (const [key, t] of own) {
      const value = state.get(key);
      if (value !== undefined) t.copyFrom(value);
    }
  }

  /** Training mode for this module and all below. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /** Evaluation mode: dropout passes through, batch norm uses its running statistics. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Runs `body`, calling `hook` after every forward of this module and of all below, however they are called; fused
   * layers run one by one meanwhile.
   */
  withForwardHook<T>(hook: ForwardHook, body: () => T): T {
    const restore: (() => void)[] = [];
    for (const [path, module] of this.namedModules()) {
      const { forward } = module;
      const shadowed = Object.hasOwn(module, "forward");
      restore.push(() => (shadowed ? (module.forward = forward) : Reflect.deleteProperty(module, "forward")));
      module.forward = (...inputs) => {
        const y = forward.apply(module, inputs);
        hook(path, module, y);
        return y;
      };
    }
    observers += 1;
    try {
      return body();
    } finally {
      observers -= 1;
      for (const undo of restore) undo();
    }
  }

  toString(): string {
    const lines = Array.from(this.children(), ([name, child]) => `  (${name}): ${child.toString().replaceAll("\n", "\n  ")}`);
    return lines.length === 0 ? this.describe() : `${this.describe()}(\n${lines.join("\n")}\n)`;
  }
}

type Iter<T> = globalThis.Generator<T, void, undefined>;

const list = (title: string, keys: readonly string[]): string => (keys.length === 0 ? "" : ` ${title}: ${keys.join("; ")}.`);

const parameters = new WeakSet<Tensor>();

/**
 * Makes `t` a parameter: it requires a gradient, outlives every step, and is found by `parameters()` even when frozen.
 *
 * @example
 * const weight = nn.parameter(zeros([10, 784]));
 * weight.requiresGrad // → true
 */
export function parameter(t: Tensor): Tensor {
  t.storage.keep();
  t.requiresGrad = true;
  parameters.add(t);
  return t;
}

/** Whether `t` was made by `parameter()`. Setting its requiresGrad to false freezes it. */
export function isParameter(t: Tensor): boolean {
  return parameters.has(t);
}

/** Whether a hook wants to see every module's output, so that nothing may be fused. */
export function isObserved(): boolean {
  return observers > 0;
}
