/**
 * Module: a function with parameters. Fields that are tensors requiring a gradient are its parameters, registered
 * buffers its other state, fields that are modules its children; names and order follow from the fields, as in PyTorch.
 */

import { type FloatDType, isFloat } from "../base/dtype.js";
import { DTypeError, ShapeError, ValueError } from "../base/errors.js";
import type { Generator } from "../base/generator.js";
import { flag, optionsOf, show } from "../base/options.js";
import { formatShape, sameShape } from "../base/shape.js";
import { cast } from "../ops/cast.js";
import { noGrad } from "../tensor/tape.js";
import { tensorsIn } from "../tensor/nested.js";
import { Tensor } from "../tensor/tensor.js";
import { addHook, type ForwardHook, type ForwardPreHook, type FullBackwardHook, type HookHandle } from "./hooks.js";
import { guardForward } from "./place.js";

/** A module of whatever inputs and outputs. */
export type AnyModule = Module<never[], unknown>;

/** A module that makes a tensor of one tensor: what `Sequential` chains, and what `Trainer` trains. It may take options besides. */
export type TensorModule = AnyModule & { forward(x: Tensor): Tensor };

/**
 * Called after a module's forward with its path ("" for the one that is observed), itself, its result (the first tensor of it, if it has
 * several), and all tensors of its result.
 */
export type ForwardObserver = (path: string, module: AnyModule, output: Tensor, outputs: readonly Tensor[]) => void;

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
export abstract class Module<Inputs extends readonly unknown[] = Tensor[], Output = Tensor> {
  /** True while training: dropout drops, batch norm uses the batch's statistics. Default true. */
  training = true;
  readonly #parameters = new Map<string, Tensor>();
  readonly #buffers = new Map<string, Tensor>();

  constructor() {
    guardForward(this);
  }

  /** The function itself. Call `module.forward(x)`. */
  abstract forward(...inputs: Inputs): Output;

  /** Names of options worth showing, as in `Conv2d(3, 32, kernel=5)`. */
  describe(): string {
    return this.constructor.name;
  }

  /** Makes `t` a parameter under a name that no field has, such as "weight_ih_l0". */
  protected registerParameter(name: string, t: Tensor): Tensor {
    this.#parameters.set(name, parameter(t));
    return t;
  }

  /** A parameter made by `registerParameter`. */
  protected registeredParameter(name: string): Tensor | undefined {
    return this.#parameters.get(name);
  }

  /** Makes `t` a buffer: state that is saved but not trained, such as running statistics. */
  protected registerBuffer(name: string, t: Tensor): Tensor {
    if (!(t instanceof Tensor)) throw new ValueError(`registerBuffer: expected a tensor for ${name}, got ${show(t)}.`);
    t.storage.keep();
    this.#buffers.set(name, t);
    return t;
  }

  /** Own buffers by name. */
  buffers(): ReadonlyMap<string, Tensor> {
    return this.#buffers;
  }

  /**
   * Direct sub-modules with the names of their fields. Modules in an array, a Map or a plain object have names like "blocks.0" or
   * "heads.mask".
   */
  *children(): Iter<[string, AnyModule]> {
    for (const { name, value } of slots(this)) if (value instanceof Module) yield [name, value];
  }

  /** This module (path "") and all below it, parents first. A module used twice is listed once. */
  *namedModules(): Iter<[string, AnyModule]> {
    const seen = new Set<AnyModule>();
    function* visit(module: AnyModule, path: string): Iter<[string, AnyModule]> {
      if (seen.has(module)) return;
      seen.add(module);
      yield [path, module];
      for (const [name, child] of module.children()) yield* visit(child, path === "" ? name : `${path}.${name}`);
    }
    yield* visit(this, "");
  }

  /** Parameters of this module itself, by name: fields (and arrays, Maps and plain objects in fields) made by `parameter()`. */
  *ownParameters(): Iter<[string, Tensor]> {
    yield* this.#parameters;
    for (const { name, value } of slots(this)) if (value instanceof Tensor && isParameter(value)) yield [name, value];
  }

