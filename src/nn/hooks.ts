/** Hooks: functions that are called around a module's forward, whoever calls it. While a module has one, it is not fused with others. */

import { ValueError } from "../base/errors.js";
import { concat, slice } from "../ops/slice.js";
import { permute, reshape } from "../ops/views.js";
import { replaceTensors, tensorsIn } from "../tensor/nested.js";
import type { HookHandle, Tensor } from "../tensor/tensor.js";
import type { AnyModule } from "./module.js";

export type { HookHandle };

/** What a module's forward takes and gives. */
export type InputsOf<M extends AnyModule> = Parameters<M["forward"]>;
export type OutputOf<M extends AnyModule> = ReturnType<M["forward"]>;

/** Called before a module's forward; what it returns, if anything, takes the place of the inputs. */
export type ForwardPreHook<M extends AnyModule = AnyModule> = (module: M, inputs: InputsOf<M>) => Readonly<InputsOf<M>> | undefined | void;

/** Called after a module's forward; what it returns, if anything, takes the place of the output. */
export type ForwardHook<M extends AnyModule = AnyModule> = (module: M, inputs: InputsOf<M>, output: OutputOf<M>) => Readonly<OutputOf<M>> | undefined | void;

/** Gradients of the tensors in a module's inputs or output, in their order; null for those that need none. */
export type Gradients = readonly (Tensor | null)[];

/** Called in `backward` with the gradients of a module's inputs and output; what it returns, if anything, takes the place of the former. */
export type FullBackwardHook<M extends AnyModule = AnyModule> = (module: M, gradInputs: Gradients, gradOutputs: Gradients) => Gradients | void;

type Hook = (...values: never[]) => unknown;

interface Hooks {
  readonly before: Set<Hook>;
  readonly after: Set<Hook>;
  readonly backward: Set<Hook>;
  /** Gives the module its own forward back. */
  readonly restore: () => void;
}

const hooked = new WeakMap<AnyModule, Hooks>();

/** Whether the module has a hook, so that its forward must be called. */
export function isHooked(module: AnyModule): boolean {
  return hooked.has(module);
}

/** Adds a hook that is called before or after the module's forward, or in backward; in order of registration. */
export function addHook(module: AnyModule, when: "before" | "after" | "backward", hook: Hook): HookHandle {
  if (typeof hook !== "function") throw new ValueError(`${module.constructor.name}: a hook must be a function, got ${typeof hook}.`);
  const hooks = hooked.get(module) ?? install(module);
  const entry: Hook = (...values) => hook(...values); // one of its own, so that a hook may be registered twice
  hooks[when].add(entry);
  return {
    remove() {
      if (!hooks[when].delete(entry) || hooks.before.size + hooks.after.size + hooks.backward.size > 0) return;
      hooked.delete(module);
      hooks.restore();
    },
  };
}

/** Puts a forward that calls the hooks in front of the class's, on this one module. */
function install(module: AnyModule): Hooks {
  const own = Object.getOwnPropertyDescriptor(module, "forward");
  const { forward } = module;
  const hooks: Hooks = {
    before: new Set(),
    after: new Set(),
    backward: new Set(),
    restore: () => void (own === undefined ? Reflect.deleteProperty(module, "forward") : Object.defineProperty(module, "forward", own)),
  };
  const value = (...given: never[]): unknown => {
    let inputs = given;
    for (const hook of hooks.before) inputs = (call(hook, module, inputs) as never[] | undefined) ?? inputs;
    const run = (values: never[]): unknown => forward.apply(module, values);
    let output = hooks.backward.size === 0 ? run(inputs) : watchGradients(module, hooks.backward, inputs, run);
    for (const hook of hooks.after) output = call(hook, module, inputs, output) ?? output;
    return output;
  };
  Object.defineProperty(module, "forward", { value, configurable: true, writable: true });
  hooked.set(module, hooks);
  return hooks;
}

const call = (hook: Hook, ...values: unknown[]): unknown => hook(...(values as never[]));

/** Runs the forward so that `hooks` are called in backward, once the gradients of all inputs are known; without such inputs, those of the output. */
function watchGradients(module: AnyModule, hooks: ReadonlySet<Hook>, inputs: never[], run: (inputs: never[]) => unknown): unknown {
  let gradOutputs: Gradients = [];
  const fire = (gradInputs: Gradients): Gradients => {
    let gradients = gradInputs;
    for (const hook of hooks) gradients = (call(hook, module, gradients, gradOutputs) as Gradients | undefined) ?? gradients;
    return gradients;
  };
  const entering = tensorsIn(inputs);
  const needed = entering.filter((t) => t.requiresGrad);
  const output = run(replaceTensors(inputs, seeing(needed, (g) => fire(spread(entering, g)).filter((t) => t !== null))) as never[]);
  const leaving = tensorsIn(output);
  const seen = seeing(leaving.filter((t) => t.requiresGrad), (g) => {
    gradOutputs = spread(leaving, g);
    if (needed.length === 0) fire(entering.map(() => null));
  });
  return replaceTensors(output, seen);
}

/** One gradient for each of `all` that requires one, null for the others. */
function spread(all: readonly Tensor[], gradients: readonly Tensor[]): Gradients {
  let next = 0;
  return all.map((t) => (t.requiresGrad ? gradients[next++] : null));
}

/** The tensors as they are; in backward `hook` gets the gradients of all of them at once, and may replace them. */
function seeing(tensors: readonly Tensor[], hook: (gradients: Tensor[]) => readonly Tensor[] | void): Tensor[] {
  if (tensors.length === 0) return [];
  if (tensors.length === 1) {
    const same = permute(tensors[0], tensors[0].shape.map((_, axis) => axis));
    same.registerHook((g) => hook([g])?.[0]);
    return [same];
  }
  // As parts of one tensor they have one gradient.
  const joined = (parts: readonly Tensor[]): Tensor => concat(parts.map((t) => reshape(t, [t.size])));
  const apart = (whole: Tensor): Tensor[] => {
    let start = 0;
    return tensors.map(({ shape, size }) => reshape(slice(whole, { start, end: (start += size) }), shape));
  };
  const whole = joined(tensors);
  whole.registerHook((g) => {
    const gradients = hook(apart(g));
    return gradients && joined(gradients);
  });
  return apart(whole);
}