  /** All parameters with their paths, such as "conv1.weight". A shared parameter is listed once. */
  *namedParameters(): Iter<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, t] of module.ownParameters()) {
        if (seen.has(t)) continue;
        seen.add(t);
        yield [path === "" ? name : `${path}.${name}`, t];
      }
    }
  }

  /** All parameters, each once: what an optimiser is given. */
  parameters(): Tensor[] {
    return Array.from(this.namedParameters(), ([, t]) => t);
  }

  /**
   * Number of elements in all parameters; a shared one counts once.
   * @param options.trainable only of those that are not frozen. Default false.
   */
  numParameters(options: { trainable?: boolean } = {}): number {
    const { trainable = false } = optionsOf("Module.numParameters", options, { trainable: flag });
    return this.parameters().reduce((n, t) => n + (trainable && !t.requiresGrad ? 0 : t.size), 0);
  }

  /** Random streams that the module draws from while it trains, with their paths; a checkpoint saves their states. */
  *namedGenerators(): Iter<[string, Generator]> {
    for (const [path, module] of this.namedModules()) {
      const { generator } = module as AnyModule & { readonly generator?: Generator };
      if (generator !== undefined) yield [path === "" ? "generator" : `${path}.generator`, generator];
    }
  }

  /**
   * Parameters and buffers by path, in PyTorch's names and layouts. The tensors are the module's own, not copies. A tensor that is shared
   * has all its names.
   */
  stateDict(): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    const visit = (module: AnyModule, prefix: string, above: readonly AnyModule[]): void => {
      if (above.includes(module)) return;
      for (const [name, t] of module.ownParameters()) state.set(prefix + name, t);
      for (const [name, t] of module.buffers()) state.set(prefix + name, t);
      for (const [name, child] of module.children()) visit(child, `${prefix}${name}.`, [...above, module]);
    };
    visit(this, "", []);
    return state;
  }

  /**
   * Copies values into parameters and buffers.
   * @param options.strict every key must match (default); else only those that do are copied.
   * @throws ShapeError that lists every missing, unexpected and misshaped key at once.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: { strict?: boolean } = {}): void {
    const { strict = true } = optionsOf("Module.loadStateDict", options, { strict: flag });
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
   * Freezes all parameters: they get no gradients, and optimisers leave them alone. Running statistics go on following the batches unless
   * the module is in evaluation mode.
   */
  freeze(): this {
    for (const t of this.parameters()) t.requiresGrad = false;
    return this;
  }

  /** Undoes `freeze`. */
  unfreeze(): this {
    for (const t of this.parameters()) t.requiresGrad = true;
    return this;
  }

  /**
   * Converts parameters and float buffers. They are new tensors afterwards: call it before an optimiser is made of them.
   * @throws DTypeError unless `dtype` is float32 or float64.
   *
   * @example
   * const layer = new nn.Linear(3, 2).to("float64");
   * layer.weight.dtype // → float64
   */
  to(dtype: FloatDType): this {
    if (!isFloat(dtype)) throw new DTypeError(`Module.to: expected float32 or float64, got ${String(dtype)}; parameters have gradients, so they are floats.`);
    const made = new Map<Tensor, Tensor>();
    const converted = (t: Tensor): Tensor => {
      const before = made.get(t);
      if (before !== undefined) return before;
      const after = noGrad(() => cast(t, dtype));
      made.set(t, after);
      if (after === t) return t;
      if (!isParameter(t)) after.storage.keep();
      else parameter(after).requiresGrad = t.requiresGrad;
      return after;
    };
    for (const [, module] of this.namedModules()) {
      for (const { value, assign } of slots(module)) if (value instanceof Tensor && isParameter(value)) assign(converted(value));
      for (const [name, t] of module.#parameters) module.#parameters.set(name, converted(t));
      for (const [name, t] of module.#buffers) if (isFloat(t.dtype)) module.#buffers.set(name, converted(t));
    }
    return this;
  }

  /**
   * Calls `f` with every module below, children before parents, and at last with this one: to initialise weights, for example.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(4, 3), new nn.Tanh(), new nn.Linear(3, 2));
   * model.apply((m) => {
   *   if (m instanceof nn.Linear) nn.init.xavierNormal(m.weight);
   * });
   */
  apply(f: (module: AnyModule) => void): this {
    if (typeof f !== "function") throw new ValueError(`apply: expected a function of a module, got ${typeof f}.`);
    for (const [, module] of [...this.namedModules()].reverse()) f(module);
    return this;
  }

  /**
   * Calls `hook` before every forward of this module; an array that it returns takes the place of the inputs.
   *
   * @example
   * const layer = new nn.Identity();
   * const handle = layer.registerForwardPreHook((module, [x]) => [x.mul(2)]);
   * layer.forward(tensor([1, 2])) // → [2, 4]
   * handle.remove();
   * layer.forward(tensor([1, 2])) // → [1, 2]
   */
  registerForwardPreHook<M extends AnyModule>(this: M, hook: ForwardPreHook<M>): HookHandle {
    return addHook(this, "before", hook);
  }

  /**
   * Calls `hook` after every forward of this module with its inputs and its output; what it returns, if anything, takes the place of the
   * output.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU());
   * const shapes: (readonly number[])[] = [];
   * const handle = model.layers[0].registerForwardHook((module, inputs, output) => void shapes.push(output.shape));
   * model.forward(zeros([2, 4]));
   * handle.remove();
   * shapes // → [[2, 3]]
   */
  registerForwardHook<M extends AnyModule>(this: M, hook: ForwardHook<M>): HookHandle {
    return addHook(this, "after", hook);
  }

  /**
   * Calls `hook` in `backward`, when the gradients of this module's inputs are known, with these and the gradients of its output; an array that
   * it returns takes the place of the former.
   *
   * @example
   * const layer = new nn.Linear(2, 1, { bias: false });
   * nn.init.constant(layer.weight, 3);
   * const handle = layer.registerFullBackwardHook((module, [dx], [dy]) => [dx!.mul(10)]);
   * const x = tensor([[1, 2]], { requiresGrad: true });
   * layer.forward(x).backward();
   * handle.remove();
   * x.grad // → [[30, 30]]
   */
  registerFullBackwardHook<M extends AnyModule>(this: M, hook: FullBackwardHook<M>): HookHandle {
    return addHook(this, "backward", hook);
  }

  /**
   * Runs `body`, calling `observer` after every forward of this module and of all below, however they are called; fused
   * layers run one by one meanwhile.
   */
  withForwardHook<T>(observer: ForwardObserver, body: () => T): T {
    const handles = Array.from(this.namedModules(), ([path, module]) =>
      module.registerForwardHook((_module, _inputs, result) => {
        const outputs = tensorsIn(result);
        if (outputs.length > 0) observer(path, module, outputs[0], outputs);
      }),
    );
    try {
      return body();
    } finally {
      for (const handle of handles) handle.remove();
    }
  }

  toString(): string {
    const lines = Array.from(this.children(), ([name, child]) => `  (${name}): ${child.toString().replaceAll("\n", "\n  ")}`);
    return lines.length === 0 ? this.describe() : `${this.describe()}(\n${lines.join("\n")}\n)`;
  }
}

/** @throws ValueError unless `model` is a module. */
export function checkModule(caller: string, model: unknown): void {
  if (!(model instanceof Module)) throw new ValueError(`${caller}: expected a module first, got ${model === null ? "null" : typeof model}.`);
}

type Iter<T> = globalThis.Generator<T, void, undefined>;

/** A value that a module holds: a field, or an item of an array, a Map or a plain object in a field. */
interface Slot {
  readonly name: string;
  readonly value: unknown;
  readonly assign: (value: unknown) => void;
}

function* slots(module: AnyModule): Iter<Slot> {
  for (const [field, value] of Object.entries(module) as Iterable<[string, unknown]>) {
    if (value instanceof Map) {
      for (const [key, item] of value) yield { name: `${field}.${String(key)}`, value: item, assign: (v) => value.set(key, v) };
    } else if (Array.isArray(value) || isPlain(value)) {
      for (const [key, item] of Object.entries(value)) yield { name: `${field}.${key}`, value: item, assign: (v) => Reflect.set(value, key, v) };
    } else {
      yield { name: field, value, assign: (v) => Reflect.set(module, field, v) };
    }
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

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
  if (!(t instanceof Tensor)) throw new ValueError(`parameter: expected a tensor, got ${show(t)}; make one with zeros(…) or tensor(…).`);
  t.storage.keep();
  t.requiresGrad = true;
  parameters.add(t);
  return t;
}

/** Whether `t` was made by `parameter()`. Setting its requiresGrad to false freezes it. */
export function isParameter(t: Tensor): boolean {
  return parameters.has(t);
}
